"""`panic` where something breaks after its cancel has left: a document and an exit code all the same."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.program import TIMEOUT, Program, checked
from tests.support.simulator import SimulatorProcess, wait_until

ALL_ORDERS, GLOBAL_CANCEL = 16, 58


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
    by_hand = next(order["perm_id"] for order in sim.book() if order["client_id"] in {0, None})
    sim.ctl("fault", "survivor", f"perm={by_hand}")
    process = program.start("panic")
    wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) >= 2, TIMEOUT)

    process.send_signal(signal.SIGINT)
    answer = checked(*_end(process))

    assert (answer.code, answer.document["verdict"]) == (130, "not-confirmed")
    assert answer.document["counts"]["live"] >= 1
    assert any("interrupted" in note for note in answer.document["notes"])


def test_panic_cancels_when_its_terminal_is_gone_before_tws_answers(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "stall")
    process = program.start("panic")
    assert process.stderr is not None
    assert "freezing entry" in process.stderr.readline()

    process.send_signal(signal.SIGHUP)
    sim.ctl("clear", "all")
    answer = checked(*_end(process))

    assert (answer.code, answer.document["verdict"]) == (0, "proved"), answer.document["error"]
    assert not sim.book()


def test_panic_exits_130_with_a_document_when_it_is_terminated_before_its_cancel(
    program: Program, sim: SimulatorProcess
) -> None:
    sim.ctl("fault", "stall")
    process = program.start("panic")
    assert process.stderr is not None
    assert "freezing entry" in process.stderr.readline()

    process.send_signal(signal.SIGTERM)
    answer = checked(*_end(process))

    assert (answer.code, answer.document["error_code"]) == (130, "INTERRUPTED")
    assert "may not have left" in answer.document["error"]


def test_panic_reports_and_exits_130_when_it_is_terminated_during_the_proof(
    program: Program, sim: SimulatorProcess
) -> None:
    by_hand = next(order["perm_id"] for order in sim.book() if order["client_id"] in {0, None})
    sim.ctl("fault", "survivor", f"perm={by_hand}")
    process = program.start("panic")
    wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) >= 2, TIMEOUT)

    process.send_signal(signal.SIGTERM)
    answer = checked(*_end(process))

    assert (answer.code, answer.document["verdict"]) == (130, "not-confirmed")
    assert answer.document["counts"]["live"] >= 1


def test_panic_calls_an_order_cancelled_when_it_had_filled_in_part_long_before(
    program: Program, sim: SimulatorProcess
) -> None:
    partly = next(order["perm_id"] for order in sim.book() if order["filled"] not in {"0", 0})

    answer = program.run("panic")

    line = next(line for line in answer.document["orders"] if line["perm_id"] == partly)
    assert (line["outcome"], line["position"]) == ("cancelled", None)
    assert line["filled"] > 0


def test_panic_tells_the_ends_of_orders_when_no_list_of_tws_ever_ends(program: Program, sim: SimulatorProcess) -> None:
    count = len(sim.book())
    sim.ctl("fault", "no-end")

    answer = program.run("panic", "--timeout", 15)

    assert (answer.code, answer.document["verdict"]) == (8, "not-confirmed")
    assert not sim.book()
    assert answer.document["counts"]["cancelled"] == count
    assert {line["witness"] for line in answer.document["orders"]} == {"completed"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_panic_says_proved_when_its_report_cannot_be_written(program: Program, sim: SimulatorProcess) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            program.command("panic"), stdout=full, stderr=subprocess.PIPE, text=True, env=program.environment()
        )

    assert done.returncode == 0, done.stderr
    assert ": proved; the result could not be written" in done.stderr
    assert not sim.book()


def test_panic_tells_that_there_was_no_connection_by_its_code_when_nothing_listens(
    program: Program, sim: SimulatorProcess
) -> None:
    sim.stop()

    answer = program.run("panic", "--timeout", 3)

    assert (answer.code, answer.document["error_code"]) == (4, "IB_CONNECTION_FAILED")
    assert answer.document["frozen"] is True


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


def test_panic_proves_on_a_second_connection_when_its_own_is_half_open(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "no-global-cancel")
    process = program.start("panic")
    wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) >= 2, TIMEOUT)
    sim.ctl("fault", "half-open", "client=12")
    sim.ctl("clear", "no-global-cancel")

    answer = checked(*_end(process))

    assert (answer.code, answer.document["verdict"]) == (0, "proved"), answer.document["error"]
    assert {one["client_id"] for one in sim.requests(GLOBAL_CANCEL)} > {12}
    assert not sim.book()


def test_panic_proves_anew_when_it_was_stopped_in_the_middle(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "no-end")
    process = program.start("panic")
    wait_until(lambda: len(sim.requests(ALL_ORDERS)) >= 3, TIMEOUT)

    process.send_signal(signal.SIGSTOP)
    time.sleep(2.5)  # as long as it is stopped: this is what is tested, not what is waited for
    process.send_signal(signal.SIGCONT)
    sim.ctl("clear", "all")

    answer = checked(*_end(process))
    assert any("slept" in note for note in answer.document["notes"])
    assert answer.document["verdict"] == "proved", answer.document["error"]


def test_panic_takes_survivors_over_when_cancels_of_everything_do_nothing(
    program: Program, sim: SimulatorProcess
) -> None:
    target = next(order for order in sim.book() if order["client_id"] == 3)
    sim.ctl("fault", "survivor", f"perm={target['perm_id']}")

    answer = program.run("panic")

    assert (answer.code, answer.document["verdict"]) == (0, "proved"), answer.document["error"]
    line = next(one for one in answer.document["orders"] if one["perm_id"] == target["perm_id"])
    assert "takeover as client 3" in line["reason"]
