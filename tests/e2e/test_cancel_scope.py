"""`cancel-all` with a scope through the real program: exactly those orders end, and nothing is frozen."""

from __future__ import annotations

from tests.e2e.program import Program
from tests.support.raw_client import RawClient
from tests.support.simulator import SimulatorProcess

GLOBAL_CANCEL = 58


def test_cancel_all_ends_the_orders_of_a_client_when_it_is_named(program: Program, sim: SimulatorProcess) -> None:
    wanted = {order["perm_id"] for order in sim.book(client_id=3)}
    before = {order["perm_id"] for order in sim.book()}

    answer = program.run("cancel-all", "--client", 3, "--yes")

    assert (answer.code, answer.document["verdict"]) == (0, "proved"), answer.document["error"]
    assert wanted
    assert {order["perm_id"] for order in sim.book()} == before - wanted
    assert answer.document["scope"]["everything"] is False
    assert answer.document["scope"]["clients"] == [3]
    assert answer.document["frozen"] is False
    assert not sim.requests(GLOBAL_CANCEL)
    assert program.run("freeze", "status").document["frozen"] is False


def test_cancel_all_narrows_to_symbol_and_side_when_both_are_given(program: Program, sim: SimulatorProcess) -> None:
    target = next(order for order in sim.book() if order["client_id"] not in {0, None})
    symbol, side = target["symbol"], target["action"]
    before = {order["perm_id"] for order in sim.book()}
    wanted = {order["perm_id"] for order in sim.book(symbol=symbol, action=side)}

    program.run("cancel-all", "--symbol", symbol.lower(), "--side", side.lower(), "--yes", "--timeout", 4)

    gone = before - {order["perm_id"] for order in sim.book()}
    assert target["perm_id"] in gone
    assert gone <= wanted


def test_cancel_all_is_refused_when_the_login_has_no_such_account(program: Program, sim: SimulatorProcess) -> None:
    before = sim.book()
    account = next(order["account"] for order in before)

    answer = program.run("cancel-all", "--account", account.lower(), "--yes")

    assert (answer.code, answer.document["error_code"]) == (9, "NOT_FOUND")
    assert account in answer.document["error"]
    assert sim.book() == before


def test_cancel_all_says_that_it_found_nothing_when_no_order_is_in_the_scope(
    program: Program, sim: SimulatorProcess
) -> None:
    before = sim.book()

    answer = program.run("cancel-all", "--symbol", "NOPE", "--yes")

    assert (answer.code, answer.document["orders"]) == (0, [])
    assert "no open order of NOPE" in answer.words
    assert sim.book() == before


def test_cancel_all_is_refused_when_two_symbols_are_given(program: Program, sim: SimulatorProcess) -> None:
    before = sim.book()

    answer = program.run("cancel-all", "--symbol", "AAPL", "--symbol", "MSFT", "--yes")

    assert answer.code == 2
    assert "--symbol is given twice" in answer.document["error"]
    assert sim.book() == before


def test_cancel_all_asks_when_a_scope_is_given_without_yes(program: Program, sim: SimulatorProcess) -> None:
    before = sim.book()

    answer = program.run("cancel-all", "--client", 3)

    assert answer.code == 6
    assert "--yes" in answer.document["error"]
    assert sim.book() == before


async def test_cancel_all_is_not_proved_when_the_owner_is_connected(program: Program, sim: SimulatorProcess) -> None:
    owner = await RawClient.start(sim.port, 3)

    answer = program.run("cancel-all", "--client", 3, "--yes", "--timeout", 3)

    owner.writer.close()
    assert (answer.code, answer.document["verdict"]) == (8, "not-confirmed")
    assert "every order of client 3" in answer.document["error"]
    assert all("326" in order["reason"] for order in answer.document["orders"])
    assert sim.book(client_id=3)
