"""Connections, notices, and what a client may send."""

import asyncio

import pytest

from tests.contract.simulator.facts.table import Stage, fact, resting
from tests.support.raw_client import RawClient, eventually, place_fields


class AwayTransport(asyncio.Transport):
    """The server's end of a connection from another machine, as far as a session looks at it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.7", 50000)})
        self.aborted = False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever written."""

    def abort(self) -> None:
        """The server drops the connection."""
        self.aborted = True


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


@fact("client libraries: the greatest 32-bit number is a client id like others, not that of client 0")
async def greatest_client(stage: Stage) -> None:
    await stage.client(2147483647)
    await stage.client(0)
    assert {row["client_id"] for row in await stage.ctl("clients")} == {0, 2147483647}


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


# --- who may connect -----------------------------------------------------------------------------------------------


@fact("client libraries: a client whose oldest version is above 178 is answered 178 and may leave")
async def too_new(stage: Stage) -> None:
    client = await stage.stranger()
    await client.shake_hands("v213..225")
    assert client.version == 178


@fact("client libraries: a client below 157 is let go")
async def too_old(stage: Stage) -> None:
    client = await stage.stranger()
    body = b"v100..156"
    client.writer.write(b"API\0" + len(body).to_bytes(4, "big") + body)
    assert await client.closed()


@fact("IBC config: a TWS that asks whether to accept a connection takes it and does not answer until somebody accepts")
async def untrusted(stage: Stage) -> None:
    await stage.ctl("fault", "untrusted")
    client = await stage.stranger()
    client.writer.write(b"API\0\0\0\0\x09v157..178")
    await eventually(lambda: bool(stage.server.gateway.untrusted))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.reader.read(1)
    await stage.ctl("clear", "untrusted")
    assert (await client.read())[0] == "178"
    client.send(71, 2, 11, "")
    await client.until_id(9)


@fact("CAMPUS connectivity: with connections from this machine only, other machines are dropped without a question")
async def other_machine(stage: Stage) -> None:
    stage.fault("untrusted")
    transport = AwayTransport()
    session = stage.server.new_session()
    session.connection_made(transport)
    assert transport.aborted
    session.connection_lost(None)


@fact("IBX-cat 10141: a fresh paper login is not started before its disclaimer is accepted")
async def disclaimer(stage: Stage) -> None:
    stage.fault("10141")
    client = await stage.stranger()
    await client.shake_hands()
    client.send(71, 2, 11, "")
    error = await client.read()
    assert error[2:5] == ["-1", "10141", "Paper trading disclaimer must first be accepted for API connection."]
    client.send(58, 1)
    await stage.ctl("clear", "10141")
    client.send(71, 2, 11, "")
    assert (await client.read())[0] == "15"


@fact("CAMPUS error codes: 1300 names the new port, drops everybody, and the new port serves")
async def new_port(stage: Stage) -> None:
    client = await stage.client(11)
    old = stage.server.port
    await stage.ctl("fault", "1300")
    text = (await client.until_error(1300))[4]
    assert await client.closed()
    port = int(text.rpartition(" - ")[2])
    assert port == stage.server.port != old
    again = await stage.client(11)
    assert await again.settle() == []


# --- what happens to the links --------------------------------------------------------------------------------------


@fact("CAMPUS error codes: 1101 means that market data subscriptions are lost", scenario="default")
async def data_lost(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(1, 11, 601, 265598, "", "", "", "", "", "", "SMART", "", "", "", "", 0, "", 0, 0, "")
    await client.until_id(81)
    await stage.ctl("fault", "1100")
    await stage.ctl("fault", "1101")
    await client.until_error(1101)
    assert (await stage.ctl("clients"))[0]["market_data_lines"] == 0


@fact("IBX-cat 2110: the link between TWS and its server breaks and is restored by itself; orders wait meanwhile")
async def server_link(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("fault", "2110", "seconds=0.1")
    text = (await client.until_error(2110))[4]
    assert text == ("Connectivity between Trader Workstation and server is broken. It will be restored automatically.")
    client.send(*place_fields(1, limit="200"))
    await client.until_status(1, "PendingSubmit")
    await client.until_error(1102)
    await client.until_status(1, "Submitted")


for _farm, _broken, _name in (("market", 2103, "usfarm"), ("history", 2105, "ushmds"), ("secdef", 2157, "secdefil")):

    @fact(f"ibkr-go: the {_farm} farm is told as broken ({_broken}) and as OK ({_broken + 1}) with its name")
    async def farm(stage: Stage, farm: str = _farm, code: int = _broken, name: str = _name) -> None:
        client = await stage.client(11)
        await stage.ctl("fault", "farm-flap", f"farm={farm}", "seconds=0.01")
        assert (await client.until_error(code))[4].endswith(f"data farm connection is broken:{name}")
        assert (await client.until_error(code + 1))[4].endswith(f"data farm connection is OK:{name}")


async def _restarted(stage: Stage, client: RawClient) -> RawClient:
    """TWS restarts; the same client once it is back."""
    await stage.ctl("fault", "restart", "seconds=0.05")
    assert await client.closed()
    await eventually(lambda: stage.server.listening)
    return await stage.client(11)


@fact("IBC config: TWS restarts once a day; sockets drop, and owners are pushed their orders again")
async def restart(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 4, tif="GTC")
    again = await _restarted(stage, client)
    assert [m[0] for m in again.received][:5] == ["5", "3", "53", "15", "9"]
    assert again.received[4][2] == "5"


@fact("CAMPUS transmit: an order that is not transmitted lives in that TWS only; a restart leaves nothing of it")
async def restart_loses_staged(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 4, tif="GTC")
    client.send(*place_fields(5, limit="100", transmit=False))
    await stage.ctl("fault", "silent-hold")
    client.send(*place_fields(6, limit="100"))
    await client.settle()
    again = await _restarted(stage, client)
    assert [row["order_id"] for row in await stage.ctl("book")] == [4]
    await stage.ctl("clear", "all")
    for number in (5, 6):
        again.send(4, 1, number, "")
        assert (await again.until_error(10147))[2] == str(number)


@fact("LEAN.Brokerages 242: an order sent while TWS restarts vanishes without a word; its number is not known any more")
async def restart_loses_unacknowledged(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("fault", "slow-ack", "seconds=0.1")
    client.send(*place_fields(5, limit="100"))
    await client.until_status(5, "PendingSubmit")
    again = await _restarted(stage, client)
    await eventually(lambda: not stage.server.gateway.clock.pending)
    assert not await stage.ctl("book")
    again.send(4, 1, 5, "")
    assert (await again.until_error(10147))[2] == "5"


@fact("user reports: a localised TWS on Windows writes other words in Latin-1; the code is the same")
async def localised(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    stage.fault("localised")
    client.send(4, 1, 1, "")
    raw = await client.reader.readuntil(b"\x00202\x00")
    raw += await client.reader.readuntil(b"raison:\x00\x00")
    assert "Ordre annulé" in raw.decode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        raw.decode()
