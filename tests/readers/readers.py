"""Lets real feed readers subscribe to the sample site, served by the real program.

Each reader that is installed subscribes to the site's feed and to those of a category with a
space and of one with Han characters in its name, in RSS and in Atom. It must hold the right
titles, and be answered 304 for all of them in the end. Nothing leaves the loopback address, and
nothing is written outside one temporary folder. Exit code 0, or 1 when a reader fails.
"""

import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import xml.etree.ElementTree

import clients
import proxy

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# The sample site has no category with Han characters, so its copy gets one.
HAN = "河流日报"
POST = f"""---
title: "河水 & 水车 <快讯>"
date: 2026-03-06 09:00:00 +0800
categories: {HAN}
---
水位正常。
"""

# A category whose name has a space.
SPACE = "Mill Notes"

# `feedmill.limit` of the sample site.
LIMIT = 20

# Some readers store no validators on their first poll.
MOST_POLLS = 4


class Program:
    """The program, serving a copy of the sample site behind the proxy."""

    def __init__(self, binary, folder, door):
        self.site = folder / "site"
        shutil.copytree(REPOSITORY / "content", self.site)
        (self.site / "_posts" / "2026-03-06-han.md").write_text(POST, encoding="utf-8")
        self.base = f"http://127.0.0.1:{door.port}"
        common = [self.site, "--output", folder / "feeds", "--base-url", self.base]
        self.environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("FEEDMILL_", "LISTEN_", "NOTIFY_"))
        }
        listed = subprocess.run(
            [binary, "list", *common, "--format", "json"],
            env=self.environment, stdout=subprocess.PIPE, check=True,
        )
        self.posts = [post for post in json.loads(listed.stdout) if post["state"] == "published"]
        self.log = open(folder / "log", "w+", encoding="utf-8")
        self.child = subprocess.Popen(
            [binary, "serve", *common, "--state", folder / "state", "--listen", "127.0.0.1:0"],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.log, text=True,
        )

    def wait(self):
        """Waits until it serves; where it listens."""
        for line in self.child.stdout:
            if line.startswith("serving http://"):
                address = urllib.parse.urlsplit(line.split()[1])
                threading.Thread(target=self.child.stdout.read, daemon=True).start()
                return address.hostname, address.port
        self.log.seek(0)
        raise RuntimeError(f"the program does not serve\n{self.log.read()}")

    def close(self):
        self.child.terminate()
        try:
            self.child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()
        self.log.close()

    def titles(self, category):
        """The titles that a feed must have; the site's feed for no category."""
        posts = [post for post in self.posts if not category or category in post["categories"]]
        posts.sort(key=lambda post: datetime.datetime.fromisoformat(post["date"]), reverse=True)
        return sorted(post["title"] for post in posts[:LIMIT])

    def expected(self):
        """The titles of each feed by its address, which the list of all feeds tells."""
        with urllib.request.urlopen(f"{self.base}/feeds.opml", timeout=10) as answer:
            outlines = xml.etree.ElementTree.parse(answer).getroot().iter("outline")
        listed = {}
        for outline in outlines:
            if outline.get("xmlUrl"):
                listed.setdefault(outline.get("text"), outline.get("xmlUrl"))
        site = next(iter(listed))
        expected = {}
        for name, category in ((site, None), (SPACE, SPACE), (HAN, HAN)):
            titles = self.titles(category)
            assert titles, name
            address = listed[name]
            expected[address] = titles
            expected[address.replace("/atom.xml", "/rss.xml")] = titles
        assert len(expected) == 6, expected
        return expected


def subscribe(client, expected, door):
    """Polls until every answer is 304; the number of polls."""
    paths = sorted(urllib.parse.urlsplit(address).path for address in expected)
    history = []
    for poll in range(1, MOST_POLLS + 1):
        client.poll()
        asked = door.take()
        history.append(f"poll {poll}: {asked}")
        words = "\n".join(history)
        assert sorted(one.path for one in asked) == paths, f"not every feed was asked for once\n{words}"
        assert all(one.status in (200, 304) for one in asked), f"an error was answered\n{words}"
        found = client.titles()
        for address, titles in expected.items():
            assert found.get(address) == titles, (
                f"{address} after poll {poll}\nexpected {titles}\nfound    {found.get(address)}"
            )
        if all(one.is_conditional and one.status == 304 for one in asked):
            return poll
    raise AssertionError(f"not answered 304 after {MOST_POLLS} polls\n{words}")


def try_all(folder, expected, door):
    """Tries each reader; whether none failed."""
    is_good = True
    for kind in clients.ALL:
        program = kind.find()
        if program is None:
            print(f"{kind.name}: not installed, not tried")
            continue
        own = folder / kind.name
        own.mkdir()
        door.take()
        start = time.monotonic()
        try:
            polls = subscribe(kind(program, own, list(expected)), expected, door)
        except Exception as error:
            is_good = False
            print(f"{kind.name}: FAILED: {type(error).__name__}: {error}")
            continue
        took = time.monotonic() - start
        print(f"{kind.name}: {len(expected)} feeds, all titles, 304 at poll {polls} ({took:.1f} s)")
    return is_good


def built():
    """The program as `cargo build` makes it."""
    made = subprocess.run(
        ["cargo", "build", "--locked", "--quiet", "--message-format=json"],
        cwd=REPOSITORY, stdout=subprocess.PIPE, check=True,
    )
    for line in made.stdout.splitlines():
        executable = json.loads(line).get("executable")
        if executable:
            return executable
    raise RuntimeError("cargo built no program")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    binary = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else built()
    with tempfile.TemporaryDirectory(prefix="feedmill-readers-") as name:
        folder = pathlib.Path(name)
        door = proxy.Proxy()
        program = Program(binary, folder, door)
        try:
            door.target = program.wait()
            is_good = try_all(folder, program.expected(), door)
        finally:
            program.close()
            door.close()
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
