"""Keys in the ticket: which field has the focus, what a key does there, which list of candidates is open.

Pure; imports model, rules and the draft only. The widget draws it and asks the engine for what an effect demands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from tws_console.model.instrument import Instrument, PriceStep, SymbolMatch
from tws_console.model.position import Quote
from tws_console.rules import ticks
from tws_console.tui.draft import PRICES, TEXTS, Draft, choices, errors, visible

TICKS = {"up": 1, "down": -1, "pageup": 10, "pagedown": -10}
LONGEST = 40


class Effect(StrEnum):
    """What the widget has to do after a key."""

    NONE = "none"
    CHANGED = "changed"
    LOOK_UP = "look-up"
    """The symbol was left and is not resolved."""
    REVIEW = "review"
    CLOSE = "close"
    CHOSEN = "chosen"
    """A candidate was taken: `TicketForm.taken` holds it."""
    NEW = "new"
    """The kept draft was put aside for a new one."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """A list to choose from under the symbol. `note` says why it is shown."""

    note: str
    items: tuple[Instrument | SymbolMatch, ...]
    chosen: int = 0


class TicketForm:
    """The state of one ticket. `accounts` are those of the login; the quote is the newest one of the instrument."""

    def __init__(self, draft: Draft, accounts: tuple[str, ...] = ()) -> None:
        self.accounts = accounts
        self.quote: Quote | None = None
        self.reset(draft)

    def reset(self, draft: Draft) -> None:
        """Start with this draft, untouched."""
        self.draft = draft
        self.start = draft
        self.touched: set[str] = set()
        self.lookup = ""
        self.refused: dict[str, str] = {}
        """What the engine had against the finished ticket, by field; gone with the next change."""
        self.candidates: Candidates | None = None
        self.taken: Instrument | SymbolMatch | None = None
        self.offer: Draft | None = None
        """A new draft that waits while an older one with edits is offered first."""
        self.focus = "quantity" if draft.symbol else "symbol"
        self.cursor = len(draft.text(self.focus))

    @property
    def fields(self) -> tuple[str, ...]:
        return visible(self.draft, self.accounts)

    @property
    def edited(self) -> bool:
        """True when the draft differs from what it was started with."""
        return replace(self.draft, instrument=None, steps=()) != replace(self.start, instrument=None, steps=())

    @property
    def asks(self) -> bool:
        """True while a question stands in the place of the fields."""
        return self.offer is not None or self.candidates is not None

    @property
    def field_actions(self) -> frozenset[str]:
        """Ids of the actions that work in this field only."""
        if self.asks or self.focus in TEXTS - PRICES:
            return frozenset()
        return frozenset({"ticket.tick", "ticket.take"} if self.focus in PRICES else {"ticket.choose"})

    def errors(self) -> dict[str, str]:
        """All errors, touched or not. An unknown symbol is one."""
        found = self.refused | errors(self.draft, self.accounts)
        if self.lookup and self.draft.instrument is None:
            found.setdefault("symbol", self.lookup)
        return found

    def shown_errors(self) -> dict[str, str]:
        """Errors of fields that somebody has been in: an untouched form does not scold."""
        return {name: text for name, text in self.errors().items() if name in self.touched}

    def key(self, name: str, character: str | None) -> Effect:
        """One key press."""
        if self.offer is not None:
            return self._offer_key(name)
        if self.candidates is not None:
            return self._candidate_key(name, self.candidates)
        if name == "escape":
            return Effect.CLOSE
        if name == "enter":
            self.touched.add(self.focus)
            return Effect.REVIEW
        if name in {"tab", "shift+tab"}:
            return self._walk(1 if name == "tab" else -1)
        if name == "f2":
            self._set("side", "SELL" if self.draft.side == "BUY" else "BUY")
            return Effect.CHANGED
        if self.focus in PRICES and (name in TICKS or character in {"b", "a", "m", "l"}):
            return self._price_key(name, character or "")
        if name in {"up", "down"}:
            return self._walk(1 if name == "down" else -1)
        return self._text_key(name, character) if self.focus in TEXTS else self._choice_key(name, character)

    def paste(self, text: str) -> Effect:
        """Pasted text goes into a text field as text, its first line only; anywhere else it is dropped."""
        first = next(iter(text.splitlines()), "")
        shown = "".join(char for char in first if char.isprintable()).strip()
        if self.focus not in TEXTS or self.asks or not shown:
            return Effect.NONE
        self._insert(shown)
        return Effect.CHANGED

    def go(self, name: str) -> Effect:
        """Put the focus on a field that is shown."""
        left = self.focus
        self.touched.add(left)
        self.focus = name if name in self.fields else self.fields[0]
        self.cursor = len(self.draft.text(self.focus))
        unresolved = left == "symbol" and self.draft.symbol.strip() and self.draft.instrument is None
        return Effect.LOOK_UP if unresolved and self.focus != "symbol" else Effect.CHANGED

    def go_to_error(self) -> None:
        """Show every error and put the focus on the first field that has one."""
        self.touched |= set(self.fields)
        found = self.errors()
        first = next((name for name in self.fields if name in found), self.focus)
        self.focus, self.cursor = first, len(self.draft.text(first))

    def found(self, instrument: Instrument, steps: tuple[PriceStep, ...]) -> None:
        """The symbol is this instrument."""
        self.draft = replace(self.draft, symbol=instrument.name, instrument=instrument, steps=steps)
        self.lookup, self.candidates = "", None
        if self.focus == "symbol":
            self.cursor = len(self.draft.symbol)

    def not_found(self, sentence: str, items: Sequence[Instrument | SymbolMatch] = ()) -> None:
        """The symbol is no instrument, or several: says so, and offers what it may have meant."""
        self.touched.add("symbol")
        self.lookup = sentence
        self.candidates = Candidates(sentence, tuple(items)) if items else None
        self.focus, self.cursor = "symbol", len(self.draft.symbol)

    def _offer_key(self, name: str) -> Effect:
        offer = self.offer
        if name in {"enter", "escape"} or offer is None:
            self.offer = None
            return Effect.CHANGED if name == "enter" else Effect.CLOSE
        if name == "n":
            self.reset(offer)
            return Effect.NEW
        return Effect.NONE

    def _candidate_key(self, name: str, shown: Candidates) -> Effect:
        if name in {"up", "down", "tab", "shift+tab"}:
            step = 1 if name in {"down", "tab"} else -1
            self.candidates = replace(shown, chosen=(shown.chosen + step) % len(shown.items))
            return Effect.CHANGED
        if name == "enter":
            self.taken, self.candidates = shown.items[shown.chosen], None
            return Effect.CHOSEN
        if name == "escape":
            self.candidates = None
            return Effect.CHANGED
        return Effect.NONE

    def _walk(self, step: int) -> Effect:
        fields = self.fields
        return self.go(fields[(fields.index(self.focus) + step) % len(fields)])

    def _price_key(self, name: str, character: str) -> Effect:
        price = self._taken_price(character) if character else self._ticked(TICKS[name])
        if price is None:
            return Effect.NONE
        decimals = ticks.decimals(self.draft.steps) if self.draft.steps else 0
        own = price.normalize().as_tuple().exponent
        shown = max(decimals, -own if isinstance(own, int) else 0)
        self._set(self.focus, f"{price:.{shown}f}")
        return Effect.CHANGED

    def _taken_price(self, letter: str) -> Decimal | None:
        quote = self.quote
        if quote is None:
            return None
        price = {"b": quote.bid, "a": quote.ask, "m": quote.mid, "l": quote.last}[letter]
        if price is None or letter != "m":
            return price
        # A middle between two ticks is no price: the side that is kinder to the order's owner counts.
        below, above = ticks.neighbours(self.draft.steps, price)
        return below if self.draft.side == "BUY" else above

    def _ticked(self, steps: int) -> Decimal | None:
        start = self.draft.price(self.focus)
        if start is None:
            return self._taken_price("a" if self.draft.side == "BUY" else "b")
        return ticks.move(self.draft.steps, start, steps)

    def _text_key(self, name: str, character: str | None) -> Effect:
        text, cursor = self.draft.text(self.focus), self.cursor
        moved = {"left": cursor - 1, "right": cursor + 1, "home": 0, "end": len(text)}.get(name)
        if moved is not None:
            self.cursor = max(0, min(len(text), moved))
        elif name == "backspace" and cursor:
            self._set(self.focus, text[: cursor - 1] + text[cursor:], cursor - 1)
        elif name == "delete":
            self._set(self.focus, text[:cursor] + text[cursor + 1 :], cursor)
        elif name == "ctrl+u":
            self._set(self.focus, "", 0)
        elif character is not None:
            self._insert(character)
        else:
            return Effect.NONE
        return Effect.CHANGED

    def _insert(self, text: str) -> None:
        if self.focus == "symbol":
            text = text.upper()
        old = self.draft.text(self.focus)
        new = (old[: self.cursor] + text + old[self.cursor :])[:LONGEST]
        self._set(self.focus, new, min(self.cursor + len(text), len(new)))

    def _choice_key(self, name: str, character: str | None) -> Effect:
        offered = choices(self.focus, self.accounts)
        now = self.draft.text(self.focus)
        place = offered.index(now) if now in offered else -1
        if name in {"space", "right"}:
            place += 1
        elif name == "left":
            place -= 1
        elif character is not None:
            hits = [number for number, word in enumerate(offered) if word.lower().startswith(character.lower())]
            if not hits:
                return Effect.NONE
            place = next((number for number in hits if number > place), hits[0])
        else:
            return Effect.NONE
        self._set(self.focus, offered[place % len(offered)])
        return Effect.CHANGED

    def _set(self, name: str, text: str, cursor: int | None = None) -> None:
        if name == "symbol":
            self.lookup = ""
        self.refused = {}
        self.draft = self.draft.with_text(name, text)
        self.touched.add(name)
        if name == self.focus:
            self.cursor = len(text) if cursor is None else cursor
