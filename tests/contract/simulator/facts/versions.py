"""What changes with the server version that a client and the simulator have agreed on."""

from tests.contract.simulator.facts.table import Stage, fact
from tests.support.golden_requests import frames
from tests.support.open_order import read_completed_order, read_open_order
from tests.support.raw_client import place_fields

PLAIN_AT_157 = 128
SERVED = [request for name, request in frames(178).items() if name != "startApi"]
_GATES = {157: 0, 159: 1, 160: 2, 162: 3, 169: 3, 170: 8, 176: 8, 177: 7, 178: 7}  # fields beside those of 157
for _version, _more in _GATES.items():

    @fact(f"client libraries: placeOrder, openOrder and completedOrder have the fields of server version {_version}")
    async def gates(stage: Stage, version: int = _version, more: int = _more) -> None:
        client = await stage.client(11, f"v157..{version}")
        client.send(*place_fields(1, limit="200", version=version))
        for _ in range(2):
            await client.until_status(1, "Submitted")
        row = next(m for m in client.received if m[0] == "5")
        assert read_open_order(row, version)["orderType"] == "LMT"
        assert len(row) == PLAIN_AT_157 + more
        client.send(4, 1, 1, "") if version >= 169 else client.send(4, 1, 1)
        await client.until_error(202)
        client.send(99, 0)
        done = next(m for m in await client.until_id(102) if m[0] == "101")
        assert read_completed_order(done, version)["completedStatus"] == "Cancelled by Trader"


@fact("client libraries: execution times have a zone from 174 on, executions one field more from 178 on")
async def execution_gates(stage: Stage) -> None:
    seen = {}
    for client_id, version in ((11, 173), (12, 174), (13, 178)):
        client = await stage.client(client_id, f"v157..{version}")
        client.send(*place_fields(1, order_type="MKT", quantity=1, version=version))
        row = (await client.until_id(11))[-1]
        seen[version] = (len(row), row[15].endswith(" US/Eastern"))
    assert seen == {173: (31, False), 174: (31, True), 178: (32, True)}


@fact("client libraries: every request that they know is served at 178")
async def served(stage: Stage) -> None:
    client = await stage.client(11)
    for request in SERVED:
        client.send(*request)
    unknown = [m for m in await client.settle() if m[0] == "4" and "is unknown" in m[4]]
    assert unknown == []


@fact("client libraries: contractDetails and symbol samples grow with server versions 163, 164 and 176")
async def contract_gates(stage: Stage) -> None:
    lengths = {}
    for client_id, version in ((11, 162), (12, 163), (13, 164), (14, 175), (15, 176)):
        client = await stage.client(client_id, f"v157..{version}")
        client.send(9, 8, 5, 265598, *[""] * 11, 0, "", "", *([""] if version >= 176 else []))
        details = next(m for m in await client.until_id(52) if m[0] == "10")
        client.send(81, 6, "AAPL")
        samples = (await client.until_id(79))[-1]
        lengths[version] = (len(details), "APPLE INC" in samples)
    base = lengths[162][0]
    assert {version: row[0] - base for version, row in lengths.items()} == {162: 0, 163: 1, 164: 1, 175: 1, 176: 1}
    assert [lengths[version][1] for version in (175, 176)] == [False, True]
