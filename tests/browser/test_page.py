"""What a reader does with the page, in a real browser."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import docx
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from service_process import Running

from detector.reports.wording import BAND_NAMES, CATEGORY_NAMES, SIGNAL_NAMES, decimals

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FILLER = (
    "Observers note that the talks could reshape the region. Officials say that a deal is close. "
    "It is important to note that the situation continues to evolve. Sources say that more is planned. "
)
ARTICLE = FILLER * 4


DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
PROBABILITIES = [(0.9962, 0.99745), (0.99745, 0.9962), (0.71,), (0.9996,), (1.0,), (0.5, 0.5)]
NO_PDF = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no"}


@pytest.fixture
def page(browser: Browser, real_service: Running) -> Iterator[Page]:
    """The page, freshly opened; the test fails if a script throws or the policy blocks something."""
    yield from _open(browser, real_service, DESKTOP)


@pytest.fixture
def phone(browser: Browser, real_service: Running) -> Iterator[Page]:
    """The same on a small screen that is touched."""
    yield from _open(browser, real_service, PHONE)


def _open(browser: Browser, service: Running, device: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**device)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.goto(service.base + "/")
    yield opened
    context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def score(page: Page, text: str, title: str = "") -> None:
    page.get_by_label("Article", exact=True).fill(text)
    if title:
        page.get_by_label("Headline").fill(title)
    page.get_by_role("button", name="Score the article").click()
    expect(page.locator("#report")).to_be_visible(timeout=30_000)


def marked(page: Page) -> list[str]:
    return page.locator("mark").all_inner_texts()


def test_the_page_says_of_a_verdict_what_the_other_formats_say(page: Page) -> None:
    shown = page.evaluate(
        """async (pairs) => {
            const script = document.querySelector("script[type=module]").src;
            const { account, decimals } = await import(new URL("head.js", script));
            const told = (probability, threshold, fpr_upper95) => account({
                credibility: { abstained: true, reasons: [] }, warnings: [], incomplete: [],
                signals: { ai_generated: { probability, threshold, verdict: "unclear",
                    calibration: { n_human: 1234, fpr_upper95, length_bin: "60-80" } } },
            }).textContent;
            return { decimals: pairs.map((pair) => decimals(...pair)), known: told(0.993, 0.9915, 0.013), unknown: told(0.9, null, null) };
        }""",
        PROBABILITIES,
    )
    assert shown["decimals"] == [decimals(*pair) for pair in PROBABILITIES]
    assert "Probability 0.993." in shown["known"]
    assert "At this threshold at most 1.3% of human articles are flagged" in shown["known"]
    assert "No threshold: 1,234 human articles of 60-80 words are too few" in shown["unknown"]
    assert "% of human" not in shown["unknown"]


def test_the_page_names_categories_signals_and_bands_as_the_reports_do(page: Page) -> None:
    names = page.evaluate(
        """async () => {
            const script = document.querySelector("script[type=module]").src;
            const { CATEGORIES, SIGNALS, BANDS } = await import(new URL("names.js", script));
            return [CATEGORIES, SIGNALS, BANDS];
        }"""
    )
    assert names == [CATEGORY_NAMES, SIGNAL_NAMES, BAND_NAMES]


def test_claims_that_the_detector_is_unsure_of_are_drawn_faintly(page: Page) -> None:
    found = page.evaluate(
        """async () => {
            const script = document.querySelector("script[type=module]").src;
            const { draw } = await import(new URL("marks.js", script));
            const host = document.createElement("div");
            document.body.append(host);
            const flag = (start, end, severity) => ({ start, end, severity, category: "unsupported_claim" });
            draw(host, "Officials said. Critics agree. " + " ".repeat(99), [flag(0, 9, "info"), flag(16, 23, "warning")], () => true);
            return [...host.querySelectorAll("mark")].map((mark) => [mark.textContent, mark.className, getComputedStyle(mark).getPropertyValue("--u")]);
        }"""
    )
    (unsure, classes, faint), (sure, others, full) = found
    assert (unsure, classes) == ("Officials", "unsupported_claim faint")
    assert (sure, others) == ("Critics", "unsupported_claim")
    assert faint != full


def test_a_sample_shows_score_ledger_and_flags(page: Page) -> None:
    page.get_by_role("button", name="Use a sample").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#report")).to_be_visible(timeout=30_000)
    assert len(marked(page)) >= 5
    points = [float(cell.replace("−", "-")) for cell in page.locator(".ledger tbody .num").all_inner_texts()]
    shown = float(page.locator(".score strong").inner_text())
    assert sum(points) == shown == float(page.locator(".ledger tfoot .num").inner_text())
    expect(page.locator("#status")).to_contain_text(f"Score {shown:g} of 100")
    assert page.evaluate("document.activeElement.id") == "report-title"


def test_hostile_text_stays_inert(page: Page) -> None:
    attack = (
        "<script>window.hit=1</script><img src=x onerror='window.hit=1'><svg onload='window.hit=1'> "
        "{{7*7}} </article></main><a href='javascript:window.hit=1'>Officials</a> \u202e "
    )
    score(page, attack + ARTICLE + attack, title="<img src=x onerror='window.hit=1'>")
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.locator("mark").first.hover()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert page.locator(".text").evaluate("node => node.textContent") == attack + ARTICLE + attack
    for inside in ("#report img", "#report script", "#report svg", "#tip img", "#report a"):
        assert page.locator(inside).count() == 0


@pytest.mark.parametrize(
    "prefix", ["", "😀😀 ", "𝔸𝔹 👩‍👩‍👧 ", "e\u0301\u0301 "], ids=["plain", "emoji", "astral", "combining"]
)
def test_highlights_are_at_the_right_place(page: Page, prefix: str) -> None:
    score(page, prefix + ARTICLE)
    texts = marked(page)
    assert any(text in ("Observers", "Observers note that") for text in texts)
    with_data = page.evaluate(
        "() => [...document.querySelectorAll('.flag')].map(node => "
        "[node.firstChild.data, [...document.querySelectorAll(`mark[data-flags~='${node.dataset.flag}']`)]"
        ".map(mark => mark.textContent).join('')])"
    )
    drawn = [(quote, text) for quote, text in with_data if text and not quote.endswith("…")]
    assert drawn
    assert all(quote == " ".join(text.split()) for quote, text in drawn)


def test_overlapping_flags_share_their_stretch(page: Page) -> None:
    score(page, ARTICLE)
    both = page.locator("mark.unsupported_claim.boilerplate")
    assert both.count() >= 1
    both.first.hover()
    expect(page.locator("#tip")).to_be_visible()
    assert page.locator("#tip p").count() >= 2


def test_flags_are_stepped_through_by_keyboard(page: Page) -> None:
    score(page, ARTICLE)
    total = page.locator(".flag").count()
    seen = set()
    for number in range(1, total + 1):
        page.keyboard.press("j")
        expect(page.locator(".stepper output")).to_have_text(f"{number} / {total}")
        seen.add(page.locator(".flag[aria-current]").get_attribute("data-flag"))
    assert len(seen) == total
    page.keyboard.press("k")
    expect(page.locator(".stepper output")).to_have_text(f"{total - 1} / {total}")


def test_a_category_can_be_hidden(page: Page) -> None:
    score(page, ARTICLE)
    assert page.locator("mark.boilerplate").count() > 0
    page.get_by_label("Boilerplate").uncheck()
    assert page.locator("mark.boilerplate").count() == 0
    assert page.locator("mark.unsupported_claim").count() > 0
    page.keyboard.press("1")
    assert page.locator("mark.unsupported_claim").count() == 0


def test_the_sentence_table_finds_its_sentence(page: Page) -> None:
    score(page, ARTICLE)
    page.locator(".sentences summary").click()
    rows = page.locator(".sentences tbody tr")
    expect(rows).to_have_count(16)
    expect(rows.first).to_contain_text("vague: Observers")
    rows.nth(1).get_by_role("button").click()
    assert page.evaluate("String(getSelection())").strip() == "Officials say that a deal is close."


def _docx() -> bytes:
    document = docx.Document()
    document.add_paragraph(ARTICLE)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", lambda: ARTICLE.encode()),
        ("a.html", lambda: f"<html><body><article><p>{ARTICLE}</p></article></body></html>".encode()),
        ("a.docx", _docx),
    ],
)
def test_a_file_becomes_the_text(page: Page, name: str, content: Callable[[], bytes]) -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": "", "buffer": content()})
    expect(page.get_by_label("Article", exact=True)).to_have_value(
        re.compile("^Observers note that the talks"), timeout=20_000
    )


def drop(page: Page, name: str, text: str) -> None:
    page.evaluate(
        """([name, text]) => {
          const data = new DataTransfer();
          data.items.add(new File([text], name));
          for (const kind of ["dragenter", "dragover", "drop"])
            document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        [name, text],
    )


def test_a_file_can_be_dropped(page: Page) -> None:
    drop(page, "a.md", "# A bridge\n\n" + ARTICLE)
    expect(page.get_by_label("Article", exact=True)).to_have_value(
        re.compile("Observers note"), timeout=20_000
    )
    expect(page.locator("#drop")).to_be_hidden()


def test_a_file_that_cannot_be_read_is_named(page: Page) -> None:
    page.locator("#file").set_input_files(NO_PDF)
    expect(page.get_by_role("alert")).to_contain_text("can't be read", timeout=20_000)


def test_an_error_goes_when_the_next_file_is_read(page: Page) -> None:
    page.locator("#file").set_input_files(NO_PDF)
    expect(page.get_by_role("alert")).to_be_visible(timeout=20_000)
    good = {"name": "a.txt", "mimeType": "text/plain", "buffer": ARTICLE.encode()}
    page.locator("#file").set_input_files(good)
    expect(page.get_by_label("Article", exact=True)).to_have_value(re.compile("Observers"), timeout=20_000)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_an_error_is_shown_beside_a_report(page: Page) -> None:
    score(page, ARTICLE * 4)
    page.locator(".sentences").scroll_into_view_if_needed()
    drop(page, "a.pdf", "no")
    expect(page.get_by_role("alert")).to_contain_text("can't be read", timeout=20_000)
    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(page.locator("#report")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_report_that_cannot_be_saved_stays(page: Page) -> None:
    score(page, ARTICLE)
    body = '{"title": "The service is at capacity", "detail": "try later"}'
    refusal: dict[str, Any] = {"status": 429, "headers": {"Retry-After": "2"}, "body": body}
    page.route("**/v1/score?format=html", lambda route: route.fulfill(**refusal))
    page.get_by_role("button", name="Save HTML").click()
    expect(page.get_by_role("alert")).to_contain_text("try later. Try again in 2 s.")
    expect(page.locator("#report")).to_be_visible()


def test_a_file_does_not_put_away_the_report_that_is_on_its_way(page: Page) -> None:
    held: list[Route] = []
    page.route("**/v1/score?*", lambda route: held.append(route))
    page.get_by_label("Article", exact=True).fill(ARTICLE)
    page.get_by_role("button", name="Score the article").click()
    drop(page, "a.txt", "Another article. " * 60)
    expect(page.get_by_role("alert")).to_contain_text("not opened")
    held[0].continue_()
    expect(page.locator("#report")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.wait_for_timeout(1_000)
    expect(page.locator("#report")).to_be_visible()
    assert page.locator(".text").evaluate("node => node.textContent") == ARTICLE


@pytest.mark.parametrize(("button", "suffix"), [("Save JSON", ".json"), ("Save HTML", ".html")])
def test_the_report_can_be_saved(page: Page, button: str, suffix: str, tmp_path: Path) -> None:
    score(page, ARTICLE)
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    target = tmp_path / download.value.suggested_filename
    download.value.save_as(target)
    assert target.suffix == suffix
    text = target.read_text("utf-8")
    if suffix == ".json":
        assert json.loads(text)["schema_version"] == "1"
    else:
        assert "Observers" in text
        assert "<script" not in text


def test_a_short_text_says_why_there_is_no_score(page: Page) -> None:
    score(page, "Talks were held on Monday, officials said.")
    expect(page.locator(".reasons")).to_contain_text("a score means nothing")


def test_the_page_asks_for_a_key_where_one_is_needed(
    browser: Browser, start_service: Callable[..., Running]
) -> None:
    digest = sha256(b"the-key").hexdigest()
    service = start_service(slots=1, api_key_sha256=digest, root_path="/desk")
    opened = browser.new_page()
    opened.goto(service.base + "/desk/")
    opened.get_by_label("Article", exact=True).fill(ARTICLE)
    opened.get_by_role("button", name="Score the article").click()
    expect(opened.get_by_role("alert")).to_contain_text("API key")
    opened.get_by_label("API key").fill("the-key")
    opened.keyboard.press("Enter")
    expect(opened.locator("#report")).to_be_visible(timeout=30_000)
    opened.close()


def test_nothing_leaves_the_origin(page: Page, real_service: Running) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    score(page, ARTICLE + " https://elsewhere.example/picture.png")
    assert asked
    assert all(url.startswith(real_service.base) for url in asked)
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_both_themes(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    score(page, ARTICLE)
    ratios = page.evaluate(CONTRAST)
    assert len(ratios) > 20
    assert {text: ratio for text, ratio in ratios.items() if ratio < 4.5} == {}


def test_every_control_has_a_name(page: Page) -> None:
    score(page, ARTICLE)
    nameless = page.evaluate(
        "() => [...document.querySelectorAll('button, input, select, textarea, [role=region]')]"
        ".filter(node => !(node.textContent.trim() || node.getAttribute('aria-label') || node.labels?.length))"
        ".map(node => node.outerHTML)"
    )
    assert nameless == []


@pytest.mark.parametrize("width", [320, 390, 768])
def test_it_fits_a_phone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    score(page, ARTICLE + "unbreakable" * 40)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_tap_shows_why_and_another_hides_it(phone: Page) -> None:
    score(phone, ARTICLE)
    mark = phone.locator("mark.unsupported_claim").nth(2)
    mark.scroll_into_view_if_needed()
    phone.wait_for_timeout(500)
    mark.tap()
    phone.wait_for_timeout(500)
    expect(phone.locator("#tip")).to_be_visible()
    expect(phone.locator("#tip")).to_contain_text("SRC")
    expect(phone.locator(".stepper output")).not_to_contain_text("–")
    phone.locator(".stepper output").tap()
    expect(phone.locator("#tip")).to_be_hidden()


def test_a_small_screen_shows_the_whole_message_of_a_flag(phone: Page) -> None:
    score(phone, ARTICLE)
    cut = "node => node.scrollHeight > node.clientHeight + 1"
    for _ in range(phone.locator(".flag").count()):
        phone.get_by_role("button", name="Next flag").tap()
        assert not phone.locator(".stepper p").evaluate(cut)


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.offsetParent || parent.closest(".sr, option, :disabled")) continue;
    const a = light(rgba(getComputedStyle(parent).color)), b = light(behind(parent));
    found[`${parent.className || parent.tagName}: ${node.data.trim().slice(0, 24)}`] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  return found;
}"""
