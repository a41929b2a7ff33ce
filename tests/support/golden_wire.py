"""The golden frames of the simulator: `python -m tests.support.golden_wire` writes tests/golden/wire/VERSION.json.

Each file holds, at one server version, every request as ib_async 2.1.0 writes it, and every message that the simulator
answers with: one seed and a clock that stands still give the same bytes each time. What depends on the day of the run
is written as <date> and <time>.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.golden_requests import REQUESTS, Frame, frames
from tests.support.raw_client import Message, RawClient
from tests.support.simulator import SimulatorProcess

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "wire"
VERSIONS = (157, 176, 178)
MOMENT = "2026-09-28T15:00:00+00:00"
Exchange = dict[str, list[Frame]]

_MASKS = (
    (re.compile(r"\bES[HMUZ]\d\b"), "ES<month>"),
    (re.compile(r"\b20\d{6}\b"), "<date>"),
    (re.compile(r"^20\d{4}$"), "<month>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "<time>"),
    (re.compile(r"^\d\d:\d\d$"), "<time>"),
)


def _message(number: int) -> Callable[[Message], bool]:
    return lambda m: m[0] == str(number)


def _code(code: int) -> Callable[[Message], bool]:
    return lambda m: m[0] == "4" and m[3] == str(code)


def _nth(count: int, wanted: Callable[[Message], bool]) -> Callable[[Message], bool]:
    """Holds at the `count`-th message that is wanted: reports of an order repeat themselves."""
    left = [count]

    def last(m: Message) -> bool:
        left[0] -= wanted(m)
        return not left[0]

    return last


def _told(order_id: int, count: int) -> Callable[[], Callable[[Message], bool]]:
    return lambda: _nth(count, lambda m: m[:2] == ["3", str(order_id)])


# What the last message of an answer looks like, where the answer does not come at once.
ENDS: dict[str, Callable[[], Callable[[Message], bool]]] = {
    "placeOrder LMT": _told(1, 3),
    "placeOrder LMT changed": _told(1, 2),
    "cancelOrder own": lambda: _code(202),
    "placeOrder what-if": lambda: _message(5),
    "placeOrder MKT": lambda: _message(59),
    "placeOrder STP": _told(42, 3),
    "placeOrder STP LMT": _told(43, 3),
    "placeOrder TRAIL": _told(44, 3),
    "placeOrder with everything": _told(45, 3),
    "placeOrder rejected": _told(47, 2),
    "reqGlobalCancel": lambda: _nth(4, _code(202)),
}


class Transcript:
    """One client's conversation; every message is kept under the request it came after."""

    def __init__(self, client: RawClient) -> None:
        self._client = client
        self.answers: Exchange = {"startApi": list(client.received)}

    async def ask(self, name: str, request: Frame) -> None:
        """Send a request; take what comes until its end, or until it is refused, and what is on its way then."""
        before = len(self._client.received)
        self._client.send(*request)
        end = ENDS.get(name)
        if name == "reqCurrentTime":
            await self._client.until_id(49)
            self.answers[name] = self._client.received[before:]
            return
        if end is not None:
            done = end()
            refused = {"320", "321", "387"}
            await self._client.until(lambda m: done(m) or (m[0] == "4" and m[3] in refused))
        await self._client.settle()
        self.answers[name] = [m for m in self._client.received[before:] if m[0] != "49"]


async def _talk(sim: SimulatorProcess, version: int, client_id: int, asked: dict[str, Frame]) -> Exchange:
    client = await RawClient.start(sim.port, client_id, f"v157..{version}")
    async with client:
        transcript = Transcript(client)
        for name, request in asked.items():
            await transcript.ask(name, request)
    return transcript.answers


async def _record(version: int) -> Exchange:
    asked = frames(version)
    del asked["startApi"]
    binding = {"reqAutoOpenOrders": asked.pop("reqAutoOpenOrders"), "reqOpenOrders": asked["reqOpenOrders"]}
    with SimulatorProcess("default") as sim:
        sim.ctl("clock", MOMENT)
        owner = {"startApi": (await _talk(sim, version, 7, {}))["startApi"]}
        bound = await _talk(sim, version, 0, binding)
        told = await _talk(sim, version, 11, asked)
    who = {"client 7": owner, "client 0": bound, "client 11": told}
    return {f"{client}: {name}": rows for client, part in who.items() for name, rows in part.items()}


def _masked(rows: list[Frame]) -> list[Frame]:
    found = []
    for row in rows:
        clean = []
        for field in row:
            for pattern, mark in _MASKS:
                field = pattern.sub(mark, field)
            clean.append(field)
        if row[0] == "49":
            clean[2] = "<seconds>"
        found.append(clean)
    return found


def record(version: int) -> dict[str, dict[str, Frame] | Exchange]:
    """Requests and answers at one server version, as the golden file holds them."""
    answers = asyncio.run(_record(version))
    return {"requests": frames(version), "answers": {name: _masked(rows) for name, rows in answers.items()}}


def path(version: int) -> Path:
    """The golden file of a server version."""
    return FOLDER / f"{version}.json"


def written(document: dict[str, dict[str, Frame] | Exchange]) -> str:
    """The text of a golden file: one frame a line, so that a difference shows the frame."""
    lines = ["{", '"requests": {']
    requests = [f"{json.dumps(name)}: {json.dumps(frame)}" for name, frame in document["requests"].items()]
    lines += [",\n".join(requests), "},", '"answers": {']
    answers = []
    for name, rows in document["answers"].items():
        body = ",\n".join("  " + json.dumps(row) for row in rows)
        answers.append(f"{json.dumps(name)}: [" + (f"\n{body}\n]" if rows else "]"))
    return "\n".join([*lines, ",\n".join(answers), "}", "}"]) + "\n"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for version in VERSIONS:
        path(version).write_text(written(record(version)), encoding="utf-8")
        sys.stdout.write(f"{path(version)}: {len(REQUESTS) + 1} requests\n")


if __name__ == "__main__":
    main()
