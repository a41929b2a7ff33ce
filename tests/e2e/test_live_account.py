"""A live account on the command line: the phrase for each run, and nothing without it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import AT_ANY_HOUR, Program, order
from tests.support.simulator import SimulatorProcess

PLACE_ORDER = 3
LIVE = "U7654321"


def test_place_needs_the_phrase_on_a_live_account(tmp_path: Path) -> None:
    with SimulatorProcess("live") as sim:
        program = Program(tmp_path, sim.port).at_any_hour()
        buy = ("place", "--json", order(account=LIVE), "--transmit")

        refused = program.run(*buy)
        assert (refused.code, refused.document["error_code"]) == (6, "NOT_ARMED")
        assert f"trade live {LIVE}" in refused.document["error"]
        assert f"{LIVE}, U8888888 are no paper accounts" in refused.words
        wrong = program.run(*buy, "--arm", "trade live U1")
        assert (wrong.code, wrong.document["error_code"]) == (6, "NOT_ARMED")
        assert not sim.requests(PLACE_ORDER)

        placed = program.run(*buy, "--arm", f"trade live {LIVE}")
        assert (placed.code, placed.document["submitted"]) == (0, True)
        again = program.run(*buy)
        assert (again.code, again.document["error_code"]) == (6, "NOT_ARMED")
        change = ("modify", placed.document["perm_id"], "--quantity", 5)
        unarmed = program.run(*change)
        assert (unarmed.code, unarmed.document["error_code"]) == (6, "NOT_ARMED")
        assert len(sim.requests(PLACE_ORDER)) == 1
        assert program.run(*change, "--arm", f"trade live {LIVE}").document["outcome"] == "modified"
        assert program.run("cancel", placed.document["perm_id"]).code == 0


def test_phrase_does_nothing_when_the_profile_is_read_only(tmp_path: Path) -> None:
    with SimulatorProcess("live") as sim:
        program = Program(tmp_path, sim.port)
        (tmp_path / "config.toml").write_text(f'{AT_ANY_HOUR}mode = "live"\nread_only = true\n')

        answer = program.run("flatten", "AAPL", "--yes", "--arm", f"trade live {LIVE}")

        assert (answer.code, answer.document["error_code"]) == (6, "READ_ONLY")
        assert not sim.requests(PLACE_ORDER)
