"""Every command's document, word for word, from fixed model values."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli import values
from tws_console.cli import documents
from tws_console.cli.away_document import away_fields
from tws_console.cli.commands import cancel, flatten, modify, place
from tws_console.cli.connection import ConnectionFailed
from tws_console.cli.exits import CommandFailed
from tws_console.cli.jsontext import to_json
from tws_console.cli.stop_document import stop_document, stops_document
from tws_console.engine.flatten import FlattenResult
from tws_console.engine.results import CancelResult, ModifyResult, PlaceResult
from tws_console.model.order import Order, Status
from tws_console.model.problems import ErrorCode, Exit
from tws_console.model.recovery import Unresolved
from tws_console.model.session import Mode
from tws_console.model.stop import StopVerdict
from tws_console.rules.amend import Change
from tws_console.rules.flatten_plan import Outcome

GOLDEN = Path(__file__).parents[2] / "golden" / "cli"


def can(order: Order) -> tuple[str, ...]:
    return ("cancel", "global-cancel") if order.client_id == 12 else ("global-cancel",)


def health_up() -> documents.Document:
    return documents.done("health", **documents.health_fields(values.UP, connected=True, frozen=False))


def health_down() -> documents.Document:
    failure = ConnectionFailed(values.DEAD, values.REFUSED, range(12, 20))
    fields = documents.health_fields(failure.state, connected=False, frozen=True)
    return documents.failed("health", failure.code, failure.sentence, **{**fields, **failure.fields})


def orders() -> documents.Document:
    rows = documents.order_rows([values.OWN, values.MANUAL, values.UNKNOWN], can)
    snapshot = documents.snapshot_fields(values.UP, values.NOW, values.WALL)
    return documents.done("orders", orders=rows, snapshot=snapshot, unresolved=[])


def positions() -> documents.Document:
    rows = [documents.position_row(row, values.NOW) for row in (values.LONG, values.NEW)]
    return documents.done("positions", positions=rows)


def account() -> documents.Document:
    return documents.done("account", accounts=[documents.account_row(values.FIGURES, values.NOW)])


def reconcile() -> documents.Document:
    unresolved = (Unresolved(values.INTENT, ("sent, no answer was recorded", "open orders: 2, none with it")),)
    reason = "AAPL moved by +5: no known fill explains it"
    fields = away_fields(values.AWAY, unresolved, reason, can)
    return documents.failed("reconcile", ErrorCode.OUTCOME_UNKNOWN, "1 intent has no known fate", **fields)


def place_sent() -> documents.Document:
    known: dict[str, Any] = {
        "dry_run": False,
        "order_request": documents.request_fields(values.REQUEST),
        "contract": documents.contract_fields(values.AAPL),
        "order_payload": documents.payload_fields(values.REQUEST, "DU1234567", ""),
        "what_if": documents.what_if_fields(values.WHAT_IF),
        "verdicts": [],
    }
    result = PlaceResult(
        True, values.OWN.key, "01K5A0000000000000000000AA", 41, 12, values.OWN, "mine-1", verdicts=values.VERDICTS
    )
    return documents.done("place", **{**known, **place.result_fields(result, can, known)})


def cancel_done() -> documents.Document:
    result = CancelResult(values.OWN.key, 1902837465, 12, 41, "own", "cancelled", "", 88.5)
    return documents.done("cancel", **cancel.fields_of(result))


def flattened(code: ErrorCode | None = None) -> list[FlattenResult]:
    """One closed, one that is not; with `code` both were refused for it."""
    cancelled = CancelResult(values.OWN.key, 1902837465, 12, 41, "own", "cancelled", "", 88.5)
    sell = replace(
        values.OWN, action="SELL", quantity=D(300), filled=D(300), remaining=D(0), status=Status.FILLED, order_ref=""
    )
    placed = PlaceResult(True, sell.key, "01K5A0000000000000000000AB", 43, 12, sell, "", verdicts=values.VERDICTS)
    closed = FlattenResult(
        "DU1234567", values.AAPL, D(300), D(0), (cancelled,), placed, Outcome.CLOSED, "300 of 300 filled"
    )
    why = "client 7 SELL 5 AAPL #77 stays and could close too: only client 7 can cancel it"
    left = FlattenResult("DU7654321", values.ES, D(-2), D(-2), (), None, Outcome.REFUSED, "no price", (why,))
    if code is None:
        return [closed, replace(left, code=ErrorCode.REDUCE_ONLY)]
    return [replace(left, code=code), replace(left, code=code)]


def flatten_partly() -> documents.Document:
    results = flattened()
    failure = flatten.judge(results)
    assert failure is not None
    rows = [flatten.row_of(result, can) for result in results]
    return documents.failed("flatten", failure.code, failure.sentence, positions=rows)


def changed() -> ModifyResult:
    now = replace(values.OWN, limit_price=D("187.25"))
    changes = (Change("limit_price", D("187.5"), D("187.25")),)
    return ModifyResult(
        now.key,
        now,
        changes,
        "modified",
        intent="01K5A0000000000000000000AB",
        verdicts=values.VERDICTS,
        sent=True,
        elapsed_ms=61.2,
    )


def modify_done() -> documents.Document:
    return documents.done("modify", **modify.result_fields(changed(), can))


def modify_refused() -> documents.Document:
    reason = "201 Order rejected - reason:Order change refused.; the order works on as it was"
    refused = replace(changed(), order=values.OWN, outcome="refused", reason=reason, code=ErrorCode.IB_ORDER_REJECTED)
    with pytest.raises(CommandFailed) as failed:
        modify.judge(refused, modify.result_fields(refused, can))
    return documents.failed("modify", failed.value.code, failed.value.sentence, **failed.value.fields)


def stop() -> documents.Document:
    return stop_document(values.REPORT)


def stops() -> documents.Document:
    proved = replace(values.REPORT, verdict=StopVerdict.PROVED, why="", proved_ms=1912.0, port=4002, orders=())
    documents = [stop_document(one) for one in (proved, values.REPORT)]
    return stops_document(documents, worst=documents[1])


CASES: dict[str, Callable[[], documents.Document]] = {
    "health": health_up,
    "health-no-connection": health_down,
    "orders": orders,
    "positions": positions,
    "account": account,
    "place": place_sent,
    "cancel": cancel_done,
    "reconcile": reconcile,
    "flatten": flatten_partly,
    "modify": modify_done,
    "modify-refused": modify_refused,
    "stop": stop,
    "stop-two-endpoints": stops,
    "freeze": lambda: documents.done("freeze", host="127.0.0.1", port=7497, frozen=False),
    "place-invalid": lambda: documents.failed("place", ErrorCode.ORDER_VALIDATION_FAILED, "the order is not valid"),
    "cancel-not-found": lambda: documents.failed("cancel", ErrorCode.NOT_FOUND, "no live order is permId 5", perm_id=5),
}


@pytest.mark.parametrize("name", CASES)
def test_document_is_the_agreed_one_when_made_of_fixed_values(name: str) -> None:
    assert to_json(CASES[name](), indent=2) + "\n" == (GOLDEN / f"{name}.json").read_text()


@pytest.mark.parametrize("name", CASES)
def test_document_says_ok_error_and_code_when_it_is_any(name: str) -> None:
    document = json.loads(to_json(CASES[name]()))
    assert list(document)[:3] == ["ok", "error", "error_code"]
    assert document["ok"] is (document["error"] is None) is (document["error_code"] is None)


@pytest.mark.parametrize(
    ("results", "code"),
    [
        (flattened(), ErrorCode.NOT_PROVED),
        (flattened(ErrorCode.READ_ONLY), ErrorCode.READ_ONLY),
        (flattened(ErrorCode.IB_ORDER_REJECTED), ErrorCode.IB_ORDER_REJECTED),
    ],
)
def test_flatten_fails_with_the_refusal_when_all_was_refused_for_one_reason(
    results: list[FlattenResult], code: ErrorCode
) -> None:
    failure = flatten.judge(results)
    assert failure is not None
    assert failure.code is code
    assert flatten.judge(results[:1] if code is ErrorCode.NOT_PROVED else []) is None


def test_order_rows_hold_an_order_once_when_it_is_given_twice() -> None:
    rows = documents.order_rows([values.OWN, values.UNKNOWN, values.OWN], can)
    assert [(row["perm_id"], row["order_id"]) for row in rows] == [(1902837465, 41), (None, 42)]


def test_age_is_null_when_the_moment_is_unknown() -> None:
    assert documents.age_ms(0.0, 50.0) is None
    assert documents.age_ms(49.5, 50.0) == 500.0


def test_snapshot_is_null_and_gives_its_reason_when_no_list_came() -> None:
    state = replace(values.UP, snapshot_at=None, snapshot_complete=False, unverified="no end marker")
    assert documents.snapshot_fields(state, values.NOW, values.WALL) == {
        "complete": False,
        "at": None,
        "age_ms": None,
        "unverified": "no end marker",
    }


def test_health_says_live_when_the_account_is_not_a_paper_one() -> None:
    state = replace(values.UP, accounts=("U1234567",), mode=Mode.PAPER)
    assert documents.health_fields(state, connected=True, frozen=False)["mode"] == "live"


def test_stop_document_puts_the_worst_on_top_when_there_are_two() -> None:
    document = stops()
    assert (document["ok"], document["verdict"], document["port"]) == (False, "empty", 7497)
    assert [one["verdict"] for one in document["endpoints"]] == ["proved", "empty"]


def test_stop_document_says_that_nothing_was_cancelled_when_the_cancel_never_left() -> None:
    report = replace(values.REPORT, verdict=StopVerdict.NOT_CONFIRMED, sent_ms=None, why="no connection")
    assert "were NOT cancelled" in str(stop_document(report)["error"])


def test_every_status_is_kebab_case_when_listed() -> None:
    words = {documents.order_row(replace(values.OWN, status=status), ())["status"] for status in Status}
    assert all(word == word.lower() and " " not in word and "_" not in word for word in words)


def test_place_is_not_proved_when_its_number_became_two_orders() -> None:
    twin = replace(values.OWN, status=Status.TWIN, reason="two orders at the broker carry these numbers")
    result = PlaceResult(True, twin.key, "01K5A0000000000000000000AB", twin.order_id, twin.client_id, twin, "tag")

    with pytest.raises(CommandFailed) as failed:
        place.judge(result)

    assert (failed.value.code, failed.value.exit_code) == (ErrorCode.OUTCOME_UNKNOWN, Exit.NOT_PROVED)
    assert "two orders" in failed.value.sentence
