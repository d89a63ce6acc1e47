"""The same in several programs: side by side where there is room, one under the other on a phone."""

from __future__ import annotations

import pytest

from .conftest import LANGUAGES

pytestmark = [pytest.mark.site, pytest.mark.browser]

BOXES = """() => [...document.querySelectorAll('.beside')].map(box => [...box.children].map(pane => ({
  program: pane.querySelector('.program').textContent,
  left: pane.getBoundingClientRect().left, top: pane.getBoundingClientRect().top,
  hidden: (code => code.scrollWidth - code.clientWidth)(pane.querySelector('pre')),
})))"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_programs_stand_beside_one_another(tab, address: str, language: str, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(f"{address}/{language}/frameworks.html")
    boxes = tab.evaluate(BOXES)
    assert len(boxes) > 20
    for first, *others in boxes:
        assert first["program"] == "NumPy"
        assert {other["program"] for other in others} <= {"PyTorch", "JAX"} and others
        assert all(pane["hidden"] <= 0 for pane in (first, *others))
        if width == 1280:
            assert others[0]["top"] == first["top"]
            assert all(other["left"] > first["left"] + 200 for other in others)
        else:
            assert all(other["top"] > first["top"] for other in others)
            assert all(other["left"] == first["left"] for other in others)
