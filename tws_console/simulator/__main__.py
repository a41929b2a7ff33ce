"""Lets `python -m tws_console.simulator` run the server. Imports this package's command line only."""

import sys

from tws_console.simulator.main import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
