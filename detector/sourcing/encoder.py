"""The sourcing encoder of an artifact on ONNX Runtime: documents' windows, each in a call of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import numpy as np

from detector.document import Document
from detector.models.artifact import Artifact
from detector.models.session import open_model, unloadable
from detector.models.threads import begun, default_threads
from detector.models.vocabulary import Vocabulary
from detector.sourcing.predictions import Array, Prediction, predictions_of
from detector.sourcing.windows import Window, WindowShape, cut_windows


class SourcingEncoder:
    """One ONNX session and its vocabulary.

    Every window is one call without padding: an int8 model scales its activations by all that
    shares a call, so only a window alone gives the same numbers in any company.

    Raises
    ------
    ModelError
        Where the artifact lacks a part or ONNX Runtime refuses the model.
    """

    def __init__(self, artifact: Artifact, threads: int | None = None) -> None:
        opened = open_model(artifact)
        self._session, self._vocabulary = opened.session, opened.vocabulary
        try:
            self._shape = WindowShape(**artifact.config["window"])
        except Exception as error:
            raise unloadable(artifact, error) from error
        self._threads = threads or default_threads()

    def begin(self, documents: Sequence[Document]) -> Callable[[], list[list[Prediction]]]:
        """Start to read beside what the caller does next (`models.threads.begun`).

        What comes back gives, for each document, one prediction a sentence, aligned with `document.sentences`.
        """
        cut = [self.windows(document) for document in documents]
        reading = begun(self.read, [window for windows in cut for window in windows], self._threads)

        def found() -> list[list[Prediction]]:
            outputs = iter(reading())
            return [
                predictions_of(document, windows, list(islice(outputs, len(windows))))
                for document, windows in zip(documents, cut, strict=True)
            ]

        return found

    def windows(self, document: Document) -> list[Window]:
        """The windows that this encoder reads of a document."""
        return cut_windows(document, self._vocabulary.tokenizer, self._shape)

    def read(self, window: Window) -> tuple[Array, Array]:
        """Probabilities of the tags, shape (pieces, 3), and logits of the sentences, shape (sentences, heads' classes)."""
        pieces, logits = self._session.run(None, feed_of(window, self._vocabulary))
        first: Any = pieces[0]
        second: Any = logits[0]
        return first, second


def feed_of(window: Window, vocabulary: Vocabulary) -> dict[str, Any]:
    """Inputs of the graph for one window."""
    return {"words": vocabulary.vectors(window.ids), "pools": pools_of(window)}


def pools_of(window: Window) -> Array:
    """Averaging weights of each sentence over the window's pieces, shape (1, sentences, pieces)."""
    pools = np.zeros((1, len(window.slots), len(window.ids)), dtype=np.float32)
    for row, slot in enumerate(window.slots):
        pools[0, row, slot.first : slot.last] = 1.0 / max(1, slot.last - slot.first)
    return pools
