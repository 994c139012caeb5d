// The review of one article. Everything from an article or a reviewer enters the page as text
// nodes and attributes, never as markup. Offsets here count UTF-16 units, as the DOM does.

const RESEND_MS = 4000;
const COMMENT_IDLE_MS = 1200;
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
  const drafts = new Map(); // key of a flag -> comment being typed
  let selected = 0, selection = null, failure = "", typing = null;

  const article = () => model.get("article");
  const flags = () => article().flags;

  function stateOf(flag) {
    let state = { verdict: flag.verdict, comment: flag.comment, waits: false };
    for (const m of pending.values()) {
      if (m.kind === "decide" && m.text_sha256 === article().text_sha256 && keyOf(m) === keyOf(flag)) {
        state = { verdict: m.verdict, comment: m.comment, waits: true };
      }
    }
    return { ...state, comment: drafts.get(keyOf(flag)) ?? state.comment };
  }

  function send(message) {
    const n = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const whole = { ...message, n };
    if (message.kind === "decide") {
      // A newer decision on the same flag stands in for one that was not acknowledged yet.
      for (const [other, m] of pending) {
        if (m.text_sha256 === message.text_sha256 && keyOf(m) === keyOf(message)) pending.delete(other);
      }
      pending.set(n, whole);
    }
    try { model.send(whole); } catch (error) { failure = String(error.message ?? error); }
    draw();
  }

  function decide(flag, verdict, comment) {
    const { rule, start, end } = flag;
    send({ kind: "decide", text_sha256: article().text_sha256, rule, start, end, verdict,
      comment: comment ?? stateOf(flag).comment ?? "" });
    drafts.delete(keyOf(flag));
  }

  function judge(verdict) {
    const flag = flags()[selected];
    if (!flag) return;
    const again = stateOf(flag).verdict === verdict;
    decide(flag, again ? (stateOf(flag).comment ? "comment" : "open") : verdict);
    if (!again && selected + 1 < flags().length) { selected += 1; draw(true); }
  }

  function saveDraft(flag) {
    clearTimeout(typing);
    const key = keyOf(flag);
    if (!drafts.has(key)) return;
    const comment = drafts.get(key), { verdict } = stateOf(flag);
    drafts.delete(key);
    if (comment === (flag.comment ?? "") && !stateOf(flag).waits) return;
    const bare = !verdict || verdict === "open" || verdict === "comment";
    decide(flag, bare ? (comment ? "comment" : "open") : verdict, comment);
  }

  function addMissed() {
    if (!selection) return;
    const rule = root.querySelector(".dlr-rule").value;
    const comment = root.querySelector(".dlr-why").value;
    decide({ ...selection, rule }, "missed", comment);
    selection = null;
    document.getSelection().removeAllRanges();
    draw();
  }

  function open(index) {
    const flag = flags()[selected];
    if (flag) saveDraft(flag);
    if (index < 0 || index >= model.get("queue").length) return;
    selected = 0;
    selection = null;
    send({ kind: "open", index });
  }

  const status = make("span", { className: "dlr-status", aria: { live: "polite" } });
  const head = make("div", { className: "dlr-head" });
  const text = make("div", { className: "dlr-text", lang: "en" });
  const adder = make("div", { className: "dlr-adder" });
  const list = make("ol", { className: "dlr-flags", aria: { label: "Flags" } });
  const keys = make("p", { className: "dlr-keys",
    textContent: "Keys: j, k next and previous flag · a accept · r reject · c comment · u take back · m mark the selected text as missed · d article done · [ ] other article" });
  root.append(head, make("div", { className: "dlr-columns" },
    make("div", {}, text, adder), make("div", { className: "dlr-side" }, list)), keys);
  host.append(root);

  function drawHead() {
    const it = article(), queue = model.get("queue");
    const picker = make("select", { className: "dlr-picker", aria: { label: "Article" },
      on: { change: (event) => open(Number(event.target.value)) } });
    queue.forEach((entry, index) => picker.append(make("option", { value: String(index), selected: index === it.index,
      textContent: `${entry.done ? "✓ " : ""}${entry.score ?? "–"} · ${entry.title.slice(0, 70)} · ${entry.decided} of ${entry.flags}` })));
    const doneState = stateOf({ rule: "", start: 0, end: 0, verdict: it.done ? "done" : "open", comment: "" });
    const done = make("button", { type: "button", className: "dlr-done", aria: { pressed: String(doneState.verdict === "done") },
      textContent: doneState.verdict === "done" ? "Done ✓" : "Mark as done", on: { click: toggleDone } });
    const decided = flags().filter((flag) => ["accept", "reject"].includes(stateOf(flag).verdict)).length;
    head.replaceChildren(
      make("div", { className: "dlr-nav" },
        make("button", { type: "button", textContent: "‹", disabled: it.index === 0, aria: { label: "Previous article" }, on: { click: () => open(it.index - 1) } }),
        picker,
        make("button", { type: "button", textContent: "›", disabled: it.index + 1 >= queue.length, aria: { label: "Next article" }, on: { click: () => open(it.index + 1) } }),
        done),
      make("div", { className: "dlr-title" },
        make("strong", { className: `dlr-score dlr-band-${it.band ?? "none"}`, textContent: it.score ?? "no score" }),
        make("h3", { textContent: it.title })),
      make("div", { className: "dlr-progress" },
        make("span", { textContent: `${decided} of ${flags().length} flags decided by ${model.get("reviewer")}` }), status));
  }

  function toggleDone() {
    const now = stateOf({ rule: "", start: 0, end: 0, verdict: article().done ? "done" : "open", comment: "" });
    decide({ rule: "", start: 0, end: 0 }, now.verdict === "done" ? "open" : "done", "");
  }

  function drawStatus() {
    const waiting = pending.size, saved = model.get("acknowledged");
    const late = [...pending.values()].some((m) => Date.now() - Number(m.n.split("-")[0]) > RESEND_MS);
    status.className = `dlr-status${failure || late ? " dlr-bad" : ""}`;
    status.textContent = failure ? `Not saved: ${failure}`
      : late ? `${waiting} not saved yet: the kernel does not answer. Keep this page open; it is tried again.`
      : waiting ? "Saving…" : saved.at ? `Saved at ${saved.at}` : "";
  }

  function drawText() {
    const it = article();
    const missed = it.missed.map((entry) => ({ ...entry, category: "missed" }));
    const drawn = [...flags().filter((flag) => !flag.whole), ...missed];
    const current = flags()[selected];
    const pieces = cut(it.text.length, drawn).map(({ start, end, flags: here }) => {
      const stretch = it.text.slice(start, end);
      if (!here.length) return document.createTextNode(stretch);
      const classes = [...new Set(here.map((flag) => `dlr-${flag.category}`))];
      const verdicts = here.map((flag) => stateOf(flag).verdict);
      if (verdicts.every((verdict) => verdict === "reject")) classes.push("dlr-rejected");
      if (here.includes(current)) classes.push("dlr-current");
      return make("mark", { className: classes.join(" "), textContent: stretch,
        title: here.map((flag) => `${flag.rule}: ${flag.message ?? "missed by the rules"}`).join("\n"),
        on: { click: () => pick(here) } });
    });
    text.replaceChildren(...pieces);
  }

  function pick(here) {
    if (!document.getSelection().isCollapsed) return;
    const indices = here.map((flag) => flags().indexOf(flag)).filter((index) => index >= 0);
    if (!indices.length) return;
    const place = indices.indexOf(selected);
    selected = indices[(place + 1) % indices.length];
    draw(true);
  }

  function drawAdder() {
    if (!selection) { adder.replaceChildren(); return; }
    const rules = make("select", { className: "dlr-rule", aria: { label: "Rule" } });
    for (const rule of model.get("rules")) {
      rules.append(make("option", { value: rule.code, textContent: `${rule.code} ${rule.name}`, selected: rule.code === "SRC002" }));
    }
    adder.replaceChildren(
      make("span", { textContent: `“${article().text.slice(selection.start, selection.end).slice(0, 90)}”` }), rules,
      make("input", { className: "dlr-why", placeholder: "Why (optional)", aria: { label: "Why" },
        on: { keydown: (event) => { if (event.key === "Enter") addMissed(); } } }),
      make("button", { type: "button", className: "dlr-add", textContent: "Mark as missed", on: { click: addMissed } }));
  }

  function drawList() {
    const items = flags().map((flag, index) => {
      const state = stateOf(flag);
      const choose = (verdict) => (event) => { event.stopPropagation(); selected = index; judge(verdict); };
      const button = (verdict, label) => make("button", { type: "button", className: `dlr-${verdict}`, textContent: label,
        aria: { pressed: String(state.verdict === verdict), label: `${label} ${flag.rule} “${flag.quote.slice(0, 40)}”` },
        on: { click: choose(verdict) } });
      const item = make("li", { className: `dlr-flag dlr-${flag.category}${index === selected ? " dlr-current" : ""}`,
        data: { verdict: state.verdict ?? "open", rule: flag.rule, saved: String(!state.waits) },
        on: { click: () => { if (index !== selected) { selected = index; draw(); } } } },
        make("div", {},
          make("code", { textContent: flag.rule }), make("b", { className: "dlr-sign", textContent: SIGNS[state.verdict] ?? "" }),
          make("q", { textContent: flag.whole ? "the whole article" : flag.quote.slice(0, 110) })),
        make("p", { textContent: flag.message + (flag.counted ? "" : " (costs no points)") }),
        make("div", { className: "dlr-buttons" }, button("accept", "Accept"), button("reject", "Reject")));
      if (index === selected || state.comment) {
        item.append(make("textarea", { className: "dlr-comment", rows: 1, value: state.comment ?? "", placeholder: "Comment",
          aria: { label: `Comment on ${flag.rule}` },
          on: {
            input: (event) => {
              drafts.set(keyOf(flag), event.target.value);
              clearTimeout(typing);
              typing = setTimeout(() => saveDraft(flag), COMMENT_IDLE_MS);
            },
            change: () => saveDraft(flag),
            keydown: (event) => {
              if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
                event.preventDefault(); saveDraft(flag); root.focus();
              }
            },
          } }));
      }
      return item;
    });
    const missed = article().missed.map((entry) => make("li", { className: "dlr-flag dlr-missed", data: { verdict: "missed", rule: entry.rule, saved: "true" } },
      make("div", {}, make("code", { textContent: entry.rule }), make("b", { textContent: "missed" }), make("q", { textContent: entry.quote.slice(0, 110) })),
      make("p", { textContent: entry.comment }),
      make("div", { className: "dlr-buttons" }, make("button", { type: "button", textContent: "Take back",
        on: { click: () => decide(entry, "open", "") } }))));
    const typed = document.activeElement?.classList.contains("dlr-comment") && root.contains(document.activeElement);
    const caret = typed ? document.activeElement.selectionStart : 0;
    list.replaceChildren(...items, ...missed);
    if (typed) {
      const area = list.querySelector(".dlr-current .dlr-comment");
      area?.focus();
      area?.setSelectionRange(caret, caret);
    }
  }

  function draw(scroll = false) {
    const inside = root.contains(document.activeElement) && !document.activeElement.matches("textarea, input, select");
    drawHead(); drawStatus(); drawText(); drawAdder(); drawList();
    // A button that was just pressed is drawn anew: the keyboard must not fall back to the notebook.
    if (inside && !root.contains(document.activeElement)) root.focus({ preventScroll: true });
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
    a: () => judge("accept"), r: () => judge("reject"),
    u: () => { const flag = flags()[selected]; if (flag) decide(flag, "open", ""); },
    c: () => list.querySelector(".dlr-current .dlr-comment")?.focus(),
    m: () => adder.querySelector("select")?.focus(),
    d: toggleDone, "[": () => open(article().index - 1), "]": () => open(article().index + 1),
  };
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input, select")) return;
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  });

  const select = () => {
    const range = document.getSelection();
    if (range.isCollapsed || !range.rangeCount || !text.contains(range.anchorNode) || !text.contains(range.focusNode)) return;
    const { startContainer, startOffset, endContainer, endOffset } = range.getRangeAt(0);
    const start = offsetIn(text, startContainer, startOffset), end = offsetIn(text, endContainer, endOffset);
    if (end > start) { selection = { start, end }; drawAdder(); }
  };
  text.addEventListener("mouseup", select);
  text.addEventListener("keyup", select);

  const acknowledged = () => {
    const { n, error, retry } = model.get("acknowledged");
    if (!retry) pending.delete(n);
    failure = error ?? "";
    draw();
  };
  const changed = () => { selected = Math.min(selected, Math.max(0, flags().length - 1)); draw(); };
  model.on("change:acknowledged", acknowledged);
  model.on("change:article", changed);
  model.on("change:queue", drawHead);
  const timer = setInterval(() => {
    for (const message of pending.values()) {
      if (Date.now() - Number(message.n.split("-")[0]) > RESEND_MS) { try { model.send(message); } catch { /* tried again */ } }
    }
    if (pending.size) drawStatus();
  }, RESEND_MS);
  draw();
  return () => {
    clearInterval(timer);
    clearTimeout(typing);
    model.off("change:acknowledged", acknowledged);
    model.off("change:article", changed);
    model.off("change:queue", drawHead);
  };
}

export default { render };
