"""The commands of `sluice`, each importing what it needs when it runs."""

import json
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli import events, gate, people
from catalog.cli.output import note, progress, say
from catalog.cli.remote import DEFAULT_URL, Url
from catalog.errors import Misconfigured

app = typer.Typer(
    name="sluice",
    help="A data-governance and lineage catalog that decides which models may pass.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help: rich would take longer to import than all the rest together.
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(people.tokens_app, name="token")
app.add_typer(people.grants_app, name="grant")
app.add_typer(events.app, name="events")
app.add_typer(gate.app, name="gate")


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on (SLUICE_HOST).")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Port (SLUICE_PORT); 0: any.")
    ] = None,
) -> None:
    """Migrate the database and serve the API and the web UI.

    With SLUICE_DEMO=on an empty catalog is filled with a demo organisation, and tokens to sign in
    with are printed.
    """
    from catalog.cli import server

    server.serve(host, port)


@app.command()
def migrate() -> None:
    """Bring the database to the newest migration."""
    from catalog.cli import server

    say("the database was migrated" if server.migrate() else "the database is up to date")


@app.command()
def demo(
    url: Url = DEFAULT_URL,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            envvar=["SLUICE_TOKEN", "SLUICE_ADMIN_TOKEN"],
            help="An administrator's; without it, one is made in this machine's database.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the tokens as JSON.")] = False,
) -> None:
    """Load the demo organisation; print tokens to sign in."""
    from catalog.cli import demo as demonstration

    if token:
        demonstration.load(url, token, as_json=as_json)
        return
    with demonstration.administrator() as secret:
        demonstration.load(url, secret, as_json=as_json)


@app.command()
def rebuild() -> None:
    """Make the catalog again from its event log.

    What people said of it stays.
    """
    from catalog import ingest
    from catalog.cli import local

    with local.transaction() as (session, actor), progress() as bars:
        task = bars.add_task("events", total=local.events(session))
        count = ingest.rebuild(session, actor, progress=lambda more: bars.advance(task, more))
    say(f"rebuilt from {count:,} events")


@app.command("export-openapi")
def export_openapi(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; stdout without it.")
    ] = None,
) -> None:
    """Print the OpenAPI document of the API."""
    from catalog.app import create_app
    from catalog.cli import local

    text = json.dumps(create_app(local.settings()).openapi(), indent=2, ensure_ascii=False)
    if output is None:
        say(text)
        return
    try:
        output.write_text(f"{text}\n")
    except OSError as error:
        raise Misconfigured(f"{output} cannot be written: {error.strerror}") from error
    note(f"wrote {output}")
