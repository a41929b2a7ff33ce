"""Textual's bindings, made of the registry of actions. May import textual; not the engine."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tws_console.tui.bindings import Action, Where, of


def bind(*actions: Action, priority: bool = False) -> list[BindingType]:
    """These actions' keys, each bound to its method of the app."""
    return [
        Binding(
            ",".join(action.keys), f"app.{action.method}", action.label, id=action.id, show=False, priority=priority
        )
        for action in actions
        if action.method and action.keys
    ]


def page_bindings(*places: Where) -> list[BindingType]:
    """The registry's keys of these places."""
    return bind(*of(*places))
