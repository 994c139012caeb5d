"""Language identification: load time, speed, and accuracy by length on English and Portuguese news.

Run `DATELINE_CORPORA=... python -m benchmarks.language`.
"""

from __future__ import annotations

import time

from benchmarks.corpora import first
from detector.document.language import Language, identify

SETS = {
    "en": ("human_news/dev/local", "human_news/dev/allsides", "human_news/dev/newscluster"),
    "pt": ("machine_text/dev/fakebr_llm_pt",),
}
LENGTHS = (5, 10, 20, 50, 150, 500)


def main() -> None:
    """Print load time, speed and the table."""
    begun = time.process_time()
    identify("The first call loads the model.")
    print(f"load: {(time.process_time() - begun) * 1000:.0f} ms")
    print("| language | words | texts | right | reliable | right among reliable | wrong but reliable |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    spent, calls = 0.0, 0
    for code, names in SETS.items():
        bodies = [record["text"].split() for name in names for record in first(name, 400)]
        for length in LENGTHS:
            cut = [" ".join(words[20 : 20 + length]) for words in bodies if len(words) >= 20 + length]
            begun = time.process_time()
            found: list[Language] = [identify(text) for text in cut]
            if length == 500:
                spent, calls = spent + time.process_time() - begun, calls + len(cut)
            right = [language.code == code for language in found]
            sure = [ok for ok, language in zip(right, found, strict=True) if language.reliable]
            share = f"{sum(sure) / len(sure):.4f}" if sure else "-"
            print(
                f"| {code} | {length} | {len(cut)} | {sum(right) / len(cut):.4f} | {len(sure) / len(cut):.4f}"
                f" | {share} | {len(sure) - sum(sure)} |"
            )
    print(f"speed: {spent / max(calls, 1) * 1000:.2f} ms per 500 words")


if __name__ == "__main__":
    main()
