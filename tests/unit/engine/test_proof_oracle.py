"""Whatever happens in whatever order, no stop calls itself proved while something it must answer for is open."""

from __future__ import annotations

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.unit.engine.broker_world import World

LINK = st.sampled_from([1, 1, 1, 2])
STEPS = st.one_of(
    *[st.tuples(st.just(name), LINK) for name in ("list", "list", "take", "take", "take", "take", "witness", "cancel")],
    st.tuples(st.sampled_from(["unreadable", "lose", "early"]), LINK),
    st.tuples(st.sampled_from(["break", "restore", "lie", "honest", "place"]), st.just(0)),
    st.tuples(st.sampled_from(["end", "spare", "yield"]), st.integers(1, 6)),
)
WORLDS = st.builds(World, st.integers(0, 4), st.integers(0, 2), st.frozensets(st.integers(1, 6), max_size=2))


def do(world: World, name: str, number: int) -> None:
    match name:
        case "list" | "witness":
            world.ask(number, name)
        case "take":
            world.take_request(number)
        case "cancel":
            world.cancel(number)
        case "unreadable":
            world.unreadable(number)
        case "lose":
            world.lose(number)
        case "early":
            world.connections[number].early = True
        case "break" | "restore":
            world.breaks(name == "break")
        case "lie" | "honest":
            world.lies = name == "lie"
        case "place":
            world.place()
        case "end":
            world.end(number)
        case "spare":
            world.spared.add(number)
        case _:
            world.spared.discard(number)


def must_be_closed(world: World) -> set[int]:
    """Orders that a proof answers for: those it knows, and, as long as TWS never lied, those that were at the broker
    when TWS last answered a list.
    """
    known = {key.perm_id for key in world.evidence.known}
    return known if world.lied else known | {perm for perm, at in world.placed.items() if at < world.listed_at}


def run(world: World, steps: list[tuple[str, int]]) -> None:
    """Let all this happen. The property itself: at its first proof, which ends a stop, nothing is open."""
    for name, number in steps:
        do(world, name, number)
        if world.report().proved:
            break
    else:
        return
    event("proved")
    assert not must_be_closed(world) & world.live
    assert not world.broken
    assert any(one.cancelled and not one.lost for one in world.connections.values())


ORDERLY = [
    ("cancel", 1),
    *[step for _ in range(4) for step in (("take", 1), ("list", 1), ("take", 1), ("witness", 1), ("take", 1))],
]


@settings(max_examples=400, deadline=None)
@given(WORLDS, st.lists(STEPS, max_size=60))
def test_stop_is_never_proved_while_an_order_is_open(world: World, steps: list[tuple[str, int]]) -> None:
    world.cancel(1)
    run(world, steps)


@settings(max_examples=300, deadline=None)
@given(WORLDS, st.integers(0, len(ORDERLY)), st.lists(STEPS, max_size=4), st.lists(STEPS, max_size=3))
def test_stop_is_never_proved_while_an_order_is_open_when_an_orderly_proof_is_disturbed(
    world: World, place: int, first: list[tuple[str, int]], last: list[tuple[str, int]]
) -> None:
    run(world, [*ORDERLY[:place], *first, *ORDERLY[place:], *last])


def test_stop_is_proved_when_nothing_disturbs_it() -> None:
    world = World(4)
    for name, number in ORDERLY:
        do(world, name, number)

    assert world.report().proved, world.report().why
