// The article with its flags drawn in: a segment for every stretch of text under the same flags.

import { el } from "./dom.js";

/** Whether a flag speaks of the article as a whole, and is better named than drawn. */
export const isWhole = (flag, length) => flag.end - flag.start >= 0.9 * length;

/** Cut `[0, length)` at the borders of the flags: `{start, end, flags}`, flags by index, in order. */
export function cut(length, flags) {
  const events = [];
  flags.forEach((flag, index) => {
    if (flag.end > flag.start) events.push([flag.start, 1, index], [flag.end, 0, index]);
  });
  events.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const segments = [];
  const active = new Set();
  let position = 0;
  for (const [offset, opens, index] of events) {
    if (offset > position) {
      segments.push({ start: position, end: offset, flags: [...active] });
      position = offset;
    }
    if (opens) active.add(index);
    else active.delete(index);
  }
  if (position < length) segments.push({ start: position, end: length, flags: [] });
  return segments;
}

const INVISIBLE = /^[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+$/;

/** Draw `text` into `host`; flags are those of the report, and whole-article ones are left out. */
export function draw(host, text, flags, shown) {
  const drawn = flags.map((flag, index) => ({ ...flag, index })).filter((flag) => !isWhole(flag, text.length) && shown(flag));
  const pieces = cut(text.length, drawn).map(({ start, end, flags: here }) => {
    const piece = text.slice(start, end);
    if (!here.length) return document.createTextNode(piece);
    const categories = [...new Set(here.map((at) => drawn[at].category))];
    const classes = INVISIBLE.test(piece) ? [...categories, "hidden-character"] : [...categories];
    const claims = here.filter((at) => drawn[at].category === "unsupported_claim");
    // Of these the detector is unsure.
    if (claims.length && claims.every((at) => drawn[at].severity === "info")) classes.push("faint");
    return el("mark", { class: classes.join(" "), "data-flags": here.map((at) => drawn[at].index).join(" ") }, piece);
  });
  host.replaceChildren(...pieces);
}

/** The marks of one flag, in the order of the text. */
export const marksOf = (host, index) => [...host.querySelectorAll(`mark[data-flags~="${index}"]`)];
