"""Four lamps, each driven by its own codes and by nothing else."""

from __future__ import annotations

import pytest

from tws_console.engine.lamps import LampBoard
from tws_console.model.session import Lamp


def test_lamps_know_only_the_socket_when_a_connection_opens() -> None:
    lamps = LampBoard().socket(up=True)

    assert (lamps.socket, lamps.tws, lamps.market_data, lamps.history) == (
        Lamp.UP,
        Lamp.UNKNOWN,
        Lamp.UNKNOWN,
        Lamp.UNKNOWN,
    )


def test_lamp_of_tws_stays_down_when_a_farm_says_that_it_is_fine() -> None:
    board = LampBoard()
    board.socket(up=True)
    board.problem(1100, "Connectivity between IBKR and Trader Workstation has been lost.")

    lamps = board.problem(2104, "Market data farm connection is OK:usfarm")

    assert lamps.tws is Lamp.DOWN
    assert lamps.market_data is Lamp.UP


@pytest.mark.parametrize("code", [1101, 1102])
def test_lamp_of_tws_comes_back_when_the_restoring_codes_come(code: int) -> None:
    board = LampBoard()
    board.problem(1100, "")

    assert board.problem(code, "").tws is Lamp.UP


def test_lamp_of_data_stays_degraded_when_one_of_two_broken_farms_is_back() -> None:
    board = LampBoard()
    board.problem(2103, "Market data farm connection is broken:usfarm")
    board.problem(2103, "Market data farm connection is broken:usopt")

    assert board.problem(2104, "Market data farm connection is OK:usfarm").market_data is Lamp.DEGRADED
    assert board.problem(2104, "Market data farm connection is OK:usopt").market_data is Lamp.UP


def test_lamp_of_history_is_untouched_when_market_data_breaks() -> None:
    board = LampBoard()
    board.problem(2106, "HMDS data farm connection is OK:ushmds")

    lamps = board.problem(2103, "Market data farm connection is broken:usfarm")

    assert (lamps.history, lamps.market_data) == (Lamp.UP, Lamp.DEGRADED)
