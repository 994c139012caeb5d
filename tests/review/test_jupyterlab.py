"""A reviewer at work in JupyterLab, in a real browser: what is clicked is on the disk, and is there again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from detector.review import DecisionStore

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
TOKEN = "review-test"
HOSTILE = (
    "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script> "
    "Officials said that talks were held. \U0001f600 Sources said that a deal was near. " * 6
)
CELL = """\
import os, pathlib
pathlib.Path("kernel.pid").write_text(str(os.getpid()))
from detector import review
queue = review.load_queue(".")
store = review.DecisionStore("decisions.sqlite")
session = review.Review(queue, store, reviewer="ann")
session.show()"""


@dataclass
class Lab:
    """A running JupyterLab, on a folder of its own."""

    base: str
    folder: Path

    @property
    def url(self) -> str:
        return f"{self.base}/lab/tree/work.ipynb?token={TOKEN}&reset"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    nbformat = pytest.importorskip("nbformat", reason="no nbformat: JupyterLab was NOT tested")
    pytest.importorskip("jupyterlab", reason="no JupyterLab: the review was NOT tested in it")
    folder = tmp_path_factory.mktemp("lab")
    (folder / "hostile.txt").write_text("Talks & <b>bold</b>\n\n" + HOSTILE.strip(), "utf-8")
    shutil.copy(ROOT / "examples" / "articles" / "water-prices.html", folder)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(CELL)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, folder / "work.ipynb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    settings = {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": str(ROOT),
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", f"--IdentityProvider.token={TOKEN}", f"--notebook-dir={folder}"),
        *("--ServerApp.port_retries=0", "--LabApp.news_url=", "--LabApp.extension_manager=readonly"),
    ]
    log = (home / "log").open("w")
    process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=subprocess.STDOUT)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{base}/api?token={TOKEN}", timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, (home / "log").read_text()
                time.sleep(0.25)
        yield Lab(base, folder)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def saved(lab: Lab) -> list[tuple[str, str, str]]:
    path = lab.folder / "decisions.sqlite"
    if not path.exists():
        return []
    with DecisionStore(path) as store:
        return [(d.rule, d.verdict, d.comment) for d in store.decisions()]


def run_first_cell(page: Page, lab: Lab) -> None:
    """Open the notebook, wait until its kernel answers, and run its first cell: keys pressed before that are lost."""
    from playwright.sync_api import expect

    page.goto(lab.url)
    page.locator(".jp-CodeCell .cm-content").first.click(timeout=60_000)
    expect(page.locator("#jp-bottom-panel")).to_contain_text("| Idle", timeout=60_000)
    page.keyboard.press("Control+Enter")


def test_what_is_clicked_is_on_the_disk_and_there_after_a_reload(browser, lab: Lab) -> None:
    from playwright.sync_api import expect

    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    # The laboratory asks for its news and its extensions' homes: nothing leaves this machine.
    context.route(
        "**/*",
        lambda route: (
            route.continue_() if route.request.url.startswith((lab.base, "data:", "blob:")) else route.abort()
        ),
    )
    page = context.new_page()
    # Where a kernel is slow to come, the laboratory asks which one to start: the one that the notebook names.
    asked = page.locator(".jp-Dialog").get_by_role("button", name="Select Kernel")
    page.add_locator_handler(asked, lambda button: button.click())
    run_first_cell(page, lab)
    cells = page.locator(".jp-Cell").count()
    review = page.locator(".dlr")
    expect(review).to_be_visible(timeout=60_000)
    expect(review.locator("h3")).to_have_text("Talks & <b>bold</b>")
    assert review.locator("img, script").count() == 0
    assert review.locator(".dlr-text").evaluate("node => node.textContent") == (
        (lab.folder / "hostile.txt").read_text("utf-8")
    )

    flag = review.locator('.dlr-flag[data-rule^="SRC"]').first
    rule = flag.get_attribute("data-rule")
    flag.get_by_role("button", name="Accept").click()
    expect(flag).to_have_attribute("data-saved", "true", timeout=15_000)
    expect(flag).to_have_attribute("data-verdict", "accept")
    assert (rule, "accept", "") in saved(lab)

    # By keyboard, on the next flag: a letter decides, and reaches neither the cell nor the notebook.
    review.focus()
    page.keyboard.press("r")
    second = review.locator('.dlr-flag[data-verdict="reject"]')
    expect(second).to_have_attribute("data-saved", "true", timeout=15_000)
    page.keyboard.press("k")
    page.keyboard.press("c")
    page.keyboard.type("not a source")
    page.keyboard.press("Enter")
    expect(review.locator(".dlr-status")).to_contain_text("Saved", timeout=15_000)
    assert [comment for _, verdict, comment in saved(lab) if verdict == "reject"] == ["not a source"]
    assert page.locator(".jp-Cell").count() == cells

    # What the rules missed: the selection behind an astral character, in code points.
    review.locator(".dlr-text").evaluate(
        """node => {
          const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf('a deal was near');
            if (at < 0) continue;
            document.getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + 15);
            break;
          }
          node.dispatchEvent(new MouseEvent('mouseup', { bubbles: true }));
        }"""
    )
    review.locator(".dlr-rule").select_option("NUM001")
    review.get_by_role("button", name="Mark as missed").click()
    expect(review.locator(".dlr-flag.dlr-missed q")).to_have_text("a deal was near", timeout=15_000)
    assert ("NUM001", "missed", "") in saved(lab)
    review.get_by_role("button", name="Mark as done").click()
    expect(review.get_by_role("button", name="Done ✓")).to_be_visible(timeout=15_000)
    if "REVIEW_SCREENSHOTS" in os.environ:
        page.screenshot(path=Path(os.environ["REVIEW_SCREENSHOTS"]) / "lab-light.png")
        page.evaluate("document.body.dataset.jpThemeLight = 'false'")
        review.screenshot(path=Path(os.environ["REVIEW_SCREENSHOTS"]) / "widget-dark.png")
    before = sorted(saved(lab))

    # The kernel dies of SIGKILL with the notebook unsaved; the next one shows every decision.
    page.goto("about:blank")
    kernel = int((lab.folder / "kernel.pid").read_text())
    os.kill(kernel, signal.SIGKILL)
    run_first_cell(page, lab)
    expect(review).to_be_visible(timeout=60_000)
    assert int((lab.folder / "kernel.pid").read_text()) != kernel
    expect(review.locator('.dlr-flag[data-verdict="accept"]')).to_have_count(1)
    expect(review.locator('.dlr-flag[data-verdict="accept"]')).to_have_attribute("data-rule", str(rule))
    expect(review.locator(".dlr-flag.dlr-missed")).to_have_count(1)
    expect(review.locator('.dlr-flag[data-verdict="reject"] textarea')).to_have_value("not a source")
    assert sorted(saved(lab)) == before
    assert "pwned" not in page.title()
    context.close()
