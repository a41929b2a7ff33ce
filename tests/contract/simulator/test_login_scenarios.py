"""The scenarios `fa` and `firehose`."""

import asyncio
from xml.etree import ElementTree

from tests.support.raw_client import TIMEOUT, RawClient
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer


async def test_advisor_has_groups_and_aliases_when_logged_in() -> None:
    simulator = SimulatorServer(Settings(scenario="fa"))
    await simulator.start()
    client = await RawClient.start(simulator.port, 11)
    names = next(m for m in client.received if m[0] == "15")[2].split(",")
    assert names == ["DF1234567", "DU1111111", "DU2222222", "DU3333333"]
    client.send(18, 1, 1)
    message = (await client.until_id(16))[-1]
    groups = ElementTree.fromstring(message[3].partition("\n")[2])
    assert [group.findtext("name") for group in groups] == ["Growth", "Income"]
    client.send(18, 1, 3)
    aliases = ElementTree.fromstring((await client.until_id(16))[-1][3].partition("\n")[2])
    assert [alias.findtext("account") for alias in aliases] == names
    client.send(18, 1, 2)
    await client.until_error(585)
    client.send(16, 1)
    rows = await client.until_id(53)
    assert {m[24] for m in rows if m[0] == "5"} >= {"7"} or len([m for m in rows if m[0] == "5"]) == 2
    client.send(61, 1)
    assert {m[2] for m in (await client.until_id(62))[:-1]} == set(names[1:])
    client.writer.transport.abort()
    await simulator.stop()


async def test_clients_are_flooded_when_the_firehose_is_open() -> None:
    simulator = SimulatorServer(Settings(scenario="firehose"))
    await simulator.start()
    client = await RawClient.start(simulator.port, 11)
    client.send(1, 11, 4, 265598, *[""] * 11, 0, "", 0, 0, "")
    await client.until(lambda m: m[:4] == ["2", "6", "4", "5"])
    count = 0
    async with asyncio.timeout(TIMEOUT):
        while count < 5000:
            count += (await client.read())[0] == "2"
    client.writer.transport.abort()
    await simulator.stop()
