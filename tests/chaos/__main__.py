"""The command: `python -m tests.chaos --runs 1000 --seed 1 [--jobs 2] [--defect NAME]`.

Progress goes to stderr, one JSON line to stdout. Exit 0 when every invariant held, 1 with seed and log when not.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.chaos.defects import DEFECTS
from tests.chaos.run import Outcome, run_once

LOG_LINES = 60
BATCH = 250


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first run; each further one takes the next")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--defect", choices=sorted(DEFECTS), default="", help="break a promise; it must be found")
    parser.add_argument("--verbose", action="store_true", help="print the log of every run")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first violation")
    options = parser.parse_args()
    begun = time.monotonic()
    done: Counter[str] = Counter()
    broken: list[Outcome] = []
    count = 0
    for outcome in _outcomes(options):
        count += 1
        done.update(outcome.done)
        if options.verbose:
            _say("\n".join(outcome.log))
        if outcome.violations:
            broken.append(outcome)
            _tell(outcome, options.defect)
            if not options.keep_going:
                break
        if count % 50 == 0:
            _say(f"{count} of {options.runs} runs, {len(broken)} broken, {time.monotonic() - begun:.0f} s")
    summary = {
        "ok": not broken,
        "runs": count,
        "seed": options.seed,
        "defect": options.defect or None,
        "broken": [{"seed": outcome.seed, "violations": outcome.violations} for outcome in broken],
        "seconds": round(time.monotonic() - begun, 1),
        "done": dict(sorted(done.items())),
    }
    sys.stdout.write(json.dumps(summary) + "\n")
    return 1 if broken else 0


def _outcomes(options: argparse.Namespace) -> Iterator[Outcome]:
    seeds = range(options.seed, options.seed + options.runs)
    if options.jobs < 2:
        yield from (run_once(seed, options.defect) for seed in seeds)
        return
    for first in range(0, len(seeds), BATCH):
        # New processes for each batch, or they grow; max_tasks_per_child can hang a pool (CPython issue 115634).
        with ProcessPoolExecutor(options.jobs) as pool:
            waiting = [pool.submit(run_once, seed, options.defect) for seed in seeds[first : first + BATCH]]
            try:
                for future in as_completed(waiting):
                    yield future.result()
            finally:
                pool.shutdown(cancel_futures=True)


def _tell(outcome: Outcome, defect: str) -> None:
    again = f"python -m tests.chaos --runs 1 --seed {outcome.seed}" + (f" --defect {defect}" if defect else "")
    _say("\n".join(outcome.log[-LOG_LINES:]))
    _say(f"seed {outcome.seed}: {'; '.join(outcome.violations)}\nto see it again: {again} --jobs 1 --verbose")


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")


if __name__ == "__main__":
    sys.exit(main())
