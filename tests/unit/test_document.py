"""The document: normalised view, blocks, sentences, tokens, language."""

import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest

from detector.document import build_document, language, normalise
from detector.document.blocks import Block, find_blocks
from detector.document.language import Language, identify
from detector.document.sentences import split_sentences
from detector.types import Article


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("“Quoted” ‘text’ — it’s…", "\"Quoted\" 'text' - it's..."),
        ("a\r\nb\rc\u2028d\u2029e\x0cf\x85g", "a\nb\nc\nd\ne\nf\ng"),
        ("5\u00a0000\u202fkm", "5 000 km"),
        ("cell\tcell", "cell\tcell"),
        ("ﬁne ½ ﷺ", "fine 1⁄2 صلى الله عليه وسلم"),
        ("cafe\u0301 noe\u0308l", "café noël"),
        ("min\u200bis\u2060ter", "minister"),
        ("so\u00adft", "soft"),
        ("Pаris аnd Mоscow", "Paris and Moscow"),
        ("𝐁reaking", "Breaking"),
        ("Путин and Ελλάδα", "Путин and Ελλάδα"),
        ("Kılıçdaroğlu, Diyarbakır", "Kılıçdaroğlu, Diyarbakır"),
        ("a\ud800b", "a\ufffdb"),
        ("\ufeffText", "Text"),
        ("anti-αCD20 αvβ3 in Αmerica", "anti-αCD20 αvβ3 in America"),
        ("\U0001d6c2ma\U0001d6d2k\u03b5t", "amapk\u03b5t"),
        ("one\u2800two\u3164three\uffa0four", "one two three four"),
        ("mini\ufffcster", "minister"),
        ("m\u0336i\u0336nister e\u0301\u0336 1\ufe0f\u20e3", "minister \u00e9 1\u20e3"),
        ("m\u200b\u0336i\u20dd р\u0336ort", "mi port"),
        ("\u0915\u094d\u0937 \u0443\u0301", "\u0915\u094d\u0937 \u0443\u0301"),
    ],
)
def test_the_view(raw, text):
    assert normalise(raw).text == text


def test_spans_map_back_over_expansion_and_deletion():
    raw = "x ﷺ e\u0301 min\u200bister … end"
    view = normalise(raw)
    for word, source in [
        ("صلى", "ﷺ"),
        ("é", "e\u0301"),
        ("minister", "min\u200bister"),
        ("...", "…"),
        ("end", "end"),
    ]:
        start = view.text.index(word)
        span = view.to_raw(start, start + len(word))
        assert raw[span.start : span.end] == source
    with pytest.raises(ValueError, match="outside"):
        view.to_raw(0, len(view.text) + 1)


WRAPPED = """\
    The harbour of Oldport was closed on Friday after a storm that
tore two cranes from their rails, the port director said, and the
ferry company sent its ships to Newport, an hour to the north.

    It expects the harbour to open again by Monday, when divers who
came from the capital have cleared the fairway of what the wind had
thrown into it.
"""


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Harbour closed after storm\nA storm came.", ["heading", "paragraph"]),
        ("# Storm\n\n## What now?\n", ["heading", "heading"]),
        ("- one\n* two\n• three\n1. four\n(5) five\n12) six", ["list_item"] * 6),
        ("| a | b |\n|---|---|\n| c | d |", ["table_row"] * 3),
        ("Team\tWins\tLosses\nOldport\t3\t1", ["table_row"] * 2),
        ("a | b | c\n", ["table_row"]),
        ("x\t" + "Long prose with a stray tab. " * 4, ["paragraph"]),
        ("Oldport | 25°C (windy)\n", ["heading"]),
        (
            "| Oslo | The talks were held on Monday at the palace in the old town. Few came. | 5 |",
            ["paragraph"],
        ),
        (
            "He said | to us | that the harbour would not be open before Monday, when the tide is high.",
            ["paragraph"],
        ),
        (
            "| Oslo | Directorate of fisheries, harbours and the coastal waters of the north | 5 |",
            ["table_row"],
        ),
        ("He said it would rain on Monday in the north.[1]", ["paragraph"]),
        ('He said it would rain on Monday in the north."[1][23]', ["paragraph"]),
        ("He added, \"They said, 'We are done here.' \"", ["paragraph"]),
        ('"We will not go."\n', ["paragraph"]),
        ("lower case line\n", ["paragraph"]),
        ("5 dead in storm", ["heading"]),
        ("\n \n\t\n", []),
        ("-5 degrees at noon.", ["paragraph"]),
        (WRAPPED, ["paragraph", "paragraph"]),
    ],
)
def test_blocks(text, kinds):
    assert [block.kind for block in find_blocks(text)] == kinds


PROSE = [
    "The harbour of Oldport was closed on Friday after a storm that tore two cranes from their rails there.",
    "The ferry company sent its ships to Newport, an hour to the north, and said that it would wait for news.",
    "Divers who came from the capital have cleared the fairway of what the wind had thrown into it overnight.",
    "The mayor, Ann Roe, said that the town would pay for the repairs and ask the ministry for help in May.",
    "Nobody was hurt, the fire service said, although a watchman had to be carried down from his hut by rope.",
    "The insurers will send two men to look at the cranes, which were built in 1962 and mended twice since.",
    "It expects the harbour to open again by Monday, when the tide will be high enough for the largest ships.",
]


@pytest.mark.parametrize("indent", ["", "    "])
@pytest.mark.parametrize(
    ("width", "paragraphs"), [(60, 7), (65, 7), (72, 7), (72, 2), (100, 2), (120, 2), (130, 1)]
)
def test_hard_wrapped_paragraphs_are_read_as_they_were(width, paragraphs, indent):
    size = -(-len(PROSE) // paragraphs)
    parts = [" ".join(PROSE[i : i + size]) for i in range(0, len(PROSE), size)]
    text = "\n\n".join(textwrap.fill(part, width, initial_indent=indent) for part in parts)
    document = build_document(Article(text))
    assert len(document.blocks) == paragraphs
    assert [" ".join(sentence.text.split()) for sentence in document.sentences] == PROSE


VERSE = """\
the sea was wide, and in the morning light it shone
like glass upon the table of a king, and all
the ships that came from somewhere in the south went by
without a word, as if they had forgotten how
to speak to us who stood along the wall and waved
and waved until the evening took the harbour and the town
away from us, and there was nothing left to see but dark"""
ADDRESS = """\
The Harbour Office of the Port of Oldport and District
room 5, second floor, the Old Customs House, Quay Street
Oldport
phone 555 1234"""
SHOPPING = """\
bread and butter from the shop at the corner of the road
milk
eggs, a dozen of them if they have any left by the evening
flour for the cake"""
HEADLINES = """\
Storm closes the harbour of Oldport and tears down two cranes
Ferry company sends its ships to Newport until the port opens
Mayor says the town will pay for repairs and ask for some help
Divers from the capital clear the fairway of what the wind left"""


@pytest.mark.parametrize("lines", [VERSE, VERSE.title(), ADDRESS, SHOPPING, HEADLINES])
def test_lines_that_no_wrap_broke_stay_lines(lines):
    assert len(find_blocks(lines)) == lines.count("\n") + 1
    among_prose = "\n\n".join([*PROSE, lines])
    assert len(find_blocks(among_prose)) == len(PROSE) + lines.count("\n") + 1


def test_blocks_with_page_breaks_and_line_separators():
    document = build_document(Article("Storm hits\x0cIt rained.\r\n\r\n\u2022\u00a0One\u2028| a | b |"))
    assert [block.kind for block in document.blocks] == ["heading", "paragraph", "list_item", "table_row"]


def _sentences(text: str, kind: str = "paragraph") -> list[str]:
    return [text[a:b] for a, b in split_sentences(text, Block(kind, 0, len(text), 0))]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. Hale met Sen. Ortiz and Gov. Lindqvist.", "They spoke for an hour."],
        ["He moved to the U.S.", "The visa took a year."],
        ["The U.S. Senate voted at 9 p.m. Tuesday.", "It was close."],
        ["J. K. Marsh and George W. Teller wrote it.", "It ran to 90 pages."],
        ["Growth was 2.5 percent, up from 1.9.", "Exports fell by $3.2 billion."],
        ['"Why now?" he asked.', '"Because we can!" Orlov shouted back.'],
        ['"It is over."', 'The mayor agreed: "It is."'],
        ["We waited...", "Then the lights went out."],
        ["It was ... odd, he said.", "Nobody laughed."],
        ["Norvik Inc. hired her on Oct. 12.", "No. 4 was dropped."],
        ["Nobody came.", "iPhone sales fell."],
        ["The mass.", "The other mass."],
        ["He said so (twice.)", "She did not."],
        ["Talks resume in Geneva"],
        ["今日は雨。", "明日も雨。"],
        ["It was in a filing with the SEC.", "The agency declined to comment."],
        ["He told the FT.", "A banker at the VA.", "I asked.", "She lived with MS.", "The disease is slow."],
        ["She flew to LA.", "Residents fled.", "She works for the VA.", "Veterans wait."],
        ["It was in PA.", "Governor Shapiro spoke."],
        ["It rose 20 ft.", "Officials fled the 30-ft.", "Waves took 60 sec.", "The crowd cheered."],
        ["He is a sales rep.", "She is a nurse."],
        ["MR. SMITH GOES TO ST. LOUIS WITH SEN. ROE"],
        ["Drake ft. Rihanna met gov. Roe and Gen. (ret.) Ann Roe.", "They sang."],
        ["Army Spc. John Roe and Pfc. Jane Doe met the Rt. Rev. John Roe.", "They sat.", "Jan left."],
        ["Cpt. Noor and Pte. Will Roe left.", "Secy. Day and Fmr. Gov. Roe stayed."],
        ["Cllr. Ann Hall, Msgr. Luke Day, Drs. Ann Roe and Bo Day, and Gens. Roe and Day came."],
        ["Dist. Atty. Gascon, a.k.a. The Base, and Asst. Prof. Roe paid Rs. 500 on Sat. Jan. 5."],
        ["Acme Sdn. Bhd. Holdings bought Roe Pte. Ltd. Holdings and Day Pty. Ltd. Holdings."],
        ["He said, \"She said 'yes.' \"", "They left the house at once."],
        ["He said, \"She said 'yes.' \"[1]", "They left the house at once."],
        ["He said, 'yes.'", '"They left," she said.'],
        ["It was good.[1]", "Then bad.[2][13]", "Then it ended."],
        ["He said [in 2019.]", "[1] Then it ended."],
    ],
)
def test_sentences(sentences):
    glue = "" if "。" in sentences[0] else " "
    assert _sentences(glue.join(sentences)) == sentences


def test_a_lost_space_does_not_hide_a_sentence_end():
    assert _sentences("They signed the truce.The talks go on.") == [
        "They signed the truce.",
        "The talks go on.",
    ]
    assert _sentences("See example.com or Node.Js now.") == ["See example.com or Node.Js now."]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_a_closing_quote_set_apart_belongs_to_its_sentence(space):
    document = build_document(Article(f"He said, “She said ‘yes.’{space}” They left the house at once."))
    assert [sentence.text for sentence in document.sentences] == [
        "He said, \"She said 'yes.' \"",
        "They left the house at once.",
    ]


def test_headings_and_rows_are_one_sentence():
    assert _sentences("Storm hits. Harbour closed", "heading") == ["Storm hits. Harbour closed"]


def test_tokens_lie_within_their_sentences():
    document = build_document(Article("It rained. The mayor's e-mail cost $1,000.\n\nMore."))
    assert [t.text for t in document.sentence_tokens(document.sentences[1])] == [
        "The",
        "mayor's",
        "e-mail",
        "cost",
        "$",
        "1,000",
        ".",
    ]
    assert document.words == 8


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "The minister said on Monday that the talks would go on until the end of the week."),
        ("de", "Der Minister sagte am Montag, dass die Gespräche bis zum Ende der Woche weitergehen."),
        (
            "fr",
            "Le ministre a déclaré lundi que les discussions se poursuivraient jusqu'à la fin de la semaine.",
        ),
        ("es", "El ministro dijo el lunes que las conversaciones seguirían hasta el final de la semana."),
        ("pt", "O ministro disse na segunda-feira que as conversações continuariam até ao fim da semana."),
        ("ru", "Министр заявил в понедельник, что переговоры продолжатся до конца недели."),
        ("uk", "Міністр заявив у понеділок, що переговори триватимуть до кінця тижня."),
        (
            "zh",
            "部长星期一表示，会谈将持续到本周末，各方都表示愿意继续谈判。市长说，港口将在风暴过后重新开放，渡轮公司已经把船只派往北方的另一个城市。",
        ),
        ("ar", "قال الوزير يوم الاثنين إن المحادثات ستستمر حتى نهاية الأسبوع."),
        ("el", "Ο υπουργός δήλωσε τη Δευτέρα ότι οι συνομιλίες θα συνεχιστούν έως το τέλος της εβδομάδας."),
    ],
)
def test_language(code, text):
    found = identify(text)
    assert found.code == code
    assert found.reliable


@pytest.mark.parametrize("text", ["", "   ", "12:30 - 14:45", "Oslo", "😀😀😀😀"])
def test_a_text_too_short_for_a_language(text):
    assert identify(text) == Language("und", 0.0)
    assert not identify(text).reliable


def test_language_is_the_same_in_threads():
    texts = ["The talks went on in the city for days.", "Die Gespräche dauerten in der Stadt tagelang."] * 20
    alone = [identify(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(identify, texts)) == alone


def test_the_model_read_at_once_is_the_one_that_the_library_reads(monkeypatch):
    def refuse(path):
        raise KeyError("another layout")

    at_once = language._identifier()
    monkeypatch.setattr(language, "_read_at_once", refuse)
    by_library = language._identifier()
    assert (at_once.nb_ptc == by_library.nb_ptc).all()
    assert at_once.nb_classes == by_library.nb_classes
    assert list(at_once.tk_nextmove) == list(by_library.tk_nextmove)
    for text in ("The mayor opened the bridge.", "Le maire a inauguré le pont.", "Most otwarto we wtorek."):
        assert at_once.classify(text) == by_library.classify(text)


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("The merger of Comcast\u2014Conal asks", "The merger of Comcast - Conal asks"),
        ("\u201cNo\u201d\u2014he said\u2014\u201cyes\u201d.", '"No" - he said - "yes".'),
        ("in 2018\u2014when it cost\u2014$5", "in 2018 - when it cost - $5"),
        ("the war of 1914\u201418", "the war of 1914-18"),
        ("\u201cI was\u2014\u201d he said", '"I was-" he said'),
        ("\u2014Reuters", "-Reuters"),
        ("the U.S.\u2013China talks", "the U.S.-China talks"),
    ],
)
def test_a_long_dash_sets_words_apart_and_keeps_ranges_together(raw, seen):
    view = normalise(raw)
    assert view.text == seen
    for word in ("Conal", "yes", "when", "Reuters", "China"):
        if word in seen:
            span = view.to_raw(seen.index(word), seen.index(word) + len(word))
            assert raw[span.start : span.end] == word
