#!/usr/bin/env python3
"""How fast feeds are served, against nginx on the same machine in the same run.

    serving.py BINARY SITE WORKDIR [--ceiling PROGRAM] [--rounds N] [--seconds N] [--connections N]

BINARY is feedmill, SITE a site as `feedmill serve` takes it, WORKDIR a folder that may be filled
and is used again. Both servers give the same bytes of the same feeds over HTTP keep-alive on the
loopback interface: feedmill as it comes, nginx as one would set it up for this (a worker a core,
`sendfile`, `open_file_cache`, `gzip_static` with the bytes that feedmill made, no access log).
The load runs over all feeds in turn. In each case the servers alternate, so that a slow minute hits
both; the first round of a case is not counted. PROGRAM is given a port and answers everything there
with 304, doing nothing: what a server over the same library can reach at most.

Writes a Markdown table to stdout: medians of the rounds. The ratio is the median of the ratios of
each round, whose two runs follow one another. CPU is user and system time of all processes of the
server. Needs nginx and wrk; what is missing is named, and nothing is measured.
"""

import argparse
import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")

# MiB that hold all feeds of this comparison, plain.
LARGE_CACHE = 512

# A case: its name, the Accept-Encoding of its requests, whether they are conditional, the goal, and
# `--cache` where it is not the usual one.
CASES = [
    ("304", "gzip", True, 1.3, None),
    ("200 gzip", "gzip", False, 1.0, None),
    ("200 identity", None, False, 1.1, None),
    ("200 identity, all in memory", None, False, 1.1, LARGE_CACHE),
]

NGINX = """
worker_processes {workers};
pid {workdir}/nginx.pid;
error_log {workdir}/nginx.log error;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_timeout 60s;
    keepalive_requests 1000000000;
    open_file_cache max=20000 inactive=10m;
    open_file_cache_valid 60s;
    open_file_cache_min_uses 1;
    gzip_static on;
    gzip_vary on;
    etag on;
    server_tokens off;
    default_type application/octet-stream;
    types {{ "application/rss+xml; charset=utf-8" xml; }}
    client_body_temp_path {workdir}/temporary;
    proxy_temp_path {workdir}/temporary;
    fastcgi_temp_path {workdir}/temporary;
    uwsgi_temp_path {workdir}/temporary;
    scgi_temp_path {workdir}/temporary;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {workdir}/static;
        add_header Cache-Control "public, max-age=300";
    }}
}}
"""


class Failure(Exception):
    """What ends the comparison; its text says why."""


class Server:
    """A server that was started here, with all its processes."""

    def __init__(self, name, command, port, log):
        self.name, self.port, self.lists = name, port, {}
        self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def processes(self):
        """Its process and the children of that: nginx has a master and workers."""
        ids = [self.process.pid]
        for task in Path(f"/proc/{ids[0]}/task").iterdir():
            ids += [int(child) for child in (task / "children").read_text().split()]
        return ids

    def cpu(self):
        """User and system time of all its processes in seconds."""
        ticks = 0
        for process in self.processes():
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    def wait(self, path, seconds):
        """Waits until an address is answered with 200."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Failure(f"{self.name} ended with {self.process.returncode} at the start")
            try:
                if get(self.connect(), path, {}).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise Failure(f"{self.name} did not answer within {seconds} s")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def get(connection, path, headers):
    """A response whose body is in `content`."""
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.content = response.read()
    return response


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_feedmill(binary, site, workdir, cache=None):
    port = free_port()
    command = [binary, "serve", site, "--output", workdir / "feeds", "--state", workdir / "state"]
    command += ["--listen", f"127.0.0.1:{port}"] + (["--cache", str(cache)] if cache else [])
    with open(workdir / "feedmill.log", "w", encoding="utf-8") as log:
        server = Server("feedmill", command, port, log)
    server.wait("/healthz", 600)
    return server


def start_ceiling(program):
    port = free_port()
    server = Server("hyper alone", [program, str(port)], port, subprocess.DEVNULL)
    # Whatever is asked, its answer is 304.
    time.sleep(0.5)
    return server


def start_nginx(program, workdir):
    port = free_port()
    (workdir / "temporary").mkdir(exist_ok=True)
    configuration = workdir / "nginx.conf"
    configuration.write_text(NGINX.format(workers=os.cpu_count(), workdir=workdir, port=port))
    command = [program, "-c", configuration, "-e", workdir / "nginx.log", "-g", "daemon off;"]
    if os.geteuid() == 0:
        # Workers of another user might not be allowed into the folder.
        command[-1] += " user root;"
    with open(workdir / "nginx.log", "w", encoding="utf-8") as log:
        return Server("nginx", command, port, log)


def fill_static(feedmill, feeds, workdir):
    """Gives nginx the bytes that feedmill sends, plain and compressed."""
    static = workdir / "static"
    shutil.rmtree(static, ignore_errors=True)
    connection = feedmill.connect()
    for path in feeds:
        file = Path(f"{static}{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(get(connection, path, {}).content)
        packed = get(connection, path, {"Accept-Encoding": "gzip"})
        if packed.getheader("Content-Encoding") == "gzip":
            Path(f"{file}.gz").write_bytes(packed.content)


def write_lists(server, feeds, workdir):
    """Writes what is to be asked in each case, and asks each once: wrk counts no wrong status."""
    connection = server.connect()
    for name, coding, is_conditional, *_ in CASES:
        headers = {"Accept-Encoding": coding} if coding else {}
        lines = []
        for path in feeds:
            tag = get(connection, path, headers).getheader("ETag")
            line = path
            if is_conditional:
                line += f"\t{tag}"
                again = get(connection, path, headers | {"If-None-Match": tag})
                if again.status != 304 or again.content:
                    raise Failure(f"{server.name}: {path} with {tag} gave {again.status}")
            lines.append(line)
        server.lists[name] = workdir / f"{server.name}-{name.replace(' ', '-')}.list"
        server.lists[name].write_text("\n".join(lines) + "\n")


def load(wrk, server, case, options, seconds):
    """One run of wrk: requests a second, CPU microseconds a request, p99 in microseconds."""
    name, coding, *_ = case
    command = [wrk, "-t", "2", "-c", str(options.connections), "-d", f"{seconds}s"]
    command += ["-s", HERE / "spread.lua", f"http://127.0.0.1:{server.port}/", "--"]
    command += [server.lists[name]] + ([coding] if coding else [])
    before = server.cpu()
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds + 60
    )
    spent = server.cpu() - before
    line = next((line for line in run.stdout.splitlines() if line.startswith("spread ")), None)
    if run.returncode != 0 or line is None:
        raise Failure(f"wrk failed:\n{run.stdout}{run.stderr}")
    said = {key: int(value) for key, value in (word.split("=") for word in line.split()[1:])}
    if said["errors"]:
        raise Failure(f"{server.name}, {name}: {said['errors']} requests failed")
    rate = said["requests"] * 1e6 / said["microseconds"]
    return rate, spent * 1e6 / said["requests"], said["p99"]


def against(results, other, case, server, column=0):
    """The median of the ratios of each round, in which the servers' runs follow one another."""
    rounds = zip(results[server, case], results[other, case])
    return statistics.median(our_run[column] / their_run[column] for our_run, their_run in rounds)


def table(results):
    """Rates, their ratio, CPU and p99 of both servers, medians of the rounds."""
    servers = ("feedmill", "nginx")
    lines = [
        "| case | feedmill, requests/s | nginx, requests/s | ratio | goal "
        "| CPU a request, µs | nginx | p99, ms | nginx |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, _, _, goal, _ in CASES:
        ours, theirs = (
            [statistics.median(column) for column in zip(*results[server, name])]
            for server in servers
        )
        ratio = against(results, "nginx", name, "feedmill")
        lines.append(
            f"| {name} | {ours[0]:,.0f} | {theirs[0]:,.0f} | {ratio:.2f} | {goal} "
            f"| {ours[1]:.1f} | {theirs[1]:.1f} | {ours[2] / 1000:.2f} | {theirs[2] / 1000:.2f} |"
        )
    return "\n".join(lines)


def compare(options, programs):
    workdir = options.workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    servers = [start_feedmill(options.binary, options.site, workdir)]
    try:
        output = workdir / "feeds"
        feeds = sorted(f"/{file.relative_to(output)}" for file in output.rglob("rss.xml"))
        fill_static(servers[0], feeds, workdir)
        servers.append(start_nginx(programs["nginx"], workdir))
        servers[1].wait(feeds[0], 20)
        for server in servers:
            write_lists(server, feeds, workdir)
        if options.ceiling:
            servers.append(start_ceiling(options.ceiling))
            servers[2].lists = servers[0].lists
        results = {(server.name, case[0]): [] for server in servers for case in CASES}
        for case in CASES:
            *_, is_conditional, _, cache = case
            if cache:
                usual = next(server for server in servers if server.name == "feedmill")
                usual.stop()
                larger = start_feedmill(options.binary, options.site, workdir, cache)
                larger.lists = usual.lists
                servers[servers.index(usual)] = larger
            # The first round only warms: what is compressed once a change is compressed then.
            for round_number in range(options.rounds + 1):
                for server in servers:
                    if server.name == "hyper alone" and not is_conditional:
                        continue
                    run = load(programs["wrk"], server, case, options, options.seconds)
                    if round_number:
                        results[server.name, case[0]].append(run)
                        print(server.name, case[0], *(f"{value:.1f}" for value in run),
                              file=sys.stderr)
                servers.reverse()
    finally:
        for server in servers:
            server.stop()
    print(f"{len(feeds):,} feeds, {options.connections} connections, median of {options.rounds} "
          f"rounds of {options.seconds} s\n\n{table(results)}")
    if options.ceiling:
        case, server = CASES[0][0], "hyper alone"
        rate = statistics.median(run[0] for run in results[server, case])
        ratios = [against(results, "nginx", case, server, column) for column in range(2)]
        print(f"\nhyper alone, whose every answer is the same 304: {rate:,.0f} requests/s, "
              f"{ratios[0]:.2f} x nginx's, {ratios[1]:.2f} x its CPU.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("site", type=Path)
    parser.add_argument("workdir", type=Path)
    parser.add_argument("--ceiling", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    # nginx often lies where only the administrator's path leads.
    path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin"
    programs = {name: shutil.which(name, path=path) for name in ("nginx", "wrk")}
    missing = [name for name, program in programs.items() if program is None]
    if missing:
        print(f"{', '.join(missing)}: not installed, serving is not compared")
        return 0
    try:
        compare(options, programs)
    except Failure as failure:
        print(f"serving.py: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
