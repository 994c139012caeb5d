"""`python -m training sourcing distil`: a faster encoder that learns from a trained one.

The student joins its tokens and has fewer neurons. It starts from its teacher's weights and learns the
teacher's piece and sentence probabilities and sentence vectors, on the teacher's own articles, whose labels
count beside, and on windows of articles that nobody has annotated (Hinton et al., 2015; Jiao et al., 2020).
"""

from __future__ import annotations

import hashlib
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import click
import torch
from tokenizers import Tokenizer
from torch import nn

from detector.document import build_document
from detector.models.artifact import load_artifact
from detector.models.vocabulary import shared_vocabulary
from detector.sourcing.predictions import HEADS as SENTENCE_HEADS
from detector.sourcing.windows import WindowShape, cut_windows
from detector.types import Article
from training.corpora import records
from training.encoders.narrowing import moments_of, narrowed
from training.encoders.precision import autocast
from training.encoders.restored import restored
from training.encoders.shapes import distance
from training.places import CONFIGS
from training.sourcing.encoder import (
    Sample,
    SourcingEncoder,
    batches,
    collate,
    labels_loss,
    support_samples,
    train,
)
from training.sourcing.export import ARTIFACT
from training.sourcing.support import story_keys, support_records
from training.sourcing.train import (
    STUDENT,
    begin,
    config_of,
    corpora_of,
    finish,
    load,
    read_config,
    seen_by,
    tokenizer_of,
    trained,
)
from training.splits import development_keys, group_keys, share

CONFIG = CONFIGS / "sourcing-small.toml"
TOLD = 300
"""As many windows tell which neurons a layer can do without."""


def student_of(
    teacher: SourcingEncoder, config: Mapping[str, Any], windows: Sequence[Sample]
) -> SourcingEncoder:
    """The encoder that a configuration with a `student` describes, with what it can keep of its teacher's weights."""
    student = load(dict(config))
    texts = [torch.tensor(sample.window.ids) for sample in windows]
    neurons = config["student"]["neurons"]
    state = narrowed(teacher.state_dict(), moments_of(teacher.encoder, texts), neurons)
    # Where tokens are joined, pieces are read from several states, by heads that no teacher has.
    wanted = student.state_dict()
    kept = {name: own for name, own in state.items() if own.shape == wanted[name].shape}
    student.load_state_dict(kept, strict=False)
    return student


def unlabelled(
    wanted: Mapping[str, int], tokenizer: Tokenizer, shape: WindowShape, apart: frozenset[str], salt: str = ""
) -> Iterator[Sample]:
    """As many windows of each corpus as are wanted, of articles without a key in `apart`, drawn by the hash of their text."""
    for name, count in wanted.items():
        articles = sorted(
            (r for r in records(name) if r.get("split", "train") == "train" and not apart & {*group_keys(r)}),
            key=lambda record: share(str(record["text"]), salt),
        )
        documents = (build_document(Article(record["text"])) for record in articles)
        windows = (window for document in documents for window in cut_windows(document, tokenizer, shape))
        yield from map(Sample, islice(windows, count))


def lesson(
    student: SourcingEncoder, teacher: SourcingEncoder, settings: Mapping[str, Any], batch: Sequence[Sample]
) -> torch.Tensor:
    """What a batch's answers of the student lose against the teacher's, and against labels where there are any."""
    weights = settings["weights"]
    ids, mask, pools = collate(batch)
    with torch.no_grad(), autocast():
        told_pieces, told_vectors = teacher(ids, mask, pools)
        told = teacher.judge(told_vectors)
    with autocast():
        pieces, vectors = student(ids, mask, pools)
        logits = student.judge(vectors)
    real, sentences = mask.bool(), pools.sum(2) > 0
    total = weights["pieces"] * nn.functional.binary_cross_entropy_with_logits(
        pieces.float()[real], torch.sigmoid(told_pieces.float()[real])
    )
    for name, labels in SENTENCE_HEADS:
        own, theirs = logits[name].float()[sentences], told[name].float()[sentences]
        if len(labels) == 1:
            part = nn.functional.binary_cross_entropy_with_logits(own, torch.sigmoid(theirs))
        else:
            part = nn.functional.cross_entropy(own, theirs.softmax(1))
        total = total + weights[name] * part
    total = total + settings["vectors"] * distance(vectors.float(), told_vectors.float(), sentences)
    marked = settings["labels"] * labels_loss(pieces, logits, batch, weights)
    lost: torch.Tensor = total + marked
    return lost


@click.command()
@click.option(
    "--teacher", type=click.Path(exists=True, path_type=Path), required=True, help="Folder of its run."
)
@click.option("--run", type=click.Path(path_type=Path), required=True, help="Folder of the student's.")
@click.option(
    "--config", "path", type=click.Path(exists=True, path_type=Path), default=CONFIG, show_default=True
)
@click.option(
    "--start",
    type=click.Path(exists=True, path_type=Path),
    help="Weights of a student of the same shape to begin with (.pt), in place of the teacher's.",
)
@click.option("--threads", default=2, show_default=True)
def distil(teacher: Path, run: Path, path: Path, start: Path | None, threads: int) -> None:
    """Train a faster encoder on what a trained one says; goes on where it was cut short."""
    settings = tomllib.loads(path.read_text("utf-8"))
    torch.set_num_threads(threads)
    if start:
        settings["start"] = hashlib.sha256(start.read_bytes()).hexdigest()
    taught = config_of(teacher)
    config = {**taught, "student": settings}
    begin(run, config)
    if (run / STUDENT).exists():
        return
    tokenizer, shape = tokenizer_of(config), WindowShape(**config["window"])
    model = load(taught, trained(taught, teacher)).eval()
    chosen, corpora = seen_by(run), corpora_of(config)
    labelled = [s for name in corpora for s in support_samples(name, tokenizer, shape) if s.article in chosen]
    salt = f"windows {settings['seed']}"
    labelled = [s for s in labelled if share(s.article, salt) < settings.get("labelled", 1.0)]
    apart = development_keys() | {
        key
        for name in (*corpora, "support_gold_dev")
        for record in support_records(name)
        if record["id"] not in chosen
        for key in story_keys(record)
    }
    samples = labelled + list(unlabelled(settings["windows"], tokenizer, shape, frozenset(apart), salt))
    click.echo(f"{len(labelled)} windows with labels, {len(samples) - len(labelled)} without")
    rng = random.Random(settings["seed"])
    torch.manual_seed(settings["seed"])
    student = student_of(model, config, rng.sample(samples, TOLD))
    if start:
        student.load_state_dict(torch.load(start, weights_only=True))
    stream = list(batches(samples, settings["batch_pieces"], rng))
    checkpoint = (run / STUDENT).with_suffix(".checkpoint")
    loss = partial(lesson, student, model, settings)
    finish(train(student, stream, settings["rate"], loss, checkpoint, settings["average"], False), checkpoint)


@click.command()
@click.option(
    "--artifact",
    type=click.Path(exists=True, path_type=Path),
    default=ARTIFACT,
    show_default=True,
)
@click.option("--run", type=click.Path(path_type=Path), required=True)
def restore(artifact: Path, run: Path) -> None:
    """Write the shipped encoder as a run of `train`, or of `distil`, that measures and teaches as one."""
    training = load_artifact(artifact).config.get("training")
    config = read_config() if training is None else training
    begin(run, config)
    model = load(config)
    state = restored(artifact / "model.onnx", shared_vocabulary().table())
    # Heads that training has for company do not ship.
    wanted = {
        name: own.shape
        for name, own in model.state_dict().items()
        if not name.startswith(("heads.discourse.", "heads.speech."))
    }
    found = {name: own.shape for name, own in state.items()}
    odd = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if odd:
        raise click.ClickException(f"{artifact} is of another shape than its settings: {', '.join(odd)}")
    model.load_state_dict(state, strict=False)
    name = STUDENT if "student" in config else f"{config['support']['stages'][-1]['name']}.pt"
    torch.save(model.state_dict(), run / name)
    click.echo(f"wrote {run / name}")
