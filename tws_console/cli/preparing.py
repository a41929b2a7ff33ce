"""What a command fetches before the risk rules look at an order. Imports engine and model only."""

from __future__ import annotations

from tws_console.cli.output import Output
from tws_console.engine.engine import Engine
from tws_console.engine.ports import RequestFailed
from tws_console.model.instrument import Instrument

QUOTE_SECONDS = 2.0
"""How long the first quote is waited for; without one the rules say that the price could not be checked."""


async def prepare(engine: Engine, instrument: Instrument, timeout: float, out: Output) -> None:
    """Fetch price steps and a first quote. Either may stay unknown; then the rules say so."""
    engine.trading.watch(instrument)
    try:
        await engine.trading.price_steps(await engine.trading.details(instrument))
    except RequestFailed as failure:
        out.say(f"the price steps of {instrument.name} are not known: {failure.reason}")

    def quoted() -> bool:
        quote = engine.quotes.get(instrument.con_id)
        return quote is not None and bool(quote.problem or (quote.bid is not None and quote.ask is not None))

    await engine.waiters.until(quoted, min(QUOTE_SECONDS, timeout))
