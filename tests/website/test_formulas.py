"""Each formula of the book, with half of the elements that KaTeX gives it, looks as KaTeX draws it."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from .conftest import LANGUAGES

sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_ext"))

from edition import maths
from edition.leaner import lean, part, runs

pytestmark = pytest.mark.site
BOOK = Path(__file__).parents[2] / "book"
CODE = re.compile(r"^```\{code-cell\}.*?^```", re.S | re.M)
FORMULA = re.compile(
    r"\$\$(?P<display>.+?)\$\$|^```\{math\}\n(?::[^\n]*\n)*(?P<block>.*?)^```|(?<![\\$])\$(?P<inline>[^$\n]+)\$",
    re.S | re.M,
)
DRAWN_HERE = re.compile(r"^\.katex (?:.*::(?:before|after)|\.(?:apart|bar|script|mfrac|vlist)\b).*\n", re.M)

#: Of each formula its height, its width, and where each of its letters stands.
PLACES = """() => [...document.querySelectorAll(".row")].map((row) => {
  const at = row.getBoundingClientRect();
  const eye = document.createTreeWalker(row.querySelector(".katex"), NodeFilter.SHOW_TEXT,
    (text) => NodeFilter[text.parentElement.closest(".katex-mathml") ? "FILTER_REJECT" : "FILTER_ACCEPT"]);
  const places = [];
  while (eye.nextNode()) {
    for (let i = 0; i < eye.currentNode.length; i++) {
      if (/[\\s\\u200b]/.test(eye.currentNode.data[i])) continue;
      const range = document.createRange();
      range.setStart(eye.currentNode, i);
      range.setEnd(eye.currentNode, i + 1);
      const box = range.getBoundingClientRect();
      places.push(box.left - at.left, box.top - at.top, box.width);
    }
  }
  const formula = row.querySelector(".katex"), { marginLeft, marginRight } = getComputedStyle(formula);
  const width = formula.getBoundingClientRect().width + parseFloat(marginLeft) + parseFloat(marginRight);
  return [at.height, width, ...places];
})"""


def formulas() -> list[tuple[str, bool]]:
    found = {}
    for language in LANGUAGES:
        for page in sorted((BOOK / language).glob("*.md")):
            for match in FORMULA.finditer(CODE.sub("", page.read_text("utf-8"))):
                found[match["display"] or match["block"] or match["inline"], match["inline"] is None] = None
    return list(found)


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str, bool]]:
    """Each formula as KaTeX wrote it, and lean."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maths, "RENDERED", {})
        patch.setattr(maths, "lean", lambda html: html)
        wanted = formulas()
        maths.render(wanted)
        raw = [maths.RENDERED[formula] for formula in wanted]
    assert len(raw) > 3000 and all("html" in each for each in raw)
    return [
        (each["html"], lean(each["html"]), display) for each, (_, display) in zip(raw, wanted, strict=True)
    ]


def document(formulas: list[tuple[str, bool]], rules: str) -> str:
    block = "<div class=math><div class=math-scroll>{}</div></div>"
    inside = [block.format(html) if display else html for html, display in formulas]
    rows = "".join(f'<div class="row">{each}</div>' for each in inside)
    sheet = (BOOK / "_static" / "vendor" / "katex" / "katex.min.css").as_uri()
    return (
        f'<!DOCTYPE html><meta charset="utf-8"><link rel="stylesheet" href="{sheet}"><style>{rules}</style>'
        f'<body style="color: #000; font: 16px/1.6 sans-serif; margin: 0; width: 1400px">{rows}'
    )


def opened(tab, folder: Path, formulas: list[tuple[str, bool]], rules: str):
    (folder / "formulas.html").write_text(document(formulas, rules), "utf-8")
    tab.goto((folder / "formulas.html").as_uri())
    tab.evaluate("document.fonts.ready")
    return tab


def test_every_sign_stands_where_katex_puts_it(tab, tmp_path: Path, pairs) -> None:
    rules = (BOOK / "_static" / "book.css").read_text("utf-8")
    whole = [(raw, display) for raw, _, display in pairs]
    slim = [(small, display) for _, small, display in pairs]
    before = opened(tab, tmp_path, whole, DRAWN_HERE.sub("", rules)).evaluate(PLACES)
    after = opened(tab, tmp_path, slim, rules).evaluate(PLACES)
    moved = [
        f"{re.sub(r'<[^>]*>', '', raw)}: {old} became {new}"
        for (raw, _), old, new in zip(whole, before, after, strict=True)
        if old != pytest.approx(new, abs=0.1)  # pixels
    ]
    assert not moved, f"{len(moved)} formulas: " + "; ".join(moved[:5])


@pytest.mark.parametrize(
    ("latex", "count"),
    [
        ("a + b = c", 3),
        ("E(w + ih) = E + ihE'", 3),
        ("(3ab - 1)(b, a)", 1),
        ("[0, 1) + x", 2),  # an interval opens and never closes
        ("(a + b + c + d + e + f + g + h + i) = m", 10),  # too long to be kept on one line
        (r"4 \cdot 100 (50 + 1)", 1),
        (r"a \odot b + c", 2),
        ("(f(x + h) + f(x - h) + f(x + 2h) + c) + d", 5),  # the inner ones are kept
        (r"\mathbb{E}[y + z \mid x] + c", 2),
        (r"\lvert a - b \rvert", 1),
        ("x", 1),
    ],
)
def test_a_line_may_end_between_runs_and_not_inside_short_brackets(latex: str, count: int) -> None:
    maths.render([(latex, False)])
    assert runs(maths.RENDERED[latex, False]["html"]) == count


def test_a_formula_in_two_parts_is_the_formula() -> None:
    maths.render([("E(w + ih) = E + ihE'", False)])
    whole = maths.RENDERED["E(w + ih) = E + ihE'", False]["html"]
    seen = [
        re.sub(r"<math.*?</math>|<[^>]*>", "", each)
        for each in (part(whole, last=False), part(whole, last=True))
    ]
    assert "".join(seen) == re.sub(r"<math.*?</math>|<[^>]*>", "", whole) and seen[1] == "ihE′"
    assert "<math" in part(whole, last=False) and "<math" not in part(whole, last=True)


def test_bars_and_roots_are_drawn_as_katex_draws_them(tab, tmp_path: Path, pairs) -> None:
    """What is no text: as much ink to a tenth of a per cent, and no more than a twentieth of it elsewhere."""
    rules = (BOOK / "_static" / "book.css").read_text("utf-8")
    some = [pair for pair in pairs if pair[2] and ("frac-line" in pair[0] or "<svg" in pair[0])][:60]
    tab.set_viewport_size({"width": 1400, "height": 4000})
    pictures = []
    for at, sheet in ((0, DRAWN_HERE.sub("", rules)), (1, rules)):
        opened(tab, tmp_path, [(pair[at], True) for pair in some], sheet)
        pictures.append(1 - imread(io.BytesIO(tab.screenshot()))[..., :3].min(-1))
    before, after = pictures
    assert abs(before.sum() - after.sum()) < 0.001 * before.sum()
    assert np.abs(before - after).sum() < 0.05 * before.sum()


def test_nearly_half_of_the_elements_are_saved(pairs) -> None:
    whole, slim = (sum(pair[at].count("<span") + pair[at].count("<m") for pair in pairs) for at in (0, 1))
    assert slim < 0.52 * whole, (slim, whole)


def test_what_is_heard_is_what_katex_says(pairs) -> None:
    """Words and signs of the MathML, in their order; one sign alone is itself."""
    for raw, small, _ in pairs:
        said = re.search(r"<math.*?</math>", raw, re.S)
        heard = re.search(r"<math.*?</math>", small, re.S) or re.search(r"<span.*", small, re.S)
        assert said is not None and heard is not None
        assert re.sub(r"<[^>]*>", "", said[0]) == re.sub(r"<[^>]*>", "", heard[0])
