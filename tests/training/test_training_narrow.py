"""Feed-forward layers with fewer neurons: which go, who makes up for them, and what a run makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from click.testing import CliRunner  # noqa: E402

from training.encoders.narrowing import moments_of, narrowed, surgeon  # noqa: E402
from training.machine_text.finetune import WindowClassifier, load_classifier, train  # noqa: E402
from training.machine_text.narrow import command  # noqa: E402
from training.runs import write_windows  # noqa: E402
from training.windows import Window  # noqa: E402


def test_what_the_other_neurons_say_already_goes_first_and_costs_nothing() -> None:
    torch.manual_seed(2)
    free = torch.randn(400, 6)
    values = torch.cat([free, free @ torch.randn(6, 4)], dim=1)
    weights = torch.randn(10, 3)
    kept, moved = surgeon(weights, values.T @ values, 6)
    assert int(kept.sum()) == 6
    assert moved.shape == (6, 3)
    wanted, given = values @ weights, values[:, kept] @ moved
    assert (given - wanted).norm() < 0.02 * wanted.norm()
    assert (values[:, kept] @ weights[kept] - wanted).norm() > 0.2 * wanted.norm()


def test_a_classifier_keeps_nearly_its_judgement_with_fewer_neurons(
    tmp_path: Path, small_bert: Callable[..., str]
) -> None:
    base = small_bert(tmp_path, 96, seed=11)
    model = WindowClassifier(base, [1]).eval()
    texts = [torch.randint(1000, 20000, (40,)) for _ in range(30)]

    def judged(by: WindowClassifier) -> torch.Tensor:
        with torch.no_grad():
            return torch.cat([by(ids[None], torch.ones_like(ids)[None]) for ids in texts])

    def apart(state: dict[str, torch.Tensor], neurons: int) -> float:
        smaller = WindowClassifier(base, [1], neurons).eval()
        smaller.load_state_dict(state)
        return float((judged(smaller) - judged(model)).square().mean().sqrt())

    state, moments = model.state_dict(), moments_of(model.encoder, texts)
    assert all((own - own.T).abs().max() < 1e-2 and own.diag().min() > 0 for own in moments)
    whole = narrowed(state, moments, 96)
    assert apart(whole, 96) < 1e-4
    chosen = narrowed(state, moments, 48)
    cut = {
        name: value[:48] if "intermediate" in name else value[:, :48] if "output.dense.weight" in name
        and "attention" not in name else value
        for name, value in state.items()
    }  # fmt: skip
    assert apart(chosen, 48) < 0.8 * apart(cut, 48)
    assert state["encoder.encoder.layer.0.intermediate.dense.weight"].shape[0] == 96, "left as it was"


def test_a_stage_starts_from_the_narrow_weights_and_a_run_remembers_how_many(
    tmp_path: Path, small_bert: Callable[..., str]
) -> None:
    base, run = small_bert(tmp_path / "base", 32, seed=11), tmp_path / "run"
    run.mkdir()
    settings = tmp_path / "stage.toml"
    settings.write_text(f'base = "{base}"\nmax_tokens = 48\nneurons = 12\nhalve_after = [1]\n')
    config = {
        "base": base, "seed": 5, "max_tokens": 48, "epochs": 1, "batch_tokens": 48 * 4, "freeze_embeddings": True,
        "rate": 1e-4, "layer_decay": 1.0, "average": 0.5, "smooth": 0.0, "tail": 0.0, "bf16": False, "augment": 0.0,
        "neurons": 12, "halve_after": [1], "start": str(run / "narrow.pt"),
    }  # fmt: skip
    windows = [
        Window(f"The mayor of town {i} spoke of the ferry again.", i % 2, 16, "toy", f"g{i}")
        for i in range(8)
    ]
    write_windows(run, windows, config)
    torch.save(WindowClassifier(base).state_dict(), tmp_path / "wide.pt")
    arguments = ["--config", str(settings), "--weights", str(tmp_path / "wide.pt"), "--run", str(run)]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    train(config, run)
    assert load_classifier(run).encoder.encoder.layer[1].intermediate.dense.out_features == 12
    settings.write_text(settings.read_text().replace("neurons = 12\n", ""))
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert "neurons" in result.output
