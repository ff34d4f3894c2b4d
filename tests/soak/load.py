"""Readers: conditional requests at a steady rate, over kept connections, each answer checked.

The pace is open: a request is due at its time, whether or not those before it were answered, and
its latency counts from when it was due. A request whose connection breaks is sent once more on a
new one, as any client does with a GET (RFC 9110 §9.2.2); what broke is told with its time, so that
whoever knows when the process was killed can say whether that explains it.
"""

import collections
import dataclasses
import hashlib
import itertools
import math
import random
import select
import signal
import socket
import time
import urllib.parse
import zlib

# Readers prefer RSS; each of these is asked for in each category.
FILES = {"rss.xml": 0.45, "atom.xml": 0.35, "feed.json": 0.18, "": 0.02}
# What is asked for besides categories, with its part of all requests.
SITE = {"rss.xml": 0.03, "atom.xml": 0.02, "feed.json": 0.01, "": 0.0005, "feeds.opml": 0.0005}
ENDS = {"rss.xml": b"</rss>\n", "atom.xml": b"</feed>\n", "feed.json": b"}\n", "": b"</html>\n"}
ENDS["feeds.opml"] = b"</opml>\n"

UNCONDITIONAL = 0.01
GZIP = 0.2
PATIENCE = 30.0
# A connection is left after so many answers, so that new ones come all the time.
LEAST_ANSWERS, MOST_ANSWERS = 100, 500
# Latencies are counted in steps of 5 %, from 10 µs on.
FIRST_STEP, STEP = 1e-5, math.log(1.05)
# So many failures and breaks are told of one by one.
MOST_TOLD = 1000


@dataclasses.dataclass(slots=True)
class Target:
    """A document, and what is known of it: its tags, and the bytes that one of them named."""

    path: str
    end: bytes
    tags: list[str] = dataclasses.field(default_factory=lambda: ["", ""])
    named: tuple[str, bytes] = ("", b"")


@dataclasses.dataclass(slots=True)
class Asked:
    """A request that is on its way. `tag` is empty when it is unconditional."""

    target: Target
    is_gzip: bool
    tag: str
    due: float
    is_again: bool = False


class Broken(Exception):
    """What is wrong with an answer."""


class Connection:
    """One connection, with at most one request on its way."""

    def __init__(self, address: tuple[str, int]):
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.asked: Asked | None = None
        self.since = 0.0
        self.parts: list[bytes] = []
        self.got = self.need = 0
        self.head = b""
        self.answers = 0
        self.limit = random.randint(LEAST_ANSWERS, MOST_ANSWERS)


class Load:
    """The requests of all readers."""

    def __init__(self, address, connections: int, rate: float, categories, weights):
        self.address, self.rate = address, rate
        self.host = f"{address[0]}:{address[1]}"
        self.targets, chances = targets(categories, weights)
        self.weights = list(itertools.accumulate(chances))
        self.chosen: list[int] = []
        self.poll = select.epoll()
        self.open: dict[int, Connection] = {}
        self.idle: collections.deque[Connection] = collections.deque()
        self.missing = connections
        self.counts = collections.Counter()
        self.statuses = collections.Counter()
        self.latencies = collections.Counter()
        self.breaks: list[tuple[float, str]] = []
        self.failures: list[str] = []
        self.start = time.monotonic()
        self.stopped: float | None = None
        self.issued = 0
        self.reopen = 0.0

    def turn(self) -> None:
        """Sends what is due, and takes what has come."""
        if self.missing:
            self.connect()
        now = time.monotonic()
        due = 0 if self.stopped else int((now - self.start) * self.rate)
        while self.issued < due and self.idle:
            connection = self.idle.popleft()
            self.issued += 1
            self.send(connection, self.next_request(self.start + self.issued / self.rate))
        # Two milliseconds' worth is sent at once: each wait costs more than a request.
        for number, _ in self.poll.poll(0.002):
            connection = self.open.get(number)
            if connection:
                self.receive(connection)

    def connect(self) -> None:
        now = time.monotonic()
        while self.missing and now >= self.reopen:
            connection = self.opened()
            if connection is None:
                break
            self.missing -= 1
            self.idle.append(connection)

    def opened(self) -> Connection | None:
        """A new connection. One that is refused is a failure: the socket is always open."""
        try:
            connection = Connection(self.address)
        except OSError as error:
            self.reopen = time.monotonic() + 0.05
            self.fail(None, f"no connection: {error}")
            return None
        self.counts["connections"] += 1
        self.open[connection.socket.fileno()] = connection
        self.poll.register(connection.socket, select.EPOLLIN)
        return connection

    def close(self, connection: Connection) -> None:
        del self.open[connection.socket.fileno()]
        self.poll.unregister(connection.socket)
        connection.socket.close()

    def next_request(self, due: float) -> Asked:
        if not self.chosen:
            self.chosen = random.choices(
                range(len(self.targets)), cum_weights=self.weights, k=8192
            )
        target = self.targets[self.chosen.pop()]
        is_gzip = random.random() < GZIP
        tag = "" if random.random() < UNCONDITIONAL else target.tags[is_gzip]
        return Asked(target, is_gzip, tag, due)

    def send(self, connection: Connection, asked: Asked) -> None:
        """Sends a request on a connection that has none."""
        text = f"GET {asked.target.path} HTTP/1.1\r\nHost: {self.host}\r\n"
        if asked.is_gzip:
            text += "Accept-Encoding: gzip\r\n"
        if asked.tag:
            text += f"If-None-Match: {asked.tag}\r\n"
        connection.asked, connection.since = asked, time.monotonic()
        connection.parts, connection.got, connection.need, connection.head = [], 0, 0, b""
        data = text.encode() + b"\r\n"
        try:
            if connection.socket.send(data) != len(data):
                self.broke(connection)
        except OSError:
            self.broke(connection)

    def receive(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.broke(connection)
        elif connection.asked is None:
            self.fail(None, f"bytes that nobody asked for: {data[:80]!r}")
            self.close(connection)
            self.missing += 1
        else:
            try:
                self.take(connection, data)
            except Broken as reason:
                self.fail(connection.asked, str(reason))
                self.close(connection)
                self.missing += 1

    def take(self, connection: Connection, data: bytes) -> None:
        """Takes a part of an answer; the last one ends it."""
        connection.parts.append(data)
        connection.got += len(data)
        if not connection.need:
            so_far = b"".join(connection.parts)
            end = so_far.find(b"\r\n\r\n")
            if end < 0:
                return
            connection.head, connection.parts = so_far[:end], [so_far]
            connection.need = end + 4 + length_of(connection.head)
        if connection.got < connection.need:
            return
        if connection.got > connection.need:
            raise Broken(f"{connection.got - connection.need} bytes behind the answer")
        asked = connection.asked
        body = b"".join(connection.parts)[len(connection.head) + 4 :]
        status = self.judge(asked, connection.head, body)
        self.counts["answered"] += 1
        self.statuses[status] += 1
        late = max(FIRST_STEP, time.monotonic() - asked.due)
        self.latencies[int(math.log(late / FIRST_STEP) / STEP)] += 1
        connection.asked = None
        connection.answers += 1
        if connection.answers >= connection.limit:
            self.close(connection)
            self.missing += 1
        else:
            self.idle.append(connection)

    def judge(self, asked: Asked, head: bytes, body: bytes) -> int:
        """Whether an answer is right; keeps its tag."""
        status, tag = int(head[9:12]), field(head, b"etag").decode()
        if status not in (200, 304):
            raise Broken(f"status {status}: {body[:80]!r}")
        if len(tag) < 3 or tag[0] != '"' or tag[-1] != '"':
            raise Broken(f"{status} with the entity tag `{tag}`")
        if status == 304:
            if not asked.tag:
                raise Broken("304 although nothing was known")
            if tag != asked.tag:
                raise Broken(f"304 with another tag: asked {asked.tag}, got {tag}")
            return status
        if tag == asked.tag:
            raise Broken(f"200 with the tag that was asked for: {tag}")
        if (field(head, b"content-encoding") == b"gzip") != tag.endswith('-gzip"'):
            raise Broken(f"the tag {tag} is of another coding")
        if tag.endswith('-gzip"'):
            if not asked.is_gzip:
                raise Broken("gzip that was not asked for")
            unpacker = zlib.decompressobj(31)
            try:
                body = unpacker.decompress(body)
            except zlib.error as error:
                raise Broken(f"gzip that cannot be read: {error}") from error
            if not unpacker.eof or unpacker.unused_data:
                raise Broken("gzip that does not end where it should")
        target = asked.target
        if not body.endswith(target.end):
            raise Broken(f"the document ends with {body[-20:]!r}")
        opaque, digest = tag.replace('-gzip"', '"'), hashlib.blake2b(body, digest_size=8).digest()
        if target.named[0] == opaque and target.named[1] != digest:
            raise Broken(f"two documents with the tag {tag}")
        target.named = (opaque, digest)
        target.tags[asked.is_gzip] = tag
        return status

    def broke(self, connection: Connection) -> None:
        """A connection is gone. Its request is sent once more, at once and on a new one."""
        asked, now = connection.asked, time.monotonic()
        self.close(connection)
        if asked is None:
            self.idle.remove(connection)
            self.missing += 1
            self.note_break(now, "idle")
            return
        how = "cut" if connection.got else "reused" if connection.answers else "fresh"
        if asked.is_again:
            self.missing += 1
            self.fail(asked, f"the second try failed, too ({how})")
            return
        self.note_break(now, how)
        asked.is_again = True
        again = self.opened()
        if again is None:
            self.missing += 1
            self.fail(asked, "no connection for the second try")
        else:
            self.send(again, asked)

    def note_break(self, now: float, how: str) -> None:
        self.counts[f"broken {how}"] += 1
        self.breaks.append((now, how))

    def fail(self, asked: Asked | None, reason: str) -> None:
        self.counts["failed"] += 1
        if len(self.failures) < MOST_TOLD:
            where = asked.target.path if asked else "-"
            self.failures.append(f"{time.time():.3f} {where}: {reason}")

    def give_up_on_old(self) -> None:
        """A request without an answer for long is a failed one."""
        end = time.monotonic() - PATIENCE
        for connection in list(self.open.values()):
            if connection.asked and connection.since < end:
                self.fail(connection.asked, f"no answer within {PATIENCE:.0f} s")
                self.close(connection)
                self.missing += 1

    def finish(self) -> None:
        """Takes the answers that are still to come."""
        self.stopped = time.monotonic()
        end = self.stopped + PATIENCE
        while any(connection.asked for connection in self.open.values()):
            self.turn()
            if time.monotonic() > end:
                self.give_up_on_old()

    def report(self) -> dict:
        """What has happened so far; the breaks and failures are those since the last report."""
        breaks, self.breaks = self.breaks, []
        failures, self.failures = self.failures, []
        return {
            "counts": dict(self.counts),
            "statuses": dict(self.statuses),
            "latencies": dict(self.latencies),
            "breaks": breaks,
            "failures": failures,
            "issued": self.issued,
            "seconds": (self.stopped or time.monotonic()) - self.start,
            "cpu": time.process_time(),
        }


def targets(categories: list[str], weights: list[float]) -> tuple[list[Target], list[float]]:
    """All documents that are asked for, and how often each is."""
    found = [Target(f"/{file}", ENDS[file]) for file in SITE]
    chances = list(SITE.values())
    left = (1 - sum(chances)) / sum(weights)
    for category, weight in zip(categories, weights):
        folder = f"/category/{urllib.parse.quote(category)}/"
        for file, part in FILES.items():
            found.append(Target(folder + file, ENDS[file]))
            chances.append(weight * left * part)
    return found, chances


def field(head: bytes, name: bytes) -> bytes:
    """The value of a header field, empty when there is none; hyper writes names in lower case."""
    start = head.find(b"\r\n" + name + b": ")
    if start < 0:
        return b""
    start += len(name) + 4
    end = head.find(b"\r\n", start)
    return head[start:] if end < 0 else head[start:end]


def length_of(head: bytes) -> int:
    """How many bytes follow the head."""
    if head.startswith(b"HTTP/1.1 304 "):
        return 0
    written = field(head, b"content-length")
    if not head.startswith(b"HTTP/1.1 ") or not written.isdigit():
        raise Broken(f"an answer without a length: {head[:80]!r}")
    return int(written)


def latency(steps: dict[int, int], part: float) -> float:
    """The latency in seconds that `part` percent are not above."""
    left = math.ceil(sum(steps.values()) * part / 100)
    for step in sorted(steps):
        left -= steps[step]
        if left <= 0:
            return FIRST_STEP * math.exp((step + 1) * STEP)
    return 0.0


def work(pipe, address, connections: int, rate: float, categories, weights) -> None:
    """A process of its own: asks until it is told to stop, and reports each second."""
    # Who started it ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    load = Load(address, connections, rate, categories, weights)
    next_report = time.monotonic() + 1
    while not pipe.poll():
        end = min(next_report, time.monotonic() + 1)
        while time.monotonic() < end:
            load.turn()
        load.give_up_on_old()
        pipe.send(load.report())
        next_report = max(next_report, time.monotonic()) + 1
    # Where it was not said, whoever would say it is gone, and this ends here, too.
    pipe.recv()
    load.finish()
    pipe.send(load.report() | {"is_last": True})
