"""A run of the machine-text encoder: what it leaves, how it goes on, and how it learns from a teacher."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from click.testing import CliRunner  # noqa: E402

from training.encoders.shapes import distance, halved, mean_of  # noqa: E402
from training.encoders.vocabulary import share_words  # noqa: E402
from training.machine_text import label, watch  # noqa: E402
from training.machine_text.finetune import (  # noqa: E402
    Teacher,
    WindowClassifier,
    load_classifier,
    train,
)
from training.runs import read_windows, write_windows  # noqa: E402
from training.windows import Window  # noqa: E402

SUBJECTS = ("The council", "A ferry", "The mayor", "Our school", "The old bridge", "One farmer")
ENDS = {0: "was closed on Monday.", 1: "remains a pivotal testament."}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, small_bert: Callable[..., str]) -> str:
    return small_bert(tmp_path_factory.mktemp("base"))


def settings(base: str, **more: Any) -> dict[str, Any]:
    return {
        "base": base, "seed": 5, "max_tokens": 48, "epochs": 8, "batch_tokens": 48 * 8, "freeze_embeddings": True,
        "rate": 1e-3, "layer_decay": 1.0, "average": 0.5, "smooth": 0.0, "tail": 0.0, "bf16": False, "augment": 0.0,
        **more,
    }  # fmt: skip


def run(config: dict[str, Any], folder: Path) -> Path:
    """Train on a few dozen windows whose last words tell their class."""
    rng = random.Random(3)
    windows = [
        Window(f"{rng.choice(SUBJECTS)} in the town of {rng.choice(SUBJECTS)} {ENDS[i % 2]}", i % 2, 16, "toy", f"g{i}")
        for i in range(32)
    ]  # fmt: skip
    folder.mkdir()
    write_windows(folder, windows, config)
    train(config, folder)
    return folder


def encoded(base: str) -> dict[str, Any]:
    texts = [f"{subject} {end}" for subject in SUBJECTS for end in ENDS.values()]
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    return dict(tokenizer(texts, padding=True, return_tensors="pt"))


def test_a_reader_of_pairs_learns_from_one_of_single_tokens(base: str, tmp_path: Path) -> None:
    first = run(settings(base), tmp_path / "first")
    path = first / "model.pt"
    taught = {"teacher": str(path), "teach": 2.0, "halve_after": [1]}
    second = run(settings(base, **taught), tmp_path / "second")
    teacher, batch = Teacher(path, 1.0), encoded(base)
    believed, states = teacher.answer(batch, -(-batch["input_ids"].shape[1] // 2))
    assert believed.reshape(-1, 2)[:, 0].max() < 0.5 < believed.reshape(-1, 2)[:, 1].min()
    before = WindowClassifier(base, [1]).eval()
    share_words(before)
    after = load_classifier(second)
    assert after.halve_after == (1,)

    def apart(student: WindowClassifier) -> float:
        with torch.no_grad():
            hidden, mask = student.hidden(batch["input_ids"], batch["attention_mask"])
        assert hidden.shape[1] == -(-batch["input_ids"].shape[1] // 2)
        return float(distance(hidden, states, mask))

    assert apart(after) < 0.9 * apart(before)
    with torch.no_grad():
        logits = after(batch["input_ids"], batch["attention_mask"])
    assert torch.equal(logits > 0, believed > 0.5)
    curve = [json.loads(line) for line in (second / "curve.jsonl").read_text("utf-8").splitlines()]
    assert curve[-1]["step"] == curve[-1]["of"]


def test_a_missing_teacher_is_named_before_anything_is_trained(base: str, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "model.pt"
    with pytest.raises(click.ClickException, match="nowhere"):
        run(settings(base, teacher=str(missing), teach=1.0), tmp_path / "run")


def test_pairs_are_means_and_the_last_may_stand_alone() -> None:
    hidden = torch.arange(10.0).reshape(1, 5, 2)
    pairs, mask = halved(hidden, torch.ones(1, 5, dtype=torch.long))
    assert pairs.tolist() == [[[1.0, 2.0], [5.0, 6.0], [8.0, 9.0]]]
    assert mask.tolist() == [[1, 1, 1]]
    assert mean_of(pairs, mask).tolist() == [[pytest.approx(14 / 3), pytest.approx(17 / 3)]]


def test_a_teacher_writes_its_probabilities_in_place_of_labels(base: str, tmp_path: Path) -> None:
    teacher = run(settings(base, epochs=3), tmp_path / "teacher")
    student = tmp_path / "student.toml"
    student.write_text('base = "another"\nseed = 1\n')
    arguments = ["--run", str(teacher), "--windows", str(teacher), "--config", str(student), "--first", "20"]
    result = CliRunner().invoke(label.command, [*arguments, "--out", str(tmp_path / "labelled")])
    assert result.exit_code == 0, result.output
    assert "20 windows; AUROC of the teacher on their labels" in result.output
    before, after = read_windows(teacher)[:20], read_windows(tmp_path / "labelled")
    assert [w.text for w in after] == [w.text for w in before]
    assert [w.label for w in after] == [pytest.approx(p, abs=6e-5) for p in label.believed(teacher, before)]
    machine, human = ([w.label for w, b in zip(after, before, strict=True) if b.label == of] for of in (1, 0))
    assert sum(machine) / len(machine) > sum(human) / len(human) + 0.1
    assert any(w.label not in (0, 1) for w in after)


def test_frozen_layers_stay_as_they_were(base: str, tmp_path: Path) -> None:
    trained = load_classifier(run(settings(base, freeze_layers=1), tmp_path / "frozen"))
    before = WindowClassifier(base)
    moved = [
        not torch.equal(old.output.dense.weight, new.output.dense.weight)
        for old, new in zip(before.encoder.encoder.layer, trained.encoder.encoder.layer, strict=True)
    ]
    assert moved == [False, True]


def test_windows_that_a_run_watches_are_judged_and_not_learnt(base: str, tmp_path: Path) -> None:
    folder = run(settings(base, watch=0.4, epochs=16), tmp_path / "watching")
    learnt, watched = watch.held_out(read_windows(folder), 0.4)
    assert 4 < len(watched) < 28
    assert not {w.group for w in learnt} & {w.group for w in watched}
    curve = [json.loads(line) for line in (folder / "curve.jsonl").read_text("utf-8").splitlines()]
    judged = [line for line in curve if "auroc" in line]
    assert [line["step"] for line in judged] == sorted({*range(60, curve[-1]["of"] + 1, 60), curve[-1]["of"]})
    # Their last words tell the class, as those of the windows that it learnt from.
    assert judged[-1]["auroc"] > 0.95
    assert judged[-1]["recall"] > 0.9


def test_a_run_that_watches_nothing_has_its_loss_alone(base: str, tmp_path: Path) -> None:
    folder = run(settings(base, epochs=1), tmp_path / "blind")
    assert "auroc" not in (folder / "curve.jsonl").read_text("utf-8")


def test_ranking_is_area_and_recall_above_a_twentieth_of_the_human_windows() -> None:
    human, machine = [i / 100 for i in range(100)], [0.5, 0.96, 0.97, 2.0]
    found = watch.Ranking().compute(predictions=human + machine, references=[0] * 100 + [1] * 4)
    assert found["auroc"] == pytest.approx((50.5 + 96.5 + 97.5 + 100) / 400)
    assert found["recall"] == 0.75
    assert watch.measure([], lambda windows: pytest.fail("nothing to judge")) == {}


def test_windows_that_a_doubtful_teacher_judged_all_human_still_train(base: str, tmp_path: Path) -> None:
    config = settings(base, epochs=1, tail=0.3)
    windows = [
        Window(f"The ferry of dock {i} was late.", 0.3 + i / 100, 12, "toy", f"g{i}") for i in range(16)
    ]
    write_windows(tmp_path, windows, config)
    train(config, tmp_path)
    assert load_classifier(tmp_path)
