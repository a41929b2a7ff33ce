"""What the Gateway checks on a placement beside its price: algorithms, attributes, times in force."""

from tests.contract.simulator.facts.table import Stage, fact
from tests.support.open_order import read_open_order
from tests.support.order_fields import order_fields

_REFUSED: tuple[tuple[str, int, str, dict[str, object]], ...] = (
    ("an algorithm that does not exist", 439, "not found", {"algo": ("Nosuch",)}),
    ("a parameter that its algorithm does not have", 443, "Unknown", {"algo": ("Adaptive", ("urgency", "Urgent"))}),
    ("a word that is none of the parameter's", 145, "Hasty", {"algo": ("Adaptive", ("adaptivePriority", "Hasty"))}),
    ("a parameter that is no number", 441, "pctVol=much", {"algo": ("PctVol", ("pctVol", "much"))}),
    ("a share of the volume above the greatest", 441, "more than maximum", {"algo": ("Vwap", ("maxPctVol", "0.6"))}),
    ("a share of the volume below the least", 441, "less than minimum", {"algo": ("Vwap", ("maxPctVol", "0.001"))}),
    ("a display size above the order's", 10020, "Display", {"display_size": 101}),
    ("a trigger method that does not exist", 321, "trigger method", {"trigger_method": 5}),
)
for _what, _code, _text, _terms in _REFUSED:

    @fact(f"CAMPUS error codes: {_what} is refused with {_code} and nothing else")
    async def refused(stage: Stage, code: int = _code, text: str = _text, terms: dict[str, object] = _terms) -> None:
        client = await stage.client(11)
        client.send(*order_fields(1, **({"limit": "200"} | terms)))  # type: ignore[arg-type]
        assert text in (await client.until_error(code))[4]
        assert await client.settle() == []
        assert stage.live() == []


@fact("CAMPUS error codes: an algorithm is refused with 442 where the contract lists none")
async def no_algorithms(stage: Stage) -> None:
    client = await stage.client(11)
    coin = {"con_id": 479624278, "symbol": "BTC", "sec_type": "CRYPTO", "exchange": "PAXOS", "limit": "100"}
    client.send(*order_fields(1, algo=("Twap",), **coin))  # type: ignore[arg-type]
    await client.until_error(442)


_TWAP = [("strategyType", "Marketable"), ("startTime", "09:00:00 US/Eastern"), ("allowPastEndTime", "1")]
_TAKEN: tuple[tuple[object, ...], ...] = (
    ("Adaptive", ("adaptivePriority", "Patient")),
    ("ArrivalPx", ("maxPctVol", "0.1"), ("riskAversion", "Aggressive"), ("forceCompletion", "0")),
    ("ClosePx", ("maxPctVol", "0.1"), ("riskAversion", "Neutral")),
    ("DarkIce", ("displaySize", "10"), ("startTime", "12:00:00 US/Eastern")),
    ("Twap", *_TWAP),
    ("Vwap", ("maxPctVol", "0.2"), ("noTakeLiq", "1"), ("endTime", "16:00:00 US/Eastern")),
    ("BalanceImpactRisk", ("maxPctVol", "0.1"), ("riskAversion", "Get Done"), ("forceCompletion", "1")),
    ("MinImpact", ("maxPctVol", "0.3")),
    ("PctVol", ("pctVol", "0.5"), ("noTakeLiq", "0")),
    ("PctVolPx", ("pctVol", "0.1"), ("deltaPctVol", "0.05"), ("minPctVol4Px", "0.01"), ("maxPctVol4Px", "0.2")),
    ("PctVolSz", ("startPctVol", "0.2"), ("endPctVol", "0.4")),
    ("PctVolTm", ("startPctVol", "0.2"), ("endPctVol", "0.4")),
    ("AD", ("componentSize", "10"), ("timeBetweenOrders", "60"), ("giveUp", "1"), ("catchUp", "1")),
)


@fact("CAMPUS algos: each algorithm of the broker is taken and echoed with its parameters")
async def algorithms(stage: Stage) -> None:
    client = await stage.client(11)
    for number, algo in enumerate(_TAKEN, 1):
        client.send(*order_fields(number, limit="200", algo=algo))
        told = await client.until(lambda m, number=number: m[:2] == ["5", str(number)])  # type: ignore[misc]
        row = read_open_order(told)
        written = "|".join(",".join(pair) for pair in algo[1:])  # type: ignore[arg-type]
        assert (row["algoStrategy"], row["algoParams"]) == (algo[0], written)


@fact("CAMPUS order class: DTC is a time in force; such an order is gone when the day ends")
async def day_till_cancelled(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", "2026-11-19T15:00:00+00:00")
    client.send(*order_fields(1, limit="200", tif="DTC"))
    assert read_open_order((await client.until_id(5))[-1])["tif"] == "DTC"
    await client.until_status(1, "Submitted")
    await stage.ctl("clock", "+28800")
    await client.until_error(202)


@fact("CAMPUS error codes: an execution filter whose time cannot be read is refused under the id of the request")
async def unreadable_filter(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(7, 3, 41, 0, "", "yesterday", "", "", "", "")
    assert (await client.until_error(320))[2] == "41"
