"""Sheets on which annotators mark who stands behind each sentence, and the labels that come back.

`draw` chooses articles of the training corpora that no support corpus has, and writes sheets of
numbered sentences; an annotator answers a line a sentence; `collect` checks the lines and appends
offsets and labels (no text) to a file of `training/annotations`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from detector.detectors.sourcing import SourcingDetector
from detector.document import Document
from detector.types import Flag
from training.corpora import records
from training.places import ANNOTATIONS
from training.sourcing.support import (
    OWN_SETS,
    SAMPLED_SETS,
    SECOND,
    annotated_digests,
    annotations_of,
    digest,
    read_document,
    support_records,
)
from training.splits import human_fold, text_key

ROLE_CODES = {"C": "claim", "O": "opinion", "B": "boilerplate", "Q": "question", "H": "heading"}
SOURCE_CODES = {"N": "named", "R": "role", "V": "vague", "W": "self_evident", "-": "none"}
TIME_CODES = {
    "A": "absolute",
    "R": "resolvable",
    "U": "unresolvable",
    "N": "missing",
    "X": "not_applicable",
}
MOST_CHARACTERS = 2400
"""Sentences that begin behind this place of a text are not annotated, as in the support corpora."""
FEWEST_SENTENCES = 6
FLAG_CORPORA = (
    "human_news/dev/allsides",
    "human_news/dev/local",
    "human_news/dev/fnc1_bodies",
    "machine_text/dev/frontier_mirrors",
)
"""Where flags to judge come from: no training reads them, but for a few articles, which are left out."""


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the sheets.")
@click.option("--take", multiple=True, metavar="CORPUS=COUNT", help="How many articles of which corpus.")
@click.option("--sheets", default=8, show_default=True, help="How many sheets to spread them over.")
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--of", "times", default=1, show_default=True, help="Keep the least certain of so many times as many."
)
def draw(out: Path, take: tuple[str, ...], sheets: int, seed: int, times: int) -> None:
    """Draw articles and write sheets to annotate, with an index that `collect` reads.

    Articles in the folder's earlier indexes are not drawn again. With `--of`, more are drawn, and
    those kept whose sentences the shipped model decides with the least certainty.
    """
    rng = random.Random(seed)
    doubt = shipped_doubt() if times > 1 else None
    known = {
        text_key(record["text"])
        for name in ("support_silver", "support_gold_dev", *OWN_SETS)
        for record in support_records(name)
    }
    earlier = {
        article["id"]
        for path in out.glob("index-*.json")
        for article in json.loads(path.read_text("utf-8")).values()
    }
    drawn: list[tuple[str, dict[str, Any], list[tuple[int, int]]]] = []
    for part in take:
        corpus, _, count = part.partition("=")
        found = list(_sample(corpus, int(count) * times, known, earlier, rng))
        if doubt is not None:
            found.sort(key=lambda article: -doubt(article[0]))
        drawn.extend((corpus, *article) for article in found[: int(count)])
    rng.shuffle(drawn)
    _write_sheets(out, sheets, seed, drawn)


@click.command("draw-again")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the sheets.")
@click.option("--sheets", default=8, show_default=True, help="How many sheets to spread them over.")
@click.option("--seed", default=1, show_default=True)
def draw_again(out: Path, sheets: int, seed: int) -> None:
    """Write sheets of the annotated articles that the encoder never sees and that have no second annotation."""
    from training.sourcing.train import held_out, read_config

    config = read_config()
    twice = annotations_of(SECOND)
    drawn: list[tuple[str, dict[str, Any], list[tuple[int, int]]]] = []
    for name in SAMPLED_SETS:
        for record in support_records(name):
            if held_out(record["id"], config) and record["id"] not in twice:
                spans = [(sentence["start"], sentence["end"]) for sentence in record["sentences"]]
                drawn.append((record["corpus"], record, spans))
    random.Random(seed).shuffle(drawn)
    _write_sheets(out, sheets, seed, drawn)


def _write_sheets(
    out: Path, sheets: int, seed: int, drawn: Sequence[tuple[str, dict[str, Any], list[tuple[int, int]]]]
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    index: dict[str, dict[str, Any]] = {}
    pages: list[list[str]] = [[] for _ in range(sheets)]
    for number, (corpus, record, spans) in enumerate(drawn):
        key = f"S{seed}{number:03d}"
        index[key] = {
            "corpus": corpus,
            "id": record["id"],
            "text_sha256": digest(record["text"]),
            "spans": spans,
        }
        pages[number % sheets].append(_article_sheet(key, record, spans))
    for number, page in enumerate(pages):
        (out / f"sheet-{seed}-{number}.txt").write_text("\n".join(page), "utf-8")
    (out / f"index-{seed}.json").write_text(json.dumps(index), "utf-8")
    click.echo(f"{len(index)} articles, {sum(len(a['spans']) for a in index.values())} sentences")


def _sample(
    corpus: str, count: int, known: set[str], earlier: set[str], rng: random.Random
) -> Iterator[tuple[dict[str, Any], list[tuple[int, int]]]]:
    pool = list(records(corpus))
    rng.shuffle(pool)
    for record in pool:
        if count <= 0:
            return
        if record.get("domain", "news") not in ("news", "news-opinion", "news-local", None) or (
            record.get("label") not in ("human", "ai")
        ):
            continue
        if corpus.startswith("human_news") and human_fold(record, corpus) != "train":
            continue
        key = text_key(record["text"])
        if key in known or record["id"] in earlier or not 700 <= len(record["text"]) <= 12000:
            continue
        spans = list(_annotated_spans(record))
        if len(spans) < FEWEST_SENTENCES:
            continue
        known.add(key)
        count -= 1
        yield record, spans


def shipped_doubt() -> Callable[[dict[str, Any]], float]:
    """Gives, for a record, the mean variance (0 to .25) of the shipped model's decisions on its sentences."""
    detector = SourcingDetector()

    def doubt(record: dict[str, Any]) -> float:
        document = read_document({**record, "text": record["text"][:MOST_CHARACTERS]})
        (readings,) = detector.read([document])
        return sum(r.probability * (1 - r.probability) for r in readings) / max(1, len(readings))

    return doubt


def _annotated_spans(record: dict[str, Any]) -> Iterator[tuple[int, int]]:
    document = read_document(record)
    for sentence in document.sentences:
        span = document.raw_span(sentence.start, sentence.end)
        if span.start >= MOST_CHARACTERS:
            return
        yield span.start, span.end


def _article_sheet(key: str, record: dict[str, Any], spans: list[tuple[int, int]]) -> str:
    head = f"=== {key} | {record.get('title') or '(no title)'} | {record.get('date') or 'no date known'}"
    lines = [f"{i} {' '.join(record['text'][s:e].split())}" for i, (s, e) in enumerate(spans, 1)]
    return "\n".join([head, *lines, ""])


@click.command("flag-sheet")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The sheet.")
@click.option("--count", default=200, show_default=True, help="Flags, as evenly by rule as there are any.")
@click.option("--articles", default=80, show_default=True, help="Articles read of each development corpus.")
@click.option("--seed", default=4, show_default=True)
def flag_sheet(out: Path, count: int, articles: int, seed: int) -> None:
    """Write flags of development articles to judge by reading: rule, words, message and their surroundings."""
    rng = random.Random(seed)
    detector, annotated = SourcingDetector(), annotated_digests()
    found: dict[str, list[str]] = {}
    for corpus in FLAG_CORPORA:
        pool = [r for r in records(corpus) if 700 <= len(r["text"]) <= 12000]
        rng.shuffle(pool)
        fresh = [record for record in pool if digest(record["text"]) not in annotated]
        for record in fresh[:articles]:
            document = read_document(record)
            for flag in detector.detect([document])[0].flags:
                found.setdefault(flag.rule, []).append(_flag_entry(corpus, record, document, flag))
    left = count
    lines: list[str] = []
    for place, rule in enumerate(sorted(found, key=lambda r: len(found[r]))):
        chosen = rng.sample(found[rule], min(len(found[rule]), left // (len(found) - place)))
        left -= len(chosen)
        lines += [f"=== {rule}-{number:02d} {entry}" for number, entry in enumerate(chosen, 1)]
    out.write_text("\n".join(lines), "utf-8")
    click.echo(", ".join(f"{rule} {len(entries)}" for rule, entries in sorted(found.items())))


def _flag_entry(corpus: str, record: dict[str, Any], document: Document, flag: Flag) -> str:
    spans = [document.raw_span(s.start, s.end) for s in document.sentences]
    here = next((i for i, s in enumerate(spans) if s.start <= flag.span.start < s.end), 0)
    lines = [f"{corpus} | {record.get('date') or 'no date known'} | {flag.message}"]
    for index in range(max(0, here - 3), min(len(spans), here + 2)):
        text = " ".join(record["text"][spans[index].start : spans[index].end].split())
        lines.append(f"  {'>>' if index == here else '  '} {text}")
    lines.append(f"  flagged words: {' '.join(record['text'][flag.span.start : flag.span.end].split())!r}")
    return "\n".join(lines) + "\n"


@click.command()
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.argument("answers", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=ANNOTATIONS / f"{OWN_SETS[-1]}.jsonl",
    show_default=f"{OWN_SETS[-1]}.jsonl",
)
def collect(index: Path, answers: tuple[Path, ...], output: Path) -> None:
    """Check answers (article, sentence, role, source, time, unsupported; tabs between) and append them.

    An article is kept only where every one of its sentences has one well-formed answer.
    """
    articles = json.loads(index.read_text("utf-8"))
    rows: dict[str, dict[int, list[Any]]] = {}
    for path in answers:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                key, sentence, row = _answer(line, articles)
            except (KeyError, ValueError, IndexError) as error:
                click.echo(f"{path.name}:{number}: left out: {error}", err=True)
                continue
            rows.setdefault(key, {})[sentence] = row
    kept = [key for key in rows if len(rows[key]) == len(articles[key]["spans"])]
    with output.open("a", encoding="utf-8") as file:
        for key in sorted(kept):
            article = articles[key]
            annotation = {
                **{k: article[k] for k in ("corpus", "id", "text_sha256")},
                "sentences": [rows[key][i] for i in range(1, len(article["spans"]) + 1)],
            }
            file.write(json.dumps(annotation, separators=(",", ":")) + "\n")
    click.echo(f"{len(kept)} articles kept, {len(rows) - len(kept)} incomplete")


def _answer(line: str, articles: dict[str, Any]) -> tuple[str, int, list[Any]]:
    key, number, role, source, time, unsupported = line.split("\t")[:6]
    sentence = int(number)
    start, end = articles[key]["spans"][sentence - 1]
    flag = int(unsupported)
    if flag not in (0, 1) or sentence < 1:
        raise ValueError(f"not a label: {line!r}")
    return key, sentence, [start, end, ROLE_CODES[role], SOURCE_CODES[source], TIME_CODES[time], flag]
