"""The line-drawn table by itself: which rows are built, what is painted, keys, mouse and flashes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime

from textual.app import App, ComposeResult

from tests.tui import fake_data as data
from tests.tui.waiting import until
from tws_console.config.themes import load_theme
from tws_console.tui.tones import Tones, css_variables
from tws_console.tui.views.cells import Row, cell
from tws_console.tui.views.columns import Align, Column, Cut
from tws_console.tui.widgets.live_table import LiveTable

COLUMNS = (
    Column("name", "Name", 0, 8, 12, cut=Cut.END, always=True),
    Column("price", "Price", 1, 6, 10, Align.POINT, always=True),
)


class TableApp(App[int]):
    """One table of numbered rows; `built` counts every row that was built."""

    def __init__(self, count: int) -> None:
        self.theme_tokens = load_theme("dark")
        self.tones = Tones(self.theme_tokens)
        self.time = 100.0
        self.built: list[Hashable] = []
        self.values = dict.fromkeys(range(count), "1.50")
        self.told: list[Hashable | None] = []
        super().__init__()

    @property
    def monotonic(self) -> Callable[[], float]:
        return lambda: self.time

    @property
    def now(self) -> Callable[[], datetime]:
        return lambda: data.NOW

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return css_variables(self.theme_tokens)

    def compose(self) -> ComposeResult:
        yield LiveTable(COLUMNS, self.build, id="table")

    def build(self, key: Hashable) -> Row | None:
        self.built.append(key)
        value = self.values.get(key) if isinstance(key, int) else None
        return None if value is None else Row(key, {"name": cell(f"row {key}"), "price": cell(value)})

    def on_live_table_row_highlighted(self, message: LiveTable.RowHighlighted) -> None:
        self.told.append(message.key)

    @property
    def table(self) -> LiveTable:
        return self.query_one(LiveTable)

    def line(self, y: int) -> str:
        return self.table.render_line(y).text.rstrip()


async def test_only_visible_rows_are_built_when_there_are_five_thousand() -> None:
    app = TableApp(5000)
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.set_rows(list(app.values))
        await pilot.pause()
        assert set(app.built) == set(range(10))
        app.built.clear()
        app.table.touch(range(5000))
        assert len(app.built) == 10


async def test_only_the_changed_row_is_built_when_one_value_changes() -> None:
    app = TableApp(20)
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.set_rows(list(app.values))
        await pilot.pause()
        app.built.clear()
        app.values[3] = "2.75"
        app.table.touch({3, 15}, flash=True)
        assert app.built == [3]
        assert app.line(5).endswith("2.75")


async def test_changed_value_is_bold_for_a_moment_when_it_flashes() -> None:
    app = TableApp(3)
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.set_rows(list(app.values))
        await pilot.pause()

        def bold() -> bool:
            segments = list(app.table.render_line(3))
            return any(s.style is not None and bool(s.style.bold) and "9.00" in s.text for s in segments)

        app.values[1] = "9.00"
        app.table.touch({1}, flash=True)
        assert bold()
        app.time += 0.7
        app.table.tick()
        assert not bold()


async def test_cursor_keys_move_and_are_told_when_pressed() -> None:
    app = TableApp(30)
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.set_rows(list(app.values))
        app.table.focus()
        await pilot.press("j", "down", "k", "G", "g", "pagedown")
        await until(pilot, lambda: app.told[-1:] == [9], "the cursor on row 9")
        assert app.told == [0, 1, 2, 1, 29, 0, 9]


async def test_click_selects_the_row_when_it_is_on_one() -> None:
    app = TableApp(30)
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.set_rows(list(app.values))
        await pilot.pause()
        await pilot.click(LiveTable, offset=(5, 6))
        assert app.table.cursor == 4
        await pilot.click(LiveTable, offset=(5, 0))
        assert app.table.cursor == 4


async def test_long_number_widens_its_column_and_is_never_cut_when_it_appears() -> None:
    app = TableApp(3)
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.set_rows(list(app.values))
        await pilot.pause()
        app.values[2] = "104250.12345"
        app.table.touch({2})
        assert "104250.12345" in app.line(4)
        assert app.line(2).index(".") == app.line(4).index(".")
