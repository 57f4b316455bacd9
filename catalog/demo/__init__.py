"""The demo organisation: Northbank, a lender, told to the catalog over HTTP as any client would."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from catalog.demo import people, steps
from catalog.demo.organisation import northbank
from catalog.demo.people import Person

__all__ = ["SignIn", "is_wanted", "load"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SignIn:
    """A person of the demo and the token to be them with, good until the next start."""

    person: Person
    token: str


def load(
    client: httpx2.Client,
    *,
    today: datetime.date | None = None,
    progress: Progress = lambda doing, done, total: None,
) -> list[SignIn]:
    """Loads what is missing of the demo, and gives everybody a fresh token.

    `client` asks as an administrator. Once it is all there nothing is done again: what visitors
    changed since stays. `progress` is told what is being done, how much is done, and of how much.
    Raises a CatalogError with what the server said.
    """
    organisation = northbank()
    steps.give_grants(client, organisation)
    tokens = steps.sign_in(client, organisation)
    day = today or datetime.datetime.now(datetime.UTC).date()
    bank = steps.Northbank(client, tokens, organisation, day)
    if not steps.is_done(bank):
        todo = list(steps.steps(bank))
        for done, (doing, step) in enumerate(todo):
            progress(doing, done, len(todo))
            step()
        progress("done", len(todo), len(todo))
    return [SignIn(person, tokens[person.subject]) for person in people.everybody(organisation)]


def is_wanted(client: httpx2.Client) -> bool:
    """Whether the catalog is empty, or holds this demo: another's catalog is left alone."""
    if steps.call(client, "GET", "/api/v2/assets", params={"limit": 1})["total"] == 0:
        return True
    place = {"namespace": northbank().namespaces["warehouse"], "limit": 1}
    return bool(steps.call(client, "GET", "/api/v2/assets", params=place)["total"])
