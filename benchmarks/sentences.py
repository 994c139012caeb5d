"""Compare sentence splitters: news cases written for this, hand-split articles, and speed.

Run `DATELINE_CORPORA=... python -m benchmarks.sentences`. Splitters that are not installed are
left out. All of them get the blocks of the same document (a heading is one sentence), so that the
table compares the splitting of prose. F1 is over the ends of sentences in `sourcing/support_gold_dev`.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Iterator

from benchmarks.corpora import first
from detector.document import normalise
from detector.document.blocks import Block, find_blocks
from detector.document.sentences import split_sentences

Spans = list[tuple[int, int]]
Splitter = Callable[[str], Spans]

# Sentences of one paragraph each; a splitter must find exactly these.
CASES: dict[str, list[list[str]]] = {
    "abbreviations": [
        ["Mr. Hale met Sen. Ortiz and Gov. Lindqvist.", "They spoke for an hour."],
        ["The firm, Norvik Inc., hired Dr. Amara Sow.", "She starts on Oct. 12."],
        ["Lt. Col. Reyes v. the state was argued on Jan. 6.", "No. 4 on the docket was dropped."],
        ["Prices rose, e.g. for bread, at Kessler & Co. stores.", "Nobody explained why."],
    ],
    "U.S. at the end": [
        ["He moved to the U.S.", "The visa took a year."],
        ["The U.S. Senate voted at 9 p.m. Tuesday.", "It was close."],
        ["The envoy flew to Washington, D.C.", "He said little."],
        ["The plant closed at 5 p.m.", "The workers went home."],
    ],
    "quotes": [
        ['"We will not sign," she said.', '"Not today."', "The hall fell silent."],
        ['"Why now?" he asked.', '"Because we can!" Orlov shouted back.'],
        ['"It is over."', 'The mayor agreed: "It is."'],
        ["He called it 'a mistake.'", "Others did not."],
        ["(The ministry declined to comment.)", "A second request went unanswered."],
    ],
    "initials": [
        ["J. K. Marsh and George W. Teller wrote the report.", "It ran to 90 pages."],
        ["The book is by A.B. Crane.", "Critics liked it."],
        ["The F.B.I. told R. Harker to wait.", "Few knew."],
    ],
    "ellipses": [
        ["We waited...", "Then the lights went out."],
        ["It was ... odd, he said.", "Nobody laughed."],
        ['"I thought..." he began.', "She cut him off."],
    ],
    "decimals": [
        ["Growth was 2.5 percent in the quarter, up from 1.9.", "Exports fell by $3.2 billion."],
        ["Read it at example.com or in section 4.2.", "Version 2.0 is out."],
        ["The index closed at 1,204.50.", "4 of 5 funds lost money."],
    ],
    "no stop": [
        ["Talks resume in Geneva"],
        ["Read more: What we know about the fire"],
    ],
    "punctuation": [
        ["Is that all?", "No!", "There is more."],
        ["What?!", "He left."],
        ["It rained all day.", "- The river rose by a metre."],
        ["The truce held; the talks did not: nobody came.", "iPhone sales fell."],
    ],
}


def _rules(text: str) -> Spans:
    return split_sentences(text, Block("paragraph", 0, len(text), 0))


def _locate(text: str, parts: Iterator[str]) -> Spans:
    spans, position = [], 0
    for part in parts:
        stripped = part.strip()
        if not stripped:
            continue
        found = text.find(stripped, position)
        if found < 0:
            continue
        spans.append((found, found + len(stripped)))
        position = found + len(stripped)
    return spans


def _sentencex() -> Splitter:
    module = importlib.import_module("sentencex")
    return lambda text: _locate(text, iter(module.segment("en", text)))


def _syntok() -> Splitter:
    module = importlib.import_module("syntok.segmenter")

    def split(text: str) -> Spans:
        return [
            (sentence[0].offset, sentence[-1].offset + len(sentence[-1].value))
            for paragraph in module.analyze(text)
            for sentence in paragraph
            if sentence
        ]

    return split


def _pysbd() -> Splitter:
    segmenter = importlib.import_module("pysbd").Segmenter(language="en", clean=False)
    return lambda text: _locate(text, iter(segmenter.segment(text)))


def _blingfire() -> Splitter:
    module = importlib.import_module("blingfire")
    return lambda text: _locate(text, iter(module.text_to_sentences(text).split("\n")))


SPLITTERS: dict[str, Callable[[], Splitter]] = {
    "rules (chosen)": lambda: _rules,
    "sentencex": _sentencex,
    "syntok": _syntok,
    "pysbd": _pysbd,
    "blingfire": _blingfire,
}


def gold() -> list[tuple[str, set[int]]]:
    """Articles of support_gold_dev with the ends of their sentences; empty without DATELINE_CORPORA."""
    if not os.environ.get("DATELINE_CORPORA"):
        return []
    records = first("sourcing/support_gold_dev")
    return [(r["text"], {_trim(r["text"], s["end"]) for s in r["sentences"]}) for r in records]


def _trim(text: str, end: int) -> int:
    while end > 0 and text[end - 1].isspace():
        end -= 1
    return end


def ends(text: str, split: Splitter) -> set[int]:
    """Raw offsets of the sentence ends that a splitter finds in an article."""
    view = normalise(text)
    found = set()
    for block in find_blocks(view.text):
        if block.kind in ("heading", "table_row"):
            found.add(view.to_raw(block.start, block.end).end)
            continue
        for start, end in split(view.text[block.start : block.end]):
            found.add(view.to_raw(block.start + start, block.start + end).end)
    return found


def f1(split: Splitter, articles: list[tuple[str, set[int]]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of sentence ends."""
    right = given = wanted = 0
    for text, truth in articles:
        predicted = ends(text, split)
        right += len(predicted & truth)
        given += len(predicted)
        wanted += len(truth)
    precision, recall = right / given, right / wanted
    return precision, recall, 2 * precision * recall / (precision + recall)


def case_score(split: Splitter) -> dict[str, tuple[int, int]]:
    """Cases split exactly, of how many, by group."""
    scores = {}
    for group, cases in CASES.items():
        right = sum([p[a:b] for a, b in split(p)] == c for c in cases for p in [" ".join(c)])
        scores[group] = (right, len(cases))
    return scores


def milliseconds(split: Splitter, text: str, repeats: int = 20) -> float:
    """Best of several runs, in milliseconds."""
    best = float("inf")
    for _ in range(repeats):
        begun = time.perf_counter()
        split(text)
        best = min(best, time.perf_counter() - begun)
    return best * 1000


def growth(split: Splitter) -> float:
    """Time on an adversarial text of 20,000 stops over that on half of it."""
    small, large = "A. " * 10_000, "A. " * 20_000
    return milliseconds(split, large, 3) / max(milliseconds(split, small, 3), 0.01)


def main() -> None:
    """Print the table."""
    articles = gold()
    paragraph = " ".join(" ".join(case) for cases in CASES.values() for case in cases)
    words = paragraph.split()
    text = " ".join((words * (500 // len(words) + 1))[:500])
    print(
        f"| splitter | cases | {' | '.join(CASES)} | gold P | gold R | gold F1 | ms / 500 words | growth x2 |"
    )
    print("|" + " --- |" * (len(CASES) + 7))
    for name, build in SPLITTERS.items():
        try:
            split = build()
        except ImportError:
            continue
        scores = case_score(split)
        total = f"{sum(r for r, _ in scores.values())}/{sum(n for _, n in scores.values())}"
        groups = " | ".join(f"{r}/{n}" for r, n in scores.values())
        measured = " | ".join(f"{x:.3f}" for x in f1(split, articles)) if articles else "- | - | -"
        print(
            f"| {name} | {total} | {groups} | {measured} | {milliseconds(split, text):.2f} | {growth(split):.1f} |"
        )


if __name__ == "__main__":
    main()
