"""Syntax by shallow means: closed word classes, endings, and how sentences open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from detector.stylometry.prose import Prose
from detector.stylometry.words import word_classes


def _rate(name: str, source: str) -> Callable[[Prose], float]:
    def rate(prose: Prose) -> float:
        return prose.per_1000(prose.total(word_classes()[name]))

    rate.__doc__ = f"Words of the class `{name}` (word_classes.toml) per 1,000 words ({source})."
    return rate


def _ending(*endings: str, letters: int, source: str) -> Callable[[Prose], float]:
    def rate(prose: Prose) -> float:
        return prose.per_1000(
            sum(c for w, c in prose.counts.items() if len(w) >= letters and w.endswith(endings))
        )

    rate.__doc__ = f"Words in {', '.join('-' + e for e in endings)} of {letters} letters or more per 1,000 words ({source})."
    return rate


def passives(prose: Prose) -> float:
    """A form of "be" followed by a word in -ed or an irregular participle, per 1,000 words (Biber 1988, features 17-18)."""
    classes = word_classes()
    be, irregular = classes["be_forms"], classes["irregular_participles"]
    return prose.per_1000(sum(a in be and (b.endswith("ed") or b in irregular) for a, b in prose.bigrams))


def progressives(prose: Prose) -> float:
    """A form of "be" followed by a word in -ing of five letters or more, per 1,000 words (Biber 1988)."""
    be = word_classes()["be_forms"]
    return prose.per_1000(sum(a in be and len(b) > 4 and b.endswith("ing") for a, b in prose.bigrams))


def perfects(prose: Prose) -> float:
    """A form of "have" followed by a word in -ed, "been" or an irregular participle, per 1,000 words (Biber 1988, feature 2)."""
    classes = word_classes()
    have, irregular = classes["have_forms"], classes["irregular_participles"]
    return prose.per_1000(
        sum(a in have and (b == "been" or b.endswith("ed") or b in irregular) for a, b in prose.bigrams)
    )


def infinitives(prose: Prose) -> float:
    """Word "to" before a word that does not end in -s and is none of the classes articles, first_person, third_person, demonstratives, per 1,000 words (after Biber 1988, feature 24).

    So "to you", "to Geneva" and, past the number, "to 5 people" count; "to discuss" does not.
    """
    classes = word_classes()
    closed = (
        classes["articles"] | classes["third_person"] | classes["first_person"] | classes["demonstratives"]
    )
    return prose.per_1000(
        sum(a == "to" and b not in closed and not b.endswith("s") for a, b in prose.bigrams)
    )


def that_clauses(prose: Prose) -> float:
    """Reporting verb followed by "that", over reporting verbs: wire style drops it (Biber 1988, features 21 and 60)."""
    classes = word_classes()
    verbs = classes["reporting"] | classes["careful_reporting"]
    used = prose.total(verbs)
    return sum(a in verbs and b == "that" for a, b in prose.bigrams) / used if used else 0.0


def noun_pairs(prose: Prose) -> float:
    """Word "the", "a" or "an", then a word, then "of", per 1,000 words: nominal style (Biber 1988)."""
    words = prose.words
    return prose.per_1000(
        sum(c == "of" and a in ("the", "a", "an") for a, c in zip(words, words[2:], strict=False))
    )


def existential_there(prose: Prose) -> float:
    """Word "there" before a form of "be", per 1,000 words (Biber 1988, feature 20)."""
    be = word_classes()["be_forms"]
    return prose.per_1000(sum(a == "there" and b in be for a, b in prose.bigrams))


def past_over_present(prose: Prose) -> float:
    """Share past / (past + present) over was, were, had, did, said, told and is, are, am, has, have, do, does, says; .5 without any (Biber 1988, features 1 and 3)."""
    classes = word_classes()
    past, present = prose.total(classes["past_be"]), prose.total(classes["present_be"])
    return past / (past + present) if past + present else 0.5


def not_but(prose: Prose) -> float:
    """Words "not", "isn't" or "wasn't" before just, only, merely or simply, and "than just", per 1,000 words (Wikipedia, Signs of AI writing)."""
    seconds = {"just", "only", "merely", "simply"}
    hits = sum(
        (a in ("not", "isn't", "wasn't") and b in seconds) or (a == "than" and b == "just")
        for a, b in prose.bigrams
    )
    return prose.per_1000(hits)


def paired_nouns(prose: Prose) -> float:
    """Pairs "X and Y" with both of seven letters or more, over all "and" (Reinhart et al. 2025, phrasal coordination)."""
    words = prose.words
    total = prose.counts.get("and", 0)
    hits = sum(
        b == "and" and len(a) >= 7 and len(c) >= 7
        for a, b, c in zip(words, words[1:], words[2:], strict=False)
    )
    return hits / total if total else 0.0


def _opener(names: tuple[str, ...], extra: str, source: str) -> Callable[[Prose], float]:
    def share(prose: Prose) -> float:
        classes = word_classes()
        wanted = frozenset(extra.split()).union(*(classes[name] for name in names))
        return prose.per_sentence(sum(s.words[0] in wanted for s in prose.sentences))

    share.__doc__ = f"Share of sentences whose first word is one of {', '.join(names) or extra} ({source})."
    return share


def opener_ing(prose: Prose) -> float:
    """Share of sentences that open with a word in -ing of five letters or more (Reinhart et al. 2025, participial clauses)."""
    return prose.per_sentence(
        sum(len(s.words[0]) > 4 and s.words[0].endswith("ing") for s in prose.sentences)
    )


def opener_adverb(prose: Prose) -> float:
    """Share of sentences that open with a word in -ly of five letters or more (Biber 1988)."""
    return prose.per_sentence(sum(len(s.words[0]) > 4 and s.words[0].endswith("ly") for s in prose.sentences))


def opener_variety(prose: Prose) -> float:
    """Types over tokens of the first words of the first 20 sentences (after Covington & McFall 2010)."""
    first = [s.words[0] for s in prose.sentences[:20]]
    return len(Counter(first)) / len(first) if first else 0.0


def opener_comma(prose: Prose) -> float:
    """Share of sentences with a comma within their first five tokens (after Biber 1988, adverbial openers)."""
    return prose.per_sentence(sum("," in s.tokens[1:5] for s in prose.sentences))


_BIBER = "Biber 1988"
_HYLAND = "Hyland 2005"
_REINHART = "Reinhart et al. 2025"

MEASURES: Mapping[str, Callable[[Prose], float]] = {
    **{
        f"syntax.{name}": _rate(name, source)
        for name, source in {
            "first_person": _BIBER,
            "second_person": _BIBER,
            "third_person": _BIBER,
            "it_pronouns": _BIBER,
            "articles": "Mosteller & Wallace 1964",
            "demonstratives": _BIBER,
            "prepositions": _BIBER,
            "coordinators": _BIBER,
            "subordinators": _BIBER,
            "relatives": _BIBER,
            "wh_words": _BIBER,
            "possibility": _BIBER,
            "prediction": _BIBER,
            "be_forms": _BIBER,
            "have_forms": _BIBER,
            "do_forms": _BIBER,
            "negation": _BIBER,
            "past_reporting": "Bergler 1992",
            "careful_reporting": "Bergler 1992",
            "hedges": _HYLAND,
            "boosters": _HYLAND,
            "connectives": _HYLAND,
            "contrast": _HYLAND,
            "quantities": _BIBER,
            "intensive_adjectives": _REINHART,
            "abstract_nouns": _REINHART,
            "time_words": "Bell 1991",
            "colloquial": _BIBER,
        }.items()
    },
    "syntax.nominalisations": _ending(
        "tion", "tions", "ment", "ments", "ness", "ity", "ities", letters=7, source=_BIBER
    ),
    "syntax.ing_words": _ending("ing", letters=5, source=_REINHART),
    "syntax.ed_words": _ending("ed", letters=4, source=_BIBER),
    "syntax.ly_adverbs": _ending("ly", letters=5, source=_BIBER),
    "syntax.adjective_endings": _ending(
        "al", "ous", "ive", "ic", "able", "ible", "ful", letters=6, source=_REINHART
    ),
    "syntax.passives": passives,
    "syntax.progressives": progressives,
    "syntax.perfects": perfects,
    "syntax.infinitives": infinitives,
    "syntax.that_clauses": that_clauses,
    "syntax.noun_of": noun_pairs,
    "syntax.existential_there": existential_there,
    "syntax.past_over_present": past_over_present,
    "syntax.not_but": not_but,
    "syntax.paired_nouns": paired_nouns,
    "syntax.opener_article": _opener(("articles",), "", _BIBER),
    "syntax.opener_pronoun": _opener(("third_person", "it_pronouns", "first_person"), "", _BIBER),
    "syntax.opener_coordinator": _opener(("coordinators",), "", _BIBER),
    "syntax.opener_contrast": _opener(("contrast", "connectives"), "", _HYLAND),
    "syntax.opener_preposition": _opener(("prepositions",), "", _BIBER),
    "syntax.opener_demonstrative": _opener(("demonstratives",), "", _BIBER),
    "syntax.opener_ing": opener_ing,
    "syntax.opener_adverb": opener_adverb,
    "syntax.opener_variety": opener_variety,
    "syntax.opener_comma": opener_comma,
}
