"""Entry of the program: no verb opens the console, a verb runs a command, `panic` goes straight to the wire.

Nothing is imported before it is known what is wanted: the emergency stop must not wait for any import that it does
not need.
"""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the program with the arguments of this process; returns its exit code."""
    # What is imported stays. By default the interpreter searches it a hundred times for something to throw away.
    gc.set_threshold(100_000, 20, 1_000)
    argv = sys.argv[1:]
    if argv[:1] == ["panic"] and "--help" not in argv and "-h" not in argv:
        from tws_console.panic import panic

        return panic(argv[1:])
    from tws_console.bootstrap import PROGRAM
    from tws_console.cli.main import main as command_line

    return command_line(argv, PROGRAM)


if __name__ == "__main__":
    sys.exit(main())
