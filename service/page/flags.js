// The list of flags beside the text: by category, then by rule.

import { el, shorten } from "./dom.js";
import { isWhole } from "./marks.js";
import { CATEGORIES } from "./names.js";

const readable = (name) => name.replaceAll("-", " ");

/** List the flags; `choose(index)` is called when one is picked. */
export function list(report, catalogue, length, choose) {
  const indexed = report.flags.map((flag, index) => ({ ...flag, index }));
  const groups = Object.entries(CATEGORIES).map(([category, name]) => {
    const own = indexed.filter((flag) => flag.category === category);
    return own.length ? group(category, name, own, catalogue, length, choose) : null;
  }).filter(Boolean);
  return el("aside", { class: "flags", "aria-label": "Flags", tabindex: "0" }, groups.length ? groups : el("p", {}, "No flags."));
}

function group(category, name, flags, catalogue, length, choose) {
  const codes = [...new Set(flags.map((flag) => flag.rule))].sort();
  return el("section", { class: `group ${category}`, "data-category": category },
    el("h3", {}, `${name} `, el("span", {}, String(flags.length))),
    codes.map((code, at) => {
      const own = flags.filter((flag) => flag.rule === code);
      const rule = catalogue[code];
      return el("details", { open: at < 2 || own.length < 3 },
        el("summary", {}, el("code", {}, code), ` ${rule ? readable(rule.name) : ""} `, el("span", {}, String(own.length))),
        rule ? el("p", { class: "meaning" }, rule.meaning) : null,
        el("ol", {}, own.map((flag) => el("li", {}, entry(flag, length, choose)))));
    }));
}

function entry(flag, length, choose) {
  const quote = isWhole(flag, length) ? "the whole article" : shorten(flag.quote, 90) || "a hidden character";
  const note = flag.counted ? flag.message : `${flag.message} Costs no points.`;
  return el("button", { type: "button", class: "flag", "data-flag": flag.index, onclick: () => choose(flag.index) }, quote, el("small", {}, note));
}

/** Check boxes that show and hide categories; `changed(shownSet)` is called on every change. */
export function filters(report, changed) {
  const present = Object.keys(CATEGORIES).filter((category) => report.flags.some((flag) => flag.category === category));
  const shown = new Set(present);
  const chips = present.map((category) => {
    const box = el("input", { type: "checkbox", checked: true, "data-category": category, onchange: () => {
      shown[box.checked ? "add" : "delete"](category);
      changed(shown);
    } });
    const count = report.flags.filter((flag) => flag.category === category).length;
    return el("label", { class: `chip ${category}` }, box, CATEGORIES[category], el("b", {}, String(count)));
  });
  return { node: el("fieldset", { class: "filters", hidden: !present.length }, el("legend", {}, "Show"), chips), shown };
}
