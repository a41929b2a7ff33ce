"""Positions around a stop: a change that no fill explains is something that the lists did not show.

Pure; imports model only. Executions and position updates come on their own paths, so a difference counts only once
both have been quiet for a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from tws_console.engine.store import PositionKey
from tws_console.model.events import Event, FillSeen, PositionSeen
from tws_console.model.position import Fill, Position

SETTLE = 3.0
"""Seconds without a further fill or update after which a difference is real."""
SKEW = timedelta(seconds=5)
"""How far the clocks of TWS and of this machine may lie apart."""


class PositionWatch:
    """The holdings at the start of a stop, and what fills should have made of them since. `known` are the executions
    that were known then; one that was asked for counts when it is none of them and no older than the stop.
    """

    def __init__(self, positions: Mapping[PositionKey, Position], known: frozenset[str], started_at: datetime) -> None:
        self._before = {key: row.quantity for key, row in positions.items()}
        self._known = known
        self._since = started_at - SKEW
        self._fills: dict[str, tuple[PositionKey, Decimal, float]] = {}
        self._now: dict[PositionKey, tuple[str, Decimal, float]] = {}
        self._swept_at = 0.0

    def swept(self, at: float) -> None:
        """Every execution of today was asked for and answered by then, those of other clients too."""
        self._swept_at = at

    def wants_sweep(self) -> bool:
        """Whether a position has changed by something else than the known fills since executions were last swept:
        those of other clients are only told when they are asked for.
        """
        return any(at > self._swept_at and self._differs(key) for key, (_, _, at) in self._now.items())

    def _differs(self, key: PositionKey) -> bool:
        return self._now[key][1] not in {self._before.get(key, Decimal(0)), self._expected(key)}

    def _expected(self, key: PositionKey) -> Decimal:
        fills = (amount for of, amount, _ in self._fills.values() if of == key)
        return self._before.get(key, Decimal(0)) + sum(fills, Decimal(0))

    def apply(self, event: Event) -> None:
        """Take in a fill or an update of a position."""
        match event:
            case FillSeen():
                self._fill(event.fill, event.at)
            case PositionSeen() if event.quantity is not None:
                key = (event.account, event.instrument.con_id)
                old = self._now.get(key)
                if old is None or old[1] != event.quantity:
                    self._now[key] = (event.instrument.name, event.quantity, event.at)
            case _:
                pass

    def _fill(self, fill: Fill, at: float) -> None:
        if fill.base_id in self._known or (fill.time is not None and fill.time < self._since):
            return
        sign = 1 if fill.action == "BUY" else -1
        key = (fill.account, fill.instrument.con_id)
        seen = self._fills.get(fill.base_id)
        self._fills[fill.base_id] = (key, sign * fill.quantity, at if seen is None else seen[2])

    def unexplained(self, now: float) -> tuple[str, ...]:
        """One sentence for each position that has changed by more or less than the fills since the start."""
        found = []
        for key, (name, quantity, at) in self._now.items():
            quiet_since = max([at, *(seen for of, _, seen in self._fills.values() if of == key)])
            if self._differs(key) and at <= self._swept_at and now - quiet_since >= SETTLE:
                before = self._before.get(key, Decimal(0))
                found.append(
                    f"UNEXPLAINED: the position in {name} of {key[0]} went from {before:,f} to {quantity:,f}, and the "
                    f"fills since the stop make it {self._expected(key):,f}"
                )
        return tuple(found)
