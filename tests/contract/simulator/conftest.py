"""A simulator inside the test's own event loop, and raw clients of it that are closed when the test ends."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.support.raw_client import RawClient
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer

pytest.register_assert_rewrite("tests.contract.simulator.facts")

Connect = Callable[[SimulatorServer, int], Awaitable[RawClient]]


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    simulator = SimulatorServer()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def empty() -> AsyncIterator[SimulatorServer]:
    simulator = SimulatorServer(Settings(scenario="empty"))
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    clients: list[RawClient] = []

    async def start(simulator: SimulatorServer, client_id: int) -> RawClient:
        client = await RawClient.start(simulator.port, client_id)
        clients.append(client)
        return client

    yield start
    for client in clients:
        client.writer.transport.abort()
