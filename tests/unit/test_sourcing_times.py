import time
from datetime import date

import pytest

from detector.document import build_document
from detector.sourcing.anchors import read_times
from detector.sourcing.calendar import value_of
from detector.sourcing.times import find_times
from detector.types import Article

ANCHOR = date(2021, 3, 5)

VALUES = [
    ("They met on Tuesday.", "Tuesday", "2021-03-02"),
    ("They met last Friday.", "last Friday", "2021-02-26"),
    ("It began twenty-five years ago.", "twenty-five years ago", "1996"),
    ("The bill passed on Feb. 29.", "Feb. 29", "2020-02-29"),
    ("They meet tomorrow afternoon.", "tomorrow afternoon", "2021-03-06TAF"),
    ("They meet the day after tomorrow.", "the day after tomorrow", "2021-03-07"),
    ("It froze 1500 years ago.", "1500 years ago", "0521"),
    ("It froze one hundred and fifty years ago.", "one hundred and fifty years ago", "1871"),
    ("It began forty two years ago.", "forty two years ago", "1979"),
    ("They will meet next Tuesday.", "next Tuesday", "2021-03-09"),
    ("It opened on March 3, 2019.", "March 3, 2019", "2019-03-03"),
    ("It opened on 3 March 2019.", "3 March 2019", "2019-03-03"),
    ("It ended in May 2014.", "May 2014", "2014-05"),
    ("It ended in May.", "May", "2020-05"),
    ("It ended on January 8.", "January 8", "2021-01-08"),
    ("It began in 1998.", "1998", "1998"),
    ("It began in the 90s.", "the 90s", "199"),
    ("It began in the 1990s.", "the 1990s", "199"),
    ("It began last week.", "last week", "2021-W08"),
    ("It began last month.", "last month", "2021-02"),
    ("It began last year.", "last year", "2020"),
    ("It began two years ago.", "two years ago", "2019"),
    ("It began three days ago.", "three days ago", "2021-03-02"),
    ("It began yesterday.", "yesterday", "2021-03-04"),
    ("It lasted five years.", "five years", "P5Y"),
    ("It lasted 24 hours.", "24 hours", "PT24H"),
    ("Sales fell in the third quarter of 2020.", "the third quarter of 2020", "2020-Q3"),
    ("It meets every week.", "every week", "P1W"),
    ("It rings every minute.", "every minute", "PT1M"),
    ("It rings every hour.", "every hour", "PT1H"),
    ("It rang in recent hours.", "recent hours", "PTXH"),
    ("It rang in recent months.", "recent months", "PXM"),
    ("Filed 2020-11-02 in court.", "2020-11-02", "2020-11-02"),
    ("Sales fell in the first quarter of last year.", "the first quarter of last year", "2020-Q1"),
    ("Sales will rise in the first quarter.", "the first quarter", "2021-Q1"),
    ("They will meet Tuesday of next week.", "Tuesday of next week", "2021-03-09"),
    ("It rang at 12:30 a.m. sharp.", "12:30 a.m.", "2021-03-05T00:30"),
    ("It rang at 7.10pm sharp.", "7.10pm", "2021-03-05T19:10"),
    ("They were highs not seen since the 1980s.", "the 1980s", "198"),
    ("He was jailed; he died the next day.", "the next day", None),
    ("His wife left that year.", "that year", None),
    ("It closed a few years ago.", "a few years ago", None),
]


@pytest.mark.parametrize(("text", "quote", "value"), VALUES)
def test_expression_has_span_and_value(text: str, quote: str, value: str | None) -> None:
    found = find_times(text)
    assert [(text[t.start : t.end], value_of(t, text, ANCHOR, " will " in text)) for t in found] == [
        (quote, value)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. May said he may march.",
        "It cost $2014.",
        "It cost \u00a32014.",
        "It sold 2,019 units.",
        "A sunny spring in her step.",
        "In all 2000 people protested.",
        "Resolution 1701 was passed.",
        "The train leaves at 1600 GMT.",
        "Rates that fall below zero hurt.",
        "He said that term limits help.",
        "It ended at the last minute.",
    ],
)
def test_common_words_and_sums_are_no_times(text: str) -> None:
    assert not [t for t in find_times(text) if t.kind != "season_year"]


KINDS = [
    ("Ministers met on Tuesday.", None, "unresolvable"),
    ("Ministers met on Tuesday.", ANCHOR, "resolvable"),
    ("PARIS, March 3, 2021 - Ministers met on Tuesday in the city.", None, "absolute"),
    ("Ministers met in 2019.", None, "absolute"),
    ("Ministers met for two hours.", ANCHOR, "none"),
    ("Ministers met.", ANCHOR, "none"),
]


@pytest.mark.parametrize(("text", "published", "kind"), KINDS)
def test_time_kind(text: str, published: date | None, kind: str) -> None:
    readings, _ = read_times(build_document(Article(text, published=published)))
    assert readings[0].kind == kind


def test_a_background_year_leaves_the_own_weekday_at_hand() -> None:
    text = "They met on Tuesday to revive talks that collapsed in 2012."
    (reading,), _ = read_times(build_document(Article(text, published=ANCHOR)))
    assert reading.kind == "absolute"
    assert reading.other is not None
    assert reading.other.kind == "resolvable"
    assert text[slice(reading.other.start, reading.other.end)] == "Tuesday"
    assert reading.expressions == ("weekday", "year")


def test_a_sentence_of_one_time_has_no_other() -> None:
    (reading,), _ = read_times(
        build_document(Article("They met on Tuesday and on Friday.", published=ANCHOR))
    )
    assert reading.kind == "resolvable"
    assert reading.other is None


def test_a_dateline_anchors_later_weekdays() -> None:
    document = build_document(Article("LYON, March 3, 2021 - The mayor spoke.\n\nShe left on Tuesday."))
    readings, anchor = read_times(document)
    assert anchor == date(2021, 3, 3)
    assert readings[-1].kind == "resolvable"
    assert readings[-1].value == "2021-03-02"


@pytest.mark.parametrize(
    "text",
    [
        "COVID-19 may not be seasonal.",
        "A man in his 40s was hurt.",
        "Temperatures stayed in the 80s.",
        "More than 2000 people were evacuated.",
        "It was built 2.5 years ago.",
    ],
)
def test_what_looks_like_a_date_but_is_none(text: str) -> None:
    readings, _ = read_times(build_document(Article(text, published=ANCHOR)))
    assert (readings[0].kind, readings[0].value) in (("none", None), ("resolvable", None))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The minister said on Monday that troops will leave the city.", "2021-03-01"),
        ("The game was called off on Monday due to rain.", "2021-03-01"),
        ("The chairman, who resigned last Monday, will be replaced.", "2021-03-01"),
        ("On Monday, the council will vote on the plan.", "2021-03-08"),
        ("On Monday, officials said they will vote.", "2021-03-01"),
        ("The council will vote on Monday.", "2021-03-08"),
        ("The mayor will not run again, he warned on Monday.", "2021-03-01"),
        ("The council is likely to vote on Monday.", "2021-03-08"),
    ],
)
def test_a_weekday_lies_where_its_verb_says(text: str, value: str) -> None:
    readings, _ = read_times(build_document(Article(text, published=ANCHOR)))
    assert readings[0].value == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("What we know about the Oct. 7, 2023 attack\n\nThe minister resigned on Tuesday.", None),
        ("The Sept. 11, 2001, attacks changed everything. Officials met on Tuesday.", None),
        ("GENEVA, March 3, 2022 (Reuters) - Talks began. They met on Tuesday.", date(2022, 3, 3)),
        ("By Jane Doe\n\nMarch 3, 2022\n\nTalks began in Geneva. They met on Tuesday.", date(2022, 3, 3)),
        ("Published on March 3, 2022 by the desk of the paper.\n\nThey met on Tuesday.", date(2022, 3, 3)),
    ],
)
def test_only_a_dateline_or_byline_dates_the_article(text: str, day: date | None) -> None:
    assert read_times(build_document(Article(text)))[1] == day


def test_many_decades_take_linear_time() -> None:
    def seconds(times: int) -> float:
        began = time.thread_time()
        find_times("the 80s and " * times)
        return time.thread_time() - began

    seconds(100)
    # Taken in turns, so that a processor that slows down for a while slows both.
    small, large = map(min, zip(*((seconds(1000), seconds(4000)) for _ in range(3)), strict=True))
    assert large < 8 * max(small, 0.01)


def test_years_before_the_calendar_have_no_value() -> None:
    text = "It froze 5000 years ago."
    assert [value_of(t, text, ANCHOR) for t in find_times(text)] == [None]


@pytest.mark.parametrize(
    "text",
    [
        "Officer Kevin May left.",
        "Simon March left.",
        "Jason May left.",
        "Robin March left.",
        "Black Friday sales fell.",
        "He told the Today programme so.",
    ],
)
def test_names_that_hold_a_time_are_none(text: str) -> None:
    assert find_times(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The trial was adjourned until Tuesday.", "2021-03-09"),
        ("The fair opens on Monday.", "2021-03-08"),
        ("He said that it would reopen in August.", "2021-08"),
        ("It reopened in August, he said.", "2020-08"),
        ("It was closed on Tuesday.", "2021-03-02"),
    ],
)
def test_what_is_to_come_lies_ahead(text: str, value: str) -> None:
    readings, _ = read_times(build_document(Article(text, published=ANCHOR)))
    assert readings[0].value == value
