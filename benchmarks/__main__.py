"""`python -m benchmarks`: the commands of this package, a line each; every one runs by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path


def commands() -> Iterator[tuple[str, str]]:
    """Yield the name of each module that can be run, and the first line of its docstring."""
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        source = path.read_text("utf-8")
        if "\nif __name__ ==" in source:
            yield path.stem, (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def main() -> None:
    """Print the list."""
    for name, summary in commands():
        print(f"python -m benchmarks.{name}\n    {summary}")


if __name__ == "__main__":
    main()
