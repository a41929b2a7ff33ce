"""Which lamp a broker message drives. Pure; imports model only.

1100, 1101, 1102 and 2110 speak of the link between TWS and IBKR; 2103-2108, 2119 and 2120 of data farms (IBKR
Campus TWS API docs, "System Message Codes"). A farm that is fine says nothing of an outage that was told: only 1101
and 1102 end one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tws_console.model.codes import LINK_LOST, LINK_RESTORED, Effect, explain
from tws_console.model.session import Lamp, Lamps

MARKET, HISTORY = "market_data", "history"
FARMS = {
    Effect.LAMP_DATA_DOWN: (MARKET, True),
    Effect.LAMP_DATA_CONNECTING: (MARKET, True),
    Effect.LAMP_DATA_UP: (MARKET, False),
    Effect.LAMP_DATA_IDLE: (MARKET, False),
    Effect.LAMP_HISTORY_DOWN: (HISTORY, True),
    Effect.LAMP_HISTORY_CONNECTING: (HISTORY, True),
    Effect.LAMP_HISTORY_UP: (HISTORY, False),
    Effect.LAMP_HISTORY_IDLE: (HISTORY, False),
}
"""Which lamp a farm message drives, and whether its farm is out of order."""


@dataclass(slots=True)
class LampBoard:
    """The four lamps and the farms that are down behind two of them."""

    lamps: Lamps = field(default_factory=Lamps)
    _broken: dict[str, set[str]] = field(default_factory=lambda: {MARKET: set(), HISTORY: set()})

    def socket(self, up: bool) -> Lamps:
        """The connection itself came up or went: without it nothing else is known."""
        self._broken = {MARKET: set(), HISTORY: set()}
        self.lamps = Lamps(socket=Lamp.UP if up else Lamp.DOWN)
        return self.lamps

    def problem(self, code: int, text: str) -> Lamps:
        """Take one message with a number in; numbers that concern no lamp change nothing."""
        effect = explain(code).effect
        if code in LINK_LOST:
            self.lamps = replace(self.lamps, tws=Lamp.DOWN)
        elif code in LINK_RESTORED:
            self.lamps = replace(self.lamps, tws=Lamp.UP)
        elif effect in FARMS:
            self._farm(*FARMS[effect], text.rpartition(":")[2].strip())
        return self.lamps

    def _farm(self, lamp: str, out_of_order: bool, farm: str) -> None:
        broken = self._broken[lamp]
        if out_of_order:
            broken.add(farm)
        else:
            broken.discard(farm)
            if self.lamps.tws is Lamp.UNKNOWN:
                self.lamps = replace(self.lamps, tws=Lamp.UP)
        state = Lamp.DEGRADED if broken else Lamp.UP
        market = lamp == MARKET
        self.lamps = replace(self.lamps, market_data=state) if market else replace(self.lamps, history=state)
