"""The golden frames of the simulator: `python -m tests.support.golden_wire` writes tests/golden/wire/VERSION.json.

Each file holds, at one server version, every request as ib_async 2.1.0 writes it, and every message that the simulator
answers with: one seed and a clock that stands still give the same bytes each time. What depends on the day of the run
is written as <date> and <time>.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

from tests.support.golden_requests import REQUESTS, Frame, frames
from tests.support.raw_client import RawClient, eventually
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer

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


class Transcript:
    """One client's conversation; every message is kept under the request it came after."""

    def __init__(self, server: SimulatorServer, client: RawClient) -> None:
        self._server = server
        self._client = client
        self.answers: Exchange = {"startApi": list(client.received)}

    async def ask(self, name: str, request: Frame) -> None:
        """Send a request; take what comes until the broker has nothing left to say."""
        before = len(self._client.received)
        self._client.send(*request)
        if name == "reqCurrentTime":
            await self._client.until_id(49)
        await self._client.settle()  # the request has been read
        await eventually(lambda: not self._server.gateway.clock.pending)
        await self._client.settle()  # and everything that it caused
        rows = self._client.received[before:]
        self.answers[name] = rows[:1] if name == "reqCurrentTime" else [m for m in rows if m[0] != "49"]


async def _talk(server: SimulatorServer, version: int, client_id: int, asked: dict[str, Frame]) -> Exchange:
    client = await RawClient.start(server.port, client_id, f"v157..{version}")
    async with client:
        transcript = Transcript(server, client)
        for name, request in asked.items():
            await transcript.ask(name, request)
    return transcript.answers


async def _control(server: SimulatorServer, verb: str, *args: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.control_port)
    writer.write(json.dumps({"verb": verb, "args": args}).encode() + b"\n")
    answer = json.loads(await reader.readline())
    writer.close()
    assert "error" not in answer, answer


async def _record(version: int) -> Exchange:
    asked = frames(version)
    del asked["startApi"]
    binding = {"reqAutoOpenOrders": asked.pop("reqAutoOpenOrders"), "reqOpenOrders": asked["reqOpenOrders"]}
    server = SimulatorServer(Settings(scenario="default"))
    await server.start()
    try:
        await _control(server, "clock", MOMENT)
        owner = {"startApi": (await _talk(server, version, 7, {}))["startApi"]}
        bound = await _talk(server, version, 0, binding)
        told = await _talk(server, version, 11, asked)
    finally:
        await server.stop()
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
