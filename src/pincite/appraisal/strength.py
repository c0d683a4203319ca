"""Strength of a recommendation and certainty of evidence, exactly as a sentence prints them; never converted, never
inferred.

Takes one sentence, gives substrings of it. The ways in which guideline makers print grades stand in
`data/strength.tsv`, what only looks like a grade (NYHA class, tumour grade) in `data/strength_not.tsv`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pincite.text.negation import negated
from pincite.text.tables import rows

# Words of a sentence that advises; a bare "(Class I)" or "(1B)" counts only beside one.
_ADVICE = re.compile(
    r"\b(?:recommend\w*|suggest\w*|should|must|advis\w*|indicated|reasonable|beneficial|considered?|offer\w*|"
    r"useful|contraindicated|"
    r"not be (?:used|given|performed)|is effective|may be used|can be (?:used|useful|effective)|propose[sd]?|"
    r"preferred|use|avoid|perform|"
    r"administer|give|start|treat|screen|refer|assess|evaluate|monitor|measure)\b",
    re.IGNORECASE,
)
_RATED = re.compile(r"\brat(?:ed|ings?)\b|\bACR\b|appropriateness|usually (?:not )?appropriate", re.IGNORECASE)
# "Consider the benefits and risks …" is a label's or author's aside; a sentence with "we", a citation of results or a
# label's reader is no NICE order.
_ASIDE = re.compile(
    r"\b(?:we|our|results?|findings?|hypothes\w+|prescrib(?:ing|ers?)|benefits? and (?:potential )?risks?|"
    r"discontinu\w+|dosage|limitations?)\b"
    r"|\bp\s*[=<>]\s*0?\.\d",
    re.IGNORECASE,
)
# "For future research we recommend …" advises researchers, not clinicians.
_RESEARCH = re.compile(r"\b(?:future|further) (?:\w+ ){0,3}(?:research|stud(?:y|ies)|trials?)\b", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


class Strength(NamedTuple):
    """Words of the source. With two differing recommendations in one sentence the values are joined by "; ", each
    part verbatim."""

    strength: str | None
    certainty: str | None


class _Rule(NamedTuple):
    rank: int
    needs: str
    pattern: re.Pattern[str]


@cache
def _rules() -> tuple[_Rule, ...]:
    table = rows("strength.tsv")
    parts = {f"<{row[1]}>": row[3] for row in table if row[0] == "part"}
    rules = []
    for rank, _system, needs, printed in table:
        if rank == "part":
            continue
        source = printed
        for name, part in parts.items():
            source = source.replace(name, part)
        rules.append(_Rule(int(rank), needs, re.compile(source, re.IGNORECASE)))
    return tuple(rules)


@cache
def _lookalike(side: str) -> re.Pattern[str]:
    return re.compile("|".join(pattern for kind, pattern in rows("strength_not.tsv") if kind == side), re.IGNORECASE)


def _fits(needs: str, text: str) -> bool:
    if needs == "advice":
        return _ADVICE.search(text) is not None
    if needs == "rated":
        return _RATED.search(text) is not None
    if needs == "imperative":
        return _ASIDE.search(text) is None
    return True


class _Found(NamedTuple):
    rank: int
    start: int
    end: int


def _found(text: str) -> tuple[list[_Found], list[_Found]]:
    """Spans of strengths and of certainties, longest where two overlap."""
    strengths: list[_Found] = []
    certainties: list[_Found] = []
    for rule in _rules():
        if not _fits(rule.needs, text) or (rule.rank == 3 and _RESEARCH.search(text)):
            continue
        for match in rule.pattern.finditer(text):
            if _lookalike("before").search(text, max(0, match.start() - 40), match.start()) or _lookalike("after").match(text, match.end()):
                continue
            for name, into in (("s", strengths), ("c", certainties)):
                start, end = match.span(name) if name in rule.pattern.groupindex else (-1, -1)
                # "No strong recommendation can be made", "no high-quality evidence": nothing was graded.
                if start >= 0 and not (rule.rank == 2 and negated(text, start, end)):
                    into.append(_Found(rule.rank, start, end))
    # "Grade of Recommendation: I (Insufficient Evidence)" prints one grade, not a certainty too; "2|⊕⊕◯◯" prints both,
    # on purpose.
    graded = [find for find in strengths if find.rank == 1]
    certainties = [
        find for find in certainties if find.rank == 1 or not any(one.start <= find.start and find.end <= one.end for one in graded)
    ]
    return strengths, certainties


def _words(text: str, found: list[_Found]) -> str | None:
    """The best-ranked finds in order of the text, overlaps and repeats removed, joined by "; "; None when there are
    none."""
    if not found:
        return None
    best = min(find.rank for find in found)
    kept: list[_Found] = []
    for find in sorted((find for find in found if find.rank == best), key=lambda find: (find.start - find.end, find.start)):
        if all(find.end <= other.start or other.end <= find.start for other in kept):
            kept.append(find)
    said: dict[str, str] = {}
    for find in sorted(kept, key=lambda find: find.start):
        printed = text[find.start : find.end].strip()
        said.setdefault(_BLANKS.sub(" ", printed).casefold(), printed)
    return "; ".join(said.values())


def strength_of(text: str) -> Strength:
    """Strength and certainty as `text` (one sentence) prints them; None where it prints none.

    An explicit grade ("Class IIa") outranks grading words ("strong recommendation"), and these the verb ("we suggest").

    >>> strength_of("We suggest a brace (conditional recommendation, low-certainty evidence).")
    Strength(strength='conditional recommendation', certainty='low-certainty evidence')
    """
    strengths, certainties = _found(text)
    return Strength(_words(text, strengths), _words(text, certainties))
