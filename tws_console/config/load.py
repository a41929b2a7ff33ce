"""Reads config.toml into Settings.

Owns the sentences for everything that can be wrong with the file. Imports tomllib and pydantic; never the environment.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tws_console.config.errors import ConfigError, did_you_mean
from tws_console.config.settings import BUILT_IN_PROFILES, Alerts, CodeRule, Limits, Profile, Settings, Ui

_TYPES = {
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must be one word without spaces",
    "tuple_type": "must be a list in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "too_short": "must name at least one; leave the key out for no list",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "decimal_type": "must be a number",
    "is_instance_of": "must be a number",
}
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def load(path: str) -> Settings:
    """Settings of the file at `path`; the defaults when there is no file.

    Raises ConfigError with one sentence that names the file and the line or dotted key.
    """
    try:
        with open(path, "rb") as file:
            raw = tomllib.load(file, parse_float=Decimal)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); is it a file you may read?") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    except ValueError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}; correct that place.") from error
    except (ArithmeticError, RecursionError) as error:
        raise ConfigError(f"{path}: holds a number too large or tables nested too deeply; correct it.") from error
    return parse(raw, path)


def parse(raw: Mapping[str, Any], path: str) -> Settings:
    """Settings of a decoded document; `path` is only named in errors. Raises ConfigError."""
    try:
        settings = Settings.model_validate(dict(raw))
    except ValidationError as error:
        raise ConfigError(_sentence(path, error)) from error
    settings = settings.model_copy(update={"profiles": {**BUILT_IN_PROFILES, **settings.profiles}})
    if settings.default_profile not in settings.profiles:
        hint = did_you_mean(settings.default_profile, settings.profiles)
        raise ConfigError(f"{path}: default_profile: there is no profile {settings.default_profile!r}; {hint}")
    return settings


def _sentence(path: str, error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    # An unknown key is the likeliest typing mistake and often the cause of the rest.
    first = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{path}: {_problem(first)}{more}"


def _problem(problem: ErrorDetails) -> str:
    location = tuple(str(part) for part in problem["loc"])
    key = ".".join(location)
    if problem["type"] == "extra_forbidden":
        known = _table_at(location[:-1]).model_fields
        hint = did_you_mean(location[-1], known) or "this table takes no keys in this version; remove it."
        return f"{key}: unknown key; {hint}"
    return f"{key}: {_rule(problem)}, got {_shown(problem['input'])}; correct or remove it."


def _rule(problem: ErrorDetails) -> str:
    context = problem.get("ctx", {})
    if problem["type"] == "value_error":
        return str(context["error"])
    if problem["type"] == "literal_error":
        near = did_you_mean(str(problem["input"]), re.findall(r"'([^']+)'", context["expected"]))
        return f"must be {context['expected']}" + (f" ({near})" if near.startswith("did you") else "")
    for bound, words in _BOUNDS.items():
        if bound in context:
            return f"must be {words} {context[bound]}"
    return _TYPES.get(problem["type"], problem["msg"][:1].lower() + problem["msg"][1:])


def _shown(value: object) -> str:
    """The value as the file has it, shortened."""
    text = repr(value)
    if isinstance(value, bool):
        text = text.lower()
    elif isinstance(value, Decimal):
        text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _table_at(location: tuple[str, ...]) -> type[BaseModel]:
    """The model whose keys are valid at a place of the document."""
    if location[:1] == ("profiles",):
        return Limits if len(location) == 3 else Profile
    if location[:1] == ("codes",) and len(location) == 2:
        return CodeRule
    tables: dict[tuple[str, ...], type[BaseModel]] = {(): Settings, ("ui",): Ui, ("alerts",): Alerts}
    return tables[location]
