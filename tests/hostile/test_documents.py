"""Hostile documents: time grows at most 2.6 times when the input doubles, and bombs are refused."""

import gc
import time
import zlib

import pytest

from detector.detectors.integrity import IntegrityDetector
from detector.document import build_document
from detector.errors import InputError, TooLargeError
from detector.reading import article_from_bytes, article_from_html
from detector.reading.html import _check_attributes
from detector.reading.markdown import markdown_to_text
from detector.reading.pdf import unwrap
from detector.types import Article

MOST_GROWTH = 2.6
SIZE = 20_000

UNITS = {
    "zero width": "a\u200b",
    "homoglyphs": "pа",
    "stops": ".",
    "spaced stops": ". ",
    "abbreviations": "A. ",
    "initials": "A.B.",
    "closers": '."',
    "far stops": ". " + " " * 60,
    "short lines": "a\n",
    "bars": "| ",
    "tabs": "\t",
    "marks": "\u0301",
    "composed": "e\u0301",
    "expansion": "ﷺ----",
    "joiners": "\U0001f468\u200d",
    "overrides": "\u202e\u05d0",
    "soft hyphens": "\xad",
    "tags": "\U000e0041",
    "flags": "\U0001f3f4\U000e0067",
    "digits": "1.",
    "hyphens": "a-",
    "quotes": '"',
    "apostrophes": "a'",
    "wrapped": "word " * 14 + "\n",
    "glued": "abc.Abc ",
    "hashes": "# ",
    "no breaks": "\xa0",
    "words": "rain ",
    "letters": "a",
}


def _best(work, value) -> float:
    times = []
    gc.collect()
    gc.disable()  # the collector's passes are not the work that is measured
    try:
        for _ in range(3):
            begun = time.process_time()
            work(value)
            times.append(time.process_time() - begun)
    finally:
        gc.enable()
    return min(times)


def _growth(work, make) -> float:
    """Time on doubled input over the time on the input; a floor of 4 ms keeps the clock's noise out."""
    small, large = make(1), make(2)
    return _best(work, large) / max(_best(work, small), 0.004)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_building_and_inspecting_is_linear(unit):
    def work(text: str) -> None:
        IntegrityDetector().detect([build_document(Article(text))])

    assert _growth(work, lambda n: (unit * SIZE)[: SIZE * n // 2]) <= MOST_GROWTH


MARKDOWN = [
    "[",
    "[a](",
    "![",
    "](",
    "*",
    "**a",
    "_a_",
    "`",
    "<!--",
    "> ",
    "- ",
    "* * ",
    "[a]: ",
    "\\",
    "<http://",
    "=\n",
    "a\n=",
    "|",
    " ",
    "\n---",
]


@pytest.mark.parametrize("unit", MARKDOWN)
def test_markdown_is_linear(unit):
    assert _growth(markdown_to_text, lambda n: "---\n" + (unit * SIZE)[: SIZE * n]) <= MOST_GROWTH


@pytest.mark.parametrize(
    "unit", ["a", "a-\n", "\n", "A line that fills the column of the page\n", ".", " \n", "- a\n"]
)
def test_unwrapping_is_linear(unit):
    assert _growth(unwrap, lambda n: (unit * SIZE)[: SIZE * n * 3]) <= MOST_GROWTH


@pytest.mark.parametrize("unit", ['<a b="', "<a ", "<a b='<c d=\"", "<a =", "<a b/", "<a b" + " " * 50, "<"])
def test_scanning_for_attributes_is_linear(unit):
    def work(html: str) -> None:
        _check_attributes(html, "x", 10**9)

    assert _growth(work, lambda n: (unit * SIZE)[: SIZE * n * 3]) <= MOST_GROWTH


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "x",
        "<ul><li>" * 2_000 + "x",
        "<p>x</p>" * 60_000,
        "<p " + " ".join(f"a{i}=1" for i in range(5_000)) + ">x</p>",
        "<p x='>' " + " ".join(f"a{i}" for i in range(5_000)) + ">x</p>",
    ],
    ids=["deep", "deep lists", "wide", "attributes", "bare attributes"],
)
def test_bombs_of_markup_are_refused_at_once(html):
    begun = time.process_time()
    with pytest.raises(TooLargeError):
        article_from_html(html)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        b'{"text":' * 100_000,
        b'{"text": "x", "a": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"text": ' + b"9" * 10_000 + b"}",
    ],
    ids=["brackets", "objects", "balanced", "digits"],
)
def test_nested_json_is_refused(data):
    with pytest.raises(InputError):
        article_from_bytes(data, name="x.json", kind="json")


def test_a_compressed_pdf_stream_that_unpacks_to_gigabytes_is_bounded():
    bomb = zlib.compress(zlib.compress(b"BT (a) Tj ET " * 12_000_000, 9), 9)
    pdf = (
        b"%%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\nendobj\n"
        b"4 0 obj\n<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream\nendobj\n"
        b"trailer << /Root 1 0 R >>\n%%%%EOF" % (len(bomb), bomb)
    )
    with pytest.raises(InputError):
        article_from_bytes(pdf, name="x.pdf", kind="pdf")
