"""From the results of shards to the output: JSON lines, CSV, Parquet or an HTML overview, each in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import PurePath
from typing import Literal, NamedTuple, TypeAlias, get_args

from detector.batch import storage
from detector.batch.outputs.pages import describe_pages
from detector.batch.results import Tally
from detector.batch.rows import Content
from detector.errors import UsageError
from detector.types import Json

Format: TypeAlias = Literal["jsonl", "csv", "parquet", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
CONTENTS: dict[Format, Content] = {"jsonl": "report", "csv": "table", "parquet": "table", "html": "overview"}
"""What the rows of shards hold for each format."""


class OutputPaths(NamedTuple):
    """Files of an output: the main one, the table of flags (Parquet), the folder of pages (HTML)."""

    main: str
    flags: str | None = None
    pages: str | None = None

    @property
    def files(self) -> list[str]:
        """The files among them."""
        return [self.main] if self.flags is None else [self.main, self.flags]


def output_paths(out: str, output_format: Format) -> OutputPaths:
    """Name the files of an output.

    For Parquet and HTML, a folder is what ends in a slash, is one already, or has no suffix.

    >>> output_paths("news.parquet", "parquet").flags, output_paths("news.html", "html").pages
    ('news.flags.parquet', 'news.articles')
    >>> output_paths("news", "html")
    OutputPaths(main='news/index.html', flags=None, pages='news/articles')
    >>> output_paths("news.v1/", "parquet").main
    'news.v1/articles.parquet'
    """
    if output_format not in ("parquet", "html"):
        return OutputPaths(out)
    suffix = PurePath(out).suffix
    if out.endswith("/") or storage.is_folder(out):
        suffix = ""
    stem = out.removesuffix(suffix) if suffix else out.rstrip("/")
    if output_format == "parquet":
        if suffix:
            return OutputPaths(out, flags=f"{stem}.flags{suffix}")
        return OutputPaths(f"{stem}/articles.parquet", flags=f"{stem}/flags.parquet")
    if suffix:
        return OutputPaths(out, pages=f"{stem}.articles")
    return OutputPaths(f"{stem}/index.html", pages=f"{stem}/articles")


def guess_format(out: str) -> Format:
    """Tell the format by the suffix of the output; JSON lines for `-`.

    Raises
    ------
    UsageError
        For an unknown suffix.
    """
    suffix = "jsonl" if out == "-" else PurePath(out).suffix.removeprefix(".").lower()
    for known in FORMATS:
        if suffix == known:
            return known
    raise UsageError(f"{out}: name the format by --format {'|'.join(FORMATS)}, or by such a suffix")


def check_extra(output_format: Format) -> None:
    """Refuse a format whose library is not installed, before anything is scored.

    Raises
    ------
    UsageError
        Naming the extra to install.
    """
    if output_format == "parquet":
        try:
            import_module("pyarrow")
        except ModuleNotFoundError as error:
            raise UsageError("Parquet needs the extra `batch`: pip install 'dateline[batch]'") from error


def write_output(
    out: str, output_format: Format, results: Iterable[str], tally: Tally, temp: str
) -> dict[str, Json]:
    """Join the results of all shards, in order; describe what was written.

    Raises
    ------
    StorageError
        Where the output cannot be written, or results were altered.
    """
    paths = output_paths(out, output_format)
    if paths.main != out:
        storage.make_folder(out)
    writer = import_module(f"detector.batch.outputs.{output_format}")
    writer.write(paths, results, tally, temp)
    return describe_output(paths)


def describe_output(paths: OutputPaths) -> dict[str, Json]:
    """Give the digest of each file of an output, None for one that is not there, and what its pages are."""
    found: dict[str, Json] = {
        PurePath(path).name: storage.digest_of(path) if storage.exists(path) else None for path in paths.files
    }
    if paths.pages is not None:
        found[PurePath(paths.pages).name] = describe_pages(paths.pages)
    return found
