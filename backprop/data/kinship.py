"""Two family trees of one shape, and the questions that can be asked of them.

A tree is given by its couples and their children; every relation follows from those. The cases are
the pairs (person, relation) that have an answer, as in Figures 2 and 3 of Rumelhart et al. 1986.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..layers.layer import Array

RELATIONS = (
    "father", "mother", "husband", "wife", "son", "daughter",
    "uncle", "aunt", "brother", "sister", "nephew", "niece",
)  # fmt: skip
ENGLISH = (
    "Christopher", "Penelope", "Andrew", "Christine", "Arthur", "Margaret",
    "Victoria", "James", "Jennifer", "Charles", "Colin", "Charlotte",
)  # fmt: skip
ITALIAN = (
    "Roberto", "Maria", "Pierro", "Francesca", "Emilio", "Gina",
    "Lucia", "Marco", "Angela", "Tomaso", "Alfonso", "Sophia",
)  # fmt: skip

# Places in either tree: (husband, wife), and the children of the couples that have any.
COUPLES = ((0, 1), (2, 3), (4, 5), (7, 6), (9, 8))
CHILDREN = {(0, 1): (4, 6), (2, 3): (7, 8), (7, 6): (10, 11)}
MEN = frozenset({0, 2, 4, 7, 9, 10})
GENERATION = (1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3)
BRANCH = (1, 1, -1, -1, 1, 1, 1, -1, -1, -1, 0, 0)


@dataclass(frozen=True)
class _FamilyTrees:
    """The cases of both trees, and what is known of each person.

    `X` (104, 36): one-hot person 1 (24) beside one-hot relation (12). `D` (104, 24): a 1 for every
    right person 2. `people` (24 names, English first, then the Italians in the same order) and
    `relations` (12) name the columns. `nationality` (1 English, −1 Italian), `generation` (1 to 3)
    and `branch` (1, −1, 0 for the grandchildren, who belong to both) have shape (24,); no net sees
    them.
    """

    people: tuple[str, ...]
    relations: tuple[str, ...]
    X: Array
    D: Array
    nationality: Array
    generation: Array
    branch: Array

    def case(self, person: str, relation: str) -> int:
        """Return the row of X and D that asks for this person's `relation`.

        >>> trees = family_trees()
        >>> trees.answers(trees.case("Colin", "aunt"))
        ('Margaret', 'Jennifer')
        """
        wanted = np.zeros(len(self.people) + len(self.relations))
        for name, names, start in ((person, self.people, 0), (relation, self.relations, len(self.people))):
            if name not in names:
                raise ValueError(f"case expects one of {', '.join(names)}, got {name!r}")
            wanted[start + names.index(name)] = 1
        rows = np.flatnonzero((wanted == self.X).all(axis=1))
        if not len(rows):
            raise ValueError(f"case expects a question with an answer: {person} has no {relation}")
        return int(rows[0])

    def answers(self, row: int) -> tuple[str, ...]:
        """Return the names of the right answers of one case."""
        return tuple(self.people[j] for j in np.flatnonzero(self.D[row]))


def family_trees() -> _FamilyTrees:
    """Return the two trees and their 104 cases, first the 52 English, then the 52 Italian ones.

    Rumelhart et al. 1986, Figure 2. Aunts and uncles by marriage count.

    >>> trees = family_trees()
    >>> trees.X.shape, trees.D.shape, int(trees.D.sum())
    ((104, 36), (104, 24), 112)
    """
    triples = [
        (person, r, other)
        for person in range(12)
        for r, relation in enumerate(RELATIONS)
        for other in sorted(_relatives(person, relation))
    ]
    questions = sorted({(person, r) for person, r, _ in triples})
    X, D = np.zeros((2, len(questions), 36)), np.zeros((2, len(questions), 24))
    for tree in (0, 1):
        for row, (person, r) in enumerate(questions):
            X[tree, row, [12 * tree + person, 24 + r]] = 1
        for person, r, other in triples:
            D[tree, questions.index((person, r)), 12 * tree + other] = 1
    return _FamilyTrees(
        ENGLISH + ITALIAN,
        RELATIONS,
        X.reshape(-1, 36),
        D.reshape(-1, 24),
        nationality=np.repeat([1.0, -1.0], 12),
        generation=np.tile(np.array(GENERATION, dtype=float), 2),
        branch=np.tile(np.array(BRANCH, dtype=float), 2),
    )


def _relatives(person: int, relation: str) -> set[int]:
    """Return the places in the tree of a person's fathers, wives, nieces and so on."""
    male, kind = {
        "father": (True, _parents), "mother": (False, _parents),
        "husband": (True, _spouses), "wife": (False, _spouses),
        "son": (True, _children), "daughter": (False, _children),
        "uncle": (True, _uncles_and_aunts), "aunt": (False, _uncles_and_aunts),
        "brother": (True, _siblings), "sister": (False, _siblings),
        "nephew": (True, _nephews_and_nieces), "niece": (False, _nephews_and_nieces),
    }[relation]  # fmt: skip
    return {other for other in kind(person) if (other in MEN) == male}


def _spouses(person: int) -> set[int]:
    """Return whom the person is married to."""
    return {other for pair in COUPLES if person in pair for other in pair if other != person}


def _parents(person: int) -> set[int]:
    """Return the couple whose child the person is."""
    return {parent for pair, young in CHILDREN.items() if person in young for parent in pair}


def _children(person: int) -> set[int]:
    """Return those whose parent the person is."""
    return {child for pair, young in CHILDREN.items() if person in pair for child in young}


def _siblings(person: int) -> set[int]:
    """Return the other children of the person's parents."""
    return {child for parent in _parents(person) for child in _children(parent)} - {person}


def _uncles_and_aunts(person: int) -> set[int]:
    """Return the parents' siblings, and whom those are married to."""
    blood = {other for parent in _parents(person) for other in _siblings(parent)}
    return blood | {other for one in blood for other in _spouses(one)}


def _nephews_and_nieces(person: int) -> set[int]:
    """Return those whose uncle or aunt the person is."""
    return {other for other in range(12) if person in _uncles_and_aunts(other)}
