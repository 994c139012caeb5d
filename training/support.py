"""Annotated articles of the support task: the corpora's own, and further sets of annotations kept here by id.

`training/annotations` holds offsets and labels alone, of articles of the training corpora that were
annotated under the guideline of `sourcing/GUIDELINE.md`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from detector.document import Document, build_document
from detector.types import Article
from training.corpora import corpora_root, records
from training.splits import group_keys

ANNOTATIONS = Path(__file__).parent / "annotations"
OWN_SETS = ("support_extra", "support_further", "support_machine", "support_more", "support_doubtful")
"""Sets of annotations that are kept here, without their texts."""
TRAINING_ONLY = ("support_doubtful",)
"""Sets of what a model was least sure of: they train, but measure and fit nothing, since they are no sample of news."""
SAMPLED_SETS = tuple(name for name in OWN_SETS if name not in TRAINING_ONLY)
"""Those drawn as news comes."""
SECOND = "second_opinions"
"""Annotations of some of the same articles by another annotator: a field where the two differ is None."""
FIELDS = ("start", "end", "role", "source", "time", "unsupported")


def support_records(name: str) -> Iterator[dict[str, Any]]:
    """Records of `support_silver`, `support_gold_dev` or one of `OWN_SETS`, in one shape."""
    if name in OWN_SETS:
        yield from _own_records(name, corpora_root(), _stamp(name), _stamp(SECOND))
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
    for corpus, ids in sorted(by_corpus.items()):
        for record in records(corpus):
            if record["id"] not in ids:
                continue
            annotation = wanted[record["id"]]
            if hashlib.sha256(record["text"].encode()).hexdigest() != annotation["text_sha256"]:
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


def story_keys(record: Mapping[str, Any]) -> frozenset[str]:
    """Keys by which an annotated article may be of the same story as another."""
    return frozenset(record["keys"] if "keys" in record else group_keys(record))


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
