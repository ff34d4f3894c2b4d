"""The steps of the boot test, run by systemd in a container made by `run`.

Every step prints what it observed; the first one that fails ends it with the journal of feedmill.
"""

import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

UNITS = pathlib.Path("/etc/systemd/system")
SITE = pathlib.Path("/srv/feedmill/content")
# A link's target gives no event, so only a reload reads it at once.
CONFIG = pathlib.Path("/srv/feedmill/settings.yml")
ADDRESS = ("127.0.0.1", 8080)
LONG = 30
WATCHDOG = 5

# What is shorter here than in the unit, so that the test is.
TEST = f"[Service]\nWatchdogSec={WATCHDOG}\nTimeoutStartSec={WATCHDOG}\n"

# A pass over so many posts takes seconds when the process may hardly run.
POSTS = 1000
POST = "---\ntitle: Post {n}\ncategories: c{group}\n---\n" + "Some *words* of [text](/x).\n\n" * 30

# The probes run with everything that the service has, except that they are another program.
PROBE = """[Unit]
Description=Probes of the sandbox
[Service]
Type=oneshot
ExecStart=
ExecStart=/usr/bin/python3 -B /test/probe.py
ExecPaths=/usr/bin/python3
WatchdogSec=0
Restart=no
StandardOutput=append:/results/log
"""

BROKEN = "title: Broken\nfeedmill:\n  limt: 3\n"


def say(text):
    print(text, flush=True)


def run(*command, check=True):
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    assert not check or done.returncode == 0, f"{' '.join(command)}: {done.stdout}"
    return done.stdout.strip()


def show(name, unit="feedmill.service"):
    return run("systemctl", "show", "--value", "--property", name, unit)


def active(unit):
    return run("systemctl", "is-active", unit, check=False)


def get(path, connection=None):
    """The status and the body; on a connection of its own, if none is given."""
    own = connection or http.client.HTTPConnection(*ADDRESS, timeout=LONG)
    own.request("GET", path)
    answer = own.getresponse()
    body = answer.read()
    if connection is None:
        own.close()
    return answer.status, body


def title():
    status, body = get("/feed.json")
    assert status == 200, status
    return json.loads(body)["title"]


def wait_until(what, is_so, limit=LONG):
    """Looks until it is so; says how long that took."""
    start = time.monotonic()
    while not is_so():
        assert time.monotonic() - start < limit, f"waited in vain until {what}"
        time.sleep(0.02)
    return f"{time.monotonic() - start:.2f} s"


def configure(text):
    CONFIG.write_text(text, encoding="utf-8")


def install(name, folder=UNITS, as_name=None):
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(f"/units/{name}", folder / (as_name or name))


def drop_in(unit, name, text):
    folder = UNITS / f"{unit}.d"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def can_anyone_read(path):
    """Whether a user without any rights can, as a web server is one."""
    return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat",
                           path], check=False, capture_output=True).returncode == 0


class Slow:
    """Lets the service run for a twentieth of the time only, for at most so many seconds."""

    def __init__(self, seconds):
        self.until = time.monotonic() + seconds
        self.thread = threading.Thread(target=self.brake)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.until = 0
        self.thread.join()

    def brake(self):
        process = 0
        while process == 0 and time.monotonic() < self.until:
            process = int(show("MainPID"))
        while time.monotonic() < self.until:
            os.kill(process, signal.SIGSTOP)
            time.sleep(0.095)
            os.kill(process, signal.SIGCONT)
            time.sleep(0.005)


class Load:
    """Clients that go on asking, each on new connections or on one that is kept."""

    def __init__(self):
        self.is_over = False
        self.answered, self.retried, self.failed = 0, 0, []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.ask, args=(number % 2 == 0,))
                        for number in range(8)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        for thread in self.threads:
            thread.join()

    def ask(self, is_kept):
        connection, uses = None, 0
        while not self.is_over:
            if connection is None:
                connection, uses = http.client.HTTPConnection(*ADDRESS, timeout=LONG), 0
            try:
                status, _ = get("/atom.xml", connection)
                with self.lock:
                    self.answered += 1
                    if status != 200:
                        self.failed.append(status)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                connection = None
                with self.lock:
                    # A kept connection may be closed between two requests (RFC 9112 section
                    # 9.5); the client asks again on another. A new one must be answered.
                    if uses > 0:
                        self.retried += 1
                    else:
                        self.failed.append(repr(error))
                continue
            uses += 1
            if not is_kept:
                connection.close()
                connection = None


def prepare():
    shutil.copytree("/content", SITE)
    configure((SITE / "_config.yml").read_text(encoding="utf-8") + "\n")
    (SITE / "_config.yml").unlink()
    (SITE / "_config.yml").symlink_to(CONFIG)
    install("feedmill.service")
    install("feedmill.socket")
    drop_in("feedmill.service", "test.conf", TEST)
    install("feedmill.service", as_name="probe.service")
    drop_in("probe.service", "probe.conf", PROBE)
    run("systemctl", "daemon-reload")


def started_by_its_socket():
    run("systemctl", "start", "feedmill.socket")
    assert (active("feedmill.socket"), active("feedmill.service")) == ("active", "inactive")
    start = time.monotonic()
    status, body = get("/healthz")
    assert status == 200, body
    say(f"  first request answered {status} after {time.monotonic() - start:.2f} s")
    wait_until("it is active", lambda: active("feedmill.service") == "active")
    say(f"  status: {show('StatusText')}")
    assert show("StatusText") == "serving http://127.0.0.1:8080/"


def probed():
    run("systemctl", "start", "probe.service")
    assert not pathlib.Path("/tmp/probe").exists()
    main = pathlib.Path("/proc", show("MainPID"), "status").read_text(encoding="utf-8")
    held = [line for line in main.splitlines()
            if line.startswith(("Uid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp:"))]
    say("  feedmill itself: " + ", ".join(" ".join(line.split()[:2]) for line in held))
    assert "CapBnd:\t0000000000000000" in held and "NoNewPrivs:\t1" in held
    assert "Seccomp:\t2" in held and "Uid:\t0\t0\t0\t0" not in held


def reloaded():
    good = CONFIG.read_text(encoding="utf-8")
    before, process = title(), show("MainPID")
    configure(good.replace(before, "Second"))
    run("systemctl", "reload", "feedmill")
    say(f"  good: served {wait_until('the title is new', lambda: title() == 'Second')} after "
        "`systemctl reload` came back")
    configure(BROKEN)
    run("systemctl", "reload", "feedmill")
    wait_until("it is refused", lambda: "_config.yml:3:" in show("StatusText"))
    say(f"  broken: {show('StatusText')}")
    assert title() == "Second"
    assert get("/healthz")[0] == 503
    assert active("feedmill.service") == "active"
    configure(good)
    run("systemctl", "reload", "feedmill")
    wait_until("it is repaired", lambda: title() == before)
    wait_until("it is well", lambda: show("StatusText") == "serving http://127.0.0.1:8080/")
    assert (show("MainPID"), show("NRestarts")) == (process, "0")
    say(f"  repaired: same process, {show('StatusText')}")


def killed():
    before = show("MainPID")
    os.kill(int(before), signal.SIGKILL)
    start = time.monotonic()
    for _ in range(20):
        assert get("/atom.xml")[0] == 200
    say(f"  20 requests answered, the first ones waited: {time.monotonic() - start:.2f} s")
    assert show("NRestarts") == "1" and show("MainPID") != before


def restarted_under_load():
    with Load() as load:
        for _ in range(5):
            answered = load.answered
            wait_until("they are busy", lambda: load.answered > answered + 200)
            run("systemctl", "restart", "feedmill")
        answered = load.answered
        wait_until("they are busy again", lambda: load.answered > answered + 200)
    say(f"  5 restarts: {load.answered} requests answered, {len(load.failed)} failed, "
        f"{load.retried} asked again on a kept connection that was closed")
    assert not load.failed, load.failed[:5]
    assert load.retried <= 5 * 4, "a kept connection is closed once by each restart"
    assert show("Result") == "success"


def restarted_by_the_watchdog():
    before, restarts = show("MainPID"), int(show("NRestarts"))
    time.sleep(WATCHDOG + 1)
    assert show("MainPID") == before, "killed although it is alive"
    os.kill(int(before), signal.SIGSTOP)
    # Until it stands still it may take the connection, which would end with it.
    stat = pathlib.Path(f"/proc/{before}/stat")
    wait_until("it stands still", lambda: stat.read_text().rpartition(")")[2].split()[0] == "T")
    start = time.monotonic()
    assert get("/atom.xml")[0] == 200
    say(f"  stopped with SIGSTOP (WatchdogSec={WATCHDOG}): a request that came then was answered "
        f"after {time.monotonic() - start:.1f} s by the next process")
    assert int(show("NRestarts")) == restarts + 1 and show("MainPID") != before
    wait_until("the journal has it", lambda: "Watchdog timeout" in run(
        "journalctl", "--no-pager", "-u", "feedmill"))


def served_until_the_site_is_right():
    good = CONFIG.read_text(encoding="utf-8")
    feed = get("/atom.xml")
    configure(BROKEN)
    run("systemctl", "restart", "feedmill")
    assert get("/atom.xml") == feed and get("/readyz")[0] == 503
    say(f"  with a broken configuration: {show('StatusText')}")
    configure(good)
    wait_until("it is taken", lambda: get("/readyz")[0] == 200)
    site = CONFIG.parent
    away = site.with_name("away")
    site.rename(away)
    run("systemctl", "restart", "feedmill")
    assert get("/atom.xml") == feed and get("/readyz")[0] == 503
    say(f"  without its site: {show('StatusText')}")
    away.rename(site)
    wait_until("it is taken in", lambda: get("/readyz")[0] == 200)
    assert get("/atom.xml") == feed


def exported_for_another_server():
    feed = "/var/lib/feedmill/feeds/atom.xml"
    assert not can_anyone_read(feed), "a dynamic user's state is closed"
    install("sysusers.conf", pathlib.Path("/etc/sysusers.d"), "feedmill.conf")
    run("systemd-sysusers")
    install("export.conf", UNITS / "feedmill.service.d")
    run("systemctl", "daemon-reload")
    run("systemctl", "restart", "feedmill")
    assert can_anyone_read(feed)
    say(f"  export.conf: user {show('User')}, {run('stat', '-c', '%A %U %n', feed)}")
    assert get("/atom.xml") == (200, pathlib.Path(feed).read_bytes())


def exported_by_the_timer():
    feed = "/var/lib/feedmill-export/feeds/atom.xml"
    install("feedmill-export.service")
    install("feedmill-export.timer")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "feedmill-export.timer")
    due = run("systemctl", "show", "--value", "--property", "NextElapseUSecRealtime",
              "feedmill-export.timer")
    assert due, "the timer has no next time"
    # What the timer does when it is due.
    run("systemctl", "start", "feedmill-export.service")
    assert can_anyone_read(feed)
    say(f"  next at {due}; {run('stat', '-c', '%A %U %n', feed)}")
    assert show("Result", "feedmill-export.service") == "success"


def left_alone_in_long_passes():
    run("systemctl", "stop", "feedmill.service")
    shutil.rmtree("/var/lib/feedmill")
    folder = SITE / "_posts" / "long"
    folder.mkdir()
    for n in range(POSTS):
        text = POST.format(n=n, group=n % 250)
        (folder / f"2026-01-01-{n}.md").write_text(text, encoding="utf-8")
    start = time.monotonic()
    with Slow(WATCHDOG + 4):
        run("systemctl", "start", "feedmill.service")
    report_pass("start", start)
    process, good = show("MainPID"), CONFIG.read_text(encoding="utf-8")
    configure(good.replace(title(), "Third"))
    start = time.monotonic()
    with Slow(WATCHDOG + 4):
        run("systemctl", "reload", "feedmill.service")
        wait_until("it is read", lambda: title() == "Third")
    report_pass("reload", start)
    assert (show("MainPID"), show("NRestarts")) == (process, "0")


def report_pass(what, start):
    """Says what it shows; a release build may be too quick for the brake, a debug build is not."""
    took = time.monotonic() - start
    verdict = "was left alone" if took > WATCHDOG + 1 else "was too quick to prove anything"
    say(f"  a {what} that took {took:.1f} s {verdict}: WatchdogSec={WATCHDOG}, "
        f"TimeoutStartSec={WATCHDOG}")


def stopped():
    start = time.monotonic()
    run("systemctl", "stop", "feedmill.service")
    took = time.monotonic() - start
    assert (show("Result"), show("ExecMainStatus")) == ("success", "0")
    assert active("feedmill.socket") == "active"
    assert get("/healthz")[0] == 200
    say(f"  in {took:.2f} s with exit code 0; the next request starts it again")


STEPS = [
    prepare, started_by_its_socket, probed, reloaded, killed, restarted_under_load,
    restarted_by_the_watchdog, served_until_the_site_is_right, exported_for_another_server,
    exported_by_the_timer, left_alone_in_long_passes, stopped,
]


def main():
    start = time.monotonic()
    say(run("systemctl", "--version").splitlines()[0])
    for step in STEPS:
        say(step.__name__.replace("_", " "))
        try:
            step()
        except (AssertionError, OSError, http.client.HTTPException) as error:
            say(f"FAILED: {step.__name__}: {error!r}")
            say(run("journalctl", "--no-pager", "--output=short-monotonic", "--lines=100",
                    check=False))
            return 1
    say(f"systemd boot: all well, {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.stdout = open("/results/log", "a", encoding="utf-8")
    sys.exit(main())
