"""`config`: the settings file. init, show, path, validate. Needs no connection."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

from tws_console.cli import documents
from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.tables import pairs
from tws_console.cli.wiring import Wiring
from tws_console.config.load import load
from tws_console.config.paths import config_file
from tws_console.config.save import init
from tws_console.config.settings import kept_keys
from tws_console.model.problems import ErrorCode, Exit


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    path = config_file()
    fields: dict[str, Any] = {"path": path, "exists": os.path.exists(path)}
    match args.action:
        case "init":
            fields |= _init(path)
        case "validate":
            fields |= _validate(path)
            for key in fields["not_acted_on"]:
                out.say(f"{key} is kept, but nothing in this version acts on it")
        case "show":
            fields |= _show(args, wiring)
    out.result(documents.done("config", **fields), _text(fields))
    return Exit.DONE


def _init(path: str) -> dict[str, Any]:
    try:
        init(path)
    except OSError as error:
        sentence = f"{path} could not be written ({error.strerror or error}); look after its folder"
        raise CommandFailed(ErrorCode.CONFIGURATION_ERROR, sentence, path=path) from error
    return {"exists": True, "created": True}


def _validate(path: str) -> dict[str, Any]:
    settings = load(path)
    return {
        "default_profile": settings.default_profile,
        "profiles": tuple(sorted(settings.profiles)),
        "not_acted_on": kept_keys(settings),
    }


def _show(args: Namespace, wiring: Wiring) -> dict[str, Any]:
    effective = wiring.effective(flags_of(args))
    return {
        "profile": effective.profile_name,
        "host": effective.host,
        "port": effective.port,
        "client_id": effective.client_id,
        "account": effective.account,
        "mode": effective.mode.value,
        "read_only": effective.read_only,
        "poll_seconds": effective.poll_seconds,
        "restart_windows": tuple(window.text for window in effective.restart_windows),
        "theme": effective.theme,
        "limits": effective.limits.model_dump(),
        "codes": {str(code): effect.value for code, effect in sorted(effective.codes.items())},
    }


def _text(fields: dict[str, Any]) -> str:
    """Name and value a line; what is not set is `-`, for nothing in the settings is unknown."""
    tables = ("limits", "codes")
    flat = {name: value for name, value in fields.items() if name not in tables}
    flat |= {f"{table}.{name}": value for table in tables for name, value in fields.get(table, {}).items()}
    return pairs({name: "-" if value is None else value for name, value in flat.items()})
