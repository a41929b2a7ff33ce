"""What-if orders under way. Owns nothing else; imports model and requests.

A preview is answered by an openOrder that is no order. TWS may send a first one with unset margins and a second with
the real ones (ib_insync issues 380 and 403), and an error instead of either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from tws_console.model.codes import is_note
from tws_console.model.verdict import WhatIf


@dataclass(slots=True)
class _Preview:
    future: asyncio.Future[WhatIf]
    first: WhatIf | None = None


class Previews:
    """Order id to the preview somebody waits for."""

    def __init__(self) -> None:
        self._open: dict[int, _Preview] = {}

    def open(self, order_id: int) -> None:
        self._open[order_id] = _Preview(asyncio.get_running_loop().create_future())

    def knows(self, order_id: int) -> bool:
        return order_id in self._open

    def answered(self, order_id: int, answer: WhatIf) -> None:
        preview = self._open.get(order_id)
        if preview is None:
            return
        if answer.init_margin_change is not None or answer.init_margin_after is not None:
            self._finish(preview, answer)
        else:
            preview.first = answer

    def problem(self, order_id: int, code: int, text: str) -> None:
        """An error under the preview's id; a note changes nothing."""
        preview = self._open.get(order_id)
        if preview is not None and not is_note(code):
            self._finish(preview, WhatIf(unavailable=f"{code} {text}"))

    def kept_back(self, order_id: int, reason: str) -> None:
        """Its bytes never left."""
        preview = self._open.get(order_id)
        if preview is not None:
            self._finish(preview, WhatIf(unavailable=reason))

    def fail_all(self, reason: str) -> None:
        for preview in self._open.values():
            self._finish(preview, WhatIf(unavailable=reason))

    async def wait(self, order_id: int, timeout: float, elapsed_ms: Callable[[], float]) -> WhatIf:
        """The answer within `timeout` seconds, with how long it took; when only one without margins came, that one."""
        preview = self._open[order_id]
        try:
            async with asyncio.timeout(timeout):
                answer = await preview.future
        except TimeoutError:
            answer = preview.first or WhatIf(unavailable=f"TWS did not answer in {timeout:g} s")
        finally:
            preview.future.cancel()
            del self._open[order_id]
        return replace(answer, elapsed_ms=round(elapsed_ms(), 1))

    def _finish(self, preview: _Preview, answer: WhatIf) -> None:
        if not preview.future.done():
            preview.future.set_result(answer)
