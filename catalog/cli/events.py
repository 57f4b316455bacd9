"""`sluice events post`: files of OpenLineage events to a server, in batches, as they are read."""

import gzip
import itertools
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from catalog.cli.output import Exit, complain, dump, progress, say
from catalog.cli.remote import (
    DEFAULT_URL,
    Answer,
    Refused,
    Server,
    Token,
    Unreachable,
    Url,
    refusal,
)
from catalog.errors import CatalogError

app = typer.Typer(
    help="OpenLineage events from files.", no_args_is_help=True, rich_markup_mode=None
)

ONE = "/api/v1/lineage"
BATCH = "/api/v1/lineage/batch"
MAX_EVENTS = 500
MAX_BYTES = 4_000_000
MAX_ATTEMPTS = 12
LONGEST_WAIT_SECONDS = 30.0
MAX_SHOWN = 20
TOO_LARGE = 413
UNAVAILABLE = 503
CLIENT_ERROR = 400


@dataclass(frozen=True)
class Item:
    """An event as the file has it.

    `alone`: to be posted by itself, since only the server may understand it. `problem`: why it is
    not posted at all.
    """

    place: str
    body: bytes
    alone: bool = False
    problem: str | None = None


@dataclass
class Outcome:
    """What became of the events: rejected ones by place, warnings by their text."""

    posted: int = 0
    accepted: int = 0
    rejected: list[dict[str, str]] = field(default_factory=list)
    warnings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def reject(self, item: Item, reason: str) -> None:
        self.rejected.append({"place": item.place, "reason": reason})

    def accept(self, item: Item, warnings: list[str]) -> None:
        self.accepted += 1
        for text in warnings:
            known = self.warnings.setdefault(text, {"count": 0, "first": item.place})
            known["count"] += 1


@app.callback()
def events() -> None:
    """OpenLineage events from files."""


@app.command()
def post(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="One event per line (NDJSON), or a JSON object or array; also gzipped.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    url: Url = DEFAULT_URL,
    token: Token = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Post events from files; the same event twice changes nothing.

    Exits 1 when any event was rejected, 2 when the server refused, 4 when it did not answer.
    """
    outcome, began = Outcome(), time.monotonic()
    server = Server(url, token)
    try:
        for file in files:
            _post_file(server, file, outcome, quiet=as_json)
    except CatalogError:
        if outcome.posted:
            complain(f"{outcome.accepted:,} events were accepted before this")
        raise
    finally:
        server.close()
    if as_json:
        dump(_json(outcome))
    else:
        _report(outcome, time.monotonic() - began)
    if outcome.rejected:
        raise typer.Exit(Exit.FAILED)


def _post_file(server: Server, file: Path, outcome: Outcome, *, quiet: bool) -> None:
    with file.open("rb") as raw, progress(quiet=quiet) as bars:
        task = bars.add_task(f"{file.name} (bytes)", total=file.stat().st_size)
        for batch in _batches(_items(raw, file.name)):
            _post_batch(server, batch, outcome)
            bars.update(task, completed=raw.tell())


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def _items(raw: IO[bytes], name: str) -> Iterator[Item]:
    """The events of a file, read as they are asked for; raises Refused for one that is no text."""
    zipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    lines: Iterator[bytes] = iter(gzip.GzipFile(fileobj=raw)) if zipped else iter(raw)
    try:
        numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
        number, first = next(numbered, (1, b""))
        if first.lstrip()[:1] == b"[" or first.strip() == b"{":
            yield from _of_document(b"\n" * (number - 1) + first + b"".join(lines), name)
        else:
            yield from _of_lines(itertools.chain([(number, first)], numbered), name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refused(f"{name} is damaged: {error}") from error


def _of_document(body: bytes, name: str) -> Iterator[Item]:
    import orjson

    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(
            f"{name}, line {error.lineno}: not JSON: {error.msg} at column {error.colno}"
        ) from error
    for number, event in enumerate(document if isinstance(document, list) else [document], start=1):
        yield Item(f"{name}, event {number}", orjson.dumps(event))


def _of_lines(numbered: Iterable[tuple[int, bytes]], name: str) -> Iterator[Item]:
    import orjson

    for number, line in numbered:
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            orjson.loads(line)
        except orjson.JSONDecodeError as error:
            # The server reads some that is not quite JSON (NaN), and says what is wrong else.
            is_object = line.lstrip()[:1] == b"{"
            yield Item(place, line, alone=is_object, problem=f"not JSON: {error.msg}")
        else:
            yield Item(place, line.strip())


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) == MAX_EVENTS or size + len(item.body) > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += len(item.body)
    if batch:
        yield batch


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def _post_batch(server: Server, batch: list[Item], outcome: Outcome) -> None:
    together = [item for item in batch if item.problem is None]
    if together:
        _post_together(server, together, outcome)
    for item in batch:
        if item.alone:
            _post_alone(server, item, outcome)
        elif item.problem:
            outcome.reject(item, item.problem)


def _post_together(server: Server, items: list[Item], outcome: Outcome) -> None:
    body = b"[" + b",".join(item.body for item in items) + b"]"
    answer = _sent(server, BATCH, body)
    if answer.status == TOO_LARGE:
        _post_halves(server, items, outcome, answer.problem)
        return
    if answer.status >= CLIENT_ERROR:
        raise refusal(server, answer)
    outcome.posted += len(items)
    failed = {one["index"]: one["reason"] for one in answer.body["failed_events"]}
    warned = {one["index"]: one["warnings"] for one in answer.body["warnings"]}
    for index, item in enumerate(items):
        if index in failed:
            outcome.reject(item, failed[index])
        else:
            outcome.accept(item, warned.get(index, []))


def _post_halves(server: Server, items: list[Item], outcome: Outcome, problem: str) -> None:
    if len(items) == 1:
        outcome.posted += 1
        outcome.reject(items[0], problem)
        return
    middle = len(items) // 2
    _post_together(server, items[:middle], outcome)
    _post_together(server, items[middle:], outcome)


def _post_alone(server: Server, item: Item, outcome: Outcome) -> None:
    answer = _sent(server, ONE, item.body)
    outcome.posted += 1
    if answer.status >= CLIENT_ERROR:
        outcome.reject(item, answer.problem)
    else:
        outcome.accept(item, answer.body["warnings"])


def _sent(
    server: Server, path: str, body: bytes, *, wait: Callable[[float], None] = time.sleep
) -> Answer:
    """The answer, asked for again while the server says that it has too much to do."""
    for attempt in range(MAX_ATTEMPTS):
        answer = server.send("POST", path, body)
        if answer.status != UNAVAILABLE:
            break
        after = answer.retry_after_seconds
        wait(min(LONGEST_WAIT_SECONDS, 2.0**attempt if after is None else after))
    if answer.status == UNAVAILABLE:
        raise Unreachable(f"{server.url} kept answering 503: {answer.problem}")
    if answer.status >= 500:  # noqa: PLR2004 - HTTP's own word for a server's failure
        raise Unreachable(f"{server.url} answered {answer.status}: {answer.problem}")
    if answer.status in {401, 403}:
        raise refusal(server, answer)
    return answer


# ── telling ──────────────────────────────────────────────────────────────────────────────────────


def _report(outcome: Outcome, seconds: float) -> None:
    for one in outcome.rejected[:MAX_SHOWN]:
        complain(f"{one['place']}: rejected: {one['reason']}")
    if len(outcome.rejected) > MAX_SHOWN:
        complain(f"and {len(outcome.rejected) - MAX_SHOWN:,} more; --json lists them all")
    for text, about in list(outcome.warnings.items())[:MAX_SHOWN]:
        say(f"warning, {about['count']:,} ×, first at {about['first']}: {text}", color="yellow")
    if len(outcome.warnings) > MAX_SHOWN:
        say(f"and {len(outcome.warnings) - MAX_SHOWN:,} more warnings; --json lists them all")
    say(
        f"posted {outcome.posted:,} events in {seconds:.1f} s: {outcome.accepted:,} accepted, "
        f"{len(outcome.rejected):,} rejected"
    )


def _json(outcome: Outcome) -> dict[str, Any]:
    return {
        "posted": outcome.posted,
        "accepted": outcome.accepted,
        "rejected": outcome.rejected,
        "warnings": [{"warning": text, **about} for text, about in outcome.warnings.items()],
    }
