"""Near-duplicates and templated copies, by MinHash with locality-sensitive hashing (Broder 1997)."""

from __future__ import annotations

import re
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
        Where the library `datasketch` of the extra `batch` is missing.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError as error:
        raise DatelineError(
            "comparing articles needs the library datasketch: pip install 'dateline[batch]'"
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
    near = _components([link for link in links if link[0] >= duplicate])
    loose = _components(links)
    groups = [_group("near_duplicate", members, links) for members in near]
    known = {group.articles for group in groups}
    groups += [_group("templated", members, links) for members in loose if members not in known]
    return tuple(sorted(groups, key=lambda group: (group.articles, group.kind)))


def _shingles(text: str) -> set[bytes]:
    words = _WORD.findall(text.lower())
    return {
        " ".join(words[i : i + SHINGLE]).encode("utf-8", "replace") for i in range(len(words) - SHINGLE + 1)
    }


def _components(links: Sequence[tuple[float, int, int]]) -> list[tuple[int, ...]]:
    group_of: dict[int, set[int]] = {}
    for _, left, right in links:
        joined = group_of.get(left, {left}) | group_of.get(right, {right})
        for member in joined:
            group_of[member] = joined
    return sorted({tuple(sorted(group)) for group in group_of.values()})


def _group(kind: CopyKind, members: tuple[int, ...], links: Sequence[tuple[float, int, int]]) -> CopyGroup:
    inside = set(members)
    weakest = min(similarity for similarity, left, right in links if left in inside and right in inside)
    return CopyGroup(kind, members, round(weakest, 2))
