"""Finds hidden characters and look-alike letters: evidence that a text was tampered with.

The other detectors read the normalised view, in which none of these are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detector.document import Document, HiddenCharacter
from detector.document.hidden import characters, is_mark
from detector.rules import catalogue
from detector.types import Detection, Flag, ModelInfo, Span

_MAX_FLAGS = 50
"""Flags of one rule for one article; the last of them tells how many more there are."""

_MAX_GAP = 24
"""Code points between hits of one rule that still make one flag, where no line break is between."""

_MAX_LENGTH = 200
"""Code points after which a flag ends and the next one begins."""

_WHAT = {
    "INT001": ("invisible character inside a word", "invisible characters inside words"),
    "INT002": ("invisible or control character", "invisible or control characters"),
    "INT003": ("character that turns the direction of text", "characters that turn the direction of text"),
    "INT004": ("look-alike of a plain letter", "look-alikes of plain letters"),
    "INT005": (
        "invisible character that can carry a message",
        "invisible characters that can carry a message",
    ),
}
_MARKS = ("mark over a letter that no spelling puts there", "marks over letters that no spelling puts there")
_MAX_RUN = 16
"""Hidden characters side by side that are looked past to find the word around."""

_PAYLOAD = ("tag", "variation")
_TURNING = "\u202b\u202d\u202e\u2067"
"""Right-to-left embeddings, overrides and isolates; the other direction marks are copied along with text."""
_CLOSING = "\u202c\u2069"


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring hits of one rule."""

    rule: str
    start: int
    end: int
    count: int
    points: frozenset[str]


class IntegrityDetector:
    """Reports `integrity` {hidden_characters, homoglyphs} with exact counts, and grouped flags."""

    name = "integrity"
    version = "1"
    rules: tuple[str, ...] = tuple(_WHAT)
    models: tuple[ModelInfo, ...] = ()

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Give one `Detection` per document, in order; linear in the number of hits."""
        return [self._detect(document) for document in documents]

    def _detect(self, document: Document) -> Detection:
        raw, hidden = document.article.text, document.view.hidden
        homoglyphs = sum(hit.kind == "homoglyph" for hit in hidden)
        flags: list[Flag] = []
        by_rule: dict[str, list[HiddenCharacter]] = {rule: [] for rule in self.rules}
        turned = any(char in raw for char in _TURNING)
        for hit in hidden:
            by_rule[_rule_of(raw, hit, turned)].append(hit)
        for rule, hits in by_rule.items():
            flags.extend(_flags(raw, rule, list(_groups(raw, rule, hits))))
        signal = {"hidden_characters": len(hidden) - homoglyphs, "homoglyphs": homoglyphs}
        flags.sort(key=lambda flag: (flag.span, flag.rule))
        counts = {rule: len(found) for rule, found in by_rule.items() if found}
        return Detection(signals={"integrity": {**signal}}, flags=tuple(flags), hits=counts)


def _rule_of(raw: str, hit: HiddenCharacter, turned: bool) -> str:
    if hit.kind == "homoglyph":
        return "INT004"
    if hit.kind in _PAYLOAD:
        return "INT005"
    start, end = hit.span.start, hit.span.end
    if hit.kind == "bidi" and (raw[start] in _TURNING or (turned and raw[start] in _CLOSING)):
        return "INT003"
    # Look past a run of hidden characters, as far as such a run could be an accident.
    while start > 0 and _overlooked(raw[start - 1]) and hit.span.start - start < _MAX_RUN:
        start -= 1
    while end < len(raw) and _overlooked(raw[end]) and end - hit.span.end < _MAX_RUN:
        end += 1
    inside = raw[max(0, start - 1) : start].isalnum() and raw[end : end + 1].isalnum()
    return "INT001" if inside else "INT002"


def _overlooked(char: str) -> bool:
    """Whether a reader sees the word around without the character."""
    return char in characters().hidden or is_mark(char)


def _groups(raw: str, rule: str, hits: list[HiddenCharacter]) -> Iterator[_Group]:
    """Join hits that stand close together on one line."""
    first = 0
    while first < len(hits):
        last = first
        while last + 1 < len(hits):
            end, following = hits[last].span.end, hits[last + 1].span.start
            far = following - end > _MAX_GAP or following - hits[first].span.start > _MAX_LENGTH
            if far or "\n" in raw[end:following]:
                break
            last += 1
        start, end = hits[first].span.start, hits[last].span.end
        points = frozenset(raw[hit.span.start] for hit in hits[first : last + 1])
        yield _Group(rule, start, end, last + 1 - first, points)
        first = last + 1


def _flags(raw: str, rule: str, groups: list[_Group]) -> Iterator[Flag]:
    entry = catalogue()[rule]
    for index, group in enumerate(groups[:_MAX_FLAGS]):
        marks = rule in ("INT001", "INT002") and not group.points & characters().hidden.keys()
        one, many = _MARKS if marks else _WHAT[rule]
        what = f"1 {one}" if group.count == 1 else f"{group.count} {many}"
        shown = ", ".join(f"U+{ord(point):04X}" for point in sorted(group.points)[:4])
        message = f"{what} ({shown}{', ...' if len(group.points) > 4 else ''})"
        if index == _MAX_FLAGS - 1 and len(groups) > _MAX_FLAGS:
            rest = sum(other.count for other in groups[_MAX_FLAGS:])
            message += f", and {rest} more in {len(groups) - _MAX_FLAGS} further places"
        yield Flag(
            rule=rule,
            category=entry.category,
            severity=entry.severity,
            span=_whole_word(raw, group) if rule in ("INT001", "INT004") else Span(group.start, group.end),
            message=message,
            counted=entry.counted,
        )


def _whole_word(raw: str, group: _Group) -> Span:
    """Widen to the word around, at most 20 letters a side: a flag on nothing visible shows nothing."""
    start, end = group.start, group.end
    while (
        start > 0 and group.start - start < 20 and (raw[start - 1].isalnum() or _overlooked(raw[start - 1]))
    ):
        start -= 1
    while end < len(raw) and end - group.end < 20 and (raw[end].isalnum() or _overlooked(raw[end])):
        end += 1
    return Span(start, end)
