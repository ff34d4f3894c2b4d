"""What commands and processes cost, and on which machine."""

import dataclasses
import datetime
import json
import math
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

DROP_CACHES = pathlib.Path("/proc/sys/vm/drop_caches")

# A process counts what its parent had in memory when it was forked as its own peak, so the
# command is started by an interpreter that has loaded nothing.
STARTER = """
import os, sys, time
start = time.monotonic()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
sys.stderr.write(f"\\n[{os.waitstatus_to_exitcode(status)}, {used.ru_utime + used.ru_stime}, "
                 f"{time.monotonic() - start}, {used.ru_maxrss / 1024}]")
"""


@dataclasses.dataclass
class Cost:
    """What a command took."""

    cpu: float
    wall: float
    mib: float
    output: str = ""


def median(values: list[float]) -> float:
    return percentile(values, 50)


def percentile(values: list[float], part: float) -> float:
    """The smallest value that at least `part` percent of all are not above."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * part / 100) - 1]


def run(*command: str | pathlib.Path) -> Cost:
    """Runs a command to its end; without success there is nothing to measure."""
    texts = [str(part) for part in command]
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", STARTER, *texts], capture_output=True, text=True
    )
    said, _, told = done.stderr.rpartition("\n")
    code, cpu, wall, mib = json.loads(told) if done.returncode == 0 else (-1, 0, 0, 0)
    if code != 0:
        raise SystemExit(f"{' '.join(texts)}: exit code {code}\n{done.stdout}{said}")
    return Cost(cpu, wall, mib, done.stdout)


class Scratch:
    """Folders for what is measured, new ones each time, all removed at the very end.

    ext4 passes over the numbers of files that were deleted within the last minutes when it makes new
    ones, one by one: to remove a run's files just before the next makes that one several times slower.
    """

    def __init__(self, work: pathlib.Path):
        self.all = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=work.resolve()))

    def folder(self) -> pathlib.Path:
        return pathlib.Path(tempfile.mkdtemp(dir=self.all))

    def remove(self) -> None:
        shutil.rmtree(self.all)


def middle(costs: list[Cost]) -> Cost:
    """The medians of several runs, each by itself."""
    return Cost(
        median([c.cpu for c in costs]),
        median([c.wall for c in costs]),
        median([c.mib for c in costs]),
        costs[-1].output,
    )


def can_drop_caches() -> bool:
    return os.access(DROP_CACHES, os.W_OK)


def rest(is_cold: bool = False) -> None:
    """Lets nothing of what was done before be paid for by what comes next."""
    os.sync()
    if is_cold:
        DROP_CACHES.write_text("3")


def cpu_of(process: int) -> float:
    """CPU seconds of a running process, all of its threads."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process: int) -> tuple[float, float]:
    """RSS and PSS in MiB."""
    rollup = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
    kib = dict(line.split()[:2] for line in rollup.splitlines()[1:])
    return int(kib["Rss:"]) / 1024, int(kib["Pss:"]) / 1024


def settle(process: int, quiet: float = 1.0, at_most: float = 300.0) -> None:
    """Waits until a process does nothing."""
    used, since, end = cpu_of(process), time.monotonic(), time.monotonic() + at_most
    while time.monotonic() - since < quiet and time.monotonic() < end:
        time.sleep(0.05)
        now = cpu_of(process)
        if now > used + 0.02:
            used, since = now, time.monotonic()


def version(*command: str) -> str:
    """The version that a program tells, or that it is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return "not installed"
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "unknown"


def describe(work: pathlib.Path) -> dict[str, str]:
    """The machine, as far as figures hang on it."""
    models = [
        line.split(":", 1)[1].strip()
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    disk = subprocess.run(
        ["df", "--output=fstype", work], capture_output=True, text=True
    ).stdout.split()[-1]
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores ({models[0] if models else platform.machine()}), {memory:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}, {disk}",
    }
