"""The PDF of an edition: one chapter of each is printed here, and read as a program of its reader would."""

from __future__ import annotations

import html
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .conftest import BROWSERS, LANGUAGES, SITE

sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_tools"))

import packed
import pdf

pytestmark = pytest.mark.site
TOOL = Path(pdf.__file__)
CHAPTER, LAST = "adaline", "references"  # a chapter with a formula in a heading


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), *map(str, arguments)]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@dataclass
class Printed:
    language: str
    reader: Any
    texts: list[str]  # of each page
    said: str

    def page_of(self, name: str) -> int:
        place = self.reader.named_destinations.get(name) or self.reader.named_destinations[f"/{name}"]
        return self.reader.get_destination_page_number(place) + 1


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(request, site: Path, tmp_path_factory) -> Printed:
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip(f"no browser found (looked for {', '.join(BROWSERS)}): install Debian's chromium")
    out = tmp_path_factory.mktemp("pdf")
    done = run("--language", request.param, "--only", CHAPTER, LAST, "--site", site, "--out", out)
    assert done.returncode == 0, done.stderr
    reader = pytest.importorskip("pypdf").PdfReader(out / pdf.NAME.format(request.param))
    return Printed(request.param, reader, [page.extract_text() for page in reader.pages], done.stderr)


def article(language: str) -> str:
    page = (SITE / language / f"{CHAPTER}.html").read_text("utf-8")
    return page[page.index("<article") : page.index("</article>")]


def words(markup: str) -> str:
    return html.unescape(re.sub(r"<math>.*?</math>|<[^>]*>", "", markup, flags=re.S)).strip()


def tight(text: str) -> str:
    """Without spaces and what the site joins words with; quotation marks are the site's straight ones."""
    return re.sub(r"[“”]", '"', re.sub(r"[\s\u200b\u2060]", "", text))


def headings(language: str) -> list[str]:
    opening = r"<(?:h[1-3]|p class=\"admonition-title\" role=\"heading\" aria-level=\"3\")>"
    found = re.findall(rf"{opening}(.*?)<a class=\"headerlink\"", article(language), re.S)
    return [tight(words(each)) for each in found]


def marks(items: list[Any]) -> list[Any]:
    """The bookmarks of an outline, those within others too."""
    return [each for item in items for each in (marks(item) if isinstance(item, list) else [item])]


def bookmarks(printed: Printed) -> list[tuple[str, int]]:
    return [
        (tight(item.title), printed.reader.get_destination_page_number(item) + 1)
        for item in marks(printed.reader.outline)
    ]


def test_what_is_written_can_be_read_out_again(printed: Printed) -> None:
    text = tight("".join(printed.texts))
    assert "\u2060" not in "".join(printed.texts), "who searches the file would have to type it"
    paragraphs = re.findall(r"<p>([^<]{60,})", article(printed.language))
    assert len(paragraphs) > 5
    lost = [each for each in map(words, paragraphs) if tight(each)[:40] not in text]
    assert not lost


def test_every_font_is_in_the_file(printed: Printed) -> None:
    fonts: dict[str, Any] = {}

    def collect(resources: Any) -> None:
        for font in (resources.get("/Font") or {}).values():
            font = font.get_object()
            fonts[str(font.get("/BaseFont", id(font)))] = font
        for inner in (resources.get("/XObject") or {}).values():
            if inner.get_object().get("/Resources"):
                collect(inner.get_object()["/Resources"].get_object())

    for page in printed.reader.pages:
        collect(page["/Resources"].get_object())
    assert len(fonts) > 5
    for name, font in fonts.items():
        if font["/Subtype"] == "/Type3":  # its letters are drawings in the file
            assert font["/CharProcs"], name
        else:
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            assert any(key.startswith("/FontFile") for key in inner["/FontDescriptor"]), name


def test_tags_language_and_bookmarks(printed: Printed) -> None:
    root = printed.reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == printed.language
    told = [title for title, _ in bookmarks(printed)]
    at = told.index(headings(printed.language)[0])
    assert told[at : at + len(headings(printed.language))] == headings(printed.language)
    spaced = [str(item.title) for item in marks(printed.reader.outline)]
    title = re.search(r"<h1>(.*?)<a class=\"headerlink\"", article(printed.language), re.S)
    assert title is not None
    assert " ".join(words(title[1]).split()) in spaced, "a heading of two lines has its space"


def test_formulas_and_figures_are_described(printed: Printed) -> None:
    said = []
    seen = set()
    todo = [printed.reader.trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop()
        if "/Alt" in node:
            said.append(str(node["/Alt"]))
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            reference = getattr(kid, "idnum", None)
            if reference is not None and reference not in seen:
                seen.add(reference)
                todo.append(kid.get_object())
    formulas = article(printed.language).count('class="katex-html')
    alternatives = re.findall(r'<img [^>]*\balt="([^"]*)"', article(printed.language))
    assert formulas > 100 and len(said) > 0.98 * (formulas + len(alternatives))  # Chromium loses one or two
    assert {tight(html.unescape(each)) for each in alternatives} <= set(map(tight, said))


def test_the_contents_name_the_page_a_heading_stands_on(printed: Printed) -> None:
    contents = [tight(line) for line in printed.texts[1].split("\n")]
    at = dict(bookmarks(printed))
    section = re.compile(r"\d+\.(\d+\.)?(?!\d)")  # the parts of a section are left out, and exercises
    listed = [each for each in headings(printed.language) if section.match(each)]
    assert len(listed) > 10
    for heading in listed:
        assert f"{heading}{at[heading]}" in contents
        assert heading[:8] in tight(printed.texts[at[heading] - 1])  # a formula in it is read out elsewhere
    for number, text in enumerate(printed.texts[1:], 2):
        assert str(number) in text.split("\n"), f"page {number} does not bear its number"


def test_numbers_are_those_of_the_site(printed: Printed) -> None:
    text = tight("".join(printed.texts))
    shown = article(printed.language)
    numbers = [words(each) for each in re.findall(r'<span class="eqno">(\([\d.]+\))', shown)]
    captions = [words(each) for each in re.findall(r'class="caption-number">([^<]*)<', shown)]
    assert len(numbers) > 5 and len(captions) > 10
    assert not [each for each in numbers + captions if tight(each) not in text]
    assert printed.texts[printed.page_of(f"{CHAPTER}--solutions") - 1]


def test_nothing_is_wider_than_the_paper(printed: Printed) -> None:
    assert "wider than the paper" not in printed.said
    sizes = set()
    sample = printed.reader.pages[printed.page_of(f"{CHAPTER}--solutions") - 2]
    sample.extract_text(
        visitor_text=lambda text, cm, tm, font, size: sizes.add(round(size * tm[0] * cm[0], 1))
    )
    assert {"ko": 10.0, "en": 10.5}[printed.language] in sizes, (
        "the browser has made the page smaller to get something wide on it"
    )


def test_a_long_line_of_code_goes_on_further_in(tab) -> None:
    long = "    call(" + ", ".join(f"argument_{k}" for k in range(12)) + ")"
    style = "font: 12px/16px monospace; white-space: pre-wrap"
    code = f'<pre style="{style}">def <span>f</span>():\n{long}\n</pre>'
    tab.set_content(f'<div class="bd-article-container" style="width: 600px">{code}</div>')
    tab.add_style_tag(path=str(TOOL.parent / "print" / "book.css"))
    assert tab.evaluate((TOOL.parent / "print" / "fit.js").read_text("utf-8")) == []
    assert tab.locator("pre").text_content() == f"def f():\n{long}\n"
    first, *later = tab.evaluate(
        """() => { const long = document.querySelector(".hanging"), range = document.createRange();
        range.setStart(long.firstChild, 4); range.setEnd(long.firstChild, long.textContent.length);
        return [...range.getClientRects()].map((line) => line.left); }"""
    )
    assert later and min(later) > first


def test_a_reader_may_think_before_the_answer(printed: Printed) -> None:
    start = printed.page_of(f"{CHAPTER}--solutions")
    for number in range(1, 6):
        asked, answer = (printed.page_of(f"{CHAPTER}--{each}-{number}") for each in ("asked", "answer"))
        assert asked < start <= answer
        said = {"ko": "답{}쪽", "en": "Answeronpage{}"}[printed.language].format(answer)
        assert said in tight("".join(printed.texts[asked - 1 : asked + 1]))


def test_solutions_stand_at_the_end_with_links_both_ways(printed: Printed) -> None:
    shown = article(printed.language)
    pairs = re.findall(
        r'<div class="exercise[^>]*id="([^"]*)".*?<details class="solution[^>]*id="([^"]*)"', shown, re.S
    )
    start = printed.page_of(f"{CHAPTER}--solutions")
    assert len(pairs) > 5
    links = {
        (number, str(note.get_object()["/Dest"]).lstrip("/"))
        for number, page in enumerate(printed.reader.pages, 1)
        for note in page.get("/Annots", [])
        if "/Dest" in note.get_object()
    }
    for exercise, solution in pairs:
        there, here = (printed.page_of(f"{CHAPTER}--{each}") for each in (solution, exercise))
        assert here <= start <= there
        assert any(page >= here and name == f"{CHAPTER}--{solution}" for page, name in links)
        assert any(page >= there and name == f"{CHAPTER}--{exercise}" for page, name in links)
        said = {"ko": "풀이{}쪽", "en": "Solutiononpage{}"}[printed.language].format(there)
        assert said in tight("".join(printed.texts[here - 1 : here + 1]))


def test_links_lead_to_the_file_itself_or_to_the_web(printed: Printed) -> None:
    addresses = [
        str(note.get_object()["/A"].get("/URI", ""))
        for page in printed.reader.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    ]
    assert addresses and all(each.startswith(("https://", "http://")) for each in addresses)


def test_what_is_folded_leaves_no_stub(printed: Printed) -> None:
    text = tight("".join(printed.texts))
    stubs = re.findall(r'<details class="hidden-code">\s*<summary>([^<]*)<', article(printed.language))
    assert stubs and not [each for each in stubs if tight(each) in text]


def test_packing_changes_nothing_but_the_size(tmp_path: Path) -> None:
    """On a PDF as Chromium writes it: one table in clear text, numbered from 0."""
    drawn = b"BT /F 9 Tf 9 9 Td (endobj) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (ko) >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
        b" /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(b"<< /Type /StructElem /S /NonStruct /K %d >>" % number for number in range(500)),
    ]
    whole, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, body in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(whole)
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    whole += b"xref\n0 %d\n%strailer\n<</Size %d\n/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(whole),
    )
    made = tmp_path / "packed.pdf"
    made.write_bytes(packed.pack(whole, []))
    reader = pytest.importorskip("pypdf").PdfReader(made, strict=True)
    assert made.stat().st_size < len(whole) / 3
    assert reader.pages[0].extract_text() == "endobj" and reader.trailer["/Root"]["/Lang"] == "ko"
    assert [reader.get_object(6 + number)["/K"] for number in range(500)] == list(range(500))
    with pytest.raises(ValueError, match="Chromium has changed"):
        packed.pack(made.read_bytes(), [])


def programs(folder: Path, **outputs: str) -> str:
    for name, text in outputs.items():
        program = folder / name.replace("_", "-")
        program.write_text(f"#!/bin/sh\necho '{text}'\n", "utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def test_what_is_missing_is_said_first_and_how_to_get_it(tmp_path: Path) -> None:
    done = run("--check", PATH=str(tmp_path))
    assert done.returncode == 1 and "Chromium, which was not found" in done.stderr
    assert "apt install chromium" in done.stderr
    done = run("--check", PATH=programs(tmp_path, chromium="Chromium 120.0.1 built"))
    assert done.returncode == 1 and "131 or newer" in done.stderr and "120" in done.stderr
    done = run("--check", PATH=programs(tmp_path, chromium="Chromium 156.0.1 built", fc_list=""))
    assert done.returncode == 1 and "Hangul" in done.stderr and "apt install fonts-" in done.stderr
    assert run("--check", PATH=programs(tmp_path, fc_list="Noto Sans CJK KR")).returncode == 0


def test_the_site_links_to_a_pdf_that_is_there(tmp_path: Path) -> None:
    edition, made = tmp_path / "ko", tmp_path / pdf.NAME.format("ko")
    edition.mkdir()
    made.write_bytes(b"%PDF" * 500_000)
    (edition / "index.html").write_text("<p><!-- pdf --></p>", "utf-8")
    for _ in range(2):
        pdf.put_on_site(made, edition)
        page = (edition / "index.html").read_text("utf-8")
        assert page.count("<a ") == 1 and f'href="{made.name}"' in page and "(2\u00a0MB)" in page
    assert (edition / made.name).exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_the_place_for_the_link(site: Path, language: str) -> None:
    for name in (CHAPTER, "index", "search"):
        assert "<!-- pdf -->" in (site / language / f"{name}.html").read_text("utf-8")
        for link in re.findall(
            r'class="edition-pdf[^"]*" href="([^"]*)"', (site / language / f"{name}.html").read_text("utf-8")
        ):
            assert (site / language / link).exists()
