"""The integrity detector: what is reported, what is not, and how much of it."""

import pytest

from detector.detectors.integrity import IntegrityDetector
from detector.document import build_document
from detector.rules import catalogue
from detector.types import Article


def detect(raw: str):
    return IntegrityDetector().detect([build_document(Article(raw))])[0]


@pytest.mark.parametrize(
    ("raw", "hidden", "homoglyphs", "flags"),
    [
        ("The mini\u200bster resigned.", 1, 0, [("INT001", "mini\u200bster")]),
        ("The m\u2060i\u2060nister resigned.", 2, 0, [("INT001", "m\u2060i\u2060nister")]),
        ("The mini\u200b\u200bster.", 2, 0, [("INT001", "mini\u200b\u200bster")]),
        ("He resigned.\u200b It rained.", 1, 0, [("INT002", "\u200b")]),
        ("He resigned\u200e. It rained.", 1, 0, [("INT002", "\u200e")]),
        ("A bell \x07 rang.", 1, 0, [("INT002", "\x07")]),
        ("Paid to \u202emoc.knab\u202c now.", 2, 0, [("INT003", "\u202emoc.knab\u202c")]),
        ("The mini\u200fster re\u061csigned.", 2, 0, [("INT001", "mini\u200fster re\u061csigned")]),
        (
            "Paid to \u2067moc.knab\u2069\u200f now.",
            3,
            0,
            [("INT003", "\u2067moc.knab\u2069"), ("INT002", "\u200f")],
        ),
        (
            "Paid to \u202bmoc.knab\u202c\u200f now.",
            3,
            0,
            [("INT003", "\u202bmoc.knab\u202c"), ("INT002", "\u200f")],
        ),
        ("The m\u0336i\u0336n\u0336ister.", 3, 0, [("INT001", "m\u0336i\u0336n\u0336ister")]),
        ("The mini\u0332\u0316\u0334ster.", 3, 0, [("INT001", "mini\u0332\u0316\u0334ster")]),
        ("The\u2800minister\u3164resigned.", 2, 0, [("INT001", "The\u2800minister\u3164resigned")]),
        ("The mini\ufffcster.", 1, 0, [("INT001", "mini\ufffcster")]),
        ("The min\U0001d6cast\u0d20r.", 0, 2, [("INT004", "min\U0001d6cast\u0d20r")]),
        ("The р\x07rеsident.", 1, 2, [("INT001", "р\x07rеsident"), ("INT004", "р\x07rеsident")]),
        ("in \u202a#\u200eOldport which", 2, 0, [("INT002", "\u202a#\u200e")]),
        ("The prеsidеnt of Frаnce", 0, 3, [("INT004", "prеsidеnt of Frаnce")]),
        ("The prеsident had а plan.", 0, 2, [("INT004", "prеsident had а")]),
        (
            "The p\u200bр\u200br\u200bе\u200bsident",
            4,
            2,
            [
                ("INT001", "p\u200bр\u200br\u200bе\u200bsident"),
                ("INT004", "p\u200bр\u200br\u200bе\u200bsident"),
            ],
        ),
        ("Talks\U000e0068\U000e0069 went on.", 2, 0, [("INT005", "\U000e0068\U000e0069")]),
        ("Talks\U000e0121\U000e0122 went on.", 2, 0, [("INT005", "\U000e0121\U000e0122")]),
        ("t\u00adh\u00ade", 2, 0, [("INT001", "t\u00adh\u00ade")]),
        ("one\u200btwo\nthree\u200bfour", 2, 0, [("INT001", "one\u200btwo"), ("INT001", "three\u200bfour")]),
    ],
)
def test_what_is_reported(raw, hidden, homoglyphs, flags):
    found = detect(raw)
    assert found.signals == {"integrity": {"hidden_characters": hidden, "homoglyphs": homoglyphs}}
    quoted = [(flag.rule, raw[flag.span.start : flag.span.end]) for flag in found.flags]
    assert [rule for rule, _ in quoted] == [rule for rule, _ in flags]
    assert [quote for rule, quote in quoted if rule != "INT001" and rule != "INT004"] == [
        quote for rule, quote in flags if rule != "INT001" and rule != "INT004"
    ]
    for (_, quote), (_, expected) in zip(quoted, flags, strict=True):
        assert expected in quote


@pytest.mark.parametrize(
    "raw",
    [
        "“Curly” quotes — and dashes… it’s all fine.",
        "\ufeffA byte-order mark opens the file.",
        "One file.\n\ufeffAnother, appended.",
        "Typeset with inter\u00adnational hyphens, \u00adand stray\u00ad ones.",
        "A family 👨\u200d👩\u200d👧 and a flag 🏳\ufe0f\u200d🌈 and a heart ❤\ufe0f.",
        "Skin tones 👩🏽\u200d🚀 and keycaps 1\ufe0f\u20e3.",
        "Scotland 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f won.",
        "President Владимир Путин met Κυριάκος Μητσοτάκης.",
        "The СССР was the Soviet Union.",
        "Kılıçdaroğlu lost in Diyarbakır; Şırnak voted.",
        "می\u200cخواهم به خانه بروم",
        "हिन्दी में क्\u200dष लिखा है",
        "The mayor of تل أبيب\u200f spoke, \u2067שלום\u2069 he said.",
        "10 µm of 5 kΩ, β-carotene, Δt",
        "5\u00a0000\u202fkm\u2009away",
        "Café naïve Zürich Ångström São Tomé",
        "葛\U000e0100飾区",
        "\ufffc A picture stood here.\n\ufffc\nAnd here.\ufffc",
        "\u2813\u2800\u2813 is Braille, \u3131\u3164 Korean.",
        "Ọ̀rọ̀ àti ẹ̀kọ́ in Yoruba, g̃uarani and x̄.",
        "The 1980s, G20, 500m, C0 and a lone n0w.",
        "Aydın, Yıldız, Kadın and Altın; Diyarbakır and Işık.",
    ],
)
def test_what_is_ordinary(raw):
    found = detect(raw)
    assert found.flags == ()
    assert found.signals == {"integrity": {"hidden_characters": 0, "homoglyphs": 0}}


def test_many_hits_give_few_flags_and_exact_counts():
    raw = "wo\u200brd here, and much more text besides.\n" * 500
    found = detect(raw)
    assert found.signals["integrity"]["hidden_characters"] == 500
    assert len(found.flags) == 50
    assert "450 more in 450 further places" in found.flags[-1].message


def test_a_long_run_of_hits_is_cut_into_readable_flags():
    found = detect("a\u200bb " * 1_000)
    assert all(len(flag.span) <= 300 for flag in found.flags)
    assert "INT001" in found.flags[0].rule


@pytest.mark.parametrize("code", [code for code in catalogue() if code.startswith("INT")])
def test_each_rule_fires_on_its_example(code):
    assert [flag.rule for flag in detect(catalogue()[code].example).flags] == [code]


def test_a_batch_gives_what_singles_give():
    raws = ["The mini\u200bster.", "", "Plain text.", "Frаnce"]
    documents = [build_document(Article(raw)) for raw in raws]
    assert IntegrityDetector().detect(documents) == [detect(raw) for raw in raws]


@pytest.mark.parametrize(
    "text",
    [
        "The study counted γδT cells and γH2AX marks. Levels of αSyn rose.",
        "Anti-αCD20 drugs and αvβ3 blockers failed in αβT cells, αIIbβ3 and Vγ9Vδ2.",
        "RORγt and ΔNp63α fell.",
        "TNF\u03b1 and IFN\u03b3 and NF\u03baB rose in patients.",
        "Kab\u0269y\u025b is spoken in Togo, and /\u0261\u026ff/ is how it sounds.",
        "\u1797\u17b6\u179f\u17b6\u200b\u1781\u17d2\u1798\u17c2\u179a",
        "\u2139\ufe0f Note: the office is closed.",
    ],
)
def test_science_living_alphabets_and_signs_are_ordinary(text):
    assert detect(text).flags == ()


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("Bοstοn", 2),
        ("NATο", 1),
        ("οNE", 1),
        ("Αmerica", 1),
        ("Τalks", 1),
        ("αmerica", 1),
        ("αMERICA", 1),
        ("mαrkεt", 1),
        ("prεsιdεnt", 1),
        ("Αβle", 1),
    ],
)
def test_greek_letters_in_ordinary_words_are_not_science(word, count):
    assert detect(f"The {word} rose.").signals["integrity"]["homoglyphs"] == count


def test_marks_of_windows_read_as_latin_1_are_read_as_what_they_are():
    document = build_document(Article("It\x92s over \x96 \x93don\x92t\x94 panic."))
    assert document.text == "It's over - \"don't\" panic."
    assert IntegrityDetector().detect([document])[0].flags == ()


SENTENCE = "The minister said on Monday that going to the old port again would cost the large town too much."


@pytest.mark.parametrize(
    ("letter", "other"),
    [
        *(("a", char) for char in "\u0251\u0430\U0001d6c2"),
        *(("g", char) for char in "\u0261\u0262\u0581"),
        *(("i", char) for char in "\u0131\u0269\u026a\ua647"),
        *(("o", char) for char in "0\u2c9f\u101d\u1040\u0d20\u0ed0\u10ff\u0be6"),
        *(("l", char) for char in "\u01c0\u217c\U00010309"),
        ("e", "\u1d07"),
        ("m", "\u1d0d"),
        ("T", "\ua4d4"),
        ("M", "\ua4df"),
        ("y", "\u04af"),
    ],
)
def test_look_alikes_are_read_as_the_letter_and_counted(letter, other):
    raw = SENTENCE.replace(letter, other)
    document = build_document(Article(raw))
    assert document.text == SENTENCE
    assert detect(raw).signals["integrity"]["homoglyphs"] == SENTENCE.count(letter)
    start = document.text.index("again")
    span = document.view.to_raw(start, start + 5)
    assert raw[span.start : span.end] == "again".replace(letter, other)


@pytest.mark.parametrize(
    "text",
    [
        "b\u026a\u0261 and s\u026at, l\u026av\u026a\u014b, k\u026a\u014b, \u0283\u026ap, \u03b8\u026a\u014bk, f\u026an\u026a\u0283 in phonetics.",
        "Kabiye: m\u0269y\u025b, t\u0269na\u0263, p\u0269l\u0269\u014ba.",
        "alt\u0131n, kad\u0131n, s\u0131n\u0131r, k\u0131z, bal\u0131k and art\u0131 in Turkish.",
    ],
)
def test_doubtful_letters_of_languages_and_phonetics_stay(text):
    assert build_document(Article(text)).text == text
    assert detect(text).signals["integrity"]["homoglyphs"] == 0


def test_what_is_said_of_marks_and_of_invisible_characters():
    assert "marks over letters" in detect("m\u0336i\u0336n\u0336ister").flags[0].message
    assert "invisible characters inside words" in detect("m\u180fi\u180fnister").flags[0].message
