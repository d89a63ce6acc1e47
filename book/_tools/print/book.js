// What a book on paper has and a site has not, done to the joined pages before they are printed: one set of addresses,
// everything folded either opened or left out, solutions at the end of each chapter, contents, and lines that fit.
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const chapters = [...document.querySelectorAll("article.chapter")];
  const names = new Set(chapters.map((chapter) => chapter.dataset.page));
  const LEFT_OUT = "script, noscript, button, .headerlink, details.hidden-code, .front-ways, .no-print";
  const make = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const plain = (heading) => heading.textContent.replace(/[\u200b\u2060]/g, "").trim();
  const pageOf = (id, template = "{}") => {
    const number = make("span", { className: "page-of", textContent: "000" });
    number.dataset.of = id;
    const [before, after] = template.split("{}");
    return [before, number, after].filter((each) => each !== "");
  };

  // Addresses: `id1` stands on every page, so each is put behind the name of its page.
  const inside = (page, href) => {
    const [file, id] = href.split("#");
    const name = file === "" ? page : file.replace(/\.html$/, "");
    return file !== "" && !/^[\w-]+\.html$/.test(file) ? null : names.has(name) ? `${name}--${id ?? ""}` : "";
  };
  for (const chapter of chapters) {
    const page = chapter.dataset.page;
    for (const each of chapter.querySelectorAll(LEFT_OUT)) each.remove();
    for (const each of chapter.querySelectorAll("[id]")) each.id = `${page}--${each.id}`;
    for (const key of ["aria-labelledby", "aria-describedby", "headers", "for"])
      for (const each of chapter.querySelectorAll(`[${key}]`))
        each.setAttribute(key, each.getAttribute(key).split(/\s+/).map((id) => `${page}--${id}`).join(" "));
    chapter.id = `${page}--`;
    for (const link of chapter.querySelectorAll("a[href]")) {
      const href = link.getAttribute("href");
      if (/^[a-z]+:/.test(href)) {
        const address = href.replace(/^mailto:/, "");
        const bare = address.replace(/^https?:\/\/(dx\.)?(doi\.org\/|arxiv\.org\/abs\/)?/, "").replace(/\/$/, "");
        if (!link.textContent.includes(bare)) link.after(make("span", { className: "address", textContent: ` (${address})` }));
        continue;
      }
      const target = inside(page, href);
      if (target) link.setAttribute("href", `#${target}`);
      else link.replaceWith(...link.childNodes); // what is not in this file cannot be gone to
    }
  }

  // Answers and solutions stand at the end of the chapter, with links both ways.
  for (const chapter of chapters) {
    const folded = [...chapter.querySelectorAll("details.answer, details.solution")];
    if (!folded.length) continue;
    const id = `${chapter.dataset.page}--solutions`;
    const section = make("section", { id, className: "solutions" }, make("h2", { textContent: words.solutions }));
    for (const solution of folded) {
      const answers = solution.matches(".answer");
      let asked = answers ? solution.closest(".question") : solution.previousElementSibling;
      while (asked && !asked.matches(".exercise, .question")) asked = asked.previousElementSibling;
      if (!asked) continue; // it stays where it is, and is opened below
      const number = section.childElementCount;
      asked.id ||= `${chapter.dataset.page}--asked-${number}`;
      solution.id ||= `${chapter.dataset.page}--answer-${number}`;
      const label = asked.querySelector(answers ? "strong" : ".caption-number").textContent.trim().replace(/\.$/, "");
      const there = make("a", { href: `#${solution.id}` }, ...pageOf(solution.id, answers ? words.answer : words.solution));
      const back = make("a", { href: `#${asked.id}` }, label, " ", make("span", { className: "where" }, ...pageOf(asked.id, words.page)));
      asked.append(make("p", { className: "to-solution" }, there));
      const box = make("div", { id: solution.id, className: "solution" }, make("p", { className: "solution-title" }, back));
      for (const child of [...solution.childNodes]) if (child.nodeName !== "SUMMARY") box.append(child);
      section.append(box);
      solution.remove();
    }
    (chapter.querySelector(":scope > section") ?? chapter).append(section);
  }

  // What is still folded is opened.
  for (const folded of document.querySelectorAll("details")) {
    const box = make("div", { id: folded.id, className: folded.className });
    for (const child of [...folded.childNodes])
      box.append(child.nodeName === "SUMMARY" ? make("p", { className: "admonition-title" }, ...child.childNodes) : child);
    folded.replaceWith(box);
  }

  // Straight quotation marks, which the book's type would all set as closing ones.
  for (const block of document.querySelectorAll("article.chapter :is(p, li, dd, dt, td, th, figcaption, h1, h2, h3)")) {
    const letters = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    let before = " ";
    while (letters.nextNode()) {
      const node = letters.currentNode;
      if (!node.parentElement.closest("code, pre, .katex"))
        node.data = node.data.replace(/"/g, (_, at) => (/[\s(\[]/.test(at ? node.data[at - 1] : before) ? "“" : "”"));
      before = node.data.at(-1) ?? before;
    }
  }

  // Formulas. What a screen reader is told on the site (MathML, out of sight) does not reach a PDF: it gets a description.
  const said = (node) => {
    const parts = [...node.children].map(said);
    const group = (text) => (text.length > 1 ? `(${text})` : text);
    switch (node.nodeName.toLowerCase()) {
      case "mfrac": return `${group(parts[0])}/${group(parts[1])}`;
      case "msqrt": return `√(${parts.join("")})`;
      case "msub": case "munder": return `${parts[0]}_${group(parts[1])}`;
      case "msup": case "mover": return `${parts[0]}^${group(parts[1])}`;
      case "msubsup": case "munderover": return `${parts[0]}_${group(parts[1])}^${group(parts[2])}`;
      case "mtr": return parts.join(" ");
      case "mtable": return parts.join("; ");
      case "annotation": return "";
      default: return parts.length ? parts.join("") : node.textContent.replace(/[\u2061\u200b]/g, "");
    }
  };
  for (const formula of document.querySelectorAll(".katex")) {
    const mathml = formula.querySelector(".katex-mathml");
    const drawn = formula.querySelector(".katex-html");
    if (!drawn) continue; // a single letter or number is itself, for the eye and the ear alike (`leaner.py`)
    drawn.removeAttribute("aria-hidden");
    if (!formula.closest("h1, h2, h3, h4, h5")) { // a heading's bookmark would have both the letters and their description
      drawn.setAttribute("role", "img");
      drawn.setAttribute("aria-label", said(mathml).trim());
    }
    mathml.remove();
  }

  // Headings of chapters that belong to a part stand one step below it; the rest of their look is theirs.
  for (const heading of document.querySelectorAll("article.chapter :is(h1, h2, h3, h4, h5)")) {
    const level = Number(heading.tagName[1]);
    heading.classList.add(`level-${level}`);
    if (!heading.closest("[data-in-part]")) continue;
    const lower = make(`h${level + 1}`, { id: heading.id, className: heading.className }, ...heading.childNodes);
    heading.replaceWith(lower);
  }

  // Contents
  const contents = document.querySelector("nav.book-contents");
  const row = (kind, id, text) =>
    make("p", { className: `row ${kind}` }, make("a", { href: `#${id}` }, make("span", { className: "text", textContent: text }), make("span", { className: "dots" }), ...pageOf(id)));
  document.querySelectorAll("section.part").forEach((part, at) => (part.id = `part-${at + 1}`));
  let part = null;
  for (const block of document.querySelectorAll("section.part, article.chapter")) {
    if (block.matches(".part")) {
      part = block;
      contents.append(row("of-part", block.id, plain(block.querySelector("h1"))));
      continue;
    }
    part?.append(row("of-chapter", block.id, block.dataset.title));
    contents.append(row("of-chapter", block.id, block.dataset.title));
    for (const heading of block.querySelectorAll(".level-2")) contents.append(row("of-section", heading.closest("section[id]").id, plain(heading)));
  }

  // Long listings may break over two pages; short ones stay whole.
  for (const box of document.querySelectorAll("pre")) if (box.textContent.split("\n").length <= 10) box.classList.add("whole");
  for (const list of document.querySelectorAll("tbody")) if (list.rows.length <= 8) list.closest("table").classList.add("whole");
})();
