"""Pairs of articles that can both be right, next to the pairs that can't: what each rule needs to speak up."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest

from detector import Analyzer, Article
from detector.corroboration import corroborate
from detector.corroboration.figures import FigureReader
from detector.data import load_toml
from detector.detectors.sourcing import SourcingDetector
from detector.types import SentenceSourcing, SourceAnchor, TimeAnchor

SKARVIK = " Trawler crews in the Skarvik basin had blamed Skarvik wardens for months."
QUAKE = " The Ostrava Minor earthquake shook Fennick province in the Calder valley."
PELLWORM = " The Pellworm pipeline permit case of Orsay Energy split Larchmont."
MAY_3, MAY_20 = date(2024, 5, 3), date(2024, 5, 20)
MET = "Norway and Canada met in Geneva over Skarvik cod quotas."

BOTH_RIGHT = {
    "hoped for, then reached": (
        "Norway and Canada hope for a deal on Skarvik cod quotas, the Norwegian foreign ministry said.",
        "Norway and Canada reached a deal on Skarvik cod quotas, the Norwegian foreign ministry said.",
        (date(2024, 5, 1), MAY_20),
    ),
    "a deal with another party": (
        "Norway and Canada reached a deal on Skarvik cod quotas.",
        "Norway hopes for a trade deal with Japan on Skarvik whale meat.",
    ),
    "a deal with a party that no list knows": (
        "Norway and Canada reached a deal on Skarvik cod quotas.",
        "Norway hopes for a Skarvik whale meat deal with the Faroe Islands.",
    ),
    "a denial of the deal of others": (
        "Norway and Canada reached a deal on Skarvik cod quotas.",
        "Norway denied that Norway and Japan had reached a deal on Skarvik cod quotas.",
    ),
    "two fires": (
        "The warehouse fire in Leeds left three people dead, the fire service said. A warehouse sprinkler had rusted.",
        "The warehouse fire in Hull left five people dead, the fire service said. A warehouse sprinkler had rusted.",
    ),
    "co-defendants": (
        "Tom Hall was convicted of the murder of Jane Pell in Larchmont. The Larchmont murder of Jane Pell shocked Pellworm.",
        "Rob Day was acquitted of the murder of Jane Pell in Larchmont. The Larchmont murder of Jane Pell shocked Pellworm.",
    ),
    "two plants": (
        "Tolland Castings will close the Harlow bearing plant in Westmere. Tolland Castings makes bearings.",
        "The Denby bearing plant in Eastmere of Tolland Castings will stay open. Tolland Castings makes bearings.",
    ),
    "a count that the other article has too": (
        "Tolland Castings will cut 240 jobs in Harlow when its Harlow bearing plant closes.",
        "Tolland Castings will cut 900 jobs worldwide, 240 of them in Harlow, where its Harlow bearing plant closes.",
    ),
    "a part of the injured": (
        "The Larchmont coach crash injured 14 people on the Pellworm road." + PELLWORM,
        "The Larchmont coach crash seriously injured three people on the Pellworm road." + PELLWORM,
    ),
    "two charges": (
        "Tom Hall was convicted of fraud in Larchmont. The Larchmont fraud and theft trial of Tom Hall shocked Pellworm.",
        "Tom Hall was acquitted of theft in Larchmont. The Larchmont fraud and theft trial of Tom Hall shocked Pellworm.",
    ),
    "two chambers": (
        "The Senate approved the Pellworm farm subsidy bill." + PELLWORM,
        "The House rejected the Pellworm farm subsidy bill." + PELLWORM,
    ),
    "two courts": (
        "A district judge upheld the Pellworm pipeline permit." + PELLWORM,
        "The appeals court struck down the Pellworm pipeline permit." + PELLWORM,
    ),
    "a ruling and its reversal weeks later": (
        "The court upheld the Pellworm pipeline permit of Orsay Energy." + PELLWORM,
        "The court struck down the Pellworm pipeline permit of Orsay Energy." + PELLWORM,
        (MAY_3, MAY_20),
    ),
    "a meeting that never was": (
        "Norway and Canada have never met over Skarvik cod quotas.",
        "Norway and Canada will meet over Skarvik cod quotas.",
    ),
    "a denied meeting": (
        "Norway denied that Norway and Canada met over Skarvik cod quotas.",
        "Norway and Canada will meet over Skarvik cod quotas.",
    ),
    "called off here, held there": (
        "Norway and Canada called off talks in Vienna over Skarvik cod quotas and met in Geneva.",
        MET,
    ),
    "not met till now": ("Norway and Canada had not met since March over Skarvik cod quotas.", MET),
    "not met elsewhere": ("Norway and Canada did not meet in Vienna over Skarvik cod quotas.", MET),
    "a denial denied": ("Norway never denied that Norway and Canada met over Skarvik cod quotas.", MET),
    "another negation nearby": (
        "Norway and Canada met in Geneva to discuss the postponed vote on Skarvik cod quotas.",
        MET,
    ),
    "no word on the meeting": ("Norway and Canada did not confirm the meeting on Skarvik cod quotas.", MET),
    "called off, then held": ("Talks between Norway and Canada over Skarvik cod quotas were called off.", MET, (MAY_3, MAY_20)),
    "the next round elsewhere": (MET, "Norway and Canada will meet in Vienna in June over Skarvik cod quotas.", (MAY_3, MAY_3)),
    "the next round at its own time": (MET, "Norway and Canada will meet in June over Skarvik cod quotas.", (MAY_3, MAY_3)),
    "Brussels is in Belgium": (
        "Norway and Canada met in Brussels over Skarvik cod quotas.",
        "Norway and Canada met in Belgium over Skarvik cod quotas.",
    ),
    "jobs cut and jobs supported": (
        "Tolland Castings will cut 120 jobs at the Harlow bearing plant. Tolland Castings makes Harlow bearings.",
        "Tolland Castings supports 900 jobs at the Harlow bearing plant. Tolland Castings makes Harlow bearings.",
    ),
    "workers laid off and employed": (
        "Tolland Castings laid off 120 workers at the Harlow bearing plant. Tolland Castings makes Harlow bearings.",
        "Tolland Castings has 410 workers at the Harlow bearing plant. Tolland Castings makes Harlow bearings.",
    ),
    "workers killed and employed": (
        "Two workers died at the Harlow bearing plant of Tolland Castings. Tolland Castings makes Harlow bearings.",
        "The Harlow bearing plant of Tolland Castings has 410 workers. Tolland Castings makes Harlow bearings.",
    ),
    "a plant and its owner": (
        "The Harlow bearing plant of Tolland Castings employs 410 workers. Tolland Castings makes Harlow bearings.",
        "Tolland Castings, a bearing maker, employs 5,000 workers. Tolland Castings makes Harlow bearings.",
    ),
    "the dead of a town and of a province": (
        "The Fennick earthquake killed 14 people in Ostrava Minor." + QUAKE,
        "The Fennick earthquake killed 62 people." + QUAKE,
    ),
    "tolls by dateline": (
        "OSTRAVA MINOR, March 3, 2024 (AP) - The earthquake in Fennick left 14 people dead." + QUAKE,
        "OSTRAVA MINOR, March 5, 2024 (AP) - The earthquake in Fennick left 62 people dead." + QUAKE,
    ),
    "another earthquake, of a year": (
        "The 1962 Fennick earthquake left 14 people dead in Ostrava Minor." + QUAKE,
        "The Fennick earthquake left 62 people dead in Ostrava Minor." + QUAKE,
    ),
    "two days of talks": (
        "Norway and Canada met in Geneva on 1 May 2024 on the first day of Skarvik cod talks.",
        "Norway and Canada met in Geneva on 2 May 2024 over Skarvik cod quotas.",
        (MAY_3, MAY_3),
    ),
    "a report of another day than the meeting": (
        "Norway and Canada met in Geneva over Skarvik cod quotas, ministers said on 3 May 2024.",
        "Norway and Canada met in Geneva on 1 May 2024 over Skarvik cod quotas.",
        (MAY_3, MAY_3),
    ),
    "two meetings": (
        "Norway and Canada met in Geneva on 1 May 2024 over Skarvik cod quotas. Norway and Canada met on 3 May 2024.",
        "Norway and Canada met in Geneva on 3 May 2024 over Skarvik cod quotas.",
        (MAY_3, MAY_3),
    ),
}  # fmt: skip
ONE_WRONG = {
    "no deal": (
        "Norway and Canada reached a deal on Skarvik cod quotas.",
        "Norway and Canada failed to reach a deal on Skarvik cod quotas.",
        "agreement",
    ),
    "did not meet": ("Norway and Canada did not meet in Geneva over Skarvik cod quotas.", MET, "status"),
    "called off": (
        "Talks between Norway and Canada in Geneva over Skarvik cod quotas were called off.",
        MET,
        "status",
    ),
    "when they met": (
        "Norway and Canada met in Geneva on 3 May 2024 over Skarvik cod quotas.",
        "Norway and Canada met in Geneva on 1 May 2024 over Skarvik cod quotas.",
        "day",
    ),
    "spelled out": (
        "Fifteen people were killed in the Fennick earthquake in Ostrava Minor." + QUAKE,
        "Twenty people were killed in the Fennick earthquake in Ostrava Minor." + QUAKE,
        "number",
    ),
    "the second sentence of two": (
        "A ferry off Brandsund left two people dead. The Fennick earthquake left 14 people dead." + QUAKE,
        "The Fennick earthquake left 62 people dead." + QUAKE,
        "number",
    ),
    "jobs cut": (
        "Tolland Castings will cut 120 jobs at the Harlow bearing plant. Tolland Castings makes Harlow bearings.",
        "Tolland Castings is cutting 95 jobs at the Harlow bearing plant. Tolland Castings makes Harlow bearings.",
        "number",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


def compare(analyzer, left, right, days=(None, None)):
    # The shared sentence makes one event of the talks' pairs, which are short.
    texts = [text if "earthquake" in text else text + SKARVIK for text in (left, right)]
    articles = [
        Article(text=text, id=str(i), published=day)
        for i, (text, day) in enumerate(zip(texts, days, strict=True))
    ]
    result = corroborate(list(analyzer.analyze_many(articles)))
    assert [event.articles for event in result.events] == [(0, 1)]
    return result.contradictions


@pytest.mark.parametrize("name", BOTH_RIGHT)
def test_articles_that_can_both_be_right_have_no_conflict(analyzer, name):
    left, right, *days = BOTH_RIGHT[name]
    for pair in ((left, right), (right, left)):
        found = compare(analyzer, *pair, *(d if pair[0] == left else d[::-1] for d in days))
        assert [c.sentence for c in found] == []


@pytest.mark.parametrize("name", ONE_WRONG)
def test_articles_of_one_day_that_disagree_conflict(analyzer, name):
    left, right, kind = ONE_WRONG[name]
    assert [c.kind for c in compare(analyzer, left, right, (MAY_3, MAY_3))] == [kind]


COUNTS = {
    "Roughly 60 people were killed.": None,
    "Close to 60 people were killed.": None,
    "The quake left under 60 people dead.": None,
    "No fewer than 60 people were killed.": None,
    "The quake killed 60 people or more.": None,
    "A hundred people were killed.": None,
    "Ten to twelve people were killed.": None,
    "Police denied that 14 people were killed.": None,
    "On May 4 200 people were killed.": None,
    "The quake killed 14 soldiers.": None,
    "She was killed 14 years ago.": None,
    "One hundred and two people were killed.": 102,
    "A hundred and two people were killed.": 102,
    "Twenty two people were killed.": 22,
    "Three thousand, two hundred and five people died.": 3205,
    "The quake left 1 200 people dead.": 1200,
    "The quake left 1,200 people dead.": 1200,
    "The quake killed 14 people.": 14,
    "A wall fell, killing 14.": 14,
    "The death toll stands at 14.": 14,
    "Fifteen people were killed.": 15,
}


@pytest.mark.parametrize("text", COUNTS)
def test_counts_are_read_and_bounds_are_not(text):
    counts = FigureReader(load_toml("corroboration.toml")).counts(text)
    assert {noun: count for noun, count, _ in counts}.get("people killed") == COUNTS[text]


SUPPORTED = {
    "another toll": (
        "The earthquake left 14 people dead in Ostrava Minor on 4 May 2024.",
        "The mayor said the earthquake left 62 people dead in Ostrava Minor on 4 May 2024.",
        False,
    ),
    "another cost": (
        "The Brandsund bridge, built in 1962, cost 14 million kroner.",
        "The Brandsund bridge, built in 1962, cost 95 million kroner, the mayor said.",
        False,
    ),
    "one figure of two": (
        "The Brandsund bridge cost 14 million kroner and took 30 months.",
        "The Brandsund bridge cost 14 million kroner and took 90 months, the mayor said.",
        False,
    ),
    "never": (
        "The Brandsund sluice gates were opened on 4 May 2024.",
        "The Brandsund sluice gates were never opened on 4 May 2024, the mayor said.",
        False,
    ),
    "the opposite": (
        "The court upheld the Pellworm pipeline permit of Orsay Energy.",
        "The court struck down the Pellworm pipeline permit of Orsay Energy, the clerk said.",
        False,
    ),
    "the same toll": (
        "The earthquake left 14 people dead in Ostrava Minor on 4 May 2024.",
        "The mayor said the earthquake left fourteen people dead in Ostrava Minor.",
        True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SUPPORTED)
def test_a_claim_is_not_supported_by_what_contradicts_it(analyzer, name):
    claim, support, expected = SUPPORTED[name]
    unsupported = SentenceSourcing("claim", 1.0, unsupported=True)
    standing = SentenceSourcing("claim", 1.0, SourceAnchor("named"), TimeAnchor("absolute"))
    reports = [
        replace(report, sentences=tuple(replace(s, sourcing=sourcing) for s in report.sentences))
        for report, sourcing in zip(
            analyzer.analyze_many([claim, support]), (unsupported, standing), strict=True
        )
    ]
    found = [s for event in corroborate(reports).events for s in event.supports]
    assert [(s.claim.text, s.by.text) for s in found] == [(claim, support)] * expected


def _talks(times):
    two, three = "Norway and Canada met in Geneva. ", "Norway, Canada and Japan met in Geneva. "
    return [two * times + three, three + two * times]


def _one_sentence(times):
    return [("Norway and Canada met and " * times + "ate." + SKARVIK)] * 2


def _tolls(times):
    return ["".join(f"The Skarvik quake left {i} people dead. " for i in range(times))] * 2


@pytest.mark.slow
@pytest.mark.parametrize("texts", [_talks, _one_sentence, _tolls])
def test_time_grows_about_linearly_with_an_article_that_repeats_itself(texts):
    rules = Analyzer(detectors=[SourcingDetector(use_model=False)])

    def seconds(times):
        reports = list(rules.analyze_many(texts(times)))
        start = time.thread_time()
        corroborate(reports)
        return time.thread_time() - start

    seconds(2)
    # Up to three times in turns: a processor that slows down for a while is no quadratic comparison.
    assert any(seconds(1600) < 3.5 * max(seconds(800), 0.2) for _ in range(3))
