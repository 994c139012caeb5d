"""The page of the review by itself, in a real browser, with a kernel that answers or does not."""

from __future__ import annotations

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
    off: () => {},
    send: (message) => { window.sent.push(structuredClone(message)); },
  };
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  widget.render({ model: window.model, el: document.body });
}
"""


@pytest.fixture
def page(browser: Any, session: Review) -> Any:
    widget = session.show(1)
    state = {
        name: getattr(widget, name) for name in ("article", "queue", "rules", "reviewer", "acknowledged")
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
