"""The model card of the stylometric model, from its measurements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detector.models.calibration import TARGET_RATES, upper_bound
from detector.stylometry import FEATURES, PROSE_MEASURES
from training.stylometry.articles import Examples


def card(
    model: Mapping[str, Any], auroc: float, reference_auroc: float, training: Examples, calibration: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]], styles: Sequence[tuple[str, int, int]],
) -> str:  # fmt: skip
    """Write the card in Markdown; every number in it comes from the arguments."""
    counts = Counter(zip(training.files, training.labels.tolist(), strict=True))
    parts = [
        "# Stylometric model of machine writing",
        "",
        f"Piecewise-linear logistic regression over {len(model['features'])} of the {len(FEATURES)} measures of `detector.stylometry` "
        f"({len(PROSE_MEASURES)} of prose). Made by `python -m training stylometry`, which prints this card.",
        "",
        "Use: to rank English news of 80 words or more by how machine-like its style is, and to flag it above a threshold "
        "that keeps a false-positive rate. Not proof that a person did or did not write a text.",
        "",
        f"AUROC on a held-out quarter of the training groups: {auroc:.4f}; gradient boosting on the same quarter, for reference: {reference_auroc:.4f}.",
        "",
        "## Thresholds",
        "",
        calibration["corpus"] + "; " + calibration["method"] + ".",
        "",
        "| words | human articles | FPR .005 | FPR .01 | FPR .05 | upper 95% at .01 |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for entry in calibration["bins"]:
        by_rate = {t["target_fpr"]: t for t in entry["thresholds"]}
        bounds = " | ".join(f"{by_rate[rate]['probability']:.4f}" for rate in TARGET_RATES)
        parts.append(
            f"| {_name(entry)} | {by_rate[0.01]['n_human']} | {bounds} | {by_rate[0.01]['fpr_upper95']:.4f} |"
        )
    for label, title, note in (
        (
            0,
            "False positives on human texts",
            "Outlets that training never saw; those of allsides, newscluster and local are unknown to the thresholds too "
            "(fnc1 and opinions name no outlet: they are halved by text).",
        ),
        (
            1,
            "Recall on machine texts",
            "Development sets; their prefixes copied from human texts are cut off.",
        ),
    ):
        parts += [
            "",
            f"## {title}",
            "",
            note,
            "",
            "| set | words | n | at .005 | at .01 | at .05 | upper 95% at .01 |",
        ]
        parts.append("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
        for row in rows:
            if row["label"] == label and row["n"] >= 10:
                shares = " | ".join(f"{row['hits'][rate] / row['n']:.3f}" for rate in TARGET_RATES)
                bound = f"{upper_bound(row['hits'][0.01], row['n']):.3f}" if label == 0 else ""
                parts.append(f"| {row['set']} | {_name(row)} | {row['n']} | {shares} | {bound} |")
    parts += [
        "",
        "## frontier_mirrors (unseen pairs) by style, at FPR .01",
        "",
        "| style | flagged | n |",
        "| --- | ---: | ---: |",
    ]
    parts += [f"| {style} | {hits} | {total} |" for style, hits, total in styles]
    flagged, total = sum(hits for _, hits, _ in styles), sum(n for _, _, n in styles)
    parts += [
        f"| all | {flagged} | {total} |",
        "",
        "## Training data",
        "",
        "| corpus | label | windows |",
        "| --- | --- | ---: |",
    ]
    parts += [
        f"| {file} | {'machine' if label else 'human'} | {n} |" for (file, label), n in sorted(counts.items())
    ]
    # Effect from one standard deviation below the mean to one above it.
    points = np.array([[-1.0], [1.0]]) * np.ones(len(model["features"]))
    knots, weights = np.array(model["knots"]), np.array(model["weights"])
    low, high = (weights[0] * z + (weights[1:] * np.maximum(z - knots, 0)).sum(axis=0) for z in points)
    order = sorted(zip(model["features"], high - low, strict=True), key=lambda pair: -abs(pair[1]))[:24]
    parts += [
        "",
        "## Strongest effects (log-odds from one standard deviation below the mean to one above)",
        "",
    ]
    parts += ["| measure | effect |", "| --- | ---: |"]
    parts += [f"| {name} | {effect:+.2f} |" for name, effect in order]
    parts += [
        "",
        "## Limits",
        "",
        "English only. Crops of under 80 words get no probability. Style follows genre: opinion and non-native writing "
        "have their own rows above and should be read before the score is used on them. Careful wire-style machine copy "
        "that rewrites a human article is mostly missed by style alone: see the styles above.",
        "",
    ]
    return "\n".join(parts)


def _name(entry: Mapping[str, Any]) -> str:
    return f"{entry['low']}+" if entry["high"] is None else f"{entry['low']}-{entry['high']}"
