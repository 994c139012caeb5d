"""The contract that every detector keeps, over a table of texts and over any code points."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.detectors import DETECTORS, default_detectors
from detector.document import build_document
from detector.rules import catalogue
from detector.types import Article, Detection

TEXTS = [
    "",
    " \n\t ",
    "Talks were held this week, officials said.",
    'Ms. Ødegård said on 3 May 2024 that prices rose 4.2%. "We knew," she added.',
    "# Heading\n\n- one\n- two\n\n| a | b |\n| 1 | 2 |\n\nIn conclusion, the world watches closely.",
    "\ufeffzero\u200bwidth and b\u0456di \u202etxet\u202c \ud800 \U0001f600\U0001f600",
    "ﬁnancial ﷺ ½ e\u0301 " * 30,
    "0 Comments\n\nPost a Comment\n\nPrevious Post Next Post",
    "The minister said that the agreement would be signed in Geneva on Friday. " * 60,
]
DETECTOR_INSTANCES = default_detectors()
each_detector = pytest.mark.parametrize("detector", DETECTOR_INSTANCES, ids=lambda d: d.name)

any_text = st.text(st.characters(codec=None), max_size=400)
WORDS = [
    "officials",
    "said",
    "talks",
    "held",
    "on",
    "Monday",
    "in",
    "Kyiv",
    ".",
    ",",
    '"',
    "“",
    "”",
    "’",
    "$3m",
    "2024-05-01",
    "according",
    "to",
    "sources",
    "|",
    "-",
    "#",
    ":",
    "?",
    "he",
    "added",
]
newsy_text = st.lists(
    st.sampled_from([*WORDS, " ", "\n", "\n\n", "\u200b", "\ud800", "😀"]), max_size=150
).map(" ".join)


def check(detector, article: Article, detection: Detection) -> None:
    document = build_document(article)
    length = len(article.text)
    spans = [flag.span for flag in detection.flags]
    for sentence in detection.sourcing:
        spans += [anchor.span for anchor in (sentence.source, sentence.time) if anchor.span is not None]
    assert all(0 <= span.start <= span.end <= length for span in spans)
    for flag in detection.flags:
        assert flag.rule in detector.rules
        assert flag.category == catalogue()[flag.rule].category
        assert flag.message
        assert 0 <= flag.score <= 1
    assert len(detection.sourcing) in (0, len(document.sentences))
    assert len(detection.ai_probabilities) in (0, len(document.sentences))
    json.dumps(dict(detection.signals), allow_nan=False)


@each_detector
@pytest.mark.parametrize("text", TEXTS)
def test_table(detector, text):
    article = Article(text, published=date(2024, 5, 4))
    check(detector, article, detector.detect([build_document(article)])[0])


@each_detector
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.one_of(any_text, newsy_text))
def test_any_text(detector, text):
    article = Article(text)
    check(detector, article, detector.detect([build_document(article)])[0])


@each_detector
def test_a_batch_gives_what_its_members_give_in_any_order(detector):
    documents = [build_document(Article(text)) for text in TEXTS]
    singles = [detector.detect([document])[0] for document in documents]
    assert detector.detect(documents) == singles
    assert detector.detect(documents[::-1]) == singles[::-1]
    assert detector.detect([]) == []


@each_detector
def test_documents_stay_as_they_were(detector):
    documents = [build_document(Article(text)) for text in TEXTS]
    before = deepcopy(documents)
    detector.detect(documents)
    assert documents == before


def test_every_rule_belongs_to_one_detector():
    owned = [rule for detector in DETECTOR_INSTANCES for rule in detector.rules]
    assert sorted(owned) == sorted(catalogue())
    assert len({detector.name for detector in DETECTOR_INSTANCES}) == len(DETECTORS)
