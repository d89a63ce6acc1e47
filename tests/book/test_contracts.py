"""The book keeps its promises; and each promise, broken on purpose in a small book, is seen to be broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from contracts import CONTRACTS, Book

KO, EN = "book/ko/sample.md", "book/en/sample.md"
SAMPLE = "tests/frameworks/test_sample.py"
NOTEBOOK = "notebooks/ko/sample.ipynb"
OPENINGS = "book/openings.yml"
FIGURE = "```{code-cell} python\n---"  # the cell that draws


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_book_keeps(contract: str, real_book: Book) -> None:
    found = CONTRACTS[contract](real_book)
    assert found.saw > 0, f"{contract} saw nothing in the book: it proves nothing"
    if found.problems:
        lines = (
            problem._replace(file=problem.file.relative_to(real_book.root)) for problem in found.problems
        )
        pytest.fail("\n".join(map(str, lines)), pytrace=False)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_small_book_keeps(contract: str, good_root: Path) -> None:
    found = CONTRACTS[contract](Book(good_root))
    assert found.saw > 0
    assert not found.problems, "\n" + "\n".join(map(str, found.problems))


@pytest.mark.parametrize("contract", CONTRACTS)
def test_nothing_is_seen_where_nothing_is(contract: str, tmp_path: Path) -> None:
    """So that a contract that reads no page cannot pass: the count it gives is honest."""
    found = CONTRACTS[contract](Book(tmp_path))
    assert found.saw == 0


class Fault(NamedTuple):
    """In ``file``, ``old`` becomes ``new``; ``contract`` then reports ``at``'s line of ``where`` (or of ``file``)."""

    contract: str
    file: str
    old: str
    new: str
    at: str
    says: str
    where: str = ""


FAULTS = {
    # structure, code, equations, labels, citations: the two editions
    "paragraph-missing": Fault(
        "check_same_structure",
        EN,
        "The total input is this.\n\n",
        "",
        "총입력은 다음",
        "the structure differs",
        KO,
    ),
    "table-row-missing": Fault(
        "check_same_structure", EN, "| $x_1$ | input | 3 |\n", "", "| 기호 | 뜻", "Korean has table 3x3", KO
    ),
    "paragraph-moved": Fault(
        "check_same_structure",
        KO,
        "(sample-symbols)=\n## 기호\n\n",
        "",
        "| 기호 | 뜻",
        "English has heading h2",
    ),
    "code-differs": Fault(
        "check_same_cells", EN, "1e-3))", "1e-4))", "print(forward([-0.6], [3], 1e-4))", "in its line 3"
    ),
    "code-differs-ko": Fault(
        "check_same_cells",
        KO,
        "1e-3))",
        "1e-4))",
        "print(forward([-0.6], [3], 1e-4))",
        "differs from book/en/sample.md",
    ),
    "code-longer": Fault("check_same_cells", EN, "\nfig\n", "\nfig \n", "fig \n```", "in its line 5"),
    "tags-differ": Fault("check_same_cells", EN, "[hide-input]", "[hide-cell]", FIGURE, "tags or figure", KO),
    "cell-missing": Fault(
        "check_same_cells",
        EN,
        "```{code-cell} python\nassert abs(forward([-0.6], [3], 1e-3) + 1.799) < 1e-9\n```\n",
        "",
        "```{code-cell} python\nassert",
        "3 code cells here, 2",
        KO,
    ),
    "equation-differs": Fault("check_same_equations", EN, "w_i x_i + b", "w_i x_i - b", "```{math}", "not …"),
    "equation-missing": Fault(
        "check_same_equations",
        EN,
        "$$\ny = -0.6 \\times 3 + 10^{-3}\n$$\n",
        "",
        "$$",
        "2 display equations here, 1",
        KO,
    ),
    "label-missing": Fault(
        "check_same_labels", EN, "(sample-code)=\n", "", "## 코드", "'sample-code' is missing", KO
    ),
    "label-other": Fault(
        "check_same_labels",
        EN,
        "ex-sample-2\nWork",
        "ex-sample-x\nWork",
        "```{exercise}\n:label: ex-sample-x",
        "'ex-sample-x' is missing",
    ),
    "figure-name-other": Fault(
        "check_same_labels",
        EN,
        "name: fig-sample-line",
        "name: fig-sample-curve",
        FIGURE,
        "'fig-sample-curve'",
    ),
    "labels-swapped": Fault(
        "check_same_labels",
        EN,
        "(sample-symbols)=\n## Symbols",
        "(sample-exercises)=\n## Symbols",
        "## 기호",
        "missing in book/en",
        KO,
    ),
    "citation-missing": Fault(
        "check_same_citations", EN, " {cite}`widrow1960`", "", "second item", "cites widrow1960"
    ),
    # the form of a page
    "section-unlabelled": Fault(
        "check_sections", KO, "(sample-code)=\n", "", "## 코드", "'코드' has no label"
    ),
    "section-label-foreign": Fault(
        "check_sections", KO, "(sample-code)=", "(other-code)=", "## 코드", "'other-code'"
    ),
    "title-label": Fault(
        "check_sections", EN, "(sample)=", "(sample-top)=", "# One unit", "the H1 has the label"
    ),
    "second-title": Fault("check_sections", EN, "## Code", "# Code", "# Code", "2 H1"),
    "too-deep": Fault("check_sections", EN, "## Code", "#### Code", "#### Code", "'Code' is an H4"),
    "directive-unknown": Fault(
        "check_directives",
        KO,
        "총입력은 다음",
        "```{secret}\n8\n```\n\n총입력은 다음",
        "```{secret}",
        "{secret} is unknown",
    ),
    "cell-nested": Fault(
        "check_directives",
        EN,
        "The total input is",
        "````{note}\n```{code-cell} python\n1\n```\n````\n\nThe total input is",
        "```{code-cell} python\n1",
        "is not executed",
    ),
    "caption-missing": Fault(
        "check_figures",
        EN,
        "    caption: |\n      The unit's total input falls below the axis at an input of 3.\n",
        "",
        FIGURE,
        "no caption",
    ),
    "alt-missing": Fault(
        "check_figures", KO, "  image:\n    alt: 아래로 기우는 직선 하나.\n", "", FIGURE, "no alt text"
    ),
    "caption-english": Fault(
        "check_figures", KO, "유닛의 총입력은 입력 3에서 축 아래로 내려간다.", "The input.", FIGURE, "caption"
    ),
    "alt-english": Fault("check_figures", KO, "아래로 기우는 직선 하나.", "A line.", FIGURE, "alt text of"),
    "alt-korean": Fault("check_figures", EN, "One line", "한 line", FIGURE, "Hangul"),
    "figure-nameless": Fault(
        "check_figures", EN, "    name: fig-sample-line\n", "", FIGURE, "the figure's name is ''"
    ),
    "figure-plain": Fault(
        "check_figures",
        EN,
        "---\ntags: [hide-input]\nmystnb:\n  figure:\n    name: fig-sample-line\n    caption: |\n      The unit's total input "
        "falls below the axis at an input of 3.\n  image:\n    alt: One line that slopes down.\n---\n",
        "",
        "```{code-cell} python\nfrom matplotlib",
        "no caption",
    ),
    "figure-shows-none": Fault("check_figures", EN, "-1.8])\nfig\n", "-1.8]);\n", FIGURE, "shows none"),
    "image-inline": Fault(
        "check_figures",
        EN,
        "through three points.\n\n- ",
        "slopes ![x](x.png).\n\n- ",
        "slopes ![x]",
        "use the {figure}",
    ),
    "image-directive": Fault(
        "check_figures",
        EN,
        "- This is the first",
        "```{image} x.png\n```\n\n- This is the first",
        "```{image}",
        "no caption",
    ),
    "exercise-unsolved": Fault(
        "check_exercises",
        KO,
        "```{solution} ex-sample-3\n:class: dropdown\n정의에 넣으면 된다.\n```\n",
        "",
        "```{exercise}\n:label: ex-sample-3",
        "has 0 solutions",
    ),
    "exercises-few": Fault(
        "check_exercises",
        EN,
        "```{exercise}\n:label: ex-sample-1\nWork out the unit's total input by hand.\n```\n",
        "",
        "```{exercise}\n:label: ex-sample-6",
        "5 exercises",
    ),
    "exercise-label": Fault(
        "check_exercises",
        EN,
        ":label: ex-sample-4",
        ":label: four",
        "```{exercise}\n:label: four",
        "label is 'four'",
    ),
    "solution-orphan": Fault(
        "check_exercises",
        EN,
        "{solution} ex-sample-4",
        "{solution} ex-sample-9",
        "ex-sample-9",
        "unknown exercise",
    ),
    "solution-open": Fault(
        "check_exercises",
        EN,
        "ex-sample-4\n:class: dropdown",
        "ex-sample-4",
        "{solution} ex-sample-4",
        "not folded",
    ),
    "solution-unended": Fault(
        "check_exercises", EN, "```{solution-end}\n```\n", "", "{solution-start}", "do not alternate"
    ),
    "citation-unknown": Fault(
        "check_citations",
        KO,
        "{cite}`widrow1960`",
        "{cite}`widrow1961`",
        "widrow1961",
        "'widrow1961' is not in",
    ),
    "reference-lost": Fault(
        "check_references", KO, "{ref}`sample-code`", "{ref}`sample-cod`", "1,425번", "{ref} to 'sample-cod'"
    ),
    "numref-lost": Fault(
        "check_references",
        KO,
        "{numref}`fig-sample-line`",
        "{numref}`fig-x`",
        "{numref}`fig-x`",
        "'fig-x' leads nowhere",
    ),
    "eq-lost": Fault(
        "check_references", EN, "{eq}`dense-y`", "{eq}`dense-z`", "dense-z", "{eq} to 'dense-z'"
    ),
    "theorem-lost": Fault(
        "check_references",
        EN,
        "{eq}`dense-y`",
        "{prf:ref}`thm-x`",
        "thm-x",
        "{prf:ref} to 'thm-x' leads nowhere in en",
    ),
    "page-lost": Fault(
        "check_references", EN, "{eq}`dense-y`", "{doc}`simple`", "simple", "{doc} to 'simple'"
    ),
    "anchor-lost": Fault(
        "check_references", EN, "{eq}`dense-y`", "[it](#gone)", "#gone", "{link} to '#gone'"
    ),
    "label-twice": Fault(
        "check_references",
        EN,
        "(sample-symbols)=",
        "(symbols)=",
        "# One unit",
        "'sample' stands on other.md too",
    ),
    "label-twice-here": Fault(
        "check_references",
        EN,
        "10^{-3}\n$$",
        "10^{-3}\n$$ (dense-y)",
        "$$\ny = -0.6",
        "stands on sample.md too",
    ),
    "tag-foreign": Fault(
        "check_nothing_is_hidden", KO, "[hide-input]", "[remove-cell]", FIGURE, "has the tags remove-cell"
    ),
    "code-hidden": Fault(
        "check_nothing_is_hidden",
        KO,
        "```{code-cell} python\nassert",
        "```{code-cell} python\n:tags: [hide-input]\nlimit = 1\nassert",
        "```{code-cell} python\n:tags",
        "hides code that computes",
    ),
    "nbval-away": Fault(
        "check_nothing_is_hidden",
        EN,
        "assert abs",
        "# NBVAL_IGNORE_OUTPUT\nassert abs",
        "```{code-cell} python\n# NBVAL",
        "asks nbval to look away",
    ),
    "code-korean": Fault(
        "check_cells_in_english", KO, "assert abs", "# 확인\nassert abs", "# 확인", "Hangul in code"
    ),
    "output-korean": Fault(
        "check_cells_in_english",
        NOTEBOOK,
        "share 30%",
        "몫 30%",
        "```{code-cell} python\nfrom backprop",
        "prints Hangul",
        KO,
    ),
    # code that pages include
    "beside-unmarked": Fault(
        "check_beside", KO, "{beside} forward", "{beside} backward", "{beside} backward", "for no program"
    ),
    "beside-other": Fault(
        "check_beside", EN, "{beside} forward", "{beside} backward", "{beside} forward", "stands here", KO
    ),
    "beside-alone": Fault(
        "check_beside", SAMPLE, "forward, PyTorch", "other, PyTorch", "{beside} forward", "for NumPy", KO
    ),
    "beside-differs-there": Fault(
        "check_agreed_units",
        SAMPLE,
        "(-0.6) * 3",
        "(-0.6) * 4",
        "{beside} forward",
        "the code of this cell",
        EN,
    ),
    "mark-unshown": Fault(
        "check_included_code_runs",
        SAMPLE,
        "forward, PyTorch",
        "other, PyTorch",
        "other, PyTorch",
        "no page shows",
    ),
    "mark-open": Fault(
        "check_included_code_runs",
        SAMPLE,
        "    # end\n    # begin",
        "    # begin",
        "forward, NumPy",
        "is not closed",
    ),
    "mark-in-no-test": Fault(
        "check_included_code_runs", SAMPLE, "def test_", "def about_", "forward, NumPy", "stands in no test"
    ),
    "mark-unasserted": Fault(
        "check_included_code_runs",
        SAMPLE,
        "    agree(y, ty)",
        "    print(y, ty)",
        "forward, NumPy",
        "by no agreement",
    ),
    "mark-wide": Fault(
        "check_included_code_runs",
        SAMPLE,
        "y = -0.6 * 3",
        f"y = -0.6 * 3  {'#' * 40}",
        "forward, NumPy",
        "line of 54",
    ),
    "mark-no-program": Fault(
        "check_included_code_runs",
        SAMPLE,
        "    # begin: forward, NumPy\n    y = -0.6 * 3",
        "    y = (\n    # begin: forward, NumPy\n    -0.6 * 3)",
        "forward, NumPy",
        "no program by itself",
    ),
    "mark-twice": Fault(
        "check_included_code_runs",
        SAMPLE,
        "forward, PyTorch",
        "forward, NumPy",
        "forward, NumPy",
        "marked twice",
    ),
    "mark-uninstalled": Fault(
        "check_included_code_runs",
        ".ci/run",
        " torch==2.13.0",
        " numpy",
        "forward, PyTorch",
        "torch is not",
        SAMPLE,
    ),
    "mark-unrun": Fault(
        "check_included_code_runs",
        "Makefile",
        "pytest tests",
        "pytest tests/package",
        "forward, NumPy",
        "make test",
        SAMPLE,
    ),
    # numbers
    "numeral-twin": Fault(
        "check_twin_numerals", EN, "input of 3.", "input of 2.", "input of 2", "'2' is not in the twin"
    ),
    "numeral-twin-korean": Fault(
        "check_twin_numerals", KO, "30%이다", "0.3이다", "0.3이다", "'0.3' is not in the twin paragraph"
    ),
    "numeral-twin-formula": Fault(
        "check_twin_numerals", KO, "| $-0.6$ |", "| $-1.799$ |", "-1.799$ |", "'-1.799' is not in the twin"
    ),
    "number-uncomputed": Fault(
        "check_numbers",
        KO,
        "두 수 모두",
        "수 17개 모두",
        "17개",
        "'17' is neither computed on this page nor quoted",
    ),
    "number-second-line": Fault(
        "check_numbers", EN, "ran 1425 times", "ran 1426 times", "ran 1426", "'1426' is neither"
    ),
    "number-inline-formula": Fault(
        "check_numbers", EN, "$-1.799$", "$-1.798$", "-1.798", "'-1.798' is neither"
    ),
    "number-sign": Fault("check_numbers", EN, "share is 30%", "share is −30%", "−30", "'−30%' is neither"),
    "number-display": Fault(
        "check_numbers", EN, "3 + 10^{-3}", "3 + 10^{-4}", "y = -0.6", "'10^{-4}' is neither"
    ),
    "number-table": Fault(
        "check_numbers", EN, "| input | 3 |", "| input | 5 |", "| input | 5 |", "'5' is neither"
    ),
    "number-caption": Fault(
        "check_numbers", EN, "input of 3.", "input of 7.", "input of 7", "'7' is neither"
    ),
    "number-exercise": Fault(
        "check_numbers",
        EN,
        "input by hand.\n```\n\n```{solution} ex-sample-2",
        "input by 9.\n```\n\n```{solution} ex-sample-2",
        "input by 9",
        "'9' is neither",
    ),
    "number-uncited": Fault(
        "check_numbers", EN, "Both numbers", "All 1425 numbers", "All 1425", "'1425' is neither"
    ),
    "year-uncited": Fault("check_numbers", EN, "unit of 1958", "unit of 1943", "1943", "'1943' is neither"),
    "paper-unknown": Fault(
        "check_papers",
        "book/papers.yml",
        "paper: rosenblatt1958",
        "paper: nobody1900",
        "id: rosenblatt",
        "'nobody1900'",
    ),
    "paper-placeless": Fault(
        "check_papers", "book/papers.yml", '  place: "p. 386"\n', "", "id: rosenblatt", "lacks place"
    ),
    "paper-value-unused": Fault(
        "check_quotations",
        "book/papers.yml",
        "[1425, 0.1]",
        "[1425, 0.1, 77]",
        "id: rosenblatt",
        "the value 77",
    ),
    # the package
    "equation-untagged": Fault(
        "check_equation_tags",
        "backprop/dense.py",
        "  # eq:dense-y",
        "",
        "```{math}",
        "no line of backprop/dense.py",
        KO,
    ),
    "tag-without-page": Fault(
        "check_equation_tags",
        "backprop/dense.py",
        "# eq:dense-y",
        "# eq:dense-y eq:dense-z",
        "eq:dense-z",
        "'dense-z'",
    ),
    "equation-tag-foreign": Fault(
        "check_equation_tags",
        "backprop/dense.py",
        "eq:dense-y",
        "eq:losses-y",
        "eq:losses-y",
        "does not start with",
    ),
    "tag-one-edition": Fault(
        "check_equation_tags", EN, ":label: dense-y\n", "", "eq:dense-y", "no page in en", "backprop/dense.py"
    ),
    "equation-label-foreign": Fault(
        "check_equation_tags",
        EN,
        "10^{-3}\n$$",
        "10^{-3}\n$$ (elsewhere)",
        "$$\ny = -0.6",
        "'elsewhere' starts with neither",
    ),
    "name-unused": Fault(
        "check_public_names",
        "backprop/dense.py",
        "def forward",
        "def backward():\n    pass\n\n\ndef forward",
        "def backward",
        "'backward'",
    ),
    "export-unused": Fault(
        "check_public_names", "backprop/__init__.py", '"forward"]', '"forward", "extra"]', "extra", "'extra'"
    ),
    # words
    "banned-term": Fault(
        "check_banned_terms", KO, "뒤의 일은", "이 노드는", "이 노드는", "'노드' is not a word"
    ),
    "banned-term-heading": Fault("check_banned_terms", KO, "## 코드", "## 노드", "## 노드", "write '유닛'"),
    "banned-term-caption": Fault("check_banned_terms", KO, "직선 하나.", "웨이트.", "웨이트.", "'웨이트'"),
    "banned-term-table": Fault(
        "check_banned_terms",
        "book/glossary.yml",
        "ko: 가중치",
        "ko: 가중치\n  gloss: {ko: 노드의 수}",
        "gloss:",
        "'노드'",
    ),
    "register-table": Fault(
        "check_register",
        "book/glossary.yml",
        "ko: 가중치",
        "ko: 가중치\n  gloss: {ko: 값입니다.}",
        "gloss:",
        "'값입니다'",
    ),
    "glossary-unused": Fault(
        "check_glossary_used",
        "book/glossary.yml",
        "ko: 유닛",
        "ko: 기억소자",
        "ko: 기억소자",
        "no page in ko",
    ),
    "formula-with-words": Fault(
        "check_words_in_figures",
        EN,
        "fig.subplots().plot([0, 3], [0, -1.8])",
        'fig.subplots().plot([0, 3], [0, -1.8], label="largest $|c|$")',
        "largest $|c|$",
        "words beside a formula",
    ),
    "emphasis-left": Fault(
        "check_emphasis",
        KO,
        "**가중치**(weight)와",
        "**가중치(weight)**와",
        "**가중치(weight)**와",
        "an asterisk is left",
    ),
    "per-cent-apart": Fault(
        "check_per_cent", KO, "첫째 항목이다.", "첫째 항목은 5 %이다.", "5 %", "has a space"
    ),
    "register-formal": Fault(
        "check_register", KO, "확인하였다.", "확인하였습니다.", "확인하였습니다", "'확인하였습니다'"
    ),
    "register-informal": Fault("check_register", KO, "기운다.", "기울어요.", "기울어요", "polite speech"),
    "register-question": Fault(
        "check_register", KO, "첫째 항목이다.", "첫째 항목입니까?", "입니까", "polite speech"
    ),
    # openings
    "opening-missing": Fault(
        "check_openings", OPENINGS, "sample:\n", "other:\n", "---", "'sample' has no opening", EN
    ),
    "opening-of-no-chapter": Fault(
        "check_openings", OPENINGS, "sample:\n", "other: {}\nsample:\n", "other:", "is not a chapter"
    ),
    "opening-key": Fault("check_openings", OPENINGS, "  after:", "  then: x\n  after:", "sample:", "'then'"),
    "opening-needs-nothing": Fault(
        "check_openings",
        OPENINGS,
        "  beforehand: {ko: 행렬의 곱, en: multiplying matrices}\n",
        "",
        "sample:",
        "is not said",
    ),
    "opening-needs-one-language": Fault(
        "check_openings", OPENINGS, "ko: 행렬의 곱, ", "", "sample:", "is not said"
    ),
    "opening-label-unknown": Fault(
        "check_openings", OPENINGS, "needs: []", "needs: [no-such]", "sample:", "which no page has"
    ),
    "opening-label-later": Fault(
        "check_openings", OPENINGS, "needs: []", "needs: [sample-code]", "sample:", "stands later"
    ),
    "opening-needs-twice": Fault(
        "check_openings", OPENINGS, "needs: []", "needs: [sample, sample]", "sample:", "needs 2 things"
    ),
    "opening-line-missing": Fault(
        "check_openings",
        OPENINGS,
        "      - 수치 기울기로 확인할 수 있다.\n",
        "",
        "sample:",
        "1 things in Korean, 2",
    ),
    "opening-idle": Fault(
        "check_openings",
        OPENINGS,
        "compute a total",
        "understand a total",
        "understand",
        "does not begin with",
    ),
    "opening-no-verb": Fault(
        "check_openings", OPENINGS, "compute a total input", "Total inputs", "Total", "does not begin with"
    ),
    "opening-idle-ko": Fault(
        "check_openings", OPENINGS, "손으로 구할 수", "이해할 수", "이해할", "does not end with"
    ),
    "opening-pattern-ko": Fault(
        "check_openings", OPENINGS, "손으로 구할 수 있다.", "손으로 구한다.", "구한다", "does not end with"
    ),
    "opening-number": Fault(
        "check_openings", OPENINGS, "a total input", "7 total inputs", "7 total", "has a number"
    ),
    "opening-long": Fault(
        "check_openings",
        OPENINGS,
        "a total input by hand",
        "a total input" + " by hand" * 12,
        "by hand by",
        "characters",
    ),
    "opening-banned": Fault(
        "check_banned_terms", OPENINGS, "총입력을", "노드의 총입력을", "노드의", "write '유닛'"
    ),
    "opening-polite": Fault(
        "check_register", OPENINGS, "구할 수 있다.", "구할 수 있습니다.", "있습니다", "polite speech"
    ),
    "opening-language": Fault(
        "check_one_language",
        OPENINGS,
        "compute a total",
        "compute 총 a total",
        "compute",
        "Hangul in English",
    ),
    # notebooks
    "notebook-code-old": Fault(
        "check_notebooks", KO, "1e-3))", "1e-03))", "```{code-cell} python\nfrom backprop", "cell 3 of"
    ),
    "notebook-text-old": Fault("check_notebooks", KO, "첫째 항목이다.", "첫째다.", FIGURE, "is not current"),
    "notebook-tags-old": Fault(
        "check_notebooks", KO, "[hide-input]", "[hide-output]", FIGURE, "metadata of cell 5"
    ),
    "notebook-not-run": Fault(
        "check_notebooks",
        NOTEBOOK,
        '"execution_count": 2',
        '"execution_count": null',
        "```{code-cell} python\nfrom backprop",
        "was not executed",
        KO,
    ),
    "notebook-image": Fault(
        "check_notebooks",
        NOTEBOOK,
        '"text/plain": [\n       "<Figure',
        '"image/png": "",\n      "text/plain": [\n       "<Figure',
        FIGURE,
        "keeps an image",
        KO,
    ),
    "notebook-twin-output": Fault(
        "check_notebooks",
        NOTEBOOK,
        "-1.799\\n",
        "-1.798\\n",
        "```{code-cell} python\nfrom backprop",
        "code cell 1 has other outputs",
        KO,
    ),
    "notebook-myst": Fault(
        "check_notebooks", KO, "- 첫째 항목이다.", "- {myst}`이다`.", FIGURE, "as it is - teach"
    ),
    "repository-moved": Fault(
        "check_notebooks",
        "_config.yml",
        "owner/book",
        "owner/books",
        "```{code-cell} python\nfrom backprop",
        "cell 2 of",
        KO,
    ),
    # what was agreed: numbers, facts, sections, twins, equations, records
    "agreed-number": Fault(
        "check_agreed_numbers", EN, "$-1.799$", "$-1.79$", "The output is", "did you mean -1.799 (cell at"
    ),
    "agreed-number-elsewhere": Fault(
        "check_agreed_numbers",
        EN,
        "an input of 3",
        "an input of 0.3",
        "The unit's total input falls",
        "where '3' (3 in the cell at line",
    ),
    "agreed-number-word": Fault(
        "check_agreed_numbers",
        EN,
        "through three",
        "through four",
        "In {numref}",
        "here stands 'four', where 'three'",
    ),
    "agreed-number-paper": Fault(
        "check_agreed_numbers",
        "book/papers.yml",
        "[1425, 0.1]",
        "[1426, 0.1]",
        "ran 1425",
        "which has [1426",
        EN,
    ),
    "agreed-number-output": Fault(
        "check_agreed_numbers",
        "notebooks/en/sample.ipynb",
        "-1.799\\n",
        "-1.798\\n",
        "The output is",
        "which is now -1.798",
        EN,
    ),
    "agreed-output": Fault(
        "check_agreed_units",
        "notebooks/en/sample.ipynb",
        "-1.799\\n",
        "-1.798\\n",
        "```{code-cell} python\nfrom backprop",
        "the output of this cell is not the one",
        EN,
    ),
    "agreed-code": Fault(
        "check_agreed_units",
        EN,
        "1e-3))",
        "1e-4))",
        "```{code-cell} python\nfrom backprop",
        "the code of this cell",
    ),
    "agreed-reference": Fault(
        "check_agreed_statements",
        EN,
        "{ref}`sample-code`",
        "{ref}`sample-symbols`",
        "ran 1425",
        "where ref sample-code was agreed",
    ),
    "agreed-formula": Fault(
        "check_agreed_statements",
        EN,
        "| $x_1$",
        "| $x_2$",
        "| $x_2$",
        "here stands $x_2$, where $x_1$ was agreed",
    ),
    "agreed-display": Fault(
        "check_agreed_statements",
        EN,
        "0.6 \\times 3 +",
        "0.6 \\times 3 -",
        "$$\ny = -0.6",
        "another display equation",
    ),
    "agreed-twin": Fault(
        "check_agreed_twins",
        EN,
        "slopes down;",
        "slopes up;",
        "In {numref}",
        "and its twin book/ko/sample.md",
    ),
    "agreed-twin-ko": Fault(
        "check_agreed_twins",
        KO,
        "아래로 기운다.",
        "위로 기운다.",
        "{numref}",
        "and its twin book/en/sample.md",
    ),
    "agreed-twin-caption": Fault(
        "check_agreed_twins",
        KO,
        "축 아래로 내려간다",
        "축 위로 올라간다",
        "    caption: |\n      유닛의",
        "its twin book/en/sample.md",
    ),
    "agreed-twins-crossed": Fault(
        "check_agreed_twins",
        EN,
        "- This is the first item.\n- This is the second item {cite}`widrow1960`.",
        "- This is the second item {cite}`widrow1960`.\n- This is the first item.",
        "- This is the second",
        "do not stand side by side",
    ),
    "agreed-equation": Fault(
        "check_agreed_equations", EN, "w_i x_i + b", "w_i x_i - b", "```{math}", "where …"
    ),
    "agreed-equation-code": Fault(
        "check_agreed_equations",
        "backprop/dense.py",
        "strict=True)) + b",
        "strict=True)) - b",
        "    return sum",
        "is not the one that was agreed with the equation 'dense-y'",
    ),
    "agreed-record": Fault(
        "check_agreed_records",
        "book/agreed/sample.yml",
        "units:",
        "# units\nunits:",
        "---\njupytext",
        "not current",
        EN,
    ),
    "arithmetic": Fault(
        "check_arithmetic",
        EN,
        "$3 - 3 +",
        "$3 - 2 +",
        "The output is",
        "3-2+10^{-3} is 1.001, and not 10^{-3}",
    ),
    # twin blocks
    "reference-other": Fault(
        "check_same_references",
        KO,
        "{ref}`sample-code`",
        "{ref}`sample-symbols`",
        "1,425번",
        "(there: {ref} to 'sample-code')",
    ),
    "formula-other": Fault("check_same_formulas", EN, "| $x_1$", "| $x_2$", "| $x_2$", "(there: $x_1$)"),
    "formula-sign": Fault("check_same_formulas", KO, "$-0.6$", "$0.6$", "| $w_{21}$", "(there: $-0.6$)"),
    "code-span-other": Fault(
        "check_same_code_spans", EN, "`forward`", "`backward`", "In {numref}", "(there: `forward`)"
    ),
    "year-other": Fault("check_same_years", KO, "1958년", "1959년", "1959년", "(there: 1958)"),
    "name-other": Fault(
        "check_same_names", EN, "Rosenblatt's", "Widrow's", "Widrow's", "(there: Rosenblatt)"
    ),
    "number-word-other": Fault(
        "check_same_number_words",
        EN,
        "three points",
        "four points",
        "In {numref}",
        "the number 'four' is not in the twin",
    ),
    "number-word-other-ko": Fault(
        "check_same_number_words",
        KO,
        "점 셋을",
        "점 넷을",
        "In {numref}",
        "the number 'three' is not in the twin",
        EN,
    ),
    "year-of-nobody": Fault(
        "check_cited_years", EN, "unit of 1958", "unit of 1957", "Rosenblatt's", "(they are of 1958)"
    ),
    "year-in-bibliography": Fault(
        "check_cited_years",
        "book/references.bib",
        "year = {1958}",
        "year = {1957}",
        "Rosenblatt's",
        "in book/references.bib",
        EN,
    ),
    # nothing only looks like a result
    "solution-unchecked": Fault(
        "check_solutions",
        KO,
        "assert abs(forward([-0.6], [3], 1e-3) + 1.799) < 1e-9",
        "assert True",
        "```{code-cell} python\nassert",
        "no assert tests what the solution of 'ex-sample-6'",
    ),
    "solution-empty": Fault(
        "check_solutions",
        EN,
        ":class: dropdown\nPut the numbers into the definition.",
        ":class: dropdown\n",
        "```{solution} ex-sample-1",
        "is empty",
    ),
    "hangul-in-english": Fault(
        "check_one_language",
        EN,
        "first item",
        "첫 item",
        "- This is the 첫",
        "Hangul in English prose: '첫'",
    ),
    "english-in-korean": Fault(
        "check_one_language",
        KO,
        "- 첫째 항목이다.",
        "- This is the first item of all.",
        "- This is",
        "a sentence left in English",
    ),
    "count-typed": Fault(
        "check_counts_are_computed",
        EN,
        '"share",',
        '"share of 200 nets",',
        'print("share of',
        "a count is typed into the string: 'of 200'",
    ),
    "folded-cell-used": Fault(
        "check_folded_cells",
        KO,
        "assert abs(forward([-0.6]",
        "assert fig and abs(forward([-0.6]",
        "```{code-cell} python\nassert",
        "this cell uses 'fig', which the folded cell",
    ),
    "paper-value-unsaid": Fault(
        "check_papers",
        "book/papers.yml",
        "ran 1425 times",
        "ran often",
        "- id: rosenblatt-units",
        "does not stand in what it says",
    ),
}


def line_of(path: Path, at: str) -> int:
    """The line of ``path`` on which ``at`` starts."""
    text = path.read_text(encoding="utf-8")
    assert at in text, f"{at!r} is not in {path}"
    return text.count("\n", 0, text.index(at)) + 1


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_reported(name: str, copy: Path, change: Callable[..., Path]) -> None:
    fault = FAULTS[name]
    if name == "label-twice":
        text = (copy / EN).read_text(encoding="utf-8")
        (copy / "book/en/other.md").write_text(text, encoding="utf-8")
    file = change(fault.file, fault.old, fault.new)
    if fault.where:
        file = copy / fault.where
    problems = CONTRACTS[fault.contract](Book(copy)).problems
    mine = [problem for problem in problems if fault.says in f"{problem.what} - {problem.do}"]
    assert mine, f"not reported; reported instead: {problems}"
    print(*mine, sep="\n")
    lines = {problem.line for problem in mine if problem.file == file}
    assert lines, f"reported elsewhere: {mine}"
    at = line_of(file, fault.at)
    assert at in lines, f"reported at line {lines}, it is at {at}"
    assert all(problem.do for problem in mine)


def test_every_contract_has_been_broken() -> None:
    broken = {fault.contract for fault in FAULTS.values()} | {"check_same_files"}  # broken below
    elsewhere = {name for name in CONTRACTS if name.startswith("check_questions")}  # in test_questions.py
    assert broken | elsewhere == set(CONTRACTS)


def test_a_page_without_twin_is_reported(copy: Path) -> None:
    (copy / EN).unlink()
    (problem,) = CONTRACTS["check_same_files"](Book(copy)).problems
    assert (problem.file, problem.line) == (copy / KO, 1)
    assert "no twin book/en/sample.md" in problem.what and "write the twin" in problem.do


def test_a_page_outside_the_contents_is_reported(copy: Path, change: Callable[..., Path]) -> None:
    change("_toc.yml", "root: sample", "root: other")
    problems = CONTRACTS["check_same_files"](Book(copy)).problems
    assert [problem.file for problem in problems] == [copy / KO, copy / EN]
    assert "_toc.yml" in problems[0].what


def test_a_missing_notebook_is_reported(copy: Path) -> None:
    (copy / NOTEBOOK).unlink()
    (problem,) = CONTRACTS["check_notebooks"](Book(copy)).problems
    assert problem.file == copy / KO and "does not exist" in problem.what and "make notebooks" in problem.do


def test_a_notebook_without_page_is_reported(copy: Path) -> None:
    other = copy / "notebooks" / "en" / "gone.ipynb"
    other.write_bytes((copy / NOTEBOOK).read_bytes())
    (problem,) = CONTRACTS["check_notebooks"](Book(copy)).problems
    assert problem.file == other and "remove the notebook" in problem.do


def test_a_number_in_a_comment_is_not_computed(copy: Path) -> None:
    for file in (KO, EN):
        path = copy / file
        text = path.read_text(encoding="utf-8").replace("1e-3))\nprint", "1e-3))  # 4242\nprint")
        path.write_text(text.replace("$-1.799$", "$4242$"), encoding="utf-8")
    problems = CONTRACTS["check_numbers"](Book(copy)).problems
    assert ["'4242'" in problem.what for problem in problems] == [True, True]


def test_a_quoted_number_asks_for_its_own_citation(change: Callable[..., Path], copy: Path) -> None:
    change(EN, "item {cite}`widrow1960`", "item of 1425 {cite}`widrow1960`")
    (problem,) = CONTRACTS["check_numbers"](Book(copy)).problems
    assert problem.do == "cite rosenblatt1958 in this paragraph"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("첫째 항목이다.", "다이노드를 지니다가 아니다."),  # an allowed word; -니다 that is not polite
        ("첫째 항목이다.", "이것은 크로스오버의 개요"),
        ("1,425번", "1{,}425번".replace("{,}", ",")),
        ("두 수 모두", "**두** 수 모두"),
    ],
)
def test_what_is_right_is_not_reported(old: str, new: str, change: Callable[..., Path], copy: Path) -> None:
    change(KO, old, new)
    for name, contract in CONTRACTS.items():
        if name != "check_notebooks" and not name.startswith("check_agreed"):  # a look at the twin is owed
            assert not contract(Book(copy)).problems


def test_a_cell_that_only_asserts_may_fold(change: Callable[[str, str, str], Path], copy: Path) -> None:
    for file in (KO, EN):
        change(file, "```{code-cell} python\nassert", "```{code-cell} python\n:tags: [hide-input]\nassert")
    assert not CONTRACTS["check_nothing_is_hidden"](Book(copy)).problems
