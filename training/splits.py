"""Who may meet whom: folds by outlet and by source text, so that nothing is on both sides.

Human news is folded by outlet (the registrable domain of its address, or the state file that it
comes from): `train` teaches, `calibration` sets thresholds, `evaluation` reports. Machine text
is folded by the human text that it came from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from training.corpora import DEVELOPMENT, records

Fold: TypeAlias = Literal["train", "calibration", "evaluation"]

TRAINED_OUTLETS = frozenset({"bbc.co.uk", "reuters.com"})
"""Outlets that whole training corpora come from, so that they can be held out nowhere."""

SALT = "outlet-7"
"""Salt of the draw by outlet: the seventh, because it spreads the large outlets over all three folds."""

RETOLD = "machine_text/train/frontier_mirrors"
"""Corpus that says which human articles a machine article in training retells."""

_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac"})


def text_key(text: str) -> str:
    """Hash of the first 120 characters of a text, letters and digits alone: the same text in any dress.

    >>> text_key("Kyiv \u2013 THE talks") == text_key("kyiv - the talks")
    True
    """
    letters = re.sub(r"\W+", " ", text.casefold()).strip()[:120]
    return hashlib.sha256(letters.encode()).hexdigest()[:16]


def share(key: str, salt: str = "") -> float:
    """A number in [0, 1) that depends on the key alone."""
    return int(hashlib.sha256(f"{salt}:{key}".encode()).hexdigest()[:12], 16) / 16**12


def outlet(record: Mapping[str, Any]) -> str:
    """Outlet of a human article, or "" where the corpus does not say.

    >>> outlet({"url": "http://edition.cnn.com/2012/a.html", "source": "CNN"})
    'cnn.com'
    >>> outlet({"source": "3dlnews_Newspapers_PA"})
    '3dlnews_PA'
    """
    url = record.get("url") or ""
    source = str(record.get("source") or "")
    host = urlsplit(url).hostname or (source if "." in source and " " not in source else "")
    if host:
        parts = host.lower().split(".")
        size = 3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL else 2
        name = ".".join(parts[-size:])
        return "bbc.co.uk" if name == "bbc.com" else name
    if source.startswith("3dlnews_"):
        return "3dlnews_" + source.rsplit("_", 1)[-1]
    return "reuters.com" if source == "Reuters" else source


def human_fold(record: Mapping[str, Any], name: str) -> Fold:
    """Fold of a human article of the corpus file `name`.

    Outlets are drawn by hash: 60% train, 20% calibrate, 20% evaluate. Development files never
    train; where no outlet is known, their articles are drawn by the hash of their text.
    """
    key = outlet(record)
    development = "/dev/" in name
    if key in TRAINED_OUTLETS and not development:
        return "train"
    if not key:
        if not development:
            return "train"
        return "calibration" if share(text_key(str(record["text"]))) < 0.5 else "evaluation"
    draw = share(key, SALT)
    if development and key.startswith("3dlnews_"):
        return "calibration" if draw < 0.5 else "evaluation"
    if draw < 0.60:
        return "train"
    return "calibration" if draw < 0.80 else "evaluation"


def seen_in_training(record: Mapping[str, Any]) -> bool:
    """True for a development article whose outlet the training set has too."""
    key = outlet(record)
    return key in TRAINED_OUTLETS or (
        bool(key) and not key.startswith("3dlnews_") and share(key, SALT) < 0.60
    )


def group_keys(record: Mapping[str, Any]) -> Iterable[str]:
    """Every key by which a record may share its human text with another record."""
    for field in ("pair_id", "group"):
        value = record.get(field)
        if value:
            yield str(value)
    if str(record.get("id", "")).startswith(("abp/", "echoes_", "bbc/", "reuters21578/")):
        yield str(record["id"])
    yield text_key(str(record["text"]))


def development_keys() -> frozenset[str]:
    """Group keys of every development record: whatever shares one stays out of training."""
    return frozenset(key for name in DEVELOPMENT for record in records(name) for key in group_keys(record))


def held_out_keys() -> frozenset[str]:
    """Group keys of the human articles in training files whose outlets are held out."""
    return frozenset(
        key
        for name in ("human_news/train/allsides", "human_news/train/local")
        for record in records(name)
        if human_fold(record, name) != "train"
        for key in group_keys(record)
    )


def machine_held_out(record: Mapping[str, Any], name: str) -> bool:
    """True for machine articles that only evaluate: by pair, a quarter of hart_dev's and an eighth of our own."""
    kept = {"hart_dev": 0.25, "machine_articles": 0.125}.get(name.rsplit("/", 1)[-1], 0.0)
    return share(str(record.get("pair_id", "")), name.rsplit("/", 1)[-1].split("_")[0]) < kept


def twin_keys() -> frozenset[str]:
    """Ids of the human articles whose facts the project's own machine articles retell, held-out ones apart."""
    name = "own/machine_articles"
    return frozenset(str(r["pair_id"]) for r in records(name) if not machine_held_out(r, name))


@cache
def retold_keys() -> frozenset[str]:
    """Group keys of the human articles whose facts a machine article in training retells."""
    mirrors = records(RETOLD)
    return twin_keys() | {key for r in mirrors if r["label"] == "ai" for key in group_keys(r)}
