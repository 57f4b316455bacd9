"""`sluice token` and `sluice grant`: who may sign in and do what, set in the database."""

import datetime
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from catalog.cli import local
from catalog.cli.output import dump, note, say, table

tokens_app = typer.Typer(
    help="Tokens to sign in with.", no_args_is_help=True, rich_markup_mode=None
)
grants_app = typer.Typer(
    help="Roles, given to people and services.", no_args_is_help=True, rich_markup_mode=None
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Days = Annotated[
    int | None, typer.Option("--days", min=1, help="Ends after so many days; never without it.")
]
Subject = Annotated[str, typer.Argument(help="user:NAME or service:NAME")]
TOKEN_FIELDS = ("id", "subject", "label", "created_at", "expires_at", "last_used_at", "revoked_at")
GRANT_FIELDS = ("id", "subject", "role", "namespace", "reason", "granted_by", "expires_at")


@tokens_app.command("create")
def create_token(
    subject: Subject,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    days: Days = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it: it is not shown again."""
    from catalog import tokens

    with local.transaction() as (session, actor):
        issued = tokens.create(session, actor, subject=subject, label=label, expires_at=_end(days))
        row = _row(issued.token, TOKEN_FIELDS)
    if as_json:
        dump({**row, "secret": issued.secret})
        return
    say(issued.secret)
    note(f"This is {subject}'s token {row['id']}; keep it now, it is not shown again.")


@tokens_app.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """List the tokens, never their secrets."""
    from catalog import tokens

    with local.transaction() as (session, actor):
        rows = [_row(one, TOKEN_FIELDS) for one in tokens.find(session, actor)]
    _show(rows, TOKEN_FIELDS, as_json=as_json)


@tokens_app.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(help="The id that `token list` shows.")],
) -> None:
    """End a token at once."""
    from catalog import tokens

    with local.transaction() as (session, actor):
        subject = tokens.revoke(session, actor, token_id).subject
    say(f"revoked {token_id} of {subject}")


@grants_app.command("give")
def give_grant(
    subject: Subject,
    role: Annotated[str, typer.Argument(help="viewer, steward, producer, promoter, …")],
    namespace: Annotated[
        str, typer.Option("--namespace", help="Where, and all below it; everywhere without it.")
    ] = "",
    reason: Annotated[
        str, typer.Option("--reason", help="Why, for the audit.")
    ] = "given on the command line",
    days: Days = None,
    as_json: AsJson = False,
) -> None:
    """Give a role; the same grant twice is one."""
    from catalog import grants

    with local.transaction() as (session, actor):
        given = grants.give(
            session,
            actor,
            subject=subject,
            role=role,
            namespace=namespace,
            reason=reason,
            expires_at=_end(days),
        )
        row = _row(given, GRANT_FIELDS)
    if as_json:
        dump(row)
    else:
        say(f"{subject} is {role} {f'in {namespace}' if namespace else 'everywhere'} ({row['id']})")


@grants_app.command("list")
def list_grants(
    subject: Annotated[str | None, typer.Option("--subject", help="Only this one's.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the grants that hold now."""
    from catalog import grants

    with local.transaction() as (session, actor):
        rows = [_row(one, GRANT_FIELDS) for one in grants.find(session, actor, subject=subject)]
    _show(rows, GRANT_FIELDS, as_json=as_json)


@grants_app.command("end")
def end_grant(
    grant_id: Annotated[str, typer.Argument(help="The id that `grant list` shows.")],
) -> None:
    """End a grant at once."""
    from catalog import grants

    with local.transaction() as (session, actor):
        ended = grants.end(session, actor, grant_id)
        text = f"{ended.subject} is no longer {ended.role}"
    say(f"{text} ({grant_id})")


def _end(days: int | None) -> datetime.datetime | None:
    if days is None:
        return None
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)


def _row(row: Any, fields: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in fields}


def _show(rows: list[dict[str, Any]], fields: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        dump({"items": rows})
    else:
        table(fields, [list(row.values()) for row in rows])
