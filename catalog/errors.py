"""What a caller can do wrong, each with the status and the stable code it is answered with.

CatalogError
├── MalformedEvent      400 malformed        not JSON, or not an object
├── UnusableEvent       400 unusable_event   JSON of which nothing useful can be projected
├── Unauthenticated     401 unauthenticated
├── Forbidden           403 forbidden
├── NotFound            404 not_found
├── Conflict            409 conflict         (stale_evaluation, current_changed, digest_mismatch …)
├── TooLarge            413 too_large
├── Invalid             422 invalid          (blocked, unknown_stage …)
├── Misconfigured       500 misconfigured    a file or setting of the installation is wrong
└── Unavailable         503 unavailable      try again later
"""

from typing import Any


class CatalogError(Exception):
    """Something the caller can mend; the message names the thing and what is wrong with it."""

    status = 400
    code = "bad_request"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details


class MalformedEvent(CatalogError):
    code = "malformed"

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position
        if position is not None:
            self.details["position"] = position


class UnusableEvent(CatalogError):
    code = "unusable_event"


class Unauthenticated(CatalogError):
    status = 401
    code = "unauthenticated"


class Forbidden(CatalogError):
    status = 403
    code = "forbidden"


class NotFound(CatalogError):
    status = 404
    code = "not_found"


class Conflict(CatalogError):
    status = 409
    code = "conflict"


class TooLarge(CatalogError):
    status = 413
    code = "too_large"


class Invalid(CatalogError):
    status = 422
    code = "invalid"


class Misconfigured(CatalogError):
    """A policy file, an access rule or a setting that the process refuses to run with."""

    status = 500
    code = "misconfigured"


class Unavailable(CatalogError):
    status = 503
    code = "unavailable"

    def __init__(self, message: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
