"""`python -m training ngrams`: what character n-grams would add to the stack, beside what it has.

A logistic model over hashed character n-grams learns from the windows of a training run, and its
mean log-odds over an article's windows is one more feature. All texts are as the encoder reads
them: word pieces joined again, in lower case, so that n-grams see no mark that cleaning removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from detector.models.vocabulary import shared_vocabulary
from training.machine_text.calibrate import CLIP
from training.machine_text.evaluate import ablation
from training.machine_text.evidence import check_origin, evidence_option, read
from training.machine_text.export import ARTIFACT
from training.runs import read_windows
from training.windows import Window

LENGTHS = (2, 5)
"""Characters of an n-gram, at least and at most, within words and at their edges."""
BUCKETS = 2**18

USES = {
    "n-grams alone": ("ngrams.logit",),
    "encoder + n-grams": ("encoder.mean", "ngrams.logit"),
    "encoder + stylometry": ("encoder.mean", "stylometry.logit"),
    "these and n-grams": ("encoder.mean", "stylometry.logit", "ngrams.logit"),
}


def model() -> Pipeline:
    """The model, not fitted: hashed n-grams, a text's length divided out, and a logistic regression."""
    grams = HashingVectorizer(
        analyzer="char_wb", ngram_range=LENGTHS, n_features=BUCKETS, alternate_sign=False
    )
    return make_pipeline(
        grams, LogisticRegression(C=30.0, class_weight="balanced", solver="liblinear", max_iter=200)
    )


def as_read(texts: Sequence[str]) -> list[str]:
    """Texts as the encoder reads them."""
    tokenizer = shared_vocabulary().tokenizer
    return [tokenizer.decode(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


def learn(windows: Sequence[Window]) -> Pipeline:
    """The model, fitted on windows and their labels."""
    return model().fit(as_read([w.text for w in windows]), [round(w.label) for w in windows])


def added(fitted: Pipeline, prepared: Sequence[dict[str, Any]]) -> npt.NDArray[np.float64]:
    """Mean log-odds of each prepared row's windows, weighed by their tokens."""
    decode = shared_vocabulary().tokenizer.decode
    sizes = [[len(ids) for _, _, ids in row["windows"]] for row in prepared]
    logits = iter(fitted.decision_function([decode(ids) for row in prepared for _, _, ids in row["windows"]]))
    means = [np.average([next(logits) for _ in own], weights=own) for own in sizes]
    clipped: npt.NDArray[np.float64] = np.clip(means, -CLIP, CLIP)
    return clipped


@click.command()
@click.option(
    "--run",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder of a run, whose windows teach.",
)
@evidence_option
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
def command(run: Path, folder: Path, artifact: Path) -> None:
    """Print the table of what is flagged with and without n-grams."""
    check_origin(folder, artifact)
    fitted = learn(read_windows(run))

    def rows(name: str) -> Iterator[dict[str, Any]]:
        found = read(folder / f"{name}.jsonl")
        values = added(fitted, read(folder / f"{name}.prepared.jsonl"))
        for row, value in zip(found, values, strict=True):
            yield {**row, "ngrams": float(value)}

    human, stacking, judged = (list(rows(name)) for name in ("calibration", "stacking", "evaluation"))
    click.echo("\n".join(ablation(human, stacking, judged, USES)))
