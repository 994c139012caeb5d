// Hover, or a tap, shows why a stretch of the text is marked.

import { $, el } from "./dom.js";

const LIMIT = 5;

/** Watch the marks in `host`; `choose(index)` is called on a click or a tap. Gives a function that hides the tip. */
export function tips(host, flags, choose) {
  const tip = $("tip");
  const indices = (mark) => mark.dataset.flags.split(" ").map(Number);
  const hide = () => { tip.hidden = true; };
  const show = (mark, x) => {
    const here = indices(mark).map((index) => flags[index]);
    const lines = here.slice(0, LIMIT).map((flag) =>
      el("p", {}, el("b", {}, flag.rule), flag.message, flag.counted ? null : el("i", {}, " Costs no points.")));
    if (here.length > LIMIT) lines.push(el("p", {}, `and ${here.length - LIMIT} more`));
    tip.replaceChildren(...lines);
    tip.hidden = false;
    place(tip, mark, x);
  };
  let pointer = null;
  const under = () => {
    const mark = pointer && document.elementFromPoint(pointer.clientX, pointer.clientY)?.closest("mark");
    if (mark && host.contains(mark)) show(mark, pointer.clientX);
    else hide();
  };
  const rest = (at) => { pointer = at; under(); };
  // A finger does not rest: it comes and leaves within one tap, before the click.
  host.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") rest(event); });
  host.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") rest(null); });
  const whileShown = (kind, react) => {
    const listener = (event) => (host.isConnected ? react(event) : removeEventListener(kind, listener));
    addEventListener(kind, listener, { passive: true });
  };
  whileShown("click", (event) => {
    const mark = event.target.closest("mark");
    if (!mark) return hide();
    choose(indices(mark)[0]);
    return show(mark, event.clientX);
  });
  // Scrolling moves the text under a pointer that rests.
  whileShown("scroll", under);
  return hide;
}

/** Put the tip below the line that the pointer is on, or above it where there is no room. */
function place(tip, mark, x) {
  const boxes = [...mark.getClientRects()];
  const box = boxes.find((rect) => x >= rect.left && x <= rect.right) ?? boxes[0];
  if (!box) return;
  const { offsetWidth: width, offsetHeight: height } = tip;
  const below = box.bottom + 8 + height < innerHeight;
  tip.style.left = `${Math.max(12, Math.min(x - 24, innerWidth - width - 12))}px`;
  tip.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - height - 8)}px`;
}
