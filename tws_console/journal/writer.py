"""The journal as the engine uses it: one thread owns the connection, everything reaches it through one queue.

Owns the thread and the transactions. What waits in the queue is written in one transaction, each row under a savepoint
of its own, so that a burst costs one wait for the disk and a bad row harms no other. Implements the engine's journal
port by its shape; imports model and this room only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from tws_console.journal import reader, recover, rows
from tws_console.journal.schema import JournalError, cannot, open_for_writing
from tws_console.journal.values import document, instant, number
from tws_console.model.intent import Intent
from tws_console.model.order import Order
from tws_console.model.position import Fill
from tws_console.model.recovery import LastKnown

T = TypeVar("T")
_log = logging.getLogger(__name__)
_BATCH = 500
_CLOSE_SECONDS = 10.0
_READ_AFTER = 1.0
"""Seconds that a question waits for the rows before it."""


@dataclass(slots=True, eq=False)
class _Job:
    run: Callable[[sqlite3.Connection], Any]
    awaited: bool
    future: Future[Any] = field(default_factory=Future)


class Journal:
    """One process's way into the journal file; several processes may use the same file at once.

    The file is opened by the first row, and tried again with the next one when it could not be. Methods that are
    awaited raise JournalError (an OSError). The others return at once and keep their order; when one of them cannot be
    written, `problem` says so and the log too.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.problem = ""
        """One sentence about the newest row that was not written; empty when all were."""
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    async def open(self) -> None:
        """Open the file now, to learn early that it cannot be used."""
        await self._ask(lambda connection: None)

    async def commit_intent(self, intent: Intent) -> None:
        """Returns when the row is durable on disk; only then may the order's bytes leave."""
        await self._ask(lambda connection: rows.insert_intent(connection, intent))

    def mark_sent(self, ulid: str, at: datetime) -> None:
        """The bytes were given to the transport at that time."""
        self._put(lambda connection: rows.mark_sent(connection, ulid, at))

    def mark_not_sent(self, ulid: str, reason: str) -> None:
        """The bytes certainly never left."""
        self._put(lambda connection: rows.mark_not_sent(connection, ulid, reason))

    def record_ack(self, ulid: str, perm_id: int, at: datetime) -> None:
        """The broker named the order."""
        self._put(lambda connection: rows.mark_acked(connection, ulid, perm_id, at))

    def mark_ended(self, ulid: str, at: datetime, reason: str) -> None:
        """The broker refused the order or told its end, so that nothing about it is open."""
        self._put(lambda connection: rows.mark_ended(connection, ulid, at, reason))

    def record_event(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        at: datetime,
        perm_id: int | None = None,
        client_id: int | None = None,
        order_id: int | None = None,
    ) -> None:
        text, order = document(payload), (perm_id, client_id, order_id)
        self._put(lambda connection: rows.insert_event(connection, kind, order, text, instant(at)))

    def record_fill(self, fill: Fill) -> None:
        self._put(lambda connection: rows.insert_fill(connection, fill))

    def record_commission(
        self, exec_id: str, commission: Decimal | None, currency: str, realized_pnl: Decimal | None
    ) -> None:
        amount, profit = number(commission), number(realized_pnl)
        self._put(lambda connection: rows.put_commission(connection, exec_id, amount, currency, profit))

    def record_decision(self, kind: str, payload: dict[str, Any], *, at: datetime) -> None:
        """What a person or a rule decided: armed, approved, released."""
        text = document(payload)
        self._put(lambda connection: rows.insert_decision(connection, instant(at), kind, text))

    def record_order_state(
        self,
        order: Order,
        *,
        endpoint: str,
        at: datetime,
        last_error_code: int | None = None,
        last_error: str | None = None,
    ) -> None:
        """The newest state of an order; without an error the last one told stays."""
        error = (last_error_code, last_error)
        self._put(lambda connection: rows.put_order_state(connection, endpoint, order, error, instant(at)))

    async def record_stop(self, report: dict[str, Any]) -> None:
        """Returns when the report of an emergency stop is durable on disk."""
        text, at = document(report), instant(datetime.now(UTC))
        await self._ask(lambda connection: rows.insert_stop(connection, at, text))

    async def high_water(self, login: str, client_id: int) -> tuple[int, int]:
        return await self._ask(lambda connection: reader.high_water(connection, login, client_id))

    async def unanswered(self, endpoint: str, since: datetime) -> tuple[Intent, ...]:
        return await self._read(lambda connection: reader.unanswered(connection, endpoint, since))

    async def staged(self, endpoint: str, since: datetime) -> tuple[Intent, ...]:
        return await self._read(lambda connection: reader.staged(connection, endpoint, since))

    async def unsettled(self, endpoint: str, login: str) -> tuple[Intent, ...]:
        return await self._ask(lambda connection: recover.unsettled(connection, endpoint, login))

    async def placed(self, endpoint: str, login: str, since: datetime) -> tuple[Intent, ...]:
        return await self._ask(lambda connection: recover.placed(connection, endpoint, login, since))

    async def working(self, endpoint: str, login: str, since: datetime) -> tuple[Intent, ...]:
        return await self._ask(lambda connection: recover.working(connection, endpoint, login, since))

    async def intent(self, ulid: str) -> Intent | None:
        return await self._ask(lambda connection: recover.intent(connection, ulid))

    async def settle_not_sent(self, ulid: str, reason: str) -> bool:
        return await self._ask(lambda connection: recover.settle_not_sent(connection, ulid, reason))

    async def last_known(self, endpoint: str, login: str) -> LastKnown | None:
        return await self._ask(lambda connection: recover.last_known(connection, endpoint, login))

    def record_last_known(self, endpoint: str, login: str, known: LastKnown) -> None:
        self._put(lambda connection: recover.put_last_known(connection, endpoint, login, known))

    async def intents(self, since: datetime) -> tuple[Intent, ...]:
        return await self._ask(lambda connection: reader.intents(connection, since))

    async def stops(self, limit: int = 100) -> tuple[dict[str, Any], ...]:
        return await self._ask(lambda connection: reader.stops(connection, limit))

    async def flush(self) -> None:
        """Returns when everything given before has been written or has failed. Raises when the file cannot be used."""
        await self._ask(lambda connection: None)

    async def close(self) -> None:
        """Write what waits, then end the thread. Closing twice is fine; every later call is refused."""
        self._closed = True
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(thread.join, _CLOSE_SECONDS)
            if thread.is_alive():
                raise JournalError(f"the journal {self.path} did not finish writing in {_CLOSE_SECONDS:.0f} s.")

    async def _ask(self, run: Callable[[sqlite3.Connection], T]) -> T:
        """A caller that gives up before its turn takes its row back; later the row may be written all the same."""
        return cast(T, await asyncio.wrap_future(self._enqueue(_Job(run, awaited=True))))

    async def _read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the file beside the queue: what was given before is waited for, but not a program that holds the file and
        does not go on. A stop has to learn what it answers for.
        """
        with contextlib.suppress(TimeoutError, JournalError):
            async with asyncio.timeout(_READ_AFTER):
                await self.flush()
        return await asyncio.to_thread(reader.ask, self.path, question)

    def _put(self, run: Callable[[sqlite3.Connection], None]) -> None:
        self._enqueue(_Job(run, awaited=False))

    def _enqueue(self, job: _Job) -> Future[Any]:
        if self._closed:
            raise JournalError(f"the journal {self.path} is closed.")
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()
        self._queue.put(job)
        return job.future

    def _work(self) -> None:
        ending = False
        while not ending:
            batch, ending = self._next_batch()
            jobs = [job for job in batch if job.future.set_running_or_notify_cancel()]
            if jobs:
                self._write(jobs)
        if self._connection is not None:
            self._connection.close()

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """What waits now, at least one job; True when the end was asked for."""
        batch: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            batch.append(job)
            if len(batch) == _BATCH:
                return batch, False
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _write(self, jobs: list[_Job]) -> None:
        """All jobs in one transaction; their futures are told after it is on disk."""
        try:
            if self._connection is None:
                self._connection = open_for_writing(self.path)
            self._connection.execute("BEGIN IMMEDIATE")
            results = [self._run(self._connection, job) for job in jobs]
            self._connection.execute("COMMIT")
        except JournalError as error:
            results = [error] * len(jobs)
        except sqlite3.Error as error:
            self._give_up_connection()
            results = [cannot(self.path, error)] * len(jobs)
        for job, result in zip(jobs, results, strict=True):
            self._tell(job, result)

    def _run(self, connection: sqlite3.Connection, job: _Job) -> Any:
        """The job's result, or what went wrong with it alone."""
        connection.execute("SAVEPOINT job")
        try:
            result = job.run(connection)
        except sqlite3.OperationalError:
            raise  # the disk or a lock: it concerns every row of the batch
        except Exception as error:  # whatever is wrong with one row, the thread and the other rows go on
            connection.execute("ROLLBACK TO job")
            result = JournalError(f"a row for the journal {self.path} was refused: {error}.")
        connection.execute("RELEASE job")
        return result

    def _tell(self, job: _Job, result: Any) -> None:
        if not isinstance(result, JournalError):
            job.future.set_result(result)
        elif job.awaited:
            job.future.set_exception(result)
        else:
            self.problem = str(result)
            _log.error("%s", result)

    def _give_up_connection(self) -> None:
        """After an error of the disk the next row begins with a new connection; closing rolls back what was open."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()
