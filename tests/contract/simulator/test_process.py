"""The simulator as a program: its line, its end, its exit codes, the control command."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.simulator.main import main

COMMAND = [sys.executable, "-m", "tws_console.simulator"]


def _reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_program_names_its_ports_and_ends_cleanly_when_terminated() -> None:
    process = subprocess.Popen([*COMMAND, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        document = json.loads(process.stdout.readline())
        assert set(document) == {"listening", "control", "scenario", "seed", "pid"}
        assert document["pid"] == process.pid
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(60) == 0


def test_program_ends_when_its_input_ends() -> None:
    with SimulatorProcess("empty") as sim:
        port = sim.port
        assert _reachable(port)
    assert not _reachable(port)


def test_program_exits_4_when_the_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert port in done.stderr


@pytest.mark.parametrize(
    "argv", [["--port", "99999"], ["--scenario", "nonsense"], ["--nonsense"], ["ctl"], ["ctl", "x", "y"]]
)
def test_usage_error_exits_2_when_arguments_are_wrong(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert capsys.readouterr().err


def test_scenarios_are_named_when_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-scenarios"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert {"default", "empty", "many-orders", "survivor", "1100"} <= set(names)


def test_control_command_prints_the_document_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with SimulatorProcess() as sim:
        assert main(["ctl", sim.control, "book"]) == 0
        assert len(json.loads(capsys.readouterr().out)) == 13
        assert main(["ctl", sim.control, "manual", "BUY", "10", "AAPL", "LMT", "150"]) == 0
        perm_id = str(json.loads(capsys.readouterr().out)["perm_id"])
        assert main(["ctl", sim.control, "fill", perm_id, "4", "149.5"]) == 0
        assert json.loads(capsys.readouterr().out)["remaining"] == "6"
        assert main(["ctl", sim.control, "price", "AAPL", "149"]) == 0
        assert json.loads(capsys.readouterr().out)["last"] == "149"
        assert main(["ctl", sim.control, "fault", "nonsense"]) == 1
        assert main(["ctl", sim.control, "quit"]) == 0
        control = sim.control
        wait_until(lambda: not _reachable(sim.port))
        assert main(["ctl", control, "book"]) == 4


def test_scenario_raises_its_fault_when_named_after_one() -> None:
    with SimulatorProcess("survivor") as sim:
        assert sim.ctl("fault")["on"] == ["survivor"]
        assert len(sim.book(manual=True)) == 2


def test_simulator_needs_nothing_else_of_the_product_when_imported() -> None:
    code = (
        "import sys, tws_console.simulator.main\n"
        "ours = [n for n in sys.modules if n.startswith('tws_console.') and 'tws_console.simulator' not in n]\n"
        "paths = [getattr(m, '__file__', '') or '' for m in sys.modules.values()]\n"
        "assert not ours, ours\n"
        "foreign = [p for p in paths if 'site-packages' in p and 'editable' not in p and 'distutils' not in p]\n"
        "assert not foreign, foreign\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
