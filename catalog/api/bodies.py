"""Request bodies read under a cap, however they are chunked or compressed."""

import zlib

from catalog.api import edge
from catalog.errors import CatalogError, MalformedEvent, TooLarge

GZIP = 31  # zlib's word for "a gzip header must be there"


class UnknownEncoding(CatalogError):
    status = 415
    code = "unknown_encoding"


async def read(scope: edge.Scope, receive: edge.Receive, max_bytes: int) -> bytes:
    """The body, decompressed. Raises TooLarge as soon as the cap is passed, before or after
    inflating."""
    encoding = edge.header(scope, b"content-encoding").lower() or "identity"
    if encoding not in {"identity", "gzip"}:
        raise UnknownEncoding(f"content-encoding {encoding!r} is not understood; send gzip or none")
    inflater = zlib.decompressobj(GZIP) if encoding == "gzip" else None
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise MalformedEvent("the connection ended before the body did")
        part = message.get("body", b"")
        if inflater is not None:
            part = _inflated(inflater, part, max_bytes - size)
        size += len(part)
        if size > max_bytes:
            raise TooLarge(
                f"the body is larger than {max_bytes} bytes; send fewer events at a time"
            )
        parts.append(part)
        more = message.get("more_body", False)
    if inflater is not None and not inflater.eof:
        raise MalformedEvent("the gzip body ends too early")
    return b"".join(parts)


def _inflated(inflater: "zlib._Decompress", part: bytes, room: int) -> bytes:
    try:
        # One byte more than there is room for shows that the cap is passed without inflating the
        # rest.
        return inflater.decompress(part, room + 1)
    except zlib.error as error:
        raise MalformedEvent(f"the body is not gzip: {error}") from error
