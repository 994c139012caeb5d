// Builds elements. Text goes in as text nodes alone: nothing here parses a string as HTML.

export const $ = (id) => document.getElementById(id);

/** Make an element: properties that begin with "--" are custom CSS properties, the rest attributes. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("--")) node.style.setProperty(name, String(value));
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** Shorten to `limit` characters without cutting a surrogate pair. */
export function shorten(text, limit) {
  const flat = text.slice(0, 4 * limit).replace(/\s+/g, " ").trim();
  const points = Array.from(flat);
  return points.length > limit ? `${points.slice(0, limit - 1).join("")}…` : flat;
}

/** Replace lone surrogates, which no JSON text may hold; offsets stay as they are. */
export function wellFormed(text) {
  if (text.toWellFormed) return text.toWellFormed();
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
