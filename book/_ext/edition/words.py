"""Korean words for what the theme and the extensions say only in English.

They go in front of the catalogues that the extensions bring, so a word that a catalogue has and
this book prefers otherwise is replaced, and all others stay.
"""

from __future__ import annotations

import json
from gettext import NullTranslations
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import translators

PARTS = {
    "Before back-propagation": "역전파 이전",
    "Back-propagation": "역전파",
    "The practice of training": "훈련의 실제",
    "Depth and images": "깊이와 이미지",
    "Recurrent networks": "순환 신경망",
    "Reference": "참고",
}

CATALOGUES: dict[str, dict[str, str]] = {
    "sphinx": {
        "Skip to main content": "본문으로 건너뛰기",
        "Back to top": "맨 위로",
        "Search": "검색",
        "Search this book...": "이 책에서 찾기",
        "Search the docs ...": "이 책에서 찾기",
        "Error": "오류",
        "Please activate JavaScript to enable the search functionality.": (
            "검색하려면 자바스크립트를 켜야 한다."
        ),
        "previous": "이전",
        "next": "다음",
        "Previous": "이전",
        "Next": "다음",
        "previous page": "이전 쪽",
        "next page": "다음 쪽",
        "light/dark": "밝게/어둡게",
        "Version warning": "판에 대한 알림",
        "Last updated on %(last_updated)s.": "%(last_updated)s에 고침.",
        "Link to this heading": "이 제목의 고유 링크",
        "Link to this equation": "이 식의 고유 링크",
        "Permalink to this equation": "이 식의 고유 링크",
        "Link to this table": "이 표의 고유 링크",
        "Link to this image": "이 그림의 고유 링크",
        "Link to this code": "이 코드의 고유 링크",
        "Permanent link to this heading": "이 제목의 고유 링크",
        "Fig. %s": "그림 %s",
        "Table %s": "표 %s",
        "Listing %s": "코드 %s",
        "Section %s": "%s절",
        "Note": "참고",
        "Tip": "도움말",
        "Warning": "주의",
        "Important": "중요",
        "Hint": "힌트",
        "See also": "더 보기",
        "On this page": "이 쪽의 차례",
        "Contents": "차례",
        "Site Navigation": "책의 차례",
    },
    "booktheme": {
        "By": "지은이",
        "Contents": "차례",
        "Search": "검색",
        "Launch on": "열기:",
        "Download this page": "이 쪽 내려받기",
        "Download notebook file": "노트북 내려받기",
        "Toggle primary sidebar": "차례 여닫기",
        "Toggle secondary sidebar": "이 쪽의 차례 여닫기",
        "logo": "로고",
    },
    "exercise": {"Exercise": "연습문제", "Solution to": "풀이", "Solution": "풀이"},
    "proof": {"Theorem": "정리", "Proof": "증명", "Remark": "덧붙임"},
}

CODE_PROMPT = {"ko": "그림을 그린 코드 보기", "en": "Show the code of the figure"}


IN_THE_BROWSER = {
    "Search Results": "찾은 곳",
    "Searching": "찾는 중",
    "Preparing search...": "찾을 준비를 하는 중…",
    "Search finished, found ${resultCount} page(s) matching the search query.": "${resultCount}곳 찾음.",
    "Your search did not match any documents. Please make sure that all words are spelled correctly and that "
    "you've selected enough categories.": "찾는 말이 책에 없다. 철자를 확인하거나 더 짧은 말로 찾아본다.",
    "Hide Search Matches": "찾은 말 표시 지우기",
}


class Words(NullTranslations):
    """A catalogue made of a dictionary; unknown words are asked of the fallbacks, if there are any."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self.words = words

    def gettext(self, message: str) -> str:
        return self.words.get(message) or super().gettext(message)


def setup(app: Sphinx) -> None:
    app.connect("config-inited", set_code_prompt, priority=200)
    if app.config.language != "ko":
        return
    for catalogue, words in CATALOGUES.items():
        mine = Words(words)
        theirs = translators.get(("general", catalogue))
        if theirs is not None:
            mine.add_fallback(theirs)
        translators["general", catalogue] = mine
    app.translator = translators["general", "sphinx"]
    app.connect("config-inited", set_words, priority=200)
    app.connect("build-finished", write_words_of_the_browser)


def set_code_prompt(app: Sphinx, config: Config) -> None:
    config.nb_code_prompt_show = config.nb_code_prompt_hide = CODE_PROMPT[config.language]


def set_words(app: Sphinx, config: Config) -> None:
    config.numfig_format = {"figure": "그림 %s", "table": "표 %s", "code-block": "코드 %s", "section": "%s절"}
    config.html_theme_options["search_bar_text"] = "이 책에서 찾기"


def write_words_of_the_browser(app: Sphinx, exception: Exception | None) -> None:
    target = Path(app.outdir) / "_static" / "translations.js"
    if exception is None and target.exists():
        catalogue = {"locale": "ko", "messages": IN_THE_BROWSER, "plural_expr": "0"}
        words = json.dumps(catalogue, ensure_ascii=False, indent=1)
        target.write_text(f"Documentation.addTranslations({words});\n", "utf-8")
