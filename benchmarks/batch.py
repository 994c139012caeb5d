"""Speed of `dateline batch`: rates, cores, stages, the floor of the model's matrix products, memory, scaling.

Run `DATELINE_CORPORA=... python -m benchmarks.batch [--articles 400] [--words 500] [--jobs 1 2] [--memory [N ...]]`.
Rates count wall time; on a machine with other work to do, look at the CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnxruntime as ort

from benchmarks.corpora import first
from benchmarks.floor import int8_rate, multiply_adds, products_of
from detector.analyzer import Analyzer
from detector.detectors import default_detectors
from detector.detectors.base import Detector
from detector.document import Document, build_document
from detector.types import Article, Detection

SETS = ("human_news/dev/allsides", "human_news/dev/local", "machine_text/dev/frontier_mirrors")
COMMAND = (sys.executable, "-c", "from detector.cli import main; main()", "batch")


@dataclass(frozen=True, slots=True)
class Run:
    """Wall and CPU seconds of a command with all its processes, and the peak memory of the largest."""

    wall: float
    cpu: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Floor:
    """CPU seconds that the encoder cannot do without, for all articles on one core."""

    products: float
    session: float


def read_corpora(count: int, words: int | None = None) -> list[Article]:
    """Give articles, in equal parts from the development sets: whole ones, or the first `words` of those that have as many."""
    share = -(-count // len(SETS))
    articles: list[Article] = []
    for name in SETS:
        texts = (str(record["text"]) for record in first(name, None if words else share))
        chosen = (opening(text, words) for text in texts) if words else texts
        articles += [Article(text) for text in islice(filter(None, chosen), share)]
    return articles[:count]


def opening(text: str, words: int) -> str:
    """The first `words` words of a text, as they stand; nothing, where it has fewer.

    >>> opening("Talks\\nwere held. Nobody came.", 3)
    'Talks\\nwere held.'
    >>> opening("Talks.", 3)
    ''
    """
    last = next(islice(re.finditer(r"\S+", text), words - 1, None), None)
    return text[: last.end()] if last else ""


def write_lines(path: Path, texts: Sequence[str]) -> None:
    """Write JSON lines."""
    with path.open("w", encoding="utf-8") as out:
        for index, text in enumerate(texts):
            out.write(json.dumps({"id": str(index), "text": text}) + "\n")


def run_command(source: Path, out: Path, *options: str) -> Run:
    """Run the command once and measure it."""
    begun = time.perf_counter()
    process = subprocess.Popen([*COMMAND, str(source), "-o", str(out), "-q", "--restart", *options])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"dateline batch failed with {process.returncode}")
    return Run(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


class Timed:
    """A detector that adds up its CPU seconds."""

    def __init__(self, detector: Detector, seconds: defaultdict[str, float]) -> None:
        self._detector = detector
        self._seconds = seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._detector, name)

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Detect, on the clock."""
        begun = time.process_time()
        found = self._detector.detect(documents)
        self._seconds[self._detector.name] += time.process_time() - begun
        return found


def measure_stages(articles: Sequence[Article]) -> dict[str, float]:
    """CPU seconds by stage in one process: the document, each detector, score and report, JSON."""
    seconds: defaultdict[str, float] = defaultdict(float)
    # As in the workers of a batch: one thread a process.
    os.environ["OMP_NUM_THREADS"] = "1"
    ort.InferenceSession = Recorded
    analyzer = Analyzer(detectors=[Timed(detector, seconds) for detector in default_detectors()])
    list(analyzer.analyze_many(articles[:8]))
    seconds.clear()
    for session in Recorded.sessions:
        session.lengths.clear()
        session.seconds = 0.0
    begun = time.process_time()
    for article in articles:
        build_document(article)
    document = time.process_time() - begun
    begun = time.process_time()
    reports = list(analyzer.analyze_many(articles))
    analysis = time.process_time() - begun
    begun = time.process_time()
    for report in reports:
        report.to_json()
    written = time.process_time() - begun
    rest = max(0.0, analysis - document - sum(seconds.values()))
    return {**seconds, "document": document, "score and report": rest, "JSON": written}


class Recorded(ort.InferenceSession):  # type: ignore[misc]
    """An ONNX session that notes the length of each call and its CPU seconds."""

    sessions: ClassVar[list[Recorded]] = []

    def __init__(self, model: bytes, *arguments: Any, **options: Any) -> None:
        super().__init__(model, *arguments, **options)
        self.model = model
        self.lengths: list[int] = []
        self.seconds = 0.0
        self.sessions.append(self)

    def run(self, outputs: Any, feeds: Any, *rest: Any) -> Any:
        """Run, on the clock."""
        begun = time.thread_time()
        found = super().run(outputs, feeds, *rest)
        self.seconds += time.thread_time() - begun
        self.lengths.append(next(iter(feeds.values())).shape[1])
        return found


def measure_floor(articles: int) -> Floor | None:
    """Print, for each recorded encoder, the time of its matrix products alone and of its session alone."""
    total = Floor(0.0, 0.0)
    for session in Recorded.sessions:
        lengths = session.lengths
        if not lengths:
            continue
        products = products_of(session.model)
        rate = int8_rate(products, int(np.median(lengths)))
        work = multiply_adds(products, lengths) / rate
        print(
            f"encoder            {len(lengths) / articles:.1f} windows of {np.median(lengths):.0f} tokens an article; "
            f"{rate / 1e9:,.0f} G int8 multiply-adds/s a core; products {1000 * work / articles:.1f} ms, "
            f"session {1000 * session.seconds / articles:.1f} ms an article"
        )
        total = Floor(total.products + work, total.session + session.seconds)
    return total if total.products else None


def measure_memory(folder: Path, counts: Sequence[int]) -> None:
    """Print the peak memory of the largest process for each number of short articles."""
    text = "The council of town {} met on Monday, and officials said that the bridge would be closed for repairs."
    for count in counts:
        write_lines(folder / "many.jsonl", [text.format(i) for i in range(count)])
        run = run_command(folder / "many.jsonl", folder / "many.out.jsonl", "--jobs", "2")
        print(f"memory             {count:>7,} articles: {run.megabytes:.0f} MB at most, {run.wall:.0f} s")


def print_stages(articles: Sequence[Article]) -> Floor | None:
    """Print the share of each stage, and what of it is the floor, which it gives."""
    stages = measure_stages(articles)
    floor = measure_floor(len(articles))
    total = sum(stages.values())
    for name, seconds in sorted(stages.items(), key=lambda stage: -stage[1]):
        share = seconds / total
        print(f"  {name:<21}{share:6.1%}  {1000 * seconds / len(articles):6.1f} ms CPU an article")
    if floor is not None:
        print(f"sessions           {floor.session / total:.0%} of the CPU time")
        print(f"floor              {floor.products / total:.0%} of the CPU time is matrix products")
    return floor


def print_rates(
    folder: Path, articles: Sequence[Article], words: int, all_jobs: Sequence[int], floor: Floor | None
) -> None:
    """Print start-up, and rates for each number of workers."""
    write_lines(folder / "one.jsonl", ["The council met on Monday."])
    start = min(
        (run_command(folder / "one.jsonl", folder / "o.jsonl") for _ in range(3)), key=lambda r: r.wall
    )
    print(f"start-up           {start.wall:.2f} s wall, {start.cpu:.2f} s CPU for a run of one short article")
    write_lines(folder / "in.jsonl", [article.text for article in articles])
    rates = {}
    for jobs in all_jobs:
        run = run_command(folder / "in.jsonl", folder / "o.jsonl", "--jobs", str(jobs))
        rates[jobs] = len(articles) / (run.wall - start.wall)
        line = f"{jobs} worker{'s' * (jobs > 1):<11}{len(articles) / run.wall:.1f} articles/s, "
        line += f"{words / run.wall:,.0f} words/s, {run.cpu / run.wall:.2f} cores; "
        line += f"{rates[jobs]:.1f} articles/s after start-up, {1000 * run.cpu / len(articles):.1f} ms CPU an article"
        if floor is not None:
            line += f"; {floor.products / jobs / (run.wall - start.wall):.0%} of the floor's rate"
        print(line)
    if {1, 2} <= rates.keys():
        print(f"2 over 1           {rates[2] / rates[1]:.2f} times the rate")


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument(
        "--words", type=int, help="the first so many words of articles that have as many; default: whole ones"
    )
    parser.add_argument("--jobs", type=int, nargs="*", default=[1, 2])
    parser.add_argument(
        "--memory", type=int, nargs="*", help="measure memory alone, for so many short articles"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if options.memory is not None:
            measure_memory(Path(name), options.memory or [100, 10_000, 100_000])
            return
        articles = read_corpora(options.articles, options.words)
        words = sum(build_document(article).words for article in articles)
        print(f"articles           {len(articles)}, {words:,} words")
        floor = print_stages(articles)
        print_rates(Path(name), articles, words, options.jobs, floor)


if __name__ == "__main__":
    main()
