"""The answer page, once: parts in the order of the page, as small values that the terminal, Markdown, HTML and DOCX writers walk.

A part with nothing to say is left out, except the three tiers, which always speak. Every string in a page has been made
harmless (`safe.plain`); a writer adds only its own escaping.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from pincite.records import Answer, Citation, Conflict, Reference, Section, Statement, Understood, Written
from pincite.rendering import wording
from pincite.rendering.safe import plain
from pincite.verification.verify import all_statements

_SUMMARISED = "as summarised from: "
Tone = Literal["normal", "quiet", "alert"]


@dataclass(frozen=True)
class Line:
    """A line in Pincite's own words, or of a source's title: never a cited sentence."""

    text: str
    tone: Tone = "normal"
    bullet: bool = False
    command: str = ""  # what to type for more; printed by the terminal alone


@dataclass(frozen=True)
class Sentence:
    """A cited sentence: its marks, then what stands in brackets, then why it is only indirect."""

    text: str
    marks: tuple[Citation, ...]
    facts: tuple[str, ...]
    because: str | None
    original: str | None  # the clinician's wording, where `text` is the plain one
    statement: Statement


@dataclass(frozen=True)
class Entry:
    """One reference: title and its address, source line, facts, identifiers with their addresses."""

    number: int
    title: str
    address: str | None
    source: str
    facts: tuple[str, ...]
    links: tuple[tuple[str, str | None], ...]
    alert: bool
    reference: Reference


@dataclass(frozen=True)
class Part:
    """A heading with items and smaller parts."""

    kind: str
    heading: str
    items: tuple[Line | Sentence | Entry, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Page:
    """The question, the lines that stand before any part, and the parts in order."""

    question: str
    urgent: str | None
    opening: tuple[Line, ...]
    parts: tuple[Part, ...]


def page(answer: Answer, *, wording_for: Literal["audience", "clinician"] = "audience") -> Page:
    """The answer page of `answer`; `wording_for="clinician"` shows the source's words where a patient's answer has plain ones."""
    return _Layout(answer, clinician=wording_for == "clinician").page()


class _Layout:
    """One pass over one answer: what every statement needs (references, uniform notes) is worked out once."""

    def __init__(self, answer: Answer, *, clinician: bool) -> None:
        self.answer = answer
        self.clinician = clinician
        self.references = {reference.number: reference for reference in answer.references}
        extents = {reference.extent for reference in answer.references}
        # Where all sources are held in one way, one line says so; a bracket on every sentence would only repeat it.
        self.one_extent = next(iter(extents)) if len(extents) == 1 else None
        # What holds for a source in all its sentences (whom it studied, which parts a record summarises) is said in the references.
        self.populations: dict[int, set[str]] = {}
        self.locators: dict[int, dict[str, None]] = {}
        for statement in all_statements(answer):
            for number in {citation.reference for citation in statement.citations}:
                self.populations.setdefault(number, set()).add(plain(statement.population or ""))
                if locator := _locator(statement.note):
                    self.locators.setdefault(number, {})[locator] = None

    def page(self) -> Page:
        answer = self.answer
        kinds: dict[str, list[Section]] = {}
        for section in answer.sections:
            kinds.setdefault(section.kind, []).append(section)
        parts = [
            self._bottom_line(),
            *(self._section(section, kind="definition") for section in kinds.get("definition", [])),
            Part("steps", "Step by step", parts=self._sections(kinds.get("pathway-step", []), kind="step")),
            *(self._section(section, kind="other") for section in kinds.get("other", [])),
            *(self._tier(tier, kinds.get("tier", [])) for tier in wording.ANSWERING_TIERS),
            *(self._section(section, kind="tier") for section in kinds.get("tier", []) if section.tier not in wording.ANSWERING_TIERS),
            Part("conflicts", "Where sources disagree", parts=tuple(self._conflict(item) for item in answer.conflicts)),
            *(self._section(section, kind="monitoring") for section in kinds.get("monitoring", [])),
            self._missing(),
            Part("explained", "Words explained", tuple(_words_explained(answer))),
            Part("references", "References", tuple(self._entry(reference) for reference in answer.references)),
            Part("follow-ups", "You could ask next", tuple(_bullet(text) for text in answer.follow_ups)),
            Part("about", "About this answer", tuple(self._about())),
        ]
        return Page(
            question=plain(answer.question),
            urgent=plain(answer.urgent) if answer.urgent else None,
            opening=tuple(self._opening()),
            parts=tuple(part for part in parts if part.items or part.parts),
        )

    def _opening(self) -> Iterator[Line]:
        yield from _understood(self.answer.understood)
        if self.answer.written:
            yield from written_lines(self.answer.written)
        for warning in self.answer.warnings:
            if warning != self.answer.urgent:
                yield Line(plain(warning), tone="alert")
        if not self.answer.answered:
            yield Line("This library does not answer this question.", tone="alert")

    def _bottom_line(self) -> Part:
        items: list[Line | Sentence] = [self._sentence(statement) for statement in self.answer.bottom_line]
        if items and self.answer.references:
            if self.one_extent == "record":
                items.append(
                    Line(
                        "All sources here are summary records, written for Pincite in its own words; the references say what each summarises.",
                        tone="quiet",
                    )
                )
            elif self.one_extent == "abstract":
                items.append(Line("Only the abstracts of these sources are held.", tone="quiet"))
        return Part("bottom-line", "Bottom line", tuple(items))

    def _sections(self, sections: Iterable[Section], *, kind: str) -> tuple[Part, ...]:
        parts = (self._section(section, kind=kind) for section in sections)
        return tuple(part for part in parts if part.items)

    def _section(self, section: Section, *, kind: str) -> Part:
        items: list[Line | Sentence] = [self._sentence(statement) for statement in section.statements]
        if section.note:
            items.append(Line(plain(section.note), tone="quiet"))
        return Part(kind, plain(section.heading), tuple(items))

    def _tier(self, tier: str, sections: Iterable[Section]) -> Part:
        """A tier's sections under its one heading; without any, its own sentence, so that silence is said."""
        own = [section for section in sections if section.tier == tier]
        items = tuple(chain.from_iterable(self._section(section, kind="tier").items for section in own))
        said = self.answer.tiers.get(tier)
        if said is None and not items:
            return Part(f"tier-{tier}", wording.TIER_HEADINGS[tier], (Line(wording.TIER_SILENT[tier], tone="quiet"),))
        note = plain(said.note) if said else ""
        if note and (not items or not (said and said.answered)):
            items = (*items, Line(note, tone="quiet"))
        if not items:
            items = (Line("What it says stands above.", tone="quiet"),)
        return Part(f"tier-{tier}", wording.TIER_HEADINGS[tier], items)

    def _conflict(self, conflict: Conflict) -> Part:
        sides = tuple(
            Part("side", f"Side {_letter(position)}", tuple(self._sentence(statement) for statement in side))
            for position, side in enumerate(conflict.sides)
        )
        return Part("conflict", plain(conflict.about), parts=sides)

    def _missing(self) -> Part:
        answer = self.answer
        parts = []
        if answer.indirect:
            parts.append(
                Part(
                    "indirect",
                    "Only indirect evidence",
                    tuple(self._sentence(statement) for statement in answer.indirect),
                )
            )
        if answer.left_out:
            lines = tuple(_bullet(f"{plain(left.title)} ({plain(left.document_id)}): {left.why}") for left in answer.left_out)
            parts.append(Part("left-out", "Left out on purpose", lines))
        items = [_bullet(gap) for gap in answer.gaps]
        if items and not answer.answered:
            items[-1] = replace(items[-1], command="`pincite add FOLDER` adds sources.")
        if answer.omitted:
            one = answer.omitted == 1
            said = f"{answer.omitted} further {'statement is' if one else 'statements are'} held back to keep this page readable."
            items.append(Line(said, bullet=True, command=f"Ask with --all to see {'it' if one else 'them'}."))
        return Part("missing", "What is missing", tuple(items), tuple(parts))

    def _about(self) -> Iterator[Line]:
        answer, library = self.answer, self.answer.library
        if answer.reading_grade:
            grade = answer.reading_grade
            yield Line(
                f"Reading grade of the explanations added: {grade.flesch_kincaid:.1f} (Flesch-Kincaid), {grade.smog:.1f} (SMOG), in US school years"
                + (
                    f"; of the sources' own sentences: {grade.sentences_flesch_kincaid:.1f}."
                    if grade.sentences_flesch_kincaid is not None
                    else "."
                ),
                tone="quiet",
            )
        if answer.reviewed:
            review = answer.reviewed
            details = (("by", review.by), ("on", review.on), ("article", review.article), ("revision", review.revision))
            said = ", ".join(f"{name} {plain(value)}" for name, value in details if value)
            yield Line(f"Review: {plain(review.state)}{f' ({said})' if said else ''}.", tone="quiet")
        else:
            yield Line("Not reviewed by anybody.", tone="quiet")
        newest = f", newest source {plain(library.newest)}" if library.newest else ""
        yield Line(
            f"Library {plain(library.version)}: {library.documents:,} documents, {library.passages:,} passages{newest}. "
            f"Composed: {plain(answer.composer)}.",
            tone="quiet",
        )
        if answer.disclaimer:
            yield Line(plain(answer.disclaimer), tone="quiet")

    def _sentence(self, statement: Statement) -> Sentence:
        facts = list(wording.facts_of(statement, self.references, extents=self.one_extent is None))
        cited = [citation.reference for citation in statement.citations]
        if statement.population and not all(len(self.populations[number]) == 1 for number in cited):
            facts.append(f"in: {plain(statement.population)}")
        facts += [plain(note) for note in (statement.note or "").split("; ") if note and not _locator(note)]
        clinician = plain(statement.clinician_text) if statement.clinician_text else None
        text = plain(statement.text)
        if self.clinician and clinician:
            text, clinician = clinician, None
        because = plain(statement.indirect_because or "why is not stated") if statement.directness == "indirect" else None
        return Sentence(text, wording.marks_of(statement.citations), tuple(facts), because, clinician, statement)

    def _entry(self, reference: Reference) -> Entry:
        facts = [wording.TIERS[reference.tier]]
        if wording.DESIGNS[reference.design] != facts[0]:
            facts.append(wording.DESIGNS[reference.design])
        if reference.version:
            facts.append(f"version {plain(reference.version)}")
        if reference.date:
            facts.append(f"dated {plain(reference.date)}")
        if reference.precedence:
            facts.append(f"{wording.PRECEDENCES[reference.precedence]}: leads its tier, by a librarian's mark")
        facts += [wording.STATUSES[reference.status], *filter(None, [wording.looked_up_of(reference)]), wording.held_of(reference)]
        locators = [locator for locator in self.locators.get(reference.number, ()) if locator not in facts[-1]]
        if locators:
            facts.append(f"{_SUMMARISED}{'; '.join(locators)}")
        studied = self.populations.get(reference.number, set())
        facts += [f"in: {population}" for population in studied if population and len(studied) == 1]
        facts.append(plain(reference.document_id))
        return Entry(
            number=reference.number,
            title=_ended(plain(reference.title)),
            address=wording.address_of(reference),
            source=wording.source_line(reference),
            facts=tuple(facts),
            links=wording.links_of(reference),
            alert=reference.status in ("retracted", "concern", "superseded"),
            reference=reference,
        )


def written_lines(written: Written) -> Iterator[Line]:
    """What a model did: which one, that all was checked, what was refused, or why nothing of it stands."""
    model = f"{plain(written.model)}{'' if written.on_this_computer else ' (not on this computer)'}"
    if written.read_as:
        yield Line(f"The follow-up was read as: {plain(written.read_as)}", tone="quiet")
    count = len(written.rejected)
    refused = f"{count} rejected" if count else "none rejected"
    if written.accepted:
        what = (
            "Bottom line"
            if written.use == "bottom-line"
            else f"{written.accepted} sentence{'s' if written.accepted > 1 else ''} in plainer words"
        )
        yield Line(f"{what} written by {model}, every sentence checked against its quotes; {refused}.", tone="quiet")
        if written.note:
            yield Line(f"It did not finish: {plain(written.note)}", tone="quiet")
    else:
        why = plain(written.note) if written.note else f"No sentence that {model} proposed passed the checks ({count} rejected)."
        yield Line(f"In the sources' own words: {why}", tone="quiet")


def _locator(note: str | None) -> str:
    """Which part of its source a summary record's sentence comes from: the rest of "as summarised from: Abstract"."""
    first = plain(note or "").partition("; ")[0]
    return first.removeprefix(_SUMMARISED) if first.startswith(_SUMMARISED) else ""


def _bullet(text: str) -> Line:
    return Line(plain(text), bullet=True)


def _ended(title: str) -> str:
    return title if title.endswith((".", "?", "!")) else f"{title}."


def _letter(position: int) -> str:
    """A, B, … Z, then 27, 28, …: sides are labelled, never ranked."""
    return chr(ord("A") + position) if position < 26 else str(position + 1)


def _understood(understood: Understood) -> Iterator[Line]:
    """How the question was read, so that a reader can see and correct it."""

    def named(names: Iterable[str]) -> str:
        shown = []
        for name in names:
            also = [plain(other) for other in understood.synonyms.get(name, ()) if other.casefold() != name.casefold()]
            shown.append(plain(name) + (f" (also: {', '.join(also[:4])})" if also else ""))
        return ", ".join(shown)

    parts = [wording.INTENTS.get(understood.intent, understood.intent)]
    if understood.conditions:
        parts.append(f"condition: {named(understood.conditions)}")
    if understood.interventions:
        parts.append(f"intervention: {named(understood.interventions)}")
    for name, value in (
        ("population", understood.population),
        ("compared with", understood.comparator),
        ("outcome", understood.outcome),
        ("following", (understood.follow_up_of or "").rstrip(".?! ")),
    ):
        if value:
            parts.append(f"{name}: {plain(value)}")
    yield Line(f"Understood as: {'; '.join(parts)}.", tone="quiet")
    for typed, read in understood.corrected.items():
        yield Line(
            f"“{plain(typed)}” was read as “{plain(read)}”; put it in other words if you meant something else.",
            tone="alert",
        )
    for short, meanings in understood.ambiguous.items():
        yield Line(
            f"“{plain(short)}” has several meanings: {', '.join(map(plain, meanings))}. Write the one that you mean in full.",
            tone="alert",
        )


def _words_explained(answer: Answer) -> Iterator[Line]:
    for term, words in answer.explained.items():
        yield Line(f"{plain(term)}: {plain(words)}", bullet=True)
