"""An analyzer that scores by a rule of thumb in microseconds, and fails in every way that an article asks for."""

import os
import signal
import time
from pathlib import Path

from detector.batch.engine import Finished, Lost
from detector.batch.score import describe_analyzer, score_shard
from detector.report import Engine, Report
from detector.types import Article, Contribution, Credibility, Flag, Span


def town(count: int) -> list[str]:
    return [f"The council of town {i} met {'again ' * (i % 37)}on Monday." for i in range(count)]


class StubAnalyzer:
    """Obeys the first word of an article: RAISE, UNWRITABLE, POISON, KILL-ONCE marker, SLEEP seconds."""

    def analyze_many(self, articles, *, batch_size=16):
        for article in articles:
            yield self.score(article)

    def score(self, article: Article) -> Report:
        command, _, rest = article.text.partition(" ")
        argument = rest.partition(" ")[0]
        signals = {"boilerplate": {"share": 0.25}}
        if command == "RAISE":
            raise ValueError("asked to")
        if command == "UNWRITABLE":
            signals["boilerplate"] = {"share": object()}
        if command == "POISON" or (command == "KILL-ONCE" and not Path(argument).exists()):
            if argument:
                Path(argument).touch()
            # A worker that dies while its Dask nanny still starts it is not replaced.
            time.sleep(0.3)
            os.kill(os.getpid(), signal.SIGKILL)
        if command == "SLEEP":
            time.sleep(float(argument))
        score = float(len(article.text) % 201) / 2
        flag = Flag("SRC001", "unsupported_claim", "warning", Span(0, len(command)), "a flag", 0.9)
        return Report(
            article=article,
            language="en",
            words=len(article.text.split()),
            engine=Engine("0", (), "0"),
            credibility=Credibility(score, (Contribution("base", score, "of the stub"),)),
            signals=signals,
            flags=(flag,),
        )


def make_stub(settings):
    return StubAnalyzer()


class InlineEngine:
    """Scores in this process: the smallest engine that `drive` can run on."""

    capacity = 2

    def __init__(self, task, shards):
        self.task = task
        self.queue = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.queue.clear()

    def describe(self):
        return describe_analyzer(self.task)

    def submit(self, shard):
        self.queue.append(shard)

    def wait(self):
        shard = self.queue.pop(0)
        try:
            return Finished(shard, score_shard(shard, self.task))
        except TypeError as error:
            return Lost(shard, str(error))
