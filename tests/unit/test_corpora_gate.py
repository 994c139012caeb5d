"""The one gate of the tests on the corpora: it skips them without a folder, and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GATED = "import pytest\n\n@pytest.mark.corpora\ndef test_on_the_corpora():\n    pass\n"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", ("1 skipped", "1 tests on the corpora did NOT run: DATELINE_CORPORA is not set")),
        ("nowhere", ("1 skipped", "1 tests on the corpora did NOT run: DATELINE_CORPORA names no folder: nowhere")),
        (".", ("1 passed",)),
    ],
)  # fmt: skip
def test_a_marked_test_runs_where_there_is_a_folder(tmp_path, value, said):
    shutil.copy(Path(__file__).parents[1] / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = corpora: reads the corpora\n", "utf-8")
    (tmp_path / "test_gated.py").write_text(GATED, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "DATELINE_CORPORA": value},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert all(words in done.stdout for words in said), done.stdout
    assert ("NOT run" in done.stdout) == ("1 skipped" in said)
