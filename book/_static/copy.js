// A button on each listing that copies it; what a cell printed has none, so that the keyboard meets one stop a cell.

const COPY_WORDS = {
  ko: ["코드 복사", "복사했다", "복사하지 못했다"],
  en: ["Copy the code", "Copied", "Could not copy"],
};

document.addEventListener("DOMContentLoaded", () => {
  const [ask, done, failed] = COPY_WORDS[document.documentElement.lang] ?? COPY_WORDS.en;
  const say = (button, words) => {
    button.title = words;
    button.setAttribute("aria-label", words);
  };
  for (const listing of document.querySelectorAll(".bd-article div.highlight > pre")) {
    if (listing.closest(".highlight-myst-ansi, .output.stream, .traceback")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copybtn";
    say(button, ask);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(listing.innerText.trimEnd() + "\n");
        say(button, done);
        button.classList.add("copied");
      } catch {
        say(button, failed);
      }
      setTimeout(() => {
        say(button, ask);
        button.classList.remove("copied");
      }, 2000);
    });
    listing.after(button);
  }
});
