"""Golden wire frames, both ways, at three server versions; the answers are read by a decoder that is not ours too.

`python -m tests.support.golden_wire` writes the files anew after a wanted change; the difference is what to review.
"""

import json
import logging
from datetime import UTC
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ib_async.decoder import Decoder
from ib_async.wrapper import Wrapper

from tests.support.golden_requests import frames
from tests.support.golden_wire import VERSIONS, path, record, written
from tws_console.simulator.dispatch import REQUESTS, START_API


def _golden(version: int) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path(version).read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("version", VERSIONS)
def test_requests_are_golden_when_ib_async_writes_them(version: int) -> None:
    assert frames(version) == _golden(version)["requests"]


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_are_golden_when_every_request_is_sent(version: int) -> None:
    # Compared as text: a difference then shows as lines of frames.
    assert written(record(version)).splitlines() == path(version).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("version", VERSIONS)
def test_golden_requests_cover_what_is_served_when_a_request_is_added(version: int) -> None:
    sent = {int(frame[0]) for frame in _golden(version)["requests"].values()}
    assert {START_API, *REQUESTS} <= sent


@pytest.mark.parametrize("version", VERSIONS)
def test_golden_answers_decode_when_ib_async_reads_them(version: int, caplog: pytest.LogCaptureFixture) -> None:
    decoder: Any = Decoder(cast(Wrapper, _Deaf()), version)
    for rows in _golden(version)["answers"].values():
        for row in rows:
            numbers = [field.replace("<date>", "20260928").replace("<time>", "11:00:00") for field in row]
            with caplog.at_level(logging.ERROR, "ib_async.Decoder"):
                decoder.interpret([field.replace("<month>", "Z6").replace("<seconds>", "1") for field in numbers])
    assert [record.getMessage()[:200] for record in caplog.records] == []


class _Deaf:
    """Takes every callback and does nothing: only the decoding is under test."""

    defaultTimezone = UTC
    ib = SimpleNamespace(TimezoneTWS="US/Eastern")  # older servers write times without a zone

    def __getattr__(self, name: str) -> Any:
        return lambda *values, **named: None
