// The head of a report: score, ledger of points, machine writing, warnings.

import { el, plural } from "./dom.js";
import { BANDS, CATEGORIES, SIGNALS, VERDICTS, WARNINGS } from "./names.js";

const signed = (points) => (points < 0 ? `−${Math.abs(points).toFixed(1)}` : `+${points.toFixed(1)}`);

export function head(report, article) {
  const { credibility } = report;
  const facts = [plural(report.article.words, "word"), report.article.language];
  facts.push(report.article.published ? `published ${report.article.published}` : "no publication date given");
  return el("header", { class: "head" },
    el("div", {}, el("h2", { id: "report-title", tabindex: "-1" }, article.title || "Untitled article"), el("p", { class: "meta" }, facts.join(" · "))),
    credibility.abstained
      ? el("div", { class: "score none" }, el("p", {}, el("strong", {}, "no score")))
      : el("div", { class: `score band-${credibility.band}` }, el("p", {}, el("strong", {}, String(credibility.score)), el("small", {}, " / 100"), el("b", {}, `${BANDS[credibility.band]} credibility`))),
    credibility.abstained ? null : el("div", { class: "scale", "--at": credibility.score, "aria-hidden": "true" }, el("i")));
}

/** One sentence that tells a screen reader what the page shows. */
export function spoken(report) {
  const { credibility } = report;
  const score = credibility.abstained ? `No score. ${credibility.reasons.join(" ")}` : `Score ${credibility.score} of 100, ${BANDS[credibility.band]}.`;
  const counts = Object.entries(CATEGORIES).map(([category, name]) => `${name}: ${report.flags.filter((flag) => flag.category === category).length}`);
  return `${score} ${plural(report.flags.length, "flag")}. ${counts.join(", ")}.`;
}

function ledger({ score, contributions }) {
  let total = 0;
  const rows = contributions.map(({ signal, points, why }) => {
    const from = Math.max(0, Math.min(total, total + points));
    const size = Math.min(100, Math.abs(points));
    total += points;
    const kind = points < 0 ? "taken" : signal === "base" ? "" : "given";
    return el("tr", {},
      el("td", { class: points < 0 ? "num minus" : "num" }, signed(points)),
      el("th", { scope: "row" }, SIGNALS[signal] ?? signal),
      el("td", { class: "why" }, why),
      el("td", { class: "fall", "aria-hidden": "true" }, el("i", { class: kind, "--from": from, "--size": size })));
  });
  const names = ["points", "signal", "why"].map((name, at) => el("th", { scope: "col", class: at ? null : "num" }, name));
  return el("table", { class: "ledger" },
    el("thead", {}, el("tr", {}, names, el("td", { "aria-hidden": "true" }))),
    el("tbody", {}, rows),
    el("tfoot", {}, el("tr", {}, el("td", { class: "num" }, score.toFixed(1)), el("th", { scope: "row" }, "score"), el("td", { class: "why", colspan: "2" }, "The points add up to it exactly."))));
}

// A probability with two decimals, or with as many more, up to six, as tell it from those beside it and from 1.
export function decimals(value, ...beside) {
  const others = [...beside, 1].filter((other) => other !== value);
  for (let digits = 2; digits < 6; digits += 1) {
    const shown = value.toFixed(digits);
    if (others.every((other) => other.toFixed(digits) !== shown)) return shown;
  }
  return value.toFixed(6);
}

function machineWriting(signal) {
  if (!signal) return null;
  const card = el("aside", { class: "aside", "aria-label": "Machine writing" }, el("h3", {}, "Machine writing"), el("p", { class: "verdict" }, signal.probability === null ? "Not judged" : VERDICTS[signal.verdict]));
  if (signal.probability === null) {
    card.append(el("p", {}, "The text is too short, or in a language that the model does not cover."));
    return card;
  }
  const { probability, threshold, calibration } = signal;
  const known = threshold !== null;
  const shown = decimals(probability, ...(known ? [threshold] : []));
  const border = known ? decimals(threshold, probability) : "none";
  const gauge = el("div", { class: "gauge", "--at": 100 * probability, "--threshold": 100 * (threshold ?? 1), role: "img", "aria-label": `Probability ${shown}, threshold ${border}` }, el("i"));
  if (known) gauge.append(el("b"), el("span", {}, `threshold ${border}`));
  card.append(el("p", {}, `Probability ${shown}.`), gauge);
  const humans = `${calibration.n_human.toLocaleString("en")} human articles of ${calibration.length_bin} words`;
  card.append(el("p", {}, known
    ? `At this threshold at most ${(100 * calibration.fpr_upper95).toFixed(1)}% of human articles are flagged (95% bound from ${humans}).`
    : `No threshold: ${humans} are too few; nothing is flagged.`));
  card.append(el("p", {}, "A finding about style. No proof, and no word on whether the content is true."));
  return card;
}

export function account(report) {
  const { credibility } = report;
  const notes = [...report.warnings.map((note) => `Note: ${WARNINGS[note] ?? note.replaceAll("_", " ")}`), ...report.incomplete.map((note) => `Incomplete: ${note}`)];
  const main = credibility.abstained
    ? [el("h3", {}, "Why there is no score"), el("ul", { class: "reasons" }, credibility.reasons.map((reason) => el("li", {}, reason)))]
    : [el("h3", {}, "How the score came about"), ledger(credibility)];
  return el("section", { class: "account", "aria-label": "How the score came about" },
    el("div", {}, main, notes.map((note) => el("p", { class: "note" }, note))),
    machineWriting(report.signals.ai_generated));
}
