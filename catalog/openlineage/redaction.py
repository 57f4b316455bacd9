"""Takes credentials out of an event before anything of it is stored or digested."""

import operator
import re
from functools import lru_cache
from typing import Any

VERSION = 1
MASK = "***"

_SECRET_WORDS = (
    r"(?:password|passwd|passphrase|secret|token|credential"
    r"|(?:api|access|account|private|secret|shared|sas)[._-]?key)"
)
_USER_AND_PASSWORD = re.compile(r"(://[^/?#\s:@\"'<>]*:)[^/?#\s\"'<>]*@")
_TOKEN_AS_USER = re.compile(r"(?i)(https?://)[^/?#\s:@\"'<>]+@")
_ORACLE_THIN = re.compile(r"(?i)(jdbc:oracle:\w+:[^/@\s]+/)[^@\s]+@")
_PARAMETER = re.compile(
    rf"(?i)([?&;]\s*(?:[\w.-]*(?:{_SECRET_WORDS}|signature)[\w.-]*|sig|pwd|pass)\s*=\s*)"
    r"[^&;#\s\"'<>,)\]}]+"
)
_SECRET_KEY = re.compile(rf"(?i){_SECRET_WORDS}s?$|[._-]pass$")
_SECRET_VARIABLE = re.compile(
    r"(?i)SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|KEY|CREDENTIAL|_PWD$|_PASS$"
)

# Lists of pairs of which the name tells whether the value is secret: key of the list, of the name.
_PAIRS = {"environmentVariables": "name", "parameters": "key"}

# Each costs a scan of every event, so they are few; parameters are told by their separators.
_TRIGGERS = (b"pass", b"secret", b"token", b"credential", b"environmentvariables")


def may_hold_secrets(body: bytes) -> bool:
    """Whether `body` (JSON) needs the walk at all; errs towards yes."""
    # An escape can spell any of the triggers, so an escaped ASCII character is a trigger itself.
    if b"@" in body or (b"\\" in body and b"\\u00" in body):
        return True
    lowered = body.lower()
    if b"=" in body and (b"?" in body or b"&" in body or b";" in body):
        return True
    # Every tags facet has the key "key", which is no secret; "accessKey" and the like may be.
    if lowered.count(b'key"') != lowered.count(b'"key"'):
        return True
    return any(trigger in lowered for trigger in _TRIGGERS)


def redact(document: Any) -> tuple[Any, bool]:
    """`document` without credentials, and whether that changed it; the argument is left as it was.

    Replaced are passwords in URIs (`user:password@`, a token as the user of an http address),
    secret query and connection parameters, string values under secret-looking keys, and the values
    of secret-looking environment variables and execution parameters. Twice is as once.
    """
    clean = _redact(document)
    return clean, clean is not document


# The walk returns the same object where nothing had to be replaced, so that only changed paths are
# copied, and it tests types itself: it is most of the work on an event that has to be walked.


def _redact(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        return _object(value)
    if kind is list:
        return _list(value)
    return _text(value) if kind is str and ("@" in value or "=" in value) else value


def _object(value: dict[str, Any]) -> dict[str, Any]:
    changes = {}
    for key, old in value.items():
        kind = type(old)
        if kind is str:
            new = MASK if old and _is_secret(key) else _redact(old)
        elif kind is list and key in _PAIRS:
            new = _list(_pairs(old, _PAIRS[key]))
        else:
            new = _redact(old)
        if new is not old and new != old:
            changes[key] = new
    return {**value, **changes} if changes else value


def _list(value: list[Any]) -> list[Any]:
    items = [_redact(item) for item in value]
    return items if any(map(operator.is_not, items, value)) else value


@lru_cache(maxsize=4096)
def _is_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def _pairs(items: list[Any], name_key: str) -> list[Any]:
    masked = [_pair(item, name_key) for item in items]
    return masked if any(map(operator.is_not, masked, items)) else items


def _pair(item: Any, name_key: str) -> Any:
    if type(item) is not dict:
        return item
    name, value = item.get(name_key), item.get("value")
    if type(name) is str and value not in (None, "", MASK) and _SECRET_VARIABLE.search(name):
        return {**item, "value": MASK}
    return item


def _text(text: str) -> str:
    """`text` itself when it holds no credential."""
    new = text
    if "@" in new:
        new = _USER_AND_PASSWORD.sub(rf"\g<1>{MASK}@", new)
        new = _TOKEN_AS_USER.sub(rf"\g<1>{MASK}@", new)
        new = _ORACLE_THIN.sub(rf"\g<1>{MASK}@", new)
    if "=" in new:
        new = _PARAMETER.sub(rf"\g<1>{MASK}", new)
    return text if new == text else new
