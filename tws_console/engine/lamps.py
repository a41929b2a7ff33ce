"""Which lamp a broker message drives. Pure; imports model only.

1100, 1101, 1102 and 2110 speak of the link between TWS and IBKR; 2103-2108, 2119, 2157-2160 of data farms (IBKR
Campus TWS API docs, "System Message Codes"). A farm that is fine says nothing of an outage that was told: only 1101
and 1102 end one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tws_console.model.session import Lamp, Lamps

LOST = frozenset({1100, 2110})
RESTORED = frozenset({1101, 1102})
FARM_BROKEN = {2103: "market_data", 2157: "market_data", 2105: "history"}
FARM_OK = {
    2104: "market_data",
    2158: "market_data",
    2106: "history",
    2107: "history",
    2108: "market_data",
    2159: "market_data",
}
FARM_CONNECTING = {2119: "market_data", 2160: "market_data", 2120: "history"}


@dataclass(slots=True)
class LampBoard:
    """The four lamps and the farms that are down behind two of them."""

    lamps: Lamps = field(default_factory=Lamps)
    _broken: dict[str, set[str]] = field(default_factory=lambda: {"market_data": set(), "history": set()})

    def socket(self, up: bool) -> Lamps:
        """The connection itself came up or went: without it nothing else is known."""
        self._broken = {"market_data": set(), "history": set()}
        self.lamps = Lamps(socket=Lamp.UP if up else Lamp.DOWN)
        return self.lamps

    def problem(self, code: int, text: str) -> Lamps:
        """Take one message with a number in; numbers that concern no lamp change nothing."""
        farm = text.rpartition(":")[2].strip()
        if code in LOST:
            self.lamps = replace(self.lamps, tws=Lamp.DOWN)
        elif code in RESTORED:
            self.lamps = replace(self.lamps, tws=Lamp.UP)
        elif code in FARM_BROKEN:
            self._broken[FARM_BROKEN[code]].add(farm)
            self._farm(FARM_BROKEN[code])
        elif code in FARM_OK:
            self._broken[FARM_OK[code]].discard(farm)
            if self.lamps.tws is Lamp.UNKNOWN:
                self.lamps = replace(self.lamps, tws=Lamp.UP)
            self._farm(FARM_OK[code])
        elif code in FARM_CONNECTING:
            self._broken[FARM_CONNECTING[code]].add(farm)
            self._farm(FARM_CONNECTING[code], Lamp.DEGRADED)
        return self.lamps

    def _farm(self, lamp: str, bad: Lamp = Lamp.DEGRADED) -> None:
        state = bad if self._broken[lamp] else Lamp.UP
        self.lamps = (
            replace(self.lamps, market_data=state) if lamp == "market_data" else replace(self.lamps, history=state)
        )
