"""Repetition: n-grams that come back, entropy, compressibility, overlap of neighbouring sentences."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from detector.stylometry.prose import Prose
from detector.stylometry.words import function_words

_CHUNK = 1000


def _entropy(items: Iterable[object]) -> float:
    counts = Counter(items).values()
    total = sum(counts)
    return -sum(c / total * math.log2(c / total) for c in counts) if total else 0.0


def _repeated(prose: Prose, n: int) -> float:
    """Mean share of n-grams already seen, over windows of 150 words: windows make it independent of length."""
    words = prose.words
    size = min(150, len(words))
    if size <= n:
        return 0.0
    shares = []
    for start in range(0, len(words) - size + 1, size):
        window = words[start : start + size]
        grams = list(zip(*(window[i:] for i in range(n)), strict=False))
        shares.append(1.0 - len(set(grams)) / len(grams))
    return float(np.mean(shares))


def repeated_bigrams(prose: Prose) -> float:
    """Mean share of word pairs already seen in their window of 150 words (Holtzman et al. 2020)."""
    return _repeated(prose, 2)


def repeated_trigrams(prose: Prose) -> float:
    """Mean share of word triples already seen in their window of 150 words (Holtzman et al. 2020)."""
    return _repeated(prose, 3)


def far_trigrams(prose: Prose) -> float:
    """Different triples seen in both halves of the text, per 1,000 words (Gehrmann et al. 2019)."""
    half = len(prose.words) // 2
    left, right = prose.words[:half], prose.words[half:]
    common = set(zip(left, left[1:], left[2:], strict=False)) & set(
        zip(right, right[1:], right[2:], strict=False)
    )
    return prose.per_1000(len(common))


def word_entropy(prose: Prose) -> float:
    """Entropy in bits of the first 120 words (Shannon 1948)."""
    return _entropy(prose.words[:120])


def letter_entropy(prose: Prose) -> float:
    """Entropy in bits of the characters of words, apostrophes and the stops of u.s. among them (Shannon 1951)."""
    return _entropy("".join(prose.words))


def letter_pair_entropy(prose: Prose) -> float:
    """Entropy in bits of a character given the one before, over the first 1,000 of the words joined by spaces (Shannon 1951)."""
    text = " ".join(prose.words)[:_CHUNK]
    if len(text) < 2:
        return 0.0
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.int64)
    pairs = codes[:-1] * 0x110000 + codes[1:]
    return max(0.0, _array_entropy(pairs) - _array_entropy(codes[:-1]))


def _array_entropy(codes: npt.NDArray[np.int64]) -> float:
    counts = np.unique(codes, return_counts=True)[1]
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def compressed(prose: Prose) -> float:
    """Mean zlib size over size of chunks of 1,000 bytes of the words joined by spaces (Mahoney 1999; Jiang et al. 2023)."""
    data = " ".join(prose.words).encode("utf-8", "replace")
    size = min(_CHUNK, len(data))
    if not size:
        return 0.0
    chunks = [data[i : i + size] for i in range(0, len(data) - size + 1, size)]
    return float(np.mean([len(zlib.compress(chunk, 6)) / size for chunk in chunks]))


def neighbour_overlap(prose: Prose) -> float:
    """Mean Jaccard overlap of the content words of two neighbouring sentences (Graesser et al. 2004, Coh-Metrix)."""
    stop = function_words()
    sets = [set(s.words) - stop for s in prose.sentences]
    pairs = [(a, b) for a, b in pairwise(sets) if a and b]
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs])) if pairs else 0.0


def top_content(prose: Prose) -> float:
    """Share of the words that are the three commonest content words (Stamatatos 2009)."""
    stop = function_words()
    return prose.share(sum(sorted((c for w, c in prose.counts.items() if w not in stop), reverse=True)[:3]))


def function_sequence_entropy(prose: Prose) -> float:
    """Entropy in bits of pairs of function words, content words as one symbol, first 150 words (Argamon & Levitan 2005)."""
    stop = function_words()
    shape = [w if w in stop else "*" for w in prose.words[:150]]
    return _entropy(pairwise(shape))


def content_runs(prose: Prose) -> float:
    """Mean length of unbroken runs of content words (Argamon & Levitan 2005)."""
    stop = function_words()
    runs, run = [], 0
    for word in prose.words:
        if word in stop:
            if run:
                runs.append(run)
            run = 0
        else:
            run += 1
    if run:
        runs.append(run)
    return float(np.mean(runs)) if runs else 0.0


def opening_echo(prose: Prose) -> float:
    """Share of the content words of the last two sentences that the first three hold: circular closings (Wikipedia, Signs of AI writing)."""
    stop = function_words()
    first = {w for s in prose.sentences[:3] for w in s.words} - stop
    last = {w for s in prose.sentences[3:][-2:] for w in s.words} - stop
    return len(first & last) / len(last) if last else 0.0


MEASURES: Mapping[str, Callable[[Prose], float]] = {
    "repetition.bigrams": repeated_bigrams,
    "repetition.trigrams": repeated_trigrams,
    "repetition.far_trigrams": far_trigrams,
    "repetition.word_entropy": word_entropy,
    "repetition.letter_entropy": letter_entropy,
    "repetition.letter_pair_entropy": letter_pair_entropy,
    "repetition.compressed": compressed,
    "repetition.neighbour_overlap": neighbour_overlap,
    "repetition.top_content": top_content,
    "repetition.function_sequence_entropy": function_sequence_entropy,
    "repetition.content_runs": content_runs,
    "repetition.opening_echo": opening_echo,
}
