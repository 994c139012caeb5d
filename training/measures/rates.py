"""Measure how often every rule and boilerplate pattern fires on human and on machine-written news.

`python -m training rates` writes `detector/data/rates.json`, which the rule catalogue and the
boilerplate patterns read: a rule or pattern that fires on human news as often costs no points.
Only training splits are read.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click

from detector.detectors import default_detectors
from detector.detectors.base import Detector
from detector.detectors.boilerplate import BoilerplateDetector
from detector.document import build_document
from detector.rules import catalogue
from detector.types import Article
from training.corpora import corpus_digests, records
from training.places import DETECTOR_DATA


@dataclass(frozen=True, slots=True)
class Sample:
    """Which records of a corpus are taken, up to a number of words."""

    corpus: str
    side: str
    max_words: int


SAMPLES = (
    Sample("human_news/train/allsides", "human", 900_000),
    Sample("human_news/train/bbc_2004_2005", "human", 300_000),
    Sample("human_news/train/local", "human", 300_000),
    Sample("human_news/train/opinions", "human", 300_000),
    Sample("human_news/train/reuters21578", "human", 200_000),
    Sample("machine_text/train/frontier_mirrors", "machine", 200_000),
    Sample("machine_text/train/hart_dev", "machine", 200_000),
    Sample("machine_text/train/l2d_prompt", "machine", 200_000),
    Sample("machine_text/train/l2r", "machine", 150_000),
    Sample("machine_text/train/gecscore", "machine", 150_000),
    Sample("machine_text/train/imbd", "machine", 150_000),
    Sample("machine_text/train/f3", "machine", 100_000),
    Sample("machine_text/train/llmfake", "machine", 100_000),
    Sample("machine_text/train/sheepdog_style", "machine", 50_000),
)
"""News alone. Sets of older or tabloid machine text get less room, so that none sets the rates."""

TRAINED = "machine_text"
"""Detector whose rates on these very articles, which it was trained on, would mean nothing; its card has others."""
SHIPPED = DETECTOR_DATA / "rates.json"
"""Where rates stand, and whence a run over some detectors has the others'."""
_CHUNK = 64
_detectors: tuple[Detector, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Flags by rule, matches by pattern, and the words and articles that they were counted in."""

    words: int
    articles: int
    rules: Counter[str]
    patterns: Counter[str]


def choose_texts(sample: Sample) -> Iterator[str]:
    """Texts of a sample, in an order that depends on their ids alone, until the words are used up."""
    chosen = []
    for record in records(sample.corpus):
        if sample.side == "machine" and (record.get("label"), record.get("domain")) != ("ai", "news"):
            continue
        key = hashlib.sha256(str(record["id"]).encode()).hexdigest()
        chosen.append((key, record["text"]))
    words = 0
    for _, text in sorted(chosen):
        if words >= sample.max_words:
            return
        words += len(text.split())
        yield text


def _start(names: Sequence[str]) -> None:
    global _detectors
    made = {detector.name: detector for detector in default_detectors()}
    unknown = set(names) - made.keys()
    if unknown:
        raise click.UsageError(
            f"no detector is named {', '.join(sorted(unknown))}; there are {', '.join(made)}"
        )
    _detectors = tuple(made[name] for name in names or [n for n in made if n != TRAINED])


def count(texts: Sequence[str]) -> Counts:
    """Run the detectors over some texts."""
    documents = [build_document(Article(text)) for text in texts]
    rules: Counter[str] = Counter()
    patterns: Counter[str] = Counter()
    for detector in _detectors:
        for detection in detector.detect(documents):
            rules.update(flag.rule for flag in detection.flags)
        if isinstance(detector, BoilerplateDetector):
            for document in documents:
                patterns.update(match.pattern.id for match in detector.matches(document))
    return Counts(sum(d.words for d in documents), len(documents), rules, patterns)


def merge(parts: Sequence[Counts]) -> Counts:
    """Add counts up."""
    return Counts(
        words=sum(part.words for part in parts),
        articles=sum(part.articles for part in parts),
        rules=sum((part.rules for part in parts), Counter()),
        patterns=sum((part.patterns for part in parts), Counter()),
    )


def tabulate(
    keys: Sequence[str], human: Counter[str], machine: Counter[str], sides: dict[str, Counts]
) -> dict[str, Any]:
    """Rates per 1,000 words with the counts behind them, by key."""
    return {
        key: {
            "human_per_1000": round(1000 * human[key] / sides["human"].words, 5),
            "machine_per_1000": round(1000 * machine[key] / sides["machine"].words, 5),
            "human_flags": human[key],
            "machine_flags": machine[key],
            "human_words": sides["human"].words,
            "machine_words": sides["machine"].words,
        }
        for key in sorted(keys)
    }


def _chunks(texts: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@click.command("rates", help=__doc__)
@click.option(
    "--detector",
    "names",
    multiple=True,
    help="Only these detectors; other rules keep the rates that they have.",
)
@click.option("--jobs", default=2, show_default=True, help="Processes.")
@click.option("--scale", default=1.0, show_default=True, help="Share of each sample's words to read.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to write; else the package's data."
)
def main(names: tuple[str, ...], jobs: int, scale: float, output: Path | None) -> None:
    """Entry point."""
    target = output or SHIPPED
    _start(names)
    present = {detector.name: detector for detector in _detectors}
    used: list[dict[str, Any]] = []
    parts: dict[str, list[Counts]] = {"human": [], "machine": []}
    with get_context("fork").Pool(jobs, _start, (names,)) as pool:
        for sample in SAMPLES:
            scaled = Sample(sample.corpus, sample.side, int(sample.max_words * scale))
            counts = merge(list(pool.imap(count, _chunks(choose_texts(scaled)))))
            parts[sample.side].append(counts)
            used.append(
                {
                    "corpus": sample.corpus,
                    "side": sample.side,
                    "articles": counts.articles,
                    "words": counts.words,
                    "sha256": corpus_digests([sample.corpus])[sample.corpus],
                }
            )
            click.echo(f"{sample.corpus}: {counts.articles} articles, {counts.words} words", err=True)
    sides = {side: merge(counts) for side, counts in parts.items()}
    codes = [code for detector in present.values() for code in detector.rules if code in catalogue()]
    old = json.loads((target if target.exists() else SHIPPED).read_text("utf-8"))
    rules = old["rules"] | tabulate(codes, sides["human"].rules, sides["machine"].rules, sides)
    patterns = old["patterns"]
    boilerplate = present.get(BoilerplateDetector.name)
    if isinstance(boilerplate, BoilerplateDetector):
        ids = [pattern.id for pattern in boilerplate.patterns]
        patterns = tabulate(ids, sides["human"].patterns, sides["machine"].patterns, sides)
    result = {
        "source": "Written by `python -m training rates`: flags per 1,000 words of news, by side; training splits only.",
        # A run over some detectors leaves the sample of the others named; each row has its own words.
        "words": old["words"] if names else {s: c.words for s, c in sides.items()},
        "corpora": old["corpora"] if names else used,
        "rules": {code: rules[code] for code in sorted(rules) if code in catalogue()},
        "patterns": patterns,
    }
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{'rule':8}{'human/1000':>12}{'machine/1000':>14}")
    for code, row in result["rules"].items():
        click.echo(f"{code:8}{row['human_per_1000']:12.4f}{row['machine_per_1000']:14.4f}")
