"""The demo organisation behind the real server, in a process of its own."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

ADMIN_TOKEN = "the-first-administrator-of-the-browser-tests"
SLUICE = Path(sys.executable).with_name("sluice")
START_SECONDS = 60
# Where a browser that is no snap and no download of Playwright's own may be.
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]


@dataclass(frozen=True)
class Northbank:
    """Where the server is, the database behind it, and a token for everybody who works there."""

    url: str
    database: Path
    tokens: dict[str, str]


def find_browser() -> str | None:
    """The browser at SLUICE_TEST_BROWSER, else one that is installed."""
    named = os.environ.get("SLUICE_TEST_BROWSER")
    return next(filter(None, map(shutil.which, (named, *BROWSERS) if named else BROWSERS)), None)


@contextmanager
def founded(folder: Path) -> Iterator[Northbank]:
    """A new server with the demo organisation in it."""
    database = folder / "northbank.db"
    with served(database) as url:
        command = [str(SLUICE), "demo", "--json", "--url", url, "--token", ADMIN_TOKEN]
        loaded = subprocess.run(command, capture_output=True, text=True, check=False)
        if loaded.returncode:
            raise RuntimeError(f"the demo could not be loaded: {loaded.stderr[-2_000:]}")
        yield Northbank(url, database, json.loads(loaded.stdout))


@contextmanager
def copied(bank: Northbank, folder: Path) -> Iterator[Northbank]:
    """Another server on a copy of the database, as it is now."""
    database = folder / "copy.db"
    with (
        closing(sqlite3.connect(bank.database)) as source,
        closing(sqlite3.connect(database)) as target,
    ):
        source.backup(target)
    with served(database) as url:
        yield Northbank(url, database, bank.tokens)


@contextmanager
def served(database: Path) -> Iterator[str]:
    """The URL of a server on this database; stopped, and the database closed, at the end."""
    log = database.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(SLUICE), "serve", "--port", "0"],
            env=_environment(database),
            stdout=output,
            stderr=output,
        )
        try:
            yield _url(process, log)
        finally:
            process.terminate()
            process.wait()


def _environment(database: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SLUICE_")}
    return kept | {
        "SLUICE_DATABASE_URL": f"sqlite:///{database}",
        "SLUICE_ADMIN_TOKEN": ADMIN_TOKEN,
        "SLUICE_LOG_LEVEL": "WARNING",
    }


def _url(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"Sluice is at (\S+)", log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {log.read_text()[-2_000:]}")
