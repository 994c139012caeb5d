"""The transformer of an artifact, opened: an ONNX Runtime session of one thread, and its vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from detector.errors import ModelError
from detector.models.artifact import Artifact
from detector.models.vocabulary import Vocabulary, shared_vocabulary


@dataclass(frozen=True, slots=True)
class OpenModel:
    """Session of one artifact, and the vocabulary whose vectors it reads."""

    session: Any
    vocabulary: Vocabulary


def open_model(artifact: Artifact) -> OpenModel:
    """Open `model.onnx` of an artifact, beside the vocabulary that it was trained with.

    A call uses one thread: windows run side by side, each in a call of its own.

    Raises
    ------
    ModelError
        Where the artifact lacks its model, ONNX Runtime refuses it, or it was trained with another vocabulary.
    """
    vocabulary = shared_vocabulary()
    if artifact.config.get("vocabulary_sha256") != vocabulary.sha256:
        raise ModelError(f"artifact {artifact.info.name}: trained with another vocabulary than the package's")
    try:
        session = open_session(artifact.contents["model.onnx"])
    except Exception as error:
        raise unloadable(artifact, error) from error
    return OpenModel(session, vocabulary)


def open_session(content: bytes) -> Any:
    """An ONNX Runtime session of one thread on the processor.

    Sums are left beside the normalisation that follows them: the two in one node take longer.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(
        content, options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def unloadable(artifact: Artifact, error: Exception) -> ModelError:
    """Error for an artifact whose encoder cannot be opened or configured."""
    return ModelError(f"artifact {artifact.info.name}: the encoder does not load: {error}")
