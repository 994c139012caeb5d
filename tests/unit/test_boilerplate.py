"""What the boilerplate detector flags, where exactly, and what it leaves alone."""

from __future__ import annotations

import time

import pytest

from detector.detectors.boilerplate import BoilerplateDetector
from detector.detectors.boilerplate.patterns import PatternIndex, compile_pattern, first_words, load_patterns
from detector.document import build_document
from detector.rules import catalogue
from detector.types import Article, Detection

DETECTOR = BoilerplateDetector()
PATTERNS = load_patterns()

REPORT = (
    "OSLO, March 3 (Reuters) - Norway's central bank raised its rate to 4.5% on Thursday, Governor Kari Dahl "
    "said. Inflation reached 5.1% in February, Statistics Norway reported on Monday.\n\n"
    "Dahl told reporters in Oslo that the board had voted four to one for the rise."
)


def detect(text: str) -> Detection:
    return DETECTOR.detect([build_document(Article(text))])[0]


def found(text: str) -> list[tuple[str, str]]:
    return [(flag.rule, text[flag.span.start : flag.span.end]) for flag in detect(text).flags]


@pytest.mark.parametrize(
    ("text", "rule", "quote"),
    [
        ("0 Comments", "BP001", "0 Comments"),
        ("12 comments", "BP001", "12 comments"),
        ("3 minutes read", "BP001", "3 minutes read"),
        ("  \u2022 6 Views", "BP001", "6 Views"),
        ("Post a Comment", "BP001", "Post a Comment"),
        ("Previous Post Next Post", "BP001", "Previous Post Next Post"),
        ("Lima | 19°C (cloudy)", "BP001", "Lima | 19°C (cloudy)"),
        ("Share Tweet Email", "BP001", "Share Tweet Email"),
        ("Advertisement", "BP002", "Advertisement"),
        ("Read more: Ten bridges to see", "BP002", "Read more: Ten bridges to see"),
        ("Sign up for our daily newsletter", "BP002", "Sign up for our daily newsletter"),
        ("This site uses cookies to work better.", "BP002", "This site uses cookies to work better."),
        (
            "© 2024 The Harbour Times. All rights reserved.",
            "BP002",
            "© 2024 The Harbour Times. All rights reserved.",
        ),
        ("Key discussion points include:", "BP003", "Key discussion points include:"),
        ("Possible drawbacks might include:", "BP003", "Possible drawbacks might include:"),
        ("Wrapping Up", "BP004", "Wrapping Up"),
        ("## Conclusion", "BP004", "Conclusion"),
        ("**Key Takeaways:**", "BP004", "Key Takeaways"),
        ("For now, the world watches closely.", "BP005", "world watches closely"),
        ("Only time will tell who wins.", "BP005", "Only time will tell"),
        ("The vote was a pivotal moment for it.", "BP006", "pivotal moment"),
        ("It offers a rare glimmer of hope.", "BP006", "rare glimmer"),
        ("They met amid ongoing tensions.", "BP007", "amid ongoing tensions"),
        ("It calls for a balanced approach.", "BP008", "calls for a balanced approach"),
        (
            "Note: This article was generated in part using artificial intelligence.",
            "BP010",
            "This article was generated in part using artificial intelligence",
        ),
        ("As an AI language model, I cannot visit the site.", "BP011", "As an AI language model, I"),
        ("Here is a rewritten version of the text:", "BP011", "Here is a rewritten version of the"),
        ("I hope this helps!", "BP011", "I hope this helps"),
        ("As of my last knowledge update, talks went on.", "BP011", "As of my last knowledge update"),
        ("In a shocking turn of events, he left.", "BP012", "shocking turn of events"),
    ],
)
def test_a_phrase_is_flagged_exactly(text: str, rule: str, quote: str) -> None:
    assert (rule, quote) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        REPORT,
        "No comment was made on the 3 minutes that were read out.",
        '"As an AI language model, I have no opinion," the program told the class.',
        "Asked about it, the chatbot replied that as an AI language model, it had no view.",
        "ChatGPT answered: as an AI language model, I cannot vote.",
        "The paper tested whether a story written by artificial intelligence fooled its readers.",
        'The minister called the treaty "a pivotal moment" for the region.',
        "The river changed course after the storm of 1953, and the town of Hale moved with it.",
    ],
)
def test_reporting_and_quoted_speech_are_left_alone(text: str) -> None:
    assert found(text) == []


TABLE = "| Topic | Status |\n|---|---|\n| Energy supply | Under discussion |\n| Border checks | In progress |"


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (TABLE, {"BP009"}),
        (TABLE.replace("In progress", "Agreed on 4 May"), set()),
        ("- lower taxes for all\n- better roads for many\n- clean water for some", {"BP009"}),
        ("How to act:\n- keep calm at all times\n- talk to your friends\n- plan your next trip", {"BP008"}),
        ("- Ann Lee of Leeds won gold\n- The team from Hull lost\n- Rob Day came third", set()),
        ("- lower taxes for all\n- better roads for many", set()),
        ("- won 4 medals there\n- lost 3 games here\n- drew 2 more at home", set()),
    ],
)
def test_a_list_without_facts_is_flagged_whole(text: str, rules: set[str]) -> None:
    assert {rule for rule, _ in found(text)} == rules
    assert all(quote.endswith(text[-10:]) for _, quote in found(text))


def test_a_topic_of_the_article_is_no_fact_in_a_list() -> None:
    prose = "Talks in Hale go on. The mayor of Hale spoke. Roads to Hale are shut. Few left Hale."
    items = "\n- better roads to Hale soon\n- more buses to Hale soon\n- lower taxes in Hale soon"
    assert ("BP009", items.strip()) in found(prose + items)
    assert ("BP009", items.strip()) not in found("The mayor of Hale spoke." + items)


def test_offsets_are_those_of_the_raw_text() -> None:
    text = "\u201cYes.\u201d \u200bIt\u2019s not every day that the world watches\u00a0closely."
    assert ("BP012", "It\u2019s not every day") in found(text)
    assert ("BP005", "world watches\u00a0closely") in found(text)


@pytest.mark.parametrize(
    ("text", "share"),
    [("", 0.0), (REPORT, 0.0), ("0 Comments", 1.0), ("Only time will tell. One two three four.", 0.5)],
)
def test_share_of_words(text: str, share: float) -> None:
    signal = detect(text).signals["boilerplate"]
    assert isinstance(signal, dict)
    assert signal["share"] == share


def test_flags_that_overlap_fill_their_words_once() -> None:
    text = "- confidence-building measures for all\n- a pivotal moment for many\n- a rare glimmer for some"
    signal = detect(text).signals["boilerplate"]
    assert isinstance(signal, dict)
    assert signal["share"] == 1.0


def test_site_prompts_are_shown_and_cost_nothing() -> None:
    detection = detect("Advertisement")
    assert [flag.counted for flag in detection.flags] == [False]
    assert detection.signals["boilerplate"] == {"share": 0.0, "uncounted_share": 1.0}


@pytest.mark.parametrize("code", [code for code in DETECTOR.rules if code != "BP009"])
def test_a_rule_fires_on_its_example(code: str) -> None:
    assert code in {rule for rule, _ in found(catalogue()[code].example)}


def test_pattern_ids_are_unique_and_rules_known() -> None:
    assert len({pattern.id for pattern in PATTERNS}) == len(PATTERNS)
    assert {pattern.rule for pattern in PATTERNS} <= set(DETECTOR.rules)
    assert {pattern.scope for pattern in PATTERNS} == {"line", "phrase"}


@pytest.mark.parametrize("regex", [r"\d+ views", "[ab]c", "world\\w* watches", "wor(?:ld|ks)"])
def test_a_phrase_must_begin_with_a_word(regex: str) -> None:
    with pytest.raises(ValueError, match="must begin"):
        first_words(regex)


def test_a_space_stands_for_any_white_space() -> None:
    assert compile_pattern("time will tell").search("Time will\ntell")
    assert PatternIndex(PATTERNS)


@pytest.mark.parametrize(
    "text",
    [
        "Written by Aidan Smith",
        "Produced by Aisha Khan and Tom Hill",
        "Created by Airbus engineers in Toulouse, the jet is due in 2027",
        "Created by AI, these fake images fooled thousands",
        "AI-generated content",
        "This article was written by Claude Tremblay for the Gazette.",
        "This article was written by a human and not AI.",
        "It is unclear whether this text was written by ChatGPT.",
        "This report was produced by OpenAI, the maker of ChatGPT, in March.",
        "Here is the full text of the statement:",
        "Here is an edited version of the conversation.",
        "Below is an edited version of the interview.",
        "The revised bill keeps the tax cut for farmers.",
        "The revised plan aims to reopen the port by May.",
        "Council leaders hope this helps to cut traffic in the centre.",
        "The revised text: ministers may not hold shares.",
        "I have maintained this position for twenty years.",
        "Q: Did you enjoy Oslo?\nA: Absolutely! I loved it.",
        "'As an AI language model, I cannot give advice,' the chatbot told the court.",
    ],
)
def test_journalism_is_no_leftover_of_a_machine(text: str) -> None:
    assert not {rule for rule, _ in found(text)} & {"BP010", "BP011"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Written by AI, checked by an editor", "BP010"),
        ("This article is AI generated.", "BP010"),
        ("This article contains AI-generated content.", "BP010"),
        ("AI was used to write this article.", "BP010"),
        ("This is an AI-generated article", "BP010"),
        ("AI-generated content below", "BP010"),
        ("This article was written by Claude.", "BP010"),
        ("I'm sorry, I can't help with that.", "BP011"),
        ("I can't help with that request.", "BP011"),
        ("The talks went on citeturn0search2 and ended.", "BP011"),
        ("Here is a revised version of the article:", "BP011"),
        ("This version maintains the original meaning.", "BP011"),
        ("Sure! Here is a summary of the article.", "BP011"),
        ("Nothing is settled\u2014only time will tell who wins.", "BP005"),
    ],
)
def test_what_a_machine_left_behind_is_found(text: str, rule: str) -> None:
    assert rule in {found_rule for found_rule, _ in found(text)}


def test_a_quotation_goes_on_over_wrapped_lines() -> None:
    wrapped = (
        'The judge read from the filing on Monday. It read: "I could find nothing in\n'
        'the records. As an AI language model, I cannot give legal advice on it." The\n'
        "judge fined him 500 dollars and said that only time will tell whether he has\n"
        "learned from it, since the filing was the second of its kind in the district\n"
        "court this year, and the third in the state since the tools became popular.\n"
        "The lawyer had told the court in March that an intern wrote the first draft,\n"
        "and that nobody in the office had read the cases that it named before it was\n"
        "sent to the clerk. He now has thirty days in which to pay the fine, or he may\n"
        "appeal it to the state's highest court, which sits again in September."
    )
    assert found(wrapped) == [("BP005", "only time will tell")]
    assert [rule for rule, _ in found(wrapped.replace("\n", " "))] == ["BP005"]


@pytest.mark.parametrize(
    ("unit", "count"),
    [("I hope this helps. ", 2000), ("would you like me to add ", 200), ("'a pivotal moment ", 2000)],
)
def test_many_leftovers_take_linear_time(unit: str, count: int) -> None:
    times = []
    for repeats in (count, 8 * count):
        document = build_document(Article(unit * repeats))
        spent = []
        for _ in range(3):  # the least of three: another process may have the processor meanwhile
            began = time.process_time()
            DETECTOR.detect([document])
            spent.append(time.process_time() - began)
        times.append(min(spent))
    assert times[1] < 24 * max(times[0], 0.02)


@pytest.mark.parametrize(
    "text",
    [
        "His book, Only Time Will Tell, was published in 2011 by Macmillan.",
        "The band Stay Tuned played on Monday.",
        "The auditor, Jane Poe, raised concerns about a payment of £40,000 to a firm in Hull.",
        "Senator Rob Tully raised questions about the contract at a hearing on Tuesday.",
        "Home/away record: 8 wins at home, 3 away",
        "Home / Leeds 2 Hull 1",
        "4,000,000 shares",
        "(c) no van may cross after 10 p.m.",
    ],
)
def test_names_and_facts_are_no_boilerplate(text: str) -> None:
    assert found(f"It rained in Hull.\n\n{text}\n\nIt snowed in Leeds.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Only time will tell.",
        "The move raised concerns about the future of the region.",
        "Home / News / World",
        "Home » News",
        "1.2k shares",
        "(c) 2024 Example Media",
    ],
)
def test_what_is_like_names_and_facts_still_is(text: str) -> None:
    assert found(f"It rained in Hull.\n\n{text}\n\nIt snowed in Leeds.")


def test_turns_of_a_transcript_are_their_speakers() -> None:
    turns = "VANE: It is important to note that the bridge is old.\n\nCOLE: Only time will tell.\n\n"
    assert found(turns + "It rained in Hull.") == []
    assert [rule for rule, _ in found(turns + "Only time will tell.")] == ["BP005"]
    assert [rule for rule, _ in found("NEW DELHI: Only time will tell.")] == ["BP005"]
    assert [rule for rule, _ in found(turns + "Q: Who are you?\n\nA: As an AI language model, I can't say.")]
