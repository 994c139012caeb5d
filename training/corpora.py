"""The corpora: one reader of a local folder, and where each corpus is published.

A corpus is a file of JSON objects, one a line, gzipped, under the folder that the environment
variable DATELINE_CORPORA names. Nothing is fetched.
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
    value = os.environ.get("DATELINE_CORPORA", "")
    if not value or not Path(value).is_dir():
        raise click.UsageError("set DATELINE_CORPORA to the folder of the corpora (see training/README.md)")
    return Path(value)


def records(name: str) -> Iterator[dict[str, Any]]:
    """Records of one corpus file, such as `human_news/train/allsides`, as they are stored.

    `own/machine_articles` names the project's own articles.

    Raises
    ------
    click.UsageError
        Where there is no such file, naming its public home if it has one, or no folder of corpora.
    """
    path = OWN_ARTICLES if name == "own/machine_articles" else corpora_root() / f"{name}.jsonl.gz"
    if not path.is_file():
        home = HOMES.get(name.rsplit("/", 1)[-1])
        raise click.UsageError(
            f"{path} is missing{f': its public home is {home}' if home else ''} (see training/README.md)"
        )
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def corpus_digests(names: Sequence[str]) -> dict[str, str]:
    """SHA-256 of each corpus file that took part."""
    found = {}
    for name in names:
        path = corpora_root() / f"{name}.jsonl.gz"
        if path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
