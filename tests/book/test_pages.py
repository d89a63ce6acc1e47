"""The parser reads what the site's own tools read."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import jupytext
import pytest
import yaml

from contracts import Book
from pages import EXTENSIONS, read_page

PAGE = """\
(top)=
# Title

A [link](#there) and <https://example.org/7> and `code 8`
on the second line, {ref}`words <there>`, {math}`x = 9`, {cite:t}`a1900, b1901`.

> A quotation.

1. First
   - deeper $5$

````{note} A title
:class: tip

```{math}
:label: top-inner
a = 1
```
````

$$
b = 2
$$ (top-b)

$$ c = 3 $$

```{code-cell} python
:tags: [hide-input]
x = 1
```

term
: its meaning

```{bibliography}
```

```{exercise-start}
```

    indented 6

A note.[^n]

[^n]: The text 4.
"""


@pytest.fixture
def page(tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "en").mkdir()
    path = tmp_path / "en" / "top.md"
    path.write_text(PAGE, encoding="utf-8")
    return read_page(path)


def test_blocks(page) -> None:  # type: ignore[no-untyped-def]
    shape = [(block.kind, block.name, block.depth, block.line) for block in page.blocks]
    assert shape[:12] == [
        ("heading", "h1", 0, 2),
        ("paragraph", "", 0, 4),
        ("blockquote", "", 0, 7),
        ("paragraph", "", 1, 7),
        ("ordered_list", "", 0, 9),
        ("item", "", 1, 9),
        ("paragraph", "", 2, 9),
        ("bullet_list", "", 2, 10),
        ("item", "", 3, 10),
        ("paragraph", "", 4, 10),
        ("directive", "note", 0, 12),
        ("math", "", 1, 15),
    ]
    assert page.language == "en" and page.name == "top"


def test_labels_and_equations(page) -> None:  # type: ignore[no-untyped-def]
    assert [label for label, _ in page.labelled] == ["top", "top-inner", "top-b"]
    assert [(block.source, block.body) for block in page.equations] == [
        ("a = 1", 17),
        ("b = 2", 22),
        ("c = 3", 25),
    ]


def test_pieces(page) -> None:  # type: ignore[no-untyped-def]
    paragraph = page.blocks[1]
    assert paragraph.citations == ["a1900", "b1901"]
    assert [(p.text, p.name, p.line) for p in paragraph.pieces if p.kind == "ref"] == [
        ("#there", "link", 4),
        ("there", "ref", 5),
    ]
    assert [(p.text, p.line) for p in paragraph.pieces if p.kind == "math"] == [("x = 9", 5)]
    assert "words" in paragraph.words and "7" not in paragraph.words and "8" not in paragraph.words
    assert paragraph.line_at(paragraph.words.index("second")) == 5


def test_cells(page) -> None:  # type: ignore[no-untyped-def]
    (cell,) = page.cells
    assert (cell.source, cell.body, cell.options) == ("x = 1", 29, {"tags": ["hide-input"]})


def test_syntax_is_the_sites(root: Path) -> None:
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    assert set(config["parse"]["myst_enable_extensions"]) == EXTENSIONS
    assert config["parse"]["myst_dmath_double_inline"] is True


def test_cells_are_those_that_jupytext_executes(good_root: Path, real_book: Book) -> None:
    pages = [*Book(good_root).all_pages, *real_book.all_pages]
    assert len(pages) >= 2
    for page in pages:
        executed = [
            cell for cell in jupytext.read(page.path, fmt="md:myst").cells if cell.cell_type == "code"
        ]
        assert [cell.source for cell in executed] == [cell.source.strip("\n") for cell in page.cells], (
            page.path
        )
        for cell, block in zip(executed, page.cells, strict=True):
            assert cell.metadata.get("tags", []) == block.options.get("tags", []), f"{page.path}:{block.line}"


def words_read(page) -> Counter[str]:  # type: ignore[no-untyped-def]
    """The words that the blocks of a page hold."""
    texts = [piece.text for block in page.blocks for piece in block.pieces]
    texts += [block.source for block in page.blocks if block.kind in {"code-cell", "math", "code", "html"}]
    return Counter(re.findall(r"[가-힣]+|[A-Za-z]{4,}", "\n".join(texts)))


def words_written(page) -> Counter[str]:  # type: ignore[no-untyped-def]
    """The words of a page's file outside its front matter, labels, options and the names of directives."""
    text = re.sub(r"\A---\n.*?\n---\n", "", page.text, flags=re.DOTALL)
    text = re.sub(
        r"^\((?:[\w-]+)\)=$|^```\{(?:beside|course-table)\}.*$|^ *[`:]{3,}\{[^}]*\}(?: (?:ex-\S+|python|\.\.\/\S+|front\S*|\S+ fig-\S+))?|^:(?:label|name|class|tags|width|align):.*$|^:alt:",
        "",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(
        r"(?<=\n)---\n(?:tags:|mystnb:).*?\n---\n",
        lambda match: re.sub(r"^(?:tags:.*|\s*name:.*|\s*\w+:(?: \|)?)", "", match[0], flags=re.MULTILINE),
        text,
        flags=re.DOTALL,
    )
    text = re.sub(r"\]\([^)]*\)|\{[a-z:]+\}(?=`)|^```\w+$", " ", text, flags=re.MULTILINE)
    return Counter(re.findall(r"[가-힣]+|[A-Za-z]{4,}", text))


def test_no_word_goes_unread(good_root: Path, real_book: Book) -> None:
    for page in [*Book(good_root).all_pages, *real_book.all_pages]:
        unread = words_written(page) - words_read(page)
        assert not unread, (page.path, unread)
