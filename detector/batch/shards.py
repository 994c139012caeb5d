"""Shards: the unit of work, a few items that are read, scored and written together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b

SHARD_ITEMS = 32
SHARD_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """One file, or one line of a file of JSON lines: what is read at once and can fail alone.

    `name` stands for it in errors, and for the id of an article that has none. `length` is -1 for
    a whole file. `skip` is the reason why it is not read at all.
    """

    name: str
    path: str = ""
    start: int = 0
    length: int = -1
    digest: str = ""
    is_line: bool = False
    skip: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Shard:
    """Items `first` up to, not including, `first + len(items)` of the shard `number`.

    `whole` is false for a part, which comes about when a shard kills its workers.
    """

    number: int
    items: tuple[Item, ...]
    first: int = 0
    whole: bool = True

    @property
    def name(self) -> str:
        """Name of the file of its results, without suffix; parts have their range in it."""
        stop = self.first + len(self.items)
        return f"{self.number:08d}" + ("" if self.whole else f".{self.first:05d}-{stop:05d}")

    @property
    def digest(self) -> str:
        """Digest of what its items are and hold."""
        found = blake2b(digest_size=16)
        for item in self.items:
            found.update(json.dumps([item.name, item.digest, item.length, item.skip]).encode())
        return found.hexdigest()

    def split(self) -> tuple[Shard, Shard]:
        """Halve it.

        >>> [half.name for half in Shard(7, (Item("a"), Item("b"), Item("c"))).split()]
        ['00000007.00000-00001', '00000007.00001-00003']
        """
        middle = len(self.items) // 2
        return (
            replace(self, items=self.items[:middle], whole=False),
            replace(self, items=self.items[middle:], first=self.first + middle, whole=False),
        )

    def to_line(self) -> bytes:
        """One line of the plan."""
        items = [[i.name, i.path, i.start, i.length, i.digest, i.is_line, i.skip, i.size] for i in self.items]
        return json.dumps([self.number, items], separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Shard:
        """Read a line of the plan.

        >>> shard = Shard(3, (Item("a.txt", "/in/a.txt", digest="00", size=4),))
        >>> Shard.from_line(shard.to_line()) == shard
        True
        """
        number, items = json.loads(line)
        return cls(number, tuple(Item(*fields) for fields in items))


def cut_shards(items: Iterable[Item], *, most: int = SHARD_ITEMS) -> Iterator[Shard]:
    """Group items, in order, into shards of at most `most` items and about 2 MB.

    The first shards are small, so that a few articles occupy all cores, too.

    >>> [len(shard.items) for shard in cut_shards(Item("x") for _ in range(40))]
    [1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 8, 4]
    """
    number, size = 0, 0
    held: list[Item] = []
    for item in items:
        if held and (len(held) >= min(most, 1 << (number // 4)) or size + item.size > SHARD_BYTES):
            yield Shard(number, tuple(held))
            number, size, held = number + 1, 0, []
        held.append(item)
        size += item.size
    if held:
        yield Shard(number, tuple(held))
