// A figure that can be moved: a button under the still figure brings its module (movable/NAME.js) and puts a stage in the
// still figure's place on the screen; paper keeps the still one. Nothing is loaded before it is asked for.

const words = {
  en: { move: "Move it yourself", failed: "The movable figure could not be loaded." },
  ko: { move: "직접 움직여 보기", failed: "움직이는 그림을 불러오지 못했다." },
}[document.documentElement.lang.startsWith("ko") ? "ko" : "en"];

async function open(figure, bar, name) {
  const [core, module] = await Promise.all([import("./movable/core.js"), import(`./movable/${name}.js`)]);
  const stage = new core.Stage(figure, module, () => {
    stage.close();
    figure.classList.remove("moving");
    figure.stage = null;
    bar.querySelector("button").focus();
  });
  figure.stage = stage;
  bar.before(stage.element);
  figure.classList.add("moving");
  stage.open();
  stage.bar.querySelector("input, select, button")?.focus({ preventScroll: true });
}

for (const bar of document.querySelectorAll(".move-bar")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "move-button";
  button.textContent = words.move;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await open(bar.closest("figure"), bar, bar.dataset.movable);
    } catch (error) {
      bar.append(" ", words.failed);
      console.error(error);
    }
    button.disabled = false;
  });
  bar.append(button);
}
