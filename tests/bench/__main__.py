"""`python -m tests.bench [PART …] [--rounds N] [--each N]`: measures and writes the tables to stdout."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench import flood, keys, paint, proved, shell
from tests.bench.figures import Goal, table

KEY = (Goal("console", p50=2.5, p99=8, p99_ms=6, max_ms=25),)
PARTS = {
    "shell": (
        "panic: shell -> global cancel at the server, ms",
        shell.measure,
        8,
        (Goal("panic, endpoint and id given", p50=1.6), Goal("panic, profile looked up", p50=2)),
    ),
    "paint": ("first paint: start -> STOP on the terminal, ms", paint.measure, 8, (Goal("console, STOP", p50=1.15),)),
    "keys": ("stop key: enter -> global cancel at the server, ms", keys.measure, 11, KEY),
    "stream": (
        "stop key, 5,000 messages/s, 1,000 rows: enter -> global cancel at the server, ms",
        flood.stream,
        70,
        KEY,
    ),
    "queued": ("the same behind 500 queued requests, ms", flood.queued, 8, KEY),
    "polled": (
        "stop key, 5,000 messages/s, 5,000 rows listed every 2 s, ms",
        flood.polled,
        70,
        (Goal("console", p99_ms=6),),
    ),
    "proved": ("stop of 500 orders of 8 clients and by hand, until it is proved, ms", proved.measure, 2, ()),
    "unread": ("stop key, terminal unread for 6 s, 5,000 messages/s, ms", flood.unread, 5, KEY),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is given")
    parser.add_argument("--rounds", type=int, default=3, help="blocks of each program (3)")
    parser.add_argument("--each", type=int, help="measurements in a block (each part has its own)")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"no part is named {' or '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in args.parts or PARTS:
        title, measure, each, goals = PARTS[name]
        with tempfile.TemporaryDirectory(prefix="bench-") as home:
            series = measure(Path(home), args.rounds, args.each or each)
        sys.stdout.write(table(title, series, goals) + "\n\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
