"""The values that flow through Dateline: frozen, slotted, and without behaviour beyond derived properties.

Offsets everywhere are half-open, in Unicode code points of the raw article text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What `json.dumps` takes."""

Role: TypeAlias = Literal["claim", "opinion", "boilerplate", "question", "heading"]
SourceKind: TypeAlias = Literal["named", "role", "vague", "none"]
TimeKind: TypeAlias = Literal["absolute", "resolvable", "unresolvable", "none"]
Verdict: TypeAlias = Literal["likely", "unclear", "not_flagged"]
Band: TypeAlias = Literal["high", "moderate", "low", "very_low"]
Severity: TypeAlias = Literal["info", "warning", "error"]
Category: TypeAlias = Literal["boilerplate", "machine_writing", "unsupported_claim", "integrity"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range `[start, end)` of code points in the raw article text."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was received, after its container (HTML, docx, ...) became text.

    `source` names the input (a path, a URL or "stdin") and appears in error messages alone.
    """

    text: str
    id: str = ""
    title: str | None = None
    published: date | None = None
    url: str | None = None
    author: str | None = None
    source: str = "text"

    @property
    def text_sha256(self) -> str:
        """Digest of the text as UTF-8; lone surrogates are kept as their three bytes."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def _repr_html_(self) -> str:
        """Show the article in a notebook."""
        from detector.reports.article import render_article

        return render_article(self)

    def _repr_markdown_(self) -> str:
        """Show the article where a notebook front end prefers Markdown."""
        from detector.reports.article import render_article_markdown

        return render_article_markdown(self)


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding in the text: a rule, where it fired, and what a reader should know.

    `score` is the rule's confidence in [0, 1]; a flag that is not `counted` is shown but
    costs no points, because its rule fires on human news as often as on machine text.
    """

    rule: str
    category: Category
    severity: Severity
    span: Span
    message: str
    score: float = 1.0
    counted: bool = True


@dataclass(frozen=True, slots=True)
class SourceAnchor:
    """Who stands behind a sentence; `span` is None where nobody is named in reach."""

    kind: SourceKind = "none"
    span: Span | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class TimeAnchor:
    """When it happened; `value` is an ISO 8601 date, month, year or TIMEX3 value."""

    kind: TimeKind = "none"
    span: Span | None = None
    value: str | None = None
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class SentenceSourcing:
    """What the sourcing detector says of one sentence of the document."""

    role: Role
    claim_probability: float
    source: SourceAnchor = SourceAnchor()
    time: TimeAnchor = TimeAnchor()
    unsupported: bool = False


@dataclass(frozen=True, slots=True)
class Detection:
    """What one detector gives for one document.

    `signals` maps a name of the report's `signals` object to its JSON value. `sourcing` and
    `ai_probabilities` are empty or aligned with `Document.sentences`. `incomplete` holds a
    reason for each part that the detector could not finish. `hits` counts by rule what was found,
    where one flag may hold several.
    """

    signals: Mapping[str, Json] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    hits: Mapping[str, int] = field(default_factory=dict)
    sourcing: tuple[SentenceSourcing, ...] = ()
    ai_probabilities: tuple[float, ...] = ()
    incomplete: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contribution:
    """Points that one signal adds to the score; `points` is a multiple of 0.5, so sums are exact."""

    signal: str
    points: float
    why: str


@dataclass(frozen=True, slots=True)
class Credibility:
    """The additive score in [0, 100]; None exactly when `abstained`, with the reasons why."""

    score: float | None
    contributions: tuple[Contribution, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def abstained(self) -> bool:
        """True where the tool declines to give a score."""
        return self.score is None

    @property
    def band(self) -> Band | None:
        """`high` from 75, `moderate` from 50, `low` from 25, else `very_low`; None when abstained."""
        if self.score is None:
            return None
        if self.score >= 75:
            return "high"
        if self.score >= 50:
            return "moderate"
        return "low" if self.score >= 25 else "very_low"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Name, version and digest of an artifact that took part in a report."""

    name: str
    version: str
    sha256: str
