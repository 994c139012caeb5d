"""Near-duplicates and contradictions among the articles of an overview, as groups to show."""

from __future__ import annotations

from collections.abc import Sequence

from detector.errors import DatelineError
from detector.report import Report
from detector.reports.overview import ArticleGroup, GroupMember

MOST_COMPARED = 5_000
"""Articles that are held in memory and compared, in the order of the input."""

MOST_GROUPS = 200


def find_groups(
    reports: Sequence[Report], pages: Sequence[str | None]
) -> tuple[Sequence[ArticleGroup] | None, str]:
    """Give the groups, the largest copies first, and a note for the reader; None where nothing can be compared."""
    from detector.corroboration import corroborate

    try:
        found = corroborate(reports)
    except DatelineError as error:
        # Comparing needs a library of the extra `batch`; the overview does not.
        return None, str(error)

    def member(place: int, quote: str = "") -> GroupMember:
        return GroupMember(reports[place].headline, pages[place], " ".join(quote.split()))

    groups = [
        ArticleGroup(
            copies.kind,
            f"{len(copies.articles)} articles, of whose wording at least about {copies.similarity:.0%} is the same",
            [member(place) for place in copies.articles],
        )
        for copies in sorted(found.copies, key=lambda copies: -len(copies.articles))
    ]
    groups += [
        ArticleGroup(
            "contradiction",
            conflict.sentence,
            [member(side.article, side.text) for side in (conflict.left, conflict.right)],
        )
        for conflict in found.contradictions
    ]
    return shown(groups)


def shown(groups: Sequence[ArticleGroup]) -> tuple[list[ArticleGroup], str]:
    """So many of each kind that a page can show them, and a note where some are left out."""
    by_kind: dict[str, list[ArticleGroup]] = {}
    for group in groups:
        of_kind = by_kind.setdefault(group.kind, [])
        if len(of_kind) < MOST_GROUPS:
            of_kind.append(group)
    kept = [group for of_kind in by_kind.values() for group in of_kind]
    left_out = len(kept) < len(groups)
    return kept, f"The first {MOST_GROUPS} of each kind, of {len(groups):,} groups." if left_out else ""
