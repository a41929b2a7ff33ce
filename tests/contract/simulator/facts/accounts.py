"""Accounts, positions and profit: what is told, to whom, and when again."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, codes, fact
from tests.support.raw_client import Message, place_fields

UNSET = "1.7976931348623157E308"
ADVISOR = "DF1234567"


def _values(told: list[Message]) -> dict[tuple[str, str], str]:
    return {(m[2], m[4]): m[3] for m in told if m[0] == "6"}


@fact("CAMPUS positions: all accounts, closed ones of today with 0, futures without an exchange", scenario="default")
async def positions(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(61, 1)
    rows = (await client.until_id(62))[:-1]
    assert {m[2] for m in rows} == {"DU1234567", "DU7654321"}
    assert "0" in {m[14] for m in rows}
    assert {m[10] for m in rows if m[5] == "FUT"} == {""}


@fact("CAMPUS positions: the average cost of a derivative includes its multiplier", scenario="default")
async def average_cost(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(61, 1)
    future = next(m for m in await client.until_id(62) if m[0] == "61" and m[5] == "FUT")
    price = stage.server.gateway.market.quote(int(future[3])).last
    assert abs(Decimal(future[15]) / (price * 50) - 1) < Decimal("0.05")


@fact("CAMPUS positions: after the end, each change, until they are cancelled", scenario="default")
async def changes(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(61, 1)
    await client.until_id(62)
    client.send(*place_fields(1, order_type="MKT", quantity=10))
    assert (await client.until(lambda m: m[0] == "61"))[14] == "410"
    client.send(64, 1)
    client.send(*place_fields(2, order_type="MKT", quantity=10))
    await client.until_status(2, "Filled")
    assert not [m for m in await client.settle() if m[0] == "61"]


@fact(
    "CAMPUS account updates: values, portfolio, the end; cash and positions make the net liquidation",
    scenario="default",
)
async def account(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(6, 2, 1, "DU7654321")
    told = await client.until_id(54)
    values = _values(told)
    held = sum(Decimal(m[15]) for m in told if m[0] == "7")
    assert Decimal(values["NetLiquidation", "USD"]) == Decimal(values["TotalCashValue", "USD"]) + held
    assert [m[0] for m in told if m[0] in ("8", "54")][-2:] == ["8", "54"]


@fact("CAMPUS account updates: the time is hours and minutes", scenario="default")
async def account_time(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-18T17:00:00")
    client = await stage.client(11)
    client.send(6, 2, 1, "DU7654321")
    assert {m[2] for m in await client.until_id(54) if m[0] == "8"} == {"12:00"}


@fact("CAMPUS account updates: ledger keys in each currency and in BASE", scenario="default")
async def currencies(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(6, 2, 1, "DU1234567")
    values = _values(await client.until_id(54))
    assert {currency for key, currency in values if key == "CashBalance"} == {"BASE", "USD", "EUR"}
    assert values["CashBalance", "EUR"] == "40000.00"
    assert Decimal(values["ExchangeRate", "EUR"]) > 1


@fact("CAMPUS account updates: -C is the commodities segment, -S that of securities; both make the account",
      scenario="default")  # fmt: skip
async def segments(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(6, 2, 1, "DU1234567")
    values = _values(await client.until_id(54))
    for key in ("NetLiquidation", "InitMarginReq", "AvailableFunds", "FullMaintMarginReq", "TotalCashValue"):
        parts = [Decimal(values[f"{key}-{segment}", "USD"]) for segment in "CS"]
        assert sum(parts) == Decimal(values[key, "USD"]), key
    assert Decimal(values["InitMarginReq-C", "USD"]) == 2 * 23100


@fact("IBX-cat 2100: the end of an account subscription, by the client or by its next one", scenario="default")
async def replaced(stage: Stage) -> None:
    client = await stage.client(11)
    for name in ("DU1234567", "DU7654321"):
        client.send(6, 2, 1, name)
        told = await client.until_id(54)
        assert told[-1][2] == name
    assert codes(told) == ["2100"]
    client.send(6, 2, 0, "DU7654321")
    await client.until_error(2100)


@fact("CAMPUS account updates: 2101 where another client watches another account", scenario="default")
async def one_account(stage: Stage) -> None:
    first, second = await stage.client(11), await stage.client(12)
    first.send(6, 2, 1, "DU1234567")
    await first.until_id(54)
    second.send(6, 2, 1, "DU7654321")
    assert (await second.until_error(2101))[2] == "-1"
    second.send(6, 2, 1, "DU1234567")
    await second.until_id(54)


@fact("CAMPUS account updates: AccountReady is false while the broker cannot be reached", scenario="default")
async def not_ready(stage: Stage) -> None:
    client = await stage.client(11)
    stage.server._actions.switch_on("1100", {})
    client.send(6, 2, 1, "DU1234567")
    assert _values(await client.until_id(54))["AccountReady", ""] == "false"
    stage.server._actions.switch_on("1102", {})
    assert (await client.until(lambda m: m[:3] == ["6", "2", "AccountReady"]))[3] == "true"


@fact("IBX-cat 321: an account that the login does not have")
async def unknown_account(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(6, 2, 1, "DU999")
    client.send(74, 1, 5, "DU999", "")
    client.send(76, 1, 6, "DU999", "", 0)
    client.send(92, 7, "DU999", "")
    assert codes(await client.settle()) == ["321"] * 4


@fact("CAMPUS account summary: group All, the tags asked, each account, then the end", scenario="default")
async def summary(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(62, 1, 5, "All", "NetLiquidation,DayTradesRemaining")
    told = await client.until_id(64)
    assert [(m[3], m[4]) for m in told[:-1]] == [
        ("DU1234567", "DayTradesRemaining"), ("DU1234567", "NetLiquidation"),
        ("DU7654321", "DayTradesRemaining"), ("DU7654321", "NetLiquidation"),
    ]  # fmt: skip
    assert {m[5] for m in told if m[4:5] == ["DayTradesRemaining"]} == {"-1"}
    client.send(62, 1, 6, "Nobody", "NetLiquidation")
    await client.until_error(321)


@fact("CAMPUS account summary: the documented tags are all known", scenario="default")
async def tags(stage: Stage) -> None:
    wanted = (
        "AccountType,NetLiquidation,TotalCashValue,SettledCash,AccruedCash,BuyingPower,EquityWithLoanValue,"
        "PreviousDayEquityWithLoanValue,GrossPositionValue,RegTEquity,RegTMargin,SMA,InitMarginReq,MaintMarginReq,"
        "AvailableFunds,ExcessLiquidity,Cushion,FullInitMarginReq,FullMaintMarginReq,FullAvailableFunds,"
        "FullExcessLiquidity,LookAheadNextChange,LookAheadInitMarginReq,LookAheadMaintMarginReq,"
        "LookAheadAvailableFunds,LookAheadExcessLiquidity,HighestSeverity,DayTradesRemaining,Leverage"
    )
    client = await stage.client(11)
    client.send(62, 1, 5, "All", wanted)
    told = await client.until_id(64)
    assert {m[4] for m in told if m[0] == "63" and m[3] == "DU7654321"} == set(wanted.split(","))


@fact("CAMPUS account summary: $LEDGER is the base currency, :CUR one, :ALL every one", scenario="default")
async def ledgers(stage: Stage) -> None:
    client = await stage.client(11)
    expected = {"$LEDGER": {"BASE"}, "$LEDGER:EUR": {"EUR"}, "$LEDGER:ALL": {"BASE", "USD", "EUR"}}
    for number, (tag, currencies) in enumerate(expected.items(), 1):
        client.send(62, 1, number, "All", tag)
        told = await client.until_id(64)
        assert {m[6] for m in told if m[0] == "63"} == currencies
        client.send(63, 1, number)


@fact("user logs of 322: a third account summary is refused, by request id, until one is cancelled", scenario="default")
async def summaries(stage: Stage) -> None:
    client = await stage.client(11)
    for request_id in (1, 2, 3):
        client.send(62, 1, request_id, "All", "BuyingPower")
    error = await client.until_error(322)
    assert error[2] == "3"
    assert error[4].endswith(
        "Maximum number of account summary requests exceeded; desubscribe to previous request first"
    )
    client.send(63, 1, 1)
    client.send(62, 1, 3, "All", "BuyingPower")
    assert (await client.until_id(64))[-1][2] == "3"


@fact("CAMPUS account summary: every three minutes what has changed, and nothing else", scenario="default")
async def changed_rows(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-18T17:00:00")
    client = await stage.client(11)
    client.send(62, 1, 5, "All", "NetLiquidation,DayTradesRemaining")
    await client.until_id(64)
    stage.server._push_accounts()
    assert await client.settle() == []
    stage.server.timeline.command("+60")
    stage.server._push_accounts()
    assert {m[4] for m in await client.settle() if m[0] == "63"} == {"NetLiquidation"}


@fact("CAMPUS profit: daily, unrealized, realized; of one position with its size and value", scenario="default")
async def profit(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(92, 7, "DU1234567", "")
    assert len((await client.until_id(94))[-1]) == 5
    client.send(94, 8, "DU1234567", "", 76792991)
    row = (await client.until_id(95))[-1]
    assert [len(row), row[2]] == [7, "-120"]
    assert Decimal(row[6]) < 0


@fact("CAMPUS profit: what cannot be told is unset, as the open profit of a position that was closed",
      scenario="default")  # fmt: skip
async def unset(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(94, 8, "DU1234567", "", 8314)
    row = (await client.until_id(95))[-1]
    assert [row[2], row[4], row[6]] == ["0", UNSET, "0"]


@fact("CAMPUS profit: an unknown contract id is never answered", scenario="default")
async def silent_profit(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(94, 7, "DU1234567", "", 999)
    assert await client.settle() == []


@fact("IBX-cat 10185 and 10186: cancels of profit that is not followed")
async def cancelled_profit(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(93, 7)
    client.send(95, 8)
    assert codes(await client.settle()) == ["10185", "10186"]


@fact("CAMPUS multi requests: positions and values of one account, the model code empty, then the ends",
      scenario="default")  # fmt: skip
async def multi(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(74, 1, 5, "DU7654321", "")
    told = await client.until_id(72)
    assert {(m[3], m[17]) for m in told[:-1]} == {("DU7654321", "")}
    client.send(76, 1, 6, "DU7654321", "", 1)
    ledger = {m[5] for m in await client.until_id(74) if m[0] == "73"}
    assert "CashBalance" in ledger
    assert "NetLiquidation" not in ledger
    client.send(*place_fields(1, order_type="MKT", quantity=10, account="DU7654321"))
    await client.until(lambda m: m[:3] == ["73", "1", "6"])


# --- financial advisors ---------------------------------------------------------------------------------------------


@fact("CAMPUS advisors: managedAccounts lists the advisor's account and its clients'", scenario="fa")
async def managed(stage: Stage) -> None:
    client = await stage.client(11)
    assert client.received[0][2].split(",") == [ADVISOR, "DU1111111", "DU2222222", "DU3333333"]


@fact("CAMPUS advisors: the account with an A behind it is all accounts as one", scenario="fa")
async def consolidated(stage: Stage) -> None:
    client = await stage.client(11)
    stage.server.timeline.command("2026-11-18T17:00:00")
    total = Decimal(0)
    for name in stage.server.gateway.accounts.names():
        client.send(6, 2, 1, name)
        total += Decimal(_values(await client.until_id(54))["NetLiquidation", "USD"])
    client.send(6, 2, 1, f"{ADVISOR}A")
    told = await client.until_id(54)
    assert Decimal(_values(told)["NetLiquidation", "USD"]) == total
    assert {m[19] for m in told if m[0] == "7"} == {f"{ADVISOR}A"}
    assert {m[3] for m in told if m[0] == "7"} == {"SPY", "AAPL", "KO"}


@fact("CAMPUS advisors: a group in place of All, and in the multi requests", scenario="fa")
async def groups(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(62, 1, 5, "Growth", "NetLiquidation")
    assert {m[3] for m in (await client.until_id(64))[:-1]} == {"DU1111111", "DU2222222"}
    client.send(74, 1, 6, "Income", "")
    assert {m[3] for m in (await client.until_id(72))[:-1]} == {"DU2222222", "DU3333333"}
    client.send(76, 1, 7, "Growth", "", 1)
    assert {m[3] for m in (await client.until_id(74))[:-1]} == {"DU1111111", "DU2222222"}


@fact("CAMPUS advisors: groups and aliases as XML, no profiles any more (585)", scenario="fa")
async def advisor_data(stage: Stage) -> None:
    client = await stage.client(11)
    for kind in (1, 3):
        client.send(18, 1, kind)
        assert (await client.until_id(16))[-1][2] == str(kind)
    client.send(18, 1, 2)
    await client.until_error(585)


@fact("IBX-cat 321: advisor data of a login that is none")
async def no_advisor(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(18, 1, 1)
    assert "ignored for non FA customers" in (await client.until_error(321))[4]
