// The questions at a chapter's end, answered on the page: the choices become radio buttons, and the one chosen is said
// to be right or wrong, with the reason that stands in the folded answer. Nothing is stored and nothing is sent.

(() => { // scripts of a page share their names: these are its own
  const HINTS = {
    ko: "하나를 고르면 맞는지와 그 까닭이 바로 나온다. 다시 골라도 된다. 키보드로는 화살표로 옮기고 Enter나 스페이스로 답한다.",
    en: "Choose one, and you are told at once whether it is right, and why; you may try again. With the keyboard, move with the arrows and answer with Enter or the space bar.",
  };

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // A copy of a part of the page, without what may stand there only once.
  function copy(part, without = ".copybtn") {
    const twin = part.cloneNode(true);
    for (const extra of twin.querySelectorAll(without)) extra.remove();
    for (const named of [twin, ...twin.querySelectorAll("[id]")]) named.removeAttribute("id");
    return twin;
  }

  function enliven(question, number) {
    const [asked, list, answer] = ["p", "ol", "details"].map((name) => question.querySelector(`:scope > ${name}`));
    const reasons = [...answer.querySelectorAll(":scope > ol > li > p")];
    const evidence = [...answer.querySelectorAll(":scope > ol ~ *")];
    const said = element("div", { className: "said" });
    said.setAttribute("role", "status");
    said.setAttribute("aria-live", "polite");

    const radios = [...list.children].map((item) => {
      const radio = element("input", { type: "radio", name: `question-${number}`, autocomplete: "off" });
      const text = element("span", {}, ...item.querySelector("p").childNodes);
      item.replaceChildren(element("label", {}, radio, text));
      if (!copy(text, ".katex").textContent.trim()) radio.ariaLabel = copy(text, ".katex-html").textContent;
      return radio;
    });

    function judge(radio) {
      const reason = reasons[radios.indexOf(radio)];
      radio.checked = true;
      said.replaceChildren(copy(reason), ...(reason.querySelector(".right") ? evidence.map((part) => copy(part)) : []));
    }

    let moving = false; // the arrows choose what they pass: that is no answer yet
    list.addEventListener("keydown", (event) => {
      if (!radios.includes(event.target)) return;
      if (event.key.startsWith("Arrow")) {
        moving = true;
        setTimeout(() => (moving = false));
        said.replaceChildren();
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        judge(event.target);
      }
    });
    list.addEventListener("click", (event) => {
      if (!moving && radios.includes(event.target)) judge(event.target);
    });

    const legend = element("legend", {}, ...asked.childNodes);
    asked.remove();
    question.prepend(element("fieldset", {}, legend, list, said));
  }

  const questions = document.querySelectorAll(".question");
  questions.forEach(enliven);
  questions[0]?.before(element("p", { className: "question-hint" }, HINTS[document.documentElement.lang]));
})();
