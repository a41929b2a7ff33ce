"""Every message about market, account and session decodes at 157, 176 and 178 with no field left over and none missing.

The decoder is ib_async's. Where it pairs fields with types it would not notice a field too many, so the count is
compared; elsewhere a message that has lost its last field must fail to decode.
"""

from typing import Any

import pytest
from ib_async.decoder import Decoder

from tests.support.raw_client import Message, RawClient
from tests.unit.simulator.test_rows import Sink
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer

AAPL = [265598, "", "", "", "", "", "", "SMART", "", "", "", ""]
COVERED = {1, 2, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 18, 19, 20, 21, 49, 50, 52, 53, 54, 57, 58, 61, 62, 63, 64}
COVERED |= {71, 72, 73, 74, 75, 76, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 90, 93, 94, 95, 96, 97, 98, 99, 106}
FREE_TAIL = {4, 7, 55, 79}  # version gates and lists at the end; tested row by row elsewhere


async def _everything(simulator: SimulatorServer, version: int) -> list[Message]:
    client = await RawClient.start(simulator.port, 11, f"v157..{version}")
    option = simulator.gateway.catalogue.options_on(265598)[20].con_id
    requests: list[Any] = [
        *([8, 1, 1], [17, 1], [49, 1], [16, 1], [61, 1], [6, 2, 1, "DU1111111"], [62, 1, 1, "All", "$LEDGER:ALL"]),
        *([74, 1, 2, "DU1111111", ""], [76, 1, 3, "DU1111111", "", 0], [92, 4, "DU1111111", ""]),
        *([94, 5, "DU1111111", "", 756733], [81, 6, "apple"], [91, 26], [18, 1, 1], [18, 1, 3]),
        *([9, 8, 7, *AAPL, 0, "", "", ""], [9, 8, 8, 910000001, *[""] * 11, 0, "", "", ""]),
        *([9, 8, 9, option, *[""] * 11, 0, "", "", ""], [1, 11, 10, *AAPL, 0, "mdoff,292", 0, 0, ""]),
        *([1, 11, 11, *AAPL, 0, "", 1, 0, ""], [1, 11, 12, option, *[""] * 11, 0, "", 0, 0, ""]),
        *([78, 13, "AAPL", "", "STK", 265598], [20, 14, *AAPL, 0, "", "1 hour", "2 D", 1, "TRADES", 1, 1, ""]),
        *([20, 15, *AAPL, 0, "", "1 day", "3 D", 1, "SCHEDULE", 1, 0, ""], [87, 16, *AAPL, 0, 1, "TRADES", 1]),
        *([50, 3, 17, *AAPL, 5, "TRADES", 1, ""], [97, 18, *AAPL, "AllLast", 0, 0], [97, 19, *AAPL, "BidAsk", 0, 0]),
        *(
            [97, 20, *AAPL, "MidPoint", 0, 0],
            [10, 5, 21, *AAPL, 5, 1, ""],
            [10, 5, 22, *AAPL[:7], "ISLAND", *AAPL[8:], 5, 0, ""],
            [82],
            [83, 23, "9c"],
        ),
        *(
            [22, 24, 5, "STK", "STK.US", "MOST_ACTIVE", *[""] * 17],
            [24, 1],
            [85],
            [86, 25, 265598, "BRFG", "", "", 3, ""],
        ),
        *(
            [84, 26, "BRFG", "BRFG$1", ""],
            *[[96, 27, *AAPL, 0, "", "20261119-16:00:00", 9, kind, 1, 0, ""] for kind in KINDS],
        ),
    ]
    for request in requests:
        client.send(*request)
    await client.until(lambda m: m[0] == "17")
    await client.settle()
    simulator.timeline.command("+65")
    await client.until(lambda m: m[0] == "90")
    await client.settle()
    client.writer.transport.abort()
    return client.received


KINDS = ("TRADES", "BID_ASK", "MIDPOINT")


def _decodes(decoder: Decoder, fields: Message) -> bool:
    handler: Any = decoder.handlers[int(fields[0])]
    try:
        handler(list(fields))
    except (ValueError, StopIteration, IndexError, RuntimeError):
        return False
    return True


def _check(decoder: Decoder, fields: Message) -> None:
    handler: Any = decoder.handlers[int(fields[0])]
    assert _decodes(decoder, fields), fields
    names, held = handler.__code__.co_freevars, handler.__closure__ or ()
    cells = {name: cell.cell_contents for name, cell in zip(names, held, strict=True)}
    if "types" in cells:
        assert len(fields) == cells["skip"] + len(cells["types"]), fields
    elif fields[0] == "75":
        expirations = int(fields[6])
        assert int(fields[7 + expirations]) == len(fields) - 8 - expirations
    elif int(fields[0]) not in FREE_TAIL:
        assert not _decodes(decoder, fields[:-1]), fields


@pytest.mark.parametrize("version", [157, 176, 178])
async def test_no_field_is_left_over_when_messages_are_decoded(version: int) -> None:
    simulator = SimulatorServer(Settings(scenario="fa"))
    await simulator.start()
    simulator.timeline.command("2026-11-20T15:00:00")
    received = await _everything(simulator, version)
    await simulator.stop()
    decoder = Decoder(Sink(), version)  # type: ignore[arg-type]
    for fields in received:
        _check(decoder, fields)
    assert {int(m[0]) for m in received} >= COVERED
