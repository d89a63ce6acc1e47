"""The two editions say the same thing in the same order: files, structure, code, equations, labels, citations."""

from __future__ import annotations

from difflib import SequenceMatcher

from facts import bare
from pages import Block, Page, figure_of

from .book import OTHER, Book, Found, Pair, shared_options


def check_same_files(book: Book) -> Found:
    """Every page exists in both editions, and stands in ``_toc.yml`` (a page that does not is never built)."""
    found = Found(saw=sum(1 for _ in book.all_pages))
    for page in book.all_pages:
        if book.contents and page.name not in book.contents:
            found.report(page.path, 1, "the page is not in _toc.yml, so it is not built", "list it there")
    for page in book.all_pages:
        other = OTHER[page.language]
        if page.name not in book.pages[other]:
            found.report(
                page.path,
                1,
                f"the page has no twin book/{other}/{page.name}.md",
                "write the twin, or remove the page",
            )
    return found


def check_same_structure(book: Book) -> Found:
    """Headings, paragraphs, lists, tables, equations, cells and directives follow in the same order."""
    found = Found()
    for ko, en in book.pairs:
        found.saw += len(ko.blocks)
        for line_ko, line_en, what in _differences(ko, en):
            found.report(
                ko.path,
                line_ko,
                f"the structure differs from book/en/{en.path.name}:{line_en}: {what}",
                "give both editions the same blocks in the same order",
            )
    return found


def _differences(ko: Page, en: Page) -> list[tuple[int, int, str]]:
    matcher = SequenceMatcher(
        None, [b.signature for b in ko.blocks], [b.signature for b in en.blocks], autojunk=False
    )
    result = []
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            continue
        result.append(
            (
                _line(ko.blocks, a0),
                _line(en.blocks, b0),
                f"Korean has {_list(ko.blocks[a0:a1])}, English has {_list(en.blocks[b0:b1])}",
            )
        )
    return result


def _line(blocks: list[Block], index: int) -> int:
    return blocks[min(index, len(blocks) - 1)].line if blocks else 1


def _list(blocks: list[Block]) -> str:
    names = [block.describe() for block in blocks]
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "") if names else "nothing"


def check_same_cells(book: Book) -> Found:
    """Code cells are the same byte for byte, and so is their metadata except caption and alt text."""
    found = Found()
    for ko, en in book.pairs:
        found.saw += len(ko.cells)
        if len(ko.cells) != len(en.cells):
            found.report(
                ko.path,
                ko.cells[-1].line if ko.cells else 1,
                f"{len(ko.cells)} code cells here, {len(en.cells)} in {en.path.name} of the English edition",
                "give both editions the same code cells",
            )
        for one, two in zip(ko.cells, en.cells, strict=False):
            if one.source != two.source:
                page, changed, twin, other = book.changed_side(Pair(ko, en), one, two)
                here, there = changed.source.split("\n"), other.source.split("\n")
                lines = zip(here, there, strict=False)
                at = next((i for i, (a, b) in enumerate(lines) if a != b), min(len(here), len(there)))
                shown = here[at] if at < len(here) else "(nothing)"
                wanted = there[at] if at < len(there) else "(nothing)"
                found.report(
                    page.path,
                    changed.body + at,
                    f"the code differs from book/{twin.language}/{twin.path.name}:{other.body + at} in its line {at + 1}: {shown!r}, not {wanted!r}",
                    "make the two cells the same byte for byte",
                )
            if shared_options(one) != shared_options(two) or one.name != two.name:
                found.report(
                    ko.path,
                    one.line,
                    f"the cell's tags or figure name differ from book/en/{en.path.name}:{two.line}",
                    "only caption and alt text may differ",
                )
    return found


def check_same_equations(book: Book) -> Found:
    """Display equations are the same in both editions, one by one."""
    found = Found()
    for ko, en in book.pairs:
        found.saw += len(ko.equations)
        if len(ko.equations) != len(en.equations):
            found.report(
                ko.path,
                ko.equations[-1].line if ko.equations else 1,
                f"{len(ko.equations)} display equations here, {len(en.equations)} in the English edition",
                "give both editions the same equations",
            )
        for one, two in zip(ko.equations, en.equations, strict=False):
            if bare(one.source) != bare(two.source):
                page, changed, twin, other = book.changed_side(Pair(ko, en), one, two)
                here, there = bare(changed.source), bare(other.source)
                at = next(
                    (i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b),
                    min(len(here), len(there)),
                )
                cut = slice(max(0, at - 15), at + 20)
                found.report(
                    page.path,
                    changed.line,
                    f"the equation differs from book/{twin.language}/{twin.path.name}:{other.line}: it has …{here[cut]}…, not …{there[cut]}…",
                    "write the same TeX in both editions",
                )
    return found


def check_same_labels(book: Book) -> Found:
    """Labels of sections, equations, figures, exercises and theorems are the same."""
    found = Found()
    for pair in book.pairs:
        found.saw += len(pair.ko.labels)
        for page, twin in (pair, pair[::-1]):
            for label, block in page.labels.items():
                if label not in twin.labels:
                    found.report(
                        page.path,
                        block.line,
                        f"the label '{label}' is missing in book/{twin.language}/{twin.path.name}",
                        "give the twin the same label",
                    )
        if pair.aligned:
            for one, two in zip(pair.ko.blocks, pair.en.blocks, strict=True):
                labels = (one.label, figure_of(one).get("name")), (two.label, figure_of(two).get("name"))
                if labels[0] != labels[1] and one.label in pair.en.labels:
                    found.report(
                        pair.ko.path,
                        one.line,
                        f"the label '{one.label}' stands on another block than in English "
                        f"(book/en/{pair.en.path.name}:{two.line} has '{two.label}')",
                        "put the label on the corresponding block",
                    )
    return found


def check_same_citations(book: Book) -> Found:
    """Corresponding blocks cite the same works."""
    found = Found()
    for pair in book.pairs:
        if pair.aligned:
            couples = list(zip(pair.ko.blocks, pair.en.blocks, strict=True))
            sides = [(one.line, two.line, set(one.citations), set(two.citations)) for one, two in couples]
        else:
            all_ko, all_en = ({key for block in page.blocks for key in block.citations} for page in pair)
            sides = [(1, 1, all_ko, all_en)]
        for line_ko, line_en, ko, en in sides:
            found.saw += len(ko | en)
            for page, twin, line, missing in (
                (pair.ko, pair.en, line_ko, en - ko),
                (pair.en, pair.ko, line_en, ko - en),
            ):
                if missing:
                    found.report(
                        page.path,
                        line,
                        f"the twin in {twin.language} cites {', '.join(sorted(missing))} here, this page does not",
                        "cite the same works at the same place in both editions",
                    )
    return found
