"""The sets that calibrate and evaluate: which records, whole or cropped, apart from all training."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.corpora import records
from training.splits import (
    group_keys,
    human_fold,
    machine_held_out,
    retold_keys,
    seen_in_training,
    text_key,
)
from training.windows import cleaned, prefixes, without_prefix

BINS: tuple[tuple[int, int | None], ...] = ((80, 150), (150, 300), (300, 600), (600, None))
"""Length bins of the thresholds, in words of cleaned prose."""

LONGEST = 700
"""Words of an article that are read at most here, to bound the cost of a run."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text to score: `kind` names its row in the tables."""

    set: str
    kind: str
    label: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class TextSet:
    """Records of one file that pass `where` and `keep`, `limit` of them.

    `crops` is how many crops there are of a text, each meant for another of `BINS`, so that
    none weighs twice in a bin; 0 leaves it whole.
    """

    name: str
    file: str
    label: str
    limit: int
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keep: Callable[[Mapping[str, Any], str], bool] = lambda record, name: True
    kind: Callable[[Mapping[str, Any]], str] = lambda record: ""
    crops: int = 0

    def texts(self, rng: random.Random) -> Iterator[Text]:
        """The texts, whole, or cropped to a random place and a random bin of `BINS`, `crops` times."""
        everything = list(records(self.file))
        cut = prefixes(everything)
        retold = retold_keys() if self.label == "human" else frozenset()
        chosen, seen = [], set()
        for record in everything:
            fits = record["label"] == self.label and self.keep(record, self.file)
            if not fits or any(str(record.get(f, "")) not in values for f, values in self.where.items()):
                continue
            if any(key in retold for key in group_keys(record)):
                continue
            key = text_key(str(record["text"]))
            if key not in seen:
                seen.add(key)
                chosen.append(record)
        rng.shuffle(chosen)
        for record in chosen[: self.limit]:
            sentences = cleaned(without_prefix(record, cut))
            for number, part in enumerate(_crops(sentences, self.crops, rng)):
                yield Text(
                    self.name, self.kind(record) or self.name, self.label, f"{record['id']}#{number}", part
                )


def _crops(sentences: Sequence[str], crops: int, rng: random.Random) -> Iterator[str]:
    sizes = [sentence.count(" ") + 1 for sentence in sentences]
    if not crops:
        yield " ".join(_run(sentences, sizes, LONGEST))
        return
    feasible = [(low, high or LONGEST) for low, high in BINS if sum(sizes) >= low * 1.15]
    for low, high in rng.sample(feasible, min(crops, len(feasible))):
        target = rng.randint(int(low * 1.1), high)
        spare = max(0, sum(sizes) - target)
        skip, start = rng.randint(0, spare), 0
        while skip >= sizes[start] and sum(sizes[start + 1 :]) >= target:
            skip -= sizes[start]
            start += 1
        yield " ".join(_run(sentences[start:], sizes[start:], target))


def _run(sentences: Sequence[str], sizes: Sequence[int], words: int) -> list[str]:
    found, total = [], 0
    for sentence, size in zip(sentences, sizes, strict=True):
        if total and total + size > words:
            break
        found.append(sentence)
        total += size
    return found


def _fold(fold: str) -> Callable[[Mapping[str, Any], str], bool]:
    return lambda record, name: human_fold(record, name) == fold


def _style(record: Mapping[str, Any]) -> str:
    return "frontier: " + str(record.get("attack") or "human")


def _generator(record: Mapping[str, Any]) -> str:
    return f"{record['dataset']}: {record.get('generator') or 'human'}"


_NEWS = {"domain": ("news",)}
_INSTRUCTED = {"domain": ("news",), "generator": ("gpt4turbo", "claude3haiku", "gpt4o")}


def human_sets(fold: str, limits: Mapping[str, int], crops: int = 0) -> list[TextSet]:
    """Human news of a fold: outlets that training never saw."""
    return [
        TextSet(
            "news: held-out outlets",
            "human_news/train/allsides",
            "human",
            limits["news"],
            keep=_fold(fold),
            crops=crops,
        ),
        TextSet(
            "news: held-out outlets",
            "human_news/dev/allsides",
            "human",
            limits["news"] // 3,
            keep=_fold(fold),
            crops=crops,
        ),
        TextSet(
            "news: fnc1", "human_news/dev/fnc1_bodies", "human", limits["fnc1"], keep=_fold(fold), crops=crops
        ),
        TextSet(
            "news: newscluster", "human_news/dev/newscluster", "human", 400, keep=_fold(fold), crops=crops
        ),
        TextSet("local news", "human_news/train/local", "human", 400, keep=_fold(fold), crops=crops),
        TextSet("local news", "human_news/dev/local", "human", 400, keep=_fold(fold), crops=crops),
        TextSet(
            "opinion", "human_news/dev/opinions", "human", limits["opinion"], keep=_fold(fold), crops=crops
        ),
    ]


CALIBRATION = human_sets("calibration", {"news": 960, "fnc1": 400, "opinion": 500}, crops=len(BINS))
"""What thresholds are set on: a crop of every bin that an article is long enough for."""

STACKING = [
    TextSet("own held-out", "own/machine_articles", "ai", 300, keep=machine_held_out),
    TextSet("detectrl news", "machine_text/dev/detectrl", "ai", 150, where=_NEWS),
]
"""Machine texts that the stack's few weights are fitted on, against the calibration fold."""

EVALUATION = [
    *human_sets("evaluation", {"news": 450, "fnc1": 200, "opinion": 350}),
    TextSet(
        "news: seen outlets", "human_news/dev/allsides", "human", 100, keep=lambda r, n: seen_in_training(r)
    ),
    TextSet("non-native essays", "machine_text/dev/toefl_bias", "human", 300, where={"domain": ("essay",)}),
    TextSet("native abstracts", "machine_text/dev/toefl_bias", "human", 100, where={"domain": ("abstract",)}),
    TextSet("XSum human", "machine_text/dev/lastde", "human", 120, where=_NEWS),
    TextSet("frontier_mirrors", "machine_text/dev/frontier_mirrors", "human", 300, kind=_style),
    TextSet("frontier_mirrors", "machine_text/dev/frontier_mirrors", "ai", 300, kind=_style),
    TextSet("frontier_mirrors mixed", "machine_text/dev/frontier_mirrors", "mixed", 300, kind=_style),
    TextSet(
        "hart held-out",
        "machine_text/train/hart_dev",
        "ai",
        200,
        keep=machine_held_out,
        where=_NEWS,
        kind=lambda r: "hart news: " + str(r.get("attack") or "raw"),
    ),
    TextSet("XSum-style", "machine_text/dev/lastde", "ai", 180, where=_INSTRUCTED, kind=_generator),
    TextSet("XSum-style", "machine_text/dev/remodetect", "ai", 60, where=_NEWS, kind=_generator),
    TextSet(
        "XSum-style",
        "machine_text/dev/fastdetectgpt",
        "ai",
        60,
        where={"domain": ("news",), "generator": ("gpt-4", "gpt-3.5-turbo")},
        kind=_generator,
    ),
    TextSet("XSum-style", "machine_text/dev/tocsin_gemini", "ai", 100, where=_NEWS, kind=_generator),
    TextSet("detectrl news", "machine_text/dev/detectrl", "ai", 150, where=_NEWS),
    TextSet("own held-out", "own/machine_articles", "ai", 300, keep=machine_held_out),
]
"""What results are reported on."""


def samples() -> Iterator[Text]:
    """The four sample articles, where the environment variable SAMPLES names their folder."""
    folder = os.environ.get("SAMPLES", "")
    for path in sorted(Path(folder).glob("*.txt")) if folder else []:
        yield Text("samples", path.stem, "ai", path.stem, path.read_text("utf-8"))
