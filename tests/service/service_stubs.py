"""Detectors that workers import by name: quick, and at fault in the way that the text asks for."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from detector.document import Document
from detector.types import Detection, Flag, ModelInfo, Span


@dataclass
class Obedient:
    """Does what the text says: `sleep SECONDS`, `raise`, `die`; else one flag over the first word."""

    name: str = "obedient"
    version: str = "0"
    rules: tuple[str, ...] = ("SRC001",)
    models: tuple[ModelInfo, ...] = (ModelInfo("stub", "0", "0" * 64),)

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        return [self._one(document) for document in documents]

    def _one(self, document: Document) -> Detection:
        text = document.article.text
        command, _, argument = text.partition(" ")
        if command == "sleep":
            time.sleep(float(argument.split()[0]))
        if command == "raise":
            raise ValueError(f"the message holds the text: {text}")
        if command == "die":
            os._exit(9)
        end = len(text.split(" ", 1)[0])
        flag = Flag("SRC001", "unsupported_claim", "warning", Span(0, end), "first word")
        signal = {
            "probability": 0.25,
            "verdict": "not_flagged",
            "threshold": 0.8,
            "target_fpr": 0.01,
            "calibration": {"corpus": "stub", "n_human": 9, "fpr_upper95": 0.02, "length_bin": "50-100"},
            "windows": [{"start": 0, "end": end, "probability": 0.25}],
        }
        return Detection({"ai_generated": signal}, (flag,))


def obedient(target_fpr: float, calibration: str | None) -> tuple[Obedient, ...]:
    return (Obedient(),)


def obedient_twice(target_fpr: float, calibration: str | None) -> tuple[Obedient, ...]:
    return Obedient(), Obedient(name="again")
