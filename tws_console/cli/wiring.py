"""What the command line is given from outside: a ready engine, the freeze file, and the programs of other rooms.

The program's assembly (bootstrap) implements Wiring; nothing here names broker, journal, simulator or screen. Imports
model, config and engine only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tws_console.model.session import ConnectFailed, SessionState

if TYPE_CHECKING:  # config and engine are heavy, and here only names of types: help and usage errors come without them
    from tws_console.config.resolve import Effective
    from tws_console.engine.engine import Engine
    from tws_console.engine.ports import FreezePort

Flags = Mapping[str, Any]
"""The connection flags that were given: any of host, port, client_id, account, profile. Not given is absent."""


class NoConnection(Exception):
    """No connection could be made. `state` is the session as it failed, with its stages."""

    def __init__(self, state: SessionState, failure: ConnectFailed) -> None:
        super().__init__(failure.reason)
        self.state = state
        self.failure = failure


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """How the console was asked to open. `theme` is None when the profile chooses."""

    flags: Flags
    demo: bool = False
    read_only: bool = False
    theme: str | None = None
    timeout: float = 5.0


class Wiring(Protocol):
    def effective(self, flags: Flags) -> Effective:
        """The settings with flag, environment, profile and default applied in this order. Raises ConfigError."""
        ...

    async def open_engine(self, effective: Effective, client_ids: Sequence[int], timeout: float) -> Engine:
        """An engine that is connected under the first of these client ids that is not in use (326).

        It returns when every stage of connecting has ended, well or not, each bounded by `timeout` seconds: orders and
        positions have been asked for and their answer awaited. Raises NoConnection when a stage up to api-ready fails;
        no further tries are made and nothing stays open then. The caller closes the engine.
        """
        ...

    def freeze_for(self, host: str, port: int) -> FreezePort:
        """The freeze file of an endpoint; needs no connection."""
        ...

    def console_main(self, options: ConsoleOptions) -> int:
        """Open the console; returns the exit code. Runs its own event loop."""
        ...

    def sim_main(self, argv: Sequence[str]) -> int:
        """The simulator's own command line, its arguments untouched. Runs its own event loop."""
        ...

    def panic(self, argv: Sequence[str]) -> int:
        """The emergency stop: parses the arguments after the verb, prints its report, returns the exit code.

        Runs its own event loop; `cancel-all` ends here too once it has been agreed to.
        """
        ...
