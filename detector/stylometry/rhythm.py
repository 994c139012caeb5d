"""Sentence rhythm: how long sentences and clauses are, and how much that varies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from detector.stylometry.lexical import syllables_mean
from detector.stylometry.prose import Prose

_CLAUSE_MARKS = frozenset(",;:.!?()-")


def _cv(values: npt.NDArray[np.float64]) -> float:
    return float(values.std() / values.mean()) if len(values) > 1 and values.mean() > 0 else 0.0


def sentence_length_mean(prose: Prose) -> float:
    """Mean words per sentence (Yule 1939)."""
    return float(prose.lengths.mean()) if len(prose.lengths) else 0.0


def sentence_length_median(prose: Prose) -> float:
    """Median words per sentence (Yule 1939)."""
    return float(np.median(prose.lengths)) if len(prose.lengths) else 0.0


def sentence_length_sd(prose: Prose) -> float:
    """Standard deviation of words per sentence (Desaire et al. 2023)."""
    return float(prose.lengths.std()) if len(prose.lengths) else 0.0


def sentence_length_cv(prose: Prose) -> float:
    """Standard deviation over mean of words per sentence (Desaire et al. 2023)."""
    return _cv(prose.lengths)


def sentence_length_p90(prose: Prose) -> float:
    """90th percentile of words per sentence (Desaire et al. 2023)."""
    return float(np.quantile(prose.lengths, 0.9)) if len(prose.lengths) else 0.0


def sentence_length_p10(prose: Prose) -> float:
    """10th percentile of words per sentence (Desaire et al. 2023)."""
    return float(np.quantile(prose.lengths, 0.1)) if len(prose.lengths) else 0.0


def short_sentences(prose: Prose) -> float:
    """Share of sentences of at most 10 words (Desaire et al. 2023)."""
    return float((prose.lengths <= 10).mean()) if len(prose.lengths) else 0.0


def long_sentences(prose: Prose) -> float:
    """Share of sentences of more than 34 words (Desaire et al. 2023)."""
    return float((prose.lengths > 34).mean()) if len(prose.lengths) else 0.0


def middle_sentences(prose: Prose) -> float:
    """Share of sentences of 16 to 28 words, where machine text is dense (Munoz-Ortiz et al. 2024)."""
    return float(((prose.lengths >= 16) & (prose.lengths <= 28)).mean()) if len(prose.lengths) else 0.0


def sentence_length_skew(prose: Prose) -> float:
    """Third standardised moment of words per sentence, clipped to [-4, 4] (Yule 1939)."""
    if len(prose.lengths) < 3 or prose.lengths.std() == 0:
        return 0.0
    z = (prose.lengths - prose.lengths.mean()) / prose.lengths.std()
    return float(np.clip((z**3).mean(), -4, 4))


def successive_difference(prose: Prose) -> float:
    """Mean |l_i - l_(i+1)| over mean length: the change from sentence to sentence (after nPVI, Grabe & Low 2002)."""
    if len(prose.lengths) < 2:
        return 0.0
    return float(np.abs(np.diff(prose.lengths)).mean() / prose.lengths.mean())


def autocorrelation(prose: Prose) -> float:
    """Correlation of each sentence's length with the next one's (Pawlowski 1997); 0 under four sentences."""
    if len(prose.lengths) < 4 or prose.lengths.std() == 0:
        return 0.0
    z = prose.lengths - prose.lengths.mean()
    return float((z[:-1] * z[1:]).sum() / (z**2).sum())


def opening_length(prose: Prose) -> float:
    """First sentence's length over the mean: a lead crams who, what, when and where (Pottker 2003)."""
    return float(prose.lengths[0] / prose.lengths.mean()) if len(prose.lengths) else 0.0


def closing_length(prose: Prose) -> float:
    """Last sentence's length over the mean (Pottker 2003)."""
    return float(prose.lengths[-1] / prose.lengths.mean()) if len(prose.lengths) else 0.0


def _clauses(prose: Prose) -> npt.NDArray[np.float64]:
    lengths, run = [], 0
    for sentence in prose.sentences:
        for token in sentence.tokens:
            if token[0].isalpha():
                run += 1
            elif token in _CLAUSE_MARKS and run:
                lengths.append(run)
                run = 0
        if run:
            lengths.append(run)
            run = 0
    return np.array(lengths, dtype=np.float64)


def clause_length_mean(prose: Prose) -> float:
    """Mean words between two marks of , ; : . ! ? ( ) - or a sentence's ends (Sun & Wang 2019)."""
    clauses = _clauses(prose)
    return float(clauses.mean()) if len(clauses) else 0.0


def clause_length_cv(prose: Prose) -> float:
    """Standard deviation over mean of words between two marks of , ; : . ! ? ( ) - or a sentence's ends (Sun & Wang 2019)."""
    return _cv(_clauses(prose))


def flesch(prose: Prose) -> float:
    """206.835 - 1.015 words/sentence - 84.6 syllables/word (Flesch 1948)."""
    if not prose.words:
        return 0.0
    return 206.835 - 1.015 * sentence_length_mean(prose) - 84.6 * syllables_mean(prose)


def fog(prose: Prose) -> float:
    """.4 (words/sentence + 100 share of words of three syllables or more and more than five letters) (Gunning 1952)."""
    hard = sum(c for w, c in prose.counts.items() if len(w) > 5 and prose.syllables[w] >= 3)
    return 0.4 * (sentence_length_mean(prose) + 100 * prose.share(hard))


def word_length_variation(prose: Prose) -> float:
    """Standard deviation, over sentences, of the mean characters per word, apostrophes and the stops of u.s. among them (after Desaire et al. 2023)."""
    means = [sum(map(len, s.words)) / len(s.words) for s in prose.sentences]
    return float(np.std(means)) if means else 0.0


def the_burstiness(prose: Prose) -> float:
    """(sd - mean) / (sd + mean) of the gaps between two "the"; 0 under three of them (Goh & Barabasi 2008)."""
    places = np.array([i for i, word in enumerate(prose.words) if word == "the"], dtype=np.float64)
    if len(places) < 3:
        return 0.0
    gaps = np.diff(places)
    return float((gaps.std() - gaps.mean()) / (gaps.std() + gaps.mean()))


MEASURES: Mapping[str, Callable[[Prose], float]] = {
    "rhythm.sentence_length_mean": sentence_length_mean,
    "rhythm.sentence_length_median": sentence_length_median,
    "rhythm.sentence_length_sd": sentence_length_sd,
    "rhythm.sentence_length_cv": sentence_length_cv,
    "rhythm.sentence_length_p90": sentence_length_p90,
    "rhythm.sentence_length_p10": sentence_length_p10,
    "rhythm.short_sentences": short_sentences,
    "rhythm.long_sentences": long_sentences,
    "rhythm.middle_sentences": middle_sentences,
    "rhythm.sentence_length_skew": sentence_length_skew,
    "rhythm.successive_difference": successive_difference,
    "rhythm.autocorrelation": autocorrelation,
    "rhythm.opening_length": opening_length,
    "rhythm.closing_length": closing_length,
    "rhythm.clause_length_mean": clause_length_mean,
    "rhythm.clause_length_cv": clause_length_cv,
    "rhythm.flesch": flesch,
    "rhythm.fog": fog,
    "rhythm.word_length_variation": word_length_variation,
    "rhythm.the_burstiness": the_burstiness,
}
