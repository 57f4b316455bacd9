"""The fixtures of the browser tests: the demo organisation, a browser, and windows in it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from catalog import settings
from tests.browser import northbank
from tests.browser.northbank import Northbank

BUILT = settings.PACKAGE / "static" / "index.html"
DESKTOP = ViewportSize(width=1280, height=800)
PATIENCE_MILLISECONDS = 15_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chromium or Chrome; the tests are skipped where there is none."""
    if not BUILT.is_file():
        pytest.skip("the web is not built: run `npm run build` in web/")
    executable = northbank.find_browser()
    if executable is None:
        pytest.skip("no Chromium or Chrome is installed, and SLUICE_TEST_BROWSER names none")
    # Two cores carry the server, the browser and another process of tests.
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=northbank.ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def bank(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Northbank]:
    """Northbank, for tests that leave it as it was; founded only where a browser can look at it."""
    with northbank.founded(tmp_path_factory.mktemp("northbank")) as founded:
        yield founded


@pytest.fixture
def own_bank(bank: Northbank, tmp_path: Path) -> Iterator[Northbank]:
    """Northbank for one test alone, which may change what is in it."""
    with northbank.copied(bank, tmp_path) as copied:
        yield copied


OpenWindow = Callable[..., Page]


@pytest.fixture
def window(browser: Browser) -> Iterator[OpenWindow]:
    """Opens a window: `window(bank)` for a stranger, `window(bank, "user:ines")` signed in.

    What a page complains of on its console fails the test at its end.
    """
    complaints: list[str] = []
    contexts = []

    def complained(message: ConsoleMessage) -> None:
        # The browser itself logs every refusal; that a refusal is shown well is what tests look at.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def open_window(
        bank: Northbank, subject: str | None = None, viewport: ViewportSize = DESKTOP
    ) -> Page:
        context = browser.new_context(base_url=bank.url, viewport=viewport)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        if subject is not None:
            # Where signing in leaves the token: only some tests are about that page.
            token = json.dumps(bank.tokens[subject])
            context.add_init_script(f"sessionStorage.setItem('sluice.token', {token})")
        page = context.new_page()
        page.on("console", complained)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []
