"""The page of results: tables of figures, and what of them meets its goal."""

import pathlib
import subprocess

import machine

METHOD = """\
How it was measured: each command {repeats} times, of which the median counts; {changes} changes of each
kind, each after a random pause, asked for over one connection every half millisecond. The page cache is
warm unless it says cold. CPU is user and system time of all threads. The floor is `floor.rs`: the same
files listed, read and written by two threads of compiled code that do nothing else, with no fsync. Hugo
makes RSS and Atom, feedmill RSS, Atom, JSON Feed and a page, each of the newest 20 posts with their full
text, for the site and for each category. `benches/end_to_end/run` does all of it."""

# What a page of goals says of one: the goal, the figure, and whether it is met, if it was measured.
Goal = tuple[str, str, bool | None]


def versions(project: pathlib.Path, hugo: str | None) -> dict[str, str]:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=project, capture_output=True, text=True
    )
    return {
        "feedmill": commit.stdout.strip() or "unknown",
        "Hugo": machine.version(hugo, "version") if hugo else "not run",
        "nginx": machine.version("nginx", "-v"),
    }


def page(about: dict[str, str], sizes: dict[int, dict], serving: str | None, options) -> str:
    parts = [
        "# Results",
        "\n".join(f"- {name}: {what}" for name, what in about.items()),
        METHOD.format(repeats=options.repeat, changes=options.changes),
    ]
    for title, section in [
        ("Cold build", build),
        ("Start", start),
        ("One change", changes),
        ("Burst of 1,000 posts", burst),
        ("500 files rewritten with the same bytes", rewrite),
    ]:
        if text := section(sizes):
            parts += [f"## {title}", text]
    if serving:
        parts += ["## Serving, against nginx", serving]
    rows = [
        (goal, figure, {True: "met", False: "**not met**", None: "open"}[met])
        for goal, figure, met in goals(sizes) + serving_goals(serving or "")
    ]
    parts += ["## Goals", table(["goal", "figure", ""], rows)]
    return "\n\n".join(parts) + "\n"


def table(head: list[str], rows: list[tuple]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def measured(sizes: dict[int, dict], part: str) -> dict[int, dict]:
    return {size: found[part] for size, found in sizes.items() if found.get(part)}


def floor(found: dict) -> machine.Cost:
    """What reading all posts and writing all documents costs at least."""
    return machine.Cost(
        found["read"].cpu + found["write"].cpu, found["read"].wall + found["write"].wall, 0
    )


def cost(size: int, what: str, one: machine.Cost, base: machine.Cost | None) -> tuple:
    mib, ratio = f"{one.mib:,.0f}" if one.mib else "", f"{one.cpu / base.cpu:.2f}" if base else ""
    return f"{size:,}", what, f"{one.cpu:.2f}", f"{one.wall:.2f}", mib, ratio


def build(sizes: dict[int, dict]) -> str:
    rows, notes = [], []
    for size, found in measured(sizes, "build").items():
        base, hugo = floor(found), sizes[size].get("hugo")
        bare = {
            "floor: list and stat": "list",
            "floor: open, read, close": "read",
            f"floor: write {found['documents']:,} documents, {found['bytes'] / 2**20:,.0f} MiB": "write",
        }
        rows += [
            cost(size, name, machine.Cost(found[key].cpu, found[key].wall, 0), base)
            for name, key in bare.items()
        ]
        if hugo:
            rows.append(cost(size, f"Hugo, {hugo['documents']:,} documents", hugo["cost"], base))
        rows.append(cost(size, f"feedmill, {found['documents']:,} documents", found["warm"], base))
        if "cold" in found:
            rows.append(
                cost(
                    size,
                    "floor: open, read, close; cold page cache",
                    machine.Cost(found["cold read"].cpu, found["cold read"].wall, 0),
                    base,
                )
            )
            rows.append(cost(size, "feedmill, cold page cache", found["cold"], base))
        else:
            notes.append(
                "The page cache may not be dropped here, so nothing was measured with a cold one."
            )
        if not hugo:
            notes.append(
                f"Hugo was not run at {size:,} posts: it is not installed, not asked for, or would need too "
                "much memory (it keeps all posts; 4.3 GiB at 100,000)."
            )
    return (
        "\n\n".join(
            [
                table(
                    ["posts", "what", "CPU s", "wall s", "peak MiB", "CPU / (read + write)"], rows
                ),
                *notes,
            ]
        )
        if rows
        else ""
    )


def ratio_of_start(found: dict) -> float:
    return machine.median(found["first"]) / (found["list"].wall + found["load"].wall)


def start(sizes: dict[int, dict]) -> str:
    rows = []
    for size, found in measured(sizes, "start").items():
        rss, pss = (machine.median([one[at] for one in found["memory"]]) for at in (0, 1))
        opened = "not counted: no strace" if found["opened"] is None else found["opened"]
        rows.append(
            (
                f"{size:,}",
                f"{machine.median(found['first']) * 1000:.0f}",
                f"{found['list'].wall * 1000:.0f}",
                f"{found['load'].wall * 1000:.1f}",
                f"{found['snapshot'] / 2**20:.1f}",
                f"{ratio_of_start(found):.2f}",
                opened,
                f"{found['cold first']:.2f}",
                f"{rss:.0f} / {pss:.0f}",
                "{:.0f} / {:.0f}".format(*found["cold memory"]),
            )
        )
    if not rows:
        return ""
    text = table(
        [
            "posts",
            "first answer ms",
            "stat pass ms",
            "snapshot read ms",
            "snapshot MiB",
            "first / (stat + read)",
            "posts opened",
            "without snapshot s",
            "RSS / PSS MiB",
            "after a cold start MiB",
        ],
        rows,
    )
    grown = bytes_a_post(sizes)
    told = "; ".join(f"{kind}: {value:.0f}" for kind, value in grown.items())
    return (
        f"{text}\n\nBytes of RSS a post, by difference of the largest and the smallest size: {told}."
        if grown
        else text
    )


def bytes_a_post(sizes: dict[int, dict]) -> dict[str, float]:
    found = measured(sizes, "start")
    if len(found) < 2:
        return {}
    small, large = min(found), max(found)
    resumed, cold = (
        [machine.median([one[0] for one in found[size]["memory"]]) for size in (small, large)],
        [found[size]["cold memory"][0] for size in (small, large)],
    )
    return {
        kind: (rss[1] - rss[0]) * 2**20 / (large - small)
        for kind, rss in (("from a snapshot", resumed), ("after a cold start", cold))
    }


def changes(sizes: dict[int, dict]) -> str:
    found = measured(sizes, "changes")
    rows = [
        (
            f"{size:,}",
            kind,
            len(times),
            f"{machine.median(times):.1f}",
            f"{machine.percentile(times, 99):.1f}",
        )
        for size, kinds in found.items()
        for kind, times in kinds.items()
    ]
    if not rows:
        return ""
    text = table(["posts", "change", "times", "median ms", "p99 ms"], rows)
    if len(found) < 2:
        return text
    ratios = ", ".join(f"{kind} {ratio:.2f}" for kind, ratio in growth(found).items())
    return f"{text}\n\nMedian at {max(found):,} posts to that at {min(found):,}: {ratios}."


def growth(found: dict[int, dict]) -> dict[str, float]:
    small, large = found[min(found)], found[max(found)]
    return {kind: machine.median(large[kind]) / machine.median(small[kind]) for kind in small}


def burst(sizes: dict[int, dict]) -> str:
    rows = [
        (
            f"{size:,}",
            f"{found['writing']:.2f}",
            f"{found['served']:.2f}",
            found["passes"],
            f"{found['touched']:,}",
            f"{found['rendered'] / found['touched']:.1f}",
            f"{found['written']:,}",
            f"{found['cpu']:.2f}",
        )
        for size, found in measured(sizes, "burst").items()
    ]
    return (
        table(
            [
                "posts",
                "writing s",
                "last write → all served s",
                "passes",
                "feeds touched",
                "renderings a feed",
                "documents written",
                "CPU s",
            ],
            rows,
        )
        if rows
        else ""
    )


def rewrite(sizes: dict[int, dict]) -> str:
    rows = [
        (f"{size:,}", f"{found['cpu']:.3f}", found["passes"], found["changed"])
        for size, found in measured(sizes, "rewrite").items()
    ]
    return (
        table(["posts", "CPU s a round", "editions", "documents changed or touched"], rows)
        if rows
        else ""
    )


def goals(sizes: dict[int, dict]) -> list[Goal]:
    return [*build_goals(sizes), *start_goals(sizes), *change_goals(sizes), *memory_goals(sizes)]


def build_goals(sizes: dict[int, dict]) -> list[Goal]:
    built = measured(sizes, "build")
    # The goal is set at 100,000; at another size it is still of use to know.
    size = 100_000 if 100_000 in built else max(built, default=0)
    found, hugo = built.get(size), sizes.get(size, {}).get("hugo")
    at = f"at {size:,}"
    cpu = found["warm"].cpu / hugo["cost"].cpu if found and hugo else None
    mib = found["warm"].mib / hugo["cost"].mib if found and hugo else None
    bare = found["warm"].cpu / floor(found).cpu if found else None
    found_goals = [
        goal("cold build: CPU ≤ 1/10 of Hugo's", cpu, 0.1, f"{{:.3f}} {at}"),
        goal("cold build: CPU ≤ 4 × the floor", bare, 4, f"{{:.2f}} × {at}"),
        goal("cold build: peak memory ≤ 1/15 of Hugo's", mib, 1 / 15, f"{{:.3f}} {at}"),
    ]
    return [at_its_size(size, 100_000, one) for one in found_goals]


def start_goals(sizes: dict[int, dict]) -> list[Goal]:
    found = measured(sizes, "start").values()
    opened = [one["opened"] for one in found if one["opened"] is not None]
    return [
        goal(
            "start with a snapshot: first answer ≤ 3 × (stat pass + reading the snapshot)",
            max(map(ratio_of_start, found), default=None),
            3,
            "{:.2f} × at worst",
        ),
        goal("start with a snapshot: no post opened", max(opened, default=None), 0, "{} opened"),
    ]


def change_goals(sizes: dict[int, dict]) -> list[Goal]:
    found, bursts, rewritten = (measured(sizes, part) for part in ("changes", "burst", "rewrite"))
    times = [times for kinds in found.values() for times in kinds.values()]
    ratios = growth(found).values() if len(found) > 1 else []
    renderings = [one["rendered"] / one["touched"] for one in bursts.values()]
    one_change = [
        goal(
            "one change: median ≤ 30 ms",
            max(map(machine.median, times), default=None),
            30,
            "{:.1f} ms at worst",
        ),
        goal(
            "one change: p99 ≤ 100 ms",
            max((machine.percentile(one, 99) for one in times), default=None),
            100,
            "{:.1f} ms at worst",
        ),
        goal(
            "one change: largest size / smallest ≤ 1.5",
            max(ratios, default=None),
            1.5,
            "{:.2f} at worst",
        ),
    ]
    many = [
        goal(
            "burst of 1,000: all served ≤ 1 s after the last write",
            max((one["served"] for one in bursts.values()), default=None),
            1,
            "{:.2f} s at worst",
        ),
        goal(
            "burst of 1,000: each touched feed rendered a few times (≤ 3 on average)",
            max(renderings, default=None),
            3,
            "{:.1f} at worst",
        ),
        goal(
            "500 files rewritten: nothing changed or written",
            max((one["changed"] + one["passes"] for one in rewritten.values()), default=None),
            0,
            "{} changed",
        ),
        goal(
            "500 files rewritten: CPU ≤ 0.1 s a round",
            max((one["cpu"] for one in rewritten.values()), default=None),
            0.1,
            "{:.3f} s at worst",
        ),
    ]
    return [at_its_size(max(found, default=0), 500_000, one) for one in one_change] + many


def memory_goals(sizes: dict[int, dict]) -> list[Goal]:
    found = measured(sizes, "start")
    size = max(found, default=0)
    rss = (
        max(found[size]["cold memory"][0], *(one[0] for one in found[size]["memory"]))
        if found
        else None
    )
    found_goals = [
        goal("memory while serving 500,000 posts ≤ 250 MiB", rss, 250, f"{{:.0f}} MiB at {size:,}"),
        goal(
            "memory grows ≤ 150 bytes a post",
            max(bytes_a_post(sizes).values(), default=None),
            150,
            "{:.0f} bytes at worst",
        ),
    ]
    return [at_its_size(size, 500_000, one) for one in found_goals]


def serving_goals(serving: str) -> list[Goal]:
    """From the table of the script that measures it: a case, requests a second of both, their ratio, its
    goal, then CPU a request and p99 of both."""
    found = []
    for line in serving.splitlines():
        case, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if len(cells) != 8 or not cells[3].replace(".", "").isdigit():
            continue
        _, _, ratio, wanted, cpu, cpu_of_nginx, p99, p99_of_nginx = (
            float(cell.replace(",", "")) for cell in cells
        )
        found += [
            (f"{case}: requests/s ≥ {wanted} × nginx's", f"{ratio:.2f} ×", ratio >= wanted),
            goal(f"{case}: CPU a request ≤ nginx's", cpu / cpu_of_nginx, 1, "{:.2f} ×"),
            goal(f"{case}: p99 ≤ nginx's", p99 / p99_of_nginx, 1, "{:.2f} ×"),
        ]
    return found or [("304, gzip and identity against nginx", "–", None)]


def at_its_size(size: int, wanted: int, one: Goal) -> Goal:
    """Leaves a goal open that was measured at another size than the one it is set at."""
    return one if size == wanted else (*one[:2], None)


def goal(text: str, figure: float | None, limit: float, form: str) -> Goal:
    """A goal whose figure must not be above a limit."""
    return (text, "–", None) if figure is None else (text, form.format(figure), figure <= limit)
