// Talks to the service that served the page; paths are relative, so that a prefix of a proxy is kept.

/** A problem that the service named, or that the network made. */
export class Refusal extends Error {
  constructor(title, detail, status) {
    super(title);
    this.detail = detail;
    this.status = status;
  }
}

let key = "";
export const setKey = (value) => { key = value.trim(); };

async function send(path, options = {}) {
  const headers = { ...options.headers };
  if (key) headers.Authorization = `Bearer ${key}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers, credentials: "omit", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The service can’t be reached", "Check that it is running, then try again.", 0);
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  const wait = response.headers.get("Retry-After");
  const detail = [problem.detail, wait && `Try again in ${wait} s.`].filter(Boolean).join(". ");
  throw new Refusal(problem.title ?? `The service answered ${response.status}`, detail, response.status);
}

const post = (path, body, signal) =>
  send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

export const score = async (article, signal) => (await post("v1/score?offsets=utf16", article, signal)).json();
export const renderHtml = async (article) => (await post("v1/score?format=html", article)).blob();
export const rules = async () => (await send("v1/rules")).json();
export const model = async () => (await send("v1/model")).json();

const TYPES = {
  txt: "text/plain",
  md: "text/markdown",
  markdown: "text/markdown",
  html: "text/html",
  htm: "text/html",
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
};

/** Text of a file, with what else the file tells of the article. */
export async function read(file, signal) {
  const suffix = file.name.toLowerCase().split(".").pop();
  const headers = { "Content-Type": TYPES[suffix] ?? "application/octet-stream" };
  return (await send("v1/read", { method: "POST", headers, body: file, signal })).json();
}
