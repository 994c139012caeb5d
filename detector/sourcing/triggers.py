"""Which words show that nobody stands behind a claim: a vague speaker, hearsay, a crowd, a figure, or the claim itself.

Spans are offsets of the document's text. All scans are over the tokens of one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from detector.document import Document, Sentence, Token
from detector.sourcing.lexicon import fold, phrases, table, words
from detector.sourcing.sources import cue_verbs
from detector.sourcing.times import find_times

Span = tuple[int, int]

_MAX_OPENING = 7
"""Words of a claim that are shown, where nothing in it is more telling."""
_FEWEST = 3
"""Words that the opening keeps when it is cut at a clause."""
_CONNECTIVE = 2
"""An opening of at most so many words before a mark is passed over."""
_ABBREVIATION = 3
"""A full stop behind at most so many letters ("Mr.", "U.S.") ends nothing."""
_MAX_NOUN_PHRASE = 5
_MAX_COUNTED = 2
"""Words behind a figure that say what it counts."""
_MAX_SUBJECT = 5
"""Words of a subject that is shown with its cue."""
_FIGURE = re.compile(r"[0-9][0-9,.]{0,15}")
_CURRENCIES = frozenset("$£€¥₹")
_AGE = re.compile(r"(?:-[0-9]{1,3})?[- ]years?[- ]old")


def hearsay(document: Document, sentence: Sentence) -> Span | None:
    """The words that lay the claim to nobody, such as "is believed to", with the auxiliary before them."""
    match = phrases("triggers", "hearsay").search(fold(sentence.text))
    if match is None:
        return None
    start, end = sentence.start + match.start(), sentence.start + match.end()
    for token in reversed([t for t in document.sentence_tokens(sentence) if t.end <= start]):
        if match[0].endswith("ly") or token.text.lower() not in words("triggers", "auxiliaries"):
            break
        start = token.start
    return start, end + 3 * document.text.startswith(" to ", end)


def speaker(document: Document, sentence: Sentence, start: int, end: int) -> Span:
    """A tagged or found speaker as a reader would name it: no clause behind it, no preposition before, no noun cut off.

    >>> from detector.document import build_document
    >>> from detector.types import Article
    >>> document = build_document(Article("It comes from among some senior lawmakers who have left."))
    >>> document.text[slice(*speaker(document, document.sentences[0], 14, 47))]
    'some senior lawmakers'
    """
    tokens = [t for t in document.sentence_tokens(sentence) if t.end > start]
    inside = [t for t in tokens if t.start < end]
    while len(inside) > 1 and _opens_nothing(inside):
        inside = inside[1:]
    if not inside:
        return start, end
    last = _end_of_name(inside)
    if last == len(inside) - 1 and inside[-1].text.lower() in words("sources", "quantifiers"):
        return inside[0].start, _noun_phrase_end(document, tokens, tokens.index(inside[-1]))
    return inside[0].start, inside[last].end


def speaks(phrase: str) -> bool:
    """Whether a phrase holds a noun of people or bodies: what a verb was tagged for is no speaker."""
    known = _groups() | words("sources", "pronouns")
    return any(part.strip(".,;:'\"’“”()").lower().removesuffix("'s") in known for part in phrase.split())


def figure(document: Document, sentence: Sentence) -> Span | None:
    """The first number that says how much or how many, with its unit: no time, age, address or part of a name."""
    tokens = document.sentence_tokens(sentence)
    times = [(sentence.start + t.start, sentence.start + t.end) for t in find_times(sentence.text)]
    for index, token in enumerate(tokens):
        timed = any(start <= token.start < end for start, end in times)
        if token.is_word and not timed and _FIGURE.fullmatch(token.text) and _counts(document, tokens, index):
            return _amount(document, sentence, tokens, index)
    return None


def opening(document: Document, sentence: Sentence) -> Span:
    """The phrase that gives a claim away: hearsay, a crowd, an uncounted many; else its first words or its predicate."""
    found = hearsay(document, sentence)
    if found is not None:
        return found
    tokens = document.sentence_tokens(sentence)
    folded = fold(sentence.text)
    for name, key in (("triggers", "crowds"), ("events", "generic")):
        match = phrases(name, key).search(folded)
        if match is not None:
            start, end = sentence.start + match.start(), sentence.start + match.end()
            last = next(i for i, t in enumerate(tokens) if t.end >= end)
            # "A majority of" points at nothing by itself.
            partial = match[0].endswith((" of", " of the"))
            return start, _noun_phrase_end(document, tokens, last) if partial else end
    return _first_words(document, [t for t in tokens if t.is_word], sentence)


def with_subject(document: Document, sentence: Sentence, cue: Span) -> Span:
    """A cue with the subject that opens the sentence, such as "They argue", where that is short."""
    tokens = [t for t in document.sentence_tokens(sentence) if t.is_word and t.start <= cue[0]]
    return (tokens[0].start, cue[1]) if 1 < len(tokens) <= _MAX_SUBJECT + 1 else cue


@cache
def _groups() -> frozenset[str]:
    """Nouns of people, bodies and documents."""
    keys = ("vague", "speakers", "institutional", "documents")
    return frozenset().union(*(words("sources", key) for key in keys)) - words("sources", "quantifiers")


def _opens_nothing(tokens: Sequence[Token]) -> bool:
    """A phrase's first token that is no part of a name: a preposition, or a verb before "the"."""
    first, second = tokens[0], tokens[1].text.lower()
    return (
        not first.is_word
        or first.text.lower() in words("sources", "inner_prepositions")
        or first.text.lower() in ("and", "or", "but")
        or (
            first.text[0].islower()
            and second in ("the", "a", "an")
            and first.text.lower() not in words("sources", "quantifiers") | {"all", "both", "half"}
        )
    )


def _end_of_name(tokens: Sequence[Token]) -> int:
    """Index of the last token before a clause: at a relative word, or after a speaker that nothing belongs to."""
    for index, token in enumerate(tokens):
        lower = token.text.lower()
        # "Some worry": nobody is named by the verb.
        verb = lower in cue_verbs() and tokens[index - 1].text.lower() in words("sources", "quantifiers")
        if index and (verb or lower in words("triggers", "relatives")):
            return index - 1
        follower = tokens[index + 1].text.lower() if index + 1 < len(tokens) else ""
        if (
            lower in _groups()
            and follower.isalpha()
            and follower[0].islower()
            and follower not in words("triggers", "continues")
            and tokens[index + 1].text[0].islower()
            and not any(t.text.lower() in _groups() for t in tokens[index + 1 :])
        ):
            return index
    return len(tokens) - 1


def _noun_phrase_end(document: Document, tokens: Sequence[Token], last: int) -> int:
    """End of the noun phrase that a quantifier at `last` begins: "several U.S. metro areas"."""
    end = tokens[last].end
    taken = 0
    for before, token in zip(tokens[last:], tokens[last + 1 :], strict=False):
        lower = token.text.lower()
        if not token.is_word:
            joined = token.text in ".-'’" and document.text[before.end : token.start] == ""
            if joined and len(before.text) <= _ABBREVIATION:
                continue
            break
        weak = lower in words("triggers", "weak_ends")
        if (taken and (weak or lower.endswith("ly"))) or lower in words("sources", "boundaries"):
            break
        if not weak:
            end = token.end
            taken += 1
        if taken == _MAX_NOUN_PHRASE:
            break
    return end


def _counts(document: Document, tokens: Sequence[Token], index: int) -> bool:
    """Whether a number counts something."""
    token = tokens[index]
    whole = token.text.replace(",", "")
    before = tokens[index - 1].text if index else ""
    after = document.text[token.end : token.end + 16].lower()
    year = len(token.text) == 4 and whole.isdigit() and 1900 <= int(whole) < 2100
    age = _AGE.match(after) is not None or (
        len(whole) <= 2 and after[:1] in (",", ".", ";", ")") and document.text.endswith(", ", 0, token.start)
    )
    idiom = whole == "100" and after.startswith((" percent", " per cent", "%"))
    joined = document.text[max(0, token.start - 2) : token.start]
    range_end = joined.endswith("-") and joined[:1].isdigit()
    follower = tokens[index + 1] if index + 1 < len(tokens) else None
    address = (
        follower is not None
        and follower.text[0].isupper()
        and len(whole) <= 3
        and follower.text.lower() not in words("sources", "demonyms")
        and document.text[token.end : follower.start] == " "
    )
    numbered = before.lower().rstrip(".") in words("triggers", "numbered")
    month = _is_month(before.lower().rstrip("."))
    return not (year or age or idiom or range_end or address or numbered or month or _is_name(before))


def _amount(document: Document, sentence: Sentence, tokens: Sequence[Token], index: int) -> Span:
    """A number with "some" or "at least" before it, and its scale and what it counts behind it."""
    start, end = tokens[index].start, tokens[index].end
    if document.text[end : end + 1] == "%":
        end += 1
    if document.text[start - 1 : start] in _CURRENCIES:
        start -= 1
    before = fold(document.text[sentence.start : start])
    for phrase in sorted(table("triggers")["before_amounts"], key=len, reverse=True):
        if before.endswith(f"{phrase} ") and not before[: -len(phrase) - 1][-1:].isalnum():
            start -= len(phrase) + 1
            break
    counted: list[str] = []
    for token in tokens[index + 1 :]:
        lower = token.text.lower()
        plain = token.is_word and token.text.isalpha() and document.text[end : token.start] == " "
        if not plain or lower in words("triggers", "weak_ends") or lower in words("sources", "boundaries"):
            break
        if lower in words("triggers", "scales"):
            end = token.end
            continue
        # "1,000 free meals", but "$500 billion".
        if document.text[start] in _CURRENCIES or counted[-1:] == [""] or len(counted) == _MAX_COUNTED:
            break
        counted.append("" if lower.endswith("s") else lower)
        end = token.end if len(counted) == 1 or not counted[-1] else end
    return start, end


def _is_name(word: str) -> bool:
    """Whether the word before a number makes a name with it, as in "Apollo 11" and "Highway 61"."""
    named = any(letter.isupper() for letter in word)
    return named and word.lower() not in words("sources", "before_figures")


def _is_month(word: str) -> bool:
    months = table("times")["months"]
    return word in months or (3 <= len(word) <= 4 and any(month.startswith(word) for month in months))


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
    if _holds_verb(tokens[first : last + 1]):
        return start, end
    verb = next((i for i in range(last + 1, len(tokens)) if _holds_verb(tokens[i : i + 1])), None)
    return (start, end) if verb is None else _stretch(document, tokens, verb)[:2]


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


def _holds_verb(tokens: Sequence[Token]) -> bool:
    return any(t.text.lower() in words("triggers", "finite") or t.text.lower() in cue_verbs() for t in tokens)


def _main_clause(document: Document, tokens: Sequence[Token]) -> int:
    """Index of the first word behind "Additionally," or "In addition to television news,": these tell nothing."""
    lower = [token.text.lower() for token in tokens[:2]]
    opener = lower[1] if len(lower) > 1 and lower[0] in words("triggers", "coordinators") else lower[0]
    opens, first = opener in words("triggers", "openers"), 0
    for index in range(1, len(tokens) - _FEWEST + 1):
        gap = _gap(document, tokens, index)
        if gap and index - first <= _CONNECTIVE:
            first = index
        elif gap:
            return index if gap == "," and opens and first == 0 else first
    return first


def _gap(document: Document, tokens: Sequence[Token], index: int) -> str:
    """Punctuation between a word and the one before it; "" for none, for quotation marks, and after an abbreviation."""
    gap = document.text[tokens[index - 1].end : tokens[index].start].strip(" \n\t\"'“”‘’")
    return "" if gap == "." and len(tokens[index - 1].text) <= _ABBREVIATION else gap
