"""A second connection beside the main one: what it tells reaches the book, and the session is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.engine import connected_engine, row
from tests.support.simulator import SimulatorProcess
from tws_console.model.order import Status
from tws_console.model.session import ID_IN_USE, ConnectFailed


async def test_side_link_knows_the_owners_orders_when_it_is_attached(sim: SimulatorProcess, tmp_path: Path) -> None:
    wanted = {order["perm_id"] for order in sim.book(client_id=3)}
    async with connected_engine(sim, tmp_path) as engine:
        before = engine.session.state
        async with engine.side_links.attached(3, 5.0) as side:
            assert wanted
            assert set(side.pushed) == wanted
            target = side.pushed[min(wanted)]
            side.link.cancel(target.order_id, lambda at: None)
            assert await engine.waiters.until(lambda: not row(engine, target.perm_id).live, 60.0)
            assert row(engine, target.perm_id).status is Status.CANCELLED
        assert engine.session.state.lamps == before.lamps
        assert engine.session.state.client_id == before.client_id
        assert engine.session.link is not None
        assert engine.session.link.up
        assert sim.book(perm_id=target.perm_id) == []


async def test_side_link_is_refused_when_the_owner_is_connected(sim: SimulatorProcess, tmp_path: Path) -> None:
    async with connected_engine(sim, tmp_path) as engine:
        with pytest.raises(ConnectFailed) as failed:
            async with engine.side_links.attached(11, 5.0):
                raise AssertionError("a used id was given twice")
        assert failed.value.code == ID_IN_USE
        assert engine.session.link is not None
        assert engine.session.link.up
