"""What a client may send: strict types, no unknown fields; caps come from the settings."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from detector.errors import UsageError
from detector.models.calibration import TARGET_RATES
from detector.reading import calendar_date
from detector.rules import FAMILIES, catalogue, select_rules
from service.settings import ServiceSettings


def _calendar_date(value: object) -> date:
    """Take `YYYY-MM-DD` alone: pydantic would take timestamps too."""
    return calendar_date(value if isinstance(value, str) else "")


def _codes() -> list[str]:
    """Families and codes, as the OpenAPI document lists them; other prefixes are taken as well."""
    return sorted({*FAMILIES, *catalogue()})


def _known_rate(value: float) -> float:
    if value not in TARGET_RATES:
        raise ValueError(f"must be one of {', '.join(map(str, TARGET_RATES))}")
    return value


CalendarDate = Annotated[date, BeforeValidator(_calendar_date, json_schema_input_type=date)]
Code = Annotated[str, Field(max_length=8, json_schema_extra=lambda schema: schema.update(enum=_codes()))]
Codes = Annotated[list[Code], Field(max_length=100)]


TargetFpr = Annotated[
    float, AfterValidator(_known_rate), Field(json_schema_extra={"enum": list(TARGET_RATES)}, strict=False)
]


class Options(BaseModel):
    """How to score; what is left out is as the service is set."""

    model_config = ConfigDict(extra="forbid", strict=True)

    target_fpr: TargetFpr | None = Field(
        default=None, description="False-positive rate that the machine-writing threshold promises."
    )
    select: Codes = Field(default=[], description="Rule codes or their prefixes to keep on; all if empty.")
    ignore: Codes = Field(default=[], description="Rule codes or their prefixes to switch off.")

    @field_validator("select", "ignore")
    @classmethod
    def _known_codes(cls, value: list[str]) -> list[str]:
        try:
            select_rules(tuple(value))
        except UsageError as error:
            raise ValueError("holds a code or prefix that no rule has; see /v1/rules") from error
        return sorted({code.upper() for code in value})


class ArticleInput(BaseModel):
    """One article: its text or its HTML, and what is known of it."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"oneOf": [{"required": ["text"]}, {"required": ["html"]}]},
    )

    text: str = Field(default="", min_length=1, description="Plain text; offsets in the report count in it.")
    html: str = Field(
        default="", min_length=1, description="A web page; `/v1/read` gives the text taken from it."
    )
    id: str | None = Field(default="", max_length=200, description="Comes back in the report.")
    title: str | None = Field(default=None, max_length=1_000)
    published: CalendarDate | None = Field(
        default=None, description="Relative dates are resolved against it; of the years 1600 to 2200."
    )
    url: str | None = Field(
        default=None, max_length=2_000, description="Comes back in the report; never fetched."
    )
    author: str | None = Field(default=None, max_length=1_000, description="As `/v1/read` gives it.")

    @field_validator("text", "html")
    @classmethod
    def _within_cap(cls, value: str, info: ValidationInfo) -> str:
        if isinstance(info.context, ServiceSettings):
            settings = info.context
            limit = settings.max_text_chars if info.field_name == "text" else settings.max_html_chars
            if len(value) > limit:
                raise PydanticCustomError("string_too_long", "too long", {"max_length": limit})
        return value

    @model_validator(mode="after")
    def _one_content(self) -> ArticleInput:
        if len(self.model_fields_set & {"text", "html"}) != 1:
            raise ValueError("give exactly one of the fields text and html")
        return self

    def to_item(self, **how: str) -> dict[str, Any]:
        """What a worker gets."""
        content = "text" if "text" in self.model_fields_set else "html"
        item: dict[str, Any] = {content: getattr(self, content), "id": self.id or "", "title": self.title}
        item["published"] = self.published.isoformat() if self.published else None
        return {**item, "url": self.url, "author": self.author, **how}


class ScoreRequest(ArticleInput):
    """An article to score."""

    options: Options = Options()


class BatchRequest(BaseModel):
    """Several articles, scored with the same options, answered in order."""

    model_config = ConfigDict(extra="forbid", strict=True)

    articles: list[ArticleInput] = Field(min_length=1)
    options: Options = Options()

    @field_validator("articles", mode="before")
    @classmethod
    def _not_too_many(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(info.context, ServiceSettings) and isinstance(value, list):
            limit = info.context.max_batch_articles
            if len(value) > limit:
                raise PydanticCustomError("too_long", "too many", {"max_length": limit})
        return value
