"""Connections, notices, and what a client may send."""

from tests.contract.simulator.facts.table import Stage, fact
from tests.support.raw_client import RawClient

for _offer, _agreed in (("v157..178", 178), ("v157..176", 176), ("v100..157", 157), ("v100..225 +PACEAPI", 178)):

    @fact(f"client libraries: an offer of {_offer} is answered with {_agreed}, in a frame of two fields")
    async def versions(stage: Stage, offer: str = _offer, agreed: int = _agreed) -> None:
        client = await stage.stranger()
        await client.shake_hands(offer)
        assert client.version == agreed


@fact("IBX-cat 326: a used client id is refused, the new socket closed, the old one untouched")
async def used_id(stage: Stage) -> None:
    first, second = await stage.client(11), await stage.stranger()
    await second.shake_hands()
    second.send(71, 2, 11, "")
    error = await second.read()
    assert (error[2], error[3]) == ("-1", "326")
    assert await second.closed()
    assert await first.settle() == []


@fact("CAMPUS connectivity: 32 clients at once, no more")
async def many_clients(stage: Stage) -> None:
    for client_id in range(32):
        await stage.client(client_id)
    extra = await stage.stranger()
    await extra.shake_hands()
    extra.send(71, 2, 99, "")
    assert await extra.closed()


@fact("ibkr-go: the farm notices 2104, 2106 and 2158 follow nextValidId")
async def farms(stage: Stage) -> None:
    client = await stage.client(11)
    codes = [m[3] for m in client.received if m[0] == "4"]
    assert list(dict.fromkeys(codes)) == ["2104", "2106", "2158"]
    assert [m[0] for m in client.received].index("9") < [m[0] for m in client.received].index("4")


@fact("ib_async decoder: errors carry advancedOrderRejectJson from server version 166 on")
async def error_form(stage: Stage) -> None:
    lengths = {}
    for client_id, versions in ((11, "v157..165"), (12, "v157..166")):
        client = await stage.client(client_id, versions)
        lengths[client.version] = {len(m) for m in client.received if m[0] == "4"}
    assert lengths == {165: {5}, 166: {6}}


@fact("CAMPUS error codes: 1100 and 1102 are told to every client and the sockets stay", scenario="default")
async def link(stage: Stage) -> None:
    clients = [await stage.client(11), await stage.client(12)]
    for code, act in ((1100, stage.server.gateway.clock.lose_link), (1102, stage.server.gateway.clock.restore_link)):
        act()
        stage.server.gateway.broadcast(code, "Connectivity")
        for client in clients:
            await client.until_error(code)
    assert [await client.settle() for client in clients] == [[], []]


@fact("CAMPUS: requests before startApi are not acted on", scenario="default")
async def too_early(stage: Stage) -> None:
    client, before = await stage.stranger(), len(stage.live())
    await client.shake_hands()
    client.send(58, 1)
    client.send(71, 2, 11, "")
    await client.until_id(9)
    assert len(stage.live()) == before


async def _others_are_served(stage: Stage, bad: RawClient, data: bytes) -> None:
    other = await stage.client(12)
    bad.writer.write(data)
    assert await other.settle() == []


@fact("client libraries: an oversized length closes that connection only")
async def oversized(stage: Stage) -> None:
    bad = await stage.client(11)
    await _others_are_served(stage, bad, b"\x7f\xff\xff\xff")
    assert await bad.closed()


@fact("OLD message codes: a request that cannot be read gets 320 and harms nobody")
async def unreadable(stage: Stage) -> None:
    bad = await stage.client(11)
    await _others_are_served(stage, bad, b"\0\0\0\x04x\0y\0")
    await bad.until_error(320)
    assert await bad.settle() == []
