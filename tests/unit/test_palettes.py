"""Colours: those of a report in a page and in a notebook are the same, and are read by weak eyes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "detector" / "reports" / "templates"
SHEETS = {
    "page": TEMPLATES / "report.css",
    "notebook": TEMPLATES / "notebook.css",
    "review": ROOT / "detector" / "review" / "static" / "widget.css",
    "service": ROOT / "service" / "page" / "style.css",
}
GROUNDS = ("paper", "card")
NO_TEXT = {*GROUNDS, "line", "wash"}
ENOUGH = 4.5
"""Contrast of text with its ground, WCAG 2.1, criterion 1.4.3 (AA)."""


def palettes(sheet: str) -> list[dict[str, str]]:
    """Colours by name, of the light and of the dark theme of a style sheet."""
    blocks = re.findall(r"\{([^{}]*--ink: #[^{}]*)\}", SHEETS[sheet].read_text("utf-8"))
    found = [dict(re.findall(r"--(\w+): (#\w+)", block)) for block in blocks]
    return [palette for palette in found if "integrity" in palette]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` or `#rgb`, in [0, 1]."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, from 1 to 21.

    >>> contrast("#000", "#ffffff")
    21.0
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_page_and_notebook_have_one_palette():
    assert palettes("page") == palettes("notebook")


def test_plots_have_the_palette_of_the_page():
    plots = pytest.importorskip("detector.review.plots")
    light, _ = palettes("page")
    drawn = {**plots.TONES, **{name.replace(" ", "_"): tone for _, tone, name in plots.BANDS}}
    drawn |= {"paper": plots.PAPER, "ink": plots.INK, "soft": plots.SOFT}
    assert drawn == {name: light[name] for name in drawn}


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_tone_is_legible_on_every_ground(sheet):
    light, dark = palettes(sheet)
    for palette in (light, dark):
        weak = {
            (name, ground): round(contrast(tone, palette[ground]), 2)
            for name, tone in palette.items()
            for ground in GROUNDS
            if name not in NO_TEXT and contrast(tone, palette[ground]) < ENOUGH
        }
        assert not weak
