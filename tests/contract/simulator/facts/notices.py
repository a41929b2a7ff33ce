"""Statuses, reasons to wait, warnings and holds."""

from tests.contract.simulator.facts.table import Stage, fact, resting, steps
from tests.support.raw_client import RawClient, place_fields

SUNDAY, MONDAY = "2026-09-27T15:00:00+00:00", "2026-09-28T15:00:00+00:00"
CLOSED = (
    "Order Message:\n{side} 100 AAPL NASDAQ.NMS\nWarning: your order will not be placed at the exchange until "
    "2026-09-28 09:30:00 US/Eastern"
)


async def _status(client: RawClient, order_id: int = 1) -> tuple[str, str]:
    """Status and whyHeld as told last."""
    await client.settle()
    last = [m for m in client.received if m[0] == "3" and m[1] == str(order_id)][-1]
    return last[2], last[10]


@fact("CAMPUS order status: PendingSubmit for an order that was sent and is not acknowledged")
async def pending_submit(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("slow-ack")
    client.send(*place_fields(1, limit="200"))
    assert await _status(client) == ("PendingSubmit", "")


@fact("CAMPUS order status: ApiCancelled for an order that is cancelled before it was transmitted")
async def api_cancelled(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200", transmit=False))
    client.send(4, 1, 1, "")
    assert await _status(client) == ("ApiCancelled", "")
    assert list(stage.server.exchange.book.open()) == []


@fact("CAMPUS order status: Cancelled also without the user asking, when a DAY order has reached the close")
async def expired(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", MONDAY)
    await resting(client, 1)
    await stage.ctl("clock", "+28800")
    await client.until_error(202)
    assert await _status(client) == ("Cancelled", "")


_HELD: tuple[tuple[str, str, dict[str, object], str], ...] = (
    ("nothing", "", {"limit": "200"}, "Submitted"),
    ("trigger", "", {"order_type": "STP", "stop": "180", "action": "SELL"}, "PreSubmitted"),
    ("locate", "404", {"limit": "300", "action": "SSHORT"}, "PreSubmitted"),
)
for _why, _fault, _terms, _wanted in _HELD:

    @fact(f"OLD order submission: whyHeld is {_why} where it applies")
    async def why_held(
        stage: Stage, why: str = _why, name: str = _fault, terms: dict[str, object] = _terms, wanted: str = _wanted
    ) -> None:
        client = await stage.client(11)
        if name:
            stage.fault(name)
        client.send(*place_fields(1, **terms))  # type: ignore[arg-type]
        if not name:
            await client.until_status(1, wanted)
        assert await _status(client) == (wanted, why.replace("nothing", ""))


@fact("deepentropy/ibx lmt_cancel: outside hours 399 comes first, then PreSubmitted pairs, twice or more")
async def waits(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", SUNDAY)
    client.send(*place_fields(1, limit="200"))
    for _ in range(2):
        await client.until_status(1, "PreSubmitted")
    assert steps(client.received, 1) == ["E399", "O", "PreSubmitted", "O", "PreSubmitted"]
    warning = next(m for m in client.received if m[0] == "4" and m[3] == "399")
    assert warning[4] == CLOSED.format(side="BUY")


@fact("deepentropy/ibx lmt_cancel: an order that waits for the opening is cancelled with PendingCancel twice and 202")
async def cancelled_outside_hours(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", SUNDAY)
    client.send(*place_fields(1, limit="200"))
    for _ in range(2):
        await client.until_status(1, "PreSubmitted")
    before = len(client.received)
    client.send(4, 1, 1, "")
    await client.until_error(202)
    assert steps(client.received[before:], 1) == ["O", "PendingCancel", "O", "PendingCancel", "Cancelled", "E202"]


@fact("deepentropy/ibx bracket: each part of a bracket that is sent outside hours gets its 399")
async def bracket_outside_hours(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", SUNDAY)
    client.send(*place_fields(3, limit="200", transmit=False))
    client.send(*place_fields(4, action="SELL", limit="300", parent_id=3))
    for _ in range(2):
        await client.until_status(4, "PreSubmitted")
    texts = {m[2]: m[4] for m in client.received if m[0] == "4" and m[3] == "399"}
    assert texts == {"3": CLOSED.format(side="BUY"), "4": CLOSED.format(side="SELL")}


@fact("INS 554: a reject at the broker may also show the 201 first and then Inactive")
async def error_first(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("201", first="error", reason="Exchange is closed.")
    client.send(*place_fields(1, limit="200"))
    assert (await client.until_error(201))[4] == "Order rejected - reason:Exchange is closed."
    assert steps([*client.received, *await client.settle()], 1) == ["E201", "O", "Inactive"]


_REASONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("The time-in-force FOK is invalid for this combination of exchange and security type.", {"tif": "FOK"}),
    ("Invalid or missing IBCustAcctNo", {"account": "DU9"}),
    ("YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION", {"quantity": 100000}),
)
for _text, _changes in _REASONS:

    @fact(f"ibkr-go api_order_rejects: a reject at the broker names its reason, {_text[:40]}")
    async def reasons(stage: Stage, text: str = _text, changes: dict[str, object] = _changes) -> None:
        client = await stage.client(11)
        client.send(*place_fields(1, **({"limit": "200"} | changes)))  # type: ignore[arg-type]
        assert (await client.until_error(201))[4].startswith(f"Order rejected - reason:{text}")


@fact("CAMPUS error codes: 2109 where the flag for extended hours is ignored; the order goes on")
async def flag_ignored(stage: Stage) -> None:
    client = await stage.client(11)
    fields = place_fields(1, order_type="MKT")
    fields[33] = 1
    client.send(*fields)
    assert (await client.until_error(2109))[4] == (
        "Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored based on the order type and "
        "destination. PlaceOrder is now processed."
    )
    await client.until_status(1, "Filled")


_LIVES: tuple[tuple[str, str, str], ...] = (
    ("10349", "ASY 191: 10349 tells of a preset", "Order TIF was set to DAY based on order preset."),
    ("2161", "IBX-cat: 2161 tells of a price cap", "BUY 100 AAPL NASDAQ.NMS @ 200  In accordance with our regulatory"),
    ("10328", "IBX-cat: 10328 tells of a lost connection", "Connection lost, order data could not be resolved"),
)
for _code, _source, _text in _LIVES:

    @fact(f"{_source}, and the order lives")
    async def lives(stage: Stage, code: str = _code, text: str = _text) -> None:
        client = await stage.client(11)
        stage.fault(code)
        client.send(*place_fields(1, limit="200"))
        notice = await client.until_error(int(code))
        assert (notice[2], notice[4][: len(text)]) == ("1", text)
        await client.until_status(1, "Submitted")


for _code in ("109", "163", "383", "451"):

    @fact(f"CAMPUS order precautions: {_code} stops an order without a trace")
    async def precaution(stage: Stage, code: str = _code) -> None:
        client = await stage.client(11)
        stage.fault(code)
        client.send(*place_fields(1, limit="200"))
        assert (await client.until_error(int(code)))[2] == "1"
        assert await client.settle() == []
        assert list(stage.server.exchange.book.open()) == []


@fact("LEAN.Brokerages 240: a dialog in TWS holds an order silently until somebody clicks")
async def silent_hold(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("silent-hold")
    client.send(*place_fields(1, limit="200"))
    client.send(16, 1)
    assert await client.until_id(53) == [["53", "1"]]
    await stage.ctl("clear", "silent-hold")
    await client.until_status(1, "Submitted")


@fact("OLD order limitations: at most 20 active orders per contract, side and account")
async def too_many(stage: Stage) -> None:
    client = await stage.client(11)
    for number in range(1, 21):
        client.send(*place_fields(number, limit="100", quantity=1))
    client.send(*place_fields(21, limit="100", quantity=1))
    assert (await client.until_error(201))[4] == (
        "Order rejected - reason:Your account has a minimum of 20 orders working on either the buy or sell side for "
        "this particular contract"
    )
    others: list[dict[str, object]] = [{"action": "SELL", "limit": "300"}, {"account": "DU7654321", "limit": "100"}]
    others.append({"con_id": 272093, "symbol": "MSFT", "limit": "100"})
    for number, changes in enumerate(others, 22):
        client.send(*place_fields(number, quantity=1, **changes))  # type: ignore[arg-type]
        await client.until_status(number, "Submitted")
    client.send(4, 1, 1, "")
    await client.until_error(202)
    client.send(*place_fields(30, limit="100", quantity=1))
    await client.until_status(30, "Submitted")


@fact("INS 363: an order held for locate has 404 and is live, with whyHeld locate")
async def locating(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("404")
    client.send(*place_fields(1, limit="300", action="SSHORT"))
    assert (await client.until_error(404))[4] == "Order held while securities are located."
    assert len(stage.live()) == 1
    client.send(4, 1, 1, "")
    await client.until_error(202)
