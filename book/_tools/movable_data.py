"""Write the data that movable figures begin with: ``python book/_tools/movable_data.py [NAME ...]``.

A movable figure is `book/_static/movable/NAME.js`, and `book/moving/NAME.py` says the same in Python: `settings(rng)`
draws settings at random, `shown(**settings)` has the package compute every number that the figure shows at them, and
where the figure begins with points or weights of the page, `data()` makes them. This command writes that data to
`NAME.data.js`; tests/website/test_movable.py compares it, and what the figures show.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "book" / "_static" / "movable"
sys.path.append(str(ROOT / "book"))


def names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "book" / "moving").glob("*.py") if path.stem != "__init__")


def twin(name: str) -> ModuleType:
    """What the figure shows, in Python."""
    return importlib.import_module(f"moving.{name}")


def written(name: str) -> str | None:
    """The text of the figure's data, where it has any."""
    module = twin(name)
    if not hasattr(module, "data"):
        return None
    return f"// Written by book/_tools/movable_data.py.\nexport default {json.dumps(module.data())};\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the data that movable figures begin with.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    for name in parser.parse_args().names or names():
        if (text := written(name)) is not None:
            (MODULES / f"{name}.data.js").write_text(text, encoding="utf-8")
            print(f"wrote {name}.data.js")


if __name__ == "__main__":
    main()
