"""The table of facts: each names its public source and is shown by a script against a fresh simulator."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.support.control import ctl
from tests.support.raw_client import Message, RawClient, place_fields
from tws_console.simulator.gateway import Settings
from tws_console.simulator.orders import Order
from tws_console.simulator.server import SimulatorServer


class Stage:
    """A simulator and its clients, for one script."""

    def __init__(self, server: SimulatorServer, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack

    async def client(self, client_id: int, versions: str = "v157..178") -> RawClient:
        """A started client."""
        client = await RawClient.start(self.server.port, client_id, versions)
        return await self._stack.enter_async_context(client)

    async def stranger(self) -> RawClient:
        """A connection that has said nothing yet."""
        return await self._stack.enter_async_context(await RawClient.open(self.server.port))

    def fault(self, name: str, **options: str) -> None:
        """Switch a fault on."""
        self.server.gateway.faults.switch_on(name, options)

    async def ctl(self, verb: str, *args: str) -> Any:
        """A request to the control port."""
        return await ctl(self.server.control_port, verb, *args)

    def live(self) -> list[Order]:
        """The orders that work."""
        return list(self.server.exchange.book.live())


Script = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Fact:
    """A row: the source and what it says, the setting, the script."""

    name: str
    script: Script
    settings: Settings = field(default_factory=Settings)


FACTS: list[Fact] = []


def fact(name: str, **settings: object) -> Callable[[Script], Script]:
    """Add a row. `settings` are those of the Gateway; the scenario is `empty` unless it is named."""
    known = Settings(**({"scenario": "empty"} | settings))  # type: ignore[arg-type]

    def add(script: Script) -> Script:
        FACTS.append(Fact(name, script, known))
        return script

    return add


def steps(messages: list[Message], order_id: int) -> list[str]:
    """What happened to an order: O for openOrder, the status, E and the code, X for an execution, C for a fee."""
    found = []
    for m in messages:
        if m[0] == "5" and m[1] == str(order_id):
            found.append("O")
        elif m[0] == "3" and m[1] == str(order_id):
            found.append(m[2])
        elif m[0] == "4" and m[2] == str(order_id):
            found.append(f"E{m[3]}")
        elif m[0] == "11" and m[2] == str(order_id):
            found.append("X")
        elif m[0] == "59":
            found.append("C")
    return found


async def resting(client: RawClient, order_id: int, **changes: object) -> None:
    """Place a limit order far from the market, and wait until it works and was restated."""
    client.send(*place_fields(order_id, **({"limit": "200"} | changes)))  # type: ignore[arg-type]
    await client.until_status(order_id, "Submitted")
    await client.until_status(order_id, "Submitted")


async def listed(client: RawClient, request: int = 16) -> list[Message]:
    """The openOrder rows of a list of open orders."""
    client.send(request, 1)
    return [m for m in await client.until_id(53) if m[0] == "5"]


def contract_fields(symbol: str, con_id: int = 0, exchange: str = "SMART", sec_type: str = "STK") -> list[object]:
    """The twelve fields of a contract in dollars."""
    return [con_id, symbol, sec_type, "", "0.0", "", "", exchange, "", "USD", "", ""]


def quote(
    client: RawClient, request_id: int, symbol: str = "AAPL", generic: str = "", snapshot: int = 0, regulatory: int = 0
) -> None:
    """Ask for market data of a stock."""
    client.send(1, 11, request_id, *contract_fields(symbol), 0, generic, snapshot, regulatory, "")


def codes(messages: list[Message]) -> list[str]:
    """The codes of the errors and notices."""
    return [m[3] for m in messages if m[0] == "4"]


def ticks_of(messages: list[Message], kind: int) -> set[str]:
    """The numbers of the ticks of one kind: 1 prices, 2 sizes, 45 generic, 46 strings."""
    return {m[3] for m in messages if m[0] == str(kind)}
