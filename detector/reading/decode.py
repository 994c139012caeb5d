"""Bytes to text: byte-order mark, declared charset, UTF-8, then detection; or a word on what the file is."""

from __future__ import annotations

import codecs
import re

from detector.errors import UnreadableError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF media file (WebP, WAV or AVI)"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.doc, .xls); save it as .docx"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"BZh", "a bzip2 archive; unpack it first"),
    (b"\xfd7zXZ", "an xz archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"OggS", "an Ogg media file"),
    (b"ID3", "an MP3 file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet table; score it with `dateline batch`"),
    (b"{\\rtf", "an RTF document; save it as .docx or plain text"),
)
_LETTERS = (b"GIF8", b"RIFF", b"BZh", b"MZ", b"OggS", b"ID3", b"PAR1")
"""Marks of binary formats with which a text could begin."""
_META_CHARSET = re.compile(
    rb"<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,100}?encoding)\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_:.-]{2,40})",
    re.IGNORECASE,
)
# UTF-16 in an ASCII declaration contradicts itself; the others are no charsets of pages.
_NOT_CHARSETS = frozenset(
    {
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "utf-7",
        "unicode-escape",
        "raw-unicode-escape",
        "punycode",
        "idna",
        "undefined",
    }
)
_SAMPLE = 100_000
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1b\x1c\x1d\x1e\x1f") | {127})


def decode(data: bytes, *, name: str, html: bool = False) -> str:
    """Decode `data`, line breaks kept as they are and the byte-order mark dropped.

    UTF-8 with a few damaged bytes is read as UTF-8 with U+FFFD in their place.

    Raises
    ------
    UnreadableError
        For a binary file; the message says what it looks like.

    >>> decode(b"caf\\xc3\\xa9", name="a.txt"), decode("\\ufeffna\\u00efve".encode("utf-16"), name="b.txt")
    ('café', 'naïve')
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace").removeprefix("\ufeff")
    looks_like = sniff_binary(data)
    if looks_like:
        raise UnreadableError(name, f"not text: it looks like {looks_like}")
    wide = _utf16_without_bom(data)
    if wide:
        return data.decode(wide, "replace")
    sample = data[:_SAMPLE]
    if len(sample.translate(None, _CONTROLS)) < 0.98 * len(sample) or b"\0" in sample:
        raise UnreadableError(name, "not text: it looks like binary data")
    declared = _declared(data) if html else None
    for candidate in (declared, "utf-8"):
        if candidate:
            try:
                return data.decode(candidate)
            except (UnicodeDecodeError, LookupError):
                continue
    return _detect(data, name)


def sniff_binary(data: bytes) -> str:
    """What the first bytes say of a known binary format; empty for anything else.

    An article may begin with "RIFF" or "MZUZU": letters alone tell nothing without a control character.
    """
    what = next((what for magic, what in _MAGIC if data.startswith(magic)), "")
    letters = data.startswith(_LETTERS) and len(data[:512].translate(None, _CONTROLS)) == len(data[:512])
    return "" if letters else what


def _utf16_without_bom(data: bytes) -> str:
    sample = data[:2_000]
    half = len(sample) // 2
    if half < 4:
        return ""
    if sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return ""


def _declared(data: bytes) -> str | None:
    match = _META_CHARSET.search(data[:4_096])
    if match is None:
        return None
    return _charset(match.group(1).decode("ascii"))


def _charset(label: str) -> str | None:
    """Codec of a declared charset, None for one that is unknown or no charset of texts."""
    try:
        found = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    if found in _NOT_CHARSETS:
        return None
    # Browsers read a page that calls itself Latin-1 as Windows-1252.
    return "cp1252" if found in ("iso8859-1", "ascii") else found


def with_charset(data: bytes, charset: str) -> bytes:
    """Give text that was declared to be in a charset as marked UTF-8, where the declaration holds.

    >>> with_charset("\u041c\u044d\u0440".encode("cp1251"), "windows-1251").decode("utf-8-sig")
    '\u041c\u044d\u0440'
    """
    codec = _charset(charset) if charset else None
    if codec is None or data.startswith(tuple(bom for bom, _ in _BOMS)):
        return data
    try:
        return codecs.BOM_UTF8 + data.decode(codec).encode()
    except (UnicodeError, LookupError):
        return data


def _detect(data: bytes, name: str) -> str:
    """Tell the charset of text that is no clean UTF-8."""
    lenient = data.decode("utf-8", "replace")
    damaged = lenient.count("\ufffd")
    good = sum(char > "\x7f" for char in lenient) - damaged
    # Bytes of another charset hardly ever make a character of UTF-8 by chance.
    if good >= max(1, damaged) or _is_cut_off(data):
        return lenient
    western = _western(data)
    if western is not None:
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise UnreadableError(name, "not text: no character encoding fits it")
    return data.decode(best.encoding, "replace")


def _is_cut_off(data: bytes) -> bool:
    """Whether the last character alone is incomplete, of UTF-8 with others beyond ASCII."""
    try:
        text = codecs.getincrementaldecoder("utf-8")("strict").decode(data, final=False)
    except UnicodeDecodeError:
        return False
    return not text.isascii()


_TYPOGRAPHY = frozenset(
    "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022\u20ac\u2122\xa0\xa3\xa7\xa9\xab\xad\xae\xb0\xb7\xbb\xbd"
)


def _western(data: bytes) -> str | None:
    """Read as Windows-1252 what holds few bytes beyond ASCII, all of them letters or typography.

    Detection by statistics has too little to go on in such a text, and news in English is such a text.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    high = [char for char in text if char > "\x7f"]
    few = len(high) <= max(2, len(text) // 20)
    return text if few and all(char.isalpha() or char in _TYPOGRAPHY for char in high) else None
