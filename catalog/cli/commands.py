"""The commands of `sluice`, each importing what it needs when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli import events, gate, people
from catalog.cli.output import note, say

app = typer.Typer(
    name="sluice",
    help="A data-governance and lineage catalog that decides which models may pass.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(people.tokens_app, name="token")
app.add_typer(people.grants_app, name="grant")
app.add_typer(events.app, name="events")
app.add_typer(gate.app, name="gate")


@events.app.callback()
def _events() -> None:
    """Send OpenLineage events."""
