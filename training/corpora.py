"""The corpora: one reader of a folder or of a hub's data set, and where each corpus is published.

A corpus is a file of JSON objects, one a line, gzipped, under what the environment variable
DATELINE_CORPORA names: a folder, from which nothing is fetched, or an address such as
`hf://datasets/OWNER/NAME`, from which `datasets` fetches each file once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from training.places import OWN_DATA

DEVELOPMENT = (
    "human_news/dev/allsides",
    "human_news/dev/fnc1_bodies",
    "human_news/dev/local",
    "human_news/dev/newscluster",
    "human_news/dev/opinions",
    "machine_text/dev/detectrl",
    "machine_text/dev/fastdetectgpt",
    "machine_text/dev/frontier_mirrors",
    "machine_text/dev/lastde",
    "machine_text/dev/outfox_test",
    "machine_text/dev/remodetect",
    "machine_text/dev/tocsin_gemini",
    "machine_text/dev/toefl_bias",
)
"""Files that set thresholds or report results, and never train."""

HOMES: dict[str, str] = {
    "allsides": "https://github.com/ramybaly/Article-Bias-Prediction",
    "opinions": "https://github.com/AbolfazlAAnsari/Echoes-of-Automation",
    "local": "https://github.com/AbolfazlAAnsari/Echoes-of-Automation",
    "newscluster": "https://github.com/fhamborg/Giveme5W1H",
    "gecscore": "https://github.com/NLP2CT/GECScore",
    "l2r": "https://github.com/ranhli/l2r_data",
    "l2d_prompt": "https://github.com/Mamba413/L2D",
    "imbd": "https://github.com/Jiaqi-Chen-00/ImBD",
    "adadetectgpt": "https://github.com/Mamba413/AdaDetectGPT",
    "llmfake": "https://github.com/llm-misinformation/llm-misinformation",
    "f3": "https://github.com/mickeymst/F3",
    "sheepdog_style": "https://github.com/jiayingwu19/SheepDog",
    "biscope": "https://github.com/MarkGHX/BiScope",
    "outfox": "https://github.com/ryuryukke/OUTFOX",
    "outfox_test": "https://github.com/ryuryukke/OUTFOX",
    "seqxgpt": "https://github.com/Jihuai-wpy/SeqXGPT",
    "mixset": "https://github.com/Dongping-Chen/MixSet",
    "hart_dev": "https://github.com/baoguangsheng/truth-mirror",
    "lastde": "https://github.com/TrustMedia-zju/Lastde_Detector",
    "remodetect": "https://github.com/hyunseoklee-ai/ReMoDetect",
    "fastdetectgpt": "https://github.com/baoguangsheng/fast-detect-gpt",
    "tocsin_gemini": "https://github.com/Shixuan-Ma/TOCSIN",
    "detectrl": "https://github.com/NLP2CT/DetectRL",
    "polnear": "https://github.com/networkdynamics/PolNeAR",
    "newsdiscourse_sentences": "https://github.com/prafulla77/Discourse_Profiling",
    "anonymous_source_snippets": "https://github.com/sid21g/anonymous",
    "tempeval3_timeml": "https://github.com/jspotter/TempEval-3",
    "fakebr_llm_pt": "https://github.com/renatosvmor/fake-news-llm-ptbr",
    "toefl_bias": "https://github.com/Weixin-Liang/ChatGPT-Detector-Bias",
}
"""Public home of each corpus, by the last part of its name."""

OWN_ARTICLES = OWN_DATA / "machine_articles.jsonl.gz"
"""Machine-written articles of this project: see `training/data/README.md`."""


def corpora_root() -> Path:
    """Folder of the corpora, from the environment variable DATELINE_CORPORA.

    Raises
    ------
    click.UsageError
        Where it is unset or no folder.
    """
    value = _setting()
    if _is_address(value):
        raise click.UsageError(f"this command needs a folder of corpora; DATELINE_CORPORA is {value}")
    if not value or not Path(value).is_dir():
        raise click.UsageError("set DATELINE_CORPORA to the folder of the corpora (see training/README.md)")
    return Path(value)


def _setting() -> str:
    return os.environ.get("DATELINE_CORPORA", "").rstrip("/")


def _is_address(setting: str) -> bool:
    return "://" in setting


def records(name: str) -> Iterator[dict[str, Any]]:
    """Records of one corpus file, such as `human_news/train/allsides`, as they are stored.

    `own/machine_articles` names the project's own articles.

    Raises
    ------
    click.UsageError
        Where there is no such file, naming its public home if it has one, or neither folder nor address.
    """
    own = name == "own/machine_articles"
    if not own and _is_address(_setting()):
        yield from _fetched(f"{_setting()}/{name}.jsonl.gz")
        return
    path = OWN_ARTICLES if own else corpora_root() / f"{name}.jsonl.gz"
    if not path.is_file():
        raise _missing(str(path))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _missing(place: str) -> click.UsageError:
    home = HOMES.get(place.rsplit("/", 1)[-1].removesuffix(".jsonl.gz"))
    return click.UsageError(
        f"{place} is missing{f': its public home is {home}' if home else ''} (see training/README.md)"
    )


def _fetched(address: str) -> Iterator[dict[str, Any]]:
    """Records of a file on a hub or another server; `datasets` keeps what it fetched.

    It reads lines, not JSON, of which it would take dates for times and fill in fields that a record lacks.
    """
    import datasets

    try:
        rows = datasets.load_dataset("text", data_files=address, split="train")
    except FileNotFoundError as error:
        raise _missing(address) from error
    for row in rows:
        yield json.loads(row["text"])


def corpus_digests(names: Sequence[str]) -> dict[str, str]:
    """SHA-256 of each corpus file that took part: of its bytes, or of its records where it was fetched."""
    found = {}
    for name in names:
        if _is_address(_setting()):
            content = "".join(json.dumps(record, sort_keys=True) + "\n" for record in records(name)).encode()
        else:
            path = corpora_root() / f"{name}.jsonl.gz"
            if not path.is_file():
                continue
            content = path.read_bytes()
        found[name] = hashlib.sha256(content).hexdigest()
    return found
