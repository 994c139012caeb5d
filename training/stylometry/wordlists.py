"""`python -m training frequencies` and `overused`: the word lists that the stylometry counts with."""

from __future__ import annotations

import csv
import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from detector.document.normalise import normalise
from training.corpora import corpora_root, records
from training.places import DETECTOR_DATA, OWN_DATA
from training.splits import development_keys, group_keys, held_out_keys, human_fold, machine_held_out

HUMAN = tuple(
    f"human_news/train/{name}" for name in ("allsides", "bbc_2004_2005", "local", "opinions", "reuters21578")
)
MACHINE: dict[str, dict[str, Any]] = {
    "gecscore": {"domain": ("news",), "attack": (None,)},
    "l2r": {"domain": ("news", "finance", "entertainment", "governmentpublic", "sports")},
    "imbd": {"domain": ("news",)},
    "l2d_prompt": {"domain": ("news",)},
    "llmfake": {"domain": ("news",)},
    "f3": {"domain": ("news",)},
    "sheepdog_style": {"domain": ("news",)},
    "hart_dev": {"domain": ("news",)},
    "frontier_mirrors": {"domain": ("news",)},
}
"""Machine news by corpus, with the fields that select it."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NGRAMS = (1, 2, 3)


def words_of(text: str) -> list[str]:
    """Words of a text in lower case, in the normalised view."""
    return _WORD.findall(normalise(text).text.lower())


def human_texts() -> Iterator[str]:
    """Human news whose outlet is in the training fold."""
    for name in HUMAN:
        for record in records(name):
            if human_fold(record, name) == "train":
                yield record["text"]


def labelled(name: str, label: str, banned: frozenset[str]) -> Iterator[str]:
    """Texts of one machine-text corpus with a label, without any that shares a source with development."""
    fields = MACHINE[name]
    for record in records(f"machine_text/train/{name}"):
        if record["label"] != label or any(key in banned for key in group_keys(record)):
            continue
        if machine_held_out(record, f"machine_text/train/{name}"):
            continue
        if all(record.get(field) in values for field, values in fields.items()):
            yield record["text"]


def _counted(split: Callable[[str], list[str]]) -> tuple[Counter[str], Counter[str]]:
    """How often each word of human news occurs, and in how many articles."""
    counts: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for text in human_texts():
        found = split(text)
        counts.update(found)
        documents.update(set(found))
    return counts, documents


@click.command()
@click.option("--size", default=5000, show_default=True, help="Words to keep.")
def frequencies(size: int) -> None:
    """Count the commonest words of human news, log10 of occurrences per million words."""
    counts, documents = _counted(words_of)
    total = sum(counts.values())
    kept = [(word, n) for word, n in counts.most_common(size * 2) if documents[word] >= 20][:size]
    lines = [
        f"# log10 of occurrences per million words over {total:,} words of human news of 1987-2022:",
        f"# {', '.join(name.rsplit('/', 1)[1] for name in HUMAN)} (training outlets). Made by `python -m training frequencies`.",
        *(f"{word}\t{math.log10(1e6 * n / total):.2f}" for word, n in kept),
    ]
    (DETECTOR_DATA / "word_frequencies.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"{len(kept)} words of {total:,}")


def commonwealth(known: frozenset[str]) -> list[str]:
    """Spellings and words of `training/data/commonwealth.toml` that `known` lacks, most made from its American ones."""
    data = tomllib.loads((OWN_DATA / "commonwealth.toml").read_text("utf-8"))
    found = set(data["words"]) | set(data["stems"])
    for pattern, british in data["endings"]:
        found.update(re.sub(pattern, british, word) for word in known)
    for word in known:
        if len(word) > 4 and re.search(r"[^aeiou][aei]l$", word):
            found.update(f"{word}l{tail}" for tail in data["doubled"] if word + tail in known)
    for stem in data["stems"]:
        american = next(re.sub(a, b, stem) for a, b in data["american"] if re.search(a, stem))
        found.update(
            stem + tail
            for tail in data["tails"]
            if american + tail in known and not (stem[-1] == "e" and tail[:1] in ("e", "i"))
        )
    return sorted(found - known)


@click.command("known-words")
@click.option("--documents", default=3, show_default=True, help="Articles that a word must be in.")
@click.option("--likely", default=2.0, show_default=True, help="Occurrences a million of a likely word.")
def known_words(documents: int, likely: float) -> None:
    """Write the words of human news, the commonest first: any other word may be a misspelling."""
    counts, found_in = _counted(lambda text: re.findall(r"[a-z]{3,}", normalise(text).text.lower()))
    total = sum(counts.values())
    kept = [word for word, _ in counts.most_common() if found_in[word] >= documents]
    common = sum(counts[word] >= likely * total / 1e6 for word in kept)
    lines = [
        f"# Words of at least {documents} articles of human news of 1987-2022 ({total:,} words), the commonest first:",
        f"# {', '.join(name.rsplit('/', 1)[1] for name in HUMAN)} (training outlets). Made by `python -m training known-words`.",
        f"# Those above the empty line occur {likely:g} times a million words or more: misspellings are corrected to them.",
        *kept[:common],
        "",
        *kept[common:],
        "",
        "# British and Indian spellings and words, and new ones: training/data/commonwealth.toml.",
        *(added := commonwealth(frozenset(kept))),
    ]
    (DETECTOR_DATA / "known_words.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"{len(kept)} words, {common} of them likely; {len(added)} of the Commonwealth and new")


def candidates() -> dict[str, str]:
    """Words and phrases of up to three words that the lexicons hold, each with its first source."""
    folder = corpora_root() / "lexicons"
    found: dict[str, str] = {}

    def add(phrases: Iterable[str], source: str) -> None:
        for phrase in phrases:
            words = words_of(phrase)
            for n in _NGRAMS:
                if n == 1 and len(words) != 1:
                    continue
                for start in range(len(words) - n + 1):
                    found.setdefault(" ".join(words[start : start + n]), source)

    with (folder / "kobak_llm-excess-vocab_excess_words.csv").open(encoding="utf-8") as table:
        add((row["word"] for row in csv.DictReader(table) if row["type"] == "style"), "kobak")
    import pyarrow.parquet as pq

    liang = pq.read_table(folder / "liang_prnewswire_word_distribution.parquet").to_pydict()
    add((str(word) for word in next(iter(liang.values()))), "liang")
    slop = json.loads((folder / "antislop_slop_phrases_2025-04-07.json").read_text("utf-8"))
    add((phrase for phrase, _ in slop), "antislop")
    for name in ("bigrams", "trigrams"):
        phrases = json.loads((folder / f"slopscore_slop_list_{name}.json").read_text("utf-8"))
        add((phrase[0] for phrase in phrases), "slop-score")
    for name, source in (
        ("wikipedia_signs_of_ai_writing_2026-03", "wikipedia"),
        ("antislopwriting_structural-patterns", "anti-slop-writing"),
    ):
        text = (folder / f"{name}.md").read_text("utf-8")
        add(re.findall(r"[\"*_\u201c]([A-Za-z' -]{4,60})[\"*_\u201d,]", text), source)
    return found


def ngrams(text: str, wanted: frozenset[str]) -> tuple[Counter[str], int]:
    """Count the wanted n-grams of a text; gives the number of words too."""
    words = words_of(text)
    counts: Counter[str] = Counter()
    for n in _NGRAMS:
        grams = words if n == 1 else [" ".join(g) for g in zip(*(words[i:] for i in range(n)), strict=False)]
        counts.update(g for g in grams if g in wanted)
    return counts, len(words)


def tally(texts: Iterable[str], wanted: frozenset[str]) -> tuple[Counter[str], Counter[str], int]:
    """Occurrences, documents and words over texts."""
    counts: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    size = 0
    for text in texts:
        found, words = ngrams(text, wanted)
        counts.update(found)
        documents.update(found.keys())
        size += words
    return counts, documents, size


def lower_case_words(words: Iterable[str]) -> frozenset[str]:
    """Those of `words` that human news writes in lower case four times out of five: no names."""
    wanted = frozenset(words)
    cased: Counter[str] = Counter()
    for text in human_texts():
        cased.update(w for w in _WORD.findall(normalise(text).text) if w.lower() in wanted)
    return frozenset(
        word for word in wanted
        if len(word) > 2 and cased[word] >= 4 * (cased[word.capitalize()] + cased[word.upper()])
    )  # fmt: skip


@click.command(name="overused")
@click.option("--ratio", default=1.8, show_default=True, help="Least machine rate over human rate.")
@click.option(
    "--twin-ratio",
    "twin_ratio_floor",
    default=1.3,
    show_default=True,
    help="The same, against human texts on the same topics.",
)
def make_overused(ratio: float, twin_ratio_floor: float) -> None:
    """Check the lexicons against human news and keep what machines overuse, with its rates.

    A word is kept where its rate over all machine news (corpora weighted alike) is `ratio` times
    the rate in human news, where it is above in three quarters of the corpora that hold it, and
    where it also leads over the human texts on the same topics: so no corpus's topics decide.
    """
    sources = candidates()
    frequent = [
        line.split("\t")[0]
        for line in (DETECTOR_DATA / "word_frequencies.tsv").read_text("utf-8").splitlines()
        if line[0] != "#"
    ]
    wanted = frozenset(sources) | frozenset(frequent[:2500])
    banned = development_keys() | held_out_keys()
    human, human_documents, human_size = tally(human_texts(), wanted)
    machine = {name: tally(labelled(name, "ai", banned), wanted) for name in MACHINE}
    twins = {name: tally(labelled(name, "human", banned), wanted) for name in MACHINE}
    rows = []
    for gram in sorted(wanted):
        human_rate = 1000 * (human[gram] + 0.5) / human_size
        rates = {name: 1000 * (c[gram] + 0.5) / size for name, (c, _, size) in machine.items()}
        # Where a corpus has a human side of its own, on the same topics, it is the yardstick.
        sides = {
            name: 1000 * (twins[name][0][gram] + 0.5) / twins[name][2]
            if twins[name][2] > 30_000
            else human_rate
            for name in MACHINE
        }
        seen = [name for name in MACHINE if machine[name][0][gram] + twins[name][0][gram] >= 4]
        machine_rate = sum(rates.values()) / len(rates)
        above = sum(rates[name] > sides[name] for name in seen)
        twinned = [name for name in MACHINE if twins[name][2] > 30_000]
        twin_ratio = sum(rates[name] for name in twinned) / sum(sides[name] for name in twinned)
        documents = sum(d[gram] for _, d, _ in machine.values())
        rows.append(
            (gram, machine_rate, human_rate, above, len(seen), documents, human_documents[gram], twin_ratio)
        )
    over = [
        r for r in rows
        if r[0] in sources and r[1] / r[2] >= ratio and r[7] >= twin_ratio_floor
        and r[5] >= 60 and r[4] >= 6 and r[3] >= 0.75 * r[4]
    ]  # fmt: skip
    common = lower_case_words(frequent[:2500])
    under = [
        r for r in rows
        if r[0] in common and r[2] / r[1] >= ratio and 1 / r[7] >= twin_ratio_floor
        and r[6] >= 300 and r[4] >= 7 and r[3] <= 0.15 * r[4]
    ]  # fmt: skip
    sizes = (
        f"{human_size:,} words of human news, {sum(m[2] for m in machine.values()):,} words of machine news"
    )
    lines = [
        "# Words and phrases that machines overuse (or leave to people) in news, with rates per 1,000 words:",
        "# [phrase, machine rate, human rate, |ln of their ratio|, lexicon]. Made by `python -m training overused`.",
        f'source = "Candidates: llm-excess-vocab (Kobak et al. 2025, MIT), Liang et al. 2025 (MIT), antislop (Apache-2.0), slop-score (MIT), anti-slop-writing (MIT), Wikipedia: Signs of AI writing (CC BY-SA 4.0); kept after a check on {sizes}"',
    ]
    tables = {
        "words": [r for r in over if " " not in r[0]],
        "phrases": [r for r in over if " " in r[0]],
        "underused": under,
    }
    for name, table in tables.items():
        lines.append(f"{name} = [")
        for gram, machine_rate, human_rate, *_ in sorted(table, key=lambda r: -abs(math.log(r[1] / r[2]))):
            weight = min(abs(math.log(machine_rate / human_rate)), 3.0)
            origin = sources.get(gram, "frequencies") if name != "underused" else "frequencies"
            lines.append(f'  ["{gram}", {machine_rate:.4f}, {human_rate:.4f}, {weight:.2f}, "{origin}"],')
        lines.append("]")
        click.echo(f"{name}: {len(table)} kept")
    (DETECTOR_DATA / "overused.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
