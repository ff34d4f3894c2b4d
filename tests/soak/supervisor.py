"""The service as systemd runs it: the socket is held here, and who has ended is started again.

All happens in `turn`, without a thread, so that a fork is safe at any time.
"""

import dataclasses
import os
import pathlib
import selectors
import signal
import socket
import sys
import time

import machine

# As in feedmill.socket.
BACKLOG = 4096
DEFER_ACCEPT = 1
# As in feedmill.service; nobody is killed for it here, but the longest silence is told.
WATCHDOG = 120
PASSED = 3
# A process that ends by itself is not started more often than this.
PAUSE = 1.0
# What is measured of a process that is younger than this says nothing.
YOUNG = 2.0


@dataclasses.dataclass
class Sample:
    """What a process had, so many seconds after its start; memory in MiB."""

    age: float
    rss: float
    pss: float
    files: int
    threads: int


@dataclasses.dataclass
class Life:
    """One process of the service; times are of the monotonic clock."""

    pid: int
    started: float
    ready: float | None = None
    last_pulse: float = 0.0
    cpu: float = 0.0
    samples: list[Sample] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Kill:
    """A SIGKILL: when it was sent, and how long until READY=1 and until the first answer."""

    at: float
    ready: float | None = None
    answer: float | None = None


class Supervisor:
    """Holds the socket, starts the process, watches it."""

    def __init__(self, command: list, folder: pathlib.Path, say):
        self.command, self.say = [str(part) for part in command], say
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, DEFER_ACCEPT)
        self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(BACKLOG)
        self.address = self.listener.getsockname()
        self.notify_path = folder / "notify"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(self.notify_path))
        self.notify.setblocking(False)
        self.log = open(folder / "service.log", "ab")
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.notify, selectors.EVENT_READ, self.hear)
        self.lives: list[Life] = []
        self.kills: list[Kill] = []
        self.ends: list[str] = []
        self.silence = 0.0
        self.is_stopping = False
        self.exit_code: int | None = None
        self.probe: socket.socket | None = None
        self.handle = -1
        self.again = 0.0

    @property
    def life(self) -> Life:
        return self.lives[-1]

    @property
    def is_running(self) -> bool:
        return self.handle >= 0

    def start(self) -> None:
        """Starts the process with the socket as its file 3 (sd_listen_fds(3))."""
        environment = os.environ | {
            "LISTEN_FDS": "1",
            "NOTIFY_SOCKET": str(self.notify_path),
            "WATCHDOG_USEC": str(WATCHDOG * 1_000_000),
        }
        # Those of a systemd that started this test would be wrong for the service.
        for name in ("LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_PID", "STATE_DIRECTORY"):
            environment.pop(name, None)
        now = time.monotonic()
        pid = os.fork()
        if pid == 0:
            try:
                os.dup2(self.log.fileno(), 1)
                os.dup2(self.log.fileno(), 2)
                os.dup2(self.listener.fileno(), PASSED)
                # Where it was that file already, it is closed at the exec unless that is said.
                os.set_inheritable(PASSED, True)
                environment["LISTEN_PID"] = environment["WATCHDOG_PID"] = str(os.getpid())
                os.execve(self.command[0], self.command, environment)
            except OSError as error:
                print(f"{self.command[0]}: {error}", file=sys.stderr, flush=True)
            finally:
                os._exit(127)
        self.lives.append(Life(pid, now, last_pulse=now))
        self.handle = os.pidfd_open(pid)
        self.selector.register(self.handle, selectors.EVENT_READ, self.ended)

    def turn(self, seconds: float) -> None:
        """Waits for what happens, at most so long, and sees to it."""
        for key, _ in self.selector.select(max(0.0, seconds)):
            key.data()
        if not self.is_running and not self.is_stopping and time.monotonic() >= self.again:
            self.start()

    def hear(self) -> None:
        """What the process tells its supervisor (sd_notify(3))."""
        while True:
            try:
                lines = self.notify.recv(4096).split(b"\n")
            except BlockingIOError:
                return
            now = time.monotonic()
            if b"READY=1" in lines and self.life.ready is None:
                self.life.ready = now
                if self.kills and self.kills[-1].ready is None:
                    self.kills[-1].ready = now - self.kills[-1].at
            if b"WATCHDOG=1" in lines:
                self.silence = max(self.silence, now - self.life.last_pulse)
                self.life.last_pulse = now

    def ended(self) -> None:
        """The process is gone."""
        self.selector.unregister(self.handle)
        os.close(self.handle)
        self.handle = -1
        _, status = os.waitpid(self.life.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if self.is_stopping:
            self.exit_code = code
            return
        is_killed = code == -signal.SIGKILL and self.kills and self.kills[-1].at > self.life.started
        if not is_killed:
            self.again = time.monotonic() + PAUSE
            self.ends.append(f"process {self.life.pid} ended by itself with {code}")
            self.say(self.ends[-1])

    def kill(self) -> None:
        """SIGKILL; a new connection waits for the first answer after it."""
        if not self.is_running:
            return
        number = len(self.lives)
        self.life.cpu = machine.cpu_of(self.life.pid)
        self.kills.append(Kill(time.monotonic()))
        os.kill(self.life.pid, signal.SIGKILL)
        while len(self.lives) == number:
            self.turn(1.0)
        self.close_probe()
        self.probe = socket.create_connection(self.address)
        self.probe.sendall(b"GET /atom.xml HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n")
        self.selector.register(self.probe, selectors.EVENT_READ, self.answered)

    def answered(self) -> None:
        try:
            data = self.probe.recv(1 << 16)
        except OSError:
            data = b""
        if data.startswith(b"HTTP/1.1 200 "):
            self.kills[-1].answer = time.monotonic() - self.kills[-1].at
        self.close_probe()

    def close_probe(self) -> None:
        if self.probe is not None:
            self.selector.unregister(self.probe)
            self.probe.close()
            self.probe = None

    def sample(self) -> Sample | None:
        """What the process has now; nothing when there is none, or one that has just begun."""
        if time.monotonic() - self.life.started < YOUNG:
            return None
        process = pathlib.Path(f"/proc/{self.life.pid}")
        try:
            rss, pss = machine.memory_of(self.life.pid)
            files = len(os.listdir(process / "fd"))
            threads = len(os.listdir(process / "task"))
            self.life.cpu = machine.cpu_of(self.life.pid)
        except (OSError, KeyError):
            return None
        age = time.monotonic() - self.life.started
        self.life.samples.append(Sample(age, rss, pss, files, threads))
        return self.life.samples[-1]

    def stop(self, patience: float) -> float | None:
        """SIGTERM; how long the process took, or nothing when it had to be killed."""
        if not self.is_running:
            return None
        self.is_stopping, start = True, time.monotonic()
        self.life.cpu = machine.cpu_of(self.life.pid)
        os.kill(self.life.pid, signal.SIGTERM)
        while self.is_running and time.monotonic() < start + patience:
            self.turn(0.1)
        if not self.is_running:
            return time.monotonic() - start
        self.end()
        return None

    def end(self) -> None:
        """Leaves no process behind."""
        self.is_stopping = True
        if self.is_running:
            os.kill(self.life.pid, signal.SIGKILL)
        while self.is_running:
            self.turn(0.1)
