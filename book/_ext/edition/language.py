"""The edition's language and title, known from the source folder's name before other extensions load."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.locale import translators

LANGUAGES = ("ko", "en")
NAMES = {"ko": "한국어", "en": "English"}
TITLES = {
    "ko": "실행하며 읽는 역전파: 퍼셉트론에서 LSTM까지",
    "en": "Backpropagation, Executed: From the Perceptron to the LSTM",
}


def root(app: Sphinx) -> Path:
    """The repository: two folders above the edition's sources."""
    return Path(app.srcdir).parent.parent


def other(language: str) -> str:
    return LANGUAGES[1 - LANGUAGES.index(language)]


def setup(app: Sphinx) -> None:
    language = Path(app.srcdir).name
    if language not in LANGUAGES:
        raise ConfigError(f"expected the source folder to be book/ko or book/en, got {app.srcdir}")
    app.config.overrides["language"] = language
    app.config.language = language
    translators.pop(("general", "sphinx"), None)  # loaded for English before any extension could speak
    app._init_i18n()
    app.add_config_value("book_repository", "", "html", [str])
    app.add_config_value("book_branch", "main", "html", [str])
    app.connect("config-inited", set_title, priority=100)


def set_title(app: Sphinx, config: Config) -> None:
    title = TITLES[config.language]
    config.html_title = config.html_short_title = config.project = title
    config.html_context["edition"] = config.language
