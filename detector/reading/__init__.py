"""Bytes, HTML, Markdown, Word, PDF and JSON lines -> Article, with caps on size, nesting and decompression."""

from detector.reading.decode import with_charset
from detector.reading.fields import calendar_date, parse_date
from detector.reading.files import (
    SUFFIXES,
    article_from_bytes,
    article_from_markdown,
    articles_from_bytes,
    read_article,
    read_articles,
    read_stream,
)
from detector.reading.html import article_from_html
from detector.reading.limits import DEFAULT_LIMITS, Limits
from detector.reading.records import FIELDS, article_from_json, parse_json
from detector.reading.sniff import Kind

__all__ = [
    "DEFAULT_LIMITS",
    "FIELDS",
    "SUFFIXES",
    "Kind",
    "Limits",
    "article_from_bytes",
    "article_from_html",
    "article_from_json",
    "article_from_markdown",
    "articles_from_bytes",
    "calendar_date",
    "parse_date",
    "parse_json",
    "read_article",
    "read_articles",
    "read_stream",
    "with_charset",
]
