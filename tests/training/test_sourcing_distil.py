"""A faster sourcing encoder learns from a trained one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from click.testing import CliRunner  # noqa: E402

from detector.document import build_document  # noqa: E402
from detector.models.vocabulary import shared_vocabulary  # noqa: E402
from detector.sourcing.windows import WindowShape, cut_windows  # noqa: E402
from detector.types import Article  # noqa: E402
from training.artifacts import as_json, write_artifact  # noqa: E402
from training.sourcing import distil as sourcing_distil  # noqa: E402
from training.sourcing import train as sourcing_train  # noqa: E402
from training.sourcing.distil import distil, lesson, restore, student_of, unlabelled  # noqa: E402
from training.sourcing.encoder import Sample, collate  # noqa: E402
from training.sourcing.export import graph_of  # noqa: E402
from training.splits import text_key  # noqa: E402

SHAPE = WindowShape(window=48, context=8, sentence=40)
SETTINGS = {
    "halve_after": [1],
    "neurons": 16,
    "seed": 3,
    "batch_pieces": 256,
    "rate": 2e-3,
    "average": 0.5,
    "labels": 0.3,
    "vectors": 1.0,
    "weights": {"pieces": 1.0, "role": 1.0, "source": 1.0, "time": 1.0, "unsupported": 1.0},
}
WORDS = [
    "the",
    "minister",
    "said",
    "harbour",
    "talks",
    "began",
    "on",
    "monday",
    "while",
    "officials",
    "of",
    "both",
    "towns",
    "met",
    "again",
    "in",
    "private",
]


def text_of(seed: int) -> str:
    rng = random.Random(seed)
    return " ".join(f"The {' '.join(rng.choices(WORDS, k=9))}." for _ in range(12))


def samples_of(*seeds: int) -> list[Sample]:
    tokenizer = shared_vocabulary().tokenizer
    documents = [build_document(Article(text_of(seed))) for seed in seeds]
    return [Sample(window) for document in documents for window in cut_windows(document, tokenizer, SHAPE)]


@pytest.fixture
def taught(small_bert: Callable[..., str], tmp_path: Path) -> dict[str, Any]:
    """Configuration of a teacher on a small BERT."""
    stage = {"name": "only", "corpora": ["support_silver"]}
    return {
        "base": small_bert(tmp_path / "base"),
        "window": {"window": 48, "context": 8, "sentence": 40},
        "support": {"held_out": 0.18, "stages": [stage]},
    }


def test_a_student_that_has_forgotten_learns_what_its_teacher_says(taught: dict[str, Any]) -> None:
    torch.manual_seed(5)
    teacher = sourcing_train.load(taught).eval()
    with torch.no_grad():  # A teacher that is sure of something, if not of anything right.
        for head in (teacher.piece_head, *teacher.heads.values()):
            head.weight.mul_(8)
    student = student_of(teacher, {**taught, "student": SETTINGS}, samples_of(0)).eval()
    assert student.encoder.encoder.layer[0].intermediate.dense.out_features == 16
    for parameter in (*student.piece_head.parameters(), *student.heads.parameters()):
        torch.nn.init.zeros_(parameter)
    samples = samples_of(1, 2)
    optimizer = torch.optim.Adam([p for n, p in student.named_parameters() if "head" in n], 1e-2)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = lesson(student, teacher, SETTINGS, samples)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.3
    assert all(parameter.grad is None for parameter in teacher.parameters())


def test_windows_without_labels_are_of_no_article_that_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text_of(seed) for seed in range(6)]
    rows = [{"text": text, "id": str(n), "split": "train"} for n, text in enumerate(texts)]
    rows.append({"text": text_of(9), "id": "9", "split": "dev"})
    monkeypatch.setattr(sourcing_distil, "records", lambda name: iter(rows))
    tokenizer = shared_vocabulary().tokenizer
    apart = frozenset(text_key(text) for text in texts[:3])
    found = list(unlabelled({"any": 1000}, tokenizer, SHAPE, apart))
    wanted = {sample.window.ids for sample in samples_of(3, 4, 5)}
    assert {sample.window.ids for sample in found} == wanted
    assert list(unlabelled({"any": 2}, tokenizer, SHAPE, apart)) == found[:2]


def test_a_run_leaves_a_student_that_fits_and_exports_find(
    taught: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(corpus: str) -> Iterator[dict[str, Any]]:
        return iter(())

    for module in (sourcing_train, sourcing_distil):
        monkeypatch.setattr(module, "support_records", none)
        monkeypatch.setattr(module, "tokenizer_of", lambda config: shared_vocabulary().tokenizer)
    monkeypatch.setattr(sourcing_distil, "support_samples", lambda *arguments: samples_of())
    monkeypatch.setattr(sourcing_distil, "development_keys", frozenset)
    monkeypatch.setattr(sourcing_distil, "TOLD", 4)
    rows = [{"text": text_of(seed)} for seed in range(4)]
    monkeypatch.setattr(sourcing_distil, "records", lambda name: iter(rows))
    teacher, run, settings = tmp_path / "teacher", tmp_path / "run", tmp_path / "small.toml"
    sourcing_train.begin(teacher, taught)
    torch.save(sourcing_train.load(taught).state_dict(), teacher / "only.pt")
    settings.write_text(
        "halve_after = [1]\nneurons = 16\nseed = 3\nbatch_pieces = 256\nrate = 2e-3\naverage = 0.5\n"
        "labels = 0.3\nvectors = 1.0\n"
        "weights = {pieces = 1.0, role = 1.0, source = 1.0, time = 1.0, unsupported = 1.0}\n"
        "[windows]\nany = 8\n",
        "utf-8",
    )
    arguments = ["--teacher", str(teacher), "--run", str(run), "--config", str(settings)]
    for _ in range(2):
        result = CliRunner().invoke(distil, arguments)
        assert result.exit_code == 0, result.output
    config = sourcing_train.config_of(run)
    path = sourcing_train.trained(config, run)
    assert path.name == "student.pt"
    student = sourcing_train.load(config, path)
    assert student.halve_after == (1,)
    assert not list(run.glob("*.checkpoint"))
    again = [*arguments[:2], "--run", str(tmp_path / "again"), *arguments[4:], "--start", str(path)]
    assert CliRunner().invoke(distil, again).exit_code == 0
    assert "start" in sourcing_train.config_of(tmp_path / "again")["student"]
    result = CliRunner().invoke(distil, again[:-2])
    assert result.exit_code == 1
    assert "is of another configuration" in result.output
    settings.write_text(settings.read_text("utf-8").replace("neurons = 16", "neurons = 8"), "utf-8")
    result = CliRunner().invoke(distil, arguments)
    assert result.exit_code == 1
    assert "is of another configuration" in result.output


@pytest.mark.parametrize("student", [{}, {"student": SETTINGS}], ids=["as trained", "as taught"])
def test_what_ships_is_a_run_again(
    taught: dict[str, Any], student: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sourcing_train, "support_records", lambda corpus: iter(()))
    config = {**taught, **student}
    model = sourcing_train.load(config).eval()
    settings = {"name": "sourcing", "version": "9.9.9", "format_version": 1, "training": config}
    files = {"model.onnx": graph_of(model)[0], "config.json": as_json(settings)}
    write_artifact(tmp_path / "artifact", files, frozenset(files))
    run = tmp_path / "run"
    arguments = ["--artifact", str(tmp_path / "artifact"), "--run", str(run)]
    result = CliRunner().invoke(restore, arguments)
    assert result.exit_code == 0, result.output
    assert sourcing_train.config_of(run) == config
    again = sourcing_train.load(config, sourcing_train.trained(config, run)).eval()
    for sample in samples_of(7):
        with torch.no_grad():
            (pieces, _), (wanted, _) = again(*collate([sample])), model(*collate([sample]))
        assert torch.allclose(torch.sigmoid(pieces), torch.sigmoid(wanted), atol=0.05)


def test_an_artifact_of_another_shape_than_it_says_is_no_run(
    taught: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sourcing_train, "support_records", lambda corpus: iter(()))
    model = sourcing_train.load({**taught, "student": SETTINGS | {"neurons": None}})
    settings = {"name": "sourcing", "version": "9.9.9", "format_version": 1, "training": taught}
    files = {"model.onnx": graph_of(model)[0], "config.json": as_json(settings)}
    write_artifact(tmp_path / "artifact", files, frozenset(files))
    arguments = ["--artifact", str(tmp_path / "artifact"), "--run", str(tmp_path / "run")]
    result = CliRunner().invoke(restore, arguments)
    assert result.exit_code == 1
    assert "of another shape than its settings" in result.output
