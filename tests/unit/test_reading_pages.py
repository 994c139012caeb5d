"""Pages: what an article's layout hides is read, and what stands around the article is not."""

import json

import pytest

from detector.reading import article_from_html

PROSE = (
    "The harbour of Oldport was closed on Friday after a storm tore two cranes from their rails, port director "
    "Ana Ruiz said in a statement that she read to reporters on the quay.",
    "Nobody was hurt when the first crane fell across the fish market at four in the morning, an hour before "
    "the stalls open, the fire brigade wrote in its report on the night.",
    "Ferries were sent to Newport instead, where the company had hired two more buses by noon, its manager Ian "
    "Moss told the town council, which had asked him to come and explain.",
    "Divers will look for the second crane on Monday, if the swell has gone down by then, and until they have "
    "found it no ship of more than nine metres may use the fairway.",
    "The cranes were built in 1987 and had passed their last inspection in March, according to the register "
    "that the port keeps, of which the newspaper has seen the pages in question.",
    "Two unions want to know why the cranes were not tied down on Thursday, when the weather service had "
    "warned of gusts, and they have asked the ministry in writing for an answer.",
)
COOKIES = (
    "We use cookies to show you advertisements that may be of interest; you can agree or read our policy."
)
TEASER = (
    "Bridge to close for a week while workers replace the bearings under the eastern span, the city says."
)
COMMENT = (
    "I have worked on that quay for thirty years and nobody ever tied down a crane, let alone two of them."
)
LETTER = "Sign up for the morning letter and get the most important news of the coast in your mailbox at six."


def paragraphs(*numbers: int) -> str:
    return "".join(f"<p>{PROSE[number]}</p>" for number in numbers)


def page(main: str) -> str:
    """A page as outlets build them, around a main part."""
    return f"""<!DOCTYPE html><html lang="en"><head><title>Harbour closed</title></head><body class="has-related">
<div class="cookie-notice"><p>{COOKIES}</p><button>Agree</button></div>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
{main}
<div class="related-links"><h3>More stories</h3><p>{TEASER}</p><ul><li><a href="/bridge">{TEASER}</a></li></ul></div>
<div id="comments"><div class="comment"><p>{COMMENT}</p></div><div>{COMMENT}</div></div>
<aside><div class="newsletter"><p>{LETTER}</p></div></aside><footer><p>All rights reserved</p></footer></body></html>"""


AD = '<div class="ad">Advertisement</div>'
WHOLE = {
    "a body in two parts": f"""<article><h1>Harbour closed</h1><div class="article-body">{paragraphs(0, 1, 2)}</div>{AD}
<div class="article-body">{paragraphs(3, 4, 5)}</div></article>""",
    "parts in rows, with related links and comments in the article": f"""<article><h1>Harbour closed</h1>
<div class="row"><div class="grid c-article__body">{paragraphs(0, 1, 2)}</div></div>{AD}
<div class="row"><div class="c-article__body wide">{paragraphs(3, 4, 5)}</div></div>
<div class="related"><div class="article__body"><p>{TEASER}</p></div></div>
<section class="comments"><div class="article__body"><p>{COMMENT}</p></div></section></article>""",
    "numbered parts": f"""<div><div class="story-body-1">{paragraphs(0, 1, 2)}</div>{AD}
<div class="story-body-2">{paragraphs(3, 4, 5)}</div></div>""",
    "parts named by a property": "".join(
        f'<div itemprop="articleBody">{paragraphs(*pair)}</div>{AD}' for pair in ((0, 1), (2, 3), (4, 5))
    ),
    "a standfirst in bare text": f"""<article><h1>Harbour closed</h1><div class="standfirst">{PROSE[0]}</div>
{paragraphs(1, 2, 3, 4, 5)}<div class="share">Share this</div></article>""",
    "a standfirst in a header": f"""<article><header><h1>Harbour closed</h1><div>{PROSE[0].replace("storm", "<b>storm</b>")}
</div><div>23 January 2026</div></header>{paragraphs(1, 2, 3, 4, 5)}</article>""",
    "a table of one cell": f"<table><tr><td>{paragraphs(*range(6))}</td></tr></table>",
    "a table of columns": f"""<table width="100%"><tbody><tr><td><a href="/">Home</a><br><a href="/sport">Sport</a></td>
<td>{PROSE[0]}<br><br>{PROSE[1]}</td><td>{paragraphs(2, 3, 4, 5)}</td></tr></tbody></table>""",
}


@pytest.mark.parametrize("main", WHOLE.values(), ids=WHOLE.keys())
@pytest.mark.parametrize("around", [page, str], ids=["a page", "a fragment"])
def test_the_whole_article_is_read_and_nothing_around_it(main, around):
    text = article_from_html(around(main)).text
    places = [" ".join(text.split()).find(sentence) for sentence in PROSE]
    assert places == sorted(places)
    assert places[0] >= 0
    assert text.count("\n") >= 5
    for junk in (
        COOKIES,
        TEASER,
        COMMENT,
        LETTER,
        "Sport",
        "Advertisement",
        "Share",
        "23 January",
        "reserved",
    ):
        assert junk not in text


@pytest.mark.parametrize(
    "main",
    [
        f'<article><div class="post-content">{paragraphs(0, 1, 2)}</div></article>'
        f'<article><div class="post-content">{paragraphs(3, 4, 5)}</div></article>',
        f'<div><div class="entry"><div class="post-content">{paragraphs(0, 1, 2)}</div></div>'
        f'<div class="entry"><div class="post-content">{paragraphs(3, 4, 5)}</div></div></div>',
        f'<article><div class="article-body">{paragraphs(0, 1, 2)}</div>'
        f'<div class="article-body-links">{paragraphs(3, 4, 5)}</div></article>',
    ],
    ids=["two articles", "two entries", "another name"],
)
def test_other_articles_of_a_page_are_not_joined(main):
    assert article_from_html(page(main)).text == "\n".join(PROSE[:3])


def test_a_table_of_figures_stays_a_table():
    cells = (
        "<tr><th>Crane</th><th>Note</th></tr><tr><td>One</td><td><p>Built in 1987.</p><p>Fell.</p></td></tr>"
    )
    lines = article_from_html(
        page(f"<article>{paragraphs(0, 1, 2)}<table>{cells}</table>{paragraphs(3)}</article>")
    ).text.split("\n")
    assert any(line.startswith("| One | Built in 1987.") for line in lines)


def described(data: object) -> str:
    """A page with a script of JSON on what it is."""
    script = (
        f'<script type="application/ld+json">{data if isinstance(data, str) else json.dumps(data)}</script>'
    )
    return f"<html><head><title>Rain</title>{script}</head><body><article>{paragraphs(0, 1, 2)}</article></body></html>"


NEWS = {"@context": "https://schema.org", "@type": "NewsArticle"}


def test_honest_data_on_a_page_is_read():
    author = {"@type": "Person", "name": "Jane Roe"}
    graph = {"@context": "https://schema.org", "@graph": [{"@type": "Person", "name": "Jane Roe"}, NEWS]}
    article = article_from_html(
        described(NEWS | {"headline": "Storm & rain", "datePublished": "2026-01-23", "author": author})
    )
    assert (article.title, article.author, str(article.published)) == (
        "Storm & rain",
        "Jane Roe",
        "2026-01-23",
    )
    assert article_from_html(described(graph)).author == "Jane Roe"


@pytest.mark.parametrize("headline", [1984, ["A", "B"], {"a": 1}, None, True])
@pytest.mark.parametrize("author", ["Jane Roe", 7, [["x"]], {"name": [1]}])
def test_a_page_may_say_anything_of_itself(headline, author):
    article = article_from_html(described(NEWS | {"headline": headline, "author": author}))
    assert article.text == "\n".join(PROSE[:3])
    assert article.title in (None, "Rain")


@pytest.mark.parametrize("error", [AttributeError, TypeError])
def test_metadata_that_stop_the_extractor_do_not_cost_the_text(monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("trafilatura.core.extract_metadata", fail)
    assert article_from_html(page(f"<article>{paragraphs(0, 1, 2)}</article>")).text == "\n".join(PROSE[:3])
