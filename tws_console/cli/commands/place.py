"""`place`: one order, given as JSON, through the same gates as an order from the console."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from tws_console.cli import documents
from tws_console.cli.connection import armed, can_of, connected, link_up
from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.preparing import prepare
from tws_console.cli.wiring import Wiring
from tws_console.config.resolve import Effective
from tws_console.engine.engine import Engine
from tws_console.engine.ports import RequestFailed
from tws_console.engine.results import PlaceResult, ValidationFailed
from tws_console.model.instrument import Instrument
from tws_console.model.intent import IntentState
from tws_console.model.order import Status
from tws_console.model.problems import ErrorCode, Exit
from tws_console.model.ticket import FieldError, OrderRequest, Ticket
from tws_console.model.verdict import Level, Verdict
from tws_console.rules.validation import effective_order_ref, parse_json

MAX_BYTES = 1_000_000
WHAT_IF_SECONDS = 4.0
LOOK = "`tws-console reconcile` tells what is known of it"
INTERRUPTED = f"interrupted; an order that was being sent has its row in the journal: {LOOK}"


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    known: dict[str, Any] = {"dry_run": args.dry_run}
    try:
        return await _run(args, wiring, out, known)
    except CommandFailed as failure:
        failure.fields = {**known, **failure.fields}
        raise
    except asyncio.CancelledError:
        raise CommandFailed(ErrorCode.INTERRUPTED, INTERRUPTED, **known) from None


async def _run(args: Namespace, wiring: Wiring, out: Output, known: dict[str, Any]) -> Exit:
    """Each step adds to `known` what it found out, so that a failure still tells all that came before it."""
    request = read_request(args, out)
    known["order_request"] = documents.request_fields(request)
    known["effective_order_ref"] = effective_order_ref(request) or None
    effective = wiring.effective(flags_of(args))
    request = _for_account(request, effective)
    async with connected(args, wiring, effective) as engine:
        armed(args, engine, out)
        ticket = await _ticket(engine, request)
        known["order_request"] = documents.request_fields(ticket.request)
        known["contract"] = documents.contract_fields(ticket.instrument)
        known["order_payload"] = documents.payload_fields(request, ticket.account, effective_order_ref(request))
        await prepare(engine, ticket.instrument, args.timeout, out)
        if args.what_if:
            preview = await engine.trading.what_if(ticket, min(WHAT_IF_SECONDS, args.timeout))
            known["what_if"] = documents.what_if_fields(preview)
        await engine.trading.look_back()
        _gate(ticket, engine.trading.verdicts(ticket), known, out)
        if not args.dry_run:
            earlier = {row.intent for row in engine.book.orders.values()}
            try:
                result = await engine.trading.place(ticket, timeout=args.timeout)
            except asyncio.CancelledError:
                known |= await _half_way(engine, earlier, known)
                raise
            known |= result_fields(result, can_of(engine), known)
    if not args.dry_run:
        judge(result)
    out.result(documents.done("place", **known))
    return Exit.DONE


def read_request(args: Namespace, out: Output) -> OrderRequest:
    """The order from --json, a file or stdin. Whether it is transmitted is for the flag alone to say.

    Raises CommandFailed with every broken rule.
    """
    request = parse_json(args.json if args.json is not None else _text_of(args.json_file))
    if not isinstance(request, OrderRequest):
        _invalid(request)
    if request.transmit and not args.transmit:
        out.say("the order says transmit, but --transmit was not given: it is staged")
    return replace(request, transmit=args.transmit)


def _text_of(path: str) -> str:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MAX_BYTES + 1)
    except OSError as error:
        _invalid([FieldError("json_file", "readable", path, f"cannot be read ({error.strerror}); name a JSON file")])
    if len(data) > MAX_BYTES:
        _invalid([FieldError("json_file", "size", path, f"must be at most {MAX_BYTES} bytes, one order")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _invalid([FieldError("json_file", "utf-8", path, "must be UTF-8 text")])


def _invalid(errors: Sequence[FieldError]) -> NoReturn:
    sentence = "; ".join(f"{error.field}: {error.msg}" for error in errors)
    rows = [documents.error_row(error) for error in errors]
    raise CommandFailed(ErrorCode.ORDER_VALIDATION_FAILED, f"the order is not valid: {sentence}", errors=rows)


def _for_account(request: OrderRequest, effective: Effective) -> OrderRequest:
    """The order for the account that flag, environment or profile pins; an order for another one is refused."""
    pinned = effective.account
    if pinned and request.account and request.account != pinned:
        msg = f"must be the pinned account {pinned}, got {request.account}"
        _invalid([FieldError("account", "pinned", request.account, msg)])
    return replace(request, account=request.account or pinned or "")


async def _ticket(engine: Engine, request: OrderRequest) -> Ticket:
    """The request bound to one account and one instrument. Raises CommandFailed when either is open."""
    try:
        account = engine.trading.account_for(request)
    except ValidationFailed as failure:
        _invalid(failure.errors)
    try:
        found = await engine.trading.resolve(request)
    except RequestFailed as failure:
        code = ErrorCode.NO_ANSWER if link_up(engine) else ErrorCode.IB_CONNECTION_FAILED
        sentence = f"TWS did not say which contract {request.symbol} is ({failure.reason}); nothing was sent, try again"
        raise CommandFailed(code, sentence) from failure
    if len(found) == 1:
        return Ticket(request, found[0], account)
    raise _not_one(request, found)


def _not_one(request: OrderRequest, found: Sequence[Instrument]) -> CommandFailed:
    """The failure of a symbol that names no contract or several; all of these are shown."""
    asked = f"{request.symbol} ({request.sec_type} {request.exchange} {request.currency})".replace("  ", " ")
    if not found:
        msg = f"is not known to the broker: {asked}; check symbol, sec_type, exchange and currency"
        code, rule = ErrorCode.IB_INVALID_CONTRACT, "known-symbol"
    else:
        msg = f"names {len(found)} contracts: {asked}; name one with con_id, primary_exch or expiry"
        code, rule = ErrorCode.AMBIGUOUS, "one-contract"
    error = FieldError("symbol", rule, request.symbol, msg)
    candidates = [documents.contract_fields(instrument) for instrument in found]
    return CommandFailed(
        code, f"symbol {msg}; nothing was sent", errors=[documents.error_row(error)], candidates=candidates
    )


def _gate(ticket: Ticket, verdicts: Sequence[Verdict], known: dict[str, Any], out: Output) -> None:
    """Say the warnings; raise CommandFailed at a block. One of form (the tick) is invalid input, any other is ours."""
    known["verdicts"] = [documents.verdict_row(verdict) for verdict in verdicts]
    for verdict in verdicts:
        if verdict.level is Level.WARN:
            out.say(f"warning {verdict.code}: {verdict.msg}")
    block = next((verdict for verdict in verdicts if verdict.level is Level.BLOCK), None)
    if block is None:
        return
    code = ErrorCode(block.code)
    errors = []
    if code is ErrorCode.ORDER_VALIDATION_FAILED:
        field = "limit_price" if ticket.request.limit_price is not None else "aux_price"
        value = "" if ticket.price is None else f"{ticket.price:f}"
        errors = [documents.error_row(FieldError(field, block.rule, value, block.msg))]
    raise CommandFailed(code, f"not sent, {block.rule}: {block.msg}", errors=errors)


def placement_fields(placed: PlaceResult, can: documents.Can) -> documents.Document:
    """What became of one placement, under the names of every document that tells of one."""
    order = placed.order
    return {
        "submitted": placed.submitted,
        "intent": placed.intent or None,
        "order_id": placed.order_id,
        "perm_id": order.perm_id if order else None,
        "client_id": placed.client_id,
        "state": documents.order_row(order, can(order)) if order else None,
    }


def result_fields(result: PlaceResult, can: documents.Can, known: dict[str, Any]) -> documents.Document:
    """What became of the placement, under the names of the document; `known` holds payload and verdicts so far."""
    return {
        **placement_fields(result, can),
        "order_payload": {**known["order_payload"], "order_ref": result.order_ref or None},
        "effective_order_ref": result.order_ref or None,
        "verdicts": [documents.verdict_row(verdict) for verdict in result.verdicts] or known["verdicts"],
    }


async def _half_way(engine: Engine, earlier: set[str], known: dict[str, Any]) -> documents.Document:
    """How far the one order of this command had come when it was interrupted; nothing when it had no row yet. Whether
    its bytes left is null when the journal cannot tell.
    """
    rows = [row for row in engine.book.orders.values() if row.intent and row.intent not in earlier]
    if len(rows) != 1:
        return {}
    row = rows[0]
    reference = row.order_ref or None
    intent = await engine.journal.intent(row.intent)
    left = None if intent is None or intent.state is IntentState.INTENDED else intent.state is not IntentState.NOT_SENT
    return {
        "submitted": left,
        "intent": row.intent,
        "order_id": row.order_id,
        "perm_id": row.perm_id,
        "client_id": row.client_id,
        "state": documents.order_row(row, can_of(engine)(row)),
        "order_payload": {**known["order_payload"], "order_ref": reference},
        "effective_order_ref": reference,
    }


def judge(result: PlaceResult) -> None:
    """Raise CommandFailed for a placement that did not end well.

    Not sent: the code tells whose refusal it was. Sent: without an answer it is unknown, other codes are the broker's.
    """
    order = result.order
    if not result.submitted:
        raise CommandFailed(result.code or ErrorCode.INTERNAL_ERROR, f"not sent: {result.refusal}")
    if result.code is ErrorCode.OUTCOME_UNKNOWN or order is None or order.status in {Status.UNKNOWN, Status.SENDING}:
        sentence = result.refusal or "no answer to the order: it may or may not be live"
        raise CommandFailed(ErrorCode.OUTCOME_UNKNOWN, f"{sentence}; {LOOK}")
    if order.status is Status.TWIN:
        raise CommandFailed(ErrorCode.OUTCOME_UNKNOWN, f"{order.reason}; see `tws-console orders --all`")
    if result.code is not None:
        raise CommandFailed(result.code, result.refusal, Exit.REFUSED_BY_BROKER)
    if order.status in {Status.REJECTED, Status.INACTIVE}:
        reason = order.reason or "the broker gave no reason; look into TWS"
        raise CommandFailed(ErrorCode.IB_ORDER_REJECTED, f"the order is {order.status.value}: {reason}")
