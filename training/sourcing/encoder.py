"""The encoder of the sourcing detector: one pass, heads over pieces (attribution) and over sentences.

Tasks: source, cue and content of attributions (PolNeAR); role, source, time and `unsupported` of
sentences (the support corpus); discourse role and speech (newsdiscourse) as company in training.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel

from detector.document import Document, build_document
from detector.sourcing.encoder import pools_of
from detector.sourcing.predictions import HEADS as SENTENCE_HEADS
from detector.sourcing.windows import Window, WindowShape, cut_windows
from detector.types import Article
from training.corpora import records
from training.encoders.precision import autocast
from training.encoders.shapes import resize, states_of
from training.encoders.weights import Averaged
from training.sourcing.support import match, read_document, support_records

PIECE_LABELS = ("source", "cue", "content")
DISCOURSE_LABELS = (
    "Main", "Main_Consequence", "Cause_Specific", "Cause_General", "Distant_Historical",
    "Distant_Anecdotal", "Distant_Evaluation", "Distant_Expectations_Consequences", "NA",
)  # fmt: skip
HEADS = {name: len(labels) for name, labels in SENTENCE_HEADS} | {
    "discourse": len(DISCOURSE_LABELS),
    "speech": 1,
}
"""Sentence heads and how many logits each has: those that ship, and two for company in training."""
IGNORED = -100
CHECKPOINT_STEPS = 100
VIEW = 128
"""Neurons that read a piece's states where tokens are joined."""


@dataclass(slots=True)
class Sample:
    """One window with whatever labels its corpus has; -100 is no label."""

    window: Window
    pieces: np.ndarray | None = None
    sentences: dict[str, list[int]] = field(default_factory=dict)
    article: str = ""


class SourcingEncoder(nn.Module):
    """A small BERT with three logits a piece and one row of logits a sentence and head.

    Tokens are joined in pairs after each of the layers `halve_after` (counted from 1): further ones read
    half as many. A piece's logits are then read from all its states together, those of before it was joined
    among them, through a layer of `VIEW` neurons.
    Feed-forward layers have as many `neurons` as the base, or as are given (`encoders.narrowing`).
    """

    def __init__(self, base: str, halve_after: Sequence[int] = (), neurons: int | None = None) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False)
        if neurons:
            resize(self.encoder, neurons)
        width = self.encoder.config.hidden_size
        self.dropout = nn.Dropout(0.1)
        states = len(halve_after) + 1 if halve_after else 0
        self.views = nn.ModuleList(nn.Linear(width, VIEW) for _ in range(states))
        self.piece_head = nn.Linear(VIEW if states else width, len(PIECE_LABELS))
        self.heads = nn.ModuleDict({name: nn.Linear(2 * width, size) for name, size in HEADS.items()})
        self.halve_after = tuple(halve_after)

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, pools: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Piece logits (batch, pieces, 3) and sentence vectors (batch, sentences, 2 width).

        `pools` (batch, sentences, pieces) holds each sentence's averaging weights. A sentence's
        vector is its mean beside the mean of the sentence before, so that carry-over is in reach.
        """
        states = states_of(self.encoder, ids, mask, self.halve_after)
        hidden = states[-1][0]
        for _ in self.halve_after:
            pools = added(pools)
        pooled = torch.bmm(pools.to(hidden.dtype), hidden)
        before = torch.cat([hidden[:, :1], pooled[:, :-1]], dim=1)
        return self._pieces(states), self.dropout(torch.cat([pooled, before], dim=2))

    def _pieces(self, states: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
        """Logits of the pieces from all states, the first of which holds each by itself."""
        last = self.dropout(states[-1][0])
        seen = self.views[-1](last) if self.halve_after else last
        for view, (hidden, _) in zip(reversed(self.views[:-1]), reversed(states[:-1]), strict=True):
            apart = seen.repeat_interleave(2, dim=1)[:, : hidden.shape[1]]
            seen = apart + view(self.dropout(hidden))
        logits: torch.Tensor = self.piece_head(nn.functional.gelu(seen) if self.halve_after else seen)
        return logits

    def judge(self, vectors: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits of each head, shape (batch, sentences, size), from sentence vectors."""
        return {name: head(vectors) for name, head in self.heads.items()}


def added(pools: torch.Tensor) -> torch.Tensor:
    """Averaging weights of tokens joined in pairs, as `shapes.halved` joins them: those of both.

    >>> added(torch.tensor([[[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]])).tolist()
    [[[1.0, 0.0], [0.0, 1.0]]]
    """
    even = nn.functional.pad(pools, (0, pools.shape[2] % 2))
    return even[..., ::2] + even[..., 1::2]


def support_samples(name: str, tokenizer: Tokenizer, shape: WindowShape) -> list[Sample]:
    """Windows of a support corpus with the labels of its sentences.

    Windows behind the last annotated sentence of an article are left out.
    """
    samples = []
    for record in support_records(name):
        document = read_document(record)
        labels = sentence_labels(document, record["sentences"])
        samples.extend(_with_sentences(document, labels, tokenizer, shape, record["id"]))
    return [s for s in samples if any(label != IGNORED for own in s.sentences.values() for label in own)]


def sentence_labels(document: Document, annotated: Sequence[dict[str, Any]]) -> dict[str, list[int]]:
    """Label indices of each sentence of the document, from the annotated one that `match` gives it."""
    labels: dict[str, list[int]] = {name: [IGNORED] * len(document.sentences) for name, _ in SENTENCE_HEADS}
    for index, chosen in match(document, annotated, once=True):
        for name, values in SENTENCE_HEADS:
            if chosen[name] is not None:
                labels[name][index] = values.index(chosen[name]) if len(values) > 1 else int(chosen[name])
    return labels


def _with_sentences(
    document: Document, labels: dict[str, list[int]], tokenizer: Tokenizer, shape: WindowShape, article: str
) -> list[Sample]:
    samples = []
    for window in cut_windows(document, tokenizer, shape):
        own = {
            name: [values[s.sentence] if s.own else IGNORED for s in window.slots]
            for name, values in labels.items()
        }
        samples.append(Sample(window, None, own, article))
    return samples


def attribution_samples(
    split: str, tokenizer: Tokenizer, shape: WindowShape, limit: int | None = None
) -> list[Sample]:
    """Windows of PolNeAR with 0/1 per piece and label; each text once."""
    seen: set[str] = set()
    samples = []
    for record in records("sourcing/polnear"):
        if record["split"] != split or record["text"] in seen:
            continue
        if limit is not None and len(seen) >= limit:
            break
        seen.add(record["text"])
        document = build_document(Article(record["text"]))
        marked = np.zeros((len(record["text"]) + 1, 3), dtype=bool)
        for span in record["spans"]:
            if span["label"] in PIECE_LABELS:
                marked[span["start"] : span["end"], PIECE_LABELS.index(span["label"])] = True
        for window in cut_windows(document, tokenizer, shape):
            samples.append(Sample(window, piece_labels(document, window, marked), {}, record["id"]))
    return samples


def piece_labels(document: Document, window: Window, marked: np.ndarray) -> np.ndarray:
    """Labels of a window's pieces from marked raw characters; -100 outside its own sentences."""
    labels = np.full((len(window.ids), marked.shape[1]), IGNORED, dtype=np.int64)
    for slot in window.slots:
        if slot.own:
            for piece in range(slot.first, slot.last):
                span = document.raw_span(*window.offsets[piece])
                labels[piece] = marked[span.start : span.end].any(0)
    return labels


def discourse_samples(tokenizer: Tokenizer, shape: WindowShape, limit: int) -> list[Sample]:
    """Windows of newsdiscourse with discourse role and speech of each sentence."""
    samples = []
    for count, record in enumerate(records("sourcing/newsdiscourse_sentences")):
        if count >= limit:
            break
        document = build_document(Article(record["text"]))
        labels = {name: [IGNORED] * len(document.sentences) for name in ("discourse", "speech")}
        for index, chosen in match(document, record["spans"], once=True):
            labels["discourse"][index] = DISCOURSE_LABELS.index(chosen["label"])
            labels["speech"][index] = int(chosen["speech"])
        samples.extend(_with_sentences(document, labels, tokenizer, shape, record["id"]))
    return samples


def anonymous_samples(tokenizer: Tokenizer, shape: WindowShape, limit: int) -> list[Sample]:
    """Windows of news snippets whose speaker is unnamed: a claim of a vague source, and so unsupported."""
    roles, sources = (dict(SENTENCE_HEADS)[name] for name in ("role", "source"))
    samples = []
    for count, record in enumerate(records("sourcing/anonymous_source_snippets")):
        if count >= limit:
            break
        document = build_document(Article(record["text"]))
        labels: dict[str, list[int]] = {name: [] for name in ("role", "source", "unsupported")}
        for sentence in document.sentences:
            span = document.raw_span(sentence.start, sentence.end)
            spoken = any(span.start <= s["start"] < span.end for s in record["spans"])
            labels["role"].append(roles.index("claim") if spoken else IGNORED)
            labels["source"].append(sources.index("vague") if spoken else IGNORED)
            labels["unsupported"].append(1 if spoken else IGNORED)
        samples.extend(_with_sentences(document, labels, tokenizer, shape, record["id"]))
    return samples


def batches(samples: Sequence[Sample], pieces: int, rng: random.Random) -> Iterator[list[Sample]]:
    """Batches of about `pieces` word pieces of like length, in random order."""
    ordered = sorted(samples, key=lambda s: (len(s.window.ids) + rng.randint(0, 24), rng.random()))
    packed: list[list[Sample]] = [[]]
    for sample in ordered:
        if packed[-1] and (len(packed[-1]) + 1) * max(len(sample.window.ids), 32) > pieces:
            packed.append([])
        packed[-1].append(sample)
    rng.shuffle(packed)
    yield from packed


def collate(batch: Sequence[Sample]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Padded ids, mask and pooling weights of a batch."""
    length = -(-max(len(s.window.ids) for s in batch) // 32) * 32  # few shapes: kernels are built once each
    count = max(1, max(len(s.window.slots) for s in batch))
    ids, mask = (
        torch.zeros(len(batch), length, dtype=torch.long),
        torch.zeros(len(batch), length, dtype=torch.long),
    )
    pools = torch.zeros(len(batch), count, length)
    for row, sample in enumerate(batch):
        size = len(sample.window.ids)
        ids[row, :size] = torch.tensor(sample.window.ids)
        mask[row, :size] = 1
        own = torch.from_numpy(pools_of(sample.window)[0])
        pools[row, : own.shape[0], :size] = own
    return ids, mask, pools


def loss_of(model: SourcingEncoder, batch: Sequence[Sample], weights: Mapping[str, float]) -> torch.Tensor:
    """Weighted sum of the losses of every head that a batch has labels for."""
    with autocast():
        pieces, vectors = model(*collate(batch))
        logits = model.judge(vectors)
    return labels_loss(pieces, logits, batch, weights)


def labels_loss(
    pieces: torch.Tensor,
    logits: Mapping[str, torch.Tensor],
    batch: Sequence[Sample],
    weights: Mapping[str, float],
) -> torch.Tensor:
    """The same of piece logits, and of sentence logits by head."""
    total = torch.zeros(())
    targets = torch.full((*pieces.shape,), float(IGNORED))
    for row, sample in enumerate(batch):
        if sample.pieces is not None:
            targets[row, : len(sample.pieces)] = torch.tensor(sample.pieces, dtype=torch.float)
    known = targets != IGNORED
    if known.any():
        total = total + weights["pieces"] * nn.functional.binary_cross_entropy_with_logits(
            pieces.float()[known], targets[known]
        )
    for name, scores in logits.items():
        labels = torch.full(scores.shape[:2], IGNORED, dtype=torch.long)
        for row, sample in enumerate(batch):
            if name in sample.sentences:
                labels[row, : len(sample.sentences[name])] = torch.tensor(sample.sentences[name])
        chosen = labels != IGNORED
        if not chosen.any():
            continue
        score = scores.float()[chosen]
        if scores.shape[2] == 1:
            part = nn.functional.binary_cross_entropy_with_logits(score.squeeze(-1), labels[chosen].float())
        else:
            part = nn.functional.cross_entropy(score, labels[chosen], label_smoothing=0.05)
        total = total + weights.get(name, 1.0) * part
    return total


def train(
    model: SourcingEncoder,
    stream: Sequence[list[Sample]],
    rate: float,
    loss_of_batch: Callable[[Sequence[Sample]], torch.Tensor],
    checkpoint: Path,
    average: float = 0.0,
    dropout: bool = True,
) -> dict[str, torch.Tensor]:
    """Weights after one pass over `stream` with AdamW and a linear rate, for the least `loss_of_batch`.

    With `average`, the exponential moving average of the weights at that rate. Every 100 steps
    `checkpoint` is written, and a pass that was cut short goes on from it as if it had not been.

    Raises
    ------
    click.ClickException
        Where the checkpoint is of a stream of another length.
    """
    averaged = Averaged(model, average) if average else None
    groups = [
        {"params": [p for n, p in model.named_parameters() if n.startswith("encoder")], "lr": rate},
        {"params": [p for n, p in model.named_parameters() if not n.startswith("encoder")], "lr": rate * 10},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [rate, rate * 10], total_steps=len(stream) + 1, pct_start=0.1, anneal_strategy="linear"
    )
    first = _resume(checkpoint, len(stream), model, optimizer, schedule, averaged)
    model.train(dropout)
    began, running = time.time(), 0.0
    for step, batch in enumerate(stream[first:], first):
        loss = loss_of_batch(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        if averaged is not None:
            averaged.update(model, step)
        running = 0.95 * running + 0.05 * loss.item() if step > first else loss.item()
        if step % 20 == 0:
            print(
                json.dumps(
                    {
                        "stage": checkpoint.stem,
                        "step": step,
                        "of": len(stream),
                        "loss": round(running, 4),
                        "seconds": round(time.time() - began),
                    }
                ),
                flush=True,
            )
        if (step + 1) % CHECKPOINT_STEPS == 0:
            state = {
                "step": step + 1,
                "of": len(stream),
                "random": torch.get_rng_state(),
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "averaged": averaged.state if averaged else {},
            }
            save(state, checkpoint)
    return averaged.state if averaged else model.state_dict()


def _resume(
    path: Path,
    steps: int,
    model: SourcingEncoder,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    averaged: Averaged | None,
) -> int:
    """Take up a checkpoint, where there is one; give the step to go on with."""
    if not path.exists():
        return 0
    saved = torch.load(path, weights_only=True)
    if saved["of"] != steps:
        raise click.ClickException(
            f"{path} is of {saved['of']} steps, not of {steps}: remove it to begin anew"
        )
    torch.set_rng_state(saved["random"])
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    schedule.load_state_dict(saved["schedule"])
    if averaged is not None:
        averaged.state = saved["averaged"]
    return int(saved["step"])


def save(state: Mapping[str, Any], path: Path) -> None:
    """Write a state, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.rename(path)


@torch.no_grad()
def piece_probabilities(model: SourcingEncoder, batch: Sequence[Sample]) -> list[np.ndarray]:
    """Piece probabilities of each sample of a batch, in one pass."""
    model.eval()
    pieces, _ = model(*collate(batch))
    rows = torch.sigmoid(pieces).numpy()
    return [row[: len(sample.window.ids)] for row, sample in zip(rows, batch, strict=True)]


@torch.no_grad()
def predict(
    model: SourcingEncoder, samples: Sequence[Sample]
) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Piece probabilities and sentence logits of each sample, window by window as at run time."""
    model.eval()
    results = []
    for sample in samples:
        pieces, vectors = model(*collate([sample]))
        results.append(
            (torch.sigmoid(pieces[0]).numpy(), {n: s[0].numpy() for n, s in model.judge(vectors).items()})
        )
    return results
