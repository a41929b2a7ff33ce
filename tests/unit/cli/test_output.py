"""stdout carries one document or one table; words go to stderr; a reader that left is no error."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from tws_console.cli.output import Output, printable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_result_is_one_document_on_stdout_when_json_is_wanted() -> None:
    stdout, stderr = io.StringIO(), io.StringIO()
    out = Output(as_json=True, stdout=stdout, stderr=stderr)
    out.result({"ok": False, "error": "do this"}, "a table")
    out.result({"ok": True})
    assert json.loads(stdout.getvalue()) == {"ok": False, "error": "do this"}
    assert stdout.getvalue().count("\n") == 1
    assert stderr.getvalue() == "do this\n"


def test_result_is_the_table_when_a_person_reads() -> None:
    stdout = Terminal()
    Output(as_json=False, stdout=stdout, stderr=io.StringIO()).result({"ok": True, "error": None}, "a table")
    assert stdout.getvalue() == "a table\n"


def test_result_is_indented_when_a_person_wants_json() -> None:
    stdout = Terminal()
    Output(as_json=True, stdout=stdout, stderr=io.StringIO()).result({"ok": True, "orders": []})
    assert stdout.getvalue() == '{\n  "ok": true,\n  "orders": []\n}\n'


def test_words_cannot_steer_the_terminal_when_they_hold_escapes() -> None:
    assert printable("\x1b]0;title\x07 [red] ü") == "?]0;title? [red] ü"


def test_table_is_written_when_the_terminal_knows_ascii_only() -> None:
    raw = io.BytesIO()
    out = Output(as_json=False, stdout=io.TextIOWrapper(raw, encoding="ascii"), stderr=io.StringIO())
    out.result({"error": None}, "Zürich")
    assert raw.getvalue() == b"Z?rich\n"


def test_program_ends_quietly_when_the_reader_of_the_pipe_left() -> None:
    code = (
        "import sys\nfrom tws_console.cli.output import Output\nsys.stdin.readline()\n"
        "Output(as_json=True).result({'ok': True, 'long': 'x' * 1_000_000})\nsys.exit(5)\n"
    )
    reading, writing = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    os.close(reading)
    _, words = child.communicate("go\n", timeout=60)
    assert (child.returncode, words) == (5, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_program_says_that_the_result_is_lost_when_the_disk_is_full() -> None:
    code = (
        "import sys\nfrom tws_console.cli.output import Output, OutputLost\n"
        "try:\n    Output(as_json=True).result({'ok': True})\nexcept OutputLost as lost:\n    sys.exit(str(lost))\n"
    )
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("the result could not be written (No space left on device)")
    assert done.stderr.count("\n") == 1


def test_program_writes_nothing_when_stdout_is_closed() -> None:
    code = "import sys\nfrom tws_console.cli.output import Output\nOutput(as_json=True).result({'ok': True})\n"
    done = subprocess.run(["sh", "-c", '"$0" -c "$1" >&-', sys.executable, code], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
