"""What is computed from decisions: agreement, annotations, plots, and what `recalibrate` writes."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from detector import Analyzer, AnalyzerSettings
from detector.detectors.machine_text import MachineTextDetector
from detector.errors import ModelError, UsageError
from detector.models.calibration import articles_needed
from detector.review import (
    Decision,
    Queue,
    agreements,
    calibration_curve,
    flag_rates,
    profile_frame,
    rates_frame,
    read_jsonl,
    score_distribution,
    stylometric_profile,
    to_annotations,
)
from detector.rules import catalogue
from detector.types import Article
from training.review.fit import (
    FEWEST_FLAGS,
    FEWEST_SENTENCES,
    fit_machine_thresholds,
    fit_rules,
    fit_threshold,
    folds,
)
from training.review.labels import ArticleLabel, FlagLabel, Labels, SentenceLabel, merge_reviewers
from training.review.recalibrate import LEAST_GAIN, command, fit, report_lines, shipped_calibration

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "review" / "decisions.jsonl"
ONE = Decision(
    "t" * 64, "SRC001", 3, 9, "0.1.0+a", "ann", "accept", quote="source", prefix="the", suffix="said"
)


def said(reviewer: str, verdicts: str, rule: str = "SRC001") -> list[Decision]:
    names = {"a": "accept", "r": "reject", "m": "missed", "c": "comment"}
    return [
        replace(ONE, start=i, reviewer=reviewer, rule=rule, verdict=names[v]) for i, v in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("first", "second", "flags", "agreed", "kappa"),
    [
        ("aarr", "aarr", 4, 1.0, 1.0),
        ("aarr", "rraa", 4, 0.0, -1.0),
        ("aarr", "arar", 4, 0.5, 0.0),
        ("aaaa", "aaaa", 4, 1.0, None),
        ("aarm", "aacr", 2, 1.0, None),
        ("aaarr", "aarrr", 5, 0.8, 0.6154),
        ("m", "m", 0, None, None),
    ],
)
def test_kappa_of_two_reviewers(first, second, flags, agreed, kappa) -> None:
    everything = agreements([*said("ann", first), *said("bob", second)])
    assert [(row.flags, row.agreed, row.kappa) for row in everything if row.rule == "all"] in (
        [(flags, agreed, kappa)],
        [] if first == "m" else None,
    )


def test_kappa_is_given_per_rule_and_pair() -> None:
    rows = agreements(
        [d for who in ("ann", "bob", "cyd") for rule in ("SRC001", "TMP001") for d in said(who, "ar", rule)]
    )
    assert [(r.first, r.second, r.rule) for r in rows][:3] == [
        ("ann", "bob", "all"),
        ("ann", "bob", "SRC001"),
        ("ann", "bob", "TMP001"),
    ]
    assert len(rows) == 9


def test_annotations_have_the_selectors_of_the_recommendation() -> None:
    page = to_annotations(
        [
            replace(ONE, comment="why", made_at="2026-01-01T10:00:00+00:00"),
            replace(ONE, rule="", verdict="done"),
        ],
        {ONE.text_sha256: Article("", url="https://paper.example/a")},
    )
    assert (page["@context"], page["type"]) == ("http://www.w3.org/ns/anno.jsonld", "AnnotationPage")
    first, second = json.loads(json.dumps(page))["items"]
    assert first["target"] == {
        "type": "SpecificResource",
        "source": "https://paper.example/a",
        "selector": [
            {"type": "TextPositionSelector", "start": 3, "end": 9},
            {"type": "TextQuoteSelector", "exact": "source", "prefix": "the", "suffix": "said"},
        ],
    }
    assert [(b["purpose"], b["value"]) for b in first["body"]] == [
        ("classifying", "accept"),
        ("tagging", "SRC001"),
        ("commenting", "why"),
    ]
    assert first["id"] != second["id"]
    assert "selector" not in second["target"]


def test_the_selectors_of_the_examples_find_their_quotes(queue: Queue) -> None:
    texts = {report.text_sha256: report.article.text for report in queue}
    checked = 0
    for d in read_jsonl(EXAMPLES):
        if d.rule:
            text = texts[d.text_sha256]
            assert text[d.start : d.end] == d.quote
            assert text[: d.start].endswith(d.prefix)
            assert text[d.end :].startswith(d.suffix)
            checked += 1
    assert checked > 100


def test_plots_draw_what_the_tables_hold(queue: Queue) -> None:
    bars = [p for p in score_distribution(queue).axes[0].patches if p.get_height()]
    assert sum(bar.get_height() for bar in bars) == sum(r.credibility.score is not None for r in queue)
    table = rates_frame(queue)
    assert sorted(p.get_width() for p in flag_rates(queue).axes[0].patches) == sorted(table["per_1000_words"])
    assert len(flag_rates(queue, by="outlet").axes[0].patches) == 4 * len(rates_frame(queue, "outlet"))
    decisions = list(read_jsonl(EXAMPLES))
    for figure in (calibration_curve(decisions), calibration_curve([]), stylometric_profile(queue[0])):
        image, metadata = figure._repr_png_()
        assert image.startswith(b"\x89PNG")
        assert metadata["alt"]
    with pytest.raises(UsageError, match="by rule or by outlet"):
        rates_frame(queue, "author")  # type: ignore[arg-type]


def test_the_profile_covers_every_feature_that_the_model_reads(queue: Queue) -> None:
    frame = profile_frame(queue[0])
    known = set(queue[0].signals["stylometry"])
    assert set(frame["feature"]) >= known - set(frame.loc[frame["human_sd"] == 0, "feature"])
    assert list(frame["z"].abs()) == sorted(frame["z"].abs(), reverse=True)


def test_majority_decides_and_ties_are_left_out() -> None:
    labels, ties = merge_reviewers([*said("ann", "aarr"), *said("bob", "arar"), *said("cyd", "a")])
    assert [label.right for label in labels] == [True, False]
    assert ties == 2


def test_no_article_is_on_both_sides_of_a_fold() -> None:
    labels = [FlagLabel(f"t{i % 7}", "SRC001", i, i + 1, True) for i in range(50)]
    seen: list[FlagLabel] = []
    for rest, part in folds(labels, 5, 1):
        assert not {x.article for x in rest} & {x.article for x in part}
        assert len(rest) + len(part) == len(labels)
        seen += part
    assert sorted(seen, key=repr) == sorted(labels, key=repr)
    assert list(folds(labels[:1], 5, 1)) == []


@pytest.mark.parametrize(
    ("rule", "right", "wrong", "counted"),
    [
        ("SRC001", 9, 1, True),
        ("SRC001", 1, 40, False),
        ("SRC001", 0, FEWEST_FLAGS - 1, True),  # too few to say
        ("BP010", 0, 40, True),  # evidence by itself
        ("BP002", 40, 0, True),  # costs nothing as shipped; reviewers say that it should
    ],
)
def test_a_rule_counts_as_reviewers_say_once_there_are_enough(rule, right, wrong, counted) -> None:
    labels = [FlagLabel("t", rule, i, i, i < right) for i in range(right + wrong)]
    assert fit_rules(labels)[rule].counted is counted
    untouched = {c for c, w in fit_rules(labels).items() if w.counted == catalogue()[c].counted}
    assert untouched >= catalogue().keys() - {rule}


def claims(edge: float, n: int = 400) -> list[SentenceLabel]:
    draw = random.Random(3)
    return [SentenceLabel(f"t{i % 20}", p, p > edge) for i in range(n) for p in [draw.random()]]


@pytest.mark.parametrize(
    ("edge", "may_fall", "low", "high"),
    [(0.6, True, 0.57, 0.63), (0.1, True, 0.08, 0.13), (0.1, False, 0.25, 0.25), (0.6, False, 0.57, 0.63)],
)
def test_the_threshold_goes_where_reviewers_draw_the_line(edge, may_fall, low, high) -> None:
    assert low <= fit_threshold(claims(edge), 0.25, may_fall=may_fall) <= high
    assert fit_threshold(claims(edge, FEWEST_SENTENCES - 1), 0.25, may_fall=may_fall) == 0.25


@pytest.mark.parametrize(
    ("human", "expected"),
    [(articles_needed(0.05) - 1, 0), (articles_needed(0.05), 1), (articles_needed(0.01), 2)],
)
def test_machine_thresholds_change_only_where_human_articles_are_enough(human, expected) -> None:
    shipped = shipped_calibration()
    labels = [ArticleLabel(f"t{i}", 200, i / 1000, machine=False) for i in range(human)]
    labels += [ArticleLabel(f"m{i}", 200, 0.99, machine=True) for i in range(500)]
    fitted, changed = fit_machine_thresholds(labels, shipped)
    assert changed == expected
    differing = [
        (a, b)
        for x, y in zip(shipped.bins, fitted.bins, strict=True)
        for a, b in zip(x.thresholds, y.thresholds, strict=True)
        if a != b
    ]
    assert len(differing) == expected
    assert all(b.probability < 0.2 for _, b in differing)


def test_without_reviewed_articles_the_machine_thresholds_are_those_of_the_model_that_analyzes() -> None:
    labels = Labels((), (), (), frozenset(), 0, 0, 0.25)
    assert fit(labels, 5, 7).calibration == MachineTextDetector().calibration


@pytest.mark.parametrize("rate", [0.05, 0.01])
def test_no_stricter_rate_has_a_lower_threshold_than_a_refitted_looser_one(rate) -> None:
    labels = [ArticleLabel(f"t{i}", 200, 0.9999, machine=False) for i in range(articles_needed(rate))]
    fitted, changed = fit_machine_thresholds(labels, shipped_calibration())
    assert changed == {0.05: 1, 0.01: 2}[rate]
    place = fitted.bin_of(200)
    assert place is not None
    by_rate = sorted(place.thresholds, key=lambda threshold: -threshold.target_fpr)
    assert [t.probability for t in by_rate] == sorted(t.probability for t in by_rate)
    assert by_rate[0].probability > 0.9999


@pytest.mark.parametrize(("edge", "adopted"), [(0.6, True), (None, False)])
def test_only_what_does_better_on_unseen_articles_is_taken_over(edge, adopted) -> None:
    draw = random.Random(5)
    sentences = (
        claims(edge) if edge else [replace(c, unsupported=draw.random() < 0.7) for c in claims(0.5, 60)]
    )
    labels = Labels((), tuple(sentences), (), frozenset({"t0"}), 0, 0, 0.25)
    found = fit(labels, 5, 7)
    assert (found.threshold != 0.25) is adopted
    gain = (found.table[1][3].f1 or 0) - (found.table[1][2].f1 or 0)
    assert (gain >= LEAST_GAIN) is adopted
    lines = "\n".join(report_lines(labels, found, 5, 7))
    assert ("threshold 0.25 before" in lines) is adopted


def run(*options: object):
    return CliRunner().invoke(command, [str(option) for option in options])


def test_recalibrate_writes_a_new_folder_that_the_analyzer_takes(
    tmp_path: Path, queue: Queue, examples: Path
) -> None:
    article = queue[0].article
    vague = [flag for flag in queue[0].flags if flag.rule == "SRC001"]
    wrong = [
        replace(ONE, text_sha256=f"{i:064}", start=flag.span.start, end=flag.span.end, verdict="reject")
        for i in range(4)
        for flag in vague
    ]
    from detector.review import write_jsonl

    write_jsonl(wrong, tmp_path / "d.jsonl")
    out = tmp_path / "made" / "one"
    result = run("--decisions", tmp_path / "d.jsonl", "--articles", examples, "-o", out)
    assert result.exit_code == 0, result.output
    assert "(changed)" in result.output
    assert "| flags that cost points | " in (out / "README.md").read_text()

    usual = queue[0]
    learned = Analyzer(AnalyzerSettings(recalibration=str(out))).analyze(article)
    assert {f.counted for f in learned.flags if f.rule == "SRC001"} == {False}
    assert learned.credibility.score is not None
    assert [f.span for f in learned.flags] == [f.span for f in usual.flags]
    assert [m.name for m in learned.engine.models][-1] == "recalibration"

    before = {path.name: path.read_bytes() for path in out.iterdir()}
    again = run("--decisions", tmp_path / "d.jsonl", "-o", out)
    assert again.exit_code == 2
    assert "never overwritten" in again.output
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before

    plain = "It is a sustainable path to peace. " + article.text
    usual_plain, learned_plain = (
        Analyzer(AnalyzerSettings(recalibration=folder)).analyze(plain) for folder in (None, str(out))
    )
    uncounted = [f.counted for f in usual_plain.flags if f.rule.startswith("BP")]
    assert False in uncounted
    assert [f.counted for f in learned_plain.flags if f.rule.startswith("BP")] == uncounted

    (out / "rules.json").write_text((out / "rules.json").read_text().replace("false", "true", 1))
    with pytest.raises(ModelError, match="altered"):
        Analyzer(AnalyzerSettings(recalibration=str(out)))
    with pytest.raises(UsageError, match="no such folder"):
        Analyzer(AnalyzerSettings(recalibration=str(tmp_path / "none")))

    for name, content in before.items():
        (out / name).write_bytes(content)
    listed = [
        line for line in before["SHA256SUMS"].splitlines(keepends=True) if b"calibration.json" not in line
    ]
    (out / "SHA256SUMS").write_bytes(b"".join(listed))
    with pytest.raises(ModelError, match=r"calibration\.json"):
        Analyzer(AnalyzerSettings(recalibration=str(out)))


def test_recalibrate_reads_the_examples(tmp_path: Path, examples: Path) -> None:
    result = run("--decisions", EXAMPLES, "--articles", examples, "-o", tmp_path / "r")
    assert result.exit_code == 0, result.output
    assert "0 articles without their text" in result.output
    rules = json.loads((tmp_path / "r" / "rules.json").read_text())["rules"]
    assert rules.keys() == catalogue().keys()


@pytest.mark.parametrize("content", ["", '{"no": "decision"}\n'])
def test_recalibrate_names_what_is_no_decision_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "d.jsonl").write_text(content)
    result = run("--decisions", tmp_path / "d.jsonl", "-o", tmp_path / "r")
    assert result.exit_code == 2
    assert "d.jsonl" in result.output
    assert not (tmp_path / "r").exists()


def test_a_folder_that_could_not_be_written_is_no_hindrance(
    tmp_path: Path, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from detector.review import write_jsonl

    write_jsonl([ONE], tmp_path / "d.jsonl")
    out = tmp_path / "made"

    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("training.artifacts.write_sums", full)
        assert run("--decisions", tmp_path / "d.jsonl", "--articles", examples, "-o", out).exit_code != 0
    assert list(tmp_path.iterdir()) == [tmp_path / "d.jsonl"]
    assert run("--decisions", tmp_path / "d.jsonl", "--articles", examples, "-o", out).exit_code == 0
