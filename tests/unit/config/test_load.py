"""config.toml: what it may say, and the sentence for everything it may not."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tws_console.config.errors import ConfigError
from tws_console.config.load import load
from tws_console.config.settings import Settings, kept_keys


def loaded(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(str(path))


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    sentence = str(caught.value)
    assert sentence.startswith(f"{folder / 'config.toml'}: ")
    assert "\n" not in sentence
    return sentence


def test_load_gives_the_defaults_when_there_is_no_file(tmp_path: Path) -> None:
    settings = load(str(tmp_path / "none.toml"))
    paper = settings.profiles["paper"]
    assert settings.default_profile == "paper"
    assert (paper.host, paper.port, paper.client_id, paper.mode) == ("127.0.0.1", 7497, 11, "paper")
    assert set(settings.profiles) == {"paper", "demo"}
    assert settings.ui.theme == "dark"


def test_load_keeps_the_built_in_profiles_when_the_file_adds_one(tmp_path: Path) -> None:
    settings = loaded(tmp_path, '[profiles.live]\nmode = "live"\nport = 7496\n')
    assert set(settings.profiles) == {"paper", "demo", "live"}
    assert settings.profiles["live"].port == 7496


def test_load_keeps_every_digit_when_a_limit_is_a_fraction(tmp_path: Path) -> None:
    text = "[profiles.paper.limits]\nmax_notional = 0.1\nmax_quantity = 5\nsymbols_denied = ['gme ']\n"
    limits = loaded(tmp_path, text).profiles["paper"].limits
    assert limits.max_notional == Decimal("0.1")
    assert limits.max_quantity == Decimal(5)
    assert limits.symbols_denied == ("GME",)
    assert limits.symbols_allowed is None
    assert limits.max_position is None


def test_load_names_the_kept_keys_when_nothing_acts_on_them(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "[profiles.paper]\nlimits.max_daily_loss = 500\n[ui]\nslow_link = true\nkeys = {'orders.cancel' = 'x'}\n",
    )
    assert kept_keys(settings) == (
        "profiles.paper.limits.max_daily_loss",
        "ui.keys",
        "ui.slow_link",
    )
    assert kept_keys(Settings()) == ()


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ("[profiles.paper]\nprot = 1", "profiles.paper.prot", "did you mean port?"),
        ("defualt_profile = 'paper'", "defualt_profile", "did you mean default_profile?"),
        ("[ui]\nthme = 'dark'", "ui.thme", "did you mean theme?"),
        ("[profiles.x.limits]\nmax_qty = 1", "profiles.x.limits.max_qty", "did you mean max_quantity?"),
        ("[alerts]\nbell = true", "alerts.bell", "remove it"),
        ("zzz = 1", "zzz", "known: alerts, codes, default_profile, profiles, ui"),
    ],
)
def test_load_names_the_nearest_key_when_one_is_unknown(tmp_path: Path, text: str, key: str, hint: str) -> None:
    sentence = refusal(tmp_path, text)
    assert f": {key}: unknown key; " in sentence
    assert hint in sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[profiles.paper]\nport = '7497'", "profiles.paper.port: must be a whole number, got '7497'"),
        ("[profiles.paper]\nport = true", "profiles.paper.port: must be a whole number, got true"),
        ("[profiles.paper]\nport = 70000", "profiles.paper.port: must be at most 65535, got 70000"),
        ("[profiles.paper]\nclient_id = -1", "profiles.paper.client_id: must be at least 0, got -1"),
        ("[profiles.paper]\nmode = 'LIVE'", "profiles.paper.mode: must be 'paper', 'live' or 'demo', got 'LIVE'"),
        ("[profiles.paper]\nread_only = 1", "profiles.paper.read_only: must be true or false, got 1"),
        ("[profiles.paper]\nhost = ''", "profiles.paper.host: must not be empty"),
        ("[profiles.paper]\nhost = 'a b'", "profiles.paper.host: must be one word"),
        ("[profiles.paper]\npoll_seconds = 0", "profiles.paper.poll_seconds: must be at least 0.25"),
        ("[profiles.paper]\npoll_seconds = nan", "profiles.paper.poll_seconds: must be a finite number"),
        ("[profiles]\npaper = 3", "profiles.paper: must be a table, got 3"),
        ("[profiles.p.limits]\nmax_quantity = 0", "profiles.p.limits.max_quantity: must be more than 0, got 0"),
        ("[profiles.p.limits]\nmax_notional = inf", "profiles.p.limits.max_notional: must be a finite number"),
        ("[profiles.p.limits]\nmax_notional = 'x'", "profiles.p.limits.max_notional: must be a number, got 'x'"),
        ("[profiles.p.limits]\nsymbols_allowed = []", "profiles.p.limits.symbols_allowed: must name at least one"),
        ("[profiles.p.limits]\nsymbols_denied = 'A'", "profiles.p.limits.symbols_denied: must be a list"),
        (
            "[profiles.paper]\nrestart_windows = ['23:45-00:45']",
            "profiles.paper.restart_windows.0: must look like '00:15-01:45 ET' or 'Fri 23:00-Sat 03:00 ET', got '",
        ),
        ("default_profile = 'papr'", "default_profile: there is no profile 'papr'; did you mean paper?"),
    ],
)
def test_load_names_key_rule_and_value_when_a_value_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(tmp_path, text)


def test_load_counts_the_rest_when_several_values_are_wrong(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, "[profiles.paper]\nport = 'x'\nclient_id = 'y'\n")
    assert sentence.endswith("(1 more)")


def test_load_names_the_line_when_the_toml_is_broken(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path, "default_profile = 'paper'\nport =\n")


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = 1e999999999999999999999", "a = " + "9" * 5000])
def test_load_refuses_in_a_sentence_when_the_file_is_hostile(tmp_path: Path, text: str) -> None:
    assert "correct" in refusal(tmp_path, text)


def test_load_refuses_in_a_sentence_when_the_file_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"a = '\xff'")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(str(path))


def test_load_refuses_in_a_sentence_when_the_path_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(str(tmp_path))
