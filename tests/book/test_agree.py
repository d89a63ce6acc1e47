"""``make agree`` records what needs no judgement, shows the rest, and never records what nothing vouches for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from agree import main
from agreed import Record, evaluate, is_subsequence, statement_at, vouchers
from contracts import CONTRACTS, Book
from contracts.pairs import sino_korean
from facts import bare, literals, number_words, printed

KO, EN, RECORD = "book/ko/sample.md", "book/en/sample.md", "book/agreed/sample.yml"
LAST = {
    "ko": "- 둘째 항목이다 {cite}`widrow1960`.\n",
    "en": "- This is the second item {cite}`widrow1960`.\n",
}


def add(copy: Path, ko: str, en: str) -> None:
    """A new paragraph at the end of the section on code, in both editions."""
    for language, text in (("ko", ko), ("en", en)):
        path = copy / f"book/{language}/sample.md"
        page = path.read_text(encoding="utf-8")
        assert LAST[language] in page
        path.write_text(page.replace(LAST[language], LAST[language] + "\n" + text + "\n"), encoding="utf-8")


def agreed(copy: Path) -> dict[str, list[str]]:
    record = Record.read(copy / RECORD)
    assert record is not None
    return record.units["sample-code"]


def kept(copy: Path) -> bool:
    book = Book(copy)
    return not any(CONTRACTS[name](book).problems for name in CONTRACTS if name.startswith("check_agreed"))


def test_agreed_twice_is_agreed_once(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (copy / RECORD).read_bytes()
    assert main([], copy) == 0
    assert (copy / RECORD).read_bytes() == before
    assert capsys.readouterr().out == "everything is agreed\n"


def test_what_vouches_for_what(copy: Path) -> None:
    record = Record.read(copy / RECORD)
    assert record is not None
    first = record.units["sample"]["numbers"]
    assert first == [
        "1958 <- year rosenblatt1958",
        "1425 <- paper rosenblatt-units",
        "0.1 <- paper rosenblatt-units",
    ]
    assert agreed(copy)["numbers"][:2] == ["-1.799 <- 1.out.1", "30% <- 1.out.2"]
    assert "three <- text" in agreed(copy)["numbers"]
    assert vouchers(record) == {"year": 1, "paper": 2, "out": 2, "code": 7, "text": 1}
    assert record.equations["dense-y"]["code"].startswith("return sum(")


def test_a_new_sentence_with_one_voucher_needs_no_judgement(copy: Path) -> None:
    add(copy, "다시 말해 $-1.799$이다.", "That is $-1.799$.")
    assert not kept(copy)
    assert main([], copy) == 0
    assert agreed(copy)["numbers"].count("-1.799 <- 1.out.1") == 2
    assert kept(copy)


def test_both_editions_changed_need_no_judgement(change: Callable[..., Path], copy: Path) -> None:
    change(KO, "직선은 아래로", "직선은 늘 아래로")
    assert main([], copy) == 1  # the twin
    change(EN, "the line slopes", "the line always slopes")
    assert main([], copy) == 0 and kept(copy)


def test_a_change_is_recorded_only_when_it_has_been_looked_at(
    change: Callable[..., Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (KO, EN):
        change(file, "30%", "$-1.799$")
    assert main([], copy) == 1
    said = capsys.readouterr().out
    assert (
        "here stands '-1.799', where '30%' (30% in the cell at line" in said and "1 left to look at" in said
    )
    assert main(["sample", "--yes", "sample-symbols"], copy) == 1  # another unit
    assert main(["sample", "--yes", "sample-code"], copy) == 0
    assert kept(copy)


def test_what_nothing_vouches_for_is_never_recorded(
    change: Callable[..., Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (KO, EN):
        change(file, "$-1.799$", "$-1.797$")
    assert main(["--yes"], copy) == 1
    said = capsys.readouterr().out
    assert "nothing that is shown vouches for the number '-1.797' - did you mean -1.799 (cell at line" in said
    assert not kept(copy)


def test_two_possible_vouchers_are_for_the_author(
    change: Callable[..., Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (KO, EN):
        change(file, 'print("share"', 'print(7, 7)\nprint("share"')
    add(copy, "수는 7이다.", "The number is 7.")
    assert main([], copy) == 1
    assert "2 things may vouch for the number '7' (1.out.2, 1.out.3)" in capsys.readouterr().out
    assert main(["--yes"], copy) == 0
    path = copy / RECORD
    text = path.read_text(encoding="utf-8")
    assert "7 <- 1.out.2" in text
    path.write_text(text.replace("7 <- 1.out.2", "7 <- 1.out.3"), encoding="utf-8")  # the author's choice
    assert main([], copy) == 0 and "7 <- 1.out.3" in path.read_text(encoding="utf-8")


def test_a_sum_of_the_sentence_itself(
    change: Callable[..., Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (KO, EN):
        change(file, 'print("share"', 'print(200, 177)\nprint("share"')
    add(copy, "200개 가운데 177개, 나머지 23개.", "It is 177 of 200, the other 23 not.")
    assert main(["--yes"], copy) == 0
    assert "23 <- = 200 - 177" in agreed(copy)["numbers"]
    change(KO, "가운데 177", "가운데 178")
    change(EN, "is 177", "is 178")
    main([], copy)
    assert "where '177' (177 in the cell" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("voucher", "says"),
    [
        ("text", "the text alone does not vouch"),
        ("paper nobody", "has no entry 'nobody'"),
        ("paper rosenblatt-units", "rosenblatt1958 is not cited in this paragraph"),
        ("year widrow1960", "which is 1960"),
        ("= 8 - 2", "8 does not stand in this paragraph"),
        ("9.out.9", "which is not there any more"),
        ("1.out.2", "which is now 30%"),
    ],
)
def test_a_voucher_must_vouch(voucher: str, says: str, change: Callable[..., Path], copy: Path) -> None:
    change(RECORD, "-1.799 <- 1.out.1", f"-1.799 <- {voucher}")
    problems = CONTRACTS["check_agreed_numbers"](Book(copy)).problems
    assert any(says in problem.what for problem in problems), problems


def test_records_of_pages_that_are_gone(copy: Path) -> None:
    (copy / "book/agreed/gone.yml").write_text("units: {}\n", encoding="utf-8")
    (problem,) = CONTRACTS["check_agreed_records"](Book(copy)).problems
    assert "no page has this name" in problem.what
    assert main([], copy) == 0
    assert not (copy / "book/agreed/gone.yml").exists()


# The pieces ------------------------------------------------------------------------------------------------


def test_number_words() -> None:
    found = list(
        number_words("Twice twenty-five, two hundred nets; seventy\nthousand, half of them, someone often")
    )
    assert [(word, float(value)) for word, value, _ in found] == [
        ("twice", 2), ("twenty-five", 25), ("two hundred", 200), ("seventy thousand", 70000), ("half", 0.5),
    ]  # fmt: skip


def test_korean_numbers() -> None:
    assert [sino_korean(n) for n in (5, 10, 12, 25, 200, 1000, 3456, 70000)] == [
        "오", "십", "십이", "이십오", "이백", "천", "삼천사백오십육", "칠만",
    ]  # fmt: skip


def test_seeds_and_sizes_vouch_for_nothing() -> None:
    code = "rng = np.random.default_rng(6)\nax.plot(x, linewidth=1.6)\nnet(rng, hidden=3)\nrate = 10**-2\nprint(f'{x:.3f} of 7')"
    assert [float(value) for _, (value,) in literals(code)] == [3, 0.01, 10, -2, 2]


def test_printed_numbers_in_order() -> None:
    assert [written for written, _ in printed("a 3 b 0.5 <Figure size 640x480> 30% -1e-3")] == [
        "3", "0.5", "30%", "-1e-3",
    ]  # fmt: skip


def test_bare_tex() -> None:
    assert bare(r"\sigma\, x_{1} = \text{net input}\quad .") == bare(r"\sigma x_{1}=\text{총입력}")
    assert bare(r"\sigma x") != bare(r"\sigmax") and bare("a - b") != bare("a + b")


def test_sums_and_order() -> None:
    assert evaluate("200 - 177") == 23 and evaluate("1 / 0") is None and evaluate("__import__") is None
    assert evaluate("1 / 4") == Decimal("0.25")
    assert is_subsequence("ac", "abc") and not is_subsequence("ca", "abc")


def test_the_statement_around_a_line(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        "def f(x):\n    if x:\n        y = (\n            x + 1  # eq:module-y\n        )\n    return y\n"
    )
    assert statement_at(path, 4) == "y = x + 1"
