// The sentence table: what each sentence claims, on whose word, and when it happened.

import { el, plural } from "./dom.js";

const anchor = ({ kind, text, value, inherited }) => [
  kind === "none" ? el("em", {}, "none") : kind,
  text ? `: ${text}` : "",
  value ? ` = ${value}` : "",
  inherited ? el("em", {}, " (carried over)") : "",
];

/** Table of all sentences; `show(start, end)` is called when one is picked. Rows are made when it is opened. */
export function table(report, text, show) {
  const unsupported = report.sentences.filter((sentence) => sentence.unsupported).length;
  const body = el("tbody");
  const fill = () => {
    if (body.childElementCount) return;
    body.append(...report.sentences.map((sentence) => el("tr", { class: sentence.unsupported ? "unsupported" : null },
      el("td", {}, el("button", { type: "button", class: "plain", onclick: () => show(sentence.start, sentence.end) }, text.slice(sentence.start, sentence.end))),
      el("td", {}, sentence.role, sentence.unsupported ? [", ", el("b", {}, "unsupported")] : ""),
      el("td", {}, anchor(sentence.source)),
      el("td", {}, anchor(sentence.time)),
      el("td", { class: "num" }, sentence.ai_probability === null ? "" : sentence.ai_probability.toFixed(2)))));
  };
  const names = ["sentence", "role", "source", "time"].map((name) => el("th", { scope: "col" }, name));
  return el("details", { class: "sentences", id: "sentences", ontoggle: fill },
    el("summary", {}, `Sentence table: ${plural(report.sentences.length, "sentence")}, ${unsupported} unsupported`),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Sentence table" },
      el("table", {}, el("thead", {}, el("tr", {}, names, el("th", { scope: "col", class: "num" }, "AI"))), body)));
}
