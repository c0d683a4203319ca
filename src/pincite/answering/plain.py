"""The same answer for patients: plain words from a table, reading grade shown, numbers and citations untouched.

Only rows of data/plain_words.tsv change a sentence. A statement whose numbers would differ afterwards keeps its
clinician's wording; that no row changes a drug, a direction or a negation is tested on the table itself.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from pincite.records import Answer, Check, Conflict, ReadingGrade, Section, Statement, Verdict
from pincite.text.readability import flesch_kincaid, smog

AS_PRESCRIBED = "Take medicines only as prescribed for you."
PLAIN_DISCLAIMER = "This page quotes medical sources. It is not a diagnosis and does not replace your doctor or nurse. Do not start, stop or change a medicine because of it."
WHEN_TO_SEEK_CARE = "Ask a doctor or nurse if your symptoms get worse, are new, or worry you."
_NUMBER = re.compile(r"\d+(?:[.,·]\d+)*%?")
_DOSE = re.compile(r"\d\s?(?:mg|mcg|µg|g|mL|ml|units?|IU)\b")
_PLAIN_HEADINGS = {
    "Self-care, exercise and other non-drug care": "What you can do, exercise and other care without medicines",
    "Procedures and surgery": "Procedures and operations",
    "The steps together": "Which treatment comes when",
    "From the guidelines": "What guidelines for doctors say",
    "From FDA drug labels": "What the official drug leaflets say",
    "From the research": "What studies found",
    "Harms and safety": "Possible harms",
    "Course and outlook": "What to expect",
    "Follow-up and monitoring": "Check-ups",
    "Warnings, and when not to use it": "Warnings, and who should not use it",
}


class _Row(NamedTuple):
    how: Literal["swap", "explain"]
    pattern: re.Pattern[str]
    plain: str


@cache
def _rows() -> tuple[_Row, ...]:
    rows = []
    for line in (files("pincite") / "data" / "plain_words.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            how, term, plain = line.split("\t")
            flags = 0 if re.fullmatch(r"[A-Z0-9%/()?: -]+s?\??", term) else re.IGNORECASE
            rows.append(_Row("swap" if how == "swap" else "explain", re.compile(rf"(?<![\w/-])(?:{term})(?![\w/-])", flags), plain))
    return tuple(sorted(rows, key=lambda row: -len(row.pattern.pattern)))


def in_plain_words(answer: Answer) -> Answer:
    """The answer for a patient or carer: plain wording, explained terms, reading grade of the added text; same facts and citations."""
    explained: dict[str, str] = {}

    def plainly(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        return tuple(plain_statement(statement, explained) for statement in statements)

    bottom_line = plainly(answer.bottom_line)
    sections = tuple(
        Section(
            kind=section.kind,
            heading=_PLAIN_HEADINGS.get(section.heading, section.heading),
            tier=section.tier,
            statements=plainly(section.statements),
            note=section.note,
        )
        for section in answer.sections
    )
    conflicts = tuple(
        Conflict(about=conflict.about, sides=tuple(plainly(side) for side in conflict.sides)) for conflict in answer.conflicts
    )
    indirect = plainly(answer.indirect)
    added = ". ".join(plain[0].upper() + plain[1:] for plain in explained.values())
    if answer.answered:
        added = f"{added}. {WHEN_TO_SEEK_CARE} {PLAIN_DISCLAIMER}".lstrip(". ")
    return answer.model_copy(
        update={
            "audience": "patient",
            "bottom_line": bottom_line,
            "sections": sections,
            "conflicts": conflicts,
            "indirect": indirect,
            "explained": explained,
            "reading_grade": _grade(added, bottom_line, sections) if added else None,
            "disclaimer": PLAIN_DISCLAIMER,
            "warnings": (*answer.warnings, WHEN_TO_SEEK_CARE) if answer.answered and not answer.urgent else answer.warnings,
        }
    )


def _grade(added: str, bottom_line: tuple[Statement, ...], sections: tuple[Section, ...]) -> ReadingGrade:
    """The grade of the words that Pincite adds, and of the page's sentences as they are shown, which are the sources' own."""
    shown = " ".join(
        statement.text for statement in (*bottom_line, *(statement for section in sections for statement in section.statements))
    )
    return ReadingGrade(
        flesch_kincaid=round(flesch_kincaid(added), 1),
        smog=round(smog(added), 1),
        sentences_flesch_kincaid=round(flesch_kincaid(shown), 1) if shown else None,
    )


def plain_statement(statement: Statement, explained: dict[str, str]) -> Statement:
    """One statement in plain words; `explained` collects each term at its first use, and is added to."""
    plain, new = plain_words(statement.text, already=frozenset(term.lower() for term in explained), meanings=frozenset(explained.values()))
    note = statement.note
    if statement.kind == "dosing" or _DOSE.search(statement.text):
        note = f"{note}; {AS_PRESCRIBED}" if note else AS_PRESCRIBED
    explained.update(new)
    if plain == statement.text:
        return statement.model_copy(update={"note": note})
    same = Check(name="plain-words", outcome="pass", says="Only words of the plain-words table were changed; the numbers are the same.")
    return statement.model_copy(
        update={"text": plain, "clinician_text": statement.text, "note": note, "verdict": Verdict(label="supported", checks=(same,))}
    )


def plain_words(text: str, *, already: frozenset[str] = frozenset(), meanings: frozenset[str] = frozenset()) -> tuple[str, dict[str, str]]:
    """The sentence in plain words and the terms explained in it: (text, {term as printed: plain words}).

    What was explained before, by its term (`already`) or in the same words (`meanings`), is not explained again.

    >>> plain_words("Adverse events were rare.")[0]
    'Side effects were rare.'
    >>> plain_words("Kyphoplasty hypertension 5%.", already=frozenset({"kyphoplasty"}))[0]
    'Kyphoplasty high blood pressure 5%.'
    """
    explained: dict[str, str] = {}
    taken: list[tuple[int, int, str]] = []
    for row in _rows():
        for match in row.pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end, _ in taken):
                continue
            printed = match.group()
            if row.how == "swap":
                plain = row.plain
                if printed[0].isupper() and (match.start() == 0 or text[match.start() - 2 : match.start()] in (". ", "; ")):
                    plain = plain[0].upper() + plain[1:]
                taken.append((match.start(), match.end(), plain))
            elif printed.lower() not in already and row.plain not in explained.values() and row.plain not in meanings:
                explained[printed if printed.isupper() or any(c.isdigit() for c in printed) else printed.lower()] = row.plain
                taken.append((match.start(), match.end(), f"{printed} ({row.plain})"))
            else:
                taken.append((match.start(), match.end(), printed))
    plain_text = text
    for start, end, words in sorted(taken, reverse=True):
        plain_text = plain_text[:start] + words + plain_text[end:]
    bare = plain_text
    for meaning in explained.values():
        bare = bare.replace(f" ({meaning})", "", 1)
    if sorted(_NUMBER.findall(bare)) != sorted(_NUMBER.findall(text)):
        return text, {}
    return plain_text, explained
