"""Near-duplicates and templated copies, by MinHash with locality-sensitive hashing (Broder 1997)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from detector.corroboration.findings import CopyGroup, CopyKind
from detector.errors import DatelineError

_WORD = re.compile(r"\w+")
SHINGLE = 3
PERMUTATIONS = 128


def find_copies(texts: Sequence[str], duplicate: float, copied: float) -> tuple[CopyGroup, ...]:
    """Group texts that share word 3-shingles: `near_duplicate` from `duplicate` on, else `templated`.

    Linear in the number of texts but for pairs that do share wording.

    Raises
    ------
    DatelineError
        Where the library `datasketch` of the extra `corroborate` is missing.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError as error:
        raise DatelineError(
            "comparing articles needs the library datasketch: pip install 'dateline[corroborate]'"
        ) from error

    index = MinHashLSH(threshold=copied, num_perm=PERMUTATIONS)
    hashes: dict[int, MinHash] = {}
    links: list[tuple[float, int, int]] = []
    for place, text in enumerate(texts):
        shingles = _shingles(text)
        if not shingles:
            continue
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch(sorted(shingles))
        matches = [(float(sketch.jaccard(hashes[other])), other) for other in sorted(index.query(sketch))]
        links += [(similarity, other, place) for similarity, other in matches if similarity >= copied]
        # The first of identical texts stands for all, so that a thousand copies don't take a million comparisons.
        if max(matches, default=(0.0, 0))[0] < 1.0:
            hashes[place] = sketch
            index.insert(place, sketch)
    groups = _groups("near_duplicate", [link for link in links if link[0] >= duplicate])
    known = {group.articles for group in groups}
    groups += [group for group in _groups("templated", links) if group.articles not in known]
    return tuple(sorted(groups, key=lambda group: (group.articles, group.kind)))


def _shingles(text: str) -> set[bytes]:
    words = _WORD.findall(text.lower())
    return {
        " ".join(words[i : i + SHINGLE]).encode("utf-8", "replace") for i in range(len(words) - SHINGLE + 1)
    }


def _groups(kind: CopyKind, links: Sequence[tuple[float, int, int]]) -> list[CopyGroup]:
    """Articles that links connect, by union-find; the similarity of a group is its weakest link's."""
    parent: dict[int, int] = {}

    def root(place: int) -> int:
        parent.setdefault(place, place)
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for _, left, right in links:
        first, second = sorted((root(left), root(right)))
        parent[second] = first
    members: dict[int, list[int]] = defaultdict(list)
    for place in sorted(parent):
        members[root(place)].append(place)
    weakest = dict.fromkeys(members, 1.0)
    for similarity, left, _ in links:
        weakest[root(left)] = min(weakest[root(left)], similarity)
    return [CopyGroup(kind, tuple(group), round(weakest[first], 2)) for first, group in members.items()]
