"""`health`: is the connection up, and what is at the other end."""

from __future__ import annotations

from argparse import Namespace

from tws_console.cli import documents
from tws_console.cli.connection import ConnectionFailed, connected
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.tables import Column, pairs, table
from tws_console.cli.wiring import Wiring
from tws_console.model.problems import Exit

STAGES = (
    Column("Stage", "name", keep=True),
    Column("OK", "said", keep=True),
    Column("ms", "ms", number=True, keep=True),
    Column("Detail", "detail", keep=True, unset=""),
)


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    effective = wiring.effective(flags_of(args))
    frozen = wiring.freeze_for(effective.host, effective.port).is_frozen()
    try:
        async with connected(args, wiring, effective) as engine:
            fields = documents.health_fields(engine.session.state, connected=True, frozen=frozen)
    except ConnectionFailed as failure:
        fields = {**documents.health_fields(failure.state, connected=False, frozen=frozen), **failure.fields}
        document = documents.failed("health", failure.code, failure.sentence, **fields)
        out.result(document, text_of(document, out.width))
        return failure.exit_code
    document = documents.done("health", **fields)
    out.result(document, text_of(document, out.width))
    return Exit.DONE


def text_of(document: documents.Document, width: int) -> str:
    """The document for people: who answers, the lamps, the stages."""
    names = ("connected", "host", "port", "client_id", "server_version", "next_valid_id", "accounts", "mode", "frozen")
    fields = {name: document[name] for name in names}
    fields["lamps"] = [f"{name} {lamp}" for name, lamp in document["lamps"].items()]
    words = {True: "yes", False: "NO", None: "-"}
    stages = [{**stage, "said": words[stage["ok"]]} for stage in document["stages"]]
    return f"{pairs(fields)}\n\n{table(STAGES, stages, width)}"
