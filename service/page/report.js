// One report on the page: marks, list, filters, stepping, tips.

import { $, el } from "./dom.js";
import { filters, list } from "./flags.js";
import { account, head } from "./head.js";
import { draw, isWhole, marksOf } from "./marks.js";
import { table } from "./sentences.js";
import { tips } from "./tips.js";

/** Shows a report and answers the keyboard; `tools` are the buttons in the line above it. */
export class ReportView {
  constructor(host, { report, article, catalogue, tools }) {
    this.report = report;
    this.length = article.text.length;
    this.source = article.text;
    this.current = -1;
    this.text = el("article", { class: "text", lang: report.article.language, "aria-label": "Article with flags" });
    this.list = list(report, catalogue, this.length, (index) => this.go(index));
    const chosen = filters(report, () => this.refresh());
    this.shown = chosen.shown;
    this.place = el("output", {}, "");
    this.line = el("p", { "aria-live": "polite" }, "Step through the flags with the arrows, or with j and k.");
    this.stepper = el("div", { class: "stepper", role: "group", "aria-label": "Step through the flags", hidden: !report.flags.length },
      el("button", { type: "button", "aria-label": "Previous flag", onclick: () => this.step(-1) }, "←"), this.place,
      el("button", { type: "button", "aria-label": "Next flag", onclick: () => this.step(1) }, "→"), this.line);
    this.sentences = table(report, this.source, (start, end) => this.reveal(start, end));
    host.replaceChildren(el("div", { class: "slug" }, el("span", {}, "Credibility report"), el("nav", { "aria-label": "Report" }, tools)),
      head(report, article), account(report), chosen.node,
      el("div", { class: "columns" }, el("div", {}, this.text, this.stepper), this.list), this.sentences);
    this.hideTip = tips(this.text, report.flags, (index) => this.go(index, false));
    this.refresh();
  }

  isShown(flag) { return this.shown.has(flag.category); }

  refresh() {
    draw(this.text, this.source, this.report.flags, (flag) => this.isShown(flag));
    for (const section of this.list.querySelectorAll(".group")) section.hidden = !this.shown.has(section.dataset.category);
    this.order = this.report.flags.map((_, index) => index).filter((index) => this.isShown(this.report.flags[index]));
    if (!this.order.includes(this.current)) this.current = -1;
    this.mark(false);
  }

  toggle(position) {
    const box = document.querySelectorAll(".filters input")[position];
    box?.click();
  }

  step(by) {
    if (!this.order.length) return;
    const at = this.order.indexOf(this.current);
    const next = at < 0 ? (by > 0 ? 0 : this.order.length - 1) : (at + by + this.order.length) % this.order.length;
    this.go(this.order[next]);
  }

  go(index, scroll = true) {
    this.current = index;
    this.mark(scroll);
  }

  /** Show which flag is the current one: in the text, in the list and in the line below. */
  mark(scroll) {
    for (const node of this.text.querySelectorAll("mark.current")) node.classList.remove("current");
    this.list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const flag = this.report.flags[this.current];
    this.place.textContent = `${flag ? this.order.indexOf(this.current) + 1 : "–"} / ${this.order.length}`;
    this.stepper.className = `stepper ${flag?.category ?? ""}`;
    if (!flag) return;
    this.line.textContent = `${flag.rule}: ${flag.message}`;
    const marks = marksOf(this.text, this.current);
    for (const node of marks) node.classList.add("current");
    const button = this.list.querySelector(`[data-flag="${this.current}"]`);
    button?.setAttribute("aria-current", "true");
    if (button) button.closest("details").open = true;
    if (!scroll) return;
    this.hideTip();
    (marks[0] ?? (isWhole(flag, this.length) ? this.text : null))?.scrollIntoView({ block: marks[0] ? "center" : "start" });
    if (button && getComputedStyle(this.list).position === "sticky") this.list.scrollTop += button.getBoundingClientRect().top - this.list.getBoundingClientRect().top - this.list.clientHeight / 3;
  }

  /** Select a stretch of the text, so that a row of the table can be found in it. */
  reveal(start, end) {
    const range = document.createRange();
    const walker = document.createTreeWalker(this.text, NodeFilter.SHOW_TEXT);
    let position = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const past = position + node.data.length;
      if (start >= position && start < past) range.setStart(node, start - position);
      if (end > position && end <= past) range.setEnd(node, end - position);
      position = past;
    }
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    (range.startContainer.parentElement ?? this.text).scrollIntoView({ block: "center" });
  }
}
