"""Which phrases stand in a quotation, and are the speaker's, not the article's."""

from __future__ import annotations

import pytest

from detector.detectors.boilerplate import BoilerplateDetector
from detector.document import build_document
from detector.types import Article

DETECTOR = BoilerplateDetector()


def rules(text: str) -> list[str]:
    return [flag.rule for flag in DETECTOR.detect([build_document(Article(text))])[0].flags]


@pytest.mark.parametrize("marks", ['""', "''", "\u2018\u2019", "\u201c\u201d"])
@pytest.mark.parametrize(
    "text",
    [
        "The mayor called it [a pivotal moment] for Hale.",
        "It was [a testament to the patience of our crews], she said.",
        "It was [a testament to the patience of our crews] and no more.",
        "Asked who would win, he said: [Only time will tell.]",
        "[The players' bus was late, and only time will tell,] he said.",
        "[It isn't the boys' fault], he said. [A pivotal moment, it was.]",
        "[Get 'em out, only time will tell,] he said.",
        "[It was rock 'n' roll, and only time will tell,] he said.",
        "He said\u2014[only time will tell]\u2014and left ([a pivotal moment]).",
    ],
)
def test_a_phrase_between_marks_is_the_speakers(text: str, marks: str) -> None:
    assert rules(text.replace("[", marks[0]).replace("]", marks[1])) == []


@pytest.mark.parametrize(
    "text",
    [
        "\"She said 'no', and then that only time will tell,\" he said.",
        "\u2018She said \u201cno\u201d, and then that only time will tell,\u2019 he said.",
    ],
)
def test_a_quotation_may_hold_another(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The players' strike is a pivotal moment for the owners' club.",
        "In the '90s it was a pivotal moment for the players' union.",
        "'Tis the season of a pivotal moment. The dogs' home agreed.",
        "The class of '98 met. It was a pivotal moment.",
        "He called it 'a start'. It was a pivotal moment. He called it 'an end'.",
        "The owners' rise was 'small', a pivotal moment, and the workers' was 'big'.",
        "He said 'no.\nIt was a pivotal moment, the players' union said.",
        "He said 'it is over and left. It was a pivotal moment. "
        + "The game went on. " * 20
        + "The fans' cheers' end",
    ],
)
def test_an_apostrophe_swallows_nothing(text: str) -> None:
    assert rules(text) == ["BP006"]
