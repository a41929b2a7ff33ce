"""The real program where port, id, settings or TWS are wrong: one sentence, one document, the right exit code."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.program import TIMEOUT, HeldId, Program, checked, dead_port, listener, order
from tests.support.simulator import SimulatorProcess, wait_until

VERBS: list[tuple[str, ...]] = [
    ("health",),
    ("orders", "--all"),
    ("positions",),
    ("account",),
    ("cancel", "5"),
    ("place", "--json", order()),
]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: str(verb[0]))
def test_verb_exits_4_when_nothing_listens(verb: tuple[str, ...], tmp_path: Path) -> None:
    answer = Program(tmp_path, dead_port()).run(*verb)
    assert (answer.code, answer.document["error_code"]) == (4, "IB_CONNECTION_FAILED")
    assert answer.document["error"].startswith("could not connect to TWS")
    assert answer.document["advice"]


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"", None])
def test_health_exits_4_and_names_the_stage_when_something_else_is_there(
    greeting: bytes | None, tmp_path: Path
) -> None:
    with listener(greeting) as other:
        answer = Program(tmp_path, other.port).run("health", "--timeout", 1)
    assert (answer.code, answer.document["connected"], answer.document["stage"]) == (4, False, "handshake")
    assert [stage["ok"] for stage in answer.document["stages"]][:2] == [True, False]


def test_panic_exits_4_and_stays_frozen_when_nothing_listens(tmp_path: Path) -> None:
    program = Program(tmp_path, dead_port())
    answer = program.run("panic", "--timeout", 2)
    assert (answer.code, answer.document["frozen"]) == (4, True)
    assert "NOT cancelled" in answer.document["error"]
    assert program.run("freeze", "status").document["frozen"] is True


def test_command_exits_4_when_the_wanted_id_is_used(looking: Program, shared: SimulatorProcess) -> None:
    with HeldId(shared.port, 14):
        answer = looking.run("orders", "--client-id", 14)
    assert (answer.code, answer.document["error_code"]) == (4, "IB_CONNECTION_FAILED")
    assert "14" in answer.document["error"]


@pytest.mark.parametrize("port", ["0", "65536", "abc", "-1", "7497.0"])
def test_command_exits_2_when_the_port_is_no_port(port: str, looking: Program) -> None:
    answer = looking.run("orders", "--port", port)
    assert (answer.code, answer.document["error_code"]) == (2, "USAGE_ERROR")
    assert answer.words.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[profiles.paper]\nprot = 7497\n", "did you mean port?"),
        ("[profiles.paper]\nport = 'x'\n", "profiles.paper.port"),
        ("[profiles.paper\n", "line 1"),
    ],
)
def test_command_exits_3_when_the_settings_are_wrong(
    content: str, words: str, looking: Program, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(content)
    for verb in (("orders",), ("config", "validate")):
        answer = looking.run(*verb)
        assert (answer.code, answer.document["error_code"]) == (3, "CONFIGURATION_ERROR")
        assert words in answer.document["error"]
        assert "config.toml" in answer.document["error"]


def test_panic_stops_all_the_same_when_the_settings_are_wrong(
    program: Program, sim: SimulatorProcess, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text("[profiles.paper\n")
    answer = program.run("panic", "--host", sim.host, "--port", sim.port)
    assert (answer.code, answer.document["verdict"], sim.book()) == (0, "proved", [])


def test_orders_exits_8_when_the_list_has_no_end(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "no-end")
    answer = program.run("orders", "--all", "--timeout", 1)
    assert (answer.code, answer.document["snapshot"]["complete"]) == (8, False)
    assert "not complete" in answer.document["error"]


def test_place_exits_6_and_sends_nothing_when_the_api_is_read_only(tmp_path: Path) -> None:
    with SimulatorProcess("default", "--read-only-api") as sim:
        answer = Program(tmp_path, sim.port).at_any_hour().run("place", "--json", order(), "--transmit")
        assert (answer.code, answer.document["error_code"]) == (6, "READ_ONLY")
        assert "Read-Only API" in answer.document["error"]
        assert sim.book(client_id=12) == []


def test_cancel_exits_7_when_tws_refuses_every_cancel(program: Program, sim: SimulatorProcess) -> None:
    perm_id = program.run("place", "--json", order(), "--transmit").document["perm_id"]
    sim.ctl("fault", "read-only")
    answer = program.run("cancel", perm_id)
    assert (answer.code, answer.document["error_code"], answer.document["outcome"]) == (7, "API_READ_ONLY", "refused")
    assert len(sim.book(perm_id=perm_id)) == 1


def test_cancel_exits_7_when_the_order_fills_first(program: Program, sim: SimulatorProcess) -> None:
    perm_id = program.run("place", "--json", order(), "--transmit").document["perm_id"]
    sim.ctl("fault", "late-fill")
    answer = program.run("cancel", perm_id)
    assert (answer.code, answer.document["outcome"], answer.document["via"]) == (7, "filled", "own")


def test_command_exits_130_when_interrupted(tmp_path: Path) -> None:
    with listener(None) as other:
        child = Program(tmp_path, other.port).start("orders", "--timeout", 30)
        wait_until(lambda: bool(other.clients), TIMEOUT)
        child.send_signal(signal.SIGINT)
        stdout, stderr = child.communicate(timeout=TIMEOUT)
    answer = checked(child.returncode, stdout, stderr)
    assert (answer.code, answer.document["error_code"]) == (130, "INTERRUPTED")


def test_command_ends_quietly_when_its_reader_left(looking: Program) -> None:
    shell = subprocess.run(
        ["sh", "-c", '"$@" | true', "sh", *looking.command("orders", "--all")],
        capture_output=True,
        text=True,
        env=looking.environment(),
        timeout=TIMEOUT,
    )
    assert shell.stderr == ""


@pytest.mark.parametrize("argv", [("--help",), ("place", "--help"), ("--version",)], ids=" ".join)
def test_help_exits_0_when_asked(argv: tuple[str, ...], tmp_path: Path) -> None:
    done = subprocess.run(
        Program.command(*argv), capture_output=True, text=True, env=Program(tmp_path, 1).environment(), timeout=TIMEOUT
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "tws-console" in done.stdout


def test_cancel_says_unknown_and_not_live_when_the_order_ended_without_a_word(
    program: Program, sim: SimulatorProcess
) -> None:
    """Neither silence nor a 10147 tells that an order still lives (erdewit/ib_insync issue 690)."""
    placed = program.run("place", "--json", order(), "--transmit").document
    sim.ctl("fault", "no-status")
    sim.ctl("fault", "10147")

    answer = program.run("cancel", placed["perm_id"], "--timeout", 3)

    assert sim.book(perm_id=placed["perm_id"]) == []
    assert answer.document["outcome"] in {"cancelled", "unknown"}


def test_console_refuses_when_there_is_no_terminal(program: Program, sim: SimulatorProcess) -> None:
    answer = program.run()
    assert (answer.code, answer.document["error_code"]) == (2, "USAGE_ERROR")
    assert "needs a terminal" in answer.document["error"]
    assert not sim.ctl("clients")
