"""Which instrument is meant, and at which prices it trades. Owns the cache of contract details; imports model and
ports only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tws_console.engine.ports import LinkPort, RequestFailed
from tws_console.model.instrument import Instrument, PriceStep, SymbolMatch
from tws_console.model.ticket import OrderRequest

NO_DEFINITION = 200
_HOME = {"FUT": "", "FOP": "", "CASH": "IDEALPRO"}
"""Where an instrument is looked up whose exchange was not told (positions do not tell it, IBKR Campus TWS API docs,
"Positions"): futures have one exchange and are not on SMART, currency pairs trade at IDEALPRO.
"""


class Contracts:
    """Asks the broker once per instrument and rule, and remembers."""

    def __init__(self, link: Callable[[], LinkPort], timeout: float) -> None:
        self._link = link
        self._timeout = timeout
        self._by_request: dict[Instrument, tuple[Instrument, ...]] = {}
        self._steps: dict[int, tuple[PriceStep, ...]] = {}
        self._details: dict[int, Instrument] = {}

    async def resolve(self, request: OrderRequest) -> tuple[Instrument, ...]:
        """Every instrument that fits the request: none is an unknown symbol, several an ambiguous one.

        Raises RequestFailed when the broker does not answer.
        """
        return await self.lookup(wanted(request))

    async def lookup(self, asked: Instrument) -> tuple[Instrument, ...]:
        """The same for a half-filled instrument; an answer is kept, a failure is not."""
        if asked in self._by_request:
            return self._by_request[asked]
        try:
            found = await self._link().contract_details(asked, self._timeout)
        except RequestFailed as failed:
            if failed.code != NO_DEFINITION:
                raise
            return ()
        if found:
            self._by_request[asked] = found
        for instrument in found:
            self._details[instrument.con_id] = instrument
        return found

    async def details(self, instrument: Instrument) -> Instrument:
        """The instrument with everything the broker tells of it, on the exchange that it came with; itself when
        nothing more is known.
        """
        if instrument.con_id not in self._details:
            exchange = instrument.exchange or _HOME.get(instrument.sec_type, "SMART")
            asked = replace(Instrument(instrument.con_id, ""), sec_type="", exchange=exchange, currency="")
            await self.lookup(asked)
        found = self._details.get(instrument.con_id)
        return instrument if found is None else replace(found, exchange=instrument.exchange or found.exchange)

    async def search(self, text: str) -> tuple[SymbolMatch, ...]:
        return await self._link().matching_symbols(text, self._timeout)

    async def price_steps(self, instrument: Instrument) -> tuple[PriceStep, ...]:
        """The price steps on the instrument's exchange, its smallest tick where no rule is told.

        Exchanges and rules are parallel lists (IBKR Campus TWS API docs, "Market Rule"). Raises RequestFailed.
        """
        rule_id = _rule_of(instrument)
        if rule_id is None:
            return () if instrument.min_tick is None else (PriceStep(instrument.min_tick * 0, instrument.min_tick),)
        if rule_id not in self._steps:
            self._steps[rule_id] = await self._link().market_rule(rule_id, self._timeout)
        return self._steps[rule_id]

    def known_steps(self, instrument: Instrument) -> tuple[PriceStep, ...]:
        """The steps as far as they were asked for already."""
        known = self._details.get(instrument.con_id, instrument)
        rule_id = _rule_of(known)
        return self._steps.get(rule_id, ()) if rule_id is not None else ()


def wanted(request: OrderRequest) -> Instrument:
    """What is asked of the broker for a request."""
    exchange = request.exchange
    if request.sec_type == "CASH" and exchange == "SMART":
        exchange = "IDEALPRO"
    symbol, currency = request.symbol, request.currency
    if request.sec_type == "CASH" and "." in symbol:
        symbol, _, currency = symbol.partition(".")
    if request.con_id:
        return Instrument(request.con_id, "", "", exchange, "")
    return Instrument(
        0, symbol, request.sec_type, exchange, currency, primary_exch=request.primary_exch, expiry=request.expiry
    )


def _rule_of(instrument: Instrument) -> int | None:
    pairs = dict(zip(instrument.valid_exchanges, instrument.market_rule_ids, strict=False))
    return pairs.get(instrument.exchange, instrument.market_rule_ids[0] if instrument.market_rule_ids else None)
