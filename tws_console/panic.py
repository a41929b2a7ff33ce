"""`tws-console panic`: the shortest way from a shell to a cancelled book. Part of the assembly, like bootstrap.

Owns the order of its steps: find the endpoint, freeze, connect, cancel; everything else is imported after the bytes
have left. Until then it imports the cheapest part of the standard library and rooms that do the same.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from tws_console.config import paths
from tws_console.config.endpoints import normalise_host, read_running
from tws_console.config.freeze import FreezeFile
from tws_console.ib import panic_socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


VALUED = ("--host", "--port", "--client-id", "--account", "--profile", "--timeout")
DEFAULT_SECONDS = 30.0
STAGE_SECONDS = 5.0
ANY_ID = range(20, 1020)
"""A stop places nothing, so when the profile's own ids are used up it takes whatever is free."""


INTERRUPTED = (
    "interrupted before the stop was proved: the cancel may not have left, and entry may be frozen; run it again"
)
SENT_UNPROVED = "interrupted behind the cancel of everything, which has left: nothing is proved, run it again"
BROKEN = "the stop broke off and proves nothing, cancel in TWS or run it again:"


class Unclear(Exception):
    """It cannot be known what to stop. `code` is the exit code, the text one sentence."""

    def __init__(self, sentence: str, code: int, name: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.name = name


class SeveralEndpoints(Exception):
    """Consoles run at several endpoints, and none was named: all of them are stopped."""

    def __init__(self, places: list[tuple[str, int]]) -> None:
        super().__init__(str(places))
        self.places = places


class Target:
    """One endpoint to stop, and as whom."""

    __slots__ = ("client_id", "exact", "host", "mode", "port")

    def __init__(self, host: str, port: int, client_id: int, mode: str, exact: bool) -> None:
        self.host = normalise_host(host)
        self.port = port
        self.client_id = client_id
        self.mode = mode
        self.exact = exact

    def client_ids(self) -> Iterator[int]:
        if self.exact:
            yield self.client_id
            return
        own = range(self.client_id + 1, self.client_id + 9)
        yield from own
        yield from (number for number in ANY_ID if number not in own and number != self.client_id)


def panic(argv: Sequence[str]) -> int:
    """Freeze, cancel everything, prove it; returns the exit code. `argv` stands after the verb."""
    _outlive_the_terminal()
    try:
        return _stop(argv)
    except KeyboardInterrupt:
        return _say_unclear(Unclear(INTERRUPTED, 130, "INTERRUPTED"), argv)
    except Exception as error:
        from tws_console.cli.crash import keep

        return _say_unclear(Unclear(f"{BROKEN} {keep(error)}", 1, "INTERNAL_ERROR"), argv)


def _outlive_the_terminal() -> None:
    """A hang-up ends no stop, from the first moment on, as the cancel may have to wait for a slow TWS. SIGTERM ends it
    as Ctrl-C does, with a document that says how far it came.
    """
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _stop(argv: Sequence[str]) -> int:
    started = time.monotonic()
    try:
        flags = _flags(argv)
        target = _target(flags)
        seconds = _seconds(flags.get("--timeout"))
    except SeveralEndpoints as several:
        return _several(several.places, argv)
    except Unclear as unclear:
        return _say_unclear(unclear, argv)
    _announce(f"{target.mode.upper()} {target.host}:{target.port}: freezing entry, cancelling every order\n")
    note = _freeze(target)
    blocked = time.monotonic()
    try:
        fired = panic_socket.fire(
            target.host, target.port, target.client_ids(), min(STAGE_SECONDS, seconds), started + seconds
        )
    except panic_socket.PanicConnectError as error:
        return _not_connected(target, error, note, started, blocked, argv)
    try:
        from tws_console.bootstrap import prove

        return prove(target, fired, started, None if note else blocked, note, seconds, argv)
    except KeyboardInterrupt:
        return _say_unclear(Unclear(SENT_UNPROVED, 130, "INTERRUPTED"), argv)


def _flags(argv: Sequence[str]) -> dict[str, str]:
    flags: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        name, given, value = word.partition("=")
        if name == "--json":
            continue
        if name not in VALUED:
            raise Unclear(
                f"unknown argument {word!r}; nothing was sent. tws-console panic needs no argument.", 2, "USAGE_ERROR"
            )
        flags[name] = value if given else next(words, "")
        if not flags[name]:
            raise Unclear(f"{name} needs a value; nothing was sent.", 2, "USAGE_ERROR")
    return flags


def _seconds(text: str | None) -> float:
    try:
        seconds = float(text) if text is not None else DEFAULT_SECONDS
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise Unclear(f"--timeout must be seconds, more than 0 and at most 3600, got {text!r}.", 2, "USAGE_ERROR")
    return seconds


def _target(flags: dict[str, str]) -> Target:
    """What to stop: flags, then the environment, then the consoles that run now, then the default profile."""
    environ = os.environ
    host = flags.get("--host") or environ.get("TWS_HOST", "").strip()
    port = flags.get("--port") or environ.get("TWS_PORT", "").strip()
    client = flags.get("--client-id") or environ.get("TWS_CLIENT_ID", "").strip()
    profile = flags.get("--profile") or environ.get("TWS_PROFILE", "").strip()
    exact = "--client-id" in flags
    running = read_running()
    if not profile and not (host and port):
        fits = [
            one
            for one in running
            if (not host or one.host == normalise_host(host)) and (not port or str(one.port) == port)
        ]
        places = {(one.host, one.port) for one in fits}
        if len(places) > 1:
            raise SeveralEndpoints(sorted(places))
        if fits:
            one = fits[0]
            return Target(one.host, one.port, _number(client, one.client_id, "client id", 2**31 - 1), one.mode, exact)
    from tws_console.config.quick import Quick, read

    quick = Quick()
    if not (host and port and client):
        try:
            quick = read(paths.config_file(), profile)
        except ValueError as error:
            if not (host and port):
                sentence = f"{error}: the endpoint is not guessed, nothing was sent. Give --host HOST --port PORT."
                raise Unclear(sentence, 3, "CONFIGURATION_ERROR") from error
    number = _number(port, quick.port, "port", 65535)
    return Target(
        host or quick.host,
        number,
        _number(client, quick.client_id, "client id", 2**31 - 1),
        next((one.mode for one in running if one.port == number), quick.mode_at(number)),
        exact,
    )


def _several(places: Sequence[tuple[str, int]], argv: Sequence[str]) -> int:
    """Stop several endpoints at once, each in a process of its own; the worst report stands on top of all of them."""
    import subprocess

    words = [sys.executable, "-m", "tws_console", "panic", "--json"]
    runs = [
        subprocess.Popen([*words, "--host", host, "--port", str(port), *argv], stdout=subprocess.PIPE)
        for host, port in places
    ]
    from tws_console.cli.commands.panic import finish_all

    return int(finish_all([(run.communicate()[0], run.returncode) for run in runs], argv))


def _number(text: str, default: int, what: str, most: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise Unclear(
            f"the {what} must be a whole number up to {most}, got {text!r}; nothing was sent.", 2, "USAGE_ERROR"
        )
    return int(text)


def _announce(words: str) -> None:
    """Say on stderr what is about to be stopped, without waiting for a terminal that is stalled or gone."""

    def write() -> None:
        try:
            os.write(2, words.encode(errors="replace"))
        except OSError:
            return

    if sys.stderr is not None:
        _in_time(write, 0.02)


def _freeze(target: Target) -> str:
    """Put the freeze file in place, waiting for the disk a moment only. Returns what went wrong, in one sentence."""
    failed = []

    def write() -> None:
        try:
            FreezeFile(target.host, target.port).freeze("panic", "emergency stop from the command line")
        except OSError as error:
            failed.append(f"the freeze file could not be written: {error}")

    if not _in_time(write, 0.05):
        return "the freeze file was not written within 50 ms"
    return failed[0] if failed else ""


def _in_time(work: Callable[[], None], seconds: float) -> bool:
    """Do this in a thread and wait so long at most: neither disk nor terminal holds the cancel back."""
    import _thread

    done = _thread.allocate_lock()
    done.acquire()

    def run() -> None:
        try:
            work()
        finally:
            done.release()

    try:
        _thread.start_new_thread(run, ())
    except RuntimeError:
        return False
    return done.acquire(timeout=seconds)


def _say_unclear(unclear: Unclear, argv: Sequence[str]) -> int:
    from tws_console.cli.documents import failed
    from tws_console.cli.output import Output, is_terminal
    from tws_console.model.problems import ErrorCode

    out = Output(as_json="--json" in argv or not is_terminal(sys.stdout))
    out.result(failed("panic", ErrorCode(unclear.name), unclear.sentence))
    return unclear.code


def _not_connected(
    target: Target,
    error: panic_socket.PanicConnectError,
    note: str,
    started: float,
    blocked: float,
    argv: Sequence[str],
) -> int:
    """No connection was ever made: the freeze stays on, and working orders were not cancelled."""
    from datetime import UTC, datetime, timedelta

    from tws_console.cli.commands.panic import finish
    from tws_console.model.problems import Exit
    from tws_console.model.stop import Proof, StopLink, StopReport, StopScope, StopVerdict

    elapsed = time.monotonic() - started
    report = StopReport(
        host=target.host,
        port=target.port,
        verdict=StopVerdict.NOT_CONFIRMED,
        running=False,
        why=f"could not connect to TWS: {error.reason}. The freeze stays on; cancel in TWS or IBKR Mobile",
        proof=Proof(),
        scope=StopScope(),
        frozen=not note,
        started_at=(datetime.now(UTC) - timedelta(seconds=elapsed))
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
        elapsed_ms=round(elapsed * 1000, 1),
        blocked_ms=None if note else round((blocked - started) * 1000, 1),
        sent_ms=None,
        proved_ms=None,
        link=StopLink.DOWN,
        notes=(note,) if note else (),
    )
    finish(report, argv)
    return int(Exit.NO_CONNECTION)
