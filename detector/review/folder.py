"""Files of a folder that may be articles: those that `dateline batch` takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from detector.errors import InputError, UnreadableError
from detector.reading.names import earlier_outputs, is_left_out, link_fault


def article_files(root: Path) -> Iterator[Path | InputError]:
    """Yield the files below a folder in a fixed order; what must not be followed comes as its error.

    Hidden files and folders, READMEs, and what a batch wrote, are passed over.
    """
    faults: list[InputError] = []
    real_root = os.path.realpath(root)
    for place, folders, files in os.walk(root, onerror=lambda error: faults.append(_fault(error))):
        yield from faults
        faults.clear()
        written = earlier_outputs(files)
        names = sorted(n for n in (*folders, *files) if n not in written and not is_left_out(n))
        for path in (Path(place, name) for name in names):
            reason = link_fault(str(path), real_root) if path.is_symlink() else ""
            if reason:
                yield UnreadableError(str(path), reason)
            elif path.name in files:
                yield path
        folders[:] = [name for name in names if name in folders]
    yield from faults


def _fault(error: OSError) -> InputError:
    return UnreadableError(str(error.filename), error.strerror or str(error))
