"""Paths on the command line to articles, with what cannot be read named on stderr; the standard streams."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import BinaryIO, TextIO

from detector.cli.messages import say
from detector.errors import InputError, UsageError
from detector.reading import read_articles, read_stream
from detector.types import Article


class Articles:
    """Articles of some paths (`-` is stdin), in order; what can't be read is reported and counted in `failed`.

    Of several paths, an article without an id gets its path (and line) as one.
    """

    def __init__(self, paths: Sequence[str], published: date | None = None) -> None:
        self._paths = paths
        self._published = published
        self.failed = 0

    def __iter__(self) -> Iterator[Article]:
        for path in self._paths:
            try:
                for item in read_stream(binary_stdin()) if path == "-" else read_articles(path):
                    if isinstance(item, InputError):
                        self._fail(item)
                    else:
                        yield self._completed(item)
            except InputError as error:
                self._fail(error)

    def _completed(self, article: Article) -> Article:
        name = article.source if len(self._paths) > 1 else ""
        return replace(article, id=article.id or name, published=article.published or self._published)

    def _fail(self, error: InputError) -> None:
        self.failed += 1
        say(str(error))


def binary_stdin() -> BinaryIO:
    """Bytes of the standard input; raises UsageError where it is closed."""
    return _bytes_of(sys.stdin, "stdin")


def binary_stdout() -> BinaryIO:
    """Bytes of the standard output; raises UsageError where it is closed."""
    return _bytes_of(sys.stdout, "stdout")


def _bytes_of(stream: TextIO | None, name: str) -> BinaryIO:
    if stream is None:
        raise UsageError(f"{name} is closed; name a file instead of `-`")
    return stream.buffer
