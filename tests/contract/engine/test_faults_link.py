"""What the user sees, and what the journal keeps, when the connection or TWS's own link fails in each known way."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.support.desk import LIST, PLACE, Desk
from tests.support.desk import desk as open_desk
from tests.support.engine import effective_for, ticket, until
from tests.support.raw_client import eventually
from tws_console.bootstrap import build_engine
from tws_console.engine.session import READ_ONLY_API
from tws_console.model.order import Status
from tws_console.model.problems import ErrorCode
from tws_console.model.session import Lamp, Phase

OURS = "client=11"


def lamp(desk: Desk, name: str) -> Lamp:
    return Lamp(getattr(desk.engine.session.state.lamps, name))


async def back_up(desk: Desk) -> None:
    """The engine has connected anew, at the first try that works."""

    def up() -> bool:
        if desk.engine.session.state.phase is Phase.WAITING:
            desk.engine.retry_now()
        return desk.engine.session.state.phase is Phase.UP

    await eventually(up)


async def test_rows_are_stale_until_listed_again_when_the_link_drops(desk: Desk) -> None:
    order = await desk.placed()
    await desk.fault("drop")
    await until(desk.engine, lambda: desk.engine.session.link is None)

    assert desk.row(order).stale
    assert lamp(desk, "socket") is Lamp.DOWN
    assert lamp(desk, "tws") is Lamp.UNKNOWN
    assert "link to TWS lost" in desk.notices()
    assert "link-lost" in (await desk.journal()).kinds
    await back_up(desk)
    await until(desk.engine, lambda: not desk.row(order).stale)
    assert desk.row(order).live
    await until(desk.engine, lambda: desk.notices().count("connected as client") == 2)
    links = [kind for kind, _ in (await desk.journal()).events if kind.startswith("link-")]
    assert links == ["link-up", "link-lost", "link-up"]


async def test_placement_is_unknown_and_acknowledged_late_when_tws_stalls(desk: Desk) -> None:
    order = await ticket(desk.engine)
    await desk.fault("stall", OURS)

    result = await desk.engine.trading.place(order, timeout=0.2)

    assert (result.submitted, result.code) == (True, ErrorCode.OUTCOME_UNKNOWN)
    assert "Not sent again" in desk.notices()
    assert (await desk.journal()).states == ["sent"]
    await desk.clear()
    await until(desk.engine, lambda: [row.perm_id for row in desk.engine.book.live()] != [None])
    assert (await desk.journal()).states == ["acked"]
    assert desk.requests(PLACE) <= 1


async def test_list_ages_and_placement_is_unknown_when_the_socket_is_half_open(desk: Desk) -> None:
    order = await ticket(desk.engine)
    await desk.fault("half-open", OURS)
    before = desk.engine.session.state.snapshot_at

    result = await desk.engine.trading.place(order, timeout=0.3)

    assert result.code is ErrorCode.OUTCOME_UNKNOWN
    assert [row.status for row in desk.engine.book.live()] == [Status.UNKNOWN]
    assert desk.engine.session.state.snapshot_at == before
    assert (await desk.journal()).states == ["sent"]


async def test_order_is_placed_and_cancelled_when_frames_come_in_pieces(desk: Desk) -> None:
    await desk.fault("split-frames", OURS)
    order = await desk.placed()

    result = await desk.engine.trading.cancel(order)

    assert result.outcome == "cancelled"
    journal = await desk.journal()
    assert journal.states == ["ended"]
    assert "undecodable" not in journal.kinds


async def test_nothing_is_placed_and_rows_are_stale_when_tws_loses_its_link(desk: Desk) -> None:
    order = await desk.placed()
    await desk.fault("1100")
    await until(desk.engine, lambda: lamp(desk, "tws") is Lamp.DOWN)

    refused = await desk.place()

    assert (refused.submitted, refused.code) == (False, ErrorCode.STALE_DATA)
    assert desk.row(order).stale
    assert lamp(desk, "socket") is Lamp.UP
    assert "1100" in desk.notices()
    journal = await desk.journal()
    assert journal.codes.count(1100) == 1
    assert len(journal.intents) == 1


async def test_quotes_are_asked_for_again_when_the_link_is_back_without_data(desk: Desk) -> None:
    order = await desk.placed()
    await until(desk.engine, lambda: desk.engine.quotes.get(order.instrument.con_id) is not None)
    asked = desk.requests(1)
    await desk.fault("1100")
    await until(desk.engine, lambda: desk.row(order).stale)

    await desk.fault("1101")

    await until(desk.engine, lambda: not desk.row(order).stale)
    assert lamp(desk, "tws") is Lamp.UP
    await eventually(lambda: desk.requests(1) > asked)
    assert {1100, 1101} <= set((await desk.journal()).codes)


async def test_rows_are_confirmed_when_the_link_is_back_with_its_data(desk: Desk) -> None:
    order = await desk.placed()
    await desk.fault("1100")
    await until(desk.engine, lambda: desk.row(order).stale)

    await desk.fault("1102")

    await until(desk.engine, lambda: not desk.row(order).stale)
    assert lamp(desk, "tws") is Lamp.UP
    assert "1102" in desk.notices()
    assert {1100, 1102} <= set((await desk.journal()).codes)


async def test_tws_lamp_alone_goes_down_when_the_server_is_broken(desk: Desk) -> None:
    await desk.fault("2110")
    await until(desk.engine, lambda: lamp(desk, "tws") is Lamp.DOWN)

    assert [lamp(desk, name) for name in ("socket", "market_data", "history")] == [Lamp.UP, Lamp.UP, Lamp.UP]
    refused = await desk.place()
    assert (refused.submitted, refused.code) == (False, ErrorCode.STALE_DATA)
    assert (await desk.journal()).codes.count(2110) == 1


async def test_only_the_data_lamp_flickers_when_a_farm_flaps(desk: Desk) -> None:
    order = await desk.placed()
    await desk.fault("farm-flap", "seconds=0.2")
    await until(desk.engine, lambda: lamp(desk, "market_data") is Lamp.DEGRADED)

    assert (lamp(desk, "tws"), lamp(desk, "socket")) == (Lamp.UP, Lamp.UP)
    assert not desk.row(order).stale
    await until(desk.engine, lambda: lamp(desk, "market_data") is Lamp.UP)
    assert {2103, 2104} <= set((await desk.journal()).codes)


async def test_client_id_is_kept_and_the_failure_named_when_it_is_in_use(desk: Desk) -> None:
    await desk.fault("in-use", "count=1", OURS)
    await desk.fault("drop")
    await until(desk.engine, lambda: desk.engine.session.link is None)
    desk.engine.retry_now()
    await eventually(lambda: (failed := desk.engine.session.state.failure) is not None and failed.code == 326)

    await back_up(desk)
    assert desk.engine.session.state.client_id == 11
    assert {11} == set(desk.server.gateway.sessions)
    journal = await desk.journal()
    assert 326 in journal.codes
    assert "link-lost" in journal.kinds


async def test_ids_go_on_from_the_journal_when_tws_rolls_them_back(desk: Desk) -> None:
    await desk.placed()
    second = await desk.placed()
    await desk.fault("id-rollback", OURS, "by=2")
    await desk.fault("drop")
    await until(desk.engine, lambda: desk.engine.session.link is None)
    await back_up(desk)

    third = await desk.placed()

    assert second.order_id is not None
    assert third.order_id == second.order_id + 1
    assert "going on from" in desk.notices()
    ids = [intent.order_id for intent in (await desk.journal()).intents]
    assert sorted(set(ids)) == sorted(ids)


async def test_handshake_is_named_when_tws_accepts_in_silence(desk: Desk, home: Path) -> None:
    await desk.fault("silent-accept")
    engine = build_engine(
        effective_for(desk.server, 12), (12,), timeout=0.3, by="test", journal_path=str(home / "other.db")
    )
    try:
        await engine.start()
        await until(engine, lambda: engine.session.state.failure is not None)

        failure = engine.session.state.failure
        assert failure is not None
        assert failure.stage.value == "handshake"
        assert engine.session.link is None
    finally:
        await engine.close()
    assert desk.engine.session.state.phase is Phase.UP
    assert "link-lost" not in (await desk.journal()).kinds


async def test_engine_connects_anew_and_knows_its_orders_when_tws_restarts(desk: Desk) -> None:
    order = await desk.placed()
    await desk.fault("restart", "seconds=0.3")
    await until(desk.engine, lambda: desk.engine.session.link is None)
    assert desk.row(order).stale

    await back_up(desk)

    await until(desk.engine, lambda: not desk.row(order).stale)
    assert desk.row(order).live
    assert desk.requests(PLACE) == 1
    assert "link-lost" in (await desk.journal()).kinds


async def test_link_survives_and_says_so_when_tws_refuses_the_pace(desk: Desk) -> None:
    desk.engine.rounds.list_patience = 0.5
    await desk.fault("pacing", OURS, "rate=1")
    await until(desk.engine, lambda: "Max rate" in desk.notices())
    await desk.clear()
    await back_up(desk)

    await desk.lists(1)

    assert "Max rate" in desk.notices()
    assert 100 in (await desk.journal()).codes


async def test_nothing_is_placed_or_cancelled_when_the_api_is_read_only(desk: Desk) -> None:
    order = await desk.placed()
    await desk.fault("read-only", OURS)

    result = await desk.engine.trading.cancel(order, timeout=0.5)

    assert result.outcome == "live"
    assert READ_ONLY_API in desk.notices()
    assert desk.engine.session.state.api_read_only
    refused = await desk.place()
    assert (refused.submitted, refused.code) == (False, ErrorCode.READ_ONLY)
    assert order.perm_id in desk.live()
    journal = await desk.journal()
    assert 321 in journal.codes
    assert len(journal.intents) == 1


async def test_account_figures_are_whole_when_tws_prefixes_its_ledger(home: Path) -> None:
    async with open_desk(home, "default") as desk:
        await desk.fault("ledger-prefix")
        before = dict(desk.engine.accounts.figures)
        await desk.fault("drop")
        await until(desk.engine, lambda: desk.engine.session.link is None)
        await back_up(desk)

        for account, figures in desk.engine.accounts.figures.items():
            assert figures.currency == before[account].currency
            assert (figures.cash or Decimal(0)) > 0
        assert "undecodable" not in (await desk.journal()).kinds
        assert desk.requests(LIST) > 1
