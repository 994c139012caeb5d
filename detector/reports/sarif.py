"""Reports as SARIF 2.1.0, the format of code-scanning tools, and as GitHub annotations.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" (2020).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from urllib.parse import quote as url_quote

from detector.report import Report, offset_mapper
from detector.rules import catalogue
from detector.types import Json, Span

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


def _results(report: Report) -> Iterator[dict[str, Json]]:
    lines = _LineIndex(report.article.text)
    for flag in report.flags:
        (line, column), (end_line, end_column) = lines.place(flag.span)
        region: dict[str, Json] = {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
            "charOffset": lines.utf16(flag.span.start),
            "charLength": lines.utf16(flag.span.end) - lines.utf16(flag.span.start),
        }
        location: dict[str, Json] = {
            "artifactLocation": {"uri": _uri(report.article.source)},
            "region": region,
        }
        yield {
            "ruleId": flag.rule,
            "level": _LEVELS[flag.severity] if flag.counted else "note",
            "message": {"text": flag.message},
            "locations": [{"physicalLocation": location}],
        }


def _uri(path: str) -> str:
    """The path as a relative URI, byte by byte where a file's name is no UTF-8.

    >>> _uri("b\\udcff d.txt")
    'b%FF%20d.txt'
    """
    return url_quote(path, errors="surrogateescape")


def render_github(report: Report) -> Iterator[str]:
    """Yield one workflow command a counted flag, which GitHub shows beside the line."""
    lines = _LineIndex(report.article.text)
    for flag in report.flags:
        if flag.counted:
            (line, column), (end_line, end_column) = lines.place(flag.span)
            place = f"file={_property(report.article.source)},line={line},endLine={end_line}"
            if line == end_line:
                place += f",col={column},endColumn={end_column}"
            title = f"{flag.rule} {catalogue()[flag.rule].name}"
            yield f"::{_GITHUB[flag.severity]} {place},title={_property(title)}::{_data(flag.message)}"


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
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
