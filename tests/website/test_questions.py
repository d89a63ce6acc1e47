"""The questions at a chapter's end are answered on the page, by keyboard and pointer, or folded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import LANGUAGES, SITE

pytestmark = [pytest.mark.site, pytest.mark.browser]

ASKED = sorted(path.stem for path in (SITE.parents[1] / "book" / "questions").glob("*.yml"))
TITLE = {"ko": "스스로 확인하기", "en": "Test yourself"}
VERDICT = {"ko": {"right": "맞다.", "wrong": "아니다."}, "en": {"right": "Right.", "wrong": "Wrong."}}

#: What a question must have: a named group of radio buttons, each with its text, and a reason for each.
LACKING = """() => [...document.querySelectorAll('.question')].filter(question => {
  const radios = [...question.querySelectorAll('fieldset > ol > li > label > input[type=radio]')];
  const reasons = question.querySelectorAll('details > ol > li');
  return !question.querySelector('fieldset > legend')?.textContent.trim()
    || radios.length < 3 || radios.length !== reasons.length
    || document.querySelectorAll(`[name='${radios[0].name}']`).length !== radios.length
    || new Set(radios.map(radio => radio.name)).size !== 1
    || radios.some(radio => !radio.labels[0].textContent.trim())
    || question.querySelectorAll('details .right').length !== 1
    || question.textContent.includes('$') || !question.querySelector('details a[href^="#"]');
}).length"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
DOUBLED = (
    "() => [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) < i)"
)


def places(tab: Any, number: int) -> tuple[int, int]:
    """The place of the right choice of a question, and that of a wrong one."""
    reasons = tab.locator(".question").nth(number).locator("details > ol > li").all()
    right = [reason.locator(".right").count() for reason in reasons].index(1)
    return right, 1 if right == 0 else 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ASKED)
def test_five_questions_before_the_exercises(tab: Any, address: str, language: str, name: str) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{address}/{language}/{name}.html")
    section = tab.locator(f"section#{name}-questions")
    section.locator("h2").wait_for()  # the text waits for the letters of its formulas
    assert TITLE[language] in section.locator("h2").inner_text()
    assert section.locator("xpath=following-sibling::section[1]").get_attribute("id") == f"{name}-exercises"
    assert tab.locator(f".bd-toc-nav a[href='#{name}-questions']").count() == 1, "in the page's contents"
    assert section.locator(".question").count() == 5
    assert tab.evaluate(LACKING) == 0
    assert tab.evaluate(WIDE) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pointer_answers(tab: Any, address: str, language: str) -> None:
    requests: list[str] = []
    tab.goto(f"{address}/{language}/perceptron.html", wait_until="networkidle")
    tab.on("request", lambda request: requests.append(request.url))
    question = tab.locator(".question").nth(2)
    said, labels = question.get_by_role("status"), question.locator("label")
    assert said.get_attribute("aria-live") == "polite" and said.inner_text() == ""
    right, wrong = places(tab, 2)
    labels.nth(wrong).click()
    assert said.inner_text().startswith(VERDICT[language]["wrong"])
    assert said.locator("table").count() == 0, "a wrong answer does not give the right one away"
    labels.nth(right).click()
    assert said.inner_text().startswith(VERDICT[language]["right"])
    assert said.locator("table").is_visible() and said.locator("a[href='#perceptron-margin-honest']").count()
    assert said.locator(".katex").count(), "formulas are set"
    tab.locator(".question").nth(1).locator("label").nth(places(tab, 1)[0]).click()
    assert tab.locator(".question").nth(1).get_by_role("status").locator("pre").is_visible()
    assert tab.evaluate(DOUBLED) == []
    assert [url for url in requests if "/_static/" not in url] == [], "nothing is sent"
    assert tab.evaluate("Object.keys(localStorage).filter(key => /question/.test(key))") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keyboard_answers(tab: Any, address: str, language: str) -> None:
    tab.goto(f"{address}/{language}/backpropagation.html")
    question = tab.locator(".question").first
    said, radios = question.get_by_role("status"), question.get_by_role("radio")
    assert radios.first.get_attribute("aria-label") == "−0.1019", "a formula alone gives a button no name"
    right, _ = places(tab, 0)
    assert right == 1
    radios.first.focus()
    tab.keyboard.press("Space")
    assert said.inner_text().startswith(VERDICT[language]["wrong"])
    tab.keyboard.press("ArrowDown")
    assert radios.nth(1).is_checked() and said.inner_text() == "", "an arrow chooses and does not answer"
    tab.keyboard.press("Enter")
    assert said.inner_text().startswith(VERDICT[language]["right"])
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Space")
    assert said.inner_text().startswith(VERDICT[language]["wrong"]), "one may try again"
    assert tab.locator(".question").nth(1).get_by_role("radio", checked=True).count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_script_the_answers_are_folded(
    browser: Any, address: str, site: Path, language: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/{language}/perceptron.html")
    question = tab.locator(".question").first
    assert question.locator(":scope > ol > li").count() == 3 and question.locator("input").count() == 0
    answer = question.locator("details")
    assert not answer.locator("pre").is_visible()
    answer.locator("summary").click()
    text = answer.inner_text()
    assert VERDICT[language]["right"] in text and text.count(VERDICT[language]["wrong"]) == 2
    shown = answer.locator("pre").inner_text().strip()
    assert shown.startswith("wrong examples after each correction: 7 7 5 2 3")
    context.close()


def test_paper_has_the_answers(tab: Any, address: str) -> None:
    tab.goto(f"{address}/en/perceptron.html", wait_until="load")
    tab.locator(".question label").first.click()
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")
    question = tab.locator(".question").first
    assert question.locator("details .right").is_visible()
    assert (
        not question.get_by_role("status").is_visible() and not question.locator("input").first.is_visible()
    )
