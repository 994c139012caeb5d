"""Time to build a document: milliseconds per 500 words, in CPU time, after a warm-up.

Run `DATELINE_CORPORA=... python -m benchmarks.document`.
"""

from __future__ import annotations

import time

from benchmarks.corpora import first
from detector.document import build_document
from detector.types import Article

SETS = ("human_news/dev/allsides", "human_news/dev/local", "machine_text/dev/detectrl")


def main() -> None:
    """Print a line a corpus."""
    build_document(Article("The first call loads the language model and the tables."))
    for name in SETS:
        articles = [Article(record["text"]) for record in first(name, 200)]
        begun = time.process_time()
        words = sum(build_document(article).words for article in articles)
        spent = time.process_time() - begun
        print(f"{name}: {len(articles)} articles, {spent / words * 500_000:.2f} ms per 500 words")


if __name__ == "__main__":
    main()
