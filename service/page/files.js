// Files that are dropped on the page, picked, or saved from it.

import { $ } from "./dom.js";

/** Watch for files; `open(file)` is called with each. */
export function watchFiles(open) {
  const take = (file) => { if (file) open(file); };
  $("pick").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => { take($("file").files[0]); $("file").value = ""; });
  let depth = 0;
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
  const show = () => { $("drop").hidden = depth <= 0; };
  addEventListener("dragenter", (event) => { if (holdsFile(event)) { depth += 1; show(); } });
  addEventListener("dragleave", (event) => { if (holdsFile(event)) { depth -= 1; show(); } });
  addEventListener("dragover", (event) => { if (holdsFile(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    depth = 0;
    show();
    if (!holdsFile(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}

/** Save a blob under a name. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
