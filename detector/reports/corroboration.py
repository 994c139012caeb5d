"""What a batch says of itself, for the terminal: copies, events, contradictions and support."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TypeAlias

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.text import Text

from detector.corroboration import Contradiction, Corroboration, Event, Quote
from detector.reports.plain import one_line

Names: TypeAlias = dict[str, str]
"""What an article is called here, by its id."""
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
    count, names = len(result.contradictions), short_names(result.article_ids)
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
        parts.append(Text(f"{kind} ({group.similarity:.0%}): {_articles(result, group.articles, names)}"))
    parts += [_event(result, event, names) for event in result.events]
    return Group(*parts, Text(""))


def _event(result: Corroboration, event: Event, names: Names) -> RenderableType:
    terms = ", ".join(event.terms)
    parts: list[RenderableType] = [
        Text(f"\nEvent: {one_line(terms)}", style="bold"),
        Text(f"  told by {_articles(result, event.articles, names)}", style="dim"),
    ]
    parts += [_contradiction(contradiction, names) for contradiction in event.contradictions]
    for support in event.supports[:SUPPORTS_SHOWN]:
        parts.append(Text("  supported elsewhere", style="green4"))
        parts += [_quote(support.claim, names), _quote(support.by, names)]
    if len(event.supports) > SUPPORTS_SHOWN:
        parts.append(
            Text(f"  … and {len(event.supports) - SUPPORTS_SHOWN} more supported claims", style="dim")
        )
    return Group(*parts)


def _contradiction(contradiction: Contradiction, names: Names) -> RenderableType:
    head = Text(f"  {KIND_NAMES[contradiction.kind]}: ", style="bold red3")
    head.append(one_line(contradiction.sentence), style="not bold")
    return Group(head, _quote(contradiction.left, names), _quote(contradiction.right, names))


def _quote(quote: Quote, names: Names) -> RenderableType:
    text = one_line(quote.text)
    shown = text if len(text) <= QUOTE_LENGTH else text[: QUOTE_LENGTH - 1] + "…"
    return Padding(Text(f"{one_line(names[quote.article_id])}: “{shown}”"), (0, 0, 0, 4))


def _articles(result: Corroboration, places: tuple[int, ...], names: Names) -> str:
    return ", ".join(one_line(names[result.article_ids[place]]) for place in places)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def short_names(article_ids: Sequence[str]) -> Names:
    """Each id by as many of its last parts as tell the articles apart; the folder is common to them, mostly.

    >>> short_names(["a/one.txt", "a/two.txt"])
    {'a/one.txt': 'one.txt', 'a/two.txt': 'two.txt'}
    >>> list(short_names(["cnn/1.txt", "bbc/1.txt"]).values())
    ['cnn/1.txt', 'bbc/1.txt']
    """
    whole = {article: PurePath(article).parts or (article,) for article in article_ids}
    for length in range(1, max(map(len, whole.values()), default=1) + 1):
        names = {article: "/".join(parts[-length:]) for article, parts in whole.items()}
        if len(set(names.values())) == len(names):
            return names
    return {article: article for article in whole}
