"""Review in a notebook: a queue of scored articles, decisions on their flags, plots, agreement, exports.

The parts need the extra `notebook` (pandas, SQLAlchemy, anywidget, matplotlib) and are imported
when first used, so that `import detector.review` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.review.agreement import Agreement, agreement_frame, agreements
    from detector.review.annotations import to_annotations, write_annotations
    from detector.review.decisions import Decision, read_jsonl, write_jsonl
    from detector.review.frames import decisions_frame, profile_frame, rates_frame, sentences_frame
    from detector.review.plots import calibration_curve, flag_rates, score_distribution, stylometric_profile
    from detector.review.queue import Queue, load_queue
    from detector.review.session import Review
    from detector.review.store import DecisionStore

_HOMES: Final = {
    "Agreement": "agreement",
    "Decision": "decisions",
    "DecisionStore": "store",
    "Queue": "queue",
    "Review": "session",
    "agreement_frame": "agreement",
    "agreements": "agreement",
    "calibration_curve": "plots",
    "decisions_frame": "frames",
    "flag_rates": "plots",
    "load_queue": "queue",
    "profile_frame": "frames",
    "rates_frame": "frames",
    "read_jsonl": "decisions",
    "score_distribution": "plots",
    "sentences_frame": "frames",
    "stylometric_profile": "plots",
    "to_annotations": "annotations",
    "write_annotations": "annotations",
    "write_jsonl": "decisions",
}
"""Public name to the module that defines it."""

__all__ = [
    "Agreement",
    "Decision",
    "DecisionStore",
    "Queue",
    "Review",
    "agreement_frame",
    "agreements",
    "calibration_curve",
    "decisions_frame",
    "flag_rates",
    "load_queue",
    "profile_frame",
    "rates_frame",
    "read_jsonl",
    "score_distribution",
    "sentences_frame",
    "stylometric_profile",
    "to_annotations",
    "write_annotations",
    "write_jsonl",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("detector"):
            raise
        raise UsageError(
            f"detector.review needs {error.name}: install the extra, `pip install 'dateline[notebook]'`"
        ) from error


def __dir__() -> list[str]:
    return __all__
