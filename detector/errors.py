"""The exceptions that Dateline raises.

DatelineError
├── InputError            the input is at fault; the message names it and the way out
│   ├── UnreadableError     not text, not of the format it claims, or damaged
│   ├── TooLargeError       over a cap on size, nesting, decompression or time
│   └── EmptyInputError     nothing readable is left after the container is opened
├── UsageError            an option or a setting is out of its range
└── ModelError            an artifact is missing, altered, or does not fit this version
"""

from __future__ import annotations


class DatelineError(Exception):
    """Base of every error that Dateline raises on purpose."""


class InputError(DatelineError):
    """The input is at fault: `source` names it, the message says why and what to do."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class UnreadableError(InputError):
    """The input is not text, not of the format it claims, or damaged."""


class TooLargeError(InputError):
    """The input exceeds a cap on size, nesting, decompression or time."""


class EmptyInputError(InputError):
    """Nothing readable is left once the container is opened."""


class UsageError(DatelineError):
    """An option or a setting is out of its range."""


class ModelError(DatelineError):
    """An artifact is missing, altered, or does not fit this version of Dateline."""
