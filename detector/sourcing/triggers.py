"""Which words show that nobody stands behind a claim: a vague speaker, hearsay, a crowd, or the claim itself.

Spans are offsets of the document's text. All scans are over the tokens of one sentence, and linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from detector.document import Document, Sentence, Token
from detector.sourcing.lexicon import fold, phrases, table, words
from detector.sourcing.sources import cue_verbs

Span = tuple[int, int]

_MAX_OPENING = 7
"""Words of a claim that are shown, where nothing in it is more telling."""
_FEWEST = 3
"""Words that the opening keeps when it is cut at a clause."""
_CONNECTIVE = 2
"""A connective or a dateline of at most so many words is passed over."""
_ABBREVIATION = 3
"""A full stop behind at most so many letters ("Mr.", "U.S.") ends nothing."""
_MAX_NOUN_PHRASE = 5
_MAX_SUBJECT = 5
"""Words of a subject that is shown with its cue."""


def hearsay(document: Document, sentence: Sentence) -> Span | None:
    """The first words that lay the claim to nobody, such as "is widely believed to" or "reportedly"."""
    tokens = document.sentence_tokens(sentence)
    lower = [t.text.lower() for t in tokens]
    found = next((span for i in range(len(tokens)) if (span := _passive(tokens, lower, i)) is not None), None)
    match = phrases("triggers", "hearsay").search(fold(sentence.text))
    if match is None or (found is not None and found[0] <= sentence.start + match.start()):
        return found
    return sentence.start + match.start(), sentence.start + match.end()


def speaker(document: Document, sentence: Sentence, start: int, end: int) -> Span:
    """A tagged or found speaker as a reader would name it: no clause behind it, no preposition before, no noun cut off.

    >>> from detector.document import build_document
    >>> from detector.types import Article
    >>> document = build_document(Article("It comes from among some senior lawmakers who have left."))
    >>> document.text[slice(*speaker(document, document.sentences[0], 14, 47))]
    'some senior lawmakers'
    """
    tokens = [t for t in document.sentence_tokens(sentence) if t.end > start]
    stop = sum(t.start < end for t in tokens)
    first = 0
    while first + 1 < stop and _opens_nothing(tokens[first], tokens[first + 1].text.lower()):
        first += 1
    if first >= stop:
        return start, end
    last = _end_of_name(tokens, first, stop)
    if last == stop - 1 and tokens[last].text.lower() in words("sources", "quantifiers"):
        return tokens[first].start, _noun_phrase_end(document, tokens, last)
    return tokens[first].start, tokens[last].end


def speaks(phrase: str) -> bool:
    """Whether a phrase holds a noun of people or bodies: what a verb was tagged for is no speaker."""
    known = _groups() | words("sources", "pronouns")
    return any(part.strip(".,;:'\"’“”()").lower().removesuffix("'s") in known for part in phrase.split())


def opening(document: Document, sentence: Sentence) -> Span:
    """The phrase that gives a claim away: hearsay, a crowd, an uncounted many; else its first words or its predicate."""
    found = hearsay(document, sentence) or _crowd(document, sentence)
    if found is not None:
        return found
    return _first_words(document, [t for t in document.sentence_tokens(sentence) if t.is_word], sentence)


def with_subject(document: Document, sentence: Sentence, cue: Span) -> Span:
    """A cue with the subject that opens the sentence, such as "They argue", where that is short."""
    tokens = [t for t in document.sentence_tokens(sentence) if t.is_word and t.start <= cue[0]]
    return (tokens[0].start, cue[1]) if 1 < len(tokens) <= _MAX_SUBJECT + 1 else cue


def _passive(tokens: Sequence[Token], lower: Sequence[str], index: int) -> Span | None:
    """Span of a passive that begins or ends here: "is believed to", "is seen as", "(hostages) believed to be"."""
    word = lower[index]
    follower, second = (*lower[index + 1 : index + 3], "", "")[:2]
    claims = follower == "to" and word in words("triggers", "believed_to")
    if not claims and not (follower == "as" and word in words("triggers", "seen_as")):
        return None
    first = index
    while first and (lower[first - 1] in words("triggers", "auxiliaries") or lower[first - 1].endswith("ly")):
        first -= 1
    if any(before in words("triggers", "be") for before in lower[first:index]):
        return tokens[first].start, tokens[index + 1].end
    held = second in ("be", "have") and lower[max(0, index - 1)] not in words("sources", "pronouns")
    if claims and held and index and word in words("triggers", "believed_to_be"):
        return tokens[index].start, tokens[index + 1].end
    return None


def _crowd(document: Document, sentence: Sentence) -> Span | None:
    tokens, folded = document.sentence_tokens(sentence), fold(sentence.text)
    for name, key in (("triggers", "crowds"), ("events", "generic")):
        match = phrases(name, key).search(folded)
        if match is None:
            continue
        start, end = sentence.start + match.start(), sentence.start + match.end()
        if match[0].endswith((" of", " of the")):  # Which points at nothing by itself.
            last = next(i for i, t in enumerate(tokens) if t.end >= end)
            end = _noun_phrase_end(document, tokens, last)
            if document.text[start:end].lower().split()[-1] in words("triggers", "stretches"):
                continue
        return start, end
    return None


@cache
def _groups() -> frozenset[str]:
    """Nouns of people, bodies and documents."""
    keys = ("vague", "speakers", "institutional", "documents")
    return frozenset().union(*(words("sources", key) for key in keys)) - words("sources", "quantifiers")


def _opens_nothing(first: Token, second: str) -> bool:
    """A phrase's first token that is no part of a name: a preposition, or a verb before "the"."""
    lower = first.text.lower()
    return (
        not first.is_word
        or lower in words("sources", "inner_prepositions")
        or lower in ("and", "or", "but")
        or (
            first.text[0].islower()
            and second in ("the", "a", "an")
            and lower not in words("sources", "quantifiers") | {"all", "both", "half"}
        )
    )


def _end_of_name(tokens: Sequence[Token], first: int, stop: int) -> int:
    """Index of the last token before a clause: at a relative word, or after a speaker that nothing belongs to."""
    lower = [t.text.lower() for t in tokens[:stop]]
    last_group = max((i for i in range(first, stop) if lower[i] in _groups()), default=-1)
    for index in range(first, stop):
        # "Some worry": nobody is named by the verb.
        verb = (
            index > first
            and lower[index] in cue_verbs()
            and lower[index - 1] in words("sources", "quantifiers")
        )
        if index > first and (verb or lower[index] in words("triggers", "relatives")):
            return index - 1
        if index == last_group and index + 1 < stop:
            follower = tokens[index + 1].text
            if (
                follower.isalpha()
                and follower[0].islower()
                and follower not in words("triggers", "continues")
            ):
                return index
    return stop - 1


def _noun_phrase_end(document: Document, tokens: Sequence[Token], last: int) -> int:
    """End of the noun phrase that a quantifier at `last` begins: "several U.S. metro areas"."""
    end, taken = tokens[last].end, 0
    for index in range(last + 1, len(tokens)):
        before, token = tokens[index - 1], tokens[index]
        lower = token.text.lower()
        if not token.is_word:
            joined = token.text in ".-'’" and document.text[before.end : token.start] == ""
            if joined and len(before.text) <= _ABBREVIATION:
                continue
            break
        weak = lower in words("triggers", "weak_ends")
        stops = (
            weak
            or lower.endswith("ly")
            or (before.text != "-" and _is_verb(lower) and lower not in _groups())
            if taken
            else _is_plain_verb(lower)
        )
        if stops or lower in words("sources", "boundaries"):
            break
        if not weak:
            end = token.end
            taken += 1
        if taken == _MAX_NOUN_PHRASE:
            break
    return end


def _is_plain_verb(word: str) -> bool:
    """A verb that cannot stand before a noun as "failed" and "reported" can."""
    return word in cue_verbs() and not word.endswith(("ed", "ing"))


def _is_verb(word: str) -> bool:
    return (
        word in words("triggers", "verbs")
        or word in cue_verbs()
        or (len(word) > len("shed") and word.endswith("ed"))
        or word.endswith(tuple(table("triggers")["verb_endings"]))
    )


def _first_words(document: Document, tokens: Sequence[Token], sentence: Sentence) -> Span:
    """An uncounted many in the first words of the main clause; else these; where they hold no verb, those from it on."""
    if not tokens:
        return sentence.start, sentence.end
    first = _main_clause(document, tokens)
    start, end, last = _stretch(document, tokens, first)
    for token in tokens[first : last + 1]:
        if token.text.lower() in words("sources", "quantifiers"):
            every = document.sentence_tokens(sentence)
            return token.start, _noun_phrase_end(document, every, every.index(token))
    if any(_is_verb(t.text.lower()) for t in tokens[first : last + 1]):
        return start, end
    for index in range(last + 1, len(tokens)):
        lower = tokens[index].text.lower()
        if lower in words("triggers", "relatives"):
            break
        if _is_verb(lower):
            predicate = _stretch(document, tokens, index)
            return predicate[:2] if predicate[2] > index else (start, end)
    return start, end


def _stretch(document: Document, tokens: Sequence[Token], first: int) -> tuple[int, int, int]:
    """Span and last index of the words from `first` on, cut where a clause begins and not within a phrase."""
    last, weak = first, words("triggers", "weak_ends")
    for index in range(first + 1, min(len(tokens), first + _MAX_OPENING)):
        clause = index - first >= _FEWEST and tokens[index].text.lower() in words("triggers", "relatives")
        if _gap(document, tokens, index) or (clause and tokens[index - 1].text.lower() not in weak):
            break
        last = index
    while last - first >= _FEWEST - 1 and tokens[last].text.lower() in weak:
        last -= 1
    start, end = tokens[first].start, tokens[last].end
    closes = document.text[end : end + 1] == '"' and document.text.count('"', start, end) % 2
    return start, end + bool(closes), last


def _main_clause(document: Document, tokens: Sequence[Token]) -> int:
    """Index of the first word behind "Additionally," or "In addition to television news,": these tell nothing."""
    lower = [token.text.lower() for token in tokens[:2]]
    opener = lower[1] if len(lower) > 1 and lower[0] in words("triggers", "coordinators") else lower[0]
    for index in range(1, len(tokens) - _FEWEST + 1):
        gap = _gap(document, tokens, index)
        if not gap:
            continue
        connects = opener in words("triggers", "connectives") or opener.endswith("ly")
        if gap == "," and (opener in words("triggers", "openers") or (connects and index <= _CONNECTIVE)):
            return index
        dateline = tokens[0].text.isupper() and len(tokens[0].text) > _ABBREVIATION and index <= _CONNECTIVE
        if not dateline:
            return 0
        if "-" in gap:
            return index
    return 0


def _gap(document: Document, tokens: Sequence[Token], index: int) -> str:
    """Punctuation between a word and the one before it; "" for none, for quotation marks, and after an abbreviation."""
    raw = document.text[tokens[index - 1].end : tokens[index].start]
    if raw in (".-", "-"):  # "U.S.-led"
        return ""
    gap = raw.strip(" \n\t\"'“”‘’")
    return "" if gap == "." and len(tokens[index - 1].text) <= _ABBREVIATION else gap
