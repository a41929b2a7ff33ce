"""The program's frame: dispatch, documents of failures, exit codes. Whatever needs a broker is tested end to end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli import values
from tws_console.cli.main import main
from tws_console.cli.wiring import ConsoleOptions, Flags, NoConnection
from tws_console.config.freeze import FreezeFile
from tws_console.config.load import load
from tws_console.config.paths import config_file
from tws_console.config.resolve import Effective, resolve
from tws_console.engine.engine import Engine
from tws_console.model.session import ConnectFailed, StageName

BUY = '{"action":"BUY","symbol":"AAPL","order_type":"LMT","quantity":10,"limit_price":187.5}'


class FakeWiring:
    """Real settings and freeze files; every connection fails with `failure`, and the other programs note their call."""

    def __init__(self) -> None:
        self.failure: BaseException = NoConnection(values.DEAD, values.REFUSED)
        self.calls: list[tuple[str, Any]] = []
        self.asked: list[tuple[int, ...]] = []

    def effective(self, flags: Flags) -> Effective:
        return resolve(load(config_file()), flags, os.environ)

    async def open_engine(self, effective: Effective, client_ids: Sequence[int], timeout: float) -> Engine:
        self.asked.append(tuple(client_ids))
        raise self.failure

    def freeze_for(self, host: str, port: int) -> FreezeFile:
        return FreezeFile(host, port)

    def console_main(self, options: ConsoleOptions) -> int:
        self.calls.append(("console", options))
        return 0

    def sim_main(self, argv: Sequence[str]) -> int:
        self.calls.append(("sim", list(argv)))
        return 4

    def panic(self, argv: Sequence[str]) -> int:
        self.calls.append(("panic", list(argv)))
        return 8


Answer = tuple[int, dict[str, Any], str]
Program = Callable[..., Answer]


@pytest.fixture
def wiring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeWiring:
    monkeypatch.setenv("TWS_CONSOLE_HOME", str(tmp_path))
    for name in ("TWS_HOST", "TWS_PORT", "TWS_CLIENT_ID", "TWS_ACCOUNT", "TWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return FakeWiring()


@pytest.fixture
def program(wiring: FakeWiring, capsys: pytest.CaptureFixture[str]) -> Program:
    """Run the program off a terminal; gives exit code, the one document on stdout, the words on stderr."""

    def run(*argv: str) -> Answer:
        code = main(argv, wiring)
        said = capsys.readouterr()
        document = json.loads(said.out)
        assert (code == 0) is document["ok"] is (document["error"] is None) is (document["error_code"] is None)
        return code, document, said.err

    return run


VERBS = {
    "health": [],
    "orders": [],
    "positions": [],
    "account": [],
    "cancel": ["5"],
    "modify": ["5", "--quantity", "10"],
    "place": ["--json", BUY],
}


@pytest.mark.parametrize("verb", VERBS)
def test_verb_exits_4_and_says_what_to_do_when_nothing_listens(verb: str, program: Program) -> None:
    code, document, words = program(verb, *VERBS[verb])
    assert (code, document["error_code"]) == (4, "IB_CONNECTION_FAILED")
    assert document["error"].startswith("could not connect to TWS at 127.0.0.1:7497 (tcp)")
    assert (document["stage"], document["advice"][0]) == ("tcp", "Start TWS or IB Gateway and log in.")
    assert words == document["error"] + "\n"


def test_verb_takes_the_eight_ids_after_the_profile_when_none_is_given(program: Program, wiring: FakeWiring) -> None:
    program("orders")
    program("orders", "--client-id", "3")
    assert wiring.asked == [tuple(range(12, 20)), (3,)]


def test_verb_says_that_all_ids_are_taken_when_the_broker_refuses_each(program: Program, wiring: FakeWiring) -> None:
    taken = ConnectFailed(StageName.READY, "client id 19 is in use", ("close the other program",), 326)
    wiring.failure = NoConnection(values.DEAD, taken)
    assert "the client ids 12 to 19 are all in use" in program("orders")[1]["error"]
    assert "client id 19 is in use" in program("orders", "--client-id", "19")[1]["error"]


def test_verb_exits_1_and_keeps_the_traceback_when_something_breaks(
    program: Program, wiring: FakeWiring, tmp_path: Path
) -> None:
    wiring.failure = RuntimeError("secret words")
    code, document, words = program("orders")
    assert (code, document["error_code"]) == (1, "INTERNAL_ERROR")
    (crash,) = (tmp_path / "log").glob("crash-*.txt")
    assert str(crash) in document["error"]
    assert "Traceback" not in words
    assert "secret words" in crash.read_text()


def test_verb_exits_130_when_interrupted(program: Program, wiring: FakeWiring) -> None:
    wiring.failure = KeyboardInterrupt()
    code, document, _ = program("orders")
    assert (code, document["error_code"]) == (130, "INTERRUPTED")


@pytest.mark.parametrize(
    "argv",
    [("order",), ("orders", "--port", "x"), ("place",), ("--host", "h", "orders"), ("cancel",), ("--nonsense",)],
    ids=" ".join,
)
def test_usage_error_is_a_document_and_exit_2_when_off_a_terminal(argv: tuple[str, ...], program: Program) -> None:
    code, document, words = program(*argv)
    assert (code, document["error_code"]) == (2, "USAGE_ERROR")
    assert words.count("\n") == 1


def test_usage_error_offers_the_nearest_verb_when_misspelt(program: Program) -> None:
    assert "did you mean orders?" in program("ordres")[1]["error"]


@pytest.mark.parametrize(
    ("content", "words"),
    [("[profiles.paper]\nprot = 7497\n", "profiles.paper.prot"), ("[profiles\n", "line 1")],
)
def test_verb_exits_3_and_names_the_place_when_the_settings_are_wrong(
    content: str, words: str, program: Program, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(content)
    for argv in (("orders",), ("config", "validate"), ("config", "show"), ("place", "--json", BUY)):
        code, document, _ = program(*argv)
        assert (code, document["error_code"]) == (3, "CONFIGURATION_ERROR")
        assert words in document["error"]


def test_verb_exits_3_when_the_environment_is_wrong(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWS_PORT", "abc")
    code, document, _ = program("health")
    assert (code, "TWS_PORT" in document["error"]) == (3, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": "abc"}, "quantity"),
        ({"quantity": 1e12}, "quantity"),
        ({"limit_price": None}, "limit_price"),
        ({"side": "BUY"}, "side"),
    ],
    ids=str,
)
def test_place_exits_5_without_connecting_when_a_field_is_wrong(
    change: dict[str, Any], field: str, program: Program, wiring: FakeWiring
) -> None:
    code, document, _ = program("place", "--json", json.dumps({**json.loads(BUY), **change}))
    assert (code, document["error_code"], document["submitted"]) == (5, "ORDER_VALIDATION_FAILED", False)
    assert [error["field"] for error in document["errors"]] == [field]
    assert set(document["errors"][0]) == {"field", "rule", "value", "msg"}
    assert wiring.asked == []


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe", b""])
def test_place_exits_5_when_the_file_holds_no_order(content: bytes, program: Program, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_bytes(content)
    assert program("place", "--json-file", str(file))[0] == 5
    assert program("place", "--json-file", str(tmp_path / "none.json"))[0] == 5


def test_place_exits_5_when_the_order_is_for_another_account_than_pinned(program: Program) -> None:
    order = json.dumps({**json.loads(BUY), "account": "DU2"})
    code, document, _ = program("place", "--account", "DU1", "--json", order)
    assert (code, document["errors"][0]["rule"]) == (5, "pinned")


def test_freeze_goes_on_and_off_when_the_phrase_is_right(program: Program) -> None:
    assert program("freeze", "status")[1]["frozen"] is False
    on = program("freeze", "on")[1]
    assert (on["frozen"], on["at"] is not None) == (True, True)
    assert program("freeze", "on")[1]["at"] == on["at"]
    code, wrong, _ = program("freeze", "release", "--phrase", "Resume trading")
    assert (code, wrong["error_code"], wrong["frozen"]) == (6, "FROZEN", True)
    assert program("freeze", "release", "--phrase", "resume trading")[1]["frozen"] is False


def test_freeze_belongs_to_its_port_when_there_are_two(program: Program) -> None:
    program("freeze", "on", "--port", "4002")
    assert program("freeze", "status", "--port", "4002", "--host", "localhost")[1]["frozen"] is True
    assert program("freeze", "status")[1]["frozen"] is False


def test_config_writes_the_file_once_when_asked_to_init(program: Program, tmp_path: Path) -> None:
    assert program("config", "path")[1]["exists"] is False
    assert program("config", "init")[1]["path"] == str(tmp_path / "config.toml")
    assert program("config", "init")[0] == 3
    assert program("config", "validate")[1]["default_profile"] == "paper"


def test_config_shows_what_is_in_force_when_a_flag_is_given(program: Program) -> None:
    document = program("config", "show", "--port", "4002")[1]
    assert (document["host"], document["port"], document["client_id"]) == ("127.0.0.1", 4002, 11)


def test_config_shows_the_users_codes_when_the_file_has_them(program: Program, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[codes.10349]\neffect = "verify"\n')

    assert program("config", "show")[1]["codes"] == {"10349": "verify"}


def test_cancel_all_exits_6_when_nobody_can_be_asked(program: Program, wiring: FakeWiring) -> None:
    code, document, _ = program("cancel-all")
    assert (code, wiring.calls) == (6, [])
    assert "--yes" in document["error"]


def test_cancel_all_is_the_stop_when_agreed_to_whatever_the_settings_say(wiring: FakeWiring, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("broken = [")
    assert main(["cancel-all", "--yes", "--port", "4002", "--json"], wiring) == 8
    assert wiring.calls == [("panic", ["--port=4002", "--timeout=30", "--json"])]


def test_panic_gets_its_arguments_untouched_when_they_are_right(wiring: FakeWiring) -> None:
    assert main(["panic", "--host", "h", "--port", "1"], wiring) == 8
    assert wiring.calls == [("panic", ["--host", "h", "--port", "1"])]


def test_sim_gets_its_arguments_untouched_when_called(wiring: FakeWiring) -> None:
    assert main(["sim", "ctl", "--help", "x"], wiring) == 4
    assert wiring.calls == [("sim", ["ctl", "--help", "x"])]


def test_console_opens_when_there_is_no_verb(wiring: FakeWiring) -> None:
    assert main([], wiring) == 0
    assert main(["--demo", "--read-only", "--theme", "mono", "--port", "4002"], wiring) == 0
    assert wiring.calls == [
        ("console", ConsoleOptions({})),
        ("console", ConsoleOptions({"port": 4002}, demo=True, read_only=True, theme="mono")),
    ]


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["place", "--help"], ["cancel", "-h"], ["panic", "-h"]])
def test_help_is_on_stdout_when_asked(argv: list[str], wiring: FakeWiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv, wiring) == 0
    said = capsys.readouterr()
    assert said.out.startswith("usage: tws-console")
    assert (said.err, wiring.calls) == ("", [])


def test_version_is_printed_when_asked(wiring: FakeWiring, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"], wiring) == 0
    assert capsys.readouterr().out.startswith("tws-console 0.")
