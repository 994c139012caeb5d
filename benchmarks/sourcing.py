"""Speed of the sourcing detector, by rules and with its model: milliseconds per 500 words.

Run `python -m benchmarks.sourcing [FILE…]`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from detector.detectors.sourcing import SourcingDetector
from detector.document import build_document
from detector.types import Article

ROUNDS = 5


def main(paths: list[str]) -> None:
    """Time both ways on the given texts, else on the project's example articles."""
    files = [Path(p) for p in paths] or sorted(
        (Path(__file__).parent.parent / "examples" / "articles").glob("*.txt")
    )
    documents = [build_document(Article(path.read_text("utf-8"))) for path in files]
    words = sum(document.words for document in documents)
    for name, detector in (
        ("rules", SourcingDetector(use_model=False)),
        ("rules and encoder", SourcingDetector()),
    ):
        detector.detect(documents[:1])
        best = float("inf")
        for _ in range(ROUNDS):
            began = time.perf_counter()
            detector.detect(documents)
            best = min(best, time.perf_counter() - began)
        print(
            f"{name:<18} {1000 * best / words * 500:7.2f} ms per 500 words ({len(documents)} articles, {words} words, best of {ROUNDS})"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
