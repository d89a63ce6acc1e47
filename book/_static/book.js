// What the pages do beyond reading: keep the place when the language changes, let wide boxes be reached
// with the keyboard, close the notebook menu, say which colours are chosen, open folded boxes and fetch all
// figures for printing.

// The section at the top of the window, if the reader has scrolled to one.
function sectionInView() {
  let current = "";
  for (const section of document.querySelectorAll(".bd-article section[id]")) {
    if (section.getBoundingClientRect().top > 150) break;
    if (section.querySelector(":scope > h2, :scope > h3")) current = section.id;
  }
  return current;
}

function keepPlace(event) {
  const link = event.currentTarget;
  const named = decodeURIComponent(location.hash.slice(1));
  const id = window.scrollY > 200 ? sectionInView() || named : named;
  link.href = link.href.split("#")[0].split("?")[0] + (document.getElementById(id) ? "#" + id : "");
  if (location.search && link.href.includes("/search.html")) link.href += location.search;
  try {
    localStorage.setItem("book-language", link.dataset.language);
  } catch {
    // the choice is then not remembered
  }
}

function reachable() {
  const boxes = [...document.querySelectorAll(".math-scroll, .bd-article pre, .cell_output > .output, .table-scroll")];
  const wide = boxes.map((box) => box.scrollWidth > box.clientWidth); // measured before anything is changed: one layout
  boxes.forEach((box, at) => (wide[at] ? (box.tabIndex = 0) : box.removeAttribute("tabindex")));
}

// Marks the section in view in the list of the page's sections.
function markSection() {
  const id = sectionInView();
  for (const link of document.querySelectorAll(".bd-toc-nav a")) {
    const here = id !== "" && link.hash === "#" + id;
    link.classList.toggle("active", here);
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// The button for the colours says which are chosen: its third press gives back the device's, which may change nothing.
const MODES = {
  ko: { light: "색: 밝게", dark: "색: 어둡게", auto: "색: 기기를 따름" },
  en: { light: "Colours: light", dark: "Colours: dark", auto: "Colours: as the device has them" },
};

function sayMode() {
  const { lang, dataset } = document.documentElement;
  const words = (MODES[lang] ?? MODES.en)[dataset.mode] ?? "";
  for (const button of document.querySelectorAll(".theme-switch-button")) {
    button.title = words;
    button.setAttribute("aria-label", words);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  let marking = false;
  addEventListener("scroll", () => {
    if (marking) return;
    marking = true;
    requestAnimationFrame(() => {
      marking = false;
      markSection();
    });
  }, { passive: true });
  markSection();
  for (const link of document.querySelectorAll(".edition-switch")) {
    for (const kind of ["click", "auxclick", "contextmenu"]) link.addEventListener(kind, keepPlace);
  }
  sayMode();
  new MutationObserver(sayMode).observe(document.documentElement, { attributeFilter: ["data-mode"] });
  const menu = document.querySelector(".header-menu");
  if (menu) {
    document.addEventListener("click", (event) => menu.contains(event.target) || (menu.open = false));
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  }
});

window.addEventListener("load", () => {
  // The theme does the same for code, but makes what need not scroll reachable by script only; ours comes last, and
  // after the page is on the screen.
  let waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(reachable, 400);
  };
  new ResizeObserver(soon).observe(document.documentElement);
  document.fonts.ready.then(soon);
  document.addEventListener("toggle", reachable, true);
});

let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll(".bd-article details.admonition:not([open])")];
  for (const box of opened) box.open = true;
  for (const image of document.images) image.loading = "eager";
});
window.addEventListener("afterprint", () => {
  for (const box of opened) box.open = false;
});
