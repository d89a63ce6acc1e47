"""The words of the book: one term per idea, one register, and emphasis that renders."""

from __future__ import annotations

import re

from .book import Book, Found

HANGUL = re.compile("[가-힣]")
APART = re.compile(r"\d\s+%(?![A-Za-z0-9_])")
POLITE = re.compile(
    r"(?:[가-힣]*?(?P<formal>[가-힣])(?:니다|니까|시오)|[가-힣]+(?:세요|셔요|어요|아요|여요|해요|에요|예요|네요|까요|돼요|워요|와요|봐요|려요|지요|죠|군요|데요|거든요))"
    r"(?=[\s\"'”’)\]]*[.?!…]|\s*$)",
    re.MULTILINE,
)


def variants(text: str) -> list[str]:
    """The ways a glossary entry may be written: ``epoch / sweep``, ``역전파(오차 역전파)``, ``시그모이드, 로지스틱 함수``."""
    whole = re.sub(r"\([^()]*\)", " ", text)
    parts = [part.strip() for part in re.split(r"[/,]", whole) if part.strip()]
    return parts or [text]


def banned_pattern(term: str) -> re.Pattern[str]:
    """A banned Korean word of one or two syllables must begin a word (로스 is not in 크로스); longer ones may be anywhere."""
    spaced = r"\s*".join(re.escape(part) for part in term.split())
    if HANGUL.search(term):
        return re.compile(spaced if len(term.replace(" ", "")) > 2 else rf"(?<![가-힣]){spaced}")
    return re.compile(rf"\b{spaced}s?\b", re.IGNORECASE)


def check_banned_terms(book: Book) -> Found:
    """No page uses a term that the glossary bans. An entry's ``allow`` lists words that only look like one."""
    found = Found()
    prose = {language: list(book.prose(language)) for language in book.pages}
    allowed = [word for entry in book.glossary for word in entry.get("allow", [])]
    for entry in book.glossary:
        for term in entry.get("banned") or []:
            found.saw += 1
            language = "ko" if HANGUL.search(term) else "en"
            wanted = entry["ko" if language == "ko" else "en"]
            pattern = banned_pattern(term)
            for path, block in prose[language]:
                words = block.words
                for word in allowed:
                    words = words.replace(word, "\ufffc" * len(word))
                for match in pattern.finditer(words):
                    found.report(
                        path, block.line_at(match.start()),
                        f"'{match[0]}' is not a word of this book", f"write '{wanted}'",
                    )  # fmt: skip
    return found


def check_glossary_used(book: Book) -> Found:
    """Every glossary term is used in the prose of both editions, except those marked as of a later part."""
    found = Found()
    texts = {
        language: re.sub(
            r"\s+", " ", "\n".join(block.words for page in pages.values() for block in page.prose)
        ).lower()
        for language, pages in book.pages.items()
    }
    for entry in book.glossary:
        if entry.get("later"):  # a term of the parts in preparation
            continue
        for language, text in texts.items():
            found.saw += 1
            terms = variants(str(entry[language]))
            if not any(_uses(text, term.lower(), language) for term in terms):
                file, line = book.line_in("glossary.yml", str(entry[language]))
                found.report(
                    file,
                    line,
                    f"no page in {language} uses the term '{entry[language]}'",
                    "use it, or take it out of the glossary",
                )
    return found


def _uses(text: str, term: str, language: str) -> bool:
    spaced = r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", term))
    return bool(re.search(spaced if language == "ko" else rf"\b{spaced}(?:s|es|d|ed)?\b", text))


def check_emphasis(book: Book) -> Found:
    """No asterisk is left in the text: each pair of marks became emphasis."""
    found = Found()
    for language in book.pages:
        for path, block in book.prose(language):
            for piece in block.pieces:
                if piece.kind == "text":
                    found.saw += 1
                    if "*" in piece.text:
                        found.report(
                            path, piece.line, f"an asterisk is left in the text: '{piece.text.strip()[:50]}'",
                            "write **용어**(term): a closing mark after punctuation is not seen when Hangul follows",
                        )  # fmt: skip
    return found


def check_per_cent(book: Book) -> Found:
    """The per cent sign stands at its number, so that no line begins with it."""
    found = Found()
    for language in book.pages:
        for path, block in book.prose(language):
            found.saw += 1
            for match in APART.finditer(block.words):
                found.report(
                    path, block.line_at(match.end() - 1), f"'{match[0]}' has a space before the sign",
                    "write it without one, as everywhere in the book",
                )  # fmt: skip
    return found


def check_register(book: Book) -> Found:
    """Korean sentences end in -다, not in -습니다 or -요."""
    found = Found()
    for path, block in book.prose("ko"):
        words = re.sub("(?<![.?!…])\n", " ", block.words) if block.kind != "table" else block.words
        found.saw += 1
        for match in POLITE.finditer(words):
            formal = match["formal"]
            if (
                formal and (ord(formal) - ord("가")) % 28 != 17
            ):  # 아니다, 지니다: the syllable does not end in ㅂ
                continue
            found.report(
                path, block.line_at(match.end() - 1), f"'{match[0]}' is polite speech",
                "end the sentence in -다, as the rest of the book",
            )  # fmt: skip
    return found
