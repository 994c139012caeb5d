"""Labelled articles for models that read whole articles: cropped to sentences, matched in length, grouped by source."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.document import build_document
from detector.models.cleaning import pieces
from detector.models.stylometric import split_windows
from detector.stylometry import ProseSentence, gather, measure_prose, read_sentences
from detector.types import Article
from training.attacks import article_deletion, lower, misspelling
from training.corpora import OWN_ARTICLES, records
from training.splits import (
    group_keys,
    human_fold,
    machine_held_out,
    share,
    text_key,
    twin_keys,
)
from training.windows import prefixes, without_prefix


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus file with how many records of a label to take, with these fields, how often cropped."""

    file: str
    label: str
    limit: int
    crops: int = 1
    where: Mapping[str, Sequence[Any]] | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Examples:
    """Measured windows, a row each; `items` numbers the crop that a window is of, `words` is the crop's length.

    `styles` is the record's `attack`, `files` its corpus file.
    """

    values: npt.NDArray[np.float64]
    items: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    groups: tuple[str, ...]
    files: tuple[str, ...]
    styles: tuple[str, ...]
    generators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """One text to measure, with the lengths in words to crop it to (None: whole)."""

    text: str
    label: int
    group: str
    file: str
    style: str
    generator: str
    weight: float
    lengths: tuple[int | None, ...]


LEAST_WORDS = 80
ATTACKED = 0.12
"""Share of the training texts that are attacked, so that lower case and misspellings tell nothing."""
STYLE_ATTACKS = (lower, lower, misspelling, misspelling, article_deletion)
_NEWS = {"domain": ("news",)}
_PLAIN_NEWS = {"domain": ("news",), "attack": (None,)}

TRAINING: tuple[Source, ...] = (
    Source("human_news/train/allsides", "human", 2600),
    Source("human_news/train/opinions", "human", 2600),
    Source("human_news/train/bbc_2004_2005", "human", 1300),
    Source("human_news/train/local", "human", 950, crops=2),
    Source("human_news/train/reuters21578", "human", 1000),
    Source("machine_text/train/gecscore", "human", 600, where=_NEWS),
    Source("machine_text/train/llmfake", "human", 700),
    Source("machine_text/train/f3", "human", 900),
    Source("machine_text/train/l2r", "human", 300, where=_NEWS),
    Source("machine_text/train/imbd", "human", 300, where=_NEWS),
    Source("machine_text/train/sheepdog_style", "human", 370),
    Source("machine_text/train/outfox", "human", 498),
    Source("machine_text/train/frontier_mirrors", "human", 400, crops=2, weight=4.0),
    Source("machine_text/train/frontier_mirrors", "ai", 400, crops=3, weight=4.0),
    Source("own/machine_articles", "ai", 2000, crops=2, weight=3.0),
    Source(
        "machine_text/train/hart_dev", "ai", 912, where={"domain": ("news", "essay", "story")}, weight=2.0
    ),
    Source("machine_text/train/gecscore", "ai", 2400, where=_PLAIN_NEWS),
    Source(
        "machine_text/train/gecscore",
        "ai",
        700,
        where={"domain": ("news",), "attack": ("paraphrase_dipper",)},
    ),
    Source("machine_text/train/l2d_prompt", "ai", 1200, where=_NEWS),
    Source("machine_text/train/imbd", "ai", 700, where=_NEWS),
    Source("machine_text/train/llmfake", "ai", 1500),
    Source("machine_text/train/f3", "ai", 900),
    Source("machine_text/train/sheepdog_style", "ai", 1200),
    Source("machine_text/train/l2r", "ai", 600, where=_NEWS),
)
"""What the article models train on: news of both kinds, all in English."""


def _lengths(rng: random.Random, crops: int) -> tuple[int | None, ...]:
    return tuple(rng.choice((110, 160, 220, 300, 400, 520, 600)) for _ in range(crops))


def jobs_of(source: Source, banned: frozenset[str], rng: random.Random) -> list[Job]:
    """Texts of a source that may train, without the prefix that they share with a twin."""
    if source.file == "own/machine_articles" and not OWN_ARTICLES.is_file():
        return []
    everything = list(records(source.file))
    cut = prefixes(everything)
    chosen = []
    for record in everything:
        fields = source.where or {}
        if record["label"] != source.label or any(
            record.get(f) not in values for f, values in fields.items()
        ):
            continue
        if record.get("lang", "en") != "en" or any(key in banned for key in group_keys(record)):
            continue
        if source.file.startswith("human_news") and human_fold(record, source.file) != "train":
            continue
        if machine_held_out(record, source.file):
            continue
        chosen.append(record)
    rng.shuffle(chosen)
    return [
        Job(
            without_prefix(record, cut), int(source.label == "ai"), next(iter(group_keys(record))), source.file,
            str(record.get("attack") or ""), str(record.get("generator") or ""), source.weight, _lengths(rng, source.crops),
        )
        for record in chosen[: source.limit]
    ]  # fmt: skip


def crop(
    sentences: Sequence[ProseSentence], length: int | None, rng: random.Random
) -> Sequence[ProseSentence]:
    """Consecutive whole sentences of about `length` words, from the front half the time; None takes all."""
    total = sum(len(s.words) for s in sentences)
    if length is None or total <= length:
        return sentences
    latest, left = 0, total
    while left - len(sentences[latest].words) >= length:
        left -= len(sentences[latest].words)
        latest += 1
    start = 0 if rng.random() < 0.5 else rng.randint(0, latest)
    stop, size = start, 0
    while stop < len(sentences) and (size == 0 or size + len(sentences[stop].words) <= length):
        size += len(sentences[stop].words)
        stop += 1
    return sentences[start:stop]


def prose_sentences(text: str) -> list[ProseSentence]:
    """Cleaned sentences of a text, as the model reads them."""
    return read_sentences(piece.text for piece in pieces(build_document(Article(text))))


def _measure(job: Job) -> list[tuple[int, npt.NDArray[np.float64]]]:
    """Words of each crop that is long enough, and the vectors of its windows."""
    rng = random.Random(text_key(job.text))
    sentences = prose_sentences(job.text)
    found, sizes = [], set[int]()
    for length in job.lengths:
        part = crop(sentences, length, rng)
        words = sum(len(s.words) for s in part)
        if words < LEAST_WORDS or words in sizes:
            continue
        sizes.add(words)
        runs = split_windows([len(s.words) for s in part])
        found.append((words, np.array([measure_prose(gather(part[a:b])) for a, b in runs])))
    return found


def measure_jobs(jobs: Sequence[Job], workers: int = 2) -> Examples:
    """Measure every crop of every job, in order."""
    with ProcessPoolExecutor(workers) as pool:
        measured = list(pool.map(_measure, jobs, chunksize=64))
    crops = [(job, words, rows) for job, found in zip(jobs, measured, strict=True) for words, rows in found]
    index = [i for i, (_, _, rows) in enumerate(crops) for _ in rows]
    chosen = [crops[i][0] for i in index]
    return Examples(
        values=np.concatenate([rows for _, _, rows in crops]),
        items=np.array(index),
        labels=np.array([job.label for job in chosen]),
        words=np.array([crops[i][1] for i in index]),
        weights=np.array([job.weight for job in chosen]),
        groups=tuple(job.group for job in chosen),
        files=tuple(job.file for job in chosen),
        styles=tuple(job.style for job in chosen),
        generators=tuple(job.generator for job in chosen),
    )


def training_examples(banned: frozenset[str], seed: int) -> Examples:
    """Crops of all training sources, each text once; a share of both classes alike under an attack."""
    rng = random.Random(seed)
    seen: set[str] = set()
    jobs = []
    for source in TRAINING:
        for job in jobs_of(source, banned, rng):
            key = f"{text_key(job.text)}{len(job.text)}"
            if key not in seen:
                seen.add(key)
                if rng.random() < ATTACKED:
                    job = replace(job, text=rng.choice(STYLE_ATTACKS)(job.text, rng))
                jobs.append(job)
    return measure_jobs(jobs)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A text that no model trained on, for thresholds (`calibration`) or reports (`evaluation`)."""

    text: str
    label: str
    fold: str
    name: str
    style: str


_HUMAN_FILES = (
    "human_news/train/allsides", "human_news/train/local",
    "human_news/dev/allsides", "human_news/dev/fnc1_bodies", "human_news/dev/local",
    "human_news/dev/newscluster", "human_news/dev/opinions",
)  # fmt: skip


def held_out_humans() -> Iterator[HeldOut]:
    """Human news of outlets that training never saw, each text once, without the twins of our own articles."""
    seen: set[str] = set()
    twins = twin_keys() if OWN_ARTICLES.is_file() else frozenset()
    for file in _HUMAN_FILES:
        for record in records(file):
            fold = human_fold(record, file)
            key = text_key(record["text"])
            if fold != "train" and key not in seen and str(record["id"]) not in twins:
                seen.add(key)
                yield HeldOut(record["text"], "human", fold, file.rsplit("/", 1)[1], "")


def held_out_machines(files: Sequence[str], limit: int = 400) -> Iterator[HeldOut]:
    """Texts of the development files, and the held-out part of training files, after dropping shared prefixes."""
    for file in files:
        if file == "own/machine_articles" and not OWN_ARTICLES.is_file():
            continue
        everything = list(records(file))
        cut = prefixes(everything)
        name = file.rsplit("/", 1)[1]
        chosen = [r for r in everything if r["label"] in ("ai", "human") and r.get("lang", "en") == "en"]
        if name in ("lastde", "detectrl", "fastdetectgpt", "remodetect", "tocsin_gemini"):
            chosen = [r for r in chosen if r["domain"] == "news"]
        if not file.startswith("machine_text/dev"):
            chosen = [r for r in chosen if machine_held_out(r, file)]
        chosen.sort(key=lambda r: share(str(r["id"])))
        by_label = {label: [r for r in chosen if r["label"] == label][:limit] for label in ("ai", "human")}
        for label, kept in by_label.items():
            for record in kept:
                style = str(record.get("attack") or record.get("generator") or "")
                yield HeldOut(without_prefix(record, cut), label, "evaluation", name, style)
