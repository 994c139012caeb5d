"""The commands of `python -m training sourcing`."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sklearn")

from training.sourcing.commands import COMMANDS, command


def test_every_command_is_called_what_the_table_calls_it() -> None:
    assert command.commands == COMMANDS
    assert {name: entry.name for name, entry in COMMANDS.items()} == {name: name for name in COMMANDS}
