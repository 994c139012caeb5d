"""Dateline scores news articles for boilerplate, machine writing and claims that nobody stands behind.

>>> from detector import Analyzer
>>> Analyzer().analyze("Too short to judge.").credibility.reasons
('The text has 4 words; below 60 a score means nothing.',)
"""

from detector.analyzer import Analyzer, AnalyzerSettings
from detector.errors import (
    DatelineError,
    EmptyInputError,
    InputError,
    ModelError,
    TooLargeError,
    UnreadableError,
    UsageError,
)
from detector.report import Report
from detector.types import Article, Flag, Span

__all__ = [
    "Analyzer",
    "AnalyzerSettings",
    "Article",
    "DatelineError",
    "EmptyInputError",
    "Flag",
    "InputError",
    "ModelError",
    "Report",
    "Span",
    "TooLargeError",
    "UnreadableError",
    "UsageError",
]
