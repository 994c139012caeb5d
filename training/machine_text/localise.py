"""`python -m training localise`: which sentences of a half-human text are the machine's? F1 beside the trivial answers.

Three sets: MixSet's and SeqXGPT's continuations with their segments, and news spliced here from
the first half of a human article and the second half of a machine article on the same story, from
frontier_mirrors' development pairs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from detector.document import build_document
from detector.models.artifact import load_artifact
from detector.models.stacked import StackedModel
from detector.types import Article
from training.corpora import records
from training.machine_text.export import ARTIFACT
from training.machine_text.ranking import auroc
from training.windows import cleaned

Mixed = tuple[str, int]
"""A text and the offset from which it is the machine's."""


def continuations(name: str, least: int = 150, generators: Sequence[str] = ()) -> Iterator[Mixed]:
    """Texts of a corpus with one human and then one machine segment, of at least so many words."""
    for record in records(name):
        segments = record.get("segments") or []
        segments = json.loads(segments.replace("'", '"')) if isinstance(segments, str) else segments
        kinds = [kind for _, _, kind in segments]
        fits = kinds == ["human", "ai"] and len(record["text"].split()) >= least
        if fits and (not generators or record.get("generator") in generators):
            yield record["text"], int(segments[1][0])


def spliced() -> Iterator[Mixed]:
    """Human beginnings and machine endings on the same story, cut at whole sentences.

    They come from frontier_mirrors' development pairs: no training has either side.
    """
    found = list(records("machine_text/dev/frontier_mirrors"))
    originals = {str(r["pair_id"]): r for r in found if r["label"] == "human"}
    for record in found:
        original = originals.get(str(record["pair_id"]))
        if record["label"] == "ai" and original is not None:
            machine = cleaned(str(record["text"]))
            human = cleaned(str(original["text"]))[: len(machine) // 2 + 1]
            front = " ".join(human) + " "
            yield front + " ".join(machine[len(machine) // 2 :]), len(front)


def f1(predicted: Sequence[bool], truth: Sequence[bool]) -> float:
    """F1 of the machine's sentences."""
    hits = sum(p and t for p, t in zip(predicted, truth, strict=True))
    return 2 * hits / max(1, sum(predicted) + sum(truth))


@click.command()
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--limit", default=120, show_default=True, help="Texts of each set.")
def command(artifact: Path, limit: int) -> None:
    """Print sentence F1 and AUROC on mixed texts."""
    model = StackedModel.load(load_artifact(artifact))
    sets = {
        "news, human start and machine end": list(spliced()),
        "MixSet continuations": list(continuations("machine_text/train/mixset")),
        "SeqXGPT continuations by GPT-3": list(
            continuations("machine_text/train/seqxgpt", generators=("gpt3",))
        ),
    }
    click.echo(
        "| set | texts | sentences | AUROC | F1 at 0.5 | F1 all machine | passing at 1% |\n| --- | --: | --: | --: | --: | --: | --: |"
    )
    for name, texts in sets.items():
        random.Random(2).shuffle(texts)
        scores: list[float] = []
        truth: list[bool] = []
        passing = []
        for text, cut in texts[:limit]:
            document = build_document(Article(text))
            result = model.score([document])[0]
            length_bin = model.calibration.bin_of(result.words)
            if length_bin is None:
                continue
            passing.append(result.probability >= length_bin.threshold(0.01).probability)
            scores += result.sentences
            truth += [document.raw_span(s.start, s.end).start >= cut - 2 for s in document.sentences]
        values, labels = np.array(scores), np.array(truth)
        area = auroc(values[~labels], values[labels])
        click.echo(
            f"| {name} | {len(passing)} | {len(truth)} | {area:.3f} | {f1(list(values >= 0.5), truth):.3f} | "
            f"{f1([True] * len(truth), truth):.3f} | {np.mean(passing):.1%} |"
        )
