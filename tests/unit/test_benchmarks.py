"""The list of benchmark commands."""

from __future__ import annotations

from benchmarks.__main__ import commands, main


def test_the_list_names_every_command_and_what_it_is(capsys):
    found = dict(commands())
    assert {"batch", "service", "sourcing"} <= set(found)
    assert "floor" not in found, "a module that is no command"
    assert all(found.values())
    main()
    assert "python -m benchmarks.batch\n" in capsys.readouterr().out
