"""Article -> Document: the normalised view, blocks, sentences and tokens, made once and shared."""

from detector.document.blocks import Block, BlockKind
from detector.document.build import Document, Sentence, Token, build_document
from detector.document.normalise import HiddenCharacter, NormalisedText, normalise

__all__ = [
    "Block",
    "BlockKind",
    "Document",
    "HiddenCharacter",
    "NormalisedText",
    "Sentence",
    "Token",
    "build_document",
    "normalise",
]
