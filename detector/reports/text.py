"""A report for the terminal: 80 columns, colour where there is some, marks where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from detector.report import Report
from detector.reports.plain import one_line, printable
from detector.reports.segments import is_whole_article
from detector.reports.wording import BAND_NAMES, CATEGORY_NAMES, SIGNAL_NAMES, machine_writing, notes
from detector.rules import catalogue
from detector.types import Flag

COLOURS = {
    "unsupported_claim": "dark_orange3",
    "machine_writing": "medium_purple",
    "boilerplate": "deep_sky_blue3",
    "integrity": "red3",
}
BAND_COLOURS = {"high": "green4", "moderate": "gold3", "low": "dark_orange3", "very_low": "red3"}
EXCERPTS_PER_RULE = 4
EXCERPT_LENGTH = 70
QUOTE_LENGTH = 120


def render_text(
    report: Report, console: Console, *, every_flag: bool = False, rest: str = "--verbose or --format html"
) -> RenderableType:
    """Lay one report out for `console`: score, ledger of points, flags by category and rule.

    `every_flag` lists all flags; otherwise at most four excerpts of a rule are shown, and `rest`
    says where the others are.
    """
    parts: list[RenderableType] = [_title(report), _score(report), _ledger(report)]
    plain = console.no_color or console.color_system is None or not console.is_terminal
    hint = "" if every_flag else rest
    for category, heading in CATEGORY_NAMES.items():
        flags = report.flags_of(category)
        if flags:
            shown = [f for f in flags if every_flag or f.counted]
            head = Text(f"\n{heading}", style=f"bold {COLOURS[category]}")
            head.append(f"  {len(flags)} flag{'s' * (len(flags) > 1)}", style="dim")
            if len(shown) < len(flags):
                head.append(f", {len(flags) - len(shown)} of them at no cost", style="dim")
            parts.append(head)
            parts += [_rule_block(report, list(group), hint, plain) for group in _by_rule(shown)]
    parts += [Text(f"! {one_line(note)}", style="yellow") for note in notes(report)]
    return Group(*parts, Text(""))


def _by_rule(flags: Sequence[Flag]) -> list[list[Flag]]:
    ordered = sorted(flags, key=attrgetter("rule"))
    return [list(group) for _, group in groupby(ordered, key=attrgetter("rule"))]


def _title(report: Report) -> RenderableType:
    article = report.article
    name = report.name
    title = Text(one_line(report.headline), style="bold")
    details = [] if report.headline == name else [one_line(name)]
    details += [f"{report.words} words", report.language]
    details.append(f"published {article.published}" if article.published else "no publication date given")
    return Group(Line(style="dim"), title, Text(", ".join(details), style="dim"))


def _score(report: Report) -> RenderableType:
    credibility = report.credibility
    if credibility.score is None or credibility.band is None:
        lines = [Text("Credibility  no score", style="bold yellow")]
        lines += [Text(f"  {one_line(reason)}") for reason in credibility.reasons]
        return Group(*lines)
    colour = BAND_COLOURS[credibility.band]
    filled = round(credibility.score / 100 * 30)
    line = Text("Credibility  ")
    line.append(f"{credibility.score:g} / 100", style=f"bold {colour}")
    line.append(f"  {BAND_NAMES[credibility.band]}  ")
    line.append("█" * filled, style=colour).append("░" * (30 - filled), style="dim")
    return line


def _ledger(report: Report) -> RenderableType:
    if report.credibility.score is None:
        return _ai_line(report)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="dim")
    for c in report.credibility.contributions:
        points = Text(f"{c.points:+.1f}", style="red3" if c.points < 0 else "")
        table.add_row(points, SIGNAL_NAMES.get(c.signal, c.signal), c.why)
    table.add_row(Text(f"{report.credibility.score:.1f}", style="bold"), Text("score", style="bold"), "")
    return Group(Text(""), Padding(table, (0, 0, 0, 2)), _ai_line(report))


def _ai_line(report: Report) -> RenderableType:
    verdict = machine_writing(report)
    if verdict is None:
        return Text("")
    numbers = f", {verdict.numbers}" if verdict.numbers else ""
    basis = f": {one_line(verdict.basis)}" if verdict.basis else ""
    return Text(f"\nMachine writing: {verdict.name}{numbers}{basis}", style="dim")


def _rule_block(report: Report, flags: Sequence[Flag], rest: str, plain: bool) -> RenderableType:
    """Flags of one rule; `rest` says where all but the surest few are, "" where all are to be shown."""
    rule = catalogue()[flags[0].rule]
    shown = flags
    if rest and len(flags) > EXCERPTS_PER_RULE:
        surest = sorted(flags, key=attrgetter("score"), reverse=True)[:EXCERPTS_PER_RULE]
        shown = sorted(surest, key=lambda flag: flag.span.start)
    head = Text(f"{rule.code} ", style=f"bold {COLOURS[rule.category]}")
    head.append(rule.name.replace("-", " "), style="bold").append(f" ×{len(flags)}", style="dim")
    lines: list[RenderableType] = [head]
    same = len({flag.message for flag in flags}) == 1
    if same:
        lines.append(Padding(Text(flags[0].message, style="dim italic"), (0, 0, 0, 2)))
    for flag in shown:
        lines.append(Padding(_excerpt(report, flag, plain), (0, 0, 0, 2)))
        if not same:
            lines.append(Padding(Text(flag.message, style="dim italic"), (0, 0, 0, 4)))
    if len(flags) > len(shown):
        lines.append(Text(f"  … and {len(flags) - len(shown)} more ({rest})", style="dim"))
    return Padding(Group(*lines), (0, 0, 0, 2))


def _excerpt(report: Report, flag: Flag, plain: bool) -> Text:
    """Show the flagged phrase in its place; underlined, or in brackets where there is no colour."""
    text = report.article.text
    if is_whole_article(flag, len(text)):
        return Text("(the whole article)")
    quote = one_line(report.quote(flag.span))
    if len(quote) > QUOTE_LENGTH:
        quote = quote[: QUOTE_LENGTH * 2 // 3] + " … " + quote[-QUOTE_LENGTH // 4 :]
    context = max(0, EXCERPT_LENGTH - len(quote)) // 2
    start, end = max(0, flag.span.start - context), min(len(text), flag.span.end + context)
    before, after = text[start : flag.span.start], text[flag.span.end : end]
    if start:
        before = "…" + before.partition(" ")[2]
    if end < len(text):
        after = after.rpartition(" ")[0] + "…"
    excerpt = Text(printable(before))
    style = "" if plain else f"underline {COLOURS[flag.category]}"
    excerpt.append(f"[{quote}]" if plain else quote, style=style)
    return excerpt.append(printable(after))
