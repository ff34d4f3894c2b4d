"""What is to be said of a run: whether memory stayed flat, and whether the export is right."""

import collections
import json
import pathlib
import re

import machine
from supervisor import Life, Sample

# Medians of the two halves may differ by so much and pass for equal: a part, and MiB.
MORE, MORE_MIB = 1.10, 4.0
TEMPORARY = ".feedmill-tmp-"
# Samples of the same age since a restart are told by steps of so many seconds.
AGE = 10


def halves(lives: list[Life]) -> tuple[list[Sample], list[Sample], str]:
    """Samples of early and of late that may be compared, and what they are.

    A process grows while its cache fills, so with several restarts it is processes of early and of
    late at the same ages; the first one does not count, for it has read everything. Otherwise it is
    the second and the last quarter of the one process.
    """
    later = [life for life in lives[1:] if life.samples]
    if len(later) >= 2:
        middle = len(later) // 2
        early = [sample for life in later[:middle] for sample in life.samples]
        late = [sample for life in later[-middle:] for sample in life.samples]
        ages = {int(one.age // AGE) for one in early} & {int(one.age // AGE) for one in late}
        kept = [[one for one in part if int(one.age // AGE) in ages] for part in (early, late)]
        return kept[0], kept[1], f"processes 2 to {middle + 1} and the last {middle}, at equal ages"
    samples = lives[-1].samples
    quarter = max(1, len(samples) // 4)
    what = "the second and the last quarter of the last process"
    return samples[quarter : 2 * quarter], samples[-quarter:], what


def flat(early: list[Sample], late: list[Sample], field: str) -> tuple[bool, str]:
    """Whether a figure is no higher late than early."""
    if not early or not late:
        return False, "too few samples"
    before, after = (
        machine.median([getattr(one, field) for one in part]) for part in (early, late)
    )
    return after <= before * MORE + MORE_MIB, f"median {before:.1f} early, {after:.1f} late"


def growth(lives: list[Life]) -> float | None:
    """MiB a minute that processes grew in the second half of their lives, the median of all."""
    slopes = []
    for life in lives:
        half = life.samples[len(life.samples) // 2 :]
        if len(half) >= 3:
            minutes = (half[-1].age - half[0].age) / 60
            slopes.append((half[-1].rss - half[0].rss) / minutes)
    return machine.median(slopes) if slopes else None


def files_of(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def differences(one: pathlib.Path, other: pathlib.Path) -> tuple[int, list[str]]:
    """How many files there are, and those that are not the same in both folders."""
    ours, theirs = files_of(one), files_of(other)
    found = [f"{name}: not in {other.name}" for name in sorted(ours.keys() - theirs.keys())]
    found += [f"{name}: not in {one.name}" for name in sorted(theirs.keys() - ours.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        if ours[name].read_bytes() != theirs[name].read_bytes():
            found.append(f"{name}: other bytes")
    return len(theirs), found


def temporaries(*folders: pathlib.Path) -> list[str]:
    return [str(path) for folder in folders for path in folder.rglob(f"{TEMPORARY}*")]


def log_lines(log: pathlib.Path) -> list[tuple[int, str]]:
    """What the service warned of, most frequent first, with paths and numbers left out."""
    found = collections.Counter()
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.startswith("{"):
                # A panic is written as text.
                if "panicked" in line:
                    found[f"panic: {line.strip()}"] += 1
                continue
            try:
                told = json.loads(line)
            except ValueError:
                # Killed in the middle of it.
                continue
            if told.get("level") in ("WARN", "ERROR"):
                text = re.sub(r"\S*_posts\S*", "POST", told.get("message", ""))
                found[f"{told['level']} {re.sub('[0-9]+', 'N', text)}"] += 1
    return [(count, text) for text, count in found.most_common()]
