"""Paths on the command line to articles, with what cannot be read named on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from detector.cli.messages import say
from detector.errors import InputError
from detector.reading import read_articles, read_stream
from detector.types import Article


class Articles:
    """Articles of some paths (`-` is stdin), in order; what can't be read is reported and counted in `failed`."""

    def __init__(self, paths: Sequence[str], published: date | None = None) -> None:
        self._paths = paths
        self._published = published
        self.failed = 0

    def __iter__(self) -> Iterator[Article]:
        for path in self._paths:
            try:
                for item in read_stream(sys.stdin.buffer) if path == "-" else read_articles(path):
                    if isinstance(item, InputError):
                        self._fail(item)
                    elif self._published and item.published is None:
                        yield replace(item, published=self._published)
                    else:
                        yield item
            except InputError as error:
                self._fail(error)

    def _fail(self, error: InputError) -> None:
        self.failed += 1
        say(str(error))
