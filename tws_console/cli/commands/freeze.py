"""`freeze`: the latch of one endpoint that keeps every new order back. Needs no connection; cancels always pass."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from tws_console.cli import documents
from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.tables import pairs
from tws_console.cli.wiring import Wiring
from tws_console.engine.ports import FreezePort
from tws_console.model.problems import ErrorCode, Exit


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    effective = wiring.effective(flags_of(args))
    freeze = wiring.freeze_for(effective.host, effective.port)
    place: dict[str, Any] = {"host": effective.host, "port": effective.port}
    try:
        if args.action == "on" and not freeze.is_frozen():
            freeze.freeze("command line", "tws-console freeze on")
            freeze.sync()
        elif args.action == "release":
            freeze.release(args.phrase)
    except ValueError as refusal:
        raise CommandFailed(ErrorCode.FROZEN, str(refusal), **_fields(freeze), **place) from refusal
    except OSError as error:
        sentence = f"the freeze file could not be changed ({error.strerror or error}); look after the data folder"
        raise CommandFailed(ErrorCode.INTERNAL_ERROR, sentence, **place) from error
    fields = {**place, **_fields(freeze)}
    out.result(documents.done("freeze", **fields), pairs({name: v for name, v in fields.items() if v is not None}))
    return Exit.DONE


def _fields(freeze: FreezePort) -> dict[str, Any]:
    """The state of the latch. One that cannot be read counts as frozen, with nothing known of it."""
    frozen = freeze.is_frozen()
    said = (freeze.read() or {}) if frozen else {}
    return {"frozen": frozen, **{name: said.get(name) for name in ("at", "by", "reason")}}
