"""History, streams, depth, scanners, options and news over the wire."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import Message, RawClient
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer

AAPL = [265598, "", "", "", "", "", "", "SMART", "", "", "", ""]
XOM = [0, "XOM", "STK", "", "", "", "", "SMART", "", "USD", "", ""]
EUR = [12087792, "", "", "", "", "", "", "IDEALPRO", "", "", "", ""]


@pytest.fixture
async def still() -> AsyncIterator[SimulatorServer]:
    simulator = SimulatorServer(Settings(scenario="still"))
    await simulator.start()
    yield simulator
    await simulator.stop()


def _ask(
    client: RawClient, request_id: int, size: str = "5 mins", duration: str = "1 D", kind: str = "TRADES",
    contract: list[object] | None = None, end: str = "", live: int = 0,
) -> None:  # fmt: skip
    client.send(20, request_id, *(contract or AAPL), 0, end, size, duration, 1, kind, 1, live, "")


async def _bars(client: RawClient, request_id: int) -> list[Message]:
    row = await client.until(lambda m: m[:2] == ["17", str(request_id)])
    cells = row[5:]
    assert len(cells) == 8 * int(row[4])
    return [cells[at : at + 8] for at in range(0, len(cells), 8)]


async def test_bars_cover_the_session_when_asked(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    _ask(client, 1)
    rows = await _bars(client, 1)
    assert rows[0][0] == "20261120 09:30:00 US/Eastern"
    assert len(rows) == 6
    _ask(client, 2, size="1 day", duration="1 M")
    assert [row[0] for row in await _bars(client, 2)][-2:] == ["20261119", "20261120"]
    _ask(client, 3, size="1 hour", duration="2 D", end="20261118 16:00:00 US/Eastern", kind="MIDPOINT")
    rows = await _bars(client, 3)
    assert rows[-1][0] == "20261118 15:00:00 US/Eastern"
    assert {(row[5], row[7]) for row in rows} == {("-1", "-1")}


async def test_last_bar_goes_on_when_kept_up_to_date(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    _ask(client, 1, size="1 min", live=1)
    rows = await _bars(client, 1)
    still.timeline.command("+70")
    update = (await client.until_id(90))[-1]
    assert len(update) == 10
    assert update[3] == "20261120 10:01:00 US/Eastern"
    assert update[3] > rows[-1][0]
    client.send(25, 1, 1)
    assert "query cancelled: 1" in (await client.until_error(162))[4]
    client.send(25, 1, 1)
    assert (await client.until_error(366))[2] == "1"


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"size": "7 mins"}, "321", "bar size setting is invalid"),
        ({"kind": "GOSSIP"}, "321", "What to show value of GOSSIP rejected."),
        ({"duration": "3 X"}, "321", "duration format is integer{SPACE}unit"),
        ({"duration": "400 D"}, "321", "must be made in years"),
        ({"end": "teatime"}, "10314", "The date, time, or time-zone entered is invalid"),
        ({"end": "20261118 16:00:00", "live": 1}, "321", "must be empty"),
        ({"contract": XOM}, "162", "No market data permissions for NYSE STK"),
        ({"contract": EUR}, "162", "No historical market data for EUR/CASH@IDEALPRO"),
        ({"end": "19700105 16:00:00 US/Eastern"}, "162", "HMDS query returned no data: AAPL@SMART Trades"),
    ],
)
async def test_history_is_refused_in_words_when_it_cannot_be_given(
    still: SimulatorServer, connect: Connect, changes: dict[str, object], code: str, text: str
) -> None:
    client = await connect(still, 11)
    _ask(client, 1, **changes)  # type: ignore[arg-type]
    error = await client.until_error(int(code))
    assert error[2] == "1"
    assert text in error[4]


async def test_real_time_bars_come_every_five_seconds_when_subscribed(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    client.send(50, 3, 1, *AAPL, 5, "TRADES", 1, "")
    await client.settle()
    still.timeline.command("+5")
    bar = (await client.until_id(50))[-1]
    assert len(bar) == 11
    assert bar[3] == "1795186800"
    client.send(50, 3, 2, *XOM, 5, "TRADES", 1, "")
    assert "Invalid Real-time Query" in (await client.until_error(420))[4]
    client.send(51, 1, 1)
    client.send(51, 1, 1)
    assert (await client.until_error(300))[2] == "1"


async def test_ticks_come_one_by_one_when_subscribed(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    kinds = {"AllLast": ("2", 9), "BidAsk": ("3", 9), "MidPoint": ("4", 5)}
    for number, kind in enumerate(kinds, 1):
        client.send(97, number, *AAPL, kind, 0, 0)
    for number, (tick_type, size) in enumerate(kinds.values(), 1):
        row = await client.until(lambda m, n=str(number): m[:2] == ["99", n])  # type: ignore[misc]
        assert (row[2], len(row)) == (tick_type, size)
    client.send(97, 4, *AAPL, "Last", 0, 0)
    assert (await client.until_error(10190))[2] == "4"
    client.send(97, 5, *EUR, "Last", 0, 0)
    assert (await client.until_error(10189))[2] == "5"
    client.send(96, 6, *AAPL, 0, "20261119 10:00:00 US/Eastern", "", 50, "BID_ASK", 1, 0, "")
    row = (await client.until_id(97))[-1]
    assert (row[2], len(row), row[-1]) == ("50", 3 + 50 * 6 + 1, "1")
    client.send(96, 7, *AAPL, 0, "", "", 50, "TRADES", 1, 0, "")
    await client.until_error(10187)


async def test_depth_is_given_for_three_books_when_asked(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    client.send(10, 5, 1, *AAPL, 5, 1, "")
    assert (await client.until_error(2152))[2] == "1"
    rows = [m for m in await client.settle() if m[0] == "13"]
    assert [(m[6], m[3]) for m in rows] == [(side, str(at)) for side in "01" for at in range(5)]
    assert {m[5] for m in rows} == {"0"}
    asks = [float(m[7]) for m in rows if m[6] == "0"]
    bids = [float(m[7]) for m in rows if m[6] == "1"]
    assert asks == sorted(asks)
    assert bids == sorted(bids, reverse=True)
    assert bids[0] < asks[0]
    still.timeline.command("+1")
    assert (await client.until(lambda m: m[0] == "13"))[5] == "1"
    for number in (2, 3, 4):
        client.send(10, 5, number, *EUR, 3, 0, "")
    assert "Max number (3)" in (await client.until_error(309))[4]
    client.send(11, 1, 1, 1)
    client.send(11, 1, 1, 1)
    assert (await client.until_error(310))[2] == "1"
    client.send(82)
    assert (await client.until_id(80))[-1][1] == "7"


async def test_scanner_ranks_and_ends_with_162_when_cancelled(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    client.send(24, 1)
    assert "TOP_PERC_GAIN" in (await client.until_id(19))[-1][2]
    client.send(22, 1, 5, "STK", "STK.US.MAJOR", "MOST_ACTIVE_USD", 100, *[""] * 16)
    row = (await client.until_id(20))[-1]
    assert (row[3], len(row)) == ("5", 4 + 5 * 16)
    assert [row[4 + 16 * at] for at in range(5)] == ["0", "1", "2", "3", "4"]
    client.send(23, 1, 1)
    assert "scanner subscription cancelled: 1" in (await client.until_error(162))[4]
    client.send(23, 1, 1)
    await client.until_error(365)


async def test_chain_leads_to_greeks_when_followed(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    client.send(78, 1, "AAPL", "", "STK", 265598)
    rows = (await client.until_id(76))[:-1]
    smart = next(m for m in rows if m[0] == "75" and m[2] == "SMART")
    count = int(smart[6])
    expiry, strikes = smart[7], smart[8 + count :]
    assert len(strikes) == int(smart[7 + count]) == 25
    client.send(9, 8, 2, 0, "AAPL", "OPT", expiry, "230", "C", "", "SMART", "", "USD", "", "", 0, "", "")
    [row] = (await client.until_id(52))[:-1]
    assert (row[4], row[5], row[6]) == (expiry, "230", "C")
    client.send(9, 8, 3, 0, "AAPL", "OPT", expiry, "", "", "", "SMART", "", "USD", "", "", 0, "", "")
    assert len((await client.until_id(52))[:-1]) == 50
    client.send(1, 11, 4, int(row[12]), *[""] * 6, "SMART", *[""] * 4, 0, "", 0, 0, "")
    model = await client.until(lambda m: m[0] == "21" and m[2] == "13")
    assert len(model) == 12
    assert 0 < float(model[5]) < 1
    client.send(54, 3, 5, int(row[12]), *[""] * 6, "SMART", *[""] * 4, "7.5", "231.4", 0, "")
    assert float((await client.until(lambda m: m[:3] == ["21", "5", "53"]))[4]) > 0
    client.send(78, 6, "AAPL", "", "STK", 1)
    await client.until_error(200)


async def test_news_is_told_when_asked(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    client.send(85)
    assert (await client.until_id(85))[-1][1] == "3"
    client.send(86, 1, 265598, "BRFG+BRFUPDN+DJNL", "", "", 5, "")
    rows = await client.until_id(87)
    assert rows[-1] == ["87", "1", "1"]
    assert len(rows) == 6
    client.send(84, 2, rows[0][3], rows[0][4], "")
    assert rows[0][4] in (await client.until_id(83))[-1][3]
    client.send(1, 11, 3, *AAPL, 0, "mdoff,292", 0, 0, "")
    assert len((await client.until_id(84))[-1]) == 7


async def test_bond_and_index_have_forms_of_their_own_when_asked(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    client.send(9, 8, 1, 910000001, *[""] * 11, 0, "", "", "")
    assert (await client.until_id(52))[0][:2] == ["18", "1"]
    client.send(1, 11, 2, 416904, *[""] * 11, 0, "", 0, 0, "")
    ticks = {m[3] for m in await client.settle() if m[0] in ("1", "2")}
    assert ticks == {"4", "6", "7", "9", "14"}
