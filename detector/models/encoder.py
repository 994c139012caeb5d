"""Windows of cleaned prose -> log-odds of machine writing, by the shipped transformer on ONNX Runtime.

Every window is one call, without padding: the activations of an int8 model are scaled by all
that shares a call, so only a window alone gives the same number in any company.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from detector.errors import ModelError
from detector.models.artifact import Artifact
from detector.models.cleaning import Piece, without_house_style
from detector.models.session import open_model, unloadable
from detector.models.threads import begun, default_threads

Tokens = Sequence[int]


@dataclass(frozen=True, slots=True)
class Window:
    """A run of pieces, `pieces[first:stop]`, and the tokens of its text."""

    first: int
    stop: int
    ids: tuple[int, ...]


def balanced_runs(lengths: Sequence[int], most: int, shift: float = 0.0) -> list[tuple[int, int]]:
    """Cut consecutive pieces into the fewest runs of at most about `most` tokens, of about equal length.

    `shift`, a share of one run, moves the cuts forward and adds a run, so that two sets of runs overlap.

    >>> balanced_runs([60, 60, 60, 60], 130)
    [(0, 2), (2, 4)]
    >>> balanced_runs([60, 60, 60, 60], 130, shift=0.5)
    [(0, 1), (1, 3), (3, 4)]
    """
    total = sum(lengths)
    target = total / max(1, -(-total // most))
    runs: list[tuple[int, int]] = []
    start, done, cut = 0, 0, target * (1.0 - shift)
    for index, length in enumerate(lengths):
        # A piece belongs to the run that holds its middle.
        if index > start and done + length / 2 > cut:
            runs.append((start, index))
            start = index
            while done + length / 2 > cut:
                cut += target
        done += length
    if start < len(lengths):
        runs.append((start, len(lengths)))
    return runs


class Encoder:
    """The transformer of an artifact: one ONNX session and its vocabulary.

    Raises
    ------
    ModelError
        Where the artifact lacks a part or ONNX Runtime refuses the model.
    """

    def __init__(self, artifact: Artifact, threads: int | None = None) -> None:
        opened = open_model(artifact)
        self._session, self._vocabulary = opened.session, opened.vocabulary
        try:
            self._most = int(artifact.config["max_tokens"])
            self._window = int(artifact.config["window_tokens"])
        except Exception as error:
            raise unloadable(artifact, error) from error
        self._open, self._close = self._specials()
        self._threads = threads or default_threads()

    def tokenize(self, pieces: Sequence[Piece]) -> list[tuple[int, ...]]:
        """Token ids of each piece, without the special ones."""
        found = self._vocabulary.tokenizer.encode_batch_fast(
            [without_house_style(p.text) for p in pieces], add_special_tokens=False
        )
        return [tuple(encoding.ids) for encoding in found]

    def windows(self, tokens: Sequence[Tokens], shift: float = 0.0) -> list[Window]:
        """Windows over the pieces whose `tokens` are given; see `balanced_runs`."""
        return [
            Window(first, stop, self._wrap(tokens[first:stop]))
            for first, stop in balanced_runs([len(ids) for ids in tokens], self._window, shift)
        ]

    def logits(self, windows: Sequence[Window]) -> list[float]:
        """Log-odds of machine writing per window, each from a call of its own."""
        return self.begin(windows)()

    def begin(self, windows: Sequence[Window]) -> Callable[[], list[float]]:
        """Start `logits` beside what the caller does next (`threads.begun`)."""
        return begun(self._logit, windows, self._threads)

    def _logit(self, window: Window) -> float:
        output: Any = self._session.run(None, {"words": self._vocabulary.vectors(window.ids)})[0]
        return float(output.reshape(-1)[0])

    def _wrap(self, run: Sequence[Tokens]) -> tuple[int, ...]:
        ids = [i for part in run for i in part][: self._most - 2]
        return (self._open, *ids, self._close)

    def _specials(self) -> tuple[int, int]:
        """Ids that open and close a sequence: what the tokenizer puts around an empty text."""
        ids = self._vocabulary.tokenizer.encode("").ids
        if len(ids) != 2:
            raise ModelError("the encoder's tokenizer does not wrap a text in two special tokens")
        return int(ids[0]), int(ids[1])
