// The review of one article. Everything from an article or a reviewer enters the page as text
// nodes and attributes, never as markup. Offsets here count UTF-16 units, as the DOM does.
// What is drawn is made once for an article and then brought up to date in place: focus, caret,
// selection and a click that is under way outlive every answer of the kernel.

const RESEND_MS = 4000;
const COMMENT_IDLE_MS = 1200;
const SELECTION_IDLE_MS = 150;
const STEPS = new Set(["j", "k", "ArrowDown", "ArrowUp"]);
const SIGNS = { accept: "✓", reject: "✗", comment: "…" };

function make(tag, props = {}, ...children) {
  const { data, aria, on, ...own } = props;
  const node = Object.assign(document.createElement(tag), own);
  for (const [name, value] of Object.entries(data ?? {})) node.dataset[name] = value;
  for (const [name, value] of Object.entries(aria ?? {})) node.setAttribute(`aria-${name}`, value);
  for (const [name, listener] of Object.entries(on ?? {})) node.addEventListener(name, listener);
  node.append(...children);
  return node;
}

const keyOf = (flag) => `${flag.rule}:${flag.start}:${flag.end}`;

// Stretches of text under the same flags, in order, covering the whole text.
function cut(length, flags) {
  const borders = new Set([0, length]);
  for (const flag of flags) borders.add(flag.start).add(flag.end);
  const sorted = [...borders].sort((a, b) => a - b);
  const starting = [...flags].sort((a, b) => a.start - b.start);
  const pieces = [];
  let next = 0, active = [];
  for (let i = 0; i + 1 < sorted.length; i += 1) {
    const start = sorted[i];
    active = active.filter((flag) => flag.end > start);
    while (next < starting.length && starting[next].start <= start) active.push(starting[next++]);
    pieces.push({ start, end: sorted[i + 1], flags: active.filter((flag) => flag.end > start) });
  }
  return pieces;
}

function offsetIn(container, node, offset) {
  const range = document.createRange();
  range.setStart(container, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

function render({ model, el: host }) {
  const root = make("div", { className: "dlr", tabIndex: 0, aria: { label: "Article review" } });
  // Single letters decide here: without this the notebook would take them as its own shortcuts.
  root.dataset.lmSuppressShortcuts = "true";
  root.dataset.jpSuppressContextMenu = "true";
  const pending = new Map(); // number of a message -> the message, until Python says it is on the disk
  const failed = new Map(); // number of a message -> why it was not saved, and what it was about
  const drafts = new Map(); // key of a flag -> comment being typed
  let shown = model.get("article"), selected = 0, selection = null, opening = "", typing = null, settling = null;

  const flags = () => shown.flags;
  // What a message is about: a later one about the same stands in for it.
  const placeOf = (m) => (m.kind === "decide" ? `${m.text_sha256}:${keyOf(m)}` : m.kind);
  const placeIn = (flag) => placeOf({ ...flag, kind: "decide", text_sha256: shown.text_sha256 });
  function stateOf(flag) {
    let state = { verdict: flag.verdict, comment: flag.comment, waits: false };
    for (const m of pending.values()) {
      if (placeOf(m) === placeIn(flag)) state = { verdict: m.verdict, comment: m.comment, waits: true };
    }
    return { ...state, comment: drafts.get(keyOf(flag)) ?? state.comment ?? "" };
  }

  function send(message) {
    const n = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const whole = { ...message, n }, place = placeOf(message);
    for (const [other, m] of pending) if (placeOf(m) === place) pending.delete(other);
    for (const [other, failure] of failed) if (failure.place === place) failed.delete(other);
    if (message.kind === "decide") pending.set(n, whole);
    else opening = n;
    try { model.send(whole); } catch (error) { failed.set(n, { place, error: String(error.message ?? error) }); }
    draw();
  }

  function decide({ rule, start, end }, verdict, comment) {
    send({ kind: "decide", text_sha256: shown.text_sha256, rule, start, end, verdict, comment });
  }

  // A button that is pressed again takes its verdict back; a key says the same once more, and goes on.
  function judge(verdict, takesBack = false) {
    const flag = flags()[selected];
    if (!flag) return;
    const { verdict: before, comment } = stateOf(flag), again = before === verdict;
    drafts.delete(keyOf(flag));
    if (!again) decide(flag, verdict, comment);
    else if (takesBack) decide(flag, comment ? "comment" : "open", comment);
    else if (comment !== stateOf(flag).comment) decide(flag, verdict, comment);
    if (!(again && takesBack) && selected + 1 < flags().length) step(1);
  }

  function takeBack() {
    const flag = flags()[selected];
    if (!flag) return;
    drafts.delete(keyOf(flag));
    decide(flag, "open", "");
  }

  function saveDraft(flag) {
    const key = keyOf(flag), { verdict, comment } = stateOf(flag);
    if (!drafts.delete(key) || comment === stateOf(flag).comment) return;
    const bare = !verdict || verdict === "open" || verdict === "comment";
    decide(flag, bare ? (comment ? "comment" : "open") : verdict, comment);
  }

  const saveDrafts = () => { clearTimeout(typing); flags().forEach(saveDraft); };

  // The only one to draw the form of a missed passage: what is chosen and typed in it outlives every other change.
  function choose(range) {
    selection = range && { rule: "SRC002", why: "", ...selection, ...range };
    keepingFocus(drawAdder);
  }

  function addMissed() {
    if (!selection) return;
    const { why, ...passage } = selection;
    decide(passage, "missed", why);
    document.getSelection().removeAllRanges();
    choose(null);
  }

  function open(index) {
    saveDrafts();
    if (root.contains(document.activeElement)) root.focus({ preventScroll: true });
    if (index < 0 || index >= model.get("queue").length) return;
    selected = 0;
    choose(null);
    send({ kind: "open", index });
  }

  const isDone = () =>
    stateOf({ rule: "", start: 0, end: 0, verdict: shown.done ? "done" : "open" }).verdict === "done";

  function setDone(done) {
    if (done !== isDone()) decide({ rule: "", start: 0, end: 0 }, done ? "done" : "open", "");
  }

  const button = (textContent, click, label, className = "") =>
    make("button", { type: "button", className, textContent, aria: label ? { label } : {}, on: { click } });

  const previous = button("‹", () => open(shown.index - 1), "Previous article");
  const next = button("›", () => open(shown.index + 1), "Next article");
  const picker = make("select", { className: "dlr-picker", aria: { label: "Article" },
    on: { change: () => open(Number(picker.value)) } });
  const done = button("", () => setDone(!isDone()), "", "dlr-done");
  const score = make("strong"), title = make("h3"), count = make("span");
  const status = make("span", { className: "dlr-status", aria: { live: "polite" } });
  const dismiss = button("Dismiss", () => { failed.clear(); root.focus({ preventScroll: true }); draw(); });
  const text = make("div", { className: "dlr-text", lang: "en" });
  const adder = make("div", { className: "dlr-adder" });
  const list = make("ol", { className: "dlr-flags", aria: { label: "Flags" } });
  const keys = make("p", { className: "dlr-keys",
    textContent: "Keys: j, k next and previous flag · a accept · r reject · c comment · u take back · m mark the selected text as missed · d article done · [ ] other article" });
  root.append(
    make("div", { className: "dlr-head" },
      make("div", { className: "dlr-nav" }, previous, picker, next, done),
      make("div", { className: "dlr-title" }, score, title),
      make("div", { className: "dlr-progress" }, count, status, dismiss)),
    make("div", { className: "dlr-columns" },
      make("div", {}, text, adder), make("div", { className: "dlr-side" }, list)), keys);
  host.append(root);

  function drawHead() {
    const queue = model.get("queue"), progress = model.get("progress");
    while (picker.length < queue.length) picker.append(make("option", { value: String(picker.length) }));
    queue.forEach((entry, index) => {
      const [decided, read] = progress[index];
      const label = `${read ? "✓ " : ""}${entry.score ?? "–"} · ${entry.title.slice(0, 70)} · ${decided} of ${entry.flags}`;
      if (picker.options[index].textContent !== label) picker.options[index].textContent = label;
    });
    picker.value = String(shown.index);
    previous.disabled = shown.index === 0;
    next.disabled = shown.index + 1 >= queue.length;
    done.setAttribute("aria-pressed", String(isDone()));
    done.textContent = isDone() ? "Done ✓" : "Mark as done";
    score.className = `dlr-score dlr-band-${shown.band ?? "none"}`;
    score.textContent = shown.score ?? "no score";
    title.textContent = shown.title;
    const decided = flags().filter((flag) => ["accept", "reject"].includes(stateOf(flag).verdict)).length;
    count.textContent = `${decided} of ${flags().length} flags decided by ${model.get("reviewer")}`;
  }

  function drawStatus() {
    const waiting = pending.size, saved = model.get("acknowledged");
    const late = [...pending.values()].some((m) => Date.now() - Number(m.n.split("-")[0]) > RESEND_MS);
    const errors = [...failed.values()].map((failure) => failure.error);
    dismiss.hidden = !errors.length;
    status.className = `dlr-status${errors.length || late ? " dlr-bad" : ""}`;
    status.textContent = errors.length ? `${errors.length > 1 ? `${errors.length} not` : "Not"} saved: ${errors.at(-1)}`
      : late ? `${waiting} not saved yet: the kernel does not answer. Keep this page open; it is tried again.`
      : waiting ? "Saving…" : saved.at ? `Saved at ${saved.at}` : "";
  }

  // The marks of the text, with what each is under; made anew where flags or missed passages are others.
  let marks = [], drawnText = "";
  function drawText() {
    const layout = JSON.stringify([shown.text_sha256, flags().map(keyOf), shown.missed]);
    if (layout !== drawnText) {
      const drawn = [
        ...flags().map((flag, index) => ({ ...flag, index })).filter((flag) => !flag.whole),
        ...shown.missed.map((entry) => ({ ...entry, category: "missed", message: "missed by the rules" }))];
      marks = [];
      text.replaceChildren(...cut(shown.text.length, drawn).map(({ start, end, flags: here }) => {
        const stretch = shown.text.slice(start, end);
        if (!here.length) return document.createTextNode(stretch);
        const indices = here.map((flag) => flag.index).filter((index) => index !== undefined);
        const node = make("mark", { textContent: stretch, on: { click: () => pick(indices) },
          title: here.map((flag) => `${flag.rule}: ${flag.message}`).join("\n") });
        const claims = here.filter((flag) => flag.category === "unsupported_claim");
        if (claims.length && claims.every((flag) => flag.unsure)) node.dataset.faint = "";
        marks.push({ node, indices, categories: new Set(here.map((flag) => `dlr-${flag.category}`)) });
        return node;
      }));
      drawnText = layout;
    }
    for (const { node, indices, categories } of marks) {
      const rejected = !categories.has("dlr-missed") && indices.every((index) => stateOf(flags()[index]).verdict === "reject");
      node.className = [...categories, ...(rejected ? ["dlr-rejected"] : []),
        ...(indices.includes(selected) ? ["dlr-current"] : [])].join(" ");
    }
  }

  function pick(indices) {
    if (!document.getSelection().isCollapsed || !indices.length) return;
    selected = indices[(indices.indexOf(selected) + 1) % indices.length];
    draw(true);
  }

  function drawAdder() {
    if (!selection) return adder.replaceChildren();
    const rules = make("select", { className: "dlr-rule", aria: { label: "Rule" },
      on: { change: (event) => { selection.rule = event.target.value; } } });
    for (const rule of model.get("rules")) {
      rules.append(make("option", { value: rule.code, textContent: `${rule.code} ${rule.name}`, selected: rule.code === selection.rule }));
    }
    return adder.replaceChildren(
      make("span", { textContent: `“${shown.text.slice(selection.start, selection.end).slice(0, 90)}”` }), rules,
      make("input", { className: "dlr-why", value: selection.why, placeholder: "Why (optional)", aria: { label: "Why" },
        on: { input: (event) => { selection.why = event.target.value; },
          keydown: (event) => { if (event.key === "Enter") addMissed(); } } }),
      button("Mark as missed", addMissed, "", "dlr-add"));
  }

  // The entry of a flag, and what brings it up to date.
  function makeItem(flag, index) {
    const current = () => flags()[index];
    const press = (verdict) => (event) => { event.stopPropagation(); selected = index; judge(verdict, true); };
    const judges = Object.entries({ accept: "Accept", reject: "Reject" }).map(([verdict, label]) =>
      [verdict, button(label, press(verdict), `${label} ${flag.rule} “${flag.quote.slice(0, 40)}”`, `dlr-${verdict}`)]);
    const sign = make("b", { className: "dlr-sign" }), failure = make("p", { className: "dlr-bad" });
    const select = () => { if (index !== selected) { selected = index; draw(); } };
    const area = make("textarea", { className: "dlr-comment", rows: 1, placeholder: "Comment",
      aria: { label: `Comment on ${flag.rule}` },
      on: {
        focus: select,
        input: () => {
          drafts.set(keyOf(flag), area.value);
          clearTimeout(typing);
          typing = setTimeout(saveDrafts, COMMENT_IDLE_MS);
        },
        change: () => saveDraft(current()),
        keydown: (event) => {
          if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
            event.preventDefault(); saveDraft(current()); root.focus();
          }
        },
      } });
    const data = { rule: flag.rule, ...(flag.unsure && { faint: "" }) };
    const node = make("li", { className: `dlr-flag dlr-${flag.category}`, data, on: { click: select } },
      make("div", {}, make("code", { textContent: flag.rule }), sign,
        make("q", { textContent: flag.whole ? "the whole article" : flag.quote.slice(0, 110) })),
      make("p", { textContent: flag.message + (flag.counted ? "" : " (costs no points)") }),
      make("div", { className: "dlr-buttons" }, ...judges.map(([, judging]) => judging)), failure, area);
    const update = () => {
      const { verdict, comment, waits } = stateOf(current());
      const error = [...failed.values()].find(({ place }) => place === placeIn(flag))?.error;
      node.classList.toggle("dlr-current", index === selected);
      Object.assign(node.dataset, { verdict: verdict ?? "open", saved: String(!waits) });
      sign.textContent = SIGNS[verdict] ?? "";
      for (const [of, judging] of judges) judging.setAttribute("aria-pressed", String(verdict === of));
      failure.textContent = error ? `Not saved: ${error}` : "";
      failure.hidden = !error;
      area.hidden = index !== selected && !comment;
      if (area.value !== comment) area.value = comment;
    };
    return { node, update };
  }

  const makeMissed = (entry) =>
    make("li", { className: "dlr-flag dlr-missed", data: { verdict: "missed", rule: entry.rule, saved: "true" } },
      make("div", {}, make("code", { textContent: entry.rule }), make("b", { textContent: "missed" }),
        make("q", { textContent: entry.quote.slice(0, 110) })),
      make("p", { textContent: entry.comment }),
      make("div", { className: "dlr-buttons" }, button("Take back", () => decide(entry, "open", ""))));

  let items = [], added = [], drawnFlags = "", drawnMissed = "";
  function drawList() {
    const layout = JSON.stringify([shown.text_sha256, flags().map(keyOf)]), missed = JSON.stringify(shown.missed);
    if (layout !== drawnFlags) {
      for (const { node } of items) node.remove();
      items = flags().map(makeItem);
      list.prepend(...items.map(({ node }) => node));
    }
    if (missed !== drawnMissed) {
      for (const node of added) node.remove();
      added = shown.missed.map(makeMissed);
      list.append(...added);
    }
    [drawnFlags, drawnMissed] = [layout, missed];
    for (const { update } of items) update();
  }

  // What has the focus may be gone once drawn: the keyboard must not fall back to the notebook.
  function keepingFocus(redraw) {
    const inside = root.contains(document.activeElement);
    redraw();
    if (inside && !root.contains(document.activeElement)) root.focus({ preventScroll: true });
  }

  function draw(scroll = false) {
    keepingFocus(() => { drawHead(); drawStatus(); drawText(); drawList(); });
    if (scroll) {
      const item = list.querySelector(".dlr-current");
      if (item) list.parentElement.scrollTop = item.offsetTop - 40;
      text.querySelector(".dlr-current")?.scrollIntoView({ block: "nearest" });
    }
  }

  function step(by) {
    selected = Math.max(0, Math.min(flags().length - 1, selected + by));
    draw(true);
  }

  const actions = {
    j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
    a: () => judge("accept"), r: () => judge("reject"), u: takeBack,
    c: () => list.querySelector(".dlr-current .dlr-comment")?.focus(),
    m: () => adder.querySelector("select")?.focus(),
    d: () => setDone(true), "[": () => open(shown.index - 1), "]": () => open(shown.index + 1),
  };
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input, select")) return;
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    // A key that is held down steps, but decides once.
    if (!event.repeat || STEPS.has(event.key)) actions[event.key]();
  });

  // The part in the text of a selection that begins or ends in it: a mouse may be released anywhere.
  const select = () => {
    const now = document.getSelection();
    if (now.isCollapsed || !(text.contains(now.anchorNode) || text.contains(now.focusNode))) return;
    const range = now.getRangeAt(0);
    const start = text.contains(range.startContainer) ? offsetIn(text, range.startContainer, range.startOffset) : 0;
    const end = text.contains(range.endContainer) ? offsetIn(text, range.endContainer, range.endOffset) : shown.text.length;
    if (end > start && !(selection?.start === start && selection?.end === end)) choose({ start, end });
  };
  const selecting = () => { clearTimeout(settling); settling = setTimeout(select, SELECTION_IDLE_MS); };
  document.addEventListener("selectionchange", selecting);

  const acknowledged = () => {
    const { n, error, retry } = model.get("acknowledged");
    const message = pending.get(n);
    if (!retry) pending.delete(n);
    // A failure stays on the page until its decision is made anew: a later success says nothing about it.
    if (!error) failed.delete(n);
    else if (message || n === opening) failed.set(n, { error, place: message ? placeOf(message) : "open" });
    const refused = error && !retry ? flags().find((flag) => message && placeIn(flag) === placeOf(message)) : null;
    if (refused && message.comment && !drafts.has(keyOf(refused))) drafts.set(keyOf(refused), message.comment);
    draw();
  };
  const changed = () => {
    const now = model.get("article");
    if (now.text_sha256 !== shown.text_sha256) { saveDrafts(); choose(null); }
    shown = now;
    selected = Math.min(selected, Math.max(0, flags().length - 1));
    draw();
  };
  const listeners = { "change:acknowledged": acknowledged, "change:article": changed, "change:progress": drawHead };
  for (const [name, listener] of Object.entries(listeners)) model.on(name, listener);
  const timer = setInterval(() => {
    for (const message of pending.values()) {
      if (Date.now() - Number(message.n.split("-")[0]) > RESEND_MS) { try { model.send(message); } catch { /* tried again */ } }
    }
    if (pending.size) drawStatus();
  }, RESEND_MS);
  draw();
  return () => {
    clearInterval(timer);
    for (const waiting of [typing, settling]) clearTimeout(waiting);
    document.removeEventListener("selectionchange", selecting);
    for (const [name, listener] of Object.entries(listeners)) model.off(name, listener);
  };
}

export default { render };
