// Hover, or touch, shows why a stretch of the text is marked.

import { $, el } from "./dom.js";

const LIMIT = 5;

/** Watch the marks in `host`; `choose(index)` is called on a click. Gives a function that hides the tip. */
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
  host.addEventListener("pointerover", (event) => { pointer = event; under(); });
  host.addEventListener("pointerleave", () => { pointer = null; hide(); });
  host.addEventListener("click", (event) => {
    const mark = event.target.closest("mark");
    if (mark) choose(indices(mark)[0]);
  });
  // Scrolling moves the text under a pointer that rests.
  const scrolled = () => {
    if (host.isConnected) under();
    else removeEventListener("scroll", scrolled);
  };
  addEventListener("scroll", scrolled, { passive: true });
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
