"""The page of the review by itself, in a real browser, with a kernel that answers or does not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from detector.review import Review

pytestmark = pytest.mark.browser
FAKE = """
async ([code, css, state]) => {
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  const listeners = {};
  window.sent = [];
  window.model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; (listeners['change:' + name] ?? []).forEach((call) => call()); },
    on: (name, call) => { (listeners[name] ??= []).push(call); },
    off: (name, call) => { listeners[name] = listeners[name].filter((other) => other !== call); },
    send: (message) => { window.sent.push(structuredClone(message)); },
  };
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  window.close = widget.render({ model: window.model, el: document.body });
}
"""


@pytest.fixture
def page(browser: Any, session: Review) -> Any:
    widget = session.show(1)
    state = {
        name: getattr(widget, name)
        for name in ("article", "queue", "progress", "rules", "reviewer", "acknowledged")
    }
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    thrown: list[str] = []
    opened.on("pageerror", lambda error: thrown.append(str(error)))
    opened.clock.install()
    opened.goto("about:blank")
    opened.evaluate(FAKE, [widget._esm, widget._css, state])
    yield opened
    context.close()
    assert thrown == []


def answer(page: Any, number: int, **state: object) -> None:
    """Acknowledge a message that was sent, by its place."""
    page.evaluate(
        "([i, state]) => window.model.set('acknowledged', { n: window.sent[i].n, error: null, at: '10:00:00', ...state })",
        [number, state],
    )


def sent(page: Any, *names: str) -> list[list[Any]]:
    return [[message.get(name) for name in names] for message in page.evaluate("window.sent")]


def select_text(page: Any, start: int, end: int) -> None:
    """Select a stretch of the text by offsets, as a long press does: no event but that of the selection."""
    page.evaluate(
        """([start, end]) => {
          const nodes = [];
          const walker = document.createTreeWalker(document.querySelector('.dlr-text'), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) nodes.push(walker.currentNode);
          const at = (offset) => {
            for (const node of nodes) { if (offset <= node.length) return [node, offset]; offset -= node.length; }
          };
          document.getSelection().setBaseAndExtent(...at(start), ...at(end));
        }""",
        [start, end],
    )
    page.wait_for_timeout(50)  # the event of a selection is a task of its own
    page.clock.run_for(400)


FOCUS = "document.activeElement.className"


def test_what_the_kernel_does_not_answer_is_called_unsaved_and_sent_again(page: Any) -> None:
    from playwright.sync_api import expect

    page.locator(".dlr-flag").first.get_by_role("button", name="Accept").click()
    status = page.locator(".dlr-status")
    expect(status).to_have_text("Saving…")
    page.clock.run_for(9000)
    expect(status).to_contain_text("not saved yet")
    expect(page.locator(".dlr-flag").first).to_have_attribute("data-saved", "false")
    sent = page.evaluate("window.sent")
    assert len(sent) >= 2
    assert all(message == sent[0] for message in sent)

    page.evaluate("window.model.set('acknowledged', { n: window.sent[0].n, error: null, at: '10:00:00' })")
    expect(status).to_have_text("Saved at 10:00:00")
    page.clock.run_for(20_000)
    assert page.evaluate("window.sent.length") == len(sent)


def test_an_error_of_the_store_is_shown(page: Any) -> None:
    from playwright.sync_api import expect

    page.locator(".dlr").focus()
    page.keyboard.press("a")
    page.evaluate("window.model.set('acknowledged', { n: window.sent[0].n, error: 'disk is full', at: '' })")
    expect(page.locator(".dlr-status")).to_have_text("Not saved: disk is full")
    expect(page.locator(".dlr-flag").first).to_have_attribute("data-verdict", "open")


def test_a_comment_is_saved_while_it_is_typed_and_keeps_the_cursor(page: Any) -> None:
    page.locator(".dlr").focus()
    page.keyboard.press("c")
    page.keyboard.type("half a thou")
    page.clock.run_for(1500)
    assert [m["comment"] for m in page.evaluate("window.sent")][:1] == ["half a thou"]
    page.keyboard.type("ght")
    assert page.locator(".dlr-current textarea").input_value() == "half a thought"


def test_the_text_is_the_article_and_every_flag_can_be_reached_by_keyboard(
    page: Any, session: Review
) -> None:
    text = page.locator(".dlr-text").evaluate("node => node.textContent")
    assert text == session.queue[1].article.text
    flags = page.locator(".dlr-flag").count()
    page.locator(".dlr").focus()
    for _ in range(flags):
        page.keyboard.press("r")
    assert len({(m["rule"], m["start"]) for m in page.evaluate("window.sent")}) == flags


def test_a_newer_decision_replaces_one_that_is_on_its_way(page: Any) -> None:
    first = page.locator(".dlr-flag").first
    first.get_by_role("button", name="Accept").click()
    first.get_by_role("button", name="Reject").click()
    page.clock.run_for(9000)
    verdicts = [message["verdict"] for message in page.evaluate("window.sent")]
    assert verdicts[:2] == ["accept", "reject"]
    assert set(verdicts[2:]) == {"reject"}


def test_a_decision_that_can_be_saved_later_is_kept_and_sent_again(page: Any) -> None:
    from playwright.sync_api import expect

    page.locator(".dlr").focus()
    page.keyboard.press("a")
    page.evaluate(
        "window.model.set('acknowledged', { n: window.sent[0].n, error: 'locked', retry: true, at: '' })"
    )
    expect(page.locator(".dlr-flag").first).to_have_attribute("data-saved", "false")
    page.clock.run_for(9000)
    assert len(page.evaluate("window.sent")) >= 2


def test_what_arrives_twice_is_handled_once(session: Review) -> None:
    widget = session.show(1)
    flag = widget.article["flags"][0]
    message = {
        "kind": "decide",
        "text_sha256": widget.article["text_sha256"],
        "comment": "",
        **{name: flag[name] for name in ("rule", "start", "end")},
    }
    for number, verdict in (("n1", "accept"), ("n2", "reject"), ("n1", "accept")):
        widget._receive(widget, {**message, "verdict": verdict, "n": number}, [])
    assert [d.verdict for d in session.store.decisions()] == ["reject"]
    assert widget.acknowledged["error"] is None


def test_a_comment_stays_with_the_flag_that_it_is_typed_on(page: Any) -> None:
    flags = page.locator(".dlr-flag")
    for number in (0, 1):
        flags.nth(number).get_by_role("button", name="Reject").click()
        page.keyboard.press("k")
        page.locator(".dlr-current textarea").fill(f"why {number}")
        page.keyboard.press("Enter")
    assert sent(page, "comment")[1:4:2] == [["why 0"], ["why 1"]]
    before = len(page.evaluate("window.sent"))
    flags.nth(0).locator("textarea").focus()
    page.keyboard.press("End")
    page.keyboard.type(", or so")
    page.clock.run_for(1500)
    page.keyboard.type(", and more")
    page.clock.run_for(1500)
    start = page.evaluate("window.model.get('article').flags[0].start")
    assert sent(page, "start", "comment")[before:] == [
        [start, "why 0, or so"],
        [start, "why 0, or so, and more"],
    ]
    page.keyboard.press("Enter")
    page.keyboard.press("u")  # the keys mean the flag that was typed on
    assert sent(page, "start", "verdict")[-1] == [start, "open"]


def test_a_click_after_typing_is_not_lost(page: Any) -> None:
    page.locator(".dlr").focus()
    page.keyboard.press("c")
    page.keyboard.type("why")
    page.locator(".dlr-flag").nth(2).get_by_role("button", name="Accept").click()
    assert sent(page, "verdict", "comment") == [["comment", "why"], ["accept", ""]]
    page.locator(".dlr-current textarea").focus()
    page.keyboard.type("so")
    page.locator(".dlr-nav .dlr-done").click()
    assert sent(page, "verdict")[2:] == [["comment"], ["done"]]


def test_an_answer_leaves_the_form_of_a_missed_passage_as_it_is(page: Any) -> None:
    page.locator(".dlr").focus()
    page.keyboard.press("a")
    select_text(page, 95, 110)
    page.locator(".dlr-rule").select_option("NUM001")
    page.locator(".dlr-why").fill("no source")
    answer(page, 0)
    select_text(page, 95, 120)
    page.locator(".dlr-why").press("Enter")
    assert sent(page, "rule", "start", "end", "verdict", "comment")[1:] == [
        ["NUM001", 95, 120, "missed", "no source"]
    ]
    assert page.locator(".dlr-why").count() == 0
    assert page.evaluate(FOCUS) == "dlr"


def test_keys_say_a_thing_once_and_buttons_take_it_back(page: Any) -> None:
    flags = page.evaluate("window.model.get('article').flags.length")
    page.locator(".dlr").focus()
    for _ in range(flags + 3):
        page.keyboard.press("a")
    assert sent(page, "verdict") == [["accept"]] * flags
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert sent(page, "verdict")[flags:] == [["done"]]
    page.locator(".dlr-flag").first.get_by_role("button", name="Accept").click()
    assert sent(page, "verdict")[flags + 1 :] == [["open"]]


def test_a_key_that_is_held_down_decides_one_flag(page: Any) -> None:
    page.locator(".dlr").focus()
    page.keyboard.down("r")
    page.keyboard.down("r")  # Playwright sends it as a repetition
    page.keyboard.down("r")
    page.keyboard.up("r")
    assert sent(page, "verdict") == [["reject"]]


def test_what_was_refused_stays_on_the_page_until_it_is_decided_anew(page: Any) -> None:
    from playwright.sync_api import expect

    page.locator(".dlr").focus()
    page.keyboard.press("a")
    page.keyboard.press("a")
    answer(page, 0, error="no such rule")
    answer(page, 1)
    status, first = page.locator(".dlr-status"), page.locator(".dlr-flag").first
    expect(status).to_have_text("Not saved: no such rule")
    expect(first).to_contain_text("Not saved: no such rule")
    first.get_by_role("button", name="Accept").click()
    expect(status).to_have_text("Saving…")
    answer(page, 2)
    expect(status).to_have_text("Saved at 10:00:00")
    expect(first).not_to_contain_text("Not saved")


def test_the_keyboard_stays_in_the_review(page: Any) -> None:
    page.locator(".dlr-picker").focus()
    page.locator(".dlr-picker").select_option("2")
    assert page.evaluate(FOCUS) == "dlr"
    assert sent(page, "kind", "index") == [["open", 2]]
    page.keyboard.press("c")
    article = page.evaluate("({ ...window.model.get('article'), text_sha256: 'other', flags: [] })")
    page.evaluate("article => window.model.set('article', article)", article)
    assert page.evaluate(FOCUS) == "dlr"


def test_a_selection_counts_wherever_the_mouse_is_released(page: Any) -> None:
    box = page.locator(".dlr-text").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 25)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + box["height"] + 60, steps=5)
    page.mouse.up()
    page.wait_for_timeout(50)
    page.clock.run_for(400)
    page.get_by_role("button", name="Mark as missed").click()
    ((start, end),) = sent(page, "start", "end")
    assert 0 <= start < end == page.evaluate("window.model.get('article').text.length")
    page.evaluate("window.close()")
    select_text(page, 3, 9)
    assert page.locator(".dlr-rule").count() == 0


@pytest.mark.parametrize("light", ["true", "false"])
def test_rejected_text_can_be_read(page: Any, light: str) -> None:
    page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
    page.locator(".dlr").focus()
    for _ in range(page.locator(".dlr-flag").count()):
        page.keyboard.press("r")
    page.keyboard.press("k")
    styles = page.evaluate(
        """() => [...document.querySelectorAll('.dlr-rejected:not(.dlr-current)')].map((node) => {
          const own = getComputedStyle(node);
          return [own.color, getComputedStyle(node.parentElement).backgroundColor, own.opacity, own.textDecorationLine];
        })"""
    )
    assert len(styles) > 5
    for ink, paper, opacity, line in styles:
        assert (opacity, line) == ("1", "line-through")
        assert contrast(ink, paper) >= 4.5


def contrast(*colours: str) -> float:
    """Ratio of two colours `rgb(r, g, b)`, as WCAG 2 defines it."""
    found = []
    for colour in colours:
        shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
        found.append(0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    return max(found) / min(found)
