"""Scenarios as files: one for each fault, several faults in one, copies that users keep."""

import shutil
from pathlib import Path

import pytest

from tests.support.raw_client import RawClient, place_fields
from tws_console.simulator import scenarios
from tws_console.simulator.faults import FAULTS
from tws_console.simulator.gateway import Settings
from tws_console.simulator.main import main
from tws_console.simulator.scenarios import load_scenario, scenario_names
from tws_console.simulator.server import SimulatorServer

FOLDER = Path(scenarios.__file__).parent / "scenarios"
TWO = """about = "two troubles"
includes = ["empty"]

[[faults]]
name = "no-status"
client = 11

[[faults]]
name = "1100"
at_seconds = 0.05
seconds = 0.05
"""


def test_every_fault_has_a_file_that_switches_it_on_when_listed() -> None:
    assert set(FAULTS) <= {path.stem for path in FOLDER.glob("*.toml")}
    for name in FAULTS:
        scenario = load_scenario(name)
        assert [fault.name for fault in scenario.faults] == [name]
        assert (scenario.faults[0].at_seconds is not None) == (FAULTS[name][0] == 0)
        assert FAULTS[name][1] in scenario.about
        assert scenario.data["orders"]


def test_list_has_a_line_for_every_scenario_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-scenarios"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == set(scenario_names()) == {path.stem for path in FOLDER.glob("*.toml")}
    assert all(len(line.split()) > 2 for line in lines)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.toml")))
async def test_simulator_starts_when_scenario_is(name: str) -> None:
    server = SimulatorServer(Settings(scenario=name))
    await server.start()
    on = server.gateway.faults.names()
    await server.stop()
    wanted = [fault.name for fault in load_scenario(name).faults if fault.at_seconds is None]
    assert sorted(on) == sorted(wanted)


async def test_faults_come_with_their_options_and_in_time_when_a_file_names_several(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(TWO)
    server = SimulatorServer(Settings(scenario=str(tmp_path / "mine.toml")))
    await server.start()
    try:
        async with await RawClient.start(server.port, 11) as client, await RawClient.start(server.port, 12) as other:
            client.send(*place_fields(1, limit="200"))
            await client.until_error(1100)
            await client.until_error(1102)
            other.send(*place_fields(1, limit="200"))
            await other.until_status(1, "Submitted")
            assert "3" not in {m[0] for m in [*client.received, *await client.settle()]}
    finally:
        await server.stop()


def test_copy_includes_what_lies_beside_it_or_is_known_when_edited(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "201.toml", tmp_path / "mine.toml")
    assert len(load_scenario(str(tmp_path / "mine.toml")).data["orders"]) > 10
    shutil.copy(FOLDER / "empty.toml", tmp_path / "default.toml")
    assert "orders" not in load_scenario(str(tmp_path / "mine.toml")).data


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("includes = [", "Invalid"),
        ('includes = ["default"]\n[[faults]]\nname = "nonsense"', "no fault is named nonsense"),
        ('includes = ["default"]\n[[faults]]\nseconds = 3', "name"),
        ('includes = ["default"]\n[[faults]]\nname = "pacing"\nrate = 0', "rate="),
        ('includes = ["nowhere"]', "nowhere"),
        ('about = "no accounts"', "accounts"),
        ('includes = ["empty"]\n[[orders]]\nsymbol = "NOSUCH"', "NOSUCH"),
    ],
)
def test_one_sentence_says_what_is_wrong_when_a_file_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, why: str
) -> None:
    (tmp_path / "mine.toml").write_text(text)
    assert main(["--port", "0", "--scenario", str(tmp_path / "mine.toml")]) == 2
    told = capsys.readouterr().err
    assert why in told
    assert "Traceback" not in told


@pytest.mark.parametrize("name", ["nonsense", "../scenarios/default", "missing.toml", ""])
def test_known_scenarios_are_named_when_there_is_none_of_that_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"known: .*default"):
        load_scenario(name)


async def test_list_is_complete_when_5000_orders_are_open() -> None:
    server = SimulatorServer(Settings(scenario="many-orders"))
    await server.start()
    try:
        async with await RawClient.start(server.port, 11) as client:
            client.send(16, 1)
            rows = [(m[24], m[1]) for m in await client.until_id(53) if m[0] == "5"]
        assert len(rows) == len(set(rows)) == 5000
        assert len({client_id for client_id, _ in rows}) == 20
    finally:
        await server.stop()
