"""The feed readers: how each one subscribes, polls, and shows what it has.

A client is made with its own empty folder and the addresses to subscribe to; `poll` asks for all
of them once, and `titles` gives the titles that it holds, by address.
"""

import contextlib
import email.header
import json
import mailbox
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys


def run(command, folder, more=()):
    """Runs a program with nothing of its user's; its words when it fails."""
    kept = {name: os.environ[name] for name in ("PATH", "PYENV_ROOT") if name in os.environ}
    homes = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR")
    environment = {**kept, **{name: str(folder) for name in homes}}
    environment.update(LANG="C.UTF-8", LC_ALL="C.UTF-8", no_proxy="*", TERM="dumb", **dict(more))
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as child:
        try:
            words = child.communicate(timeout=20)[0].decode("utf-8", "replace")
        except BaseException:
            # Its own children end with it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            raise
    if child.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {child.returncode}\n{words}")
    return words


class Newsboat:
    """Keeps its feeds in a database, and there every entry once, under the feed that came last:
    so each feed gets a database of its own.
    """

    name = "newsboat"

    @staticmethod
    def find():
        return shutil.which("newsboat")

    def __init__(self, program, folder, addresses):
        self.program = program
        self.folders = []
        for number, address in enumerate(addresses):
            own = folder / str(number)
            own.mkdir()
            (own / "urls").write_text(f"{address}\n")
            (own / "config").write_text("reload-threads 1\n")
            self.folders.append(own)

    def poll(self):
        for own in self.folders:
            files = [f"--{name}-file={own / file}" for name, file in
                     (("url", "urls"), ("cache", "cache.db"), ("config", "config"))]
            run([self.program, *files, "--execute=reload"], own)

    def titles(self):
        rows = []
        for own in self.folders:
            with contextlib.closing(sqlite3.connect(own / "cache.db")) as database:
                found = database.execute("select feedurl, title from rss_item where deleted = 0")
                rows.extend(found.fetchall())
        return gathered(rows)


class Rss2Email:
    """Writes a mail for every entry, here into a folder."""

    name = "rss2email"

    @staticmethod
    def find():
        return shutil.which("r2e")

    def __init__(self, program, folder, addresses):
        self.folder = folder
        config = folder / "config"
        config.write_text(
            "[DEFAULT]\nfrom = feeds@mill.example\nto = reader@mill.example\n"
            "email-protocol = maildir\n"
            f"maildir-path = {folder}\nmaildir-mailbox = mail\n"
        )
        (folder / "mail").mkdir()
        for part in ("cur", "new", "tmp"):
            (folder / "mail" / part).mkdir()
        self.command = [program, "-c", str(config), "-d", str(folder / "feeds.json")]
        for number, address in enumerate(addresses):
            run([*self.command, "add", f"feed{number}", address], folder)

    def poll(self):
        run([*self.command, "run"], self.folder)

    def titles(self):
        rows = []
        for mail in mailbox.Maildir(self.folder / "mail"):
            subject = email.header.make_header(email.header.decode_header(mail["Subject"]))
            rows.append((mail["X-RSS-Feed"], str(subject)))
        return gathered(rows)


class Feedparser:
    """A module; what it needs to be conditional is kept in a file, as its users do."""

    name = "feedparser"

    SCRIPT = """
import json, pathlib, sys, feedparser
kept = pathlib.Path(sys.argv[1])
state = json.loads(kept.read_text()) if kept.exists() else {}
for address in sys.argv[2:]:
    known = state.get(address, {})
    feed = feedparser.parse(address, etag=known.get("etag"), modified=known.get("modified"))
    if feed.get("bozo"):
        raise SystemExit(f"{address}: {feed.bozo_exception}")
    if feed.status == 200:
        titles = [entry.title for entry in feed.entries]
        state[address] = dict(etag=feed.get("etag"), modified=feed.get("modified"), titles=titles)
kept.write_text(json.dumps(state))
"""

    @staticmethod
    def find():
        for program in (sys.executable, "/usr/bin/python3"):
            if program and os.path.exists(program):
                tried = subprocess.run([program, "-c", "import feedparser"], stderr=subprocess.DEVNULL)
                if tried.returncode == 0:
                    return program
        return None

    def __init__(self, program, folder, addresses):
        self.folder = folder
        self.kept = folder / "kept.json"
        self.command = [program, "-c", self.SCRIPT, str(self.kept), *addresses]

    def poll(self):
        run(self.command, self.folder)

    def titles(self):
        state = json.loads(pathlib.Path(self.kept).read_text())
        return {address: sorted(known["titles"]) for address, known in state.items()}


def gathered(rows):
    """Titles by address, sorted."""
    titles = {}
    for address, title in rows:
        titles.setdefault(address, []).append(title)
    return {address: sorted(found) for address, found in titles.items()}


ALL = (Newsboat, Rss2Email, Feedparser)
