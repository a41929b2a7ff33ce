"""Arguments: what each verb takes, and the one sentence for what it does not."""

from __future__ import annotations

import pytest

from tws_console.cli import parser
from tws_console.model.problems import Exit

VERBS = [verb for verb in parser.VERBS if verb != "sim"]


@pytest.mark.parametrize("verb", VERBS)
def test_help_names_the_verb_when_asked(verb: str) -> None:
    text = parser.parser_for(verb).format_help()
    assert f"tws-console {verb}" in text
    for flag in ("--host", "--port", "--client-id", "--account", "--profile", "--timeout"):
        assert flag in text


def test_main_help_lists_verbs_and_exit_codes_when_asked() -> None:
    text = parser.main_help()
    assert all(f"\n  {verb} " in text for verb in parser.VERBS)
    assert all(f"{code.value}  {code.words}" in text for code in Exit)


def test_flags_are_only_those_given_when_read() -> None:
    args = parser.read("orders", ["--host", "h", "--client-id", "0", "--client", "7", "--all"])
    assert parser.flags_of(args) == {"host": "h", "client_id": 0}
    assert (args.client, args.all, args.timeout) == (7, True, 5.0)


def test_flags_survive_when_handed_to_another_verb() -> None:
    args = parser.read("cancel-all", ["--host=h", "--port", "4002", "--json", "--yes"])
    again = parser.read("panic", parser.argv_of(args))
    assert parser.flags_of(again) == {"host": "h", "port": 4002}
    assert (again.json, again.timeout) == (True, 30.0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("orders --port 0", "--port: must be a whole number from 1 to 65535, got '0'"),
        ("orders --port 65536", "got '65536'"),
        ("orders --port abc", "got 'abc'"),
        ("orders --port -1", "--port"),
        ("orders --client-id 2147483648", "from 0 to 2147483647"),
        ("orders --timeout 0", "more than 0"),
        ("orders --timeout nan", "more than 0"),
        ("orders --host=", "must not be empty"),
        ("orders --clien 3", "unrecognized arguments: --clien 3"),
        ("orders 5", "unrecognized arguments: 5"),
        ("cancel", "either a permId or --client with --order-id"),
        ("cancel 0", "from 1 to"),
        ("cancel abc", "got 'abc'"),
        ("cancel 5 --client 3 --order-id 4", "either a permId or --client with --order-id"),
        ("modify 5", "give what is to change"),
        ("modify --quantity 5", "PERM_ID"),
        ("cancel 5 --yes", "--yes belongs to --takeover"),
        ("cancel --client 3", "belong together"),
        ("cancel --order-id 3", "belong together"),
        ("flatten", "either a SYMBOL or --all"),
        ("flatten AAPL --all", "either a SYMBOL or --all"),
        ("flatten AAPL --type STP", "invalid choice: 'STP'"),
        ("flatten AAPL --distance 51", "from 0 to 50, got '51'"),
        ("flatten AAPL --distance x", "from 0 to 50, got 'x'"),
        ("place", "one of the arguments --json --json-file is required"),
        ("place --json {} --json-file x", "not allowed with"),
        ("place --json", "expected one argument"),
        ("freeze", "required: action"),
        ("freeze thaw", "invalid choice: 'thaw'"),
        ("freeze release", "--phrase"),
        ("freeze on --phrase x", "--phrase"),
        ("config edit", "invalid choice: 'edit'"),
        ("panic now", "unrecognized arguments: now"),
    ],
)
def test_arguments_are_refused_in_one_sentence_when_wrong(line: str, words: str) -> None:
    verb, *rest = line.split(" ")
    with pytest.raises(parser.UsageError) as refusal:
        parser.read(verb, rest)
    text = str(refusal.value)
    assert words in text
    assert "\n" not in text
    assert text.endswith(f"tws-console {verb} --help shows what it takes")


def test_place_takes_its_order_when_json_is_text() -> None:
    args = parser.read("place", ["--json", '{"action":"BUY"}', "--dry-run"])
    assert (args.json, args.transmit, args.dry_run, args.what_if) == ('{"action":"BUY"}', False, True, False)
