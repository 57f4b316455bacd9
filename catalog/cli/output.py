"""What the command line prints: answers on stdout, complaints and progress on stderr."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress


class Exit(IntEnum):
    """The exit codes; `sluice gate check` uses all of them."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PENDING = 3
    UNREACHABLE = 4


def say(text: str = "", *, color: str | None = None, bold: bool = False) -> None:
    """One line on stdout; colours are left out where nobody would see them."""
    typer.secho(text, fg=color, bold=bold)


def complain(text: str) -> None:
    """One line on stderr."""
    typer.secho(f"sluice: {' '.join(text.split())}", fg="red", err=True)


def note(text: str) -> None:
    """One line on stderr that is no complaint, so that stdout stays a script's."""
    typer.secho(text, err=True)


def dump(value: Any) -> None:
    """JSON on stdout."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on stdout; tab-separated, and nothing cut, when it does not go to a terminal."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        for row in rows:
            typer.echo("\t".join(_cell(value) for value in row))
        return
    made = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*(_cell(value) for value in row))
    console.print(made)


@contextmanager
def progress(*, quiet: bool = False) -> Iterator["Progress"]:
    """Progress bars on stderr; none when it is no terminal, or when `quiet`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bars:
        yield bars


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)
