"""Properties that hold for every text: exact offsets, order, bounds, no exception."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from detector.document import build_document, normalise
from detector.types import Article, Span

AWKWARD = "\u0336\u20dd\u20e3\u2800\u3164\ufffc0\u0131\u0251\U0001d6c2ﷺﬁ½Åe\u0301\u0327\u200b\u200d\ufeff\u202e\u2066\u00ad\U000e0041\ufe0f👨👩🏽🏴аоPĸ\r\n\t\x0c\u2028\ud800\udfff“”…—|-#*.!? \u0130ß한\u1100\u1161"
TEXTS = st.text(
    st.one_of(st.characters(), st.sampled_from(AWKWARD), st.characters(max_codepoint=127)), max_size=120
)
PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.just("\n"), max_size=200)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_offsets_are_in_bounds_in_order_and_exact(raw):
    view = normalise(raw)
    assert len(view.starts) == len(view.ends) == len(view.text)
    assert all(0 <= a < b <= len(raw) for a, b in zip(view.starts, view.ends, strict=True))
    for points in (view.starts, view.ends):
        assert all(a <= b for a, b in pairwise(points))
    for hit in view.hidden:
        assert 0 <= hit.span.start < hit.span.end <= len(raw)
    assert [hit.span for hit in view.hidden] == sorted({hit.span for hit in view.hidden})


@given(PLAIN)
def test_plain_text_is_its_own_view(raw):
    view = normalise(raw)
    assert view.text == raw
    assert view.hidden == ()
    assert all(view.to_raw(i, i + 1) == Span(i, i + 1) for i in range(len(raw)))


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_hidden_characters_do_not_change_the_view(raw):
    words = "The minister resigned on Monday, she said."
    dirty = "\u200b".join(words)
    assert normalise(dirty).text == words
    assert not any(char in normalise(raw).text for char in "\u200b\u202e\u2066\u00ad\U000e0041\r\ud800")


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_document_is_built_of_any_text(raw):
    document = build_document(Article(raw))
    text = document.text
    position = 0
    for sentence in document.sentences:
        assert position <= sentence.start < sentence.end <= len(text)
        assert text[sentence.start : sentence.end] == sentence.text
        block = document.block_of(sentence)
        assert block.start <= sentence.start
        assert sentence.end <= block.end
        position = sentence.end
        span = document.raw_span(sentence.start, sentence.end)
        assert 0 <= span.start < span.end <= len(raw)
    first = 0
    for sentence in document.sentences:
        assert sentence.tokens[0] == first
        first = sentence.tokens[1]
        for token in document.sentence_tokens(sentence):
            assert sentence.start <= token.start < token.end <= sentence.end
            assert text[token.start : token.end] == token.text
    assert first == len(document.tokens)
    covered = "".join(text[s.start : s.end] for s in document.sentences)
    assert [c for c in covered if not c.isspace()] == [c for c in text if not c.isspace()]


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_building_is_deterministic(raw):
    assert build_document(Article(raw)) == build_document(Article(raw))


IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Default_Ignorable_Code_Point of Unicode 15 (DerivedCoreProperties.txt), inclusive."""
BLANK = "\u115f\u1160\u3164\uffa0"


def test_what_unicode_calls_ignorable_is_left_out_and_reported():
    for low, high in IGNORABLE:
        for char in map(chr, range(low, high + 1)):
            view = normalise(f"The m{char}inister.")
            assert view.text == ("The m inister." if char in BLANK else "The minister."), hex(ord(char))
            assert [hit.span for hit in view.hidden] == [Span(5, 6)], hex(ord(char))
