"""A pass-through proxy that writes down what was asked and what was answered."""

import http.client
import http.server
import threading

# What belongs to one connection and is not passed on (RFC 9110, section 7.6.1).
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "upgrade"}


class Asked:
    """One request and its answer."""

    def __init__(self, path, headers, status):
        self.path = path
        self.is_conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
        self.status = status

    def __repr__(self):
        kind = "conditional" if self.is_conditional else "plain"
        return f"{self.path}: {kind}, answered {self.status}"


class Proxy:
    """Listens on a free port of the loopback address and passes every request on."""

    def __init__(self):
        self._asked = []
        self._lock = threading.Lock()
        self.target = None
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_GET(self):
                proxy._pass_on(self)

            do_HEAD = do_GET

            def log_message(self, *words):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _pass_on(self, request):
        connection = http.client.HTTPConnection(*self.target, timeout=10)
        try:
            connection.putrequest(
                request.command, request.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in request.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        with self._lock:
            self._asked.append(Asked(request.path, request.headers, answer.status))
        request.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def take(self):
        """What was asked since the last call."""
        with self._lock:
            asked, self._asked = self._asked, []
        return asked

    def close(self):
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
