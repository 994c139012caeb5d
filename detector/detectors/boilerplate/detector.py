"""The boilerplate detector: patterns by rule, factless lists, and the share of words they fill."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter

from detector.data import load_toml
from detector.detectors.boilerplate.factless import FactlessRun, Thresholds, factless_runs
from detector.detectors.boilerplate.patterns import Match, PatternIndex, load_patterns
from detector.detectors.boilerplate.quotations import double_quotations, single_quotations
from detector.document import Document, Sentence
from detector.rules import catalogue
from detector.types import Detection, Flag, Json, ModelInfo

_ADVICE, _FACTLESS = "BP008", "BP009"
_SPOKEN = ("BP010", "BP011")
"""Rules that a sentence about a chatbot must not trip."""

_BESIDE_PROSE = ("BP001", "BP002", *_SPOKEN)
"""Rules of web pages and assistants, which write "Follow Us" and "Your Name" with capitals too."""

_WHOLE_SENTENCE = ("BP003", "BP010", "BP011")
"""Rules whose whole sentence is boilerplate, in the share of words; a flag stays on the exact phrase."""

_SPEAKER = re.compile(r"(?:[QA]\d{0,2}|[A-Z]{2}[A-Z.' -]{0,38}):\s")
_FEWEST_TURNS = 2
"""One alone may be a dateline: "NEW DELHI: ..."."""
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_REACH = 300
"""Code points on either side of a match in which its sentence may name a speaker."""


class BoilerplateDetector:
    """Finds boilerplate by patterns and by structure; holds no state between calls.

    A phrase inside a quotation or a turn of a transcript is the speaker's, not the article's, and is
    left alone. A flag is `counted` where its rule and its pattern are (`boilerplate/counting.toml`);
    the signal `boilerplate.share` is the share of the article's words under counted flags, so a page
    that merely carries advertisements loses nothing, and `boilerplate.uncounted_share` gives the rest.
    """

    name = "boilerplate"
    version = "1"
    models: tuple[ModelInfo, ...] = ()

    def __init__(self) -> None:
        counting = load_toml("boilerplate/counting.toml")
        self.patterns = load_patterns()
        self._index = PatternIndex(self.patterns)
        disclosures = load_toml("boilerplate/disclosures.toml")
        self._speakers = re.compile(disclosures["speakers"], re.IGNORECASE)
        self._spoken_after = re.compile(disclosures["spoken_after"], re.IGNORECASE)
        prose = load_toml("boilerplate/template_prose.toml")
        self._spared = frozenset(prose["spared"])
        self._facts = re.compile(prose["facts"])
        advice = load_toml("boilerplate/advice.toml")
        self._warnings = frozenset(advice["warnings"])
        self._warners = re.compile(advice["warners"])
        self._concrete = re.compile(advice["concrete"])
        self._advice = re.compile(counting["advice_words"], re.IGNORECASE)
        self._limits = Thresholds(
            min_list_items=counting["min_list_items"],
            min_table_rows=counting["min_table_rows"],
            max_fact_share=counting["max_fact_share"],
            topic_mentions=counting["topic_mentions"],
        )
        self._rules = {code: rule for code, rule in catalogue().items() if code.startswith("BP")}

    @property
    def rules(self) -> tuple[str, ...]:
        """Codes of the rules that it can raise."""
        return tuple(self._rules)

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Give one `Detection` per document, in order."""
        return [self._detect(document) for document in documents]

    def matches(self, document: Document) -> list[Match]:
        """What the patterns find, before anything is counted; `training rates` measures these."""
        lines = list(self._index.lines(document))
        taken = [(match.start, match.end) for match in lines]
        ends = [block.end for block in document.blocks]
        doubles = double_quotations(document.text, ends)
        singles = list(single_quotations(document.text, ends))
        turns = _turns(document)
        phrases = (
            match
            for match in self._index.phrases(document)
            if not _inside(taken, match)
            and not _inside(doubles, match)
            and not _inside(singles, match)
            and not self._reports(document, match)
            and not self._names_a_fact(document, match)
            and not (
                match.pattern.rule not in _BESIDE_PROSE
                and (_inside(turns, match) or _is_title(document, match))
            )
        )
        return sorted([*lines, *phrases], key=lambda match: match.start)

    def _detect(self, document: Document) -> Detection:
        flags: list[Flag] = []
        spans: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
        matches = self.matches(document)
        for match in matches:
            pattern = match.pattern
            counted = pattern.counted and self._rules[pattern.rule].counted
            flags.append(self._flag(document, pattern.rule, match.start, match.end, pattern.message, counted))
            spans[counted].append(self._filled(document, match))
        starts = [block.start for block in document.blocks]
        furniture = frozenset(
            bisect_right(starts, match.start) - 1 for match in matches if match.pattern.scope == "line"
        )
        for run in factless_runs(document, self._limits, furniture):
            rule, message = self._judge(document, run)
            start, end = document.blocks[run.first].start, document.blocks[run.last].end
            counted = self._rules[rule].counted
            flags.append(self._flag(document, rule, start, end, message, counted, 1 - run.fact_share))
            spans[counted].append((start, end))
        signal: dict[str, Json] = {
            "share": _share(document, spans[True]),
            "uncounted_share": _share(document, spans[False]),
        }
        flags.sort(key=lambda flag: (flag.span, flag.rule))
        return Detection(signals={"boilerplate": signal}, flags=tuple(flags))

    def _flag(
        self,
        document: Document,
        rule: str,
        start: int,
        end: int,
        message: str,
        counted: bool,
        score: float = 1.0,
    ) -> Flag:
        return Flag(
            rule=rule,
            category=self._rules[rule].category,
            severity=self._rules[rule].severity,
            span=document.raw_span(start, end),
            message=message,
            score=round(score, 3),
            counted=counted,
        )

    def _judge(self, document: Document, run: FactlessRun) -> tuple[str, str]:
        """Tell recommendations from other factless lists, by the two blocks above the list."""
        above = document.blocks[max(0, run.first - 2) : run.first]
        lead = " ".join(document.text[max(block.start, block.end - 200) : block.end] for block in above)
        if self._advice.search(lead):
            return _ADVICE, "A list of recommendations without a name, figure or date."
        kind = "table" if document.blocks[run.first].kind == "table_row" else "list"
        return _FACTLESS, f"A {kind} without facts: no figure, date, quotation or new name."

    def _reports(self, document: Document, match: Match) -> bool:
        """Tell whether the sentence reports what somebody said: words of a chatbot, or a concrete warning."""
        spoken = match.pattern.rule in _SPOKEN
        if not spoken and match.pattern.id not in self._warnings:
            return False
        text, sentence = document.text, _sentence_at(document, match.start)
        before = max(sentence.start, match.start - _REACH), match.start
        after = match.end, max(match.end, min(sentence.end, match.end + _REACH))
        if spoken:
            return bool(self._speakers.search(text, *before) or self._spoken_after.search(text, *after))
        return bool(self._warners.search(text, *before) and self._concrete.search(text, *after))

    def _names_a_fact(self, document: Document, match: Match) -> bool:
        """Tell whether what a phrase is about follows in its sentence, with a figure or a day."""
        if match.pattern.id not in self._spared:
            return False
        sentence = _sentence_at(document, match.start)
        return self._facts.search(document.text, match.end, min(sentence.end, match.end + _REACH)) is not None

    def _filled(self, document: Document, match: Match) -> tuple[int, int]:
        """Range that a match makes boilerplate."""
        if match.pattern.rule not in _WHOLE_SENTENCE:
            return match.start, match.end
        sentence = _sentence_at(document, match.start)
        return min(sentence.start, match.start), max(sentence.end, match.end)


def _sentence_at(document: Document, position: int) -> Sentence:
    place = bisect_right(document.sentences, position, key=attrgetter("start"))
    return document.sentences[max(0, place - 1)]


def _turns(document: Document) -> list[tuple[int, int]]:
    """Blocks of a transcript, each of which opens with its speaker: "VANE: ...", "Q: ..."."""
    found = [
        (block.content, block.end)
        for block in document.blocks
        if _SPEAKER.match(document.text, block.content, block.end)
    ]
    return found if len(found) >= _FEWEST_TURNS else []


def _is_title(document: Document, match: Match) -> bool:
    """Tell whether a phrase is a name by its capitals: "His book, Only Time Will Tell, was published"."""
    text = document.text
    named = [word[0].isupper() for word in _LONG_WORD.findall(text, match.start, match.end)]
    sentence = _sentence_at(document, match.start)
    before = text[max(sentence.start, match.start - _REACH) : match.start]
    return len(named) > 1 and all(named) and any(word[0].islower() for word in _LONG_WORD.findall(before))


def _inside(ranges: Sequence[tuple[int, int]], match: Match) -> bool:
    """Tell whether a match starts within one of the sorted ranges."""
    i = bisect_right(ranges, (match.start, match.end)) - 1
    return any(start <= match.start < end for start, end in ranges[max(0, i) : i + 2])


def _share(document: Document, spans: Iterable[tuple[int, int]]) -> float:
    """Share of the article's words under the union of the spans, in [0, 1]."""
    ordered = sorted(spans)
    if not ordered:
        return 0.0
    starts = [token.start for token in document.tokens if token.is_word]
    covered = 0
    reached = 0
    for start, end in ordered:
        first, last = bisect_left(starts, max(start, reached)), bisect_left(starts, end)
        covered += max(0, last - first)
        reached = max(reached, end)
    return round(covered / len(starts), 4) if starts else 0.0
