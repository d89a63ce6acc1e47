// A line of code that is wider than the paper goes on under itself, further in than it began. Formulas and tables
// are made smaller until they fit. Runs with the paper's width; answers with what does not fit even so.
(() => {
  const FITS = 80; // letters of code that any paper has room for
  for (const pre of document.querySelectorAll("pre")) {
    const letters = pre.textContent.split("\n");
    if (!letters.some((line) => line.length > FITS)) continue;
    pre.innerHTML = pre.innerHTML
      .split("\n")
      .map((line, at) => {
        const whole = line.split("<span").length === line.split("</span").length;
        const indent = letters[at].search(/\S/) + 8;
        return whole && letters[at].length > FITS ? `<span class="hanging" style="--indent: ${indent}ch">${line}</span>` : line;
      })
      .join("\n");
  }
  const SMALLEST = 0.6;
  const boxes = [...document.querySelectorAll(".math-scroll, .table-scroll")];
  for (let pass = 0; pass < 3; pass++) {
    // All are measured before any is changed: each change would have the whole book laid out anew.
    const wide = boxes.map((box) => [box, box.clientWidth / box.scrollWidth]).filter(([box]) => box.scrollWidth > box.clientWidth + 1);
    for (const [box, share] of wide) {
      const inner = box.firstElementChild;
      inner.style.zoom = Math.max(SMALLEST, Math.floor(1000 * Number(inner.style.zoom || 1) * share - 2) / 1000);
    }
  }
  const edge = document.querySelector(".bd-article-container").getBoundingClientRect().right + 1;
  const over = [];
  const lines = "p, li, td, th, pre, code, img, .together, .katex-html, .eqno, figcaption, a";
  for (const each of document.querySelectorAll(`.bd-article-container :is(${lines})`)) {
    const { left, width } = each.getBoundingClientRect();
    const beyond = Math.round(left + (each.nodeName === "PRE" ? each.scrollWidth : width) - edge);
    if (width && beyond > 0) over.push(`${each.closest("[data-page]")?.dataset.page}: ${beyond} px: ${each.textContent.trim().slice(0, 60)}`);
  }
  return over;
})();
