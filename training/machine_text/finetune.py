"""`python -m training finetune --config FILE`: fine-tune an encoder to tell machine-written windows.

Seeded and resumable; bf16 on CPUs that have it. One logit a window: mean of the last hidden
layer, then a linear layer. The averaged weights (EMA) are what is evaluated and exported.
`curve.jsonl` has the loss, and how the averaged weights rank windows that the run holds out.
"""

from __future__ import annotations

import json
import math
import random
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from training.encoders.precision import autocast
from training.encoders.shapes import distance, halved, mean_of, resize, states_of
from training.encoders.vocabulary import share_words
from training.encoders.weights import Averaged, base_checkpoint, mixed
from training.machine_text.watch import held_out, measure
from training.runs import WINDOWS, check_windows, read_windows, run_file, write_windows
from training.splits import development_keys, held_out_keys
from training.windows import Glue, Recipe, Window, draw

Vector = npt.NDArray[np.float64]

BATCH = 16
"""Windows that are judged at once."""


class WindowClassifier(nn.Module):
    """An encoder with a mean-pooled logit for "machine-written".

    Tokens are joined in pairs after each of the layers `halve_after` (counted from 1): further ones read half as many.
    Feed-forward layers have as many `neurons` as the base, or as are given (`encoders.narrowing`).
    """

    def __init__(self, base: str, halve_after: Sequence[int] = (), neurons: int | None = None) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False)
        if neurons:
            resize(self.encoder, neurons)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(self.encoder.config.hidden_size, 1)
        self.halve_after = tuple(halve_after)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logits of a padded batch, shape (batch,)."""
        return self.judge(self.pooled(input_ids, attention_mask))

    def pooled(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Mean last hidden state of each window, shape (batch, width)."""
        return mean_of(*self.hidden(input_ids, attention_mask))

    def hidden(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Last hidden states, shape (batch, length, width), and the mask of those that are not padding."""
        return states_of(self.encoder, input_ids, attention_mask, self.halve_after)[-1]

    def judge(self, pooled: torch.Tensor) -> torch.Tensor:
        """Logits of pooled windows."""
        logits: torch.Tensor = self.head(self.dropout(pooled)).squeeze(-1)
        return logits


def classifier_of(config: Mapping[str, Any]) -> WindowClassifier:
    """The classifier of a run's configuration, with the weights of its base."""
    return WindowClassifier(base_checkpoint(config), config.get("halve_after", ()), config.get("neurons"))


def load_classifier(run: Path, weights: str = "model.pt") -> WindowClassifier:
    """Classifier of a training run, in evaluation mode."""
    classifier = classifier_of(json.loads(run_file(run, "config.json").read_text("utf-8")))
    classifier.load_state_dict(torch.load(run_file(run, weights), weights_only=True))
    return classifier.eval()


def learning_groups(model: WindowClassifier, rate: float, decay: float) -> list[dict[str, Any]]:
    """Parameter groups whose learning rate falls by `decay` with each layer away from the head."""
    depth = model.encoder.config.num_hidden_layers
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if "head" in name:
            scale = 10.0
        elif "encoder.layer." in name:
            scale = decay ** (depth - 1 - int(name.split("encoder.layer.")[1].split(".")[0]))
        else:
            scale = decay**depth
        decays = parameter.ndim > 1
        groups.setdefault((scale, decays), []).append(parameter)
    return [
        {"params": parameters, "lr": rate * scale, "weight_decay": 0.01 if decays else 0.0}
        for (scale, decays), parameters in groups.items()
    ]


def batches(
    windows: Sequence[Window], size: int, rng: random.Random, together: bool = False
) -> Iterator[list[Window]]:
    """Full batches of `size` tokens, padding and all, in random order.

    Lengths are rounded up to multiples of 16, so that only a dozen shapes occur: kernels are
    compiled once a shape. A bucket's last batch, which is not full, is filled with repeats.
    With `together`, windows of like length whose texts have one source (mirror pairs) share a batch.
    """
    buckets: dict[int, list[Window]] = {}
    for window in windows:
        buckets.setdefault(padded(window.tokens + 2), []).append(window)
    found: list[list[Window]] = []
    for length, members in sorted(buckets.items()):
        rng.shuffle(members)
        if together:
            place = {window.group: index for index, window in enumerate(members)}
            members.sort(key=lambda window: place[window.group])
        count = size // length
        for start in range(0, len(members), count):
            batch = members[start : start + count]
            found.append(batch + rng.choices(members, k=count - len(batch)))
    rng.shuffle(found)
    yield from found


def padded(tokens: int) -> int:
    """Length to which a window of so many tokens is padded.

    >>> padded(17), padded(32)
    (48, 48)
    """
    return max(48, -(-tokens // 16) * 16)


def loss_of(logits: torch.Tensor, labels: torch.Tensor, smooth: float, tail: float) -> torch.Tensor:
    """Cross-entropy, plus `tail` times a pairwise loss against the hardest human windows of the batch.

    The pairwise term is a batch estimate of the one-sided partial AUC at low false-positive
    rates (after Narasimhan and Agarwal, 2013).
    """
    target = labels * (1 - 2 * smooth) + smooth
    loss = nn.functional.binary_cross_entropy_with_logits(logits, target)
    human, machine = logits[labels < 0.5], logits[labels > 0.5]
    if tail and len(human) and len(machine):
        hardest = human.topk(max(1, len(human) // 8)).values
        loss = loss + tail * nn.functional.softplus(hardest[:, None] - machine[None, :] + 1.0).mean()
    return loss


def contrast(vectors: torch.Tensor, labels: torch.Tensor, temperature: float = 0.1) -> torch.Tensor:
    """Supervised contrastive loss (Khosla et al., 2020): windows of one label lie nearer than those of the other."""
    unit = nn.functional.normalize(vectors.float(), dim=1)
    likeness = unit @ unit.T / temperature
    itself = torch.eye(len(labels), dtype=torch.bool)
    alike = (labels[:, None] == labels[None, :]) & ~itself
    shares = likeness.masked_fill(itself, -torch.inf).log_softmax(1).masked_fill(~alike, 0.0)
    return -(shares.sum(1) / alike.sum(1).clamp(min=1)).mean()


class Teacher:
    """A classifier for another to learn from, in place of labels: one that joins its tokens less, or is wider.

    Parameters
    ----------
    path
        Its weights, in the folder of its run.
    weight
        What the distance from its hidden states weighs beside the cross-entropy with its probabilities.
    """

    def __init__(self, path: Path, weight: float) -> None:
        self._model = load_classifier(path.parent, path.name)
        self._weight = weight

    def loss(
        self,
        logits: torch.Tensor,
        hidden: torch.Tensor,
        mask: torch.Tensor,
        encoded: Mapping[str, torch.Tensor],
    ) -> torch.Tensor:
        """Cross-entropy with the teacher's probabilities, and the weighted `distance` from its hidden states."""
        believed, states = self.answer(encoded, hidden.shape[1])
        apart = nn.functional.binary_cross_entropy_with_logits(logits, believed)
        return apart + self._weight * distance(hidden, states, mask)

    @torch.no_grad()
    def answer(self, encoded: Mapping[str, torch.Tensor], length: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Probabilities of a batch, and its hidden states joined in pairs until there are at most `length`."""
        hidden, mask = self._model.hidden(encoded["input_ids"], encoded["attention_mask"])
        believed = torch.sigmoid(self._model.judge(mean_of(hidden, mask)))
        while hidden.shape[1] > length:
            hidden, mask = halved(hidden, mask)
        return believed, hidden


def recipes(config: dict[str, Any]) -> list[Recipe]:
    """Recipes of a configuration's `[[window]]` tables."""
    return [
        Recipe(
            entry["source"], entry["label"], int(entry["windows"]), entry.get("where", {}),
            entry.get("without", {}), float(entry.get("repair", 0.0)),
        )
        for entry in config["window"]
    ]  # fmt: skip


def prepare(config: dict[str, Any], tokenizer: Any, out: Path) -> list[Window]:
    """Windows of the folder `out`; where it has none, all of a configuration are drawn and kept there.

    The machine's come first: their lengths are the human's targets.

    Raises
    ------
    click.ClickException
        Where there are none, and the configuration leaves them to `mine`.
    """
    if (out / WINDOWS).exists() or "window" not in config:
        return read_windows(out, "mine")
    rng = random.Random(config["seed"])
    banned = development_keys()
    human_banned = banned | held_out_keys()

    def measure(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=False)["input_ids"])

    longest = int(config["max_tokens"]) - 2

    def fresh() -> int:
        return rng.randint(90, longest) if rng.random() < 0.8 else rng.randint(40, 110)

    everything = recipes(config)
    glue = None
    if any(recipe.repair for recipe in everything):
        from training.corpora import records

        glue = Glue(str(r["text"]) for r in records("human_news/train/allsides"))
    windows: list[Window] = []
    for recipe in everything:
        if recipe.label == "ai":
            windows += draw(recipe, measure, banned, rng, fresh, config["augment"], glue)
    sizes = [window.tokens for window in windows]
    for recipe in everything:
        if recipe.label == "human":
            windows += draw(
                recipe,
                measure,
                human_banned,
                rng,
                lambda: min(rng.choice(sizes), longest),
                config["augment"],
                glue,
            )
    windows = [window for window in windows if window.tokens <= longest + 24]
    write_windows(out, windows, config)
    return windows


def _beginner(config: Mapping[str, Any], start: Path | None) -> WindowClassifier:
    """The classifier that a run begins with; what its configuration freezes does not learn."""
    model = classifier_of(config)
    if config.get("freeze_embeddings"):
        model.encoder.embeddings.requires_grad_(False)
    for layer in model.encoder.encoder.layer[: int(config.get("freeze_layers", 0))]:
        layer.requires_grad_(False)
    if start:
        model.load_state_dict(torch.load(start, weights_only=True))
    if config.get("shared_words", True):
        share_words(model)
    return model


@torch.no_grad()
def scores(model: WindowClassifier, tokenizer: Any, most: int, windows: Sequence[Window]) -> Vector:
    """Log-odds of windows, in their order, each cut to `most` tokens; like lengths share a batch."""
    model.eval()
    found = np.zeros(len(windows))
    order = sorted(range(len(windows)), key=lambda place: windows[place].tokens)
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        encoded = tokenizer(
            [windows[place].text for place in places],
            padding=True,
            truncation=True,
            max_length=most,
            return_tensors="pt",
        )
        found[places] = model(encoded["input_ids"], encoded["attention_mask"]).double().numpy()
    return found


def train(config: dict[str, Any], out: Path) -> None:
    """Train by a configuration into the folder `out`: curve.jsonl, checkpoint.pt, model.pt.

    Windows that `out` holds are taken as they are; a share of them (`watch`) is judged and not learnt.
    """
    out.mkdir(parents=True, exist_ok=True)
    start, teacher = (Path(config[name]) if config.get(name) else None for name in ("start", "teacher"))
    for needed in filter(None, (start, teacher)):
        run_file(needed.parent, needed.name)
    torch.manual_seed(config["seed"])
    tokenizer = AutoTokenizer.from_pretrained(base_checkpoint(config))
    windows, watched = held_out(prepare(config, tokenizer, out), float(config.get("watch", 0.0)))
    _print_mix(windows)
    model = _beginner(config, start)
    judge = classifier_of(config) if watched else None
    taught = Teacher(teacher, config["teach"]) if teacher else None
    optimizer = torch.optim.AdamW(
        learning_groups(model, config["rate"], config["layer_decay"]), betas=(0.9, 0.98)
    )
    rng = random.Random(config["seed"] + 1)
    schedule = [
        batch
        for _ in range(int(config["epochs"]))
        for batch in batches(windows, config["batch_tokens"], rng, bool(config.get("pairs")))
    ]
    if config.get("max_steps"):
        schedule = schedule[: int(config["max_steps"])]
    averaged = Averaged(model, config["average"])
    peak = [group["lr"] for group in optimizer.param_groups]
    first = _resume(config, out, model, optimizer, averaged)
    warm = max(1, int(0.06 * len(schedule)))
    model.train()
    started, losses, done = time.monotonic(), [], 0
    for step, batch in enumerate(schedule):
        if step < first:
            continue
        scale = (
            step / warm
            if step < warm
            else 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, len(schedule) - warm)))
        )
        for group, rate in zip(optimizer.param_groups, peak, strict=True):
            group["lr"] = rate * scale
        encoded = tokenizer(
            [w.text for w in batch],
            padding="max_length",
            truncation=True,
            max_length=min(config["max_tokens"], max(padded(w.tokens + 2) for w in batch)),
            return_tensors="pt",
        )
        labels = torch.tensor([float(w.label) for w in batch])
        with autocast(config["bf16"]):
            hidden, mask = model.hidden(encoded["input_ids"], encoded["attention_mask"])
            pooled = mean_of(hidden, mask)
            logits = model.judge(pooled)
        if taught:
            loss = taught.loss(logits.float(), hidden, mask, encoded)
        else:
            loss = loss_of(logits.float(), labels, config["smooth"], config["tail"])
        if config.get("contrastive"):
            loss = loss + config["contrastive"] * contrast(pooled, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        averaged.update(model, step)
        losses.append(loss.item())
        done += len(batch)
        if step % 20 == 19 or step == len(schedule) - 1:
            line = {
                "step": step + 1,
                "of": len(schedule),
                "loss": round(float(np.mean(losses)), 4),
                "windows_per_second": round(done / (time.monotonic() - started), 1),
            }
            losses = []
            if judge and (step % 60 == 59 or step == len(schedule) - 1):
                judge.load_state_dict(averaged.state)
                line |= measure(watched, partial(scores, judge, tokenizer, int(config["max_tokens"])))
            click.echo(json.dumps(line))
            with (out / "curve.jsonl").open("a", encoding="utf-8") as curve:
                curve.write(json.dumps(line) + "\n")
        if step % 60 == 59:
            unfinished = out / "checkpoint.partial"
            torch.save(
                {
                    "config": json.dumps(config, sort_keys=True),
                    "random": torch.get_rng_state(),
                    "step": step + 1,
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "averaged": averaged.state,
                },
                unfinished,
            )
            unfinished.replace(out / "checkpoint.pt")
    keep = float(config.get("keep", 0.0))
    torch.save(
        mixed(averaged.state, Path(config["start"]), keep) if keep else averaged.state, out / "model.pt"
    )
    torch.save(model.state_dict(), out / "last.pt")
    (out / "config.json").write_text(json.dumps(config, indent=1), "utf-8")


def _resume(
    config: dict[str, Any], out: Path, model: nn.Module, optimizer: torch.optim.Optimizer, averaged: Averaged
) -> int:
    """Take up a checkpoint of the same configuration, where there is one; give the step to go on with."""
    path = out / "checkpoint.pt"
    if not path.exists():
        return 0
    saved = torch.load(path, weights_only=True)
    if saved.get("config") != json.dumps(config, sort_keys=True):
        raise click.ClickException(f"{path} is of another configuration; name another folder by --out")
    torch.set_rng_state(saved["random"])
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    averaged.state = saved["averaged"]
    return int(saved["step"])


def _print_mix(windows: Sequence[Window]) -> None:
    for label in (0, 1):
        sizes = [w.tokens for w in windows if round(w.label) == label]
        spread = np.percentile(sizes, [10, 50, 90]).round() if sizes else "-"
        click.echo(f"label {label}: {len(sizes)} windows, tokens p10/p50/p90 {spread}")
        for source, count in sorted(Counter(w.source for w in windows if round(w.label) == label).items()):
            click.echo(f"  {source} {count}")


@click.command()
@click.option("--config", "path", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the run.")
@click.option("--only-windows", is_flag=True, help="Draw the windows and stop.")
def finetune(path: Path, out: Path, only_windows: bool) -> None:
    """Fine-tune an encoder by a TOML configuration."""
    config = tomllib.loads(path.read_text("utf-8"))
    torch.set_num_threads(int(config.get("threads", 2)))
    check_windows(out, config)
    if only_windows:
        out.mkdir(parents=True, exist_ok=True)
        _print_mix(prepare(config, AutoTokenizer.from_pretrained(base_checkpoint(config)), out))
        return
    train(config, out)
