"""The counting rule for lists of all clients' orders, one script per way in which the wire has gone wrong."""

from __future__ import annotations

from tws_console.ib.snapshots import Snapshots
from tws_console.model.events import SnapshotTaken


class Script:
    """One link's list traffic, by hand: frame numbers rise by one with each message."""

    def __init__(self, second_after: float = 5.0) -> None:
        self.taken: list[SnapshotTaken] = []
        self.snapshots = Snapshots(self.taken.append, link=1, second_after=second_after)
        self.n = 0
        self.now = 100.0

    def started(self) -> Script:
        self.snapshots.ready()
        return self

    def ask(self) -> None:
        self.snapshots.queued()
        self.snapshots.asked(self.n, self.now)

    def rows(self, *perm_ids: int) -> None:
        for perm_id in perm_ids:
            self.n += 1
            self.snapshots.order_seen(perm_id)

    def end(self) -> SnapshotTaken:
        self.n += 1
        self.now += 0.1
        self.snapshots.ended(self.n, self.now)
        return self.taken[-1]


def test_snapshots_lists_what_is_there_when_one_order_is_gone() -> None:
    script = Script().started()
    script.ask()
    script.rows(1, 2, 3)
    first = script.end()
    script.ask()
    script.rows(1, 3)
    second = script.end()
    assert first.complete
    assert first.perm_ids == {1, 2, 3}
    assert second.complete
    assert second.perm_ids == {1, 3}
    assert second.asked_n == 4


def test_snapshots_waits_for_the_end_when_it_is_late() -> None:
    script = Script().started()
    script.ask()
    asked_at = script.now
    script.rows(1)
    script.now += 4
    assert not script.snapshots.may_ask(script.now)
    assert not script.taken
    taken = script.end()
    assert taken.complete
    assert taken.asked_at == asked_at


def test_snapshots_gives_late_rows_to_the_first_request_when_a_second_is_out() -> None:
    script = Script().started()
    script.ask()
    script.now += 6
    assert script.snapshots.may_ask(script.now)
    script.ask()
    script.rows(1, 2)
    first = script.end()
    assert first.asked_n == 0
    assert first.perm_ids == {1, 2}
    assert script.snapshots.owed == 1
    script.rows(1, 2)
    assert script.end().perm_ids == {1, 2}


def test_snapshots_never_takes_a_late_end_for_an_empty_list_when_it_follows_the_next_request() -> None:
    script = Script().started()
    script.ask()
    script.rows(1, 2, 3)
    script.now += 6
    script.ask()
    first = script.end()
    script.rows(1, 2, 3)
    second = script.end()
    assert first.perm_ids == {1, 2, 3}
    assert second.perm_ids == {1, 2, 3}


def test_snapshots_stays_on_the_old_side_when_an_end_is_lost() -> None:
    script = Script().started()
    script.ask()
    first_at = script.now
    script.rows(1, 2)
    script.now += 6
    script.ask()
    script.rows(1, 2)
    taken = script.end()
    assert taken.asked_at == first_at
    assert script.snapshots.owed == 1


def test_snapshots_never_lets_a_third_out_when_two_are_owed() -> None:
    script = Script().started()
    script.ask()
    script.now += 6
    script.ask()
    script.now += 600
    assert not script.snapshots.may_ask(script.now)
    assert not script.snapshots.may_ask(script.now, urgent=True)


def test_snapshots_waits_longer_when_answers_have_been_slow() -> None:
    script = Script(second_after=0.5).started()
    script.ask()
    script.now += 3
    script.end()
    script.ask()
    script.now += 6
    assert not script.snapshots.may_ask(script.now)
    script.now += 7
    assert script.snapshots.may_ask(script.now)


def test_snapshots_lets_an_urgent_second_out_when_one_is_owed() -> None:
    script = Script().started()
    script.ask()
    assert not script.snapshots.may_ask(script.now)
    assert script.snapshots.may_ask(script.now, urgent=True)


def test_snapshots_asks_nothing_more_when_a_request_is_queued() -> None:
    script = Script().started()
    script.snapshots.queued()
    assert not script.snapshots.may_ask(script.now, urgent=True)


def test_snapshots_ignores_the_end_when_it_belongs_to_the_push_at_connect() -> None:
    script = Script()
    script.rows(1)
    script.n += 1
    script.snapshots.ended(script.n, script.now)
    script.snapshots.ready()
    script.ask()
    script.rows(1, 2)
    assert script.end().perm_ids == {1, 2}
    assert len(script.taken) == 1


def test_snapshots_voids_the_last_list_when_an_end_comes_unasked() -> None:
    script = Script().started()
    script.ask()
    early = script.end()
    script.rows(1, 2)
    surplus = script.end()
    assert early.complete
    assert surplus.surplus
    assert not surplus.complete
    assert surplus.asked_n == early.asked_n


def test_snapshots_proves_nothing_when_a_row_could_not_be_read() -> None:
    for message_id in (5, 53, None):
        script = Script().started()
        script.ask()
        script.snapshots.undecodable(message_id, None)
        taken = script.end()
        assert not taken.complete
        assert taken.why == "a row of the list could not be read"
        script.ask()
        assert script.end().complete


def test_snapshots_stays_complete_when_the_head_named_the_order() -> None:
    script = Script().started()
    script.ask()
    script.snapshots.undecodable(5, 77)
    script.rows(77)
    taken = script.end()
    assert taken.complete
    assert taken.perm_ids == {77}


def test_snapshots_stays_complete_when_another_kind_of_message_is_broken() -> None:
    script = Script().started()
    script.ask()
    script.snapshots.undecodable(61, None)
    assert script.end().complete


def test_snapshots_proves_nothing_when_tws_complains_in_between() -> None:
    for code in (100, 320, 321, 322):
        script = Script().started()
        script.ask()
        script.snapshots.problem(-1, code)
        assert not script.end().complete


def test_snapshots_stays_complete_when_the_complaint_is_about_an_order() -> None:
    script = Script().started()
    script.ask()
    script.snapshots.problem(12, 321)
    assert script.end().complete


def test_snapshots_proves_nothing_when_tws_has_lost_its_link() -> None:
    for code in (1100, 2110):
        script = Script().started()
        script.snapshots.problem(-1, code)
        script.ask()
        assert not script.end().complete
        script.snapshots.problem(-1, 2104)
        script.ask()
        assert not script.end().complete
        script.snapshots.problem(-1, 1102)
        script.ask()
        assert script.end().complete


def test_snapshots_proves_nothing_when_the_link_was_lost_and_restored_in_between() -> None:
    script = Script().started()
    script.ask()
    script.snapshots.problem(-1, 1100)
    script.snapshots.problem(-1, 1101)
    assert not script.end().complete


def test_end_of_one_clients_orders_is_taken_for_no_list_when_both_were_asked_for() -> None:
    script = Script().started()
    ended: list[str] = []
    script.snapshots.queued()
    script.snapshots.asked(script.n, script.now, lambda: ended.append("own"))
    script.ask()
    script.rows(7)
    script.snapshots.ended(script.n, script.now)
    assert (ended, script.taken) == (["own"], [])
    script.rows(1, 7)
    full = script.end()
    assert full.complete
    assert full.perm_ids == {1, 7}
    assert ended == ["own"]
