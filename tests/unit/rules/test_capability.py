"""What can be done to an order, and the sentence about the rest."""

from __future__ import annotations

import pytest

from tests.unit.rules.build import order
from tws_console.model.ids import Owner
from tws_console.model.order import ENDED, Order, Status
from tws_console.rules.capability import capability


def can(of: Order, own_client_id: int = 11, *, read_only: bool = False, up: bool = True) -> tuple[str, ...]:
    return capability(of, own_client_id=own_client_id, read_only_api=read_only, link_up=up).can


FOREIGN = order(owner=Owner.FOREIGN, client_id=7)
MANUAL = order(owner=Owner.MANUAL, client_id=0, order_id=0)


def test_own_order_of_this_client_can_be_cancelled() -> None:
    assert can(order()) == ("modify", "cancel", "global-cancel")


@pytest.mark.parametrize(
    "of",
    [order(status=Status.CANCELLING), order(status=Status.TWIN), order(attributes=("hidden",)), order(stale=True)],
    ids=["cancelling", "twin", "hidden", "stale"],
)
def test_own_order_cannot_be_modified_when_a_change_could_harm_it(of: Order) -> None:
    assert can(of) == ("cancel", "global-cancel")


@pytest.mark.parametrize(
    ("of", "expected", "why"),
    [
        (FOREIGN, ("takeover",), "Only client 7 can cancel it: there, by takeover, or ^G (ends 13 others too)."),
        (MANUAL, ("takeover",), "By hand in TWS: cancel there, as client 0, or ^G (ends 13 others too)."),
        (order(client_id=None, owner=Owner.FOREIGN), (), "Its owner is not known yet: only ^G (ends 13 others too)."),
        (order(order_id=None), (), "Its order id is not known: only ^G (ends 13 others too)."),
    ],
)
def test_takeover_is_offered_when_its_owner_is_known_and_another(
    of: Order, expected: tuple[str, ...], why: str
) -> None:
    result = capability(of, own_client_id=11, read_only_api=False, link_up=True, others=13)
    assert result.can == (*expected, "global-cancel")
    assert result.why == why


def test_order_of_another_id_of_the_profile_is_ours_when_its_number_is_known() -> None:
    assert can(order(client_id=12)) == ("modify", "cancel", "global-cancel")
    assert can(order(client_id=12, perm_id=None)) == ("global-cancel",)


def test_manual_order_is_never_cancelled_by_id_unless_bound_to_client_0() -> None:
    assert can(MANUAL, own_client_id=0) == ("global-cancel",)
    assert can(order(owner=Owner.FOREIGN, client_id=0, order_id=4)) == ("takeover", "global-cancel")
    bound = order(owner=Owner.MANUAL, client_id=0, order_id=-2)
    assert can(bound, own_client_id=0) == ("modify", "cancel", "global-cancel")
    assert can(bound) == ("takeover", "global-cancel")
    assert can(order(order_id=-2)) == ("global-cancel",)


@pytest.mark.parametrize("status", sorted(ENDED | {Status.STAGED}))
def test_nothing_can_be_done_when_it_has_ended_or_is_staged(status: Status) -> None:
    result = capability(order(status=status), own_client_id=11, read_only_api=False, link_up=True)
    assert result.can == ()
    assert result.why


@pytest.mark.parametrize(("read_only", "up", "word"), [(True, True, "read-only"), (False, False, "does not answer")])
def test_nothing_can_be_done_when_the_link_does_not_allow_it(read_only: bool, up: bool, word: str) -> None:
    result = capability(order(), own_client_id=11, read_only_api=read_only, link_up=up)
    assert result.can == ()
    assert word in result.why


def test_others_are_not_counted_when_their_number_is_not_given() -> None:
    assert capability(FOREIGN, own_client_id=11, read_only_api=False, link_up=True).why.endswith("or ^G.")
    one = capability(FOREIGN, own_client_id=11, read_only_api=False, link_up=True, others=1)
    assert one.why.endswith("(ends 1 other too).")
