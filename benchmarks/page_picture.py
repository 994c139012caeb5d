"""Take the pictures of the page that the documentation shows: `python -m benchmarks.page_picture`."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

from benchmarks.service import serving

FOLDER = Path(__file__).parents[1] / "docs" / "service"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def picture(browser: Browser, base: str, name: str, width: int, height: int, scheme: str) -> None:
    """Score the page's own sample, step to its third flag, and save what is seen."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(base)
    page.get_by_role("button", name="Use a sample").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#report:not([hidden])")
    for _ in range(3):
        page.keyboard.press("j")
    page.wait_for_timeout(1500)
    if name == "page":
        page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        page.wait_for_timeout(300)
    page.screenshot(path=FOLDER / f"{name}.png")
    page.close()


def main() -> None:
    """Take the pictures in light and dark, for a desk and for a phone."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with serving(slots=1) as (port, _), sync_playwright() as playwright:
        base = f"http://127.0.0.1:{port}/"
        for _ in range(300):
            with suppress(URLError):
                urlopen(base + "readyz")
                break
            time.sleep(0.2)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        picture(browser, base, "page", 1240, 1180, "light")
        picture(browser, base, "page-dark", 1240, 900, "dark")
        picture(browser, base, "page-phone", 390, 844, "light")
        browser.close()


if __name__ == "__main__":
    main()
