"""JSON as producers write it: read, mended where only its encoding is wrong, and canonical."""

import json
import re
from typing import Any

import orjson

from catalog.errors import MalformedEvent, UnusableEvent

_LONGEST_INTEGER = 20
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def load(body: bytes) -> tuple[Any, bytes, list[str]]:
    """The document, its bytes (other than `body` only where that was mended), and warnings.

    Raises MalformedEvent.
    """
    try:
        return orjson.loads(body), body, []
    except orjson.JSONDecodeError as error:
        document, warnings = _mended(body, error)
        return document, canonical(document), warnings


def without_nul(document: Any, body: bytes) -> tuple[Any, bool]:
    """`document` (whose JSON is `body`) without NUL characters, and whether there were any."""
    # The first test alone is several times faster, and most events hold no escape at all.
    if b"\\" not in body or b"\\u0000" not in body:
        return document, False
    canonical(document)  # refuses what is nested too deeply for the walk
    return _storable(document), True


def _mended(body: bytes, strict: orjson.JSONDecodeError) -> tuple[Any, list[str]]:
    """The document, where only a byte order mark, NaN or half a surrogate pair was invalid."""
    try:
        text = body.decode("utf-8-sig")
        document = json.loads(text, parse_constant=lambda _: None, parse_int=_bounded_int)
        return _storable(document), [f"not strict JSON, mended: {strict.msg}"]
    except (ValueError, RecursionError):
        raise MalformedEvent(f"not JSON: {strict.msg}", position=strict.pos) from None


def _bounded_int(digits: str) -> int | float:
    """As orjson reads them: an integer beyond 64 bits is a float."""
    value = int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)
    return value if -(2**63) <= value < 2**64 else float(value)


def _storable(value: Any) -> Any:
    """`value` without NUL characters, which PostgreSQL refuses, and half surrogate pairs."""
    if type(value) is str:
        return _UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", value)
    if type(value) is dict:
        return {_storable(key): _storable(item) for key, item in value.items()}
    if type(value) is list:
        return [_storable(item) for item in value]
    return value


def canonical(document: Any) -> bytes:
    """The canonical JSON: sorted keys, no white space."""
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise UnusableEvent(f"the event cannot be kept: {error}") from None


def kind_of(value: Any) -> str:
    """The JSON type of `value` in words, for messages."""
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean"}
    return names.get(type(value), "a number")
