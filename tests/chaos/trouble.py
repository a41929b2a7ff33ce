"""Which faults of the simulator a run meets, and how each is told to the control."""

from __future__ import annotations

from tests.chaos.world import OURS, World

TROUBLES: list[tuple[int, str, tuple[str, ...]]] = [
    (2, "drop", (f"client={OURS}",)),
    (1, "drop", ()),
    (1, "stall", (f"client={OURS}", "seconds=0.6")),
    (1, "half-open", (f"client={OURS}",)),
    (1, "split-frames", ("seconds=1",)),
    (1, "1100", ("seconds=0.6",)),
    (1, "2110", ("seconds=0.6",)),
    (1, "1101", ()),
    (1, "farm-flap", ("seconds=0.3",)),
    (1, "in-use", (f"client={OURS}", "count=1")),
    (1, "id-rollback", (f"client={OURS}", "seconds=1")),
    (2, "drop-placement", (f"client={OURS}",)),
    (1, "double-perm", (f"client={OURS}",)),
    (2, "late-fill", ()),
    (1, "no-status", ("seconds=1",)),
    (1, "late-end", (f"client={OURS}", "count=2", "seconds=0.3")),
    (1, "no-end", (f"client={OURS}", "count=1")),
    (1, "undecodable", (f"client={OURS}", "count=1")),
    (1, "undecodable", (f"client={OURS}", "count=1", "kind=tail")),
    (1, "399", ()),
    (1, "404", ()),
    (1, "10349", ()),
    (1, "451", ()),
    (1, "201", ()),
    (1, "110", ()),
    (1, "read-only", (f"client={OURS}", "seconds=0.4")),
    (1, "silent-accept", ("count=1",)),
    (1, "pacing", (f"client={OURS}", "rate=20", "seconds=0.5")),
    (1, "restart", ("seconds=0.4",)),
    (1, "survivor", ("count=2",)),
    (1, "no-global-cancel", ("count=1",)),
    (1, "lying-list", (f"client={OURS}", "count=1")),
    (1, "cancel-by-other", (f"client={OURS}",)),
    (1, "silent-hold", (f"client={OURS}",)),
]
"""(weight, name, options). Durations are the loop's seconds."""

HALF_OPEN_SECONDS = 0.8


def strike(world: World) -> None:
    """Raise one fault."""
    weights = [weight for weight, _, _ in TROUBLES]
    _, name, options = world.random.choices(TROUBLES, weights)[0]
    world.note(f"fault {name} {' '.join(options)}")
    world.done[name] += 1
    world.lied = world.lied or name == "lying-list"
    world.control("fault", name, *options)
    if name == "half-open":
        world.loop.call_later(HALF_OPEN_SECONDS, _give_up, world)


def _give_up(world: World) -> None:
    """A peer that lost what was sent never goes on with the same connection."""
    world.control("clear", "half-open")
    world.control("fault", "drop", f"client={OURS}")
