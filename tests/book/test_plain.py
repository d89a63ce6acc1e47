"""In a notebook nothing is left that only the site understands, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from plain import Edition

OTHER = """\
(other)=
# 다른 쪽

```{math}
:label: other-energy
E = 1
```

```{code-cell} python
1
```
"""


@pytest.fixture
def korean(copy: Path) -> Edition:
    (copy / "book/ko/other.md").write_text(OTHER, encoding="utf-8")
    return Edition(copy, "ko")


@pytest.fixture
def english(good_root: Path) -> Edition:
    return Edition(good_root, "en")


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("(sample-x)=\n## Title", "## Title"),
        ("{cite}`rosenblatt1958,widrow1960`", "(Rosenblatt, 1958; Widrow & Hoff, 1960)"),
        ("{cite:t}`rosenblatt1958`", "Rosenblatt (1958)"),
        ("{ref}`sample-code` and {ref}`there <sample-code>`", "“Code” and there"),
        ("{numref}`fig-sample-line` and {numref}`picture %s <fig-sample-line>`", "Figure 1 and picture 1"),
        ("equation {eq}`dense-y`", "equation (1)"),
        ("{numref}`ex-sample-3`", "Exercise 3"),
        ("```{math}\n:label: dense-y\ny\n```", "$$\ny \\tag{1}\n$$"),
        ("```{math}\ny\n```", "$$\ny\n$$"),
        ("$$\ny\n$$ (dense-y)", "$$\ny \\tag{1}\n$$"),
        ("```{exercise}\n:label: ex-sample-2\nDo {eq}`dense-y`.\n```", "**Exercise 2.** Do (1)."),
        ("```{solution} ex-sample-2\n:class: dropdown\nDone.\n```", "**Solution 2.**\n\nDone."),
        ("```{solution-start} ex-sample-6\n:class: dropdown\n```\n\nSo.", "**Solution 6.**\n\nSo."),
        ("So.\n\n```{solution-end}\n```", "So."),
        ("````{prf:theorem} On $x$\nAll $x$.\n````", "**Theorem (On $x$).** All $x$."),
        ("````{note}\nOne\n\n```{math}\n:label: dense-y\ny\n```\n````", "**Note.** One\n\n$$\ny \\tag{1}\n$$"),
        ("```python\nx = '{cite}`a`'\n```", "```python\nx = '{cite}`a`'\n```"),
        ("% a remark\n\ntext", "text"),
        ("```{figure} ../_static/a.svg\n:alt: An a.\n:name: f\nThe a.\n```",
         "![An a.](../../book/en/../_static/a.svg)\n\n**Figure.** The a."),
    ],
)  # fmt: skip
def test_english(source: str, plain: str, english: Edition) -> None:
    assert english.plain(source, "sample") == plain


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("{ref}`sample-code`에서", "‘코드’에서"),
        ("{ref}`other`에서, {doc}`other`에서", "[‘다른 쪽’](other.ipynb)에서, [‘다른 쪽’](other.ipynb)에서"),
        ("식 {eq}`other-energy`은", "식 [(1)](other.ipynb)은"),
        ("{numref}`fig-sample-line`은", "그림 1은"),
        ("```{prf:proof}\n끝.\n```", "**증명.** 끝."),
    ],
)
def test_korean(source: str, plain: str, korean: Edition) -> None:
    assert korean.plain(source, "sample") == plain
