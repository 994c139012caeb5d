"""Small runs over written articles, scored by the stub."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_stubs import InlineEngine, make_stub

from detector.batch.run import Job, run_batch


def write_lines(path: Path, texts) -> Path:
    path.write_text("".join(json.dumps({"id": f"n{i}", "text": t}) + "\n" for i, t in enumerate(texts)))
    return path


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., Path]:
    return lambda texts, name="in.jsonl": write_lines(tmp_path / name, texts)


@pytest.fixture
def run(tmp_path: Path):
    def run(*inputs, out="out.jsonl", format="jsonl", start=InlineEngine, **options):
        options.setdefault("shard_items", 4)
        job = Job(tuple(map(str, inputs)), f"{tmp_path}/{out}", format, make_analyzer=make_stub, **options)
        return run_batch(job, start)

    return run


@pytest.fixture
def rows(tmp_path: Path):
    return lambda out="out.jsonl": [json.loads(line) for line in (tmp_path / out).read_text().splitlines()]
