"""`python -m training scores`: what the credibility score says of the development corpora.

A page of tables and a picture go to `docs/`: the distribution of the score on human writing and on
machine-written news, and how well it separates article-level labels that others gave (never trained on).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import click
import numpy as np

from detector import Analyzer, Article
from training.corpora import records
from training.machine_text.ranking import auroc
from training.splits import text_key
from training.windows import prefixes, without_prefix

Keep = Callable[[dict[str, Any]], bool]
MIN_WORDS = 80
MIN_OUTLET_ARTICLES = 5
SIGNALS = ("unsupported_claims", "machine_writing", "boilerplate", "disclosure", "integrity")


@dataclass(frozen=True, slots=True)
class Sample:
    """A named slice of a corpus file; `kind` is `human` or `machine`."""

    name: str
    corpus: str
    keep: Keep
    kind: str


@dataclass(frozen=True, slots=True)
class Scored:
    """Score (None where the tool abstained) and points by signal of one article."""

    score: float | None
    points: dict[str, float]


def _is(**wanted: str) -> Keep:
    return lambda record: all(str(record.get(key)) == value for key, value in wanted.items())


def _any(record: dict[str, Any]) -> bool:
    return True


DISTRIBUTION = (
    *(
        Sample(name, f"human_news/dev/{name}", _any, "human")
        for name in ("allsides", "fnc1_bodies", "newscluster", "local", "opinions")
    ),
    Sample("frontier_mirrors originals", "machine_text/dev/frontier_mirrors", _is(label="human"), "human"),
    Sample("toefl_bias essays", "machine_text/dev/toefl_bias", _is(label="human", domain="essay"), "human"),
    Sample(
        "frontier_mirrors", "machine_text/dev/frontier_mirrors", _is(label="ai", domain="news"), "machine"
    ),
    *(
        Sample(f"{name} news", f"machine_text/dev/{name}", _is(label="ai", domain="news"), "machine")
        for name in ("detectrl", "lastde", "fastdetectgpt", "tocsin_gemini")
    ),
)
VALIDITY = (
    ("fakenewsnet_old: real against fake", "credibility/fakenewsnet_old", "real", "fake"),
    ("horne2017: real against fake", "credibility/horne2017", "real", "fake"),
    ("horne2017: real against satire", "credibility/horne2017", "real", "satire"),
    ("golbeck: satire against fake", "credibility/golbeck_fake_vs_satire", "satire", "fake"),
    (
        "hyperpartisan: not against hyperpartisan",
        "credibility/hyperpartisan_byarticle",
        "not",
        "hyperpartisan",
    ),
)

PAGE = """\
# What the score says of the development corpora

Some of these outlets and models are in the training corpora too. Some of these articles set thresholds, some were read while rules were written, and the news of detectrl fits the three weights that join encoder and stylometry; no encoder was trained on any.

Made by `python -m training scores --size {size} --seed {seed}` with {models}: up to {size} articles a corpus, of at least {words} words, drawn at random.

## Distribution

Machine-written texts are news alone, without the beginning that some of them copied from a human article.

{distribution}

![Distribution of the score](scores.svg)

## Mean points by signal

{points}

## Labels that others gave

AUC: the chance that an article of the first kind scores above one of the second. The score measures how well an article's claims can be checked; it was not fitted to any of these labels, and an AUC near .5 means that the label has little to do with sourcing.

{validity}

## By outlet

Human news of the development split against a rating of domains by principal component over several raters (`source_domain_quality_pc1`); no publisher is known to the score.

{outlets}

## Machine-written is not false, human-written is not true

`f3` labels both. The machine-writing and the sourcing model were trained on part of this corpus, and it is among those that decide which phrases of boilerplate cost points: nothing here is held out.

{veracity}
"""
"""The page but for its numbers."""

_analyzer: Analyzer | None = None


def _score_text(text: str) -> Scored:
    global _analyzer  # one analyzer a worker process
    _analyzer = _analyzer or Analyzer()
    credibility = _analyzer.analyze(Article(text)).credibility
    return Scored(credibility.score, {c.signal: c.points for c in credibility.contributions})


def texts(corpus: str, keep: Keep, size: int, seed: int) -> list[str]:
    """Up to `size` texts of at least `MIN_WORDS` words, in random order.

    Prefixes that a machine copied from its human twin are cut first. Development texts that
    `support_silver` annotates are left out, since the sourcing encoder trains on them.
    """
    annotated = {text_key(str(record["text"])) for record in records("sourcing/support_silver")}
    everything = list(records(corpus))
    cut = prefixes(everything)
    chosen = (r for r in everything if keep(r) and text_key(str(r["text"])) not in annotated)
    found = [text for text in (without_prefix(r, cut) for r in chosen) if len(text.split()) >= MIN_WORDS]
    random.Random(seed).shuffle(found)
    return found[:size]


def versions() -> str:
    """Names and versions of the models that score, such as `machine-text 1.0.0, sourcing 1.0.0`."""
    return ", ".join(f"{model.name} {model.version}" for model in Analyzer().engine.models)


def score_sample(sample: Sample, size: int, seed: int) -> list[float]:
    """Scores of a random part of a slice, abstentions left out."""
    scored = [_score_text(text) for text in texts(sample.corpus, sample.keep, size, seed)]
    return [s.score for s in scored if s.score is not None]


def bootstrap_interval(
    better: np.ndarray, worse: np.ndarray, seed: int, draws: int = 500
) -> tuple[float, float]:
    """95% percentile interval of `auroc` over resampled articles."""
    rng = np.random.default_rng(seed)
    values = [auroc(rng.choice(worse, len(worse)), rng.choice(better, len(better))) for _ in range(draws)]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _distribution_rows(
    pool: ProcessPoolExecutor, size: int, seed: int
) -> Iterator[tuple[Sample, list[Scored]]]:
    for sample in DISTRIBUTION:
        found = texts(sample.corpus, sample.keep, size, seed)
        yield sample, list(pool.map(_score_text, found, chunksize=8))


def _distribution_table(rows: list[tuple[Sample, list[Scored]]]) -> Iterator[str]:
    yield "| corpus | kind | articles | abstained | p5 | p25 | median | p75 | high | moderate | low | very low |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for sample, scored in rows:
        scores = np.array([s.score for s in scored if s.score is not None])
        quantiles = " | ".join(f"{q:.0f}" for q in np.percentile(scores, [5, 25, 50, 75]))
        bands = np.histogram(scores, [0, 25, 50, 75, 100.1])[0][::-1] / len(scores)
        shares = " | ".join(f"{share:.0%}" for share in bands)
        yield f"| {sample.name} | {sample.kind} | {len(scored)} | {len(scored) - len(scores)} | {quantiles} | {shares} |"


def _signal_table(rows: list[tuple[Sample, list[Scored]]]) -> Iterator[str]:
    yield "| corpus | kind | " + " | ".join(SIGNALS) + " |"
    yield "| --- | --- | " + " | ".join("---:" for _ in SIGNALS) + " |"
    for sample, scored in rows:
        means = [
            np.mean([s.points.get(signal, 0.0) for s in scored if s.score is not None]) for signal in SIGNALS
        ]
        yield f"| {sample.name} | {sample.kind} | " + " | ".join(f"{mean:.1f}" for mean in means) + " |"


def _without(scored: list[Scored], signal: str | None) -> np.ndarray:
    """Scores with one signal's points given back."""
    return np.array([s.score - s.points.get(signal or "", 0.0) for s in scored if s.score is not None])


def _validity_table(pool: ProcessPoolExecutor, size: int, seed: int) -> Iterator[str]:
    yield (
        "| comparison | n | AUC | 95% interval | "
        + " | ".join(f"without {signal}" for signal in SIGNALS[:3])
        + " |"
    )
    yield "| --- | ---: | ---: | --- | " + " | ".join("---:" for _ in SIGNALS[:3]) + " |"
    for name, corpus, better, worse in VALIDITY:
        sides = [
            list(pool.map(_score_text, texts(corpus, _is(label=label), size, seed), chunksize=8))
            for label in (better, worse)
        ]
        a, b = (_without(side, None) for side in sides)
        low, high = bootstrap_interval(a, b, seed)
        ablated = " | ".join(
            f"{auroc(_without(sides[1], signal), _without(sides[0], signal)):.2f}" for signal in SIGNALS[:3]
        )
        yield f"| {name} | {len(a)} + {len(b)} | {auroc(b, a):.2f} | {low:.2f} to {high:.2f} | {ablated} |"


def _by_outlet(pool: ProcessPoolExecutor, articles: int, seed: int) -> str:
    """Rank correlation of an outlet's mean score with a rating of its domain that others gave (never trained on)."""
    from scipy.stats import spearmanr

    quality = {str(r["source"]): float(r["pc1"]) for r in records("credibility/source_domain_quality_pc1")}
    by_outlet: dict[str, list[str]] = {}
    for name in ("allsides", "fnc1_bodies", "newscluster"):
        for record in records(f"human_news/dev/{name}"):
            domain = urlparse(record.get("url") or "").netloc.removeprefix("www.")
            if domain in quality and len(record["text"].split()) >= MIN_WORDS:
                by_outlet.setdefault(domain, []).append(record["text"])
    outlets = sorted(domain for domain, texts in by_outlet.items() if len(texts) >= MIN_OUTLET_ARTICLES)
    rng = random.Random(seed)
    means = []
    for outlet in outlets:
        drawn = rng.sample(by_outlet[outlet], min(articles, len(by_outlet[outlet])))
        scores = [s.score for s in pool.map(_score_text, drawn, chunksize=8) if s.score is not None]
        means.append(float(np.mean(scores)))
    result = spearmanr(means, [quality[outlet] for outlet in outlets])
    return (
        f"Spearman's rho over {len(outlets)} outlets with at least {MIN_OUTLET_ARTICLES} articles: "
        f"{result.statistic:.2f} (p = {result.pvalue:.2g}). "
        f"Mean scores run from {min(means):.0f} to {max(means):.0f}."
    )


def _two_by_two(pool: ProcessPoolExecutor, size: int, seed: int) -> Iterator[str]:
    """Machine-written against human, real against fake: what each signal takes off in each cell (f3)."""
    yield "| written by | content | articles | mean score | " + " | ".join(SIGNALS[:3]) + " |"
    yield "| --- | --- | ---: | ---: | " + " | ".join("---:" for _ in SIGNALS[:3]) + " |"
    for label, veracity in (("human", "real"), ("human", "fake"), ("ai", "real"), ("ai", "fake")):
        found = texts("machine_text/train/f3", _is(label=label, veracity=veracity), size, seed)
        scored = [s for s in pool.map(_score_text, found, chunksize=8) if s.score is not None]
        mean = np.mean([s.score for s in scored if s.score is not None])
        points = " | ".join(f"{np.mean([s.points.get(n, 0.0) for s in scored]):.1f}" for n in SIGNALS[:3])
        yield f"| {'machine' if label == 'ai' else label} | {veracity} | {len(scored)} | {mean:.0f} | {points} |"


def _picture(rows: list[tuple[Sample, list[Scored]]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 3))
    edges = list(range(0, 101, 5))
    for kind, colour in (("human", "#1c7a43"), ("machine", "#6d46b8")):
        scores = [
            s.score for sample, scored in rows if sample.kind == kind for s in scored if s.score is not None
        ]
        axes.hist(
            scores,
            edges,
            weights=np.full(len(scores), 100 / len(scores)),
            alpha=0.6,
            label=f"{kind}-written, n = {len(scores)}",
            color=colour,
        )
    for border in (25, 50, 75):
        axes.axvline(border, color="#999", linewidth=0.8, linestyle=":")
    axes.set(xlabel="credibility score", ylabel="% of articles", xlim=(0, 100))
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    mpl.rcParams["svg.hashsalt"] = "dateline"
    figure.savefig(path, metadata={"Date": None})


@click.command("scores")
@click.option(
    "--size", type=click.IntRange(min=10), default=300, show_default=True, help="Articles a corpus."
)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option(
    "-o", "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("docs"), show_default=True
)
def command(size: int, seed: int, jobs: int, out: Path) -> None:
    """Score samples of the corpora; write docs/scores.md and docs/scores.svg."""
    with ProcessPoolExecutor(jobs) as pool:
        rows = list(_distribution_rows(pool, size, seed))
        text = PAGE.format(
            size=size,
            seed=seed,
            models=versions(),
            words=MIN_WORDS,
            distribution="\n".join(_distribution_table(rows)),
            points="\n".join(_signal_table(rows)),
            validity="\n".join(_validity_table(pool, size, seed)),
            outlets=_by_outlet(pool, 20, seed),
            veracity="\n".join(_two_by_two(pool, size, seed)),
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / "scores.md").write_text(text, "utf-8")
    _picture(rows, out / "scores.svg")
    click.echo(text)
