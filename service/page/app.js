// The page: from the desk where an article is pasted to its report.

import * as api from "./api.js";
import { $, el, plural, wellFormed } from "./dom.js";
import { save, watchFiles } from "./files.js";
import { spoken } from "./head.js";
import { ReportView } from "./report.js";
import { SAMPLE } from "./sample.js";

let view = null;
let running = null;
let catalogue = {};

function count() {
  const words = $("text").value.match(/\S+/g)?.length ?? 0;
  $("count").textContent = words && words < 60 ? `${plural(words, "word")}: too short for a score` : plural(words, "word");
}

function fill({ title, text, published }) {
  edit();
  quiet();
  $("text").value = text;
  $("title").value = title ?? "";
  $("published").value = published ?? "";
  count();
  $("text").focus();
  $("text").setSelectionRange(0, 0);
  $("text").scrollTop = 0;
}

function quiet() {
  $("alert").hidden = true;
}

function fail(error) {
  if (error.name === "AbortError") return;
  const box = $("alert");
  box.replaceChildren(
    el("p", {}, el("b", {}, error instanceof api.Refusal ? error.message : "The page failed"), error.detail ?? ""),
    el("button", { type: "button", class: "plain", onclick: quiet }, "Close"));
  box.hidden = false;
  if (error.status === 401) {
    $("key-field").hidden = false;
    $("key").focus();
  }
  box.scrollIntoView({ block: "nearest" });
}

function busy(on) {
  $("send").disabled = on;
  $("send").textContent = on ? "Reading…" : "Score the article";
  $("cancel").hidden = !on;
  $("desk").setAttribute("aria-busy", String(on));
}

function article() {
  const text = wellFormed($("text").value);
  const given = { text };
  if ($("title").value.trim()) given.title = wellFormed($("title").value.trim());
  if ($("published").value) given.published = $("published").value;
  if ($("target").value) given.options = { target_fpr: Number($("target").value) };
  return given;
}

/** Run `task(signal)`; one at a time, so that none puts away what another shows. */
async function work(task) {
  quiet();
  running = new AbortController();
  busy(true);
  try {
    await task(running.signal);
  } catch (error) {
    $("status").textContent = "";
    fail(error);
  } finally {
    running = null;
    busy(false);
  }
}

function score(event) {
  event?.preventDefault();
  if (running || !$("text").value.trim()) return undefined;
  $("status").textContent = "Reading the article.";
  return work(async (signal) => {
    api.setKey($("key").value);
    const sent = article();
    if (!Object.keys(catalogue).length) await loadRules();
    show(await api.score(sent, signal), sent);
  });
}

function openFile(file) {
  if (running) return fail(new api.Refusal("The file was not opened", "Open it again when the article at hand is read, or cancel that."));
  return work(async (signal) => fill(await api.read(file, signal)));
}

function saveHtml(sent) {
  quiet();
  api.renderHtml(sent).then((blob) => save(blob, "dateline-report.html"), fail);
}

function show(report, sent) {
  const button = (label, action) => el("button", { type: "button", class: "plain", onclick: action }, label);
  const tools = [
    button("Edit", edit),
    button("New article", () => { fill({ text: "" }); }),
    button("Save JSON", () => save(new Blob([JSON.stringify(report, null, 2)], { type: "application/json" }), "dateline-report.json")),
    button("Save HTML", () => saveHtml(sent)),
  ];
  view = new ReportView($("report"), { report, article: sent, catalogue, tools });
  quiet();
  $("desk").hidden = true;
  $("report").hidden = false;
  $("status").textContent = spoken(report);
  scrollTo({ top: 0, behavior: "instant" });
  $("report-title").focus({ preventScroll: true });
}

function edit() {
  view = null;
  $("tip").hidden = true;
  $("report").hidden = true;
  $("desk").hidden = false;
  $("text").focus();
}

async function loadRules() {
  const { rules } = await api.rules();
  catalogue = Object.fromEntries(rules.map((rule) => [rule.code, rule]));
  const engine = await api.model();
  const models = engine.models.map((model) => `${model.name} ${model.version} (${model.sha256.slice(0, 8)})`);
  $("engine").textContent = [`Dateline ${engine.version}`, `rules ${engine.rules_version}`, ...models].join(" · ");
}

const KEYS = {
  j: () => view.step(1), n: () => view.step(1), k: () => view.step(-1), p: () => view.step(-1),
  s: () => { view.sentences.open = !view.sentences.open; view.sentences.scrollIntoView({ block: "start" }); },
  e: edit,
  Escape: () => { $("tip").hidden = true; quiet(); },
};

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !view) return score(event);
  if (!view || $("help").open || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return undefined;
  if (/^[1-4]$/.test(event.key)) view.toggle(Number(event.key) - 1);
  else if (Object.hasOwn(KEYS, event.key)) KEYS[event.key]();
  else return undefined;
  event.preventDefault();
  return undefined;
});

function theme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  $("theme").textContent = dark ? "Light" : "Dark";
  $("theme").setAttribute("aria-pressed", String(dark));
}

const preference = matchMedia("(prefers-color-scheme: dark)");
theme(preference.matches);
preference.addEventListener("change", () => theme(preference.matches));
$("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme !== "dark"));
$("help-open").addEventListener("click", () => $("help").showModal());
$("desk").addEventListener("submit", score);
$("cancel").addEventListener("click", () => running?.abort());
$("text").addEventListener("input", count);
$("key").addEventListener("input", () => api.setKey($("key").value));
$("sample").addEventListener("click", () => fill(SAMPLE));
watchFiles(openFile);
count();
loadRules().catch(() => {});
