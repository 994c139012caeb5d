"""An article as it is, before any score: for a notebook."""

from __future__ import annotations

from pathlib import PurePath

from detector.reports.html import fill
from detector.reports.markdown import escape
from detector.types import Article

SHOWN = 20_000
"""Characters of a text that are shown; a notebook is no place for a whole book."""


def render_article(article: Article) -> str:
    """Give a `<div>` with its own scoped style; everything is escaped."""
    return fill("article.html", article=article, name=_name(article), shown=SHOWN)


def render_article_markdown(article: Article) -> str:
    r"""Give head and text as Markdown; everything is escaped.

    >>> print(render_article_markdown(Article("One *line*.\n\nTwo.", title="<b>")))
    **\<b\>**
    <BLANKLINE>
    One \*line\*.
    <BLANKLINE>
    Two.
    <BLANKLINE>
    """
    about = [str(part) for part in (article.published, article.author, article.url) if part]
    lines = [f"**{escape(_name(article))}**"]
    lines += [" · ".join(map(escape, about))] if about else []
    lines += [escape(line) for line in article.text[:SHOWN].split("\n") if line.strip()]
    return "\n\n".join(lines) + "\n"


def _name(article: Article) -> str:
    return article.title or article.id or PurePath(article.source).name
