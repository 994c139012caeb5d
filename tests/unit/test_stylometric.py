"""The shipped stylometric model over long articles: windows that tile the prose, and one number from them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from detector.document import build_document
from detector.models.cleaning import pieces
from detector.models.logistic import sigmoid
from detector.models.stylometric import WINDOW_WORDS, ArticleScore, StylometryModel
from detector.stylometry import read_sentences
from detector.types import Article

MINUTES = (
    "The harbour board of Kalvik met on 9 May 2018, and its chair, Tore Halden, asked for two more years. "
    '"Nobody wins if we close it," he told the meeting. '
    "Fishermen weren't asked. "
)
BROCHURE = (
    "Additionally, the initiative underscores a broader commitment to transparency, resilience, and growth. "
    "Stakeholders emphasized the importance of dialogue, highlighting significant challenges across communities. "
)
LONG = MINUTES * 20 + BROCHURE * 45
"""About 1,650 words of two styles, so that no two windows have the same number."""


@pytest.fixture(scope="module")
def model() -> StylometryModel:
    return StylometryModel.load()


@pytest.fixture(scope="module")
def score(model: StylometryModel) -> ArticleScore:
    return model.score([build_document(Article(LONG))])[0]


def test_windows_tile_the_pieces(score: ArticleScore) -> None:
    found = pieces(build_document(Article(LONG)))
    after = {piece.end: following.start for piece, following in pairwise(found)}
    assert len(score.windows) == -(-score.words // WINDOW_WORDS) > 1
    assert (score.windows[0].start, score.windows[-1].end) == (found[0].start, found[-1].end)
    assert [window.start for window in score.windows[1:]] == [
        after[window.end] for window in score.windows[:-1]
    ]


def test_each_window_has_the_number_of_its_own_sentences(model: StylometryModel, score: ArticleScore) -> None:
    document = build_document(Article(LONG))
    for window in score.windows:
        inside = [p.text for p in pieces(document) if window.start <= p.start and p.end <= window.end]
        assert window.probability == pytest.approx(sigmoid(model.window_logit(read_sentences(inside))))
        here = [
            given
            for sentence, given in zip(document.sentences, score.sentences, strict=True)
            if window.start <= sentence.start and sentence.end <= window.end
        ]
        assert set(here) == {window.probability}
    assert len({window.probability for window in score.windows}) == len(score.windows)


def test_an_article_has_the_mean_log_odds_of_its_windows(score: ArticleScore) -> None:
    def log_odds(probability: float) -> float:
        return math.log(probability / (1 - probability))

    mean = sum(log_odds(window.probability) for window in score.windows) / len(score.windows)
    assert log_odds(score.probability) == pytest.approx(mean)
