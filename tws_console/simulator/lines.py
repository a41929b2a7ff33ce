"""Owns how many market data lines are in use. Imports `gateway`.

A line is one listing with quotes, or one stream of real-time bars; all clients of a Gateway share them (source: IBKR
Campus TWS API docs, Market Data Lines).
"""

from tws_console.simulator.contracts import Contract
from tws_console.simulator.gateway import Gateway

MAX_LINES = 100


def all_taken(gateway: Gateway, contract: Contract | None = None) -> bool:
    """Whether no line is left; a listing that has quotes already needs no further one."""
    watched: set[int] = set()
    bars = 0
    for session in gateway.sessions.values():
        watched.update(feed.contract.con_id for feed in session.subscriptions.feeds.values())
        bars += session.subscriptions.count("real-time")
    known = contract is not None and contract.con_id in watched
    return not known and len(watched) + bars >= MAX_LINES
