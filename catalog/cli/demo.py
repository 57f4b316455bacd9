"""`sluice demo`: the demo organisation, loaded over HTTP, and who to sign in as."""

from collections.abc import Generator
from contextlib import contextmanager

from catalog.cli import local
from catalog.cli.output import dump, note, progress, say

ADMINISTRATOR = "user:admin"
TIMEOUT_SECONDS = 60


def load(url: str, token: str, *, only_if_wanted: bool = False, as_json: bool = False) -> None:
    """Loads what is missing, and prints a sign-in token for everybody. Raises a CatalogError."""
    import httpx2

    from catalog import demo

    headers = {"Authorization": f"Bearer {token}"}
    with (
        httpx2.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS) as client,
        progress(quiet=as_json) as bars,
    ):
        if only_if_wanted and not demo.is_wanted(client):
            return
        task = bars.add_task("loading the demo", total=None)
        people = demo.load(
            client,
            progress=lambda doing, done, total: bars.update(
                task, description=doing, completed=done, total=total
            ),
        )
    if as_json:
        dump({one.person.subject: one.token for one in people})
        return
    # No table: one that is fitted to the terminal would break the tokens.
    for one in people:
        say(f"{one.person.subject:<16}  {one.token}  {one.person.about}")
    note(f"Open {url} and sign in with one of these tokens; each start makes new ones.")


@contextmanager
def administrator() -> Generator[str]:
    """A token for the first administrator, made in the database and revoked in the end."""
    from catalog import grants, tokens
    from catalog.demo.people import REASON

    with local.transaction() as (session, actor):
        grants.give(
            session,
            actor,
            subject=ADMINISTRATOR,
            role="admin",
            namespace="",
            reason=REASON,
        )
        issued = tokens.create(session, actor, subject=ADMINISTRATOR, label="loads the demo")
    try:
        yield issued.secret
    finally:
        with local.transaction() as (session, actor):
            tokens.revoke(session, actor, issued.token.id)
