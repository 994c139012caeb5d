"""One reviewer's session: a queue, a file of decisions, and the widget between them."""

from __future__ import annotations

import warnings
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

from detector.errors import UsageError
from detector.report import Report, offset_mapper
from detector.reports.html import environment
from detector.reports.plain import storable
from detector.reports.segments import cut, is_whole_article
from detector.reports.wording import unsure
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
        self._indices: dict[str, list[int]] = defaultdict(list)
        for index, report in enumerate(queue):
            self._indices[report.text_sha256].append(index)

    def show(self, index: int = 0) -> ArticleReview:
        """Give the widget, opened at an article of the queue; warn of articles whose text is not what was reviewed.

        Raises
        ------
        UsageError
            Where the queue has no such article.
        """
        from detector.review.widget import ArticleReview

        for name, count in self.of_earlier_texts().items():
            warnings.warn(
                f"{name} has changed since it was reviewed: its {count} decisions are of the earlier text",
                stacklevel=2,
            )
        shown = [index]

        def answer(message: dict[str, Any]) -> None:
            if message["kind"] == "open":
                shown[0] = min(max(0, int(message["index"])), len(self.queue) - 1)
            else:
                self._decide(message)
            digests = {self.queue[shown[0]].text_sha256, str(message.get("text_sha256"))}
            now = {
                i: _progress_of(self.queue[i], self.decisions(self.queue[i]))
                for digest in digests
                for i in self._indices.get(digest, ())
            }
            widget.article = self._article(shown[0])
            widget.progress = [now.get(i, entry) for i, entry in enumerate(widget.progress)]

        widget = ArticleReview(
            answer,
            lambda: self.to_html(shown[0]),
            article=self._article(index),
            queue=[_entry(report) for report in self.queue],
            progress=self._progress(),
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

    def of_earlier_texts(self) -> dict[str, int]:
        """Articles of which the reviewer has decided on another text alone: their names, and how many decisions.

        Decisions belong to a text, since their offsets count in it. They stay in the store.
        """
        counts: Counter[str] = Counter()
        read: set[str] = set()
        for made in self.store.decisions(reviewer=self.reviewer):
            counts[made.article_id] += 1
            read.add(made.text_sha256)
        names = [(storable(report.name), report.text_sha256) for report in self.queue]
        return {name: counts[name] for name, digest in names if counts[name] and digest not in read}

    def to_html(self, index: int = 0) -> str:
        """Article and decisions without a script: for GitHub, exports and mail.

        Raises
        ------
        UsageError
            Where the queue has no such article.
        """
        report = self._report(index)
        made = {(d.rule, d.start, d.end): d for d in self.decisions(report)}
        missed = _missed(report, made.values())
        drawn = [f for f in report.flags if not is_whole_article(f, len(report.article.text))]
        drawn += [_drawn_as_flag(d) for d in missed]
        text = report.article.text
        pieces = [
            {
                "text": text[segment.start : segment.end],
                "flags": [drawn[i] for i in segment.flags],
                "faint": unsure(drawn[i] for i in segment.flags),
                "begin": [drawn[i] for i in segment.flags if drawn[i].span.start == segment.start],
            }
            for segment in cut(len(text), drawn)
        ]
        rows = [(flag, made.get((flag.rule, flag.span.start, flag.span.end))) for flag in report.flags]
        template = environment().overlay(loader=templates()).get_template("article.html")
        page = template.render(
            report=report,
            pieces=pieces,
            rows=rows,
            missed=missed,
            reviewer=self.reviewer,
            quote=report.quote,
            length=len(text),
            is_whole=is_whole_article,
        )
        return storable(page)

    def _report(self, index: int) -> Report:
        if not 0 <= index < len(self.queue):
            raise UsageError(f"there is no article {index} in a queue of {len(self.queue)}")
        return self.queue[index]

    def _decide(self, message: dict[str, Any]) -> None:
        if message["text_sha256"] not in self._indices:
            raise UsageError("the article is not in this queue")
        report = self.queue[self._indices[message["text_sha256"]][0]]
        text = report.article.text
        span = Span(*(_code_point(text, int(message[end])) for end in ("start", "end")))
        rule = str(message["rule"])
        # What was said of a rule that is retired since can still be taken back.
        if rule and rule not in catalogue() and message["verdict"] != "open":
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
        report = self._report(index)
        at = offset_mapper(report.article.text, "utf16")
        made = {(d.rule, d.start, d.end): d for d in self.decisions(report)}
        flags: list[Json] = []
        for flag in report.flags:
            decision = made.get((flag.rule, flag.span.start, flag.span.end))
            flags.append(
                {
                    "rule": flag.rule,
                    "category": flag.category,
                    "unsure": unsure([flag]),
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
            for d in _missed(report, made.values())
        ]
        shown: dict[str, Json] = {
            "index": index,
            "text_sha256": report.text_sha256,
            "title": report.headline,
            "text": report.article.text,
            "score": _score(report),
            "band": report.credibility.band,
            "done": any(d.verdict == "done" for d in made.values()),
            "flags": flags,
            "missed": missed,
        }
        return cast("dict[str, Json]", _sendable(shown))

    def _progress(self) -> list[Json]:
        by_text: dict[str, list[Decision]] = {}
        for d in self.store.decisions(reviewer=self.reviewer):
            by_text.setdefault(d.text_sha256, []).append(d)
        return [_progress_of(report, by_text.get(report.text_sha256, ())) for report in self.queue]


def _entry(report: Report) -> Json:
    """What the list of articles says of one; it stays as it is."""
    return {"title": storable(report.headline), "score": _score(report), "flags": len(report.flags)}


def _progress_of(report: Report, made: Sequence[Decision]) -> Json:
    """How many flags are decided, and whether the article is done."""
    judged = {(d.rule, d.start, d.end) for d in made if d.verdict in ("accept", "reject")}
    return [
        sum((f.rule, f.span.start, f.span.end) in judged for f in report.flags),
        any(d.verdict == "done" for d in made),
    ]


def _drawn_as_flag(decision: Decision) -> Flag:
    """A passage that a reviewer missed, as what its rule would have raised."""
    rule = catalogue().get(decision.rule)
    category = "unsupported_claim" if rule is None else rule.category
    return Flag(decision.rule, category, "warning", Span(decision.start, decision.end), "missed by the rules")


def _missed(report: Report, made: Iterable[Decision]) -> list[Decision]:
    """Passages that the reviewer added; an import may hold some that the text has no place for."""
    length = len(report.article.text)
    return [d for d in made if d.verdict == "missed" and d.start <= d.end <= length]


def _score(report: Report) -> str | None:
    score = report.credibility.score
    return None if score is None else f"{score:g}"


def _sendable(value: Json) -> Json:
    """Make every text in a value one that the notebook's UTF-8 can hold; offsets stay right."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    return {name: _sendable(item) for name, item in value.items()} if isinstance(value, dict) else value


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
