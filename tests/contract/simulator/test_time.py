"""The simulated clock over the wire: the same bytes whatever happened before, and what follows when time is moved."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import Message, RawClient, eventually
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer

AAPL = [265598, "", "", "", "", "", "", "SMART", "", "", "", ""]
TIME = "2026-11-18T15:30:00+00:00"


@pytest.fixture
async def still() -> AsyncIterator[SimulatorServer]:
    simulator = SimulatorServer(Settings(scenario="still"))
    await simulator.start()
    yield simulator
    await simulator.stop()


async def _told(simulator: SimulatorServer) -> list[Message]:
    """What one client is told of everything there is, from its handshake on."""
    client = await RawClient.start(simulator.port, 11)
    client.send(16, 1)
    client.send(99, 1)
    client.send(61, 1)
    client.send(6, 2, 1, "DU1234567")
    client.send(62, 1, 1, "All", "NetLiquidation,$LEDGER:ALL")
    client.send(92, 2, "DU1234567", "")
    client.send(7, 3, 3, 0, "", "", "", "", "", "")
    client.send(1, 11, 4, *AAPL, 0, "", 0, 0, "")
    client.send(9, 8, 5, *[0, "ES", "FUT", "", "", "", "", "CME", "", "", "", ""], 0, "", "")
    client.send(78, 6, "AAPL", "", "STK", 265598)
    client.send(20, 7, *AAPL, 0, "", "5 mins", "1 D", 1, "TRADES", 1, 0, "")
    client.send(97, 8, *AAPL, "BidAsk", 20, 0)
    client.send(10, 5, 9, *AAPL, 5, 1, "")
    client.send(22, 10, 10, "STK", "STK.US.MAJOR", "TOP_PERC_GAIN", *[""] * 17)
    client.send(86, 12, 265598, "BRFG+DJNL", "", "", 10, "")
    client.send(1, 11, 13, *AAPL, 0, "100,101,104,105,106,165,225,232,233,236,293,318,411,595", 0, 0, "")
    client.send(88, 14, *AAPL, 0, 1, "3 days")
    client.send(76, 1, 15, "DU1234567", "", 0)
    client.send(96, 16, *AAPL, 0, "", "20261117-16:00:00", 20, "TRADES", 1, 0, "")
    client.send(20, 17, *AAPL, 0, "", "1 day", "3 D", 1, "SCHEDULE", 1, 0, "")
    await client.until(lambda m: m[:2] == ["17", "7"])
    await client.settle()
    client.writer.transport.abort()
    return client.received


async def test_bytes_are_the_same_when_the_clock_is_set_however_long_servers_ran() -> None:
    told: list[list[Message]] = []
    for factor in (1, 3000):
        simulator = SimulatorServer()
        await simulator.start()
        simulator.timeline.command(f"x{factor}")
        begun = simulator.gateway.market.step
        await eventually(lambda: simulator.gateway.market.step > begun + factor // 4)  # noqa: B023 - awaited here
        simulator.timeline.command(TIME)
        told.append(await _told(simulator))
        await simulator.stop()
    assert told[0] == told[1]
    assert len(told[0]) > 100


async def test_prices_differ_when_the_seed_does() -> None:
    told: list[list[Message]] = []
    for seed in (1, 2):
        simulator = SimulatorServer(Settings(scenario="still", seed=seed))
        await simulator.start()
        told.append([m for m in await _told(simulator) if m[0] == "1"])
        await simulator.stop()
    assert told[0] != told[1]


async def test_nothing_ticks_when_time_stands_still_until_it_is_moved(still: SimulatorServer, connect: Connect) -> None:
    client = await connect(still, 11)
    client.send(1, 11, 4, *AAPL, 0, "", 0, 0, "")
    await client.settle()
    before = len(client.received)
    assert await client.settle() == []
    client.send(49, 1)
    assert (await client.until_id(49))[-1][2] == "1795186800"
    still.timeline.command("+60")
    await client.until(lambda m: m[0] == "2" and m[3] == "8")
    assert len(client.received) > before + 1
    client.send(49, 1)
    assert (await client.until_id(49))[-1][2] == "1795186860"


async def test_clock_is_told_and_moved_when_the_control_port_asks(still: SimulatorServer) -> None:
    def ask(*args: str) -> dict[str, str]:
        request = json.dumps({"verb": "clock", "args": args}).encode()
        answer: dict[str, str] = json.loads(still._control.answer(request))
        return answer

    assert ask() == {"clock": "2026-11-20T15:00:00+00:00", "mode": "manual"}
    assert ask("+90")["clock"] == "2026-11-20T15:01:30+00:00"
    assert ask("20261118", "10:30:00", "US/Eastern")["clock"] == TIME
    assert ask("x20")["mode"] == "x20"
    assert ask("real")["mode"] == "real"
    assert "usage" in ask("+x")["error"]
    assert "no time" in ask("teatime")["error"]


async def test_hours_are_the_usual_ones_when_the_clock_is_set(still: SimulatorServer, connect: Connect) -> None:
    still.timeline.command("2026-11-21T15:00:00")
    client = await connect(still, 11)
    client.send(9, 8, 5, *AAPL, 0, "", "")
    row = next(m for m in await client.until_id(52) if m[0] == "10")
    assert row[26].split(";")[0] == "20261121:CLOSED"
    client.send(59, 1, 2)
    client.send(1, 11, 4, *AAPL, 0, "", 0, 0, "")
    assert ["58", "1", "4", "2"] in await client.settle()
    still.timeline.command("+60")
    assert await client.settle() == []
