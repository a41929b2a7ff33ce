"""Writes the first config.toml. Owns its text; never changes a file that exists."""

from __future__ import annotations

import os

from tws_console.config.errors import ConfigError

DEFAULT_CONFIG = """\
# tws-console. Flags override the environment (TWS_HOST TWS_PORT TWS_CLIENT_ID TWS_ACCOUNT TWS_PROFILE),
# which overrides this file. Check it with: tws-console config validate

default_profile = "paper"

[profiles.paper]
mode = "paper"              # paper, live or demo
host = "127.0.0.1"
port = 7497                 # TWS: 7497 paper, 7496 live. IB Gateway: 4002 paper, 4001 live
client_id = 11              # the console's; commands use the eight ids that follow it
# account = "DU1234567"     # pin the account: another one at the other end is refused
# read_only = true          # look and cancel, never place
poll_seconds = 2.0          # between two lists of the orders of all clients

# restart_windows = ["00:15-01:45 ET", "Fri 23:00-Sat 03:00 ET"]   # new orders wait; [] for none. EU: 05:45-06:45 CET

# A limit that is set here blocks; one that is not set has a built-in value that warns.
[profiles.paper.limits]
# max_quantity = 1000                 # units in one order
# max_notional = 100000               # money in one order, base currency
# max_price_distance_percent = 3.0    # limit price away from the market
# max_position = 5000                 # units held after the order
# max_open_orders_per_side = 15       # per instrument, of every client
# duplicate_seconds = 10              # the same order again within this time
# symbols_allowed = ["AAPL", "MSFT"]
# symbols_denied = ["GME"]

# A live profile exists only when it is written here. It starts read-only.
# [profiles.live]
# mode = "live"
# port = 7496
# account = "U1234567"

# What a broker code does to the order that it names: note, warning, or verify (doubt until TWS says more).
# [codes.10349]
# effect = "note"

[ui]
theme = "dark"              # dark, light, mono, or a file of your own in the themes folder
"""


def init(path: str) -> None:
    """Write the commented default configuration to `path`, whole or not at all.

    Raises ConfigError when there is a file already or none can be written.
    """
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        if os.path.lexists(path):
            raise ConfigError(f"{path}: exists already and is left as it is; edit it, or move it away first.")
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(DEFAULT_CONFIG)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); check the folder's permissions.") from error
