"""`sluice serve`: the server in this process, with the demo organisation when that is asked for."""

import errno
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from catalog.cli import local
from catalog.cli.output import complain, note
from catalog.errors import CatalogError, Misconfigured, Unavailable

if TYPE_CHECKING:
    import uvicorn

    from catalog.settings import Settings

SHUTDOWN_SECONDS = 10
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}


def serve(host: str | None, port: int | None) -> None:
    """Serves until it is told to stop. Raises a CatalogError for what keeps it from starting."""
    settings = local.settings()
    with _listener(host or settings.host, settings.port if port is None else port) as listener:
        url = _url(listener, host or settings.host)
        migrate()
        server = _server(settings)
        threading.Thread(target=_greet, args=(server, settings, url), daemon=True).start()
        # Stopping a server by Ctrl-C is how it is meant to end: uvicorn has shut down by then.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def migrate() -> str | None:
    """Runs the migrations that are missing; gives what was the matter, None when nothing was."""
    from catalog import migrate as migrations

    engine = local.engine()
    try:
        with local.reachable(engine):
            waiting = migrations.pending(engine)
            migrations.upgrade(engine)
    finally:
        engine.dispose()
    return waiting


def _listener(host: str, port: int) -> socket.socket:
    """The port, taken before anything slow is done. Raises Unavailable when another has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Unavailable(
                f"port {port} of {host} is in use; stop what uses it, or choose another with "
                "--port or SLUICE_PORT"
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise Unavailable(
                f"port {port} may not be opened here; choose one above 1023"
            ) from error
        reason = error.strerror or str(error)
        raise Misconfigured(f"cannot listen at {host}, port {port}: {reason}") from error


def _url(listener: socket.socket, host: str) -> str:
    shown = ANYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{listener.getsockname()[1]}"


def _server(settings: "Settings") -> "uvicorn.Server":
    import uvicorn

    from catalog.app import create_app

    if settings.demo and "log_level" not in settings.model_fields_set:
        # The demo is tried at a terminal, where a line for each request would bury the tokens.
        settings = settings.model_copy(update={"log_level": "WARNING", "log_format": "console"})
    return uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            # The application logs every request itself, as structured lines.
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )


def _greet(server: "uvicorn.Server", settings: "Settings", url: str) -> None:
    """Says where the server is as soon as it answers, after loading the demo into it."""
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.02)
    note(f"Sluice is at {url}")
    if not settings.demo:
        return
    try:
        _load_demo(settings, url)
    except CatalogError as error:
        complain(f"the demo is not complete: {error.message}; the next start goes on with it")


def _load_demo(settings: "Settings", url: str) -> None:
    from catalog.cli import demo

    if settings.admin_token:
        demo.load(url, settings.admin_token, only_if_wanted=True)
        return
    # Nobody has a token yet, but whoever may write the database is its administrator.
    with demo.administrator() as secret:
        demo.load(url, secret, only_if_wanted=True)
