"""`panic` where something breaks after its cancel has left: a document and an exit code all the same."""

from __future__ import annotations

import signal
import subprocess

from tests.e2e.program import TIMEOUT, Program, checked
from tests.support.simulator import SimulatorProcess, wait_until

GLOBAL_CANCEL = 58


def test_panic_proves_when_the_profile_has_an_unknown_mode_and_theme(program: Program, sim: SimulatorProcess) -> None:
    (program.home / "config.toml").write_text('[profiles.paper]\nmode = "papr"\naccount = 7\n[ui]\ntheme = 5\n')

    answer = program.run("panic")

    assert (answer.code, answer.document["verdict"]) == (0, "proved"), answer.document["error"]
    assert not sim.book()


def test_panic_reports_when_the_journal_cannot_be_used(program: Program, sim: SimulatorProcess) -> None:
    (program.home / "journal.db").mkdir()

    answer = program.run("panic", "--timeout", 2)

    assert (answer.code, answer.document["verdict"]) == (8, "not-confirmed")
    assert not sim.book()
    assert any("journal" in note for note in answer.document["notes"])


def test_panic_says_that_it_does_not_freeze_when_the_file_cannot_be_written(
    program: Program, sim: SimulatorProcess
) -> None:
    (program.home / "freeze").symlink_to(program.home / "nowhere" / "at-all")

    answer = program.run("panic", "--timeout", 3)

    assert answer.document["frozen"] is False
    assert any("freeze file" in note for note in answer.document["notes"])
    assert not sim.book()


def test_panic_reports_and_exits_130_when_interrupted_during_the_proof(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "survivor")
    process = program.start("panic")
    wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) >= 2, TIMEOUT)

    process.send_signal(signal.SIGINT)
    answer = checked(*_end(process))

    assert (answer.code, answer.document["verdict"]) == (130, "not-confirmed")
    assert answer.document["counts"]["live"] >= 1
    assert any("interrupted" in note for note in answer.document["notes"])


def test_panic_proves_when_the_link_is_lost_during_the_proof(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "no-global-cancel")
    process = program.start("panic")
    wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) >= 2, TIMEOUT)
    sim.ctl("fault", "drop")
    sim.ctl("clear", "all")

    code, stdout, stderr = _end(process)

    answer = checked(code, stdout, stderr)
    assert (answer.code, answer.document["verdict"]) == (0, "proved"), answer.document["error"]
    assert not sim.book()


def _end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    stdout, stderr = process.communicate(timeout=TIMEOUT)
    return process.returncode, stdout, stderr
