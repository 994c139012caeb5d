"""Lexical richness and word frequency, in measures that depend little on the length of the text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from detector.stylometry.prose import Prose
from detector.stylometry.words import function_words

_WINDOW = 50
_MTLD_THRESHOLD = 0.72
_HDD_SAMPLE = 42


def mattr(prose: Prose) -> float:
    """Mean type-token ratio over every window of 50 words (Covington & McFall 2010)."""
    words = prose.words
    if len(words) <= _WINDOW:
        return len(prose.counts) / len(words) if words else 0.0
    counts = Counter(words[:_WINDOW])
    total = types = len(counts)
    for old, new in zip(words, words[_WINDOW:], strict=False):
        counts[old] -= 1
        types -= counts[old] == 0
        types += counts[new] == 0
        counts[new] += 1
        total += types
    return total / (_WINDOW * (len(words) - _WINDOW + 1))


def _factors(words: tuple[str, ...]) -> float:
    factors, seen, count = 0.0, set[str](), 0
    for word in words:
        count += 1
        seen.add(word)
        if len(seen) < _MTLD_THRESHOLD * count:
            factors += 1.0
            seen, count = set(), 0
    if count:
        factors += (1.0 - len(seen) / count) / (1.0 - _MTLD_THRESHOLD)
    return factors


def mtld(prose: Prose) -> float:
    """Words per drop of the type-token ratio below .72, forward and backward, at most 300 (McCarthy & Jarvis 2010)."""
    if not prose.words:
        return 0.0
    both = [_factors(prose.words), _factors(prose.words[::-1])]
    return float(np.mean([min(300.0, len(prose.words) / max(f, 1e-6)) for f in both]))


def hdd(prose: Prose) -> float:
    """Expected share of types in 42 random words: sum over types of P(drawn) / 42 (McCarthy & Jarvis 2007)."""
    n = len(prose.words)
    sample = min(_HDD_SAMPLE, n)
    if n < 2:
        return 0.0
    total = 0.0
    all_draws = math.lgamma(n + 1) - math.lgamma(n - sample + 1)
    for count, types in Counter(prose.counts.values()).items():
        missed = 0.0
        if n - count >= sample:
            missed = math.exp(math.lgamma(n - count + 1) - math.lgamma(n - count - sample + 1) - all_draws)
        total += types * (1.0 - missed)
    return total / sample


def yule_k(prose: Prose) -> float:
    """10^4 (sum_i i^2 V_i - N) / N^2, with V_i the types that occur i times (Yule 1944; Tweedie & Baayen 1998)."""
    n = len(prose.words)
    return 1e4 * (sum(c * c for c in prose.counts.values()) - n) / (n * n) if n else 0.0


def honore_r(prose: Prose) -> float:
    """100 ln N / (1 - V_1 / V), with the quotient's floor at .05 (Honore 1979; Tweedie & Baayen 1998)."""
    if not prose.words:
        return 0.0
    once = sum(c == 1 for c in prose.counts.values()) / len(prose.counts)
    return 100.0 * math.log(len(prose.words)) / max(1.0 - once, 0.05)


def sichel_s(prose: Prose) -> float:
    """Share of types that occur exactly twice, V_2 / V (Sichel 1975)."""
    return sum(c == 2 for c in prose.counts.values()) / len(prose.counts) if prose.counts else 0.0


def brunet_w(prose: Prose) -> float:
    """N ** (V ** -.165): low for a rich vocabulary (Brunet 1978; Tweedie & Baayen 1998)."""
    return float(len(prose.words) ** (len(prose.counts) ** -0.165)) if prose.words else 0.0


def maas_a2(prose: Prose) -> float:
    """(ln N - ln V) / (ln N)^2: low for a rich vocabulary (Maas 1972)."""
    if len(prose.words) < 2:
        return 0.0
    log_n = math.log(len(prose.words))
    return (log_n - math.log(len(prose.counts))) / log_n**2


def hapax_100(prose: Prose) -> float:
    """Mean share, over full windows of 100 words, of the words that occur once in the window (Stamatatos 2009)."""
    size = min(100, len(prose.words))
    if not size:
        return 0.0
    shares = [
        sum(c == 1 for c in Counter(prose.words[i : i + size]).values()) / size
        for i in range(0, len(prose.words) - size + 1, size)
    ]
    return float(np.mean(shares))


def content_mattr(prose: Prose) -> float:
    """Types over tokens of the first 100 content words (Covington & McFall 2010, without function words)."""
    stop = function_words()
    content = [word for word in prose.words if word not in stop][:100]
    return len(set(content)) / len(content) if content else 0.0


def word_length_mean(prose: Prose) -> float:
    """Mean characters per word, apostrophes and the stops of u.s. among them (Mendenhall 1887)."""
    return float(prose.word_lengths.mean()) if prose.words else 0.0


def word_length_sd(prose: Prose) -> float:
    """Standard deviation of characters per word, apostrophes and the stops of u.s. among them (Mendenhall 1887)."""
    return float(prose.word_lengths.std()) if prose.words else 0.0


def long_words(prose: Prose) -> float:
    """Share of words of seven letters or more, as in LIX (Bjornsson 1968)."""
    return float((prose.word_lengths >= 7).mean()) if prose.words else 0.0


def very_long_words(prose: Prose) -> float:
    """Share of words of eleven letters or more (Stamatatos 2009)."""
    return float((prose.word_lengths >= 11).mean()) if prose.words else 0.0


def short_words(prose: Prose) -> float:
    """Share of words of three letters or fewer (Stamatatos 2009)."""
    return float((prose.word_lengths <= 3).mean()) if prose.words else 0.0


def syllables_mean(prose: Prose) -> float:
    """Mean syllables per word (Flesch 1948)."""
    return prose.share(sum(c * prose.syllables[w] for w, c in prose.counts.items()))


def polysyllables(prose: Prose) -> float:
    """Share of words of three syllables or more (McLaughlin 1969, SMOG)."""
    return prose.share(sum(c for w, c in prose.counts.items() if prose.syllables[w] >= 3))


def function_word_share(prose: Prose) -> float:
    """Share of words of the closed classes (Mosteller & Wallace 1964)."""
    found = prose.frequencies
    return prose.share(float(found.counts[found.is_function].sum()))


def log_frequency_mean(prose: Prose) -> float:
    """Mean log10 frequency per million words in human news; .5 for a word off the list (GLTR, Gehrmann et al. 2019)."""
    found = prose.frequencies
    return float(found.logs @ found.counts) / len(prose.words) if prose.words else 0.0


def log_frequency_sd(prose: Prose) -> float:
    """Standard deviation of the log10 frequency of words in human news (GLTR, Gehrmann et al. 2019)."""
    found = prose.frequencies
    apart = (found.logs - log_frequency_mean(prose)) ** 2
    return float(np.sqrt(apart @ found.counts / len(prose.words))) if prose.words else 0.0


def content_log_frequency(prose: Prose) -> float:
    """Mean log10 frequency of the content words alone (GLTR, Gehrmann et al. 2019)."""
    found = prose.frequencies
    counts = np.where(found.is_function, 0.0, found.counts)
    return float(found.logs @ counts / counts.sum()) if counts.sum() else 0.0


def _rank_share(prose: Prose, low: int, high: int) -> float:
    found = prose.frequencies
    return prose.share(float(found.counts[(found.ranks >= low) & (found.ranks <= high)].sum()))


def top_100(prose: Prose) -> float:
    """Share of words among the 100 commonest of human news (GLTR's rank buckets, Gehrmann et al. 2019)."""
    return _rank_share(prose, 1, 100)


def rank_100_1000(prose: Prose) -> float:
    """Share of words of rank 101 to 1,000 in human news (GLTR's rank buckets)."""
    return _rank_share(prose, 101, 1000)


def rank_1000_5000(prose: Prose) -> float:
    """Share of words of rank 1,001 and above on the list of human news (GLTR's rank buckets)."""
    return _rank_share(prose, 1001, 1_000_000)


def off_list(prose: Prose) -> float:
    """Share of words that are not on the list of human news (GLTR's rank buckets)."""
    return _rank_share(prose, 0, 0)


def names(prose: Prose) -> float:
    """Share of words written with a capital inside a sentence: a proxy of names (Stamatatos 2009)."""
    inside = sum(token[0].isupper() for s in prose.sentences for token in s.tokens[1:] if token[0].isalpha())
    return prose.share(inside)


def acronyms(prose: Prose) -> float:
    """Words of two letters or more, all of them capitals, per 1,000 words (Stamatatos 2009)."""
    return prose.per_1000(sum(len(t) > 1 and t.isupper() for t in prose.tokens if t[0].isalpha()))


def numbers(prose: Prose) -> float:
    """Numbers in digits, per 1,000 words (Munoz-Ortiz et al. 2024: fewer in machine-written news than in wire copy)."""
    return prose.per_1000(sum(token[0].isdigit() for token in prose.tokens))


MEASURES: Mapping[str, Callable[[Prose], float]] = {
    "lexical.mattr": mattr,
    "lexical.mtld": mtld,
    "lexical.hdd": hdd,
    "lexical.yule_k": yule_k,
    "lexical.honore_r": honore_r,
    "lexical.sichel_s": sichel_s,
    "lexical.brunet_w": brunet_w,
    "lexical.maas_a2": maas_a2,
    "lexical.hapax_100": hapax_100,
    "lexical.content_mattr": content_mattr,
    "lexical.word_length_mean": word_length_mean,
    "lexical.word_length_sd": word_length_sd,
    "lexical.long_words": long_words,
    "lexical.very_long_words": very_long_words,
    "lexical.short_words": short_words,
    "lexical.syllables_mean": syllables_mean,
    "lexical.polysyllables": polysyllables,
    "lexical.function_words": function_word_share,
    "lexical.log_frequency_mean": log_frequency_mean,
    "lexical.log_frequency_sd": log_frequency_sd,
    "lexical.content_log_frequency": content_log_frequency,
    "lexical.top_100": top_100,
    "lexical.rank_100_1000": rank_100_1000,
    "lexical.rank_1000_5000": rank_1000_5000,
    "lexical.off_list": off_list,
    "lexical.names": names,
    "lexical.acronyms": acronyms,
    "lexical.numbers": numbers,
}
