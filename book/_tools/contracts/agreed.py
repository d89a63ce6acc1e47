"""What a page states is what was agreed: its record in ``book/agreed`` names what vouches for each fact.

If either end of an agreement changes, the contract names both. ``check.py --agree PAGE`` records what has been
looked at; it needs no judgement where something was only added, taken away, or changed in both editions alike.
"""

from __future__ import annotations

from .book import Book, Found


def _found(book: Book, kind: str, saw: str) -> Found:
    found = Found()
    for review in book.reviews:
        entries = review.record.equations if saw == "equations" else [
            one for unit in review.record.units.values() for one in unit.get(saw, [])
        ]  # fmt: skip
        found.saw += len(entries)
        for difference in review.differences:
            if difference.kind == kind:
                found.report(difference.file, difference.line, difference.what, difference.do)
    return found


def check_agreed_numbers(book: Book) -> Found:
    """Every number of the prose, in digits or words, is bound to what vouches for it, and says the same."""
    return _found(book, "number", "numbers")


def check_agreed_statements(book: Book) -> Found:
    """Formulas, display equations, references, citations and code spans are those that were agreed."""
    return _found(book, "statement", "states")


def check_agreed_units(book: Book) -> Found:
    """No section's code or outputs have changed since its prose was last looked at."""
    return _found(book, "unit", "rests")


def check_agreed_twins(book: Book) -> Found:
    """No block has changed in one edition alone since its twin was last looked at."""
    return _found(book, "twin", "twins")


def check_agreed_equations(book: Book) -> Found:
    """No equation has changed without the line of the package that computes it, nor the line without the equation."""
    return _found(book, "equation", "equations")


def check_agreed_records(book: Book) -> Found:
    """Every page has a current record, and no record lacks its page."""
    found = Found()
    names = {review.name for review in book.reviews}
    for review in book.reviews:
        found.saw += 1
        if not review.differences and not review.current:
            where = review.path.relative_to(book.root)
            what = f"{where} is not current" if review.path.exists() else f"{where} does not exist"
            found.report(review.page.path, 1, what, "run make agree and commit the result")
    for path in sorted((book.root / "book" / "agreed").glob("*.yml")):
        if path.stem not in names:
            found.report(path, 1, "no page has this name", "remove the record, or write the page")
    return found
