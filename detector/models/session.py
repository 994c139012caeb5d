"""The transformer of an artifact, opened: an ONNX Runtime session of one thread, and its tokenizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from detector.errors import ModelError
from detector.models.artifact import Artifact


@dataclass(frozen=True, slots=True)
class OpenModel:
    """Session and tokenizer of one artifact; the tokenizer neither pads nor truncates."""

    session: Any
    tokenizer: Any


def open_model(artifact: Artifact) -> OpenModel:
    """Open `model.onnx` and `tokenizer.json` of an artifact.

    A call uses one thread: windows run side by side, each in a call of its own.

    Raises
    ------
    ModelError
        Where the artifact lacks a part or ONNX Runtime refuses the model.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(artifact.contents["tokenizer.json"])
        session = open_session(artifact.contents["model.onnx"])
    except Exception as error:
        raise unloadable(artifact, error) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return OpenModel(session, tokenizer)


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
