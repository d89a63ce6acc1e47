"""Citations as (Rumelhart et al., 1986), in Korean as (Rumelhart 외, 1986), and a list without numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle


def round_brackets() -> BracketStyle:
    return BracketStyle(left="(", right=")", sep="; ")


@dataclass
class English(AuthorYearReferenceStyle):
    bracket_textual: BracketStyle = field(default_factory=round_brackets)
    bracket_parenthetical: BracketStyle = field(default_factory=round_brackets)
    person: PersonStyle = field(default_factory=lambda: PersonStyle(other=" et al."))


@dataclass
class Korean(English):
    person: PersonStyle = field(
        default_factory=lambda: PersonStyle(sep2="\u00a0· ", sep=", ", last_sep=", ", other=" 외")
    )


def setup(app: Sphinx) -> None:
    for name, style in (("book_en", English), ("book_ko", Korean)):
        register_plugin("sphinxcontrib.bibtex.style.referencing", name, style)
    app.connect("config-inited", choose_style, priority=100)


def choose_style(app: Sphinx, config: Config) -> None:
    config.bibtex_reference_style = f"book_{config.language}"
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.add_node(nodes.label, override=True, html=(visit_label, depart_label))


def visit_citation(self: Any, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "div", CLASS="citation", lang="en"))


def depart_citation(self: Any, node: nodes.Element) -> None:
    self.body.append("</div>\n")


def visit_label(self: Any, node: nodes.Element) -> None:
    """A citation is known by its authors and year, so its number is not shown; a footnote's is."""
    if isinstance(node.parent, nodes.citation):
        raise nodes.SkipNode
    type(self).visit_label(self, node)


def depart_label(self: Any, node: nodes.Element) -> None:
    type(self).depart_label(self, node)
