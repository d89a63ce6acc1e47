// The passages that a search shows are taken from the text alone, without the page's header and foot, and with each
// formula once rather than three times.
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const extra = ".headerlink, script, style, .katex-html, annotation, .hidden-code, .copybtn";
  for (const element of page.querySelectorAll(extra)) element.remove();
  const article = page.querySelector("article");
  const text = (anchor && page.querySelector(`article ${anchor}`)) || article;
  return text ? text.textContent.replace(/\s+/g, " ") : "";
};
