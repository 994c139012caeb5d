"""The word vectors that all encoders share: whole, aligned with the tokenizer, and the ones each was trained with."""

from __future__ import annotations

import shutil
from importlib.resources import as_file
from pathlib import Path

import numpy as np
import pytest

from detector.errors import ModelError
from detector.models.artifact import Artifact, load_artifact, shipped
from detector.models.session import open_model
from detector.models.vocabulary import load_vocabulary, shared_vocabulary

ENCODERS = ("machine-text", "sourcing")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with as_file(shipped("vocabulary")) as path:
        return Path(shutil.copytree(path, tmp_path / "vocabulary"))


def resign(folder: Path) -> None:
    import hashlib

    names = sorted(path.name for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines))


def test_vectors_are_rows_times_their_scales() -> None:
    vocabulary = shared_vocabulary()
    ids = vocabulary.tokenizer.encode("Talks were held.").ids
    vectors = vocabulary.vectors(ids)
    assert vectors.shape == (1, len(ids), vocabulary.rows.shape[1])
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors[0], vocabulary.table()[ids])
    assert np.array_equal(vectors[0, 2], vocabulary.rows[ids[2]] * vocabulary.scales[ids[2]])


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_was_trained_with_the_vocabulary_that_ships(name: str) -> None:
    artifact = load_artifact(shipped(name))
    assert artifact.config["vocabulary_sha256"] == shared_vocabulary().sha256
    assert open_model(artifact).vocabulary is shared_vocabulary()


def test_all_models_together_stay_below_forty_megabytes() -> None:
    sizes = [
        len(c)
        for n in (*ENCODERS, "vocabulary", "stylometry")
        for c in load_artifact(shipped(n)).contents.values()
    ]
    assert sum(sizes) < 40e6


def test_an_encoder_of_another_vocabulary_is_refused() -> None:
    artifact = load_artifact(shipped("machine-text"))
    other = Artifact(artifact.info, {**artifact.config, "vocabulary_sha256": "0" * 64}, artifact.contents)
    with pytest.raises(ModelError, match="another vocabulary"):
        open_model(other)


def test_an_altered_table_is_refused(folder: Path) -> None:
    content = bytearray((folder / "words.npy").read_bytes())
    content[-1] ^= 1
    (folder / "words.npy").write_bytes(content)
    with pytest.raises(ModelError, match="altered"):
        load_vocabulary(folder)
    resign(folder)
    assert load_vocabulary(folder).sha256 != shared_vocabulary().sha256


@pytest.mark.parametrize(
    ("name", "array", "reason"),
    [
        ("words.npy", np.zeros((40, 8), np.int8), "do not fit each other"),
        ("words.npy", np.zeros((30522, 8), np.float32), "do not fit each other"),
        ("scales.npy", np.zeros((30522, 1), np.float64), "do not fit each other"),
        ("words.npy", None, "does not load"),
        ("scales.npy", np.array([{}], dtype=object), "does not load"),
    ],
)
def test_a_table_of_another_shape_is_refused(
    folder: Path, name: str, array: np.ndarray | None, reason: str
) -> None:
    if array is None:
        (folder / name).write_bytes(b"no array")
    else:
        np.save(folder / name, array, allow_pickle=True)
    resign(folder)
    with pytest.raises(ModelError, match=reason):
        load_vocabulary(folder)
