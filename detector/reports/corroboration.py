"""What a batch says of itself, for the terminal: copies, events, contradictions and support."""

from __future__ import annotations

from pathlib import PurePath

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.text import Text

from detector.corroboration import Contradiction, Corroboration, Event, Quote
from detector.reports.text import one_line

QUOTE_LENGTH = 160
SUPPORTS_SHOWN = 3
KIND_NAMES = {
    "participants": "who",
    "place": "where",
    "day": "when",
    "status": "whether it happened",
    "agreement": "whether they agreed",
    "outcome": "how it ended",
    "number": "how many",
}


def render_corroboration(result: Corroboration) -> RenderableType:
    """Lay the comparison out; everything quoted from an article is plain text on one line."""
    count = len(result.contradictions)
    parts: list[RenderableType] = [
        Line(style="dim"),
        Text(
            f"Across {len(result.article_ids)} articles: {_many(len(result.events), 'shared event')}, "
            f"{_many(count, 'contradiction')}, {_many(len(result.copies), 'group')} of copies",
            style="bold",
        ),
    ]
    for group in result.copies:
        kind = "Near-duplicates" if group.kind == "near_duplicate" else "Partly copied or templated"
        parts.append(Text(f"{kind} ({group.similarity:.0%}): {_articles(result, group.articles)}"))
    parts += [_event(result, event) for event in result.events]
    return Group(*parts, Text(""))


def _event(result: Corroboration, event: Event) -> RenderableType:
    terms = ", ".join(term.removeprefix("@") for term in event.terms)
    parts: list[RenderableType] = [
        Text(f"\nEvent: {one_line(terms)}", style="bold"),
        Text(f"  told by {_articles(result, event.articles)}", style="dim"),
    ]
    parts += [_contradiction(contradiction) for contradiction in event.contradictions]
    for support in event.supports[:SUPPORTS_SHOWN]:
        parts.append(Text("  supported elsewhere", style="green4"))
        parts += [_quote(support.claim), _quote(support.by)]
    if len(event.supports) > SUPPORTS_SHOWN:
        parts.append(
            Text(f"  … and {len(event.supports) - SUPPORTS_SHOWN} more supported claims", style="dim")
        )
    return Group(*parts)


def _contradiction(contradiction: Contradiction) -> RenderableType:
    head = Text(f"  {KIND_NAMES[contradiction.kind]}: ", style="bold red3")
    head.append(one_line(contradiction.sentence), style="not bold")
    return Group(head, _quote(contradiction.left), _quote(contradiction.right))


def _quote(quote: Quote) -> RenderableType:
    text = one_line(quote.text)
    shown = text if len(text) <= QUOTE_LENGTH else text[: QUOTE_LENGTH - 1] + "…"
    return Padding(Text(f"{_name(quote.article_id)}: “{shown}”"), (0, 0, 0, 4))


def _articles(result: Corroboration, places: tuple[int, ...]) -> str:
    return ", ".join(_name(result.article_ids[place]) for place in places)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _name(article_id: str) -> str:
    """Last part of a path: the folder is the same for the articles of a batch, more often than not."""
    return one_line(PurePath(article_id).name or article_id)
