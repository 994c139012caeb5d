import pytest

from detector.document import build_document
from detector.document.build import tokenize
from detector.sourcing.carry import read_sources
from detector.sourcing.people import kind_of_phrase
from detector.types import Article

PHRASES = [
    ("Maria Lindqvist", "named"),
    ("Finance Minister Tomas Berg", "named"),
    ("the World Health Organization", "named"),
    ("police", "role"),
    ("the White House", "role"),
    ("France", "role"),
    ("a company spokeswoman", "role"),
    ("officials", "vague"),
    ("senior U.S. officials", "vague"),
    ("many Democrats", "vague"),
    ("some analysts", "vague"),
    ("one former Treasury official", "vague"),
    ("a Pentagon official", "role"),
    ("two people briefed on the plan", "vague"),
    ("a person familiar with the matter", "vague"),
    ("he", "pronoun"),
    ("the report", "description"),
    ("the ambiguity of the plan", "none"),
]


@pytest.mark.parametrize(("phrase", "kind"), PHRASES)
def test_kind_of_phrase(phrase: str, kind: str) -> None:
    assert kind_of_phrase(tokenize(phrase)) == kind


SENTENCES = [
    ("The bridge is safe, Maria Lindqvist said on Friday.", "named", "Maria Lindqvist"),
    ('"The bridge is safe," said Tomas Berg, the engineer.', "named", "Tomas Berg"),
    ("Tomas Berg, the chief engineer, said the bridge is safe.", "named", "Tomas Berg"),
    ("According to Tomas Berg, the bridge is safe.", "named", "Tomas Berg"),
    ("With spokesman Tomas Berg clarifying the plan, the vote went on.", "named", "spokesman Tomas Berg"),
    ("Berg's confirmation that the bridge is safe came late.", "named", "Berg's"),
    ("Police said the bridge is safe.", "role", "Police"),
    ("Observers note that the bridge is safe.", "vague", "Observers"),
    ("Analysts are watching the bridge closely.", "vague", "Analysts"),
    ("The bridge is reportedly safe.", "vague", "reportedly"),
    ("Berg has been criticized for the bridge.", "vague", "been criticized"),
    (
        '"It is late," said one former senior Treasury official who recently discussed the bridge.',
        "vague",
        "one former senior Treasury official",
    ),
    ("John Kelly said the bridge is safe.", "named", "John Kelly"),
    ("A witness, who did not want to be named, said the bridge is safe.", "vague", "A witness"),
    ("A person who declined to be named said the bridge is safe.", "vague", "A person"),
    (
        "Nine former workers, five of whom spoke on condition of anonymity, described the bridge.",
        "vague",
        "Nine former workers",
    ),
    ("Jane Doe, who spoke on condition of anonymity, said the bridge is safe.", "named", "Jane Doe"),
    ("The bridge is unsafe, its chief engineer, Robert Vane, said on Thursday.", "named", "Robert Vane"),
    ("Gwen Tudor KC, asked Ms Hughes whether she had seen the bridge.", "none", None),
    ('"Is the bridge safe?" asked Tomas Berg.', "named", "Tomas Berg"),
    ("Orsay Energy on Monday said the bridge is safe.", "named", "Orsay Energy"),
    ("Orsay Energy today announced a bridge.", "named", "Orsay Energy"),
    ("Papers seen by the Larchmont Times show the bridge is safe.", "named", "the Larchmont Times"),
    ("Nobody said the bridge is safe.", "none", None),
    ("No one at the council said the bridge is safe.", "none", None),
    ("An ally said the senator is ill.", "vague", "An ally"),
    ("The family said he is at home.", "role", "The family"),
    ("Italy said it would send ships.", "role", "Italy"),
    ("(x) " * 1500 + "said the man.", "none", None),
    ("The agreement reveals a gap between the two.", "none", None),
    ("The bridge is safe.", "none", None),
]


@pytest.mark.parametrize(("text", "kind", "quote"), SENTENCES)
def test_source_of_a_sentence(text: str, kind: str, quote: str | None) -> None:
    document = build_document(Article(text))
    reading = read_sources(document)[0]
    assert reading.kind == kind
    assert (document.text[reading.start : reading.end] if reading.start is not None else None) == quote


def test_sources_carry_through_pronouns_and_open_quotations() -> None:
    text = (
        "Maria Lindqvist said the bridge would open in May. She added that it was late.\n\n"
        '"It will hold," she said. "It was tested twice."\n\nThe river is wide.'
    )
    readings = read_sources(build_document(Article(text)))
    assert [(r.kind, r.inherited) for r in readings] == [
        ("named", False), ("named", True), ("named", True), ("named", True), ("none", False),
    ]  # fmt: skip


def test_critics_stay_vague_as_they() -> None:
    readings = read_sources(
        build_document(Article("Critics say the bridge is ugly. They say it cost too much."))
    )
    assert [r.kind for r in readings] == ["vague", "vague"]


@pytest.mark.parametrize(
    ("text", "kind", "quote"),
    [
        (
            "Union leader Jane Doe spoke on Monday, Jane Doe said. The company said output held.",
            "role",
            "The company",
        ),
        ("Jane Doe, the mayor, said it rained. The report said checks were skipped.", "role", "The report"),
        ("Jane Doe, the mayor, said it rained. The mayor said it would stop.", "named", "Jane Doe"),
        (
            "The finance ministry said debt rose. The ministry said rates would, too.",
            "role",
            "The finance ministry",
        ),
        (
            "Two experts, Dr. Lena Hoff of Graz and Paul Miller of London, said it held. The experts said so twice.",
            "named",
            "Paul Miller",
        ),
        ("Three experts spoke to Jane Doe. The experts said it held.", "vague", "The experts"),
        ("Visitors came to New York for the final. He said crime had fallen.", "vague", "He"),
    ],
)
def test_who_the_next_sentence_points_back_to(text: str, kind: str, quote: str) -> None:
    document = build_document(Article(text))
    reading = read_sources(document)[-1]
    assert reading.kind == kind
    assert reading.start is not None
    assert quote in document.text[reading.start : reading.end]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The United States imposed a tariff.", "The United"),
        ("New rules require shops to close.", "New"),
        ("It led to 340 closures per 100,000 people.", "100,000 people"),
        ("Ballots must be approved by Friday.", "Friday"),
    ],
)
def test_what_stands_before_a_verb_is_not_always_a_source(text: str, quote: str) -> None:
    document = build_document(Article(text))
    reading = read_sources(document)[0]
    assert reading.start is None or document.text[reading.start : reading.end] != quote
