"""The boilerplate patterns: data files -> one index that finds all of them in a single pass.

Trying 150 regular expressions at each position would cost more than the rest of a report. A phrase
pattern must therefore begin with a literal word (or a choice of them): the index maps that word to
the few patterns that can start there, and everything else is one dictionary look-up per word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from detector.data import load_toml
from detector.document import Document, Token

FILES = ("web_leftovers", "template_prose", "intensifiers", "advice", "disclosures")
"""Names of the data files, under `detector/data/boilerplate/`."""

_MAX_LINE = 200
"""Code points above which a line is prose, and no line pattern is tried on it."""

_LINE_EDGE = " \t*_#:>"
_LITERAL = re.compile(r"[a-z0-9](?:[a-z0-9'-]*[a-z0-9])?")
_INSIDE_WORD = re.compile(r"[\[*+{]|\\[wd]|\((?!\?:[ :!,\[])")
"""What after a literal says that the word goes on."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of the data files; `counted` follows from its measured rates and `counting.toml`."""

    id: str
    rule: str
    scope: str
    regex: str
    message: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched, in offsets of the normalised text."""

    pattern: Pattern
    start: int
    end: int


def load_patterns() -> tuple[Pattern, ...]:
    """All patterns, in the order of the data files, with `counted` set from their measured rates."""
    counting = load_toml("boilerplate/counting.toml")
    measured = json.loads((files("detector.data") / "rates.json").read_text("utf-8"))["patterns"]
    return tuple(
        Pattern(
            id=name,
            rule=group["rule"],
            scope=group["scope"],
            regex=regex,
            message=group["message"],
            counted=_counts(group["rule"], measured.get(name, {}), counting),
        )
        for file in FILES
        for group in load_toml(f"boilerplate/{file}.toml")["group"]
        for name, regex in group["patterns"].items()
    )


def _counts(rule: str, rates: Mapping[str, float], counting: Mapping[str, float | list[str]]) -> bool:
    """Apply `counting.toml`: see the reasons there."""
    human, machine = rates.get("human_per_1000"), rates.get("machine_per_1000")
    leftovers, limit, ratio = counting["leftover_rules"], counting["max_leftover_rate"], counting["min_ratio"]
    assert isinstance(leftovers, list)
    assert isinstance(limit, float)
    assert isinstance(ratio, float)
    if human is None or machine is None:
        return True
    if rule in leftovers:
        return human < limit
    return human == 0 or machine >= ratio * human


def compile_pattern(regex: str) -> re.Pattern[str]:
    """Compile a pattern of the data files; a space in it stands for one to three white-space characters."""
    return re.compile(rf"(?:{_spaced(regex)})", re.IGNORECASE)


def _spaced(regex: str) -> str:
    """Widen the spaces of a pattern, except in character classes and before a quantifier."""
    out = []
    in_class = False
    for i, char in enumerate(regex):
        if char in "[]" and regex[i - 1 : i] != "\\":
            in_class = char == "["
        quantified = regex[i + 1 : i + 2] in ("?", "*", "+", "{")
        out.append(r"\s{1,3}" if char == " " and not in_class and not quantified else char)
    return "".join(out)


class PatternIndex:
    """Finds every pattern in a document in one pass over its words and one over its lines."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        lines = [p for p in patterns if p.scope == "line"]
        by_word: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            if pattern.scope == "phrase":
                for word in sorted(first_words(pattern.regex)):
                    by_word.setdefault(word, []).append(pattern)
        self._lines = tuple((p, compile_pattern(p.regex)) for p in lines)
        self._any_line = re.compile("|".join(c.pattern for _, c in self._lines), re.IGNORECASE)
        self._phrases: Mapping[str, tuple[re.Pattern[str], tuple[Pattern, ...]]] = {
            word: (_alternation(group), tuple(group)) for word, group in by_word.items()
        }

    def lines(self, document: Document) -> Iterator[Match]:
        """Whole lines that are furniture, prompts or stock headings."""
        text = document.text
        for block in document.blocks:
            if block.end - block.content > _MAX_LINE:
                continue
            line = text[block.content : block.end]
            bare = line.strip(_LINE_EDGE)
            if bare and self._any_line.fullmatch(bare):
                start = block.content + line.index(bare)
                for pattern, compiled in self._lines:
                    if compiled.fullmatch(bare):
                        yield Match(pattern, start, start + len(bare))
                        break

    def phrases(self, document: Document) -> Iterator[Match]:
        """Phrases, left to right, none within another."""
        text = document.text
        reached = 0
        for token in document.tokens:
            if not token.is_word:
                continue
            for start in _word_starts(document, token):
                entry = self._phrases.get(text[start : token.end].lower()) if start >= reached else None
                if entry is None:
                    continue
                alternation, patterns = entry
                found = alternation.match(text, start)
                if found is not None and found.lastgroup is not None:
                    reached = found.start() + len(found.group().rstrip())
                    yield Match(patterns[int(found.lastgroup[1:])], found.start(), reached)


def _word_starts(document: Document, token: Token) -> Iterator[int]:
    """Where a token begins, and its last part where a dash, not a hyphen, joins the two."""
    yield token.start
    joint = token.text.rfind("-")
    if joint > 0:
        place = token.start + joint
        if document.article.text[document.raw_span(place, place + 1).start] in "\u2013\u2014":
            yield place + 1


def _alternation(patterns: Sequence[Pattern]) -> re.Pattern[str]:
    branches = "|".join(f"(?P<p{i}>{_spaced(p.regex)})" for i, p in enumerate(patterns))
    return re.compile(rf"(?:{branches})(?!(?<=\w)\w)", re.IGNORECASE)


def first_words(regex: str) -> frozenset[str]:
    """Literal words that a phrase pattern can begin with.

    Raises
    ------
    ValueError
        Where it can begin with something else: the index could not find it.

    Examples
    --------
    >>> sorted(first_words("(?:the )?world watch(?:es|ed)|only time"))
    ['only', 'the', 'world']
    """
    words: set[str] = set()
    for branch in _split(regex):
        words |= _branch_words(branch)
    return frozenset(words)


def _branch_words(branch: str) -> set[str]:
    if branch.startswith("(?:"):
        close = _closing(branch)
        words = set(first_words(branch[3:close]))
        if branch[close + 1 : close + 2] == "?":
            words |= _branch_words(branch[close + 2 :])
        return words
    literal = _LITERAL.match(branch)
    if literal is None or _INSIDE_WORD.match(branch, literal.end()):
        msg = f"a phrase pattern must begin with a literal word, not {branch[:20]!r}"
        raise ValueError(msg)
    word = literal.group()
    if branch[literal.end() : literal.end() + 1] == "?":
        return {word, word[:-1]}
    return {word}


def _split(regex: str) -> list[str]:
    """Cut a regex at its top-level bars."""
    depth, start, parts = 0, 0, []
    for i, char in enumerate(regex):
        if char == "|" and depth == 0:
            parts.append(regex[start:i])
            start = i + 1
        elif char in "()" and regex[i - 1 : i] != "\\":
            depth += 1 if char == "(" else -1
    return [*parts, regex[start:]]


def _closing(regex: str) -> int:
    """Offset of the bracket that closes the one at the start."""
    depth = 0
    for i, char in enumerate(regex):
        if char in "()" and regex[i - 1 : i] != "\\":
            depth += 1 if char == "(" else -1
            if depth == 0:
                return i
    msg = f"unbalanced brackets in {regex!r}"
    raise ValueError(msg)
