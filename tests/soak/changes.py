"""Writers: changes of the content at a steady rate, of which the outcome is known at any time.

The newest posts make the feeds that are asked for change all the time. One post of each category
is only ever edited, so that none of these feeds goes; categories of their own come and go beside
them.
"""

import bisect
import collections
import dataclasses
import datetime
import hashlib
import heapq
import http.client
import itertools
import math
import os
import pathlib
import queue
import random
import re
import signal
import threading
import time
import urllib.parse

import make_corpus

# What a change is, and how often. Repairs come besides: one for each that was broken.
KINDS = {"turnover": 40, "edit": 30, "category": 10, "same": 8, "damage": 6}
# How a file is written: at once, in two pieces, under another name first, or as editors do that
# move the old file away.
WAYS = {"at once": 45, "pieces": 15, "rename": 30, "aside": 10}
# How long a post stays broken: some are repaired before they are given up.
SHORTEST_BREAK, LONGEST_BREAK = 0.5, 20.0
SHORTEST_PIECE, LONGEST_PIECE = 0.02, 0.3
# This part of new posts is in a category of its own, and this part of deletions takes one of those.
SHORT_LIVED, OF_SHORT_LIVED = 0.1, 0.2
# How often a new post is waited for in its feed, and for how long.
SAMPLE_EVERY = 3.0
SAMPLE_PAUSE = 0.005
SAMPLE_PATIENCE = 60.0


@dataclasses.dataclass(slots=True)
class Entry:
    """A post as it should be, and how its file is."""

    number: int
    when: datetime.datetime
    # The category, as its number, and by a name of its own if it has one.
    category: int
    own_name: str = ""
    name: str = ""
    version: int = 0
    digest: bytes = b""
    place: int = 0
    is_busy: bool = False


class Content:
    """The folder of posts."""

    def __init__(self, folder: pathlib.Path, maker: make_corpus.Maker, rate: float, log):
        # What was done to which file, for whoever has to explain what came of it.
        self.log = log
        self.folder, self.maker, self.rate = str(folder), maker, rate
        self.chance = random.Random()
        self.entries: list[Entry] = []
        self.short_lived: collections.deque[Entry] = collections.deque()
        self.next_number = maker.posts
        # What is to be done when: pieces that are still to be written, and repairs.
        self.pieces: list = []
        self.repairs: list = []
        self.order = itertools.count()
        self.counts = collections.Counter()
        self.samples: queue.Queue = queue.Queue(maxsize=1)
        self.next_sample = 0.0
        indexes = {name: index for index, name in enumerate(maker.categories)}
        for number in range(maker.posts):
            post = maker.post(number)
            when = re.search(rb"\ndate: (.{19})", post.data)[1].decode()
            entry = Entry(number, datetime.datetime.fromisoformat(when), indexes[post.category])
            entry.name, entry.digest = post.name, digest(post.data)
            self.add(entry)

    def note(self, entry: Entry, what: str) -> None:
        category = entry.own_name or self.maker.categories[entry.category]
        print(f"{time.time():.3f} {what} {entry.name} {category}", file=self.log)

    def add(self, entry: Entry) -> None:
        entry.place = len(self.entries)
        self.entries.append(entry)

    def drop(self, entry: Entry) -> None:
        last = self.entries.pop()
        if last is not entry:
            self.entries[entry.place], last.place = last, entry.place
        entry.place = -1

    def is_kept(self, entry: Entry) -> bool:
        """Whether this is the post that keeps its category."""
        return entry.number < self.maker.count

    def pick(self, may_be_kept: bool) -> Entry:
        """Any post that nothing is going on with."""
        while True:
            entry = self.entries[int(self.chance.random() * len(self.entries))]
            if not entry.is_busy and (may_be_kept or not self.is_kept(entry)):
                return entry

    def text(self, entry: Entry) -> bytes:
        post = self.maker.post(entry.number, entry.category, entry.when)
        entry.name, data = post.name, post.data
        if entry.own_name:
            old = f"\ncategories: {post.category}\n".encode()
            data = data.replace(old, f"\ncategories: {entry.own_name}\n".encode(), 1)
        if entry.version:
            data += f"<p>第 {entry.version} 次修改。</p>\n".encode()
        return data

    def change(self) -> None:
        """Makes one change."""
        if self.repairs and self.repairs[0][0] <= time.monotonic():
            entry = heapq.heappop(self.repairs)[2]
            self.write(entry, self.text(entry))
            self.counts["repair"] += 1
            return
        kind = self.choose(KINDS)
        if kind == "turnover":
            kind = "new" if len(self.entries) <= self.maker.posts else "delete"
        getattr(self, kind)()
        self.counts[kind] += 1

    def choose(self, weights: dict[str, int]) -> str:
        return self.chance.choices(list(weights), weights=list(weights.values()))[0]

    def new(self) -> None:
        number = self.next_number
        self.next_number += 1
        # Newer than all before it, and in the past.
        when = make_corpus.END + datetime.timedelta(seconds=number - self.maker.posts + 1)
        entry = Entry(number, when, self.any_category())
        if self.chance.random() < SHORT_LIVED:
            entry.own_name = f"linshi{number}"
            self.short_lived.append(entry)
        data = self.text(entry)
        self.add(entry)
        is_sample = not entry.own_name and time.monotonic() >= self.next_sample
        self.write(entry, data, "at once" if is_sample else "")
        if is_sample and self.samples.empty():
            now = time.monotonic()
            self.next_sample = now + SAMPLE_EVERY
            self.samples.put((self.maker.categories[entry.category], entry.name, now))
            # It must stay as it is until it was seen.
            entry.is_busy = True
            until = now + SAMPLE_PATIENCE
            heapq.heappush(self.pieces, (until, next(self.order), entry, -1, b""))

    def any_category(self) -> int:
        point = self.chance.random() * self.maker.weights[-1]
        return min(bisect.bisect_left(self.maker.weights, point), self.maker.count - 1)

    def delete(self) -> None:
        entry = None
        if self.short_lived and self.chance.random() < OF_SHORT_LIVED:
            entry = self.short_lived.popleft()
        if entry is None or entry.is_busy or entry.place < 0:
            entry = self.pick(may_be_kept=False)
        self.drop(entry)
        self.note(entry, "deleted")
        os.unlink(f"{self.folder}/{entry.name}")

    def edit(self) -> None:
        entry = self.pick(may_be_kept=True)
        entry.version += 1
        self.write(entry, self.text(entry))

    def category(self) -> None:
        entry = self.pick(may_be_kept=False)
        entry.category, entry.own_name = self.any_category(), ""
        self.write(entry, self.text(entry))

    def same(self) -> None:
        entry = self.pick(may_be_kept=True)
        path = f"{self.folder}/{entry.name}"
        with open(path, "rb") as file:
            data = file.read()
        self.write(entry, data, self.choose({"at once": 1, "rename": 1}))

    def damage(self) -> None:
        entry = self.pick(may_be_kept=False)
        entry.version += 1
        data = self.text(entry)
        cut = data[: data.index(b"\ncategories:")]
        broken = self.chance.choice([cut, b"", data.replace(b"\n---\n", b"\n---\n\xff", 1)])
        self.note(entry, "broken")
        self.write(entry, broken, self.choose({"at once": 1, "rename": 1}))
        entry.is_busy = True
        pause = self.chance.uniform(SHORTEST_BREAK, LONGEST_BREAK)
        heapq.heappush(self.repairs, (time.monotonic() + pause, next(self.order), entry))

    def write(self, entry: Entry, data: bytes, way: str = "") -> None:
        """Writes a file in one of the ways, or in the one that is given."""
        path, entry.digest, entry.is_busy = f"{self.folder}/{entry.name}", digest(data), False
        way = way or self.choose(WAYS)
        if way == "aside" and (self.is_kept(entry) or not os.path.exists(path)):
            way = "rename"
        self.note(entry, f"written {way}, {len(data)} bytes")
        if way == "at once":
            make_corpus.write(path, data)
        elif way == "rename":
            beside = f"{self.folder}/.{entry.name}.tmp"
            make_corpus.write(beside, data)
            os.rename(beside, path)
        elif way == "aside":
            os.rename(path, path + "~")
            make_corpus.write(path, data)
            os.unlink(path + "~")
        else:
            middle = self.chance.randrange(len(data))
            self.note(entry, f"cut at {middle} bytes")
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.write(file, data[:middle])
            entry.is_busy = True
            until = time.monotonic() + self.chance.uniform(SHORTEST_PIECE, LONGEST_PIECE)
            heapq.heappush(self.pieces, (until, next(self.order), entry, file, data[middle:]))

    def finish_pieces(self, until: float) -> None:
        """Writes the second pieces that are due."""
        while self.pieces and self.pieces[0][0] <= until:
            _, _, entry, file, rest = heapq.heappop(self.pieces)
            if file >= 0:
                self.note(entry, "second piece")
                os.write(file, rest)
                os.close(file)
            entry.is_busy = False

    def wrong_files(self) -> list[str]:
        """Files that are not as they were left: then the test itself is wrong."""
        wanted = {entry.name: entry.digest for entry in self.entries}
        files = pathlib.Path(self.folder).iterdir()
        found = {file.name: digest(file.read_bytes()) for file in files}
        return sorted(
            name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)
        )


def digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


class Lag(threading.Thread):
    """Waits for new posts in the feeds of their categories, one at a time."""

    def __init__(self, address: tuple[str, int], samples: queue.Queue):
        super().__init__(daemon=True)
        self.address, self.samples = address, samples
        # When each was written, and how long it took. Both lists only grow.
        self.found: list[tuple[float, float]] = []
        self.missed: list[str] = []
        self.is_waiting = False

    def run(self) -> None:
        while True:
            self.is_waiting = False
            category, name, since = self.samples.get()
            self.is_waiting = True
            path = f"/category/{urllib.parse.quote(category)}/feed.json"
            if self.wait(path, name.removesuffix(".md")[11:].encode(), since):
                self.found.append((since, time.monotonic() - since))
            else:
                self.missed.append(f"{path} did not show {name} within {SAMPLE_PATIENCE:.0f} s")

    def wait(self, path: str, word: bytes, since: float) -> bool:
        connection, tag = None, None
        while time.monotonic() < since + SAMPLE_PATIENCE:
            try:
                connection = connection or http.client.HTTPConnection(*self.address, timeout=30)
                connection.request("GET", path, headers={"If-None-Match": tag} if tag else {})
                answer = connection.getresponse()
                data = answer.read()
            except (http.client.HTTPException, OSError):
                # Killed in the middle.
                connection = None
                continue
            if answer.status == 200:
                tag = answer.headers["ETag"]
                if word in data:
                    return True
            time.sleep(SAMPLE_PAUSE)
        return False


def work(pipe, address, folder: pathlib.Path, maker: make_corpus.Maker, rate: float, log) -> None:
    """A process of its own: changes until it is told to stop, and reports each second."""
    # Who started it ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    content = Content(folder, maker, rate, open(log, "w", encoding="utf-8", buffering=1))
    lag = Lag(address, content.samples)
    pipe.send({"is_ready": True})
    pipe.recv()
    lag.start()
    start = time.monotonic()
    done, next_report = 0, start + 1

    def report(**more) -> None:
        told = {
            "counts": dict(content.counts),
            "posts": len(content.entries),
            "lags": list(lag.found),
            "missed": list(lag.missed),
            "seconds": time.monotonic() - start,
            "cpu": time.process_time(),
        }
        pipe.send(told | more)

    while not pipe.poll():
        now = time.monotonic()
        content.finish_pieces(now)
        if now >= start + (done + 1) / rate:
            content.change()
            done += 1
        if now >= next_report:
            report()
            next_report = now + 1
        time.sleep(max(0.0, min(0.01, start + (done + 1) / rate - time.monotonic())))
    pipe.recv()
    stopped = time.monotonic()
    content.finish_pieces(math.inf)
    # The last sample may still be on its way.
    while lag.is_waiting and time.monotonic() < stopped + SAMPLE_PATIENCE + 1:
        time.sleep(0.05)
    report(
        seconds=stopped - start,
        wrong=content.wrong_files(),
        broken=len(content.repairs),
        is_last=True,
    )
