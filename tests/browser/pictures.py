"""Takes the documentation's pictures of the demo: `python -m tests.browser.pictures`."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from catalog import settings
from tests.browser import northbank
from tests.browser.northbank import Northbank

FOLDER = settings.PACKAGE.parent / "docs" / "images"
WIDTH = 1280


@dataclass(frozen=True)
class Picture:
    """What a person sees at an address, in a window of this height."""

    name: str
    subject: str
    path: str
    height: int


PICTURES = (
    Picture("assets.png", "user:ines", "/assets?kind=dataset&q=raw", 800),
    Picture("model-blocked.png", "user:mara", "/model?namespace=models&name=customer-churn", 1160),
    Picture(
        "lineage.png",
        "user:ines",
        "/lineage?node=dataset%3Anorthbank-features%3Aengagement_features&direction=upstream&depth=4"
        "&columns=true&selected=field%3Anorthbank-features%3Aengagement_features%3Aemail_domain",
        720,
    ),
)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        northbank.founded(Path(folder)) as bank,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=northbank.find_browser(), args=northbank.ARGUMENTS
        )
        for picture in PICTURES:
            take(browser, bank, picture)
            print(FOLDER / picture.name)  # noqa: T201 - a script talks to whoever runs it
        browser.close()


def take(browser: Browser, bank: Northbank, picture: Picture) -> None:
    """Waits until the page is still: loaded, laid out, and moved into view."""
    size = ViewportSize(width=WIDTH, height=picture.height)
    context = browser.new_context(base_url=bank.url, viewport=size, reduced_motion="reduce")
    token = json.dumps(bank.tokens[picture.subject])
    context.add_init_script(f"sessionStorage.setItem('sluice.token', {token})")
    page = context.new_page()
    page.goto(picture.path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_000)
    page.screenshot(path=FOLDER / picture.name)
    context.close()


if __name__ == "__main__":
    main()
