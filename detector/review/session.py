"""One reviewer's session: a queue, a file of decisions, and the widget between them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from detector.errors import UsageError
from detector.report import Report, offset_mapper
from detector.reports.html import environment
from detector.reports.segments import cut, is_whole_article
from detector.review.decisions import Decision, decide
from detector.review.queue import Queue, templates
from detector.review.store import DecisionStore
from detector.rules import catalogue
from detector.types import Flag, Json, Span

if TYPE_CHECKING:
    from detector.review.widget import ArticleReview


class Review:
    """What one reviewer does with a queue: each decision is in the store before the page says so.

    Other reviewers' decisions are not shown, so that agreement means something.
    """

    def __init__(self, queue: Queue, store: DecisionStore, reviewer: str) -> None:
        if not reviewer.strip():
            raise UsageError("a review needs the name of its reviewer")
        self.queue = queue
        self.store = store
        self.reviewer = reviewer.strip()
        self._index = {report.text_sha256: index for index, report in enumerate(queue)}

    def show(self, index: int = 0) -> ArticleReview:
        """Give the widget, opened at an article of the queue."""
        from detector.review.widget import ArticleReview

        shown = [index]

        def answer(message: dict[str, Any]) -> None:
            if message["kind"] == "open":
                shown[0] = min(max(0, int(message["index"])), len(self.queue) - 1)
            else:
                self._decide(message)
            widget.article = self._article(shown[0])
            widget.queue = self._progress()

        widget = ArticleReview(
            answer,
            lambda: self.to_html(shown[0]),
            article=self._article(index),
            queue=self._progress(),
            rules=[{"code": rule.code, "name": rule.name.replace("-", " ")} for rule in catalogue().values()],
            reviewer=self.reviewer,
            acknowledged={},
        )
        return widget

    def decide(self, report: Report, flag: Flag, verdict: str, comment: str = "") -> bool:
        """Save a decision on a flag from Python, as the buttons do."""
        made = decide(
            report,
            flag.span,
            flag.rule,
            verdict,
            reviewer=self.reviewer,
            comment=comment,
            score=flag.score,
        )
        return self.store.save(made, report)

    def decisions(self, report: Report) -> list[Decision]:
        """Current decisions of the reviewer on an article."""
        return self.store.decisions(report.text_sha256, self.reviewer)

    def to_html(self, index: int = 0) -> str:
        """Article and decisions without a script: for GitHub, exports and mail."""
        report = self.queue[index]
        made = {(d.rule, d.start, d.end): d for d in self.decisions(report)}
        missed = [d for d in made.values() if d.verdict == "missed"]
        drawn = [f for f in report.flags if not is_whole_article(f, len(report.article.text))]
        drawn += [
            Flag(d.rule, "integrity", "info", Span(d.start, d.end), "missed by the rules") for d in missed
        ]
        text = report.article.text
        pieces = [
            {
                "text": text[segment.start : segment.end],
                "flags": [drawn[i] for i in segment.flags],
                "begin": [drawn[i].rule for i in segment.flags if drawn[i].span.start == segment.start],
            }
            for segment in cut(len(text), drawn)
        ]
        rows = [(flag, made.get((flag.rule, flag.span.start, flag.span.end))) for flag in report.flags]
        template = environment().overlay(loader=templates()).get_template("article.html")
        return template.render(
            report=report,
            pieces=pieces,
            rows=rows,
            missed=missed,
            reviewer=self.reviewer,
            quote=report.quote,
            length=len(text),
            is_whole=is_whole_article,
        )

    def _decide(self, message: dict[str, Any]) -> None:
        report = self.queue[self._index[message["text_sha256"]]]
        text = report.article.text
        span = Span(*(_code_point(text, int(message[end])) for end in ("start", "end")))
        rule = str(message["rule"])
        if rule and rule not in catalogue():
            raise UsageError(f"there is no rule {rule}")
        flag = next((f for f in report.flags if f.rule == rule and f.span == span), None)
        made = decide(
            report,
            span,
            rule,
            str(message["verdict"]),
            reviewer=self.reviewer,
            comment=str(message["comment"]),
            score=None if flag is None else flag.score,
        )
        self.store.save(made, report)

    def _article(self, index: int) -> dict[str, Json]:
        """What the page needs of one article; offsets in UTF-16 units."""
        report = self.queue[index]
        at = offset_mapper(report.article.text, "utf16")
        made = {(d.rule, d.start, d.end): d for d in self.decisions(report)}
        flags: list[Json] = []
        for flag in report.flags:
            decision = made.get((flag.rule, flag.span.start, flag.span.end))
            flags.append(
                {
                    "rule": flag.rule,
                    "category": flag.category,
                    "start": at(flag.span.start),
                    "end": at(flag.span.end),
                    "quote": report.quote(flag.span)[:200],
                    "message": flag.message,
                    "counted": flag.counted,
                    "whole": is_whole_article(flag, len(report.article.text)),
                    "verdict": decision.verdict if decision else "open",
                    "comment": decision.comment if decision else "",
                }
            )
        missed: list[Json] = [
            {"rule": d.rule, "start": at(d.start), "end": at(d.end), "quote": d.quote, "comment": d.comment}
            for d in made.values()
            if d.verdict == "missed"
        ]
        score = report.credibility.score
        return {
            "index": index,
            "text_sha256": report.text_sha256,
            "title": report.headline,
            "text": report.article.text,
            "score": None if score is None else f"{score:g}",
            "band": report.credibility.band,
            "done": any(d.verdict == "done" for d in made.values()),
            "flags": flags,
            "missed": missed,
        }

    def _progress(self) -> list[Json]:
        by_text: dict[str, list[Decision]] = {}
        for d in self.store.decisions(reviewer=self.reviewer):
            by_text.setdefault(d.text_sha256, []).append(d)
        return [_entry(report, by_text.get(report.text_sha256, ())) for report in self.queue]


def _entry(report: Report, made: Sequence[Decision]) -> Json:
    judged = {(d.rule, d.start, d.end) for d in made if d.verdict in ("accept", "reject")}
    score = report.credibility.score
    return {
        "title": report.headline,
        "score": None if score is None else f"{score:g}",
        "flags": len(report.flags),
        "decided": sum((f.rule, f.span.start, f.span.end) in judged for f in report.flags),
        "done": any(d.verdict == "done" for d in made),
    }


def _code_point(text: str, utf16: int) -> int:
    """Offset in code points of an offset in UTF-16 units; inside of a pair, that of its start.

    >>> [_code_point("a😀b", unit) for unit in (0, 1, 2, 3, 4)]
    [0, 1, 1, 2, 3]
    """
    if not text or max(text) < "\U00010000":
        return utf16
    starts = list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
    index = bisect_left(starts, utf16)
    return index if index < len(starts) and starts[index] == utf16 else index - 1
