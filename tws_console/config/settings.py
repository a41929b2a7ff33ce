"""The typed model of config.toml.

Owns the names, types, bounds and defaults of every key. Imports pydantic; never reads a file (that is load) and never
looks at flags or the environment (that is resolve). Unknown keys and wrong types are errors.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from tws_console.config.quick import mode_by
from tws_console.model.windows import parse_window

MAX_CLIENT_ID = 2_147_483_647
"""The wire carries the client id as a signed 32-bit number."""

NOT_ACTED_ON = (
    "profiles.*.limits.max_daily_loss",
    "ui.keys",
    "ui.columns",
    "ui.slow_link",
)
"""Keys that are read, checked and kept, and that nothing in this version acts on; `config validate` names them."""

ModeName = Literal["paper", "live", "demo"]


def _to_decimal(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _to_float(value: object) -> object:
    return float(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def _to_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _readable(window: str) -> str:
    parse_window(window)
    return window


def _upper(symbols: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(symbol.strip().upper() for symbol in symbols)


Amount = Annotated[Decimal, BeforeValidator(_to_decimal), Field(gt=0, allow_inf_nan=False)]
Seconds = Annotated[float, BeforeValidator(_to_float), Field(allow_inf_nan=False)]
Names = Annotated[tuple[str, ...], BeforeValidator(_to_tuple)]
Windows = Annotated[tuple[Annotated[str, AfterValidator(_readable)], ...], BeforeValidator(_to_tuple)]
Symbols = Annotated[Names, AfterValidator(_upper)]
Host = Annotated[str, Field(min_length=1, pattern=r"^\S+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
ClientId = Annotated[int, Field(ge=0, le=MAX_CLIENT_ID)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Limits(_Table):
    """Risk limits of one profile. None: the profile sets none, and a built-in limit warns where a set one blocks.

    Quantities in units of the instrument, notional and loss in the account's base currency, distance in percent of the
    market price.
    """

    max_quantity: Amount | None = None
    max_notional: Amount | None = None
    max_price_distance_percent: Amount | None = None
    max_position: Amount | None = None
    max_open_orders_per_side: Annotated[int, Field(gt=0)] | None = None
    duplicate_seconds: Annotated[Seconds, Field(ge=0)] | None = None
    max_daily_loss: Amount | None = None
    symbols_allowed: Annotated[Symbols, Field(min_length=1)] | None = None
    symbols_denied: Symbols | None = None


class Profile(_Table):
    """One connection with its rules. `mode` and `read_only` are None when the file leaves them out."""

    host: Host = "127.0.0.1"
    port: Port = 7497
    client_id: ClientId = 11
    account: Annotated[str, Field(min_length=1)] | None = None
    mode: ModeName | None = None
    read_only: bool | None = None
    poll_seconds: Annotated[Seconds, Field(ge=0.25, le=60)] = 2.0
    restart_windows: Windows | None = None
    """None: the broker's own for North America, none in the demo."""
    limits: Limits = Limits()


class Ui(_Table):
    theme: Annotated[str, Field(min_length=1)] = "dark"
    keys: dict[str, str] = {}
    columns: Names = ()
    slow_link: bool = False


class CodeRule(_Table):
    """What one broker code does to the order that it names."""

    effect: Literal["note", "warning", "verify"]


def _are_codes(rules: dict[str, CodeRule]) -> dict[str, CodeRule]:
    for name in rules:
        if not (name.isascii() and name.isdigit() and len(name) <= 6):
            raise PydanticCustomError("code_number", "must be named by numbers, as in [codes.10349]")
    return rules


class Alerts(_Table):
    """The table is known; it has no keys in this version."""


BUILT_IN_PROFILES = {"paper": Profile(mode="paper"), "demo": Profile(mode="demo")}
"""Profiles that exist without a file. A live profile exists only when the file has it."""


class Settings(_Table):
    """All of config.toml. `profiles` always has `paper` and `demo`."""

    default_profile: str = "paper"
    profiles: dict[str, Profile] = BUILT_IN_PROFILES
    ui: Ui = Ui()
    alerts: Alerts = Alerts()
    codes: Annotated[dict[str, CodeRule], AfterValidator(_are_codes)] = {}


def mode_of(name: str, profile: Profile, port: int) -> ModeName:
    """The mode of a profile: as written, else live at a port that is live by default, else the name's own meaning, else
    paper."""
    return profile.mode if profile.mode is not None else cast(ModeName, mode_by(name, port))


def kept_keys(settings: Settings) -> tuple[str, ...]:
    """Dotted keys that the file sets and that nothing in this version acts on (see NOT_ACTED_ON)."""
    found = [f"ui.{key}" for key in ("keys", "columns", "slow_link") if key in settings.ui.model_fields_set]
    for name, profile in settings.profiles.items():
        if "max_daily_loss" in profile.limits.model_fields_set:
            found.append(f"profiles.{name}.limits.max_daily_loss")
    return tuple(sorted(found))
