"""Requests to the control port of a simulator that runs in the test's own loop."""

import asyncio
import json
from typing import Any


async def ctl(port: int, verb: str, *args: str) -> Any:
    """One control request; returns the JSON document. AssertionError when it names an error."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(json.dumps({"verb": verb, "args": args}).encode() + b"\n")
    document = json.loads(await reader.readline())
    writer.close()
    await writer.wait_closed()
    assert not (isinstance(document, dict) and "error" in document), document
    return document
