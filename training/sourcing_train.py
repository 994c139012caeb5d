"""Train, export and measure the encoder of the sourcing detector.

`train` begins with attribution spans of PolNeAR and discourse roles beside them. Stages over the
sentences of the support corpora follow, each from the weights of the one before it and with the first
one's span tags as targets (of a share of the articles, `tagged`), so that they are not forgotten. A share
of the articles, drawn by the hash of their id, is held out of it: they fit and cross-validate the
logistic models.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from tokenizers import Tokenizer

from detector.sourcing.predictions import HEADS as SENTENCE_HEADS
from detector.sourcing.predictions import Prediction, predictions_of
from detector.sourcing.windows import WindowShape, cut_windows
from training.finetune import base_checkpoint, mixed
from training.sourcing import command
from training.sourcing_encoder import (
    IGNORED,
    Sample,
    SourcingEncoder,
    anonymous_samples,
    attribution_samples,
    batches,
    discourse_samples,
    piece_probabilities,
    predict,
    save,
    support_samples,
    train,
)
from training.splits import share
from training.support import TRAINING_ONLY, read_document, story_keys, support_records
from training.vocabulary import share_words

CONFIG = Path(__file__).parent / "configs" / "sourcing.toml"


def read_config(path: Path = CONFIG) -> dict[str, Any]:
    """The configuration of a run."""
    return tomllib.loads(path.read_text("utf-8"))


def tokenizer_of(config: dict[str, Any]) -> Tokenizer:
    """The base model's tokenizer, without padding or truncation."""
    tokenizer = Tokenizer.from_file(str(Path(base_checkpoint(config)) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def load(config: dict[str, Any], path: Path | None = None) -> SourcingEncoder:
    """The encoder, from a checkpoint or from its base, with the word vectors that all encoders share."""
    model = SourcingEncoder(base_checkpoint(config))
    if path is not None:
        model.load_state_dict(torch.load(path, weights_only=True))
    share_words(model)
    return model


@command.command("train")
@click.option("--run", type=click.Path(path_type=Path), required=True, help="Folder of the run.")
@click.option("--threads", default=2, show_default=True)
def train_command(run: Path, threads: int) -> None:
    """Train the encoder, stage after stage; one whose checkpoint exists is not run again."""
    config = read_config()
    torch.set_num_threads(threads)
    tokenizer, shape = tokenizer_of(config), WindowShape(**config["window"])
    run.mkdir(parents=True, exist_ok=True)
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
    train(load(config), stream, part["rate"], part["weights"], run, "attribution")


def held_out(article: str, config: dict[str, Any]) -> bool:
    """True for an article, by its id, that the encoder never sees."""
    return share(article, "support") < float(config["support"]["held_out"])


def trained_on(config: dict[str, Any]) -> frozenset[str]:
    """Ids of the articles of the last stage's corpora that train.

    Of the sets that only train, articles of the same story as one that is held out are left out.
    """
    chosen, apart = set(), set[str]()
    corpora = config["support"]["stages"][-1]["corpora"]
    for name in sorted(corpora, key=lambda name: name in TRAINING_ONLY):
        for record in support_records(name):
            if name in TRAINING_ONLY:
                if not story_keys(record) & apart:
                    chosen.add(record["id"])
            elif held_out(record["id"], config):
                apart |= story_keys(record)
            else:
                chosen.add(record["id"])
    return frozenset(chosen)


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
    chosen = trained_on(config)
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
    train(model, stream, stage["rate"], weights, run, stage["name"], part["average"])
    if stage.get("keep"):
        path = run / f"{stage['name']}.pt"
        state = torch.load(path, weights_only=True)
        save(mixed(state, run / f"{before}.pt", float(stage["keep"])), path)


def _taken(article: str, corpus: str, stage: dict[str, Any]) -> bool:
    """True for every article of a stage's last corpus, and for a share `replay` of those before it."""
    replay = float(stage.get("replay", 1.0))
    return corpus == stage["corpora"][-1] or share(article, stage["name"]) < replay


def trained(config: dict[str, Any], run: Path) -> Path:
    """Checkpoint of the last stage."""
    return run / f"{config['support']['stages'][-1]['name']}.pt"


def held_out_predictions(run: Path) -> dict[str, list[Prediction]]:
    """Predictions for the articles of the support corpora that the encoder has not seen, by article id.

    An article of the same story as one that it has seen is left out.
    """
    config = read_config()
    tokenizer, shape = tokenizer_of(config), WindowShape(**config["window"])
    model = load(config, trained(config, run))
    found = {}
    corpora, chosen = config["support"]["stages"][-1]["corpora"], trained_on(config)
    everything = [(name, record) for name in corpora for record in support_records(name)]
    seen = {key for _, record in everything if record["id"] in chosen for key in story_keys(record)}
    for name, record in everything:
        if name not in TRAINING_ONLY and record["id"] not in chosen and not story_keys(record) & seen:
            document = read_document(record)
            samples = [Sample(window) for window in cut_windows(document, tokenizer, shape)]
            outputs = [(pieces, sentence_logits(logits)) for pieces, logits in predict(model, samples)]
            found[record["id"]] = predictions_of(document, [s.window for s in samples], outputs)
    return found


def sentence_logits(logits: dict[str, np.ndarray]) -> np.ndarray:
    """Logits of the heads that ship, side by side in their order."""
    return np.concatenate([logits[name] for name, _ in SENTENCE_HEADS], axis=1)
