"""Annotated articles of the support task: the corpora's own, and further sets of annotations kept here by id.

`training/annotations` holds offsets and labels alone, of articles of the training corpora that were
annotated under the guideline of `sourcing/GUIDELINE.md`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from detector.document import Document, build_document
from detector.types import Article
from training.corpora import DEVELOPMENT, corpora_root, records
from training.places import ANNOTATIONS
from training.splits import group_keys

OWN_SETS = ("support_extra", "support_further", "support_machine", "support_more", "support_doubtful")
"""Sets of annotations that are kept here, without their texts."""
TRAINING_ONLY = ("support_doubtful",)
"""Sets of what a model was least sure of: they train, but measure and fit nothing, since they are no sample of news."""
SAMPLED_SETS = tuple(name for name in OWN_SETS if name not in TRAINING_ONLY)
"""Those drawn as news comes."""
SECOND = "second_opinions"
"""Annotations of some of the same articles by another annotator: a field where the two differ is None."""
FIELDS = ("start", "end", "role", "source", "time", "unsupported")
ORIGINS = {
    "allsides": ("human_news/train/allsides",),
    "bbc": ("human_news/train/bbc_2004_2005",),
    "gecscore": ("machine_text/train/gecscore",),
    "hart_dev": ("machine_text/train/hart_dev",),
    "llmfake": ("machine_text/train/llmfake",),
    "local": ("human_news/train/local",),
    "mirror": ("machine_text/train/frontier_mirrors", "machine_text/dev/frontier_mirrors"),
    "polnear": ("sourcing/polnear",),
}
"""Corpora that have the articles of `support_silver`, under the same ids, by their `origin`."""


def support_records(name: str) -> Iterator[dict[str, Any]]:
    """Records of `support_silver`, `support_gold_dev` or one of `OWN_SETS`, in one shape.

    Of `support_silver`, articles that a development corpus has are left out: they report results.
    """
    if name in OWN_SETS:
        yield from _own_records(name, corpora_root(), _stamp(name), _stamp(SECOND))
    elif name == "support_silver":
        yield from _silver_records(corpora_root())
    else:
        yield from records(f"sourcing/{name}")


def _stamp(name: str) -> tuple[str, int, int] | None:
    """What changes when a file of annotations changes."""
    path = ANNOTATIONS / f"{name}.jsonl"
    if not path.exists():
        return None
    found = path.stat()
    return str(path), found.st_mtime_ns, found.st_size


@cache
def _own_records(name: str, *key: object) -> tuple[dict[str, Any], ...]:
    """Records of an own set, with the texts that its annotations are of; read once, since whole corpora are searched."""
    wanted, second = annotations_of(name), annotations_of(SECOND)
    by_corpus: dict[str, set[str]] = defaultdict(set)
    for annotation in wanted.values():
        by_corpus[annotation["corpus"]].add(annotation["id"])
    found = []
    for corpus, record in _searched(by_corpus):
        annotation = wanted[record["id"]]
        if digest(record["text"]) != annotation["text_sha256"]:
            continue
        sentences = [dict(zip(FIELDS, row, strict=True)) for row in annotation["sentences"]]
        if record["id"] in second:
            sentences = [
                _agreed(first, dict(zip(FIELDS, row, strict=True)))
                for first, row in zip(sentences, second[record["id"]]["sentences"], strict=True)
            ]
        found.append(
            {
                "id": record["id"],
                "corpus": corpus,
                "title": record.get("title"),
                "date": record.get("date"),
                "label": record["label"],
                "text": record["text"],
                "keys": sorted(group_keys(record)),
                "sentences": sentences,
            }
        )
    return tuple(found)


@cache
def _silver_records(root: Path) -> tuple[dict[str, Any], ...]:
    """Records of `support_silver`, with the keys of the articles that they annotate; read once, as own sets are."""
    rows = list(records("sourcing/support_silver"))
    by_corpus: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for corpus in ORIGINS.get(row.get("origin", ""), ()):
            by_corpus[corpus].add(row["id"])
    originals = {record["id"]: (corpus, record) for corpus, record in _searched(by_corpus)}
    found = []
    for row in rows:
        corpus, original = originals.get(row["id"], ("", row))
        if corpus not in DEVELOPMENT:
            found.append({**row, "keys": sorted({*group_keys(row), *group_keys(original)})})
    return tuple(found)


def _searched(by_corpus: Mapping[str, set[str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Records that have the wanted ids, each with its corpus."""
    for corpus, ids in sorted(by_corpus.items()):
        yield from ((corpus, record) for record in records(corpus) if record["id"] in ids)


def story_keys(record: Mapping[str, Any]) -> frozenset[str]:
    """Keys by which an annotated article may be of the same story as another."""
    return frozenset(record["keys"] if "keys" in record else group_keys(record))


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal, by which annotations know it."""
    return hashlib.sha256(text.encode()).hexdigest()


def annotated_digests() -> frozenset[str]:
    """Digests of the texts of `OWN_SETS` and of `support_silver`, development articles among them.

    Sourcing models up to 1.5.0 learnt from those too, so no text with such a digest tells how a model does.
    """
    silver = {digest(record["text"]) for record in records("sourcing/support_silver")}
    return frozenset(silver | {a["text_sha256"] for name in OWN_SETS for a in annotations_of(name).values()})


def annotations_of(name: str) -> dict[str, dict[str, Any]]:
    """Annotations of a file by the id of their article."""
    path = ANNOTATIONS / f"{name}.jsonl"
    if not path.exists():
        return {}
    return {row["id"]: row for row in map(json.loads, path.read_text("utf-8").splitlines())}


def _agreed(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """What two annotators of a sentence agree on; None for the rest."""
    return {field: value if second[field] == value else None for field, value in first.items()}


def published(record: dict[str, Any]) -> date | None:
    """Publication date of a record, None where it has none or only a year."""
    try:
        return date.fromisoformat(str(record.get("date"))[:10])
    except ValueError:
        return None


def read_document(record: dict[str, Any]) -> Document:
    """The document of a record, as a user would give it."""
    return build_document(Article(record["text"], title=record.get("title"), published=published(record)))


def match(
    document: Document, annotated: Sequence[Mapping[str, Any]], once: bool = False
) -> list[tuple[int, Mapping[str, Any]]]:
    """Annotated sentences, each with the index of the document's sentence that shares most characters with it.

    `annotated` have `start` and `end` in the raw text; those that share nothing are left out. With
    `once`, a sentence that several fall to keeps the one that shares most with it, and the result is
    in the order of the document.
    """
    spans = [document.raw_span(sentence.start, sentence.end) for sentence in document.sentences]
    found: list[tuple[int, int, Mapping[str, Any]]] = []
    for annotation in annotated:
        shared = [min(annotation["end"], s.end) - max(annotation["start"], s.start) for s in spans]
        most = max(shared, default=0)
        if most > 0:
            found.append((most, shared.index(most), annotation))
    if not once:
        return [(index, annotation) for _, index, annotation in found]
    kept: dict[int, Mapping[str, Any]] = {}
    for _, index, annotation in sorted(found, key=lambda entry: -entry[0]):
        kept.setdefault(index, annotation)
    return sorted(kept.items(), key=lambda entry: entry[0])
