"""A report as Markdown: for notebook front ends and for comments in a review."""

from __future__ import annotations

import re

from detector.report import Report
from detector.reports.plain import one_line
from detector.reports.segments import is_whole_article
from detector.reports.wording import BAND_NAMES, CATEGORY_NAMES, SIGNAL_NAMES, machine_writing, notes

_BREAK = "&#8203;"
"""A zero-width space: what makes links, mentions and mathematics of plain text does not reach across it."""
_INERT = str.maketrans(
    {char: f"\\{char}" for char in "`*_{}[]<>()+!|~&-"}
    | {"\\": rf"\\{_BREAK}", "#": rf"\#{_BREAK}", "@": f"@{_BREAK}"}
    # MathJax reads the page after Markdown did, where only a border of elements parts two dollar signs.
    | {"$": r"<span>\$</span>"}
)
_LINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
QUOTE_LIMIT = 120


def render_markdown(report: Report) -> str:
    """Give score, ledger and flags as Markdown; everything from the article is escaped."""
    credibility = report.credibility
    lines = [f"**{escape(report.headline)}**", ""]
    if credibility.score is None or credibility.band is None:
        lines += ["No score: " + " ".join(escape(reason) for reason in credibility.reasons)]
    else:
        lines += [f"Credibility **{credibility.score:g} / 100** ({BAND_NAMES[credibility.band]})", ""]
        lines += ["| points | signal | why |", "| ---: | --- | --- |"]
        lines += [
            f"| {c.points:+.1f} | {SIGNAL_NAMES.get(c.signal, c.signal)} | {escape(c.why)} |"
            for c in credibility.contributions
        ]
    verdict = machine_writing(report)
    if verdict is not None:
        said = ", ".join(part for part in (verdict.name, verdict.numbers) if part)
        lines += [
            "",
            f"Machine writing: **{escape(said)}**" + (f" ({escape(verdict.basis)})" if verdict.basis else ""),
        ]
    lines += [line for note in notes(report) for line in ("", f"_{escape(note)}_")]
    for category, heading in CATEGORY_NAMES.items():
        flags = report.flags_of(category)
        if flags:
            lines += ["", f"**{heading}** ({len(flags)})", ""]
        for flag in flags:
            whole = is_whole_article(flag, len(report.article.text))
            quote = "the whole article" if whole else report.quote(flag.span)[:QUOTE_LIMIT]
            cost = "" if flag.counted else " (costs no points)"
            lines.append(f"- `{flag.rule}` “{escape(quote)}”: {escape(flag.message)}{cost}")
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    r"""Make a text inert in Markdown, on one line: no markup, link, mention or formula of its own.

    >>> print(escape("<b> [x](y)"))
    \<b\> \[x\]\(y\)
    >>> print(escape("$5 from @ann, http://x.example"))
    <span>\$</span>5 from @&#8203;ann, http:&#8203;//x.example
    """
    return _LINK.sub(_BREAK, one_line(text).translate(_INERT))
