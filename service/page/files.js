// A dropped or picked file becomes the text on the desk.

import { read } from "./api.js";
import { $ } from "./dom.js";

/** Watch for files; `fill(article)` gets what is in one, `fail(error)` why it can't be read. */
export function watchFiles(fill, fail) {
  const take = async (file) => {
    if (!file) return;
    try {
      fill(await read(file));
    } catch (error) {
      fail(error);
    }
  };
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
