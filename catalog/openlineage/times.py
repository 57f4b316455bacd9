"""Times as text: what producers write as one, and the fixed-width form that is kept."""

import re
from datetime import UTC, datetime
from typing import Any

LENGTH = 27
_ZONE_NAME = re.compile(r"\[[^\]]*\]$")


def text(time: datetime) -> str:
    """Fixed-width UTC text that sorts as the times do."""
    return f"{time.isoformat(timespec='microseconds')[: LENGTH - 1]}Z"


def read(value: Any) -> datetime | None:
    """An aware UTC time from what producers write as one, or None."""
    if type(value) is not str:
        return None
    try:
        time = read_iso(value)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_iso(text: str) -> datetime:
    """The time as written, naive where it had no offset; raises ValueError."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # Java's ZonedDateTime appends the zone's name; some producers write t and z in lower case.
        return datetime.fromisoformat(_ZONE_NAME.sub("", text.strip()).upper())
