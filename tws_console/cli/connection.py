"""How a command comes to a connected engine, and what it says when there is none. Imports engine, config, model."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output
from tws_console.cli.wiring import NoConnection, Wiring
from tws_console.config.resolve import Effective
from tws_console.engine.engine import Engine
from tws_console.model.ids import owned_ids
from tws_console.model.order import Order
from tws_console.model.problems import ErrorCode
from tws_console.model.session import ID_IN_USE, ConnectFailed, Phase, SessionState
from tws_console.rules.capability import capability
from tws_console.rules.live import contradictions


class ConnectionFailed(CommandFailed):
    """There is no connection. `state` is the session as it failed."""

    def __init__(self, state: SessionState, failure: ConnectFailed, client_ids: Sequence[int]) -> None:
        super().__init__(
            ErrorCode.IB_CONNECTION_FAILED,
            no_connection_sentence(state, failure, client_ids),
            stage=failure.stage.value,
            advice=failure.advice,
        )
        self.state = state


def no_connection_sentence(state: SessionState, failure: ConnectFailed, client_ids: Sequence[int]) -> str:
    """`could not connect to TWS` with place, stage, reason and the likeliest cure."""
    where = f"could not connect to TWS at {state.host}:{state.port}"
    reason = failure.reason
    if failure.code == ID_IN_USE and len(client_ids) > 1:
        reason = f"the client ids {client_ids[0]} to {client_ids[-1]} are all in use"
    cure = f"; try: {failure.advice[0].rstrip('.')}" if failure.advice else ""
    return f"{where} ({failure.stage.value}): {reason.rstrip('.')}{cure}"


def client_ids_of(effective: Effective) -> tuple[int, ...]:
    """The ids a command may take: the very one of --client-id, else the eight that follow the profile's own."""
    if effective.client_id_exact:
        return (effective.client_id,)
    return tuple(owned_ids(effective.client_id))[1:]


@asynccontextmanager
async def connected(
    args: Namespace, wiring: Wiring, effective: Effective, client_ids: Sequence[int] | None = None
) -> AsyncIterator[Engine]:
    """A connected engine, closed at the end. Raises ConnectionFailed."""
    ids = client_ids_of(effective) if client_ids is None else tuple(client_ids)
    try:
        engine = await wiring.open_engine(effective, ids, args.timeout)
    except NoConnection as failure:
        raise ConnectionFailed(failure.state, failure.failure, ids) from failure
    try:
        yield engine
    finally:
        await engine.close()


def link_up(engine: Engine) -> bool:
    return engine.session.state.phase is Phase.UP


def can_of(engine: Engine) -> Callable[[Order], tuple[str, ...]]:
    """What the commands can do to an order."""
    state = engine.session.state

    def can(order: Order) -> tuple[str, ...]:
        own = state.client_id
        return capability(order, own_client_id=own, read_only_api=state.api_read_only, link_up=link_up(engine)).can

    return can


def known_account(args: Namespace, engine: Engine) -> str | None:
    """The account that --account asks to be shown, None for all. Raises CommandFailed when this login has it not."""
    wanted: Any = args.account
    accounts = engine.session.state.accounts
    if wanted is None or wanted in accounts:
        return wanted if wanted is None else str(wanted)
    raise CommandFailed(
        ErrorCode.NOT_FOUND, f"there is no account {wanted} at this TWS; it has {', '.join(accounts) or 'not told any'}"
    )


def armed(args: Namespace, engine: Engine, out: Output) -> None:
    """Say where profile, port and accounts contradict each other, and arm what --arm names.

    Raises CommandFailed when the phrase is wrong or nothing may be armed.
    """
    for words in contradictions(engine.session.state):
        out.say(f"warning: {words}")
    if args.arm is None:
        return
    try:
        account = engine.arming.arm(args.arm)
    except ValueError as refusal:
        code = ErrorCode.READ_ONLY if engine.session.state.entry_refusal else ErrorCode.NOT_ARMED
        raise CommandFailed(code, f"nothing was sent: {refusal}") from refusal
    out.say(f"LIVE: {account} is armed for this command")
