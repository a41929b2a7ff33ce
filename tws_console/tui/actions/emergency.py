"""The stop, the freeze, and whether real money may move. Data; imports the shape only."""

from __future__ import annotations

from tws_console.tui.actions.kinds import Action
from tws_console.tui.actions.kinds import Where as W

EMERGENCY: tuple[Action, ...] = (
    Action(
        "app.stop",
        ("ctrl+g", "f8"),
        "stop all + enter",
        "Open the red bar; enter then cancels every open order of every client and freezes entry.",
        W.EVERYWHERE,
        "Emergency",
        "stop",
    ),
    Action(
        "stop.send",
        ("enter",),
        "send the stop",
        "Send it, while the red bar is open. Every other key closes the bar.",
        W.STOP_BAR,
        "Emergency",
    ),
    Action(
        "freeze.release",
        (),
        "release the freeze",
        "Let orders be placed again after an emergency stop; asks for the phrase resume trading.",
        W.PALETTE_ONLY,
        "Emergency",
        "release_freeze",
    ),
    Action(
        "live.arm",
        (),
        "arm a live account",
        "Let orders for a live account out in this run; asks for a phrase that names the account.",
        W.PALETTE_ONLY,
        "Emergency",
        "arm_live",
    ),
    Action(
        "live.disarm",
        (),
        "disarm",
        "Keep every order for a live account back again; working orders stay.",
        W.PALETTE_ONLY,
        "Emergency",
        "disarm_live",
    ),
    Action(
        "panic.copy",
        (),
        "copy the panic command",
        "Copy the emergency command for another shell, with host and port.",
        W.PALETTE_ONLY,
        "Emergency",
        "copy_panic_command",
    ),
)
