"""A document's sentences read one after the other: role, source, time and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import cast

from detector.document import Document, Sentence
from detector.sourcing.anchors import TimeReading, read_times
from detector.sourcing.carry import SourceReading, Standing, read_sources
from detector.sourcing.decision import (
    Weights,
    class_probabilities,
    decision_marks,
    shipped_weights,
    unsupported_probability,
)
from detector.sourcing.lexicon import words
from detector.sourcing.marks import (
    Marks,
    add_carried_times,
    add_neighbours,
    count_names,
    read_marks,
    read_page,
)
from detector.sourcing.predictions import Prediction
from detector.sourcing.triggers import hearsay, speaker, speaks
from detector.types import Role, TimeKind


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """Everything that is found about one sentence."""

    role: Role
    roles: dict[str, float]
    source: SourceReading
    time: TimeReading
    marks: Marks
    probability: float
    unsupported: bool


@dataclass(frozen=True, slots=True)
class RuleReading:
    """What the rules find in a document, before any weight is applied; lists are aligned with its sentences."""

    marks: list[Marks]
    sources: list[SourceReading]
    times: list[TimeReading]
    anchor: date | None


def read_rules(document: Document) -> RuleReading:
    """Marks, sources and times of every sentence."""
    sources = read_sources(document)
    times, anchor = read_times(document)
    names = [count_names(document, s) for s in document.sentences]
    page = read_page(document.sentences, names, sources, anchor is not None)
    own = [read_marks(document, i, sources[i], times[i], page, names[i]) for i in range(len(sources))]
    return RuleReading(add_carried_times(add_neighbours(own)), sources, times, anchor)


def read_sentences(
    document: Document,
    weights: Weights | None = None,
    predictions: Sequence[Prediction] | None = None,
    rules: RuleReading | None = None,
) -> list[SentenceReading]:
    """Read every sentence of a document; aligned with `document.sentences`.

    `predictions` are the encoder's, and then `weights` those fitted with it; `rules` what `read_rules`
    found in the document, where that is known already.
    """
    weights = weights or shipped_weights()
    rules = rules or read_rules(document)
    readings: list[SentenceReading] = []
    for index in range(len(document.sentences)):
        predicted = predictions[index] if predictions is not None else None
        marks = rules.marks[index] if predicted is None else {**rules.marks[index], **predicted.marks}
        roles = class_probabilities(marks, weights.roles)
        sources = class_probabilities(marks, weights.sources)
        times = class_probabilities(marks, weights.times)
        role = cast(Role, "heading" if marks.get("block.table_row") else max(roles, key=lambda r: roles[r]))
        speaks = _speaks_vaguely(rules.sources[index]) or (
            predicted is not None and predicted.source is not None
        )
        anonymous = rules.sources[index].anonymous and role == "claim"
        kind = "vague" if anonymous else _source_kind(sources, speaks, role)
        source = _source(document, index, rules.sources[index], predicted, kind, readings)
        time = _time(rules.times[index], max(times, key=lambda k: times[k]), rules.anchor, role, readings)
        probability = unsupported_probability(decision_marks(marks, roles, sources), weights.unsupported)
        says = role not in NEVER_CLAIMS and _has_words(document, document.sentences[index])
        flagged = says and probability >= _threshold(weights.threshold, marks)
        if flagged:
            role, source = "claim", _own_hearsay(document, document.sentences[index], source)
        readings.append(SentenceReading(role, roles, source, time, marks, probability, flagged))
    return readings


def _source_kind(sources: Mapping[str, float], speaks: bool, role: Role) -> str:
    """The likeliest kind; but a claim whose own words have a speaker who may be vague is not without one."""
    kind = max(sources, key=lambda k: sources[k])
    return "vague" if kind == "none" and speaks and role == "claim" and sources["vague"] > _DOUBT else kind


def _threshold(fitted: float, marks: Marks) -> float:
    """The probability from which a sentence counts as unsupported."""
    return min(fitted, UNNAMED) if "event.unnamed_parties" in marks else fitted


def _speaks_vaguely(rule: SourceReading) -> bool:
    return rule.kind == "vague" and rule.attributed and not rule.inherited


def _has_words(document: Document, sentence: Sentence) -> bool:
    """Whether a sentence has words enough to state something: "3 minutes read" has not."""
    return sum(token.is_word for token in document.sentence_tokens(sentence)) >= FEWEST_WORDS


FEWEST_WORDS = 4
"""Words of a claim at least."""
_DOUBT = 0.15
UNNAMED = 0.1
"""Threshold where a sentence tells of talks without a source, a date and a named participant."""
NEVER_CLAIMS = ("heading", "question")
"""Roles that are never unsupported; any other sentence decided to be so is a claim by that."""
_REACH = 12
"""Sentences that a source or a time is carried over at most."""


def _source(
    document: Document,
    index: int,
    rule: SourceReading,
    predicted: Prediction | None,
    kind: str,
    before: Sequence[SentenceReading],
) -> SourceReading:
    """The source of the decided kind: the rules' own, the tagged phrase, hearsay, or one carried from before."""
    sentence = document.sentences[index]
    standing = cast(Standing, kind)
    if rule.kind == kind:
        return _whole(document, sentence, rule)
    if standing == "none":
        return replace(rule, kind="none", start=None, end=None, inherited=False)
    said = hearsay(document, sentence) if standing == "vague" else None
    if predicted is not None and predicted.source is not None:
        start, end = speaker(document, sentence, *_without_marks(document.text, *predicted.source))
        phrase = document.text[start:end]
        if words("sources", "nobody").intersection(phrase.lower().split()[:1]):
            return replace(rule, kind="none", start=None, end=None, inherited=False)
        if _names_someone(phrase) and (said is None or speaks(phrase)):
            return replace(rule, kind=standing, start=start, end=end, inherited=False)
    if said is not None:
        return _resting_on(rule, said)
    for earlier in reversed(before[-_REACH:]):
        own = earlier.source.start is not None and not (earlier.source.inherited or earlier.source.hearsay)
        if earlier.source.kind == kind and own:
            return replace(
                rule, kind=standing, start=earlier.source.start, end=earlier.source.end, inherited=True
            )
    return replace(rule, kind=standing, inherited=False)


def _whole(document: Document, sentence: Sentence, rule: SourceReading) -> SourceReading:
    """The rules' vague speaker with its noun, its hearsay to the end: "several other reports", "is widely believed to"."""
    if rule.kind != "vague" or rule.start is None or rule.end is None or rule.inherited:
        return rule
    if rule.hearsay is not None:
        said = hearsay(document, sentence)
        if said is None or said[0] > rule.end or said[1] < rule.start:
            return rule
        return _resting_on(rule, (min(said[0], rule.start), max(said[1], rule.end)))
    start, end = speaker(document, sentence, rule.start, rule.end)
    return replace(rule, start=start, end=end)


def _own_hearsay(document: Document, sentence: Sentence, source: SourceReading) -> SourceReading:
    """A claim that nobody stands behind and that says "is believed to" rests on that, and not on whom came before."""
    if source.start is not None and not source.inherited:
        return source
    said = hearsay(document, sentence)
    return source if said is None else _resting_on(source, said)


def _resting_on(source: SourceReading, said: tuple[int, int]) -> SourceReading:
    """A source that is nothing but these words of hearsay."""
    return replace(source, kind="vague", start=said[0], end=said[1], inherited=False, cue=said, hearsay=said)


def _without_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """A tagged phrase without the punctuation around it."""
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _names_someone(phrase: str) -> bool:
    """Whether a tagged phrase can be a source: a word that is no pronoun, article, preposition or number."""
    return any(part.isalpha() and part not in _empty_words() for part in phrase.lower().split())


@cache
def _empty_words() -> frozenset[str]:
    """Words that name nobody."""
    keys = ("pronouns", "determiners", "boundaries", "inner_prepositions")
    return frozenset().union(*(words("sources", key) for key in keys))


def _time(
    rule: TimeReading, kind: str, anchor: date | None, role: Role, before: Sequence[SentenceReading]
) -> TimeReading:
    """The time of the decided kind; relative times are resolvable where the document's date is known."""
    if kind == "none" or role not in ("claim", "opinion"):
        return TimeReading()
    resolved: TimeKind = "absolute" if kind == "absolute" else "resolvable" if anchor else "unresolvable"
    for own in (rule, rule.other):
        if own is not None and own.kind == resolved:
            return own
    if rule.start is not None:
        return replace(rule, kind=resolved)
    for earlier in reversed(before[-_REACH:]):
        if earlier.time.kind == resolved and not earlier.time.inherited:
            return replace(earlier.time, inherited=True)
    return TimeReading(
        resolved, value=anchor.isoformat() if anchor and resolved == "resolvable" else None, inherited=True
    )
