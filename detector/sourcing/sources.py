"""Attributions within one sentence: the cue, the phrase that names the source, and its kind.

Shallow on purpose: no parser. A reporting verb looks left for the noun phrase that ends before it
(over adverbs, auxiliaries and an apposition), then right for an inverted one ('said Smith').
Every scan is bounded by `_REACH` tokens, so a sentence costs linear time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from detector.document import Token
from detector.sourcing.lexicon import endings, phrases, table, words
from detector.sourcing.people import PhraseKind, kind_of_phrase

_REACH = 22
"""Tokens that a source phrase, with its apposition, may span."""
_STANDING = ("named", "role", "vague")
"""Kinds of phrase that are somebody by themselves, and point at nobody else."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """One cue with its source, in offsets of the document's text; `kind` is of the phrase by itself."""

    kind: PhraseKind
    start: int
    end: int
    cue_start: int
    cue_end: int
    hearsay: bool = False
    anonymous: bool = False
    """Somebody who is said to want no name in print."""


@cache
def cue_verbs() -> frozenset[str]:
    """Every reporting verb form."""
    return words("cues", "speech") | words("cues", "evidence") | words("cues", "deeds")


def _fits(verb: str, attribution: Attribution, folded: str) -> bool:
    """Whether such a source can do what the verb says: an agreement reveals, but tells nothing."""
    if verb in words("cues", "speech"):
        return True
    phrase = folded[attribution.start : attribution.end]
    if verb in words("cues", "evidence"):
        return attribution.kind in _STANDING or phrase in table("sources")["showing"]
    return attribution.kind in _STANDING or phrase in words("sources", "doing")


def find_attributions(folded: str, tokens: Sequence[Token], quoted: Sequence[bool]) -> list[Attribution]:
    """Attributions of one sentence of a folded text; `quoted[i]` tells that token i stands inside quotation marks."""
    if not tokens:
        return []
    lower = [t.text.lower() for t in tokens]
    found: list[Attribution] = []
    verbs = cue_verbs()
    for index, word in enumerate(lower):
        if quoted[index]:
            continue
        if word in verbs and not (index and word == "states" and lower[index - 1] == "united"):
            attribution = _of_verb(tokens, lower, quoted, index)
            if attribution is not None and _fits(word, attribution, folded):
                found.append(attribution)
        elif word in words("cues", "speech_nouns") and index:
            owner = _of_speech_noun(tokens, lower, index)
            if owner is not None:
                found.append(owner)
    found.extend(_relayed(folded, tokens, quoted))
    found.extend(_hearsay(folded, tokens, lower, quoted))
    found.extend(_vague_subjects(tokens, lower, quoted, found))
    found.extend(_anonymous(folded, tokens, lower, quoted))
    return sorted(found, key=lambda a: (a.cue_start, a.start))


def _make(
    tokens: Sequence[Token], first: int, last: int, cue: int, cue_last: int | None = None
) -> Attribution | None:
    """Attribution whose source is tokens[first:last]."""
    if first >= last:
        return None
    kind = kind_of_phrase(tokens[first:last], starts_sentence=first == 0)
    cue_end = tokens[cue if cue_last is None else cue_last].end
    return Attribution(kind, tokens[first].start, tokens[last - 1].end, tokens[cue].start, cue_end)


def _of_verb(
    tokens: Sequence[Token], lower: list[str], quoted: Sequence[bool], cue: int
) -> Attribution | None:
    index = cue - 1
    while index >= 0 and (lower[index] in words("cues", "adverbs") or _is_adverb(tokens[index].text)):
        index -= 1
    index = _before_day(lower, index)
    if index >= 0 and lower[index] in words("cues", "passive_auxiliaries"):
        return _of_passive(tokens, lower, quoted, cue, index)
    if index >= 0 and lower[index] in words("sources", "relatives"):
        index -= 1
        if index >= 0 and lower[index] == ",":
            index -= 1
    before = _phrase_before(tokens, lower, quoted, index)
    attribution = None if before is None else _make(tokens, *before, cue)
    if attribution is None or attribution.kind != "named":
        inside = _apposition(tokens, lower, quoted, index)
        attribution = attribution if inside is None else _make(tokens, *inside, cue)
    if attribution is not None and attribution.kind != "none":
        return attribution
    if lower[cue] in words("cues", "addressing") and not (cue and lower[cue - 1] == '"'):
        return None
    if cue + 1 < len(lower) and lower[cue + 1] == "by" and _is_time(lower, cue + 2):
        return None
    after = cue + 2 if cue + 1 < len(lower) and lower[cue + 1] == "by" else cue + 1
    return _make(tokens, *_phrase_after(tokens, lower, quoted, after), cue)


def _is_adverb(word: str) -> bool:
    """'Recently', but neither Kelly nor the family."""
    return word.endswith("ly") and word.islower() and word not in words("sources", "ly_nouns")


def _of_passive(
    tokens: Sequence[Token], lower: list[str], quoted: Sequence[bool], cue: int, auxiliary: int
) -> Attribution | None:
    """'is said to ...' has nobody behind it; 'was announced by X' has X; 'was quoted as saying' its subject."""
    for index in range(cue + 1, min(cue + 8, len(tokens))):
        if lower[index] == "by" and not _is_time(lower, index + 1):
            return _make(tokens, *_phrase_after(tokens, lower, quoted, index + 1), cue)
        if lower[index] in (",", ".", ";") or quoted[index]:
            break
    if lower[cue] in words("cues", "passive_participles") and auxiliary >= 0:
        follows = lower[cue + 1] if cue + 1 < len(lower) else ""
        if follows == "," or follows in words("cues", "after_passive"):
            return Attribution(
                "vague",
                tokens[auxiliary].start,
                tokens[cue].end,
                tokens[auxiliary].start,
                tokens[cue].end,
                True,
            )
    return None


def _is_time(lower: list[str], index: int) -> bool:
    data = table("times")
    return index < len(lower) and (lower[index] in data["weekdays"] or lower[index] in data["months"])


def _phrase_before(
    tokens: Sequence[Token], lower: list[str], quoted: Sequence[bool], last: int, appositions: int = 2
) -> tuple[int, int] | None:
    """Noun phrase that ends at token `last`, over so many appositions between commas or in brackets."""
    if last < 0 or quoted[last] or appositions < 0:
        return None
    if lower[last] == ",":
        opening = last - 1
        while (
            opening >= 0
            and last - opening < _REACH
            and lower[opening] != ","
            and not quoted[opening]
            and lower[opening] != '"'
        ):
            opening -= 1
        if opening <= 0 or lower[opening] != "," or last - opening < 2:
            return None
        if lower[opening - 1] == ",":
            return None
        return _phrase_before(tokens, lower, quoted, opening - 1, appositions - 1)
    if lower[last] == ")":
        opening = last
        while opening > 0 and last - opening < 8 and lower[opening] != "(":
            opening -= 1
        if lower[opening] != "(":
            return None
        return _phrase_before(tokens, lower, quoted, opening - 1, appositions - 1)
    first = last + 1
    while first > 0 and last - first < _REACH:
        index = first - 1
        if quoted[index] or not (tokens[index].is_word or lower[index] in "'.&-"):
            break
        if lower[index] in words("sources", "boundaries") and not (
            lower[index] == "and" and first <= last and _joins(tokens, index)
        ):
            break
        first = index
    first = _trim(tokens, lower, first, last + 1)
    return (first, last + 1) if first <= last else None


def _before_day(lower: list[str], last: int) -> int:
    """Index before the day of "Apple on Monday said": it is no part of a name."""
    days = table("times")["weekdays"]
    if last > 0 and (lower[last] in days or lower[last] in words("sources", "days")):
        last -= 1
        if last > 0 and lower[last] in words("sources", "before_days"):
            last -= 1
    return last


def _apposition(
    tokens: Sequence[Token], lower: list[str], quoted: Sequence[bool], last: int
) -> tuple[int, int] | None:
    """The full name between commas before a verb: "its chief engineer, Robert Vane, said"."""
    if last <= 0 or lower[last] != "," or quoted[last]:
        return None
    inside = _phrase_before(tokens, lower, quoted, last - 1)
    if inside is None or inside[0] == 0 or lower[inside[0] - 1] != ",":
        return None
    names = [token.text[0].isupper() for token in tokens[slice(*inside)] if token.is_word][:2]
    return inside if names == [True, True] and kind_of_phrase(tokens[slice(*inside)]) == "named" else None


def _joins(tokens: Sequence[Token], index: int) -> bool:
    """'Smith and Jones': capitals on both sides keep a phrase together over its 'and'."""
    return (
        0 < index < len(tokens) - 1
        and tokens[index - 1].text[0].isupper()
        and tokens[index + 1].text[0].isupper()
    )


def _trim(tokens: Sequence[Token], lower: list[str], first: int, last: int) -> int:
    """Drop a leading preposition with its object: 'On Friday police' begins at 'police'."""
    while first < last and (not tokens[first].is_word or lower[first] in words("sources", "openings")):
        first += 1
    if first < last and lower[first] in words("sources", "inner_prepositions"):
        cut = next(
            (i for i in range(last - 1, first, -1) if lower[i] in words("sources", "determiners")), None
        )
        name = next((i for i in range(last - 1, first, -1) if not tokens[i].text[0].isupper()), first)
        first = cut if cut is not None and cut > first + 1 else name + 1
    return first


def _phrase_after(
    tokens: Sequence[Token], lower: list[str], quoted: Sequence[bool], first: int
) -> tuple[int, int]:
    """Noun phrase that starts at token `first`, up to punctuation or a clause word."""
    last = first
    if first < len(tokens) and lower[first] in words("sources", "after_source"):
        return first, first  # "Said on Thursday"
    while last < len(tokens) and last - first < _REACH:
        if quoted[last] or not (
            tokens[last].is_word
            or lower[last] in "'&"
            or (lower[last] == "." and last > first and len(lower[last - 1]) <= 3)
        ):
            break
        if lower[last] in words("sources", "boundaries") and not (
            lower[last] == "and" and _joins(tokens, last)
        ):
            break
        if last > first and lower[last] in _source_ends():
            break
        if (
            lower[last] in words("sources", "after_source")
            and last > first
            and not _names_place(tokens, last)
        ):
            break
        last += 1
    phrase = tokens[first:last]
    is_source = any(t.text[0].isupper() or t.text.lower() in _source_words() for t in phrase)
    return (first, last) if is_source else (first, first)


@cache
def _source_ends() -> frozenset[str]:
    """Words that end a source that stands behind its cue."""
    return cue_verbs() | words("sources", "source_ends") | words("sources", "relatives")


@cache
def _source_words() -> frozenset[str]:
    """Words that can be a source without a capital."""
    return frozenset().union(
        *(words("sources", key) for key in ("vague", "institutional", "pronouns", "documents"))
    )


def _names_place(tokens: Sequence[Token], index: int) -> bool:
    return (
        tokens[index].text.lower() in words("sources", "joins_names")
        and index + 1 < len(tokens)
        and tokens[index + 1].text[0].isupper()
    )


def _of_speech_noun(tokens: Sequence[Token], lower: list[str], noun: int) -> Attribution | None:
    """'Zelenskyy's confirmation', 'his statement': the owner speaks."""
    owner = noun - 1
    if owner > 0 and tokens[owner].text[0].islower() and not _is_possessive(lower[owner]):
        owner -= 1
    if not _is_possessive(lower[owner]):
        return None
    first = owner
    while (
        first > 0 and owner - first < 5 and tokens[first - 1].is_word and tokens[first - 1].text[0].isupper()
    ):
        first -= 1
    if not tokens[owner].text[0].isupper() and lower[owner] not in words("sources", "pronouns"):
        return None
    return _make(tokens, first, owner + 1, noun)


def _is_possessive(word: str) -> bool:
    return word.endswith(("'s", "s'")) or word in ("his", "her", "their")


def _at(tokens: Sequence[Token], offset: int) -> int:
    """Index of the first token that starts at or after `offset`."""
    low, high = 0, len(tokens)
    while low < high:
        middle = (low + high) // 2
        if tokens[middle].start < offset:
            low = middle + 1
        else:
            high = middle
    return low


def _relayed(folded: str, tokens: Sequence[Token], quoted: Sequence[bool]) -> list[Attribution]:
    lower = [t.text.lower() for t in tokens]
    found = []
    for match in phrases("cues", "relays").finditer(folded, tokens[0].start, tokens[-1].end):
        cue, first = _at(tokens, match.start()), _at(tokens, match.end())
        if cue >= len(tokens) or quoted[cue]:
            continue
        if lower[cue] == "per" and not (first < len(tokens) and tokens[first].text[0].isupper()):
            continue
        attribution = _make(tokens, *_phrase_after(tokens, lower, quoted, first), cue, first - 1)
        if attribution is not None:
            found.append(attribution)
    return found


def _hearsay(
    folded: str, tokens: Sequence[Token], lower: list[str], quoted: Sequence[bool]
) -> list[Attribution]:
    found = [
        Attribution("vague", t.start, t.end, t.start, t.end, True)
        for t, word, inside in zip(tokens, lower, quoted, strict=True)
        if not inside and word in words("cues", "hearsay_words")
    ]
    for match in phrases("cues", "hearsay_phrases").finditer(folded, tokens[0].start, tokens[-1].end):
        cue = _at(tokens, match.start())
        if cue < len(tokens) and not quoted[cue]:
            found.append(Attribution("vague", match.start(), match.end(), match.start(), match.end(), True))
    return found


def _anonymous(
    folded: str, tokens: Sequence[Token], lower: list[str], quoted: Sequence[bool]
) -> list[Attribution]:
    """'A neighbour, who asked not to be named': the noun phrase before "who", where it is nobody by itself."""
    found = []
    for match in phrases("cues", "anonymity").finditer(folded, tokens[0].start, tokens[-1].end):
        cue, end = _at(tokens, match.start()), _at(tokens, match.end()) - 1
        if cue >= len(tokens) or quoted[cue]:
            continue
        who = next((i for i in range(cue, max(-1, cue - _REACH), -1) if lower[i] in ("who", "whom")), None)
        if who is None:
            continue
        last = who - 1
        if lower[who] == "whom":  # "Nine employees, five of whom spoke"
            last = next((i for i in range(who, max(-1, who - 5), -1) if lower[i] == ","), -1)
        if last >= 0 and lower[last] == ",":
            last -= 1
        phrase = _phrase_before(tokens, lower, quoted, last)
        if phrase is None or kind_of_phrase(tokens[slice(*phrase)]) in ("named", "role", "pronoun"):
            continue
        start, stop = tokens[phrase[0]].start, tokens[phrase[1] - 1].end
        found.append(
            Attribution("vague", start, stop, tokens[cue].start, tokens[max(cue, end)].end, anonymous=True)
        )
    return found


def _vague_subjects(
    tokens: Sequence[Token], lower: list[str], quoted: Sequence[bool], known: list[Attribution]
) -> list[Attribution]:
    """'Observers remain optimistic', 'analysts are watching': a vague speaker as the subject of any verb."""
    found = []
    covered = {i for a in known for i in range(_at(tokens, a.start), _at(tokens, a.end))}
    for index, word in enumerate(lower):
        if word not in words("sources", "speakers") or quoted[index] or index in covered:
            continue
        first = index
        while (
            first > 0
            and index - first < 4
            and tokens[first - 1].is_word
            and (
                lower[first - 1] in words("sources", "demonyms")
                or lower[first - 1] in words("sources", "determiners")
                or lower[first - 1].endswith(endings("sources", "adjective_endings"))
            )
        ):
            first -= 1
        opens = (
            first == 0
            or not tokens[first - 1].is_word
            or lower[first - 1] in words("sources", "opens_clause")
        )
        if opens and index + 1 < len(tokens) and tokens[index + 1].is_word:
            attribution = _make(tokens, first, index + 1, index)
            if attribution is not None and attribution.kind == "vague":
                found.append(attribution)
    return found
