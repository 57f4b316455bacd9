"""What may be registered: artifacts with sound digests and files, under names that can be kept."""

import re
from dataclasses import dataclass
from typing import Any

from catalog.errors import Invalid

MAX_NAME_CHARACTERS = 500
MAX_FILES = 10_000

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class File:
    """A file of an artifact; its path is relative, with `/` between the parts."""

    path: str
    digest: str
    size_bytes: int | None = None


@dataclass(frozen=True)
class Artifact:
    """What a model version is: the digest over all of it, and the files if they are known."""

    digest: str
    files: tuple[File, ...] = ()


def can_be_kept(text: str) -> bool:
    """Whether both databases keep the text: PostgreSQL takes neither NUL nor half a character."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def must_be_a_name(what: str, text: str, *, limit: int = MAX_NAME_CHARACTERS) -> None:
    if not text.strip() or len(text) > limit:
        raise Invalid(f"{what} has 1 to {limit} characters, not {len(text)}", field=what)
    if not can_be_kept(text):
        raise Invalid(f"{what} holds a character that is none", field=what)


def must_be_a_digest(what: str, text: str) -> None:
    if not _DIGEST.fullmatch(text):
        raise Invalid(f"{what} is `sha256:` and 64 hex digits, not {text[:80]!r}", field=what)


def must_be_sound(artifact: Artifact) -> None:
    must_be_a_digest("artifact.digest", artifact.digest)
    if len(artifact.files) > MAX_FILES:
        raise Invalid(f"an artifact has at most {MAX_FILES} files, not {len(artifact.files)}")
    for file in artifact.files:
        must_be_a_name("artifact.files.path", file.path)
        must_be_a_digest(f"the digest of {file.path}", file.digest)
        if file.size_bytes is not None and not 0 <= file.size_bytes < 2**53:
            raise Invalid(f"the size of {file.path} is not a number of bytes")
    if len({file.path for file in artifact.files}) < len(artifact.files):
        raise Invalid("two files of the artifact have the same path", field="artifact.files")


def listed(artifact: Artifact) -> list[dict[str, Any]]:
    ordered = sorted(artifact.files, key=lambda file: file.path)
    return [
        {"path": file.path, "digest": file.digest}
        | ({} if file.size_bytes is None else {"size_bytes": file.size_bytes})
        for file in ordered
    ]
