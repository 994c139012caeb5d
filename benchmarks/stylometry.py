"""Stylometry and the stylometric model: processor time per 500 words, and per family.

Run `python -m benchmarks.stylometry [FILE...]`; without files it measures texts made of the
shipped word frequencies, so that it needs no corpus.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from detector.document import Document, build_document
from detector.models.stylometric import StylometryModel
from detector.stylometry import FEATURES, PROSE_MEASURES, measure, read_prose
from detector.stylometry.words import word_frequencies
from detector.types import Article


def made_up(articles: int = 40, words: int = 500) -> list[str]:
    """Texts with the word frequencies, sentence lengths and commas of news, and no meaning."""
    rng = random.Random(3)
    table = word_frequencies()
    names, weights = list(table), [10**f for _, f in table.values()]
    texts = []
    for _ in range(articles):
        left, sentences = words, []
        while left > 0:
            length = min(left, max(4, round(rng.gauss(21, 8))))
            chosen = rng.choices(names, weights, k=length)
            chosen[length // 2] += ","
            sentences.append(" ".join(chosen).capitalize() + ".")
            left -= length
        texts.append("\n\n".join(" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)))
    return texts


def per_500_words(documents: list[Document], run: Callable[[Document], object], repeats: int = 5) -> float:
    """Least milliseconds of processor time per 500 words over `repeats` rounds."""
    words = sum(document.words for document in documents)
    best = float("inf")
    for _ in range(repeats):
        begun = time.process_time()
        for document in documents:
            run(document)
        best = min(best, time.process_time() - begun)
    return best * 1000 * 500 / words


def main() -> None:
    """Print the table."""
    texts = [Path(name).read_text("utf-8") for name in sys.argv[1:]] or made_up()
    documents = [build_document(Article(text)) for text in texts]
    begun = time.perf_counter()
    model = StylometryModel.load()
    load = (time.perf_counter() - begun) * 1000
    measure(documents[0])
    print(f"{len(FEATURES)} measures, {len(model.columns)} in the model, loaded in {load:.0f} ms")
    print("| step | CPU ms per 500 words |")
    print("| --- | ---: |")
    print(f"| reading the document | {per_500_words(documents, lambda d: build_document(d.article)):.2f} |")
    print(f"| all measures | {per_500_words(documents, measure):.2f} |")
    print(
        f"| machine-text score (cleaning, measures, model) | {per_500_words(documents, lambda d: model.score([d])):.2f} |"
    )
    prose = {id(document): read_prose(document) for document in documents}
    for family in dict.fromkeys(name.split(".")[0] for name in PROSE_MEASURES):
        measures = [run for name, run in PROSE_MEASURES.items() if name.startswith(family + ".")]
        spent = per_500_words(documents, lambda d, m=measures: [run(prose[id(d)]) for run in m])  # type: ignore[misc]
        print(f"| of which {family} ({len(measures)}) | {spent:.2f} |")


if __name__ == "__main__":
    main()
