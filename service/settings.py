"""Settings of the service, from environment variables that begin with DATELINE_."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from detector.detectors.machine_text import read_calibration
from detector.errors import DatelineError, UsageError
from detector.models.calibration import TARGET_RATES
from detector.models.threads import cores

CommaList = Annotated[tuple[str, ...], NoDecode]
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[a-z0-9._:\[\]-]+")


class ServiceSettings(BaseSettings):
    """Every limit of the service with its default; a list is given as values separated by commas.

    Examples
    --------
    >>> ServiceSettings(slots=2).queue_places
    8
    """

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    slots: int = Field(default_factory=cores, ge=1, le=256, description="Worker processes; one per core.")
    queue: int | None = Field(
        default=None,
        ge=0,
        le=10_000,
        description="Requests that may wait for a slot; four per slot unless set.",
    )
    micro_batch: int = Field(
        default=1, ge=1, le=64, description="Waiting requests that a freed worker may score in one call."
    )
    deadline_seconds: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        description="From admission to answer of one article; then its worker is replaced.",
    )
    batch_deadline_seconds: float = Field(
        default=120.0, gt=0, le=3600, description="The same for a batch of articles."
    )
    head_seconds: float = Field(
        default=10.0,
        gt=0,
        le=600,
        description="Time a client has to send the head of a request, and to go on reading an answer.",
    )
    body_seconds: float = Field(default=10.0, gt=0, le=600, description="Time a client has to send its body.")
    drain_seconds: float = Field(
        default=3.0,
        ge=0,
        le=600,
        description="After SIGTERM: readiness is off, new requests are still answered.",
    )
    start_seconds: float = Field(
        default=120.0, gt=0, le=3600, description="Time a worker has to load its models."
    )
    max_body_bytes: int = Field(default=2_000_000, ge=1_000, description="Largest JSON body of one article.")
    max_batch_body_bytes: int = Field(
        default=8_000_000, ge=1_000, description="Largest JSON body of a batch."
    )
    max_file_bytes: int = Field(default=10_000_000, ge=1_000, description="Largest file for `/v1/read`.")
    max_text_chars: int = Field(default=200_000, ge=100, description="Longest `text`, in code points.")
    max_html_chars: int = Field(default=1_000_000, ge=100, description="Longest `html`, in code points.")
    max_batch_articles: int = Field(default=32, ge=1, le=1_000, description="Most articles in one batch.")
    max_uploads: int = Field(default=32, ge=1, description="Bodies that may be on their way in at one time.")
    api_key_sha256: CommaList = Field(
        default=(),
        description="SHA-256 digests, in hex, of the keys that open `/v1` and `/metrics`; none: open to all.",
    )
    cors_origins: CommaList = Field(
        default=(), description="Origins whose pages may call the service; none unless set."
    )
    root_path: str = Field(default="", description="Path prefix that a proxy puts before the service.")
    target_fpr: float = Field(default=0.01, description="Default false-positive rate: 0.005, 0.01 or 0.05.")
    calibration: str | None = Field(
        default=None, description="Path of a calibration made by `dateline calibrate`."
    )
    worker_memory_mb: int = Field(
        default=0,
        ge=0,
        description="Address space of a worker in MiB; over it a request fails alone. 0: no cap.",
    )
    drift_window: int = Field(default=1_000, ge=10, description="Articles over which the drift gauges run.")
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="Level of the log."
    )

    @field_validator("api_key_sha256", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("api_key_sha256")
    @classmethod
    def _digests(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        lowered = tuple(digest.lower() for digest in value)
        if not all(_SHA256.fullmatch(digest) for digest in lowered):
            raise ValueError("each key is given as the 64 hex digits of its SHA-256, never as itself")
        return lowered

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """As browsers write them; another spelling would never match."""
        written = tuple(origin.lower().removesuffix("/") for origin in value)
        if not all(_ORIGIN.fullmatch(origin) for origin in written):
            raise ValueError("an origin looks like https://desk.example, without a path")
        return written

    @field_validator("target_fpr")
    @classmethod
    def _known_rate(cls, value: float) -> float:
        if value not in TARGET_RATES:
            raise ValueError(f"the false-positive rate is one of {', '.join(map(str, TARGET_RATES))}")
        return value

    @field_validator("root_path")
    @classmethod
    def _prefix(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", value):
            raise ValueError("a path prefix looks like /dateline")
        return value

    @field_validator("calibration")
    @classmethod
    def _usable(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Read it once, so that a mistake ends the start and not each worker."""
        if value is not None:
            try:
                for length_bin in read_calibration(value).bins:
                    length_bin.threshold(info.data.get("target_fpr", TARGET_RATES[1]))
            except DatelineError as error:
                raise ValueError(str(error)) from error
        return value

    @property
    def queue_places(self) -> int:
        """Places in the queue: what is set, or four a slot."""
        return 4 * self.slots if self.queue is None else self.queue


def read_settings(**given: object) -> ServiceSettings:
    """Settings from the environment, but for what is given.

    Raises
    ------
    UsageError
        Names each variable that is wrong, and why, but not its value.
    """
    try:
        return ServiceSettings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = (
            f"{_variable(str(fault['loc'][0]))}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise UsageError("; ".join(faults)) from error


def settings_table() -> str:
    """Give the settings as the Markdown table of `docs/service/deploying.md`."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in ServiceSettings.model_fields.items():
        default = "cores" if name == "slots" else _shown(field.default)
        rows.append(f"| `{_variable(name)}` | {default} | {field.description} |")
    return "\n".join(rows)


def _variable(name: str) -> str:
    return f"DATELINE_{name.upper()}"


def _shown(value: object) -> str:
    return "" if value in (None, (), "") else f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    print(settings_table())
