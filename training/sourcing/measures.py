"""Measures of the sourcing detector's parts: attribution spans, time expressions, flag rates."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from detector.detectors.sourcing import SourcingDetector
from detector.document import Document, build_document
from detector.models.artifact import load_artifact, shipped
from detector.sourcing.calendar import value_of
from detector.sourcing.carry import quoted_tokens
from detector.sourcing.encoder import SourcingEncoder
from detector.sourcing.lexicon import fold
from detector.sourcing.predictions import CONTENT, CUE, SOURCE, tagged_runs
from detector.sourcing.sources import find_attributions
from detector.sourcing.times import find_times
from detector.types import Article
from training.corpora import corpora_root, records
from training.sourcing.support import annotated_digests, digest, published

Spans = set[tuple[int, int]]
LABELS = {"source": SOURCE, "cue": CUE, "content": CONTENT}


class Tally:
    """Hits, guesses and truths of spans, exact and by overlap of characters."""

    def __init__(self) -> None:
        self.exact, self.overlap_guess, self.overlap_truth, self.guesses, self.truths = 0, 0, 0, 0, 0

    def add(self, guess: Spans, truth: Spans) -> None:
        """Count one document's spans."""
        self.exact += len(guess & truth)
        self.guesses += len(guess)
        self.truths += len(truth)
        self.overlap_guess += sum(any(a < d and c < b for c, d in truth) for a, b in guess)
        self.overlap_truth += sum(any(a < d and c < b for c, d in guess) for a, b in truth)

    def line(self, name: str) -> str:
        """One line of a table: P, R, F1 exact and by overlap."""
        parts = []
        for hit_p, hit_r in ((self.exact, self.exact), (self.overlap_guess, self.overlap_truth)):
            p, r = hit_p / max(1, self.guesses), hit_r / max(1, self.truths)
            parts.append(f"P {p:.3f} R {r:.3f} F1 {2 * p * r / max(1e-9, p + r):.3f}")
        return f"{name:<18} exact {parts[0]}   overlap {parts[1]}   n={self.truths}"


def _gold_spans(record: dict[str, list[dict[str, int | str]]], label: str) -> Spans:
    spans = sorted({(int(s["start"]), int(s["end"])) for s in record["spans"] if s["label"] == label})
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return set(merged)


def _rule_spans(document: Document) -> dict[str, Spans]:
    inside, folded = quoted_tokens(document), fold(document.text)
    found: dict[str, Spans] = {"source": set(), "cue": set()}
    for sentence in document.sentences:
        first, last = sentence.tokens
        for a in find_attributions(folded, document.tokens[first:last], inside[first:last]):
            if a.hearsay or a.kind == "none":
                continue
            source, cue = document.raw_span(a.start, a.end), document.raw_span(a.cue_start, a.cue_end)
            found["source"].add((source.start, source.end))
            found["cue"].add((cue.start, cue.end))
    return found


@click.command()
@click.option("--limit", default=1000, show_default=True, help="Articles of the development split.")
def tagger(limit: int) -> None:
    """Print span F1 on PolNeAR dev: the encoder's tags beside the rules', in one run."""
    encoder = SourcingEncoder(load_artifact(shipped("sourcing")))
    tallies: dict[str, Tally] = {}
    seen: set[str] = set()
    tokens = Counter[str]()
    for record in records("sourcing/polnear"):
        if record["split"] != "dev" or record["text"] in seen or len(seen) >= limit:
            continue
        seen.add(record["text"])
        document = build_document(Article(record["text"]))
        gold = {label: _gold_spans(record, label) for label in LABELS}
        guesses = {f"rules {k}": v for k, v in _rule_spans(document).items()}
        guesses.update({f"encoder {k}": v for k, v in _tagged(document, encoder, tokens, gold).items()})
        for name, guess in guesses.items():
            tallies.setdefault(name, Tally()).add(guess, gold[name.split()[1]])
    click.echo(f"PolNeAR dev, {len(seen)} articles (human agreement: alpha .754 by tokens)")
    for name, tally in sorted(tallies.items(), key=lambda item: item[0].split()[::-1]):
        click.echo(tally.line(name))
    for label in LABELS:
        if tokens[f"{label} truth"]:
            p, r = (
                tokens[f"{label} hit"] / max(1, tokens[f"{label} guess"]),
                tokens[f"{label} hit"] / tokens[f"{label} truth"],
            )
            click.echo(f"encoder {label}, by pieces: P {p:.3f} R {r:.3f} F1 {2 * p * r / (p + r):.3f}")


def _tagged(
    document: Document, encoder: SourcingEncoder, tokens: Counter[str], gold: dict[str, Spans]
) -> dict[str, Spans]:
    found: dict[str, Spans] = {label: set() for label in LABELS}
    marked = np.zeros((len(document.article.text) + 1, len(LABELS)), dtype=bool)
    for label, column in LABELS.items():
        for start, end in gold[label]:
            marked[start:end, column] = True
    for window in encoder.windows(document):
        pieces, _ = encoder.read(window)
        own = [slot for slot in window.slots if slot.own]
        if not own:
            continue
        first, last = own[0].first, own[-1].last
        for label, column in LABELS.items():
            for start, end, _ in tagged_runs(
                document.text, window.offsets[first:last], pieces[first:last, column]
            ):
                span = document.raw_span(start, end)
                found[label].add((span.start, span.end))
            for piece in range(first, last):
                span = document.raw_span(*window.offsets[piece])
                truth, guess = (
                    bool(marked[span.start : span.end, column].any()),
                    bool(pieces[piece, column] > 0.5),
                )
                tokens.update(
                    {f"{label} truth": truth, f"{label} guess": guess, f"{label} hit": truth and guess}
                )
    return found


@click.command()
def times() -> None:
    """Print TIMEX3 span F1 and value accuracy on TempEval-3, silver and gold apart by collection."""
    tallies: dict[str, Tally] = {}
    values: dict[str, list[bool]] = {}
    for record in records("sourcing/tempeval3_timeml"):
        document = build_document(Article(record["text"]))
        anchor = published(record)
        part = record["id"].split("/")[1]
        gold = {(s["start"], s["end"]): s["value"] for s in record["spans"] if s["label"] == "TIMEX3"}
        guess: dict[tuple[int, int], str | None] = {}
        for sentence in document.sentences:
            future = " will " in sentence.text
            for t in find_times(document.text, sentence.start, sentence.end):
                span = document.raw_span(t.start, t.end)
                guess[span.start, span.end] = value_of(t, document.text, anchor, future)
        for name in (part, "all"):
            tallies.setdefault(name, Tally()).add(set(guess), set(gold))
            for (start, end), value in guess.items():
                matched = next((v for (a, b), v in gold.items() if a < end and start < b), None)
                if matched is not None:
                    values.setdefault(name, []).append(str(value)[:10] == str(matched)[:10])
    for name, tally in tallies.items():
        right = values.get(name, [False])
        click.echo(
            f"{tally.line(name)}   value right {sum(right) / len(right):.3f} of {len(right)} overlapping"
        )


@click.command("flag-rates")
@click.option("--limit", default=60, show_default=True, help="Articles of each corpus.")
@click.option("--rules-only", is_flag=True)
def flag_rates(limit: int, rules_only: bool) -> None:
    """Print unsupported claims per 1,000 words on human news and on machine-written articles, none of them annotated."""
    detector = SourcingDetector(use_model=not rules_only)
    for name, texts in _collections(limit):
        words = flags = unsupported = claims = count = 0
        codes: Counter[str] = Counter()
        for article in texts:
            document = build_document(article)
            detection = detector.detect([document])[0]
            words += document.words
            flags += len(detection.flags)
            codes.update(f.rule for f in detection.flags)
            unsupported += sum(s.unsupported for s in detection.sourcing)
            claims += sum(s.role == "claim" for s in detection.sourcing)
            count += 1
        if words:
            click.echo(
                f"{name:<34} {count:>4} articles {words:>7} words   unsupported {1000 * unsupported / words:6.2f}"
                f"   flags {1000 * flags / words:6.2f} per 1,000   share {unsupported / max(1, claims):.3f}   {dict(sorted(codes.items()))}"
            )


def _collections(limit: int) -> Iterator[tuple[str, Sequence[Article]]]:
    annotated = annotated_digests()
    folder = os.environ.get("SAMPLES")
    if folder:
        yield "samples", [Article(p.read_text("utf-8")) for p in sorted(Path(folder).glob("*.txt"))]
    for path in sorted((corpora_root() / "human_news" / "dev").glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        chosen = []
        for index, record in enumerate(records(f"human_news/dev/{name}")):
            if (
                index % 7 == 0
                and 150 < len(record["text"].split()) < 1500
                and digest(record["text"]) not in annotated
            ):
                chosen.append(
                    Article(
                        record["text"],
                        title=record.get("title"),
                        published=published({"date": record.get("date")}),
                    )
                )
            if len(chosen) >= limit:
                break
        yield f"human_news/dev/{name}", chosen
    groups: dict[str, list[Article]] = {}
    for record in records("machine_text/dev/frontier_mirrors"):
        key = "human" if record["label"] == "human" else str(record.get("attack"))
        groups.setdefault(key, []).append(
            Article(record["text"], published=published({"date": record.get("date")}))
        )
    for key, articles in sorted(groups.items()):
        fresh = [article for article in articles if digest(article.text) not in annotated]
        yield f"frontier_mirrors {key}", fresh[:limit]
