"""Reviewers' decisions as labels: by flag, by sentence, and by article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from detector.detectors.machine_text import MachineTextDetector
from detector.detectors.sourcing import SourcingDetector
from detector.document import build_document
from detector.review import Decision
from detector.rules import catalogue
from detector.types import Article


@dataclass(frozen=True, slots=True)
class FlagLabel:
    """A flag that reviewers decided: by majority, with ties left out."""

    article: str
    rule: str
    start: int
    end: int
    right: bool


@dataclass(frozen=True, slots=True)
class SentenceLabel:
    """A claim with its probability of being unsupported, and whether reviewers say it is."""

    article: str
    probability: float
    unsupported: bool


@dataclass(frozen=True, slots=True)
class ArticleLabel:
    """An article with its probability of being machine-written, and whether reviewers say it is."""

    article: str
    words: int
    probability: float
    machine: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """Everything that the decisions say; `done` are the articles that somebody read to the end."""

    flags: tuple[FlagLabel, ...]
    sentences: tuple[SentenceLabel, ...]
    articles: tuple[ArticleLabel, ...]
    done: frozenset[str]
    disputed: int
    without_text: int
    threshold: float
    """Of the claim decision, as shipped."""


def merge_reviewers(decisions: Iterable[Decision]) -> tuple[list[FlagLabel], int]:
    """Flags by majority of their reviewers, and the number of ties.

    >>> said = [Decision("t", "SRC001", 0, 3, "1", who, v) for who, v in
    ...         (("a", "accept"), ("b", "accept"), ("c", "reject"))]
    >>> [label.right for label in merge_reviewers(said)[0]]
    [True]
    """
    votes: dict[tuple[str, str, int, int], int] = defaultdict(int)
    for d in decisions:
        if d.verdict in ("accept", "reject"):
            votes[d.text_sha256, d.rule, d.start, d.end] += 1 if d.verdict == "accept" else -1
    labels = [FlagLabel(*key, right=vote > 0) for key, vote in votes.items() if vote]
    return labels, sum(vote == 0 for vote in votes.values())


def read_labels(decisions: Sequence[Decision], articles: Mapping[str, Article]) -> Labels:
    """Labels of the decisions on articles whose text is known; the others give labels of flags alone."""
    flags, disputed = merge_reviewers(decisions)
    done = frozenset(d.text_sha256 for d in decisions if d.verdict == "done")
    known = sorted({d.text_sha256 for d in decisions} & articles.keys())
    scorer = MachineTextDetector()
    sourcing = SourcingDetector()
    sentences: list[SentenceLabel] = []
    judged: list[ArticleLabel] = []
    for digest in known:
        document = build_document(articles[digest])
        own = [label for label in flags if label.article == digest]
        missed = [d for d in decisions if d.text_sha256 == digest and d.verdict == "missed"]
        marks = [(f.start, f.end, f.right) for f in own if _on_claims(f.rule)]
        marks += [(d.start, d.end, True) for d in missed if _on_claims(d.rule)]
        for sentence, reading in zip(document.sentences, sourcing.read([document])[0], strict=True):
            span = document.raw_span(sentence.start, sentence.end)
            said = [right for start, end, right in marks if start < span.end and span.start < end]
            # Only claims can be flagged: the threshold decides nothing about the others.
            if reading.role == "claim" and (said or digest in done):
                sentences.append(SentenceLabel(digest, reading.probability, any(said)))
        machine = [f.right for f in own if f.rule == "AI001"] + [
            d.rule == "AI001" for d in missed if d.rule == "AI001"
        ]
        disputes = any(d.rule == "AI001" and d.text_sha256 == digest for d in decisions) and not machine
        if (machine or digest in done) and not disputes:
            score = scorer.scorer.score([document])[0]
            judged.append(ArticleLabel(digest, score.words, score.probability, any(machine)))
    unknown = len({d.text_sha256 for d in decisions} - articles.keys())
    return Labels(
        tuple(flags), tuple(sentences), tuple(judged), done, disputed, unknown, sourcing.weights.threshold
    )


def _on_claims(rule: str) -> bool:
    return rule in catalogue() and catalogue()[rule].category == "unsupported_claim"
