"""The table of facts of TWS that the simulator shows: one row a fact, named by its public source.

CAMPUS are the IBKR Campus TWS API docs, OLD the earlier API pages of Interactive Brokers; INS, ASY, LEAN are threads of
ib_insync, ib_async and QuantConnect/Lean on GitHub; ibkr-go, deepentropy/ibx, mjarvel/ibx and userFRM/ibkr-dx are
recordings of real Gateways published there; IBX-cat and order_local_rules are the tables beside them.
"""

from contextlib import AsyncExitStack
from importlib import import_module
from pkgutil import iter_modules

import pytest

from tests.contract.simulator import facts
from tests.contract.simulator.facts.table import FACTS, Fact, Stage
from tws_console.simulator.server import SimulatorServer

ROOMS = [
    import_module(f"{facts.__name__}.{found.name}") for found in iter_modules(facts.__path__) if found.name != "table"
]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in FACTS])
async def test_simulator_conforms_when(row: Fact) -> None:
    server = SimulatorServer(row.settings)
    await server.start()
    try:
        async with AsyncExitStack() as stack:
            await row.script(Stage(server, stack))
    finally:
        await server.stop()


def test_facts_have_names_of_their_own_when_all_rooms_are_read() -> None:
    assert len({row.name for row in FACTS}) == len(FACTS)
    assert {row.script.__module__ for row in FACTS} == {room.__name__ for room in ROOMS}
