from datetime import date
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.detectors.sourcing import SourcingDetector
from detector.document import build_document
from detector.errors import ModelError
from detector.models.artifact import shipped
from detector.types import Article, Detection
from training.artifacts import write_sums

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


def test_a_phrase_of_few_words_is_no_claim() -> None:
    text = f"3 minutes read\n\n{HOLLOW}"
    found = SourcingDetector().detect([build_document(Article(text))])[0]
    assert found.flags
    assert not found.sourcing[0].unsupported


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


@pytest.mark.parametrize("spoilt", ["{}", '{"threshold": 0.5}', "[]", "no JSON"])
def test_a_detector_whose_weights_do_not_load_is_refused_at_once(tmp_path: Path, spoilt: str) -> None:
    copytree(str(shipped("sourcing")), tmp_path, dirs_exist_ok=True)
    (tmp_path / "decision.json").write_text(spoilt, "utf-8")
    write_sums(tmp_path)
    with pytest.raises(ModelError, match=r"decision\.json"):
        SourcingDetector(folder=tmp_path)


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


@pytest.mark.parametrize("place", ["the Swiss city", "Muscat", "the Norwegian capital", "Vienna"])
def test_talks_between_unnamed_parties_are_flagged_wherever_they_were_held(place: str) -> None:
    text = f"The weather was fine. Talks were held in {place} this week between the two governments on a prisoner exchange."
    found = [
        f for f in SourcingDetector().detect([build_document(Article(text))])[0].flags if f.rule == "EVT001"
    ]
    assert [text[f.span.start : f.span.end] for f in found] == ["Talks"]


def test_talks_with_a_named_participant_are_not() -> None:
    text = "The weather was fine. Talks were held in the Swiss city this week between Maria Keller and Pavel Denin."
    assert "EVT001" not in [
        f.rule for f in SourcingDetector().detect([build_document(Article(text))])[0].flags
    ]


def flagged(text: str) -> list[tuple[str, str, str]]:
    return [(f.rule, text[f.span.start : f.span.end], f.message) for f in detect(text).flags]


def test_a_carried_speaker_is_named_as_carried_and_the_subject_underlined() -> None:
    found = flagged("Some experts raised concerns about the plan. They argue that children are harmed by it.")
    assert ("SRC001", "They argue") in [(rule, quote) for rule, quote, _ in found]
    assert any("'Some experts', named before" in message for _, _, message in found)


def test_figures_in_names_and_seasons_are_not_underlined() -> None:
    text = (
        "Observers remain worried. The Boeing 737 fleet has faced numerous challenges in recent years. "
        "Apollo 11 sparked excitement among many. The 2023-24 season has sparked a significant debate."
    )
    assert not [quote for rule, quote, _ in flagged(text) if rule == "NUM001"]


def test_a_flag_lies_within_an_unsupported_sentence() -> None:
    text = (
        "The bank cut rates by 25 basis points. Inflation slowed to 2.1 percent in February. Economists had "
        "predicted a smaller cut. Unemployment stands at 5%. The currency weakened. Investors cheered."
    )
    document = build_document(Article(text))
    detection = SourcingDetector().detect([document])[0]
    spans = [
        document.raw_span(sentence.start, sentence.end)
        for sentence, sourcing in zip(document.sentences, detection.sourcing, strict=True)
        if sourcing.unsupported
    ]
    assert all(any(s.start <= f.span.start and f.span.end <= s.end for s in spans) for f in detection.flags)


def test_lines_without_a_word_piece_share_no_endless_window() -> None:
    detection = detect("\u0301\n" * 3000 + "Officials said talks were held.")
    assert len(detection.sourcing) >= 1
