"""Which kind of source a phrase names: a person or body, an office, nobody in particular, or a pronoun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from detector.document import Token
from detector.sourcing.lexicon import endings, table, words

PhraseKind: TypeAlias = Literal["named", "role", "vague", "pronoun", "description", "first_person", "none"]
"""`description` is a definite phrase that points back ("the senator", "the report")."""


def kind_of_phrase(tokens: Sequence[Token], starts_sentence: bool = False) -> PhraseKind:
    """Kind of a source phrase from its own words; `starts_sentence` discounts the first capital.

    >>> from detector.document.build import tokenize
    >>> [kind_of_phrase(tokenize(p)) for p in ("Kremlin spokesman Dmitry Peskov", "senior U.S. officials", "police", "He")]
    ['named', 'vague', 'role', 'pronoun']
    """
    named = [t for t in tokens if t.is_word]
    if not named:
        return "none"
    lower = [_bare(t.text) for t in named]
    first = lower[0]
    if len(lower) == 1 and first in words("sources", "first_person"):
        return "first_person"
    if all(w in words("sources", "pronouns") for w in lower):
        return "pronoun"
    if _is_nobody(lower):
        return "none"
    if _is_place(lower):
        return "role"
    core = _core(lower)
    head = core[-1] if core else lower[-1]
    proper = _proper(named, starts_sentence)
    if " ".join(lower).removeprefix("the ") in table("sources")["offices"]:
        return "role"
    if head in words("sources", "vague") or first in words("sources", "quantifiers"):
        return _group_kind(lower, core, head, proper)
    in_core = any(index < len(core) for index in proper)
    if in_core and (len(core) - 1 in proper or not _is_role(head)):
        return "named"
    if head in words("sources", "documents"):
        return "named" if proper else ("description" if first in words("sources", "definite") else "vague")
    if _is_role(head):
        return (
            "role"
            if proper or first not in ("the", "he", "his", "her", "this")
            else "description"
            if first == "the" and len(core) <= 3
            else "role"
        )
    if in_core:
        return "named"
    return "none"


def _group_kind(lower: list[str], core: list[str], head: str, proper: list[int]) -> PhraseKind:
    """Officials of a body that is named are a role; officials at large, or a counted few, are vague."""
    if head in words("sources", "documents") and proper and lower[0] not in words("sources", "quantifiers"):
        return "named"
    if lower[0] in words("sources", "quantifiers") or any(w in words("sources", "unnamed") for w in lower):
        return "vague"
    if lower[0] in ("one", "another") and head in words("sources", "vague"):
        return "vague"
    if proper and core and len(core) - 1 in proper and head not in words("sources", "vague"):
        return "named"
    if proper and head not in words("sources", "vague_beside_names"):
        return "role"
    if lower[0] in words("sources", "possessives") and head in words("sources", "circle"):
        return "role"
    if lower[0] == "the" and head in words("sources", "pointing_back"):
        return "description"
    return "vague"


def _bare(word: str) -> str:
    return word.lower().removesuffix("'s").removesuffix("'")


def _core(lower: list[str]) -> list[str]:
    """Words of the phrase before what its head is said to do or be: 'two people' of 'two people briefed on it'."""
    prepositions = words("sources", "inner_prepositions") | words("sources", "complements")
    for index, word in enumerate(lower):
        if word in prepositions and index:
            return lower[:index]
    return lower


def _is_place(lower: list[str]) -> bool:
    """Countries and capitals that stand for their governments: an office speaks, no person."""
    named = [w for w in lower if w not in ("the", "and", "of", "both")]
    return bool(named) and all(part in words("places", "names") for w in named for part in w.split("-"))


def _is_nobody(lower: list[str]) -> bool:
    """Tell nobody ("no one at the council") and parts of a place's name alone ("the north")."""
    return (
        lower[0] in words("sources", "nobody")
        or lower[:2] == ["no", "one"]
        or set(lower) - {"the"} <= words("sources", "place_parts")
    )


def _is_role(head: str) -> bool:
    return head in words("sources", "institutional")


def _proper(named: Sequence[Token], starts_sentence: bool) -> list[int]:
    """Indices of capitalised words that are names, not demonyms, titles or a sentence's first word."""
    found = []
    for index, token in enumerate(named):
        bare = _bare(token.text)
        if (
            not token.text[0].isupper()
            or bare in words("sources", "demonyms")
            or bare in words("sources", "determiners")
        ):
            continue
        if bare in words("sources", "pronouns") or bare in words("sources", "quantifiers"):
            continue
        common = (
            bare in words("sources", "vague")
            or bare in words("sources", "institutional")
            or bare in words("sources", "documents")
        )
        if (
            index == 0
            and starts_sentence
            and (
                common
                or (
                    len(named) > 1
                    and not named[1].text[0].isupper()
                    and bare.endswith(endings("sources", "common_endings"))
                )
            )
        ):
            continue
        if common and index == 0:
            continue
        found.append(index)
    return found
