"""The notebook of the review: it runs from top to bottom, and what is committed shows without a kernel."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from detector.review import DecisionStore, Queue, Review
from detector.review.notebook import WIDGET, run_notebook, to_html

nbformat = pytest.importorskip(
    "nbformat", reason="the extra `notebook` is not installed: the notebook was NOT run"
)
pytest.importorskip("nbclient", reason="the extra `notebook` is not installed: the notebook was NOT run")

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "review.ipynb"
REMAKE = "the tool shows something else by now: run `python examples/review/remake.py`"


def test_the_notebook_holds_no_logic() -> None:
    code = "\n".join(c.source for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.cell_type == "code")
    logic = (
        ast.FunctionDef,
        ast.ClassDef,
        ast.For,
        ast.While,
        ast.If,
        ast.Try,
        ast.Lambda,
        ast.comprehension,
    )
    assert not [type(node).__name__ for node in ast.walk(ast.parse(code)) if isinstance(node, logic)]


def test_the_committed_outputs_show_on_github() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    data = [output.data for output in outputs if "data" in output]
    assert all(output.output_type != "error" for output in outputs)
    assert not [entry for entry in data if WIDGET in entry]
    assert sum("image/png" in entry for entry in data) == 5
    html = "".join(entry.get("text/html", "") for entry in data)
    assert "<script" not in html
    assert "<mark" in html
    assert str(Path.home()) not in html
    assert str(ROOT) not in html


def test_the_committed_outputs_are_of_this_tool(queue: Queue, store: DecisionStore) -> None:
    outputs = [o for cell in nbformat.read(NOTEBOOK, as_version=4).cells for o in cell.get("outputs", ())]
    shown = [body_of(o.data.get("text/html", "")) for o in outputs if "data" in o]
    assert body_of(queue._repr_html_()) in shown, REMAKE
    assert body_of(Review(queue, store, "reviewer").to_html()) in shown, REMAKE
    assert any(queue[0].engine.rules_version in page for page in shown), REMAKE


def body_of(page: str) -> str:
    return page.rpartition("</style>")[2].strip()


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    for name in ("notebooks", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("decisions.sqlite*"))
    notebook = run_notebook(tmp_path / "notebooks" / "review.ipynb")
    with DecisionStore(tmp_path / "notebooks" / "decisions.sqlite") as own:
        assert own.history() == []  # what is made up must not teach the rules
    page = to_html(notebook)
    assert page.count("<img alt=") == 5
    assert "Historic Talks" in page
    assert "<sup>" in page
