"""Tries from inside the sandbox of feedmill.service what must not be possible, and what must be.

Each line of the output is one attempt; exit code 1 when one did not end as it should.
"""

import os
import pathlib
import socket
import subprocess
import sys

STATE = pathlib.Path("/var/lib/feedmill")
CONTENT = pathlib.Path("/srv/feedmill/content")
failures = 0


def attempt(what, action, *, allowed=False):
    """Does it; whether it works must be as said."""
    global failures
    try:
        seen = action()
        is_done, seen = True, "done" if seen is None else f"done: {seen}"
    except (OSError, AssertionError) as error:
        is_done, seen = False, f"refused: {error}"
    is_right = is_done == allowed
    failures += not is_right
    print(f"  {'ok    ' if is_right else 'WRONG '} {what}: {seen}", flush=True)


def write(path):
    pathlib.Path(path).write_text("x", encoding="utf-8")


def connect():
    socket.create_connection(("127.0.0.1", 8080), timeout=2).close()


def bind_unix():
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(STATE / "probe.sock"))
    (STATE / "probe.sock").unlink()


def status(key):
    lines = pathlib.Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)[key].split()[0]


def expect(found, wanted):
    assert found == wanted, found
    return found


def only_self():
    others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    assert not others, f"{len(others)} others"


def listed(path):
    return len(os.listdir(path))


attempt("write to its state", lambda: write(STATE / "probe"), allowed=True)
attempt("read a post", lambda: next(CONTENT.glob("_posts/*.md")).read_text("utf-8")[:3],
        allowed=True)
for folder in ["/", "/usr", "/etc", "/var/lib", "/var/log", "/run", "/dev", "/srv", CONTENT,
               "/sys/fs/cgroup"]:
    attempt(f"write to {folder}", lambda folder=folder: write(f"{folder}/probe"))
# PrivateTmp gives it one of its own; inside.py looks whether this file is in the real one.
attempt("write to a /tmp of its own", lambda: write("/tmp/probe"), allowed=True)
attempt("change a kernel setting", lambda: write("/proc/sys/kernel/domainname"))
attempt("list /home", lambda: listed("/home"))
attempt("list /root", lambda: listed("/root"))
attempt("read /etc/shadow", lambda: open("/etc/shadow", "rb").read(1))
attempt("open /dev/kmsg", lambda: open("/dev/kmsg", "rb"))
attempt("see only itself in /proc", only_self, allowed=True)
attempt("see /proc/meminfo", lambda: open("/proc/meminfo", "rb"))
attempt("run /bin/true", lambda: subprocess.run(["/bin/true"], check=True))
attempt("become root", lambda: os.setuid(0))
attempt("make a set-user-id file", lambda: os.chmod(STATE / "probe", 0o4755))
attempt("hold no capability that could come back", lambda: expect(status("CapBnd"), "0" * 16),
        allowed=True)
attempt("have given up new privileges", lambda: expect(status("NoNewPrivs"), "1"), allowed=True)
attempt("be held to a filter of system calls", lambda: expect(status("Seccomp"), "2"),
        allowed=True)
attempt("be no one but itself", lambda: expect(os.getuid() != 0, True), allowed=True)
attempt("enter another mount namespace",
        lambda: os.open("/proc/1/ns/mnt", os.O_RDONLY))
attempt("bind a unix socket", bind_unix, allowed=True)
for name in ["INET", "INET6", "NETLINK", "PACKET", "VSOCK", "BLUETOOTH"]:
    family = getattr(socket, f"AF_{name}", None)
    if family is not None:
        attempt(f"open a socket of AF_{name}",
                lambda family=family: socket.socket(family, socket.SOCK_RAW if name == "PACKET"
                                                    else socket.SOCK_STREAM).close())
attempt("call 127.0.0.1", connect)
(STATE / "probe").unlink(missing_ok=True)
sys.exit(1 if failures else 0)
