"""The results of a shard on disk: lines, then a footer that tells what they are of and that they are all there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, BinaryIO

from detector.batch import storage
from detector.batch.rows import Failure
from detector.report import Report

_TAIL = 65_536


@dataclass(slots=True)
class Tally:
    """Counts over some rows; `scores` counts each value, a multiple of 0.5, as a string."""

    rows: int = 0
    errors: int = 0
    abstained: int = 0
    words: int = 0
    scores: Counter[str] = field(default_factory=Counter)
    bands: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def count(self, row: Report | Failure) -> None:
        """Count one row."""
        self.rows += 1
        if isinstance(row, Failure):
            self.errors += 1
            return
        self.words += row.words
        credibility = row.credibility
        if credibility.score is None or credibility.band is None:
            self.abstained += 1
        else:
            self.scores[f"{credibility.score:g}"] += 1
            self.bands[credibility.band] += 1
        self.rules.update(flag.rule for flag in row.flags if flag.counted)

    def add(self, other: Tally) -> None:
        """Add the counts of other rows."""
        for name in ("rows", "errors", "abstained", "words"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("scores", "bands", "rules"):
            getattr(self, name).update(getattr(other, name))

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON."""
        return {name: getattr(self, name) for name in Tally.__slots__}

    @classmethod
    def from_dict(cls, counts: Mapping[str, Any]) -> Tally:
        """The counts of `to_dict`."""
        groups = {name: Counter(counts[name]) for name in ("scores", "bands", "rules")}
        return cls(**{**counts, **groups})

    @property
    def lowest(self) -> float | None:
        """Lowest score, None where there is none."""
        return min(map(float, self.scores), default=None)

    @property
    def median(self) -> float | None:
        """Lower median of the scores, None where there is none."""
        half = (self.scores.total() + 1) // 2
        for value in sorted(map(float, self.scores)):
            half -= self.scores[f"{value:g}"]
            if half <= 0:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Footer:
    """Last line of a shard's results: digest of its inputs, counts, and size and digest of the lines before."""

    digest: str
    tally: Tally
    body_bytes: int
    body_digest: str


class ResultsFile:
    """Results being written; `tally` is filled by the writer."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = blake2b(digest_size=16)
        self._size = 0
        self.tally = Tally()

    def add(self, line: bytes) -> None:
        """Write one line."""
        self._stream.write(line)
        self._digest.update(line)
        self._size += len(line)

    def end(self, inputs: str) -> None:
        """Write the footer; `inputs` is the digest of what was scored."""
        value = {
            "inputs": inputs,
            "tally": self.tally.to_dict(),
            "bytes": self._size,
            "digest": self._digest.hexdigest(),
        }
        self._stream.write(json.dumps(value, sort_keys=True).encode() + b"\n")


@contextmanager
def write_results(path: str, temp: str, inputs: str) -> Iterator[ResultsFile]:
    """Write the results of a shard: they appear, with their footer, when the block ends well.

    Raises
    ------
    StorageError
        Where they cannot be written.
    """
    with storage.write_atomically(path, temp) as stream:
        results = ResultsFile(stream)
        yield results
        results.end(inputs)


def read_footer(path: str) -> Footer | None:
    """Give the footer of complete results, None where they are missing or cut off."""
    tail = storage.read_tail(path, _TAIL)
    if not tail or not tail.endswith(b"\n"):
        return None
    last = tail[:-1].rpartition(b"\n")[2]
    try:
        value = json.loads(last)
        tally = Tally.from_dict(value["tally"])
        return Footer(str(value["inputs"]), tally, int(value["bytes"]), str(value["digest"]))
    except (ValueError, KeyError, TypeError):
        return None


def read_rows(path: str) -> Iterator[bytes]:
    """Yield the lines of results, and check at the end that they are as they were written.

    Raises
    ------
    StorageError
        Where the file is cut off or was altered.
    """
    footer = read_footer(path)
    if footer is None:
        raise storage.StorageError(f"{path} is not complete; --resume scores its articles again")
    found = blake2b(digest_size=16)
    left = footer.body_bytes
    with storage.open_read(path) as stream:
        while left > 0 and (line := stream.readline()):
            left -= len(line)
            found.update(line)
            yield line
    if left or found.hexdigest() != footer.body_digest:
        raise storage.StorageError(f"{path} was altered; delete it, and --resume scores its articles again")
