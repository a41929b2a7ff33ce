"""Orders of a financial advisor's login."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, fact
from tests.support.open_order import read_open_order
from tests.support.order_fields import order_fields
from tests.support.raw_client import RawClient


async def _order(stage: Stage, **terms: object) -> RawClient:
    client = await stage.client(11)
    client.send(*order_fields(1, **({"order_type": "MKT", "account": ""} | terms)))  # type: ignore[arg-type]
    return client


@fact("CAMPUS financial advisors: 436 for an order without account and group", scenario="fa")
async def no_allocation(stage: Stage) -> None:
    client = await _order(stage)
    error = await client.until_error(436)
    text = "You must specify an allocation (either a single account, group, or profile)."
    assert (error[2], error[4]) == ("1", text)
    assert await client.settle() == []


@fact("CAMPUS error codes: 435 as a cause of 321 for several accounts of which none is named")
async def no_account(stage: Stage) -> None:
    client = await _order(stage)
    assert (await client.until_error(321))[4].endswith("cause - You must specify an account.")


@fact("CAMPUS financial advisors: a group's order is one order whose fills fall on the group's accounts", scenario="fa")
async def shared(stage: Stage) -> None:
    client = await _order(stage, fa_group="Growth", fa_method="Equal", quantity=101)
    for _ in range(2):
        await client.until_id(59)
    fills = {m[16]: m[19] for m in client.received if m[0] == "11"}
    assert fills == {"DU1111111": "51", "DU2222222": "50"}
    done = [m for m in client.received if m[0] == "3"][-1]
    assert (done[2], done[3], done[4]) == ("Filled", "101", "0")
    row = read_open_order(next(m for m in client.received if m[0] == "5"))
    assert (row["faGroup"], row["faMethod"], row["account"]) == ("Growth", "Equal", "DF1234567")


@fact("CAMPUS financial advisors: by net liquidation the accounts of a group share by their worth", scenario="fa")
async def by_worth(stage: Stage) -> None:
    client = await _order(stage, fa_group="Income", quantity=100)
    for _ in range(2):
        await client.until_id(59)
    fills = {m[16]: int(m[19]) for m in client.received if m[0] == "11"}
    assert sum(fills.values()) == 100
    assert fills["DU2222222"] > 3 * fills["DU3333333"]


@fact("CAMPUS financial advisors: parts of a group's order add up to its shares", scenario="fa")
async def in_parts(stage: Stage) -> None:
    client = await _order(stage, fa_group="Growth", fa_method="Equal", quantity=10, order_type="LMT", limit="100")
    for _ in range(2):
        await client.until_status(1, "Submitted")
    order = next(order for order in stage.live() if order.client_id == 11)
    for part in (3, 3, 4):
        stage.server.exchange.fill_by_hand(order.perm_id, Decimal(part), None)
    await client.until_status(1, "Filled")
    held = dict.fromkeys(("DU1111111", "DU2222222"), 0)
    for row in [m for m in client.received if m[0] == "11"]:
        held[row[16]] += int(row[19])
    assert held == {"DU1111111": 5, "DU2222222": 5}


_WRONG: tuple[tuple[str, dict[str, object]], ...] = (
    ("a group that does not exist", {"fa_group": "Nobody"}),
    ("a method that does not exist", {"fa_group": "Growth", "fa_method": "Luck"}),
)
for _what, _terms in _WRONG:

    @fact(f"order_local_rules: 321 for {_what}", scenario="fa")
    async def wrong(stage: Stage, terms: dict[str, object] = _terms) -> None:
        client = await _order(stage, **terms)
        assert (await client.until_error(321))[2] == "1"
        assert await client.settle() == []


@fact("CAMPUS financial advisors: profiles are gone, 585", scenario="fa")
async def profiles(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(18, 1, 2)
    await client.until_error(585)
