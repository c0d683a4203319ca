"""A proposed sentence and the quotes that it names → may it be shown, and if not, why in a sentence.

The checks are those of `verification.comparing`, the same for audits and editors. What is added here holds for a model only: quotes
named must exist, each must bear out a part, and no part may be put together from several quotes: a sentence that takes its number
from one source and its drug from another is in no source. And every word of content must stand in the quotes. A person who rewords
may bring words of their own, which the checks weigh; a model is told to stay close, so what it brings is what it made up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from pincite.records import Check, Verdict
from pincite.text.steering import steers
from pincite.text.tables import rows
from pincite.verification.claims import Support, claim_of, populations_of
from pincite.verification.comparing import compare
from pincite.verification.matching import cover
from pincite.verification.wording import words_of
from pincite.writing.parsing import Proposal

STANDING = ("quoted", "supported")
# The longest sentence of the shipped records has 420 letters; a longer one is an essay, and one of parts may have two such.
LONGEST, LONGEST_OF_PARTS = 450, 800
MOST_NAMED = 4
# Parts of a sentence that may rest on different quotes. A comma or "and" parts nothing: what they join belongs together.
_PARTED = re.compile(r";\s+|(?<=[.!?])\s+(?=[A-Z])|,\s+(?:whereas|while|but|although)\s+|\.\s+(?:However|In contrast),\s+", re.IGNORECASE)
# Signs that no plain sentence has: markup, code, addresses, control and hidden characters.
_FOREIGN = re.compile(
    r"[<>{}|`\\]\S|://|\]\(|\*\*|[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)


class Judged(NamedTuple):
    """What is said of a proposal; `verdict` is there where it was compared, `why` is empty where it may stand."""

    why: str
    verdict: Verdict | None = None

    @property
    def stands(self) -> bool:
        """Whether it may be shown."""
        return not self.why


def judge(proposal: Proposal, quotes: dict[int, Support]) -> Judged:
    """Whether the sentence may stand on the quotes that it names; `quotes` are all that exist, by number."""
    if reason := _unfit(proposal, quotes):
        return Judged(reason)
    named = [quotes[number] for number in proposal.quotes]
    verdict = compare(proposal.text, named)
    if verdict.label not in STANDING:
        return Judged(reason_of(verdict), verdict)
    if reason := _new_words(proposal.text, named):
        return Judged(reason, verdict)
    if len(named) > 1 and (reason := _mixed(proposal, named)):
        return Judged(reason, verdict)
    return Judged("", verdict)


def _unfit(proposal: Proposal, quotes: dict[int, Support]) -> str:
    """Why a sentence is refused before it is compared; "" where nothing is wrong with its form."""
    text = proposal.text
    if not text:
        return "It is empty."
    longest = LONGEST if len(proposal.quotes) < 2 else LONGEST_OF_PARTS
    if len(text) > longest:
        return f"It has over {longest} letters."
    if not proposal.quotes:
        return "It names no quote."
    unknown = [number for number in proposal.quotes if number not in quotes]
    if unknown:
        return f"There is no quote {unknown[0]}." if unknown[0] >= 0 else "What it names is no quote."
    if len(proposal.quotes) > MOST_NAMED:
        return f"It names more than {MOST_NAMED} quotes."
    if steers(text):
        return "It tries to instruct its reader."
    held = " ".join(quotes[number].exact for number in proposal.quotes)
    if any(found.group() not in held for found in _FOREIGN.finditer(text)):
        return "It holds signs that belong in no sentence."
    return "It asks instead of stating." if text.endswith("?") else ""


@cache
def _listed(*roles: str) -> frozenset[str]:
    return frozenset(word for role, words in rows("joining_words.tsv") if role in roles for word in words.split())


def _new_words(text: str, named: Sequence[Support]) -> str:
    """The first words that assert something and stand in no quote, or groups of people that none names; "" where all stand."""
    held = cover(claim_of(text), named)
    quoted = " ".join(one.exact for one in named)
    new = [word for word in (*held.names, *held.words) if word.lower() not in _listed("join", "ascribe")]
    new += _more_often(text, quoted)
    new += [words for group, words in populations_of(text).items() if group not in populations_of(quoted)]
    return f"The quotes do not say {', '.join(f'“{word}”' for word in new[:3])}." if new else ""


def _more_often(text: str, quoted: str) -> list[str]:
    """Words that a text has more often than its quotes: made of the source's own words, a clause was put on.

    "Improved in most cases" where the quote has another "most". Names and what the sentence is about may be repeated.
    """
    held = Counter(token.root for token in words_of(quoted))
    named = {token.start for token in words_of(text) for one in claim_of(text).mentions if one.start <= token.start < one.end}
    seen: Counter[str] = Counter()
    found = []
    for token in words_of(text):
        weighs = token.word.lower() in _listed("weigh")
        if token.number or token.start in named or (token.light and not weighs):
            continue
        seen[token.root] += 1
        if seen[token.root] > (held[token.root] if weighs else max(1, held[token.root])):
            found.append(token.word)
    return found


def _mixed(proposal: Proposal, named: Sequence[Support]) -> str:
    """Why the quotes named do not each bear out a whole part; "" where they do."""
    bearing: set[int] = set()
    parts = [part for part in _PARTED.split(proposal.text) if part.strip()]
    for part in parts:
        on = [place for place, one in enumerate(named) if compare(part, [one]).label in STANDING and not _new_words(part, [one])]
        if not on:
            return "It joins words of several quotes into one assertion: give each quote a part of its own, parted by a semicolon."
        bearing.update(on)
    idle = [proposal.quotes[place] for place in range(len(named)) if place not in bearing]
    return f"Quote {idle[0]} bears out no part of it." if idle else ""


def reason_of(verdict: Verdict) -> str:
    """Why a verdict is not enough, in the checks' own words."""
    failed = [check for check in verdict.checks if check.outcome == "fail" or (check.outcome == "abstain" and check.expected)]
    said = " ".join(dict.fromkeys(check.says for check in failed[:3]))
    if verdict.label == "not-found":
        return f"The quotes speak of something else. {said}".strip()
    return said or "The quotes do not bear it out."


def kept_quote_checks(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Of an extractive statement's checks those that say that its quote stands in the stored text."""
    return tuple(check for check in checks if check.name in ("quote", "status"))
