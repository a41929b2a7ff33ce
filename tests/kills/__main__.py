"""`python -m tests.kills [--runs N] [--seed S]`: kills the engine N times; exit 1 when anything is wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.kills.harness import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how often it is killed (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments and of what is done (1)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as home:
        tally = run(Path(home), args.runs, args.seed, _say)
    _say(f"{args.runs} kills, seed {args.seed}: {len(tally.wrong)} wrong; {dict(tally.counts)}")
    return 1 if tally.wrong else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
