"""Train the encoder of the sourcing detector, and say which articles it has not seen.

`train` begins with attribution spans of PolNeAR and discourse roles beside them. Stages over the
sentences of the support corpora follow, each from the weights of the one before it and with the first
one's span tags as targets (of a share of the articles, `tagged`), so that they are not forgotten. A share
of the articles, drawn by the hash of their id, is held out of it: they fit and cross-validate the
logistic models. The folder of a run keeps its configuration and the ids of the articles that train.
"""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from tokenizers import Tokenizer
from transformers.utils.hub import cached_file

from detector.sourcing.predictions import HEADS as SENTENCE_HEADS
from detector.sourcing.predictions import Prediction, predictions_of
from detector.sourcing.windows import WindowShape, cut_windows
from training.encoders.vocabulary import share_words
from training.encoders.weights import base_checkpoint, mixed
from training.places import CONFIGS
from training.runs import run_file
from training.sourcing.encoder import (
    IGNORED,
    Sample,
    SourcingEncoder,
    anonymous_samples,
    attribution_samples,
    batches,
    discourse_samples,
    loss_of,
    piece_probabilities,
    predict,
    save,
    support_samples,
    train,
)
from training.sourcing.support import TRAINING_ONLY, read_document, story_keys, support_records
from training.splits import share

CONFIG = CONFIGS / "sourcing.toml"
SETTINGS, SEEN, STUDENT = "config.json", "seen.json", "student.pt"
COMMAND = "sourcing train"


def read_config(path: Path = CONFIG) -> dict[str, Any]:
    """The configuration of a run that is yet to begin."""
    return tomllib.loads(path.read_text("utf-8"))


def config_of(run: Path) -> dict[str, Any]:
    """The configuration that a run was begun with; raises as `run_file` does."""
    config: dict[str, Any] = json.loads(run_file(run, SETTINGS, COMMAND).read_text("utf-8"))
    return config


def seen_by(run: Path) -> frozenset[str]:
    """Ids of the annotated articles that a run trains on; raises as `run_file` does."""
    return frozenset(json.loads(run_file(run, SEEN, COMMAND).read_text("utf-8")))


def begin(run: Path, config: dict[str, Any], accept: bool = False) -> None:
    """Note in the folder of a run what it trains on, or see that it goes on as it began.

    With `accept`, checkpoints that nothing is noted of are taken as trained on the same.

    Raises
    ------
    click.ClickException
        Where the run began with another configuration or other articles, or does not say with which.
    """
    chosen = trained_on(config)
    if (run / SETTINGS).exists():
        if config_of(run) != config:
            raise click.ClickException(f"{run} is of another configuration; name another folder by --run")
        if seen_by(run) != chosen:
            raise click.ClickException(
                f"{run} trains on other articles than the corpora and annotations now give; "
                "name another folder by --run"
            )
        return
    if any(run.glob("*.pt")) and not accept:
        raise click.ClickException(
            f"{run} has checkpoints but no {SETTINGS} that says what they were trained on: "
            f"if {CONFIG.name} and the annotations are unchanged since, add --accept; "
            "otherwise name another folder by --run"
        )
    run.mkdir(parents=True, exist_ok=True)
    (run / SEEN).write_text(json.dumps(sorted(chosen), indent=1) + "\n", "utf-8")
    (run / SETTINGS).write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def tokenizer_of(config: dict[str, Any]) -> Tokenizer:
    """The base model's tokenizer, without padding or truncation."""
    tokenizer = Tokenizer.from_file(str(cached_file(base_checkpoint(config), "tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def load(config: dict[str, Any], path: Path | None = None) -> SourcingEncoder:
    """The encoder, from a checkpoint or from its base, with the word vectors that all encoders share."""
    small = config.get("student", {})
    model = SourcingEncoder(base_checkpoint(config), small.get("halve_after", ()), small.get("neurons"))
    if path is not None:
        model.load_state_dict(torch.load(path, weights_only=True))
    share_words(model)
    return model


@click.command("train")
@click.option("--run", type=click.Path(path_type=Path), required=True, help="Folder of the run.")
@click.option("--threads", default=2, show_default=True)
@click.option(
    "--accept",
    is_flag=True,
    help="Take a run that does not say what it was trained on as one of the present configuration.",
)
def train_command(run: Path, threads: int, accept: bool) -> None:
    """Train the encoder, stage after stage; one that is done is not run again, one that was cut short goes on."""
    config = read_config()
    torch.set_num_threads(threads)
    begin(run, config, accept)
    tokenizer, shape = tokenizer_of(config), WindowShape(**config["window"])
    if not (run / "attribution.pt").exists():
        _train_attribution(config, tokenizer, shape, run)
    before = "attribution"
    for number, stage in enumerate(config["support"]["stages"], 1):
        if not (run / f"{stage['name']}.pt").exists():
            _train_support(config, tokenizer, shape, run, before, number)
        before = stage["name"]


def _train_attribution(config: dict[str, Any], tokenizer: Tokenizer, shape: WindowShape, run: Path) -> None:
    part = config["attribution"]
    torch.manual_seed(config["seed"])
    rng = random.Random(config["seed"])
    spans = attribution_samples("train", tokenizer, shape, limit=part["articles"])
    stream = list(batches(spans, part["batch_pieces"], rng))
    stream += batches(
        discourse_samples(tokenizer, shape, part["discourse_articles"]), part["batch_pieces"], rng
    )
    rng.shuffle(stream)
    checkpoint = run / "attribution.checkpoint"
    model = load(config)
    loss = partial(loss_of, model, weights=part["weights"])
    finish(train(model, stream, part["rate"], loss, checkpoint), checkpoint)


def finish(
    state: dict[str, torch.Tensor], checkpoint: Path, before: Path | None = None, keep: float = 0.0
) -> None:
    """Write the weights of a stage as they count, with the share `keep` of those `before`; drop its checkpoint."""
    if keep and before is not None:
        state = mixed(state, before, keep)
    save(state, checkpoint.with_suffix(".pt"))
    checkpoint.unlink(missing_ok=True)


def corpora_of(config: dict[str, Any]) -> list[str]:
    """Support corpora of all stages, each once."""
    return list(dict.fromkeys(name for stage in config["support"]["stages"] for name in stage["corpora"]))


def held_out(article: str, config: dict[str, Any]) -> bool:
    """True for an article, by its id, that the encoder never sees."""
    return share(article, "support") < float(config["support"]["held_out"])


def trained_on(config: dict[str, Any]) -> frozenset[str]:
    """Ids of the articles of all stages' corpora that train.

    Of the sets that only train, articles of the same story as one that is held out are left out.
    """
    chosen, apart = set(), set[str]()
    for name in sorted(corpora_of(config), key=lambda name: name in TRAINING_ONLY):
        for record in support_records(name):
            if name in TRAINING_ONLY:
                if not story_keys(record) & apart:
                    chosen.add(record["id"])
            elif held_out(record["id"], config):
                apart |= story_keys(record)
            else:
                chosen.add(record["id"])
    return frozenset(chosen)


def unseen(config: dict[str, Any], seen: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Annotated articles that measure an encoder: it has seen neither them nor another of the same story.

    `seen` are the ids of those that it was trained on.
    """
    everything = [(name, record) for name in corpora_of(config) for record in support_records(name)]
    stories = {key for _, record in everything if record["id"] in seen for key in story_keys(record)}
    for name, record in everything:
        if name not in TRAINING_ONLY and record["id"] not in seen and not story_keys(record) & stories:
            yield record


def _keep_tags(model: SourcingEncoder, samples: Sequence[Sample], pieces: int) -> None:
    """Give windows of the support corpora the first stage's own tags as targets."""
    for batch in batches(samples, pieces, random.Random(0)):
        for sample, tags in zip(batch, piece_probabilities(model, batch), strict=True):
            targets = np.full_like(tags, IGNORED)
            for slot in sample.window.slots:
                if slot.own:
                    targets[slot.first : slot.last] = tags[slot.first : slot.last]
            sample.pieces = targets


def _train_support(
    config: dict[str, Any], tokenizer: Tokenizer, shape: WindowShape, run: Path, before: str, number: int
) -> None:
    part = config["support"]
    stage = part["stages"][number - 1]
    chosen = seen_by(run)
    samples = [
        sample
        for name in stage["corpora"]
        for sample in support_samples(name, tokenizer, shape)
        if sample.article in chosen and _taken(sample.article, name, stage)
    ]
    samples += anonymous_samples(tokenizer, shape, stage.get("snippets", 0))
    tagged = [sample for sample in samples if share(sample.article, "tags") < stage.get("tagged", 1.0)]
    _keep_tags(load(config, run / "attribution.pt"), tagged, part["batch_pieces"])
    model = load(config, run / f"{before}.pt")
    torch.manual_seed(config["seed"] + number)
    rng = random.Random(config["seed"] + number)
    stream = [batch for _ in range(stage["epochs"]) for batch in batches(samples, part["batch_pieces"], rng)]
    weights = part["weights"] | stage.get("weights", {})
    checkpoint = run / f"{stage['name']}.checkpoint"
    loss = partial(loss_of, model, weights=weights)
    state = train(model, stream, stage["rate"], loss, checkpoint, part["average"])
    finish(state, checkpoint, run / f"{before}.pt", float(stage.get("keep", 0.0)))


def _taken(article: str, corpus: str, stage: dict[str, Any]) -> bool:
    """True for every article of a stage's last corpus, and for a share `replay` of those before it."""
    replay = float(stage.get("replay", 1.0))
    return corpus == stage["corpora"][-1] or share(article, stage["name"]) < replay


def trained(config: dict[str, Any], run: Path) -> Path:
    """Weights of the last stage, or of the student of a run that distils; raises as `run_file` does."""
    if "student" in config:
        return run_file(run, STUDENT, "sourcing distil")
    return run_file(run, f"{config['support']['stages'][-1]['name']}.pt", COMMAND)


def held_out_predictions(run: Path) -> dict[str, list[Prediction]]:
    """Predictions for the articles that the encoder of a run has not seen (`unseen`), by article id."""
    config = config_of(run)
    tokenizer, shape = tokenizer_of(config), WindowShape(**config["window"])
    model = load(config, trained(config, run))
    found = {}
    for record in unseen(config, seen_by(run)):
        document = read_document(record)
        samples = [Sample(window) for window in cut_windows(document, tokenizer, shape)]
        outputs = [(pieces, sentence_logits(logits)) for pieces, logits in predict(model, samples)]
        found[record["id"]] = predictions_of(document, [s.window for s in samples], outputs)
    return found


def sentence_logits(logits: dict[str, np.ndarray]) -> np.ndarray:
    """Logits of the heads that ship, side by side in their order."""
    return np.concatenate([logits[name] for name, _ in SENTENCE_HEADS], axis=1)
