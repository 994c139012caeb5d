from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.detectors.sourcing import SourcingDetector
from detector.document import build_document
from detector.types import Article, Detection

WIRE = (
    "OSLO, March 3, 2021 - Norway's Finance Minister Tomas Berg said on Tuesday that the state would sell 12 percent of Fjordkraft.\n\n"
    '"The sale will close by June," Berg told reporters at the Storting. Fjordkraft confirmed the plan in a filing to the Oslo exchange.\n\n'
    "Berg said the proceeds of $310 million would go to the pension fund."
)
HOLLOW = (
    "In a rare development, senior officials convened this week for high-level talks.\n\n"
    "Observers note that the dialogue has raised hopes. Sources described the discussions as cautiously optimistic.\n\n"
    "Both sides stressed the importance of open channels. Analysts are closely watching the negotiations."
)


def detect(text: str, published: date | None = None) -> Detection:
    return SourcingDetector(use_model=False).detect([build_document(Article(text, published=published))])[0]


def test_a_dated_wire_with_named_sources_is_free_of_flags() -> None:
    assert detect(WIRE).flags == ()


@pytest.mark.parametrize(
    ("rule", "quote"),
    [
        ("SRC001", "Observers"),
        ("SRC001", "Sources"),
        ("SRC001", "Both sides"),
        ("EVT001", "dialogue"),
    ],
)
def test_hollow_talks_are_flagged_where_they_give_themselves_away(rule: str, quote: str) -> None:
    assert (rule, quote) in [(f.rule, HOLLOW[f.span.start : f.span.end]) for f in detect(HOLLOW).flags]


def test_the_message_names_the_missing_slot() -> None:
    messages = {HOLLOW[f.span.start : f.span.end]: f.message for f in detect(HOLLOW).flags}
    assert "only 'Observers'" in messages["Observers"]
    assert "no date" in messages["Observers"]


def test_signal_counts_the_sentences() -> None:
    detection = detect(HOLLOW)
    signal = detection.signals["unsupported_claims"]
    assert isinstance(signal, dict)
    assert signal["unsupported"] == sum(s.unsupported for s in detection.sourcing)
    assert signal["claims"] == sum(s.role == "claim" for s in detection.sourcing)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_within_its_bounds(text: str) -> None:
    document = build_document(Article(text))
    detection = SourcingDetector(use_model=False).detect([document])[0]
    assert len(detection.sourcing) == len(document.sentences)
    spans = [f.span for f in detection.flags]
    spans += [a.span for s in detection.sourcing for a in (s.source, s.time) if a.span is not None]
    assert all(0 <= s.start < s.end <= len(text) for s in spans)


def test_a_batch_gives_what_its_members_give() -> None:
    documents = [build_document(Article(t)) for t in (WIRE, HOLLOW, "", WIRE)]
    detector = SourcingDetector()
    assert detector.detect(documents) == [detector.detect([d])[0] for d in documents]


def test_a_threshold_of_ones_own_decides_what_is_unsupported():
    document = build_document(Article("The deal was reached. Hundreds of people have been displaced. " * 8))
    counts = [
        SourcingDetector(threshold=threshold)
        .detect([document])[0]
        .signals["unsupported_claims"]["unsupported"]
        for threshold in (0.0, None, 9.0)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 0
