// What a link inside the book leads to, shown beside it while the pointer rests on it or the keyboard stands on it: an
// equation, a figure, a work, an exercise, a theorem, or the beginning of a section, also of another page. It can be
// walked into with the pointer, goes with Escape, and is not there on paper or for fingers, which follow the link.

const WAIT = 250; // milliseconds: a pointer that only passes opens nothing
const pages = new Map([[location.pathname, Promise.resolve(document)]]);
let shown = null, timer;

function page(url) {
  if (!pages.has(url.pathname)) {
    const answer = fetch(url.pathname).then((response) => (response.ok ? response.text() : ""));
    const parsed = answer.then((text) => new DOMParser().parseFromString(text, "text/html"));
    pages.set(url.pathname, parsed.catch(() => null)); // opened from a file, a page may not read another
  }
  return pages.get(url.pathname);
}

// The part of a page that explains the link: of a section its heading, first paragraph and what that ends in, all else whole.
function pieces(target) {
  if (target.matches("section")) {
    const [heading, paragraph] = target.querySelectorAll(":scope > h2, :scope > h3, :scope > p");
    const next = paragraph?.nextElementSibling; // the formula in which the sentence ends
    return [heading, paragraph, next?.matches("div.math") ? next : null].filter(Boolean);
  }
  if (target.matches("span, a")) return target.closest("section") ? pieces(target.closest("section")) : [];
  return [target];
}

function copy(piece, base) {
  const twin = document.importNode(piece, true);
  const extra = ".headerlink, .copybtn, script, style, details";
  for (const element of twin.querySelectorAll(extra)) element.remove();
  for (const element of [twin, ...twin.querySelectorAll("[id], [tabindex]")]) {
    element.removeAttribute("id");
    element.removeAttribute("tabindex");
  }
  for (const image of twin.querySelectorAll("img")) {
    image.src = new URL(image.getAttribute("src"), base).href;
    image.loading = "eager";
  }
  for (const link of twin.querySelectorAll("a[href]")) link.href = new URL(link.getAttribute("href"), base).href;
  return twin;
}

function close() {
  clearTimeout(timer);
  shown?.box.remove();
  shown?.link.removeAttribute("aria-describedby");
  if (shown?.title) shown.link.title = shown.title;
  shown = null;
}

// Below the link where there is room, else above it; never over an edge of the window.
function place(box, link) {
  const at = link.getClientRects()[0], gap = 6, edge = 8;
  const left = Math.min(at.left, innerWidth - box.offsetWidth - edge);
  const below = at.bottom + gap + box.offsetHeight < innerHeight;
  box.style.left = `${Math.max(edge, left) + scrollX}px`;
  box.style.top = `${(below ? at.bottom + gap : Math.max(edge, at.top - gap - box.offsetHeight)) + scrollY}px`;
}

async function open(link) {
  const url = new URL(link.href);
  const found = await page(url);
  const target = found?.getElementById(decodeURIComponent(url.hash.slice(1)));
  if (!target || !(link.matches(":hover") || link === document.activeElement)) return;
  const parts = pieces(target);
  if (!parts.length) return;
  close();
  const box = document.createElement("div");
  box.className = "preview bd-article";
  box.id = "preview";
  box.setAttribute("role", "tooltip");
  box.append(...parts.map((piece) => copy(piece, url)));
  shown = { box, link, title: link.title };
  link.removeAttribute("title"); // else the browser shows its own beside ours
  link.setAttribute("aria-describedby", box.id);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", later);
  document.body.append(box);
  place(box, link);
  for (const image of box.querySelectorAll("img")) image.addEventListener("load", () => shown && place(box, link));
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(close, WAIT);
}

function start(link) {
  clearTimeout(timer);
  if (shown?.link !== link) timer = setTimeout(open, WAIT, link);
}

document.addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll(".bd-article a[href*='#']:not(.headerlink)")) {
    if (new URL(link.href).origin !== location.origin) continue;
    link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && start(link));
    link.addEventListener("pointerleave", later);
    link.addEventListener("focus", () => link.matches(":focus-visible") && start(link));
    link.addEventListener("blur", later);
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
});
