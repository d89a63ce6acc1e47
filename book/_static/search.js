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

// Korean: a word of two syllables or more is found wherever it stands, also inside another (함수 in 손실함수); and one
// of four or more also where it is written apart (연쇄법칙, 연쇄 법칙). Search.texts is the pages' Hangul and
// Search.boxes that of their boxes' titles, both from texts.py; the other edition has none, and its search is Sphinx's
// own, as it is for words of other scripts.
{
  const isKorean = (word) => /^[가-힣]{2,}$/.test(word);
  const pattern = (word) => new RegExp(word.length < 4 ? word : [...word].join(" ?"), "g");
  const bare = (text) => text.replaceAll(" ", "");

  // How often a word stands in a text, and whether as a word of its own, whichever particle follows.
  const look = (text, word, stem) => {
    let times = 0, alone = false;
    for (const match of text.matchAll(pattern(word))) {
      times += 1;
      if (alone || /[가-힣]/.test(text[match.index - 1] ?? "")) continue;
      const end = match.index + match[0].length;
      const particle = text.slice(end).match(/^[가-힣]*/)[0];
      alone = stem(bare(match[0]) + particle) === word;
    }
    return { times, alone };
  };

  const sphinxsOwn = Search._performSearch;
  Search._performSearch = (query, terms, excluded, highlight, objects) => {
    const words = [...terms].filter(isKorean);
    if (!Search.texts || !words.length) return sphinxsOwn(query, terms, excluded, highlight, objects);
    document.getElementById("search-progress")?.replaceChildren();
    const { docnames, filenames, titles, alltitles } = Search._index;
    const others = [...terms].filter((word) => !isKorean(word));
    const stemmer = new Stemmer();
    const names = (title) => words.every((word) => pattern(word).test(title));

    // In whose headings the words stand, of sections or of boxes; a section's heading that is little more than the
    // words is a result of its own.
    const headed = new Set(), sections = [];
    docnames.forEach((name, file) => {
      if (Search.boxes[name]?.some(names)) headed.add(file);
    });
    for (const [title, places] of Object.entries(alltitles)) {
      if (!names(title)) continue;
      const part = 2 * words.join("").length >= bare(title).length;
      for (const [file, id] of places) {
        headed.add(file);
        if (part && id !== null && !others.length) sections.push([file, id, title.trim()]);
      }
    }

    // Best is a page with the words in its title, then such a section, then a page with the words in a heading, then
    // one that has them as words, then one that has them within others; among equals, the one that has them most often.
    let pages = docnames.map((_, file) => file);
    for (const word of others) {
      const found = Search.performTermsSearch(new Set([word]), excluded).map(([name]) => name);
      pages = pages.filter((file) => found.includes(docnames[file]));
    }
    const results = [];
    for (const file of pages) {
      const seen = words.map((word) => look(Search.texts[docnames[file]] ?? "", word, stemmer.stemWord));
      if (seen.some(({ times }) => !times)) continue;
      const times = Math.min(9999, seen.reduce((sum, each) => sum + each.times, 0));
      const rank = names(titles[file]) ? 4 : headed.has(file) ? 2 : seen.every(({ alone }) => alone) ? 1 : 0;
      results.push([docnames[file], titles[file], "", null, 10000 * rank + times, filenames[file]]);
      for (const [at, id, title] of sections)
        if (at === file)
          results.push([docnames[file], `${titles[file]} > ${title}`, `#${id}`, null, 30000 + times, filenames[file]]);
    }
    return results.sort(_orderResultsByScoreThenName); // the best last, as Sphinx has it
  };

  // The passage shown begins where the word stands, also where it is written apart.
  const sphinxsSummary = Search.makeSearchSummary;
  Search.makeSearchSummary = (html, words, anchor) => {
    const text = Search.htmlToText(html, anchor);
    const written = (word) => (isKorean(word) && text.match(pattern(word))?.[0]) || word;
    return sphinxsSummary(html, new Set([...words].map(written)), anchor);
  };
}

// Names of people stand in Latin letters in both editions, and formulas are read by the names of their letters: who
// writes a name in Hangul, or a letter in Greek, means these.
{
  const names = {
    Adagrad: "에이다그라드 아다그라드", Adam: "아담", Bengio: "벤지오", Bottou: "보투 보뚜",
    Elman: "엘만 엘먼", Fukushima: "후쿠시마", Gers: "게르스", Glorot: "글로럿 글로로", Griewank: "그리반크",
    Hinton: "힌턴 힌튼", Hochreiter: "호흐라이터 호크라이터", Hoff: "호프", Ioffe: "이오페 아이오페", Karpathy: "카르파티 카파시",
    Kingma: "킹마", LeCun: "르쿤 르쾽", Linnainmaa: "린나인마", McCulloch: "매컬러 맥컬록 매컬럭 맥컬로치",
    Minsky: "민스키", Müller: "뮐러", Nesterov: "네스테로프", Nielsen: "닐슨 닐센", Novikoff: "노비코프",
    Papert: "페퍼트 패퍼트", Pascanu: "파스카누", Pearlmutter: "펄머터", Pitts: "피츠", Polyak: "폴랴크 폴리악",
    Rosenblatt: "로젠블랫 로젠블라트 로젠블렛", Rumelhart: "루멜하트 럼멜하트 루멜하르트", Schmidhuber: "슈미트후버 슈미드후버",
    Srivastava: "스리바스타바", Szegedy: "세게디", Werbos: "워보스 베르보스", Widrow: "위드로 위드로우", Williams: "윌리엄스",
    alpha: "α 알파", beta: "β 베타", gamma: "γ 감마", delta: "δ ∂ 델타", epsilon: "ε 엡실론 입실론", eta: "η 에타",
    lambda: "λ 람다", mu: "μ", rho: "ρ", sigma: "σ 시그마", tau: "τ 타우", phi: "φ", kappa: "κ 카파",
  };
  const meant = new Map();
  for (const [name, written] of Object.entries(names))
    for (const word of written.split(" ")) meant.set(word, name);
  const sphinxsQuery = Search._parseQuery;
  Search._parseQuery = (query) => {
    const stemmer = new Stemmer();
    const word = (typed) => meant.get(typed.toLowerCase()) ?? meant.get(stemmer.stemWord(typed)) ?? typed;
    return sphinxsQuery(query.replace(/\S+/g, word));
  };
}

// The words that were looked for are marked on the page that a result opens, and on no other: Sphinx would mark them on
// whichever page is opened next.
{
  const key = "sphinx_highlight_terms";
  let words = "";
  const sphinxsQuery = Search._parseQuery;
  Search._parseQuery = (query) => {
    const parsed = sphinxsQuery(query);
    words = localStorage.getItem(key) ?? "";
    localStorage.removeItem(key);
    return parsed;
  };
  for (const kind of ["click", "auxclick"])
    document.addEventListener(kind, (event) => {
      if (words && event.target.closest("#search-results a")) localStorage.setItem(key, words);
    }, true);
}
