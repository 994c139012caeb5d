"""The report as OpenAPI describes it; workers write it, and tests hold both together."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from detector.types import Band, Category, Role, Severity, SourceKind, TimeKind, Verdict


class ArticleShown(BaseModel):
    """The article as it was understood."""

    id: str
    title: str | None
    published: str | None
    url: str | None
    language: str
    words: int
    text_sha256: str
    offset_unit: Literal["codepoint", "utf16"]


class ModelShown(BaseModel):
    """An artifact with its digest."""

    name: str
    version: str
    sha256: str


class EngineShown(BaseModel):
    """What computed a report."""

    name: str
    version: str
    models: list[ModelShown]
    rules_version: str


class ContributionShown(BaseModel):
    """Points of one signal; all of them add up to the score."""

    signal: str
    points: float
    why: str


class CredibilityShown(BaseModel):
    """The score, or the reasons why there is none."""

    score: float | None
    band: Band | None
    abstained: bool
    reasons: list[str]
    contributions: list[ContributionShown]


class WindowShown(BaseModel):
    """Probability of machine writing for a stretch of the text; of an article far under the threshold, for every other."""

    start: int
    end: int
    probability: float


class MachineWritingShown(BaseModel):
    """Whether the text reads as machine-written; `verdict` is never "human-written"."""

    model_config = ConfigDict(extra="allow")

    probability: float | None
    verdict: Verdict
    threshold: float | None
    target_fpr: float
    calibration: dict[str, Any]
    windows: list[WindowShown]


class SignalsShown(BaseModel):
    """What the detectors measured; a detector that could not finish leaves its part out."""

    model_config = ConfigDict(extra="allow")

    ai_generated: MachineWritingShown | None = None


class SourceShown(BaseModel):
    """Who stands behind a sentence."""

    kind: SourceKind
    text: str | None
    start: int | None
    end: int | None
    inherited: bool


class TimeShown(BaseModel):
    """When it happened."""

    kind: TimeKind
    text: str | None
    value: str | None
    start: int | None
    end: int | None
    inherited: bool


class SentenceShown(BaseModel):
    """One sentence with its role, source and time."""

    start: int
    end: int
    role: Role
    claim_probability: float
    source: SourceShown
    time: TimeShown
    unsupported: bool
    ai_probability: float | None


class FlagShown(BaseModel):
    """One finding; `quote` is `text[start:end]`."""

    id: str
    rule: str
    category: Category
    severity: Severity
    start: int
    end: int
    quote: str
    message: str
    score: float
    counted: bool


class ReportShown(BaseModel):
    """The report of one article, schema version 1."""

    model_config = ConfigDict(title="Report")

    schema_version: Literal["1"]
    article: ArticleShown
    engine: EngineShown
    credibility: CredibilityShown
    signals: SignalsShown
    sentences: list[SentenceShown]
    flags: list[FlagShown]
    warnings: list[str]
    incomplete: list[str]


class FieldErrorShown(BaseModel):
    """A field at fault, and the limit that it broke."""

    field: str
    message: str
    limit: Any = None


class ProblemShown(BaseModel):
    """A problem (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldErrorShown] = []
    request_id: str | None = None


class ProblemOfOne(BaseModel):
    """Stands in a batch where an article could not be read."""

    problem: ProblemShown


class BatchShown(BaseModel):
    """A report, or a problem, for each article, in order."""

    reports: list[ReportShown | ProblemOfOne]


class RuleShown(BaseModel):
    """A rule of the catalogue with its measured rates."""

    code: str
    name: str
    category: Category
    severity: Severity
    counted: bool
    meaning: str
    advice: str
    example: str
    human_per_1000_words: float | None
    machine_per_1000_words: float | None


class RulesShown(BaseModel):
    """The catalogue."""

    rules_version: str
    rules: list[RuleShown]


class TextShown(BaseModel):
    """The text taken out of a file."""

    text: str
    title: str | None
    published: str | None
    url: str | None
    author: str | None


class StatusShown(BaseModel):
    """State of the service."""

    status: Literal["ok"]
