"""A report as one self-contained HTML page, or as a fragment for a notebook: no script, no outside asset.

Everything that comes from an article goes through Jinja2's autoescaping; filters by category and
tooltips are CSS alone, so the page works under the strictest content-security policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, groupby
from operator import attrgetter

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from detector.report import Report
from detector.reports.plain import storable
from detector.reports.segments import cut, is_whole_article
from detector.reports.wording import (
    BAND_NAMES,
    CATEGORY_NAMES,
    SIGNAL_NAMES,
    decimals,
    machine_writing,
    notes,
    unsure,
)
from detector.rules import catalogue
from detector.types import Category, Flag


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text as the template draws it; `anchors` are the flags that begin here.

    `faint` where its unsupported claims are of the lowest severity: the detector is unsure of them.
    """

    text: str
    categories: tuple[Category, ...]
    anchors: tuple[str, ...]
    tip: str
    faint: bool


@dataclass(frozen=True, slots=True)
class ListedFlag:
    """A flag with its identifier in the page."""

    id: str
    flag: Flag
    quote: str
    whole: bool

    @property
    def faint(self) -> bool:
        """Whether it is an unsupported claim that the detector is unsure of."""
        return unsure([self.flag])


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates with autoescaping; `asset` includes a style sheet of ours, verbatim."""
    env = Environment(
        loader=PackageLoader("detector.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    loader = env.loader
    assert loader is not None
    # The only text that skips escaping is our own style sheet.
    env.globals["asset"] = lambda name: Markup(loader.get_source(env, name)[0])  # noqa: S704
    env.globals.update(categories=CATEGORY_NAMES, signals=SIGNAL_NAMES, bands=BAND_NAMES)
    env.globals["rules"] = catalogue()
    env.filters.update(breaks=_breaks, decimals=decimals)
    return env


def fill(template: str, **context: object) -> str:
    """Fill a template; a lone surrogate, which UTF-8 cannot hold, becomes U+FFFD."""
    return storable(environment().get_template(template).render(**context))


def _breaks(text: str) -> Markup:
    """Escape a text, with a tag for each line break.

    >>> print(_breaks("<a>\\nb"))
    &lt;a&gt;<br>b
    """
    return escape(text).replace("\n", Markup("<br>"))


def render_page(report: Report) -> str:
    """Give a whole HTML page for one report."""
    return fill("page.html", **_context(report))


_FRAGMENTS = count(1)


def render_fragment(report: Report) -> str:
    """Give a `<div>` with its own scoped style, for `_repr_html_`; its identifiers are no other fragment's."""
    prefix = f"d{report.text_sha256[:6]}-{next(_FRAGMENTS)}-"
    return fill("fragment.html", **_context(report, prefix))


def _context(report: Report, prefix: str = "") -> dict[str, object]:
    flags = [
        ListedFlag(
            f"{prefix}f{index}",
            flag,
            report.quote(flag.span),
            is_whole_article(flag, len(report.article.text)),
        )
        for index, flag in enumerate(report.flags, start=1)
    ]
    groups = {
        category: _by_rule([listed for listed in flags if listed.flag.category == category])
        for category in CATEGORY_NAMES
    }
    return {
        "report": report,
        "title": report.headline,
        "name": report.name,
        "marks": list(_marks(report, flags)),
        "groups": groups,
        "counts": {category: len(report.flags_of(category)) for category in CATEGORY_NAMES},
        "machine_writing": machine_writing(report),
        "notes": notes(report),
        "quote": report.quote,
    }


def _by_rule(listed: Sequence[ListedFlag]) -> list[tuple[str, list[ListedFlag]]]:
    ordered = sorted(listed, key=attrgetter("flag.rule"))
    return [(rule, list(group)) for rule, group in groupby(ordered, key=attrgetter("flag.rule"))]


def _marks(report: Report, listed: Sequence[ListedFlag]) -> Iterator[Mark]:
    drawn = [entry for entry in listed if not entry.whole]
    for segment in cut(len(report.article.text), [entry.flag for entry in drawn]):
        here = [drawn[index] for index in segment.flags]
        yield Mark(
            text=report.article.text[segment.start : segment.end],
            categories=tuple(dict.fromkeys(entry.flag.category for entry in here)),
            anchors=tuple(entry.id for entry in here if entry.flag.span.start == segment.start),
            tip="\n".join(f"{entry.flag.rule}: {entry.flag.message}" for entry in here),
            faint=unsure(entry.flag for entry in here),
        )
