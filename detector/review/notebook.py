"""Run a notebook from top to bottom without a browser, and keep what shows without one.

`python -m detector.review.notebook notebooks/review.ipynb [--html review.html]`
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

WIDGET: Final = "application/vnd.jupyter.widget-view+json"


def run_notebook(path: Path, seconds: int = 300) -> Any:
    """Run all cells in the folder of the notebook; gives it with its outputs.

    Widgets are left out of the outputs, since without their kernel they show nothing: their
    static rendering stays. A cell that fails raises `nbclient.exceptions.CellExecutionError`.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook,
        timeout=seconds,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    client.execute()
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        # Times of each run would change the file for nothing.
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            if "data" in output and "text/html" in output.data:
                output.data.pop(WIDGET, None)
    return notebook


def to_html(notebook: Any) -> str:
    """Give a page of a notebook that was run."""
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    return str(body)


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page, too.")
def main(path: Path, html: Path | None) -> None:
    """Run the notebook at PATH, and write its outputs into it."""
    import nbformat

    notebook = run_notebook(path)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    if html is not None:
        html.write_text(to_html(notebook), "utf-8")


if __name__ == "__main__":
    main()
