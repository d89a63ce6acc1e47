"""The table of contents is written once, in English; its captions are translated here."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.config import Config

from .words import PARTS


def setup(app: Sphinx) -> None:
    if app.config.language == "ko":
        app.connect("config-inited", translate_captions, priority=950)  # after the file has been read


def translate_captions(app: Sphinx, config: Config) -> None:
    site_map = config.external_site_map
    for name in site_map:
        for tree in site_map[name].subtrees:
            if tree.caption:
                tree.caption = PARTS.get(tree.caption, tree.caption)
