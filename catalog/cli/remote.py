"""A server asked over HTTP by the standard library alone: httpx2 takes longer to import."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

import typer

from catalog.cli.output import Exit
from catalog.errors import CatalogError

DEFAULT_URL = "http://127.0.0.1:8200"
TIMEOUT_SECONDS = 60
SERVER_ERROR = 500

Url = Annotated[
    str, typer.Option("--url", envvar="SLUICE_URL", help="Where the server is.", show_default=True)
]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="SLUICE_TOKEN", help="The token to sign in with."),
]


class Unreachable(CatalogError):
    """The server did not answer, or answered that it cannot."""

    exit_code = Exit.UNREACHABLE


class Refused(CatalogError):
    """The server answered that the request is wrong, or not allowed."""

    exit_code = Exit.USAGE


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    body: Any
    retry_after_seconds: float | None = None

    @property
    def problem(self) -> str:
        """What the server says is wrong."""
        if isinstance(self.body, dict) and "detail" in self.body:
            return str(self.body["detail"])
        return f"status {self.status}"


@dataclass
class Server:
    """A connection that is kept between requests."""

    url: str
    token: str | None
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, path: str, **query: Any) -> Any:
        """The answer's JSON. Raises Refused and Unreachable."""
        return self._checked(self.send("GET", f"{path}?{urlencode(query)}" if query else path))

    def post(self, path: str, body: Any) -> Any:
        """The answer's JSON. Raises Refused and Unreachable."""
        return self._checked(self.send("POST", path, json.dumps(body).encode()))

    def send(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """One request, answered with any status. Raises Unreachable, and Refused for a bad URL."""
        reused = self._connection is not None
        try:
            return self._send(method, path, body)
        except (http.client.HTTPException, ConnectionError) as error:
            self.close()
            # A server may close an idle connection at any time; events posted twice change nothing.
            if reused and not isinstance(error, ConnectionRefusedError):
                return self._send_anew(method, path, body)
            raise self._unreachable(error) from error
        except OSError as error:
            raise self._unreachable(error) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send_anew(self, method: str, path: str, body: bytes | None) -> Answer:
        try:
            return self._send(method, path, body)
        except (http.client.HTTPException, OSError) as error:
            raise self._unreachable(error) from error

    def _send(self, method: str, path: str, body: bytes | None) -> Answer:
        parts = urlsplit(self.url)
        if self._connection is None:
            self._connection = _connect(self.url)
        headers = {"Accept": "application/json", "User-Agent": "sluice"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._connection.request(method, parts.path.rstrip("/") + path, body, headers)
        response = self._connection.getresponse()
        after = response.headers.get("Retry-After", "")
        return Answer(
            response.status, _decoded(response.read()), float(after) if after.isdigit() else None
        )

    def _checked(self, answer: Answer) -> Any:
        if answer.status >= SERVER_ERROR:
            raise Unreachable(f"{self.url} answered {answer.status}: {answer.problem}")
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's own word for success
            raise refusal(self, answer)
        return answer.body

    def _unreachable(self, error: Exception) -> Unreachable:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return Unreachable(
            f"no server answers at {self.url} ({reason}); is `sluice serve` running?"
        )


def refusal(server: Server, answer: Answer) -> Refused:
    """A refusal in words that say what to do."""
    if answer.status == http.client.UNAUTHORIZED:
        hint = (
            "the server does not know this token; make one with `sluice token create`"
            if server.token
            else "the server wants a token; give --token or set SLUICE_TOKEN"
        )
        return Refused(f"{hint} ({answer.problem})")
    return Refused(answer.problem)


def _connect(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == -1:
        raise Refused(f"{url!r} is no address of a server; write it as {DEFAULT_URL}")
    if parts.scheme == "https":
        return http.client.HTTPSConnection(parts.hostname, port, timeout=TIMEOUT_SECONDS)
    return http.client.HTTPConnection(parts.hostname, port, timeout=TIMEOUT_SECONDS)


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")
