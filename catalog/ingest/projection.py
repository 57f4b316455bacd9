"""From events to catalog and graph: set-wise, and the same whatever the order and the grouping of
the events."""

from collections.abc import Sequence

from sqlmodel import Session

from catalog.ingest import descriptions, runs, wirings
from catalog.ingest.identities import Identities, Name
from catalog.openlineage.event import Event, Kind


def project(session: Session, events: Sequence[Event]) -> None:
    """Folds `events` into what is stored, by a number of statements that does not grow with
    theirs."""
    if not events:
        return
    identities = Identities(session)
    for event in events:
        for name in _mentioned(event):
            identities.mention(name, event.time)
    identities.ensure()
    descriptions.fold(session, events, identities)
    runs.fold(session, [event for event in events if event.kind is Kind.RUN], identities)
    wirings.declare(session, [event for event in events if event.kind is not Kind.RUN], identities)


def _mentioned(event: Event) -> list[Name]:
    names = [Name("dataset", mention.namespace, mention.name) for mention in event.datasets()]
    if event.job is not None:
        names.append(Name("job", event.job.namespace, event.job.name))
    return names
