"""Reading text, HTML, Markdown, JSON and JSON lines."""

import io
import json
import os
import socket
import time
from datetime import date
from pathlib import Path

import pytest

from detector.errors import EmptyInputError, InputError, TooLargeError, UnreadableError
from detector.reading import (
    Limits,
    article_from_bytes,
    article_from_html,
    article_from_json,
    article_from_markdown,
    articles_from_bytes,
    parse_date,
    parse_json,
    read_article,
    read_articles,
    read_stream,
)
from detector.reading.markdown import markdown_to_text
from detector.types import Article

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Harbour closed after storm - The Daily Quay</title>
<meta property="article:published_time" content="2026-01-23T08:00:00Z">
<meta name="author" content="Jane Roe"><link rel="canonical" href="https://quay.example/harbour">
</head><body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article>
<h1>Harbour closed after storm</h1>
<p>The harbour of Oldport was closed on Friday after a storm tore two cranes from their rails, port
director Ana Ruiz said in a statement to reporters on the quay.</p><h2>What we know</h2>
<ul><li>Two cranes fell.</li><li>Nobody was hurt.</li></ul>
<p>Ferries were sent to Newport instead, the ferry company said. It expects the harbour to open again
by Monday, when divers have cleared the fairway.</p>
<table><tr><th>Crane</th><th>Year</th></tr><tr><td>One</td><td>1987</td></tr></table>
<p>0 Comments</p></article><footer>All rights reserved</footer></body></html>"""


@pytest.mark.parametrize(
    ("data", "begins"),
    [
        (b"Rain fell.", "Rain fell."),
        ("Café Ürümqi".encode(), "Café Ürümqi"),
        ("\ufeffCafé".encode(), "Café"),
        ("Café".encode("utf-16"), "Café"),
        ("Café au lait".encode("utf-16-le"), "Café au lait"),
        ("Café".encode("utf-32"), "Café"),
        (("“It rained,” said Zoë Müller in Zürich. " * 4).encode("cp1252"), "“It rained,” said Zoë Müller"),
        ("She said it’s over.".encode("cp1252"), "She said it’s over."),
        ("café au lait".encode("latin-1"), "café au lait"),
        ("今日は雨が降りました。明日も雨です。".encode("shift_jis"), "今日は雨が降りました"),
        ("Министр заявил, что переговоры продолжатся.".encode("cp1251"), "Министр заявил"),
        (b'<?xml version="1.0" encoding="utf-16"?><html><body><p>Rain.</p></body></html>', "<?xml"),
        (("Zoë Müller, naïve café owner " * 9).encode() + b"\xff", "Zoë Müller"),
        (b"one\r\ntwo\rthree\n", "one\r\ntwo\rthree\n"),
    ],
)
def test_encodings_are_told(data, begins):
    assert article_from_bytes(data, name="x", kind="text").text.startswith(begins)


@pytest.mark.parametrize(
    ("data", "kind", "error", "says"),
    [
        (b"", None, EmptyInputError, "empty"),
        (b" \n\t ", None, EmptyInputError, "empty"),
        ("\u200b\u200b".encode(), None, EmptyInputError, "no text"),
        (b"\x89PNG\r\n\x1a\n\0\0", None, UnreadableError, "PNG"),
        (b"\x89PNG\r\n\x1a\n\0\0", "text", UnreadableError, "PNG"),
        (b"\x7fELF\2\1\1\0", "text", UnreadableError, "program"),
        (b"\x1f\x8b\x08\0", None, UnreadableError, "gzip"),
        (bytes(range(256)) * 40, None, UnreadableError, "binary"),
        (b"%PDF-1.7 nothing here", None, UnreadableError, "PDF"),
        (b"PK\x03\x04 word/ nothing", None, UnreadableError, "Word"),
        (b"<html><body></body></html>", None, EmptyInputError, "no text"),
        (b'{"text": ', "json", UnreadableError, "JSON"),
        (b'{"text": "a", "x": NaN}', "json", UnreadableError, "NaN"),
        (b"[]", "json", EmptyInputError, "no record"),
        (b"\n\n", "jsonl", EmptyInputError, "empty"),
        (b"x" * 2_000, None, TooLargeError, "1,000 bytes"),
    ],
)
def test_bad_bytes_name_the_input_and_the_reason(data, kind, error, says):
    with pytest.raises(error, match=says) as caught:
        article_from_bytes(
            data, name="in.put", kind=kind, limits=Limits(bytes=1_000 if len(data) == 2_000 else 20_000)
        )
    assert caught.value.source.startswith("in.put")


def test_a_page_keeps_its_structure_and_its_metadata():
    article = article_from_html(PAGE)
    lines = article.text.split("\n")
    assert lines[0] == "Harbour closed after storm"
    assert {"What we know", "- Two cranes fell.", "0 Comments"} <= set(lines)
    assert any(line.startswith("| One | 1987") for line in lines)
    assert "Sport" not in article.text
    assert article.title == "Harbour closed after storm"
    assert article.published == date(2026, 1, 23)
    assert article.url == "https://quay.example/harbour"
    assert article.author == "Jane Roe"


def test_arguments_win_over_the_page():
    article = article_from_html(
        PAGE, title="Mine", published=date(2020, 1, 1), url="https://a.example/", id="7"
    )
    assert (article.id, article.title, article.published, article.url) == (
        "7",
        "Mine",
        date(2020, 1, 1),
        "https://a.example/",
    )


@pytest.mark.parametrize(
    "html", ["<p>Rain fell.</p>", "<div>Rain fell.</div>", "Rain fell.", "<b>Rain fell."]
)
def test_a_fragment_of_a_page_is_read(html):
    assert article_from_html(html).text == "Rain fell."


def test_reading_html_opens_no_connection(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    page = PAGE.replace("<!DOCTYPE html>", '<!DOCTYPE html SYSTEM "http://dtd.example/x.dtd">')
    assert article_from_html(page).title


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("# Storm\n\nThe *harbour* was __closed__.", "# Storm\n\nThe harbour was closed."),
        ("Storm\n=====\n\nIt rained.", "# Storm\n\nIt rained."),
        ("- [Port](https://p.example/a_b) said so\n- ![crane](c.png)", "- Port said so\n- crane"),
        ("> It rained,\n> she said.", "It rained, she said."),
        ("a <!-- hidden --> b", "a  b"),
        ("Rate of 3 * 4 * 5 and snake_case_name", "Rate of 3 * 4 * 5 and snake_case_name"),
        ("Cost: \\$5 and `code`", "Cost: $5 and code"),
        ("| a | b |\n|---|---|\n| **c** | d |", "| a | b |\n|---|---|\n| c | d |"),
    ],
)
def test_markdown(source, text):
    assert article_from_bytes(source.encode(), name="a.md", kind="markdown").text == text


def test_markdown_front_matter():
    article = article_from_bytes(
        b'---\ntitle: "A storm"\ndate: 2026-01-23T10:00:00Z\nauthor: Jane Roe\n---\nIt rained.',
        name="a",
        kind="markdown",
    )
    assert article == Article(
        "It rained.", title="A storm", published=date(2026, 1, 23), author="Jane Roe", source="a"
    )


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-01-23", date(2026, 1, 23)),
        ("20260123", date(2026, 1, 23)),
        ("2026-01-23T10:00:00Z", date(2026, 1, 23)),
        ("2026-01-23 23:59:59.5+05:30", date(2026, 1, 23)),
        ("Fri, 23 Jan 2026 08:00:00 GMT", date(2026, 1, 23)),
    ],
)
def test_dates(value, day):
    assert parse_date(value) == day


@pytest.mark.parametrize(
    ("value", "says"),
    [
        *((v, "no date") for v in ("", "soon", "2026-13-01", "2026-02-30", "1" * 5_000, "23/01/26")),
        *((v, "outside the years 1600 to 2200") for v in ("0001-01-01", "9999-12-31")),
    ],
)
def test_what_is_no_date(value, says):
    with pytest.raises(UnreadableError, match=says):
        parse_date(value)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ([], "object"),
        ({}, "`text` or a field `html`"),
        ({"text": "a", "html": "b"}, "either a field `text` or a field `html`"),
        ({"text": 5}, "`text` must be a string, not int"),
        ({"text": "a", "title": ["b"]}, "`title` must be a string, not list"),
        ({"text": "a", "id": True}, "`id` must be a string, not bool"),
        ({"text": "a", "published": 20260123}, "`published` must be a string, not int"),
        ({"text": "a", "published": "soon"}, "field `published`.*no date"),
        ({"text": "  "}, "no text"),
    ],
)
def test_a_bad_record_names_its_field(record, says):
    with pytest.raises(InputError, match=says):
        article_from_json(record)


def test_a_record_fills_the_article():
    record = {
        "text": "It rained.",
        "id": 7,
        "title": "Rain",
        "published": "2026-01-23",
        "url": None,
        "author": "J. Roe",
        "x": 1,
    }
    assert article_from_json(record, name="f:3") == Article(
        "It rained.", id="7", title="Rain", published=date(2026, 1, 23), author="J. Roe", source="f:3"
    )


def test_json_lines_go_on_after_a_bad_line(tmp_path: Path):
    path = tmp_path / "many.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"text": "one"}\n\n{"text": 2}\nnot json\n{"text": "'
        + b"x" * 300
        + b'"}\n\x89PNG\n{"text": "last"}'
    )
    found = list(read_articles(path, limits=Limits(bytes=200)))
    assert [item.text if isinstance(item, Article) else type(item).__name__ for item in found] == [
        "one",
        "UnreadableError",
        "UnreadableError",
        "TooLargeError",
        "UnreadableError",
        "last",
    ]
    assert [item.source for item in found] == [f"{path}:{line}" for line in (1, 3, 4, 5, 6, 7)]


def test_json_lines_are_read_one_at_a_time():
    class Endless(io.RawIOBase):
        read_lines = 0

        def readline(self, size: int = -1) -> bytes:
            self.read_lines += 1
            return b'{"text": "again"}\n'

    stream = Endless()
    found = read_stream(stream, kind="jsonl")
    assert [next(found).text for _ in range(3)] == ["again"] * 3
    assert stream.read_lines <= 4
    found.close()


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"Rain fell.\nIt was wet.", ["Rain fell.\nIt was wet."]),
        (b"{Rain} fell.", ["{Rain} fell."]),
        (b'{"text": "one"}', ["one"]),
        (b'{"text": "one"}\n{"text": "two"}\n', ["one", "two"]),
        (b'{"text": "one"}\n\n\n{"text": "two"}', ["one", "two"]),
        (b'{\n "text": "one"\n}', ["one"]),
        (b'[{"text": "one"}, {"text": "two"}]', ["one", "two"]),
        (b'[\n{"text": "one"},\n{"text": "two"}\n]', ["one", "two"]),
        (b'{"text":\n"one", "x":\n{"html": 1}\n}', ["one"]),
        (b'The answer is\n{"ok": true}\nthey said.', ['The answer is\n{"ok": true}\nthey said.']),
        ('{"text": "one"}\n{"text": "\u0a0a\u2028"}\n'.encode("utf-16"), ["one", "\u0a0a\u2028"]),
        ('{"text": "one"}\n{"text": "two"}\n'.encode("utf-32"), ["one", "two"]),
        ('{\n"text": "one"\n}'.encode("utf-16"), ["one"]),
        (b"<!doctype html><html><body><p>Rain fell.</p></body></html>", ["Rain fell."]),
        (b'<p class="lead">Rain fell.</p>', ["Rain fell."]),
        (b"<SECTION><P>Rain fell.</P></SECTION>", ["Rain fell."]),
        (b"<strong>Rain</strong> fell.", ["Rain fell."]),
        (b'<meta charset="utf-8"><title>Storm</title><p>Rain fell.</p>', ["Rain fell."]),
        (b"<script>var a = 1;</script><main><p>Rain fell.</p></main>", ["Rain fell."]),
        (b"<Rain> fell, <b-roll> ran.", ["<Rain> fell, <b-roll> ran."]),
        (b"<3 is what she wrote.", ["<3 is what she wrote."]),
    ],
)
def test_standard_input_is_sniffed(data, texts):
    assert [item.text for item in read_stream(io.BytesIO(data))] == texts


GOOD = b'{"text": "good"}\n'


@pytest.mark.parametrize(
    ("data", "sources"),
    [
        (GOOD + b"broken\n" + GOOD, ["stdin:2"]),
        (b"broken\n" + GOOD + GOOD, ["stdin:1"]),
        (b'\n{"text": "cut sho\n\n' + GOOD + GOOD, ["stdin:2"]),
        (b'{"body": "a"}\n' + GOOD + b"[]\n" + GOOD, ["stdin:1", "stdin:3"]),
        (("broken\n" + GOOD.decode() * 2).encode("utf-16"), ["stdin:1"]),
    ],
)
@pytest.mark.parametrize("read", [read_stream, lambda data: articles_from_bytes(data.read(), name="stdin")])
def test_broken_lines_cost_no_others(data, sources, read):
    found = list(read(io.BytesIO(data)))
    assert [item.source for item in found if isinstance(item, InputError)] == sources
    assert [item.text for item in found if isinstance(item, Article)] == ["good", "good"]


def test_a_file_of_json_lines_may_be_utf_16(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\nbroken\n{"text": "two"}\n', "utf-16")
    assert [isinstance(item, Article) for item in read_articles(path)] == [True, False, True]
    with pytest.raises(TooLargeError, match="UTF-8"):
        list(read_articles(path, limits=Limits(bytes=20)))


def test_an_endless_stream_is_not_read_past_the_cap():
    class Blank(io.RawIOBase):
        taken = 0

        def readline(self, size: int = -1) -> bytes:
            self.taken += 1
            return b"\n"

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return b"\n" * size

    stream = Blank()
    with pytest.raises(InputError):
        list(read_stream(stream, limits=Limits(bytes=1_000)))
    assert stream.taken <= 1_010


def test_a_json_array_goes_on_after_a_bad_record(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"text": "one"}, {"text": None}, {"text": "three"}]))
    assert [isinstance(item, Article) for item in read_articles(path)] == [True, False, True]
    with pytest.raises(UnreadableError, match="several"):
        read_article(path)


def test_paths_that_are_no_files(tmp_path: Path):
    fifo, loop = tmp_path / "fifo", tmp_path / "loop"
    os.mkfifo(fifo)
    loop.symlink_to(loop)
    for path, says in [
        (tmp_path, "directory"),
        (fifo, "regular"),
        (Path("/dev/zero"), "regular"),
        (tmp_path / "none.txt", "no such file"),
        (loop, "symbolic links"),
        ("a\0b", "null"),
    ]:
        with pytest.raises(UnreadableError, match=says):
            read_article(path)


@pytest.mark.parametrize("name", ["a.txt", "a", "a.dat", "a.TEXT"])
def test_a_suffix_that_says_nothing_is_text(tmp_path: Path, name):
    (tmp_path / name).write_text("Rain fell.")
    assert read_article(tmp_path / name).text == "Rain fell."


def test_a_string_of_json_that_never_ends_takes_linear_time():
    begun = time.process_time()
    with pytest.raises(UnreadableError):
        list(articles_from_bytes(b'{"text": "' + b'\\"' * 100_000 + b"[]" * 300, name="a.json", kind="json"))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("html", "parts"),
    [
        (
            "The mayor said that the bridge would close.<br><br>Police searched.<br><br>Rain fell.",
            ["mayor", "Police", "Rain"],
        ),
        (
            "<h2>Storm hits coast</h2>The mayor spoke of it.<br>Police closed a road.",
            ["Storm", "mayor", "Police"],
        ),
    ],
)
def test_a_fragment_without_paragraphs_loses_nothing(html, parts):
    text = article_from_html(html).text
    assert all(part in text for part in parts)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            "The mayor\u2019s caf\u00e9 is \u201copen\u201d.".encode()[:-3],
            "The mayor\u2019s caf\u00e9 is \u201copen",
        ),
        (
            "I don\u2019t, you don\u2019t know.".encode() + b" caf\xc3",
            "I don\u2019t, you don\u2019t know. caf",
        ),
        (b"MZUZU, Malawi (AP) - Officials said.", "MZUZU, Malawi"),
        (b"ID3 sales at Volkswagen rose.", "ID3 sales"),
        (b"RIFF RAFF, the rapper, said so.", "RIFF RAFF"),
        (b'[EMBARGOED until Monday] The mayor said "no" twice. [ENDS]', "[EMBARGOED"),
    ],
)
def test_plain_text_is_read_as_what_it_is(data, text):
    assert article_from_bytes(data, name="a.txt").text.startswith(text)


@pytest.mark.parametrize("magic", [b"MZ\x90\x00\x03", b"RIFF\x24\x00\x00\x00WAVE", b"ID3\x03\x00\x00"])
def test_a_binary_file_is_still_told_by_its_first_bytes(magic):
    with pytest.raises(UnreadableError, match="not text"):
        article_from_bytes(magic + bytes(100), name="a")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "[Host]: Welcome to the show.\n\n[Guest]: Thank you.",
            "[Host]: Welcome to the show.\n\n[Guest]: Thank you.",
        ),
        ("Text[^1].\n\n[^1]: The ministry did not reply.", "Text[^1].\n\n[^1]: The ministry did not reply."),
        ('Text.\n\n[a]: http://x.example "Title"\n', "Text.\n\n\n"),
        (
            "He said f**k this and s*** that. 2**10 is 1024.",
            "He said f**k this and s*** that. 2**10 is 1024.",
        ),
        ("The price** excludes tax, **he said**.", "The price** excludes tax, he said."),
        ("[Mercury](https://en.wikipedia.org/wiki/Mercury_(planet)) rose.", "Mercury rose."),
        ("One.\n\n" + "-" * 40 + "\n\nTwo.", "One.\n\n\n\nTwo."),
        ("- item\n---\nText", "- item\n\nText"),
        ("<b>The mayor</b> said&nbsp;no &mdash; twice.", "The mayor said\xa0no \u2014 twice."),
        ("a < b and c > d", "a < b and c > d"),
        ('"[The "big" [sic] story](http://x.example)."', '"The "big" [sic] story."'),
        ("![The [old] crane](c.png) fell[[1]](#one).", "The [old] crane fell[1]."),
        ("It rained[^1][^2].", "It rained[^1][^2]."),
        (
            '<section class="x"><h2>Storm</h2>One <time>noon</time>.<br> Two.</section>',
            "\n\nStorm\nOne noon.\nTwo.\n",
        ),
        ("One.<script>a < b\n\nc</script> Two.\n\n<STYLE>p {}", "One. Two.\n\n"),
    ],
)
def test_markdown_keeps_what_a_reader_sees(source, text):
    assert markdown_to_text(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("The mayor said\nthat the bridge\nwould close.", "The mayor said that the bridge would close."),
        ("The *mayor\nsaid* so [in\na letter](http://x.example).", "The mayor said so in a letter."),
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("One.\n# Two\nThree.", "One.\n# Two\nThree."),
        ("A long\nheading\n---\nOne.", "# A long heading\nOne."),
        ("One.\n> Two,\n> three.\n\nFour.", "One.\nTwo, three.\n\nFour."),
        ("One.\n- Two\n  and a half.\n- Three", "One.\n- Two and a half.\n- Three"),
        ("1. One\n2. Two", "1. One\n2. Two"),
        ("One.\n***\nTwo.", "One.\n\nTwo."),
        ("a | b\n---|---\nc | d", "a | b\n---|---\nc | d"),
        ("```\nx = 1\ny = 2\n```\nOne\ntwo.", "\nx = 1\ny = 2\n\nOne two."),
        ("One,  \ntwo,\\\nthree.", "One,  \ntwo,\nthree."),
        ("[a]: http://x.example\n[b]: http://y.example 'Y'\nOne\ntwo.", "\n\nOne two."),
        ("[Host]: Welcome to it.\n[Guest]: Thank you.", "[Host]: Welcome to it.\n[Guest]: Thank you."),
    ],
)
def test_a_line_break_in_a_paragraph_of_markdown_is_a_space(source, text):
    assert markdown_to_text(source) == text


@pytest.mark.parametrize(
    ("head", "title", "author"),
    [
        ("title: >\n  Storm closes\n  the harbour\nauthor: Jane Roe", "Storm closes the harbour", "Jane Roe"),
        ("author: Jane\n  Roe\ntitle: |-\r\n  Storm", "Storm", "Jane Roe"),
        ("title: >\nauthor:\n  name: Jane Roe", None, None),
    ],
)
def test_a_value_of_front_matter_may_go_on_in_the_next_line(head, title, author):
    article = article_from_markdown(f"---\n{head}\n---\nIt rained.")
    assert (article.title, article.author, article.text) == (title, author, "It rained.")


def test_rules_around_a_lead_are_no_front_matter():
    lead = "---\nThe lead paragraph says a lot.\n\nSecond.\n---\nRest of it."
    assert "The lead paragraph" in article_from_markdown(lead).text


@pytest.mark.parametrize(
    ("day", "published"), [("January 23, 2026", None), ("2026-01-23 # draft", date(2026, 1, 23))]
)
def test_a_loose_date_in_front_matter_costs_no_article(day, published):
    article = article_from_markdown(f"---\ntitle: Storm\ndate: {day}\n---\nIt rained.")
    assert (article.title, article.published, article.text) == ("Storm", published, "It rained.")


def test_a_number_of_too_many_digits_is_told_in_our_words():
    with pytest.raises(UnreadableError, match="a number is too long"):
        parse_json('{"id": ' + "9" * 5_000 + "}", name="a.json")


def test_an_email_is_refused_with_a_way_out():
    mail = b"Return-Path: <a@example.org>\nSubject: Rain\n to come\nMIME-Version: 1.0\n\nIt rained in Hull, =C2=A31m.\n"
    with pytest.raises(UnreadableError, match="save its text alone"):
        article_from_bytes(mail, name="a.eml")
    assert article_from_bytes(mail.split(b"\n\n")[1], name="a.txt").text.startswith("It rained")
    report = b"Subject: the rain\n\nIt rained in Hull."
    assert article_from_bytes(report, name="b.txt").text == report.decode()
