"""`sluice gate check`: asks the gate about a model version, for people and for pipelines."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from catalog.cli.output import Exit, dump, say
from catalog.cli.remote import DEFAULT_URL, Server, Token, Unreachable, Url
from catalog.errors import CatalogError

app = typer.Typer(
    help="Ask the gate about a model version.", no_args_is_help=True, rich_markup_mode=None
)

CODES = {
    "ALLOW": Exit.DONE,
    "ALLOW_WITH_WAIVERS": Exit.DONE,
    "PENDING": Exit.PENDING,
    "BLOCK": Exit.FAILED,
}
COLORS = {"ALLOW": "green", "ALLOW_WITH_WAIVERS": "green", "PENDING": "yellow", "BLOCK": "red"}
MAX_FINDINGS = 10


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


@app.callback()
def gate() -> None:
    """Ask the gate about a model version."""


@app.command()
def check(
    namespace: Annotated[str, typer.Argument(help="The model's namespace.")],
    name: Annotated[str, typer.Argument(help="The model's name.")],
    version: Annotated[str, typer.Argument(help="The version to promote.")],
    stage: Annotated[str, typer.Option("--stage", help="The stage it shall hold.")],
    url: Url = DEFAULT_URL,
    token: Token = None,
    format: Annotated[Format, typer.Option("--format", help="How to answer.")] = Format.TEXT,
) -> None:
    """Evaluate a model version for a stage, and say why.

    Exits 0 when allowed, 1 when blocked, 2 on a wrong call, 3 while an approval is missing,
    and 4 when the gate cannot be reached or failed.
    """
    evaluation = _evaluated(Server(url, token), namespace, name, version, stage)
    if format is Format.JSON:
        dump(evaluation)
    else:
        _tell(evaluation)
    raise typer.Exit(CODES[evaluation["verdict"]])


def _evaluated(
    server: Server, namespace: str, name: str, version: str, stage: str
) -> dict[str, Any]:
    """The gate's answer. Raises a CatalogError with the exit code: never a yes by default."""
    wanted = {"namespace": namespace, "name": name, "version": version, "target_stage": stage}
    try:
        evaluation = server.post("/api/v2/evaluations", wanted)
    except CatalogError:
        raise
    except Exception as error:
        raise Unreachable(f"asking the gate failed: {error}") from error
    finally:
        server.close()
    if not isinstance(evaluation, dict) or evaluation.get("verdict") not in CODES:
        raise Unreachable(f"what answers at {server.url} is no gate")
    return evaluation


def _tell(evaluation: dict[str, Any]) -> None:
    model = evaluation["model"]
    verdict, named = evaluation["verdict"], f"{model['namespace']}/{model['name']}"
    line = f"{verdict}  {named} {model['version']} → {evaluation['stage']}"
    say(line, color=COLORS[verdict], bold=True)
    by_status: dict[str, int] = {}
    for result in evaluation["results"]:
        by_status[result["status"]] = by_status.get(result["status"], 0) + 1
        if result["status"] in {"FAIL", "ERROR"}:
            _tell_result(result)
    for approval in evaluation["approvals"]:
        given = sum(1 for one in approval["given"] if one["approved"])
        say(f"\nApproval by {approval['role']}: {given} of {approval['needed']} given")
    counted = ", ".join(f"{count} {status}" for status, count in sorted(by_status.items()))
    policies = ", ".join(f"{one['name']} {one['version']}" for one in evaluation["policies"])
    say(f"\nRules: {counted or 'none'}   Policies: {policies or 'none'}")
    say(f"Evaluation {evaluation['id']}")


def _tell_result(result: dict[str, Any]) -> None:
    severity = f", severity {result['severity']}"
    say(f"\n{result['status']}  {result['title']} ({result['rule']}{severity})", color="red")
    if result["message"]:
        say(f"  {result['message']}")
    for finding in result["findings"][:MAX_FINDINGS]:
        say(f"  • {finding['message']}")
        if len(finding["path"]) > 1:
            say(f"    path: {' → '.join(map(_label, finding['path']))}")
        say(f"    fix:  {finding['fix']}")
        say(f"    ask:  {finding['owner'] or 'a steward'}")
    if len(result["findings"]) > MAX_FINDINGS:
        say(f"  and {len(result['findings']) - MAX_FINDINGS} more; --format json lists them all")


def _label(node_id: str) -> str:
    from catalog.checks import node

    try:
        return node.label(node_id)
    except ValueError:
        return node_id
