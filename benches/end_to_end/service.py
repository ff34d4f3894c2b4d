"""A `feedmill serve` to ask and to watch."""

import datetime
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time

import machine

# Between two questions about a feed: short enough for the figures, long enough to leave the
# service its processor.
PAUSE = 0.0005
PATIENCE = 60.0


class Service:
    """A running service; `first` is how long it took from its start to its first answer."""

    def __init__(
        self, binary: pathlib.Path, site: pathlib.Path, folder: pathlib.Path, *before: str
    ):
        """`before` is put in front of the command, as `strace` is."""
        self.log = folder / "log.jsonl"
        self.output = folder / "feeds"
        start = time.monotonic()
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [
                    *before,
                    binary,
                    "serve",
                    site,
                    "--output",
                    self.output,
                    "--state",
                    folder / "state",
                    "--listen",
                    "127.0.0.1:0",
                    "--log",
                    "json",
                ],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        address = next(
            (line.split()[-1] for line in self.process.stdout if line.startswith("serving ")), None
        )
        if address is None:
            raise SystemExit(f"feedmill serve did not start: {self.log.read_text()}")
        self.address = address.removeprefix("http://").rstrip("/")
        self.connection = http.client.HTTPConnection(self.address, timeout=10)
        status, _, _ = self.ask("/atom.xml")
        self.first = time.monotonic() - start
        assert status == 200, status
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        self.pid = int(children.read_text().split()[0]) if before else self.process.pid

    def ask(self, path: str, tag: str | None = None) -> tuple[int, str, str]:
        """Status, entity tag and text of an answer, over one connection."""
        for is_last in (False, True):
            try:
                self.connection.request("GET", path, headers={"If-None-Match": tag} if tag else {})
                answer = self.connection.getresponse()
                return answer.status, answer.headers.get("ETag", ""), answer.read().decode()
            except (http.client.HTTPException, ConnectionError):
                # The service ends connections that have been quiet for long.
                self.connection.close()
                if is_last:
                    raise
        raise AssertionError

    def await_feed(self, category: str, is_right) -> None:
        """Asks for a category's JSON feed until it is right."""
        path, tag, end = f"/category/{category}/feed.json", None, time.monotonic() + PATIENCE
        while True:
            status, new_tag, text = self.ask(path, tag)
            if status != 304:
                tag = new_tag
                if is_right(text if status == 200 else ""):
                    return
            if time.monotonic() > end:
                raise SystemExit(f"{path} was not right after {PATIENCE:.0f} s")
            time.sleep(PAUSE)

    def passes(self) -> list[dict]:
        """The passes that have been published, as the log has them."""
        lines = [
            json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")
        ]
        for line in lines:
            line["at"] = datetime.datetime.fromisoformat(line["timestamp"]).timestamp()
        return [line for line in lines if line.get("message") == "published"]

    def settle(self) -> None:
        machine.settle(self.pid)

    def stop(self) -> None:
        """Ends it; it writes its snapshot then."""
        self.connection.close()
        os.kill(self.pid, signal.SIGTERM)
        self.process.wait(60)
        self.process.stdout.close()
