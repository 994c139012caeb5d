"""Reports as SARIF 2.1.0, the format of code-scanning tools, and as GitHub annotations.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" (2020).

A place in the text is a place in the file for plain text alone: of a page, a document, a record, or what
is sniffed, the file is named, with the line of the record, and the message quotes the words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from textwrap import shorten
from urllib.parse import quote as url_quote

from detector.reading import SUFFIXES
from detector.report import Report, offset_mapper
from detector.reports.plain import one_line, printable
from detector.rules import catalogue
from detector.types import Flag, Json, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"info": "note", "warning": "warning", "error": "error"}
_GITHUB = {"info": "notice", "warning": "warning", "error": "error"}


def render_sarif(reports: Sequence[Report]) -> dict[str, Json]:
    """Give one SARIF run for some reports; columns count UTF-16 units, as the format asks by default."""
    rules = catalogue()
    driver: dict[str, Json] = {
        "name": "dateline",
        "version": reports[0].engine.version if reports else "0",
        "rules": [
            {
                "id": rule.code,
                "name": rule.name,
                "shortDescription": {"text": rule.meaning},
                "help": {"text": rule.advice},
                "defaultConfiguration": {"level": _LEVELS[rule.severity]},
            }
            for rule in rules.values()
        ],
    }
    results: list[Json] = [result for report in reports for result in _results(report)]
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


@dataclass(frozen=True, slots=True)
class _File:
    """The file of an article, the line of its record in it, and whether its text is the file's own."""

    path: str
    line: int | None
    plain: bool


def _file_of(source: str) -> _File:
    """Tell the file by the name of the input.

    >>> _file_of("a.txt"), _file_of("b.jsonl:2"), _file_of("c.php")
    (_File(path='a.txt', line=None, plain=True), _File(path='b.jsonl', line=2, plain=False), _File(path='c.php', line=None, plain=False))
    """
    path, _, number = source.rpartition(":")
    kind = _kind_of(path)
    if number.isdecimal() and kind in ("json", "jsonl"):
        return _File(path, int(number) if kind == "jsonl" else None, plain=False)
    return _File(source, None, plain=_kind_of(source) == "text")


def _kind_of(path: str) -> str | None:
    """What a file of this name is read as; None where its content tells."""
    return SUFFIXES.get(PurePath(path).suffix.lower())


def _results(report: Report) -> Iterator[dict[str, Json]]:
    lines = _LineIndex(report.article.text)
    file = _file_of(report.article.source)
    for flag in report.flags:
        location: dict[str, Json] = {"artifactLocation": {"uri": _uri(file.path)}}
        if file.plain:
            (line, column), (end_line, end_column) = lines.place(flag.span)
            location["region"] = {
                "startLine": line,
                "startColumn": column,
                "endLine": end_line,
                "endColumn": end_column,
                "charOffset": lines.utf16(flag.span.start),
                "charLength": lines.utf16(flag.span.end) - lines.utf16(flag.span.start),
            }
        elif file.line is not None:
            location["region"] = {"startLine": file.line}
        yield {
            "ruleId": flag.rule,
            "level": _LEVELS[flag.severity] if flag.counted else "note",
            "message": {"text": _message(report, flag, file)},
            "locations": [{"physicalLocation": location}],
        }


def _message(report: Report, flag: Flag, file: _File) -> str:
    """The message, with the quote where the place says too little; on one line, and without the format's own links."""
    message = one_line(flag.message)
    if not file.plain:
        quote = shorten(one_line(report.quote(flag.span)), 120, placeholder=" \u2026")
        message += f" \u201c{quote}\u201d"
    return message.replace("](", "]\u200b(")


def _uri(path: str) -> str:
    """The path as a URI, relative where the path is, byte by byte where a file's name is no UTF-8.

    >>> _uri("b\\udcff d.txt")
    'b%FF%20d.txt'
    """
    return url_quote(path, errors="surrogateescape")


def render_github(report: Report) -> Iterator[str]:
    """Yield one workflow command a counted flag, which GitHub shows beside the line."""
    lines = _LineIndex(report.article.text)
    file = _file_of(report.article.source)
    for flag in report.flags:
        if flag.counted:
            place = f"file={_property(file.path)}"
            if file.plain:
                (line, column), (end_line, end_column) = lines.place(flag.span)
                place += f",line={line},endLine={end_line}"
                if line == end_line:
                    place += f",col={column},endColumn={end_column}"
            elif file.line is not None:
                place += f",line={file.line}"
            title = f"{flag.rule} {catalogue()[flag.rule].name}"
            message = _message(report, flag, file)
            yield f"::{_GITHUB[flag.severity]} {place},title={_property(title)}::{_data(message)}"


class _LineIndex:
    """Line and column, from 1, of offsets into a text; columns count UTF-16 units."""

    def __init__(self, text: str) -> None:
        self.utf16 = offset_mapper(text, "utf16")
        self._starts = [0, *(i + 1 for i, char in enumerate(text) if char == "\n")]

    def place(self, span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
        return self._place(span.start), self._place(span.end)

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, self.utf16(offset) - self.utf16(self._starts[line - 1]) + 1


def _data(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
