"""Can a sentence be quoted alone? A statement of an answer must make sense without the sentences around it.

Scale of `standing`: 1 says it all; 0.75 "this study found …", 0.7 opens with "However,", 0.5 names groups that it does
not explain, 0.2 begins with a word that points back ("They …", "This treatment …"); 0 can never be shown (heading,
citation, table row, cut-off end). Of several reasons the lowest counts. The rules stand in `data/dangling.tsv`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pincite.text.tables import rows

# Below this a sentence is not shown as a statement of its own.
STANDS = 0.45
FEWEST_WORDS = 5
MOST_WORDS = 90

_WORD = re.compile(r"[^\W_][\w’'.%/-]*")
_ENDS = re.compile(r"[.!?:;…][\"'”’)\]]*(?:\s*(?:\[[\d\s,;–-]+\]|\(\d[\d\s,;–-]*\)|[\d,–-]+|[¹²³⁰⁴-⁹]+))?\s*$")
# Words after which no sentence ends: it was cut off.
_CUT = re.compile(
    r"(?:\b(?:the|an|of|and|or|with|to|for|by|from|at|in|on|than|versus|vs|was|were|is|are|which|that|between|"
    r"et|e\.g|i\.e|cf|such as|including)"
    r"|[,(\[–-])[.…]*\s*$",
    re.IGNORECASE,
)
_PAIR = re.compile(r"\([^()]*\)")
_ORDINAL = re.compile(r"(?<!\w)(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})\)")
_BRACKET = re.compile(r"[()]")
_QUESTION = re.compile(r"\?[\"'”’)\]]*\s*$")
# A finite or imperative verb, loosely: forms of be/have/do and modals, past and third-person endings, and the orders
# labels and guidelines give.
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|cannot|could|may|might|must|shall|should|will|"
    r"would|need|needs|"
    r"fell|rose|grew|led|gave|took|met|kept|held|ran|lay|stood|lost|felt|saw|found|made|got|cut|put|set|hit|"
    r"went|came|began|became|showed|"
    r"\w{2,}ed|(?:shows?|suggest|reduce|improve|increase|decrease|cause|include|require|lead|affect|appear|"
    r"remain|recommend|advise|indicate|"
    r"need|provide|support|depend|occur|develop|prevent|lower|raise|consist|involve|represent|relieve|inhibit|"
    r"bind|help|produce|"
    r"carry|carrie|predict|differ|vary|varie|define|state|warn|list|favou?r|persist|rise|fall|begin|start|last|"
    r"make|give|take|use|come|go|tend|seem|"
    r"contain|play|exist|worsen|resolve|return|respond|receive|present|describe|conclude|find|show|offer|allow|"
    r"limit|follow|contribute|correlate|"
    r"apply|applie|exceed|outweigh|benefit|demonstrate|denote|refer|arise|enhance|stimulate|mediate|"
    r"block|regulate|promote|induce|decline|weigh|manage|ease|double|extend|spread|grow|live|die|have|be|"
    r"believe|think|confirm|"
    r"reveal|estimate|reflect|imply|implie|explain|raise|pose|meet|lack|fail|continue|stop|keep|hold|stand|get|"
    r"put)s?|(?:act|work|call|note|name|rank|rest|peak|range|average|cover|score|mean|result|set|run|"
    r"progresse)s|\w{3,}s(?=\s(?:a|an|the|its|their|that|no)\b))\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*\W+)?(?:(?:do not|don't|never|always|please|if .{3,80},|in .{3,80},|for .{3,80},|"
    r"when .{3,80},|before .{3,80},|after .{3,80},)\s+)?"
    r"(?:give|take|use|avoid|offer|consider|start|stop|discontinue|monitor|measure|check|assess|evaluate|refer|"
    r"advise|inform|tell|ask|reduce|increase|"
    r"administer|inject|apply|titrate|adjust|withhold|swallow|store|treat|screen|counsel|obtain|perform|order|"
    r"seek|call|encourage|provide|"
    r"prescribe|discuss|ensure|test|exclude|follow|keep|continue|limit|initiate|review|repeat|observe|instruct|"
    r"watch|drink|eat|see)\b",
    re.IGNORECASE,
)


class _Rule(NamedTuple):
    score: float
    where: str
    reason: str
    pattern: re.Pattern[str]


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_Rule(float(score), where, reason, re.compile(pattern)) for score, where, reason, pattern in rows("dangling.tsv"))


def _matches(rule: _Rule, text: str) -> bool:
    if rule.where == "whole":
        return rule.pattern.fullmatch(text) is not None
    if rule.where == "start":
        return rule.pattern.match(text) is not None
    return rule.pattern.search(text) is not None


def _balanced(text: str) -> bool:
    """Round and square brackets close; an ordinal such as "1)" or "a)" may stand open."""
    if text.count("[") != text.count("]"):
        return False
    return text.count("(") == text.count(")") or not _BRACKET.search(_ORDINAL.sub("", _PAIR.sub("", text)))


def _broken(text: str) -> str | None:
    """Why the sentence is no whole sentence at all; None when it is one."""
    words = _WORD.findall(text)
    if len(words) < FEWEST_WORDS:
        return "is too short"
    if len(words) > MOST_WORDS:
        return "is too long"
    if _QUESTION.search(text):
        return "is a question"
    if not _balanced(text):
        return "has a bracket that does not close"
    if _CUT.search(text):
        return "is cut off at its end"
    if text[0].islower() and not re.match(r"[a-z]{1,3}[A-Z0-9-]|(?:p|n|r|t|k)\s*[=<>]", text):
        return "is cut off at its beginning"
    letters = [sign for sign in text if sign.isalpha()]
    if len(letters) < 0.4 * len(re.sub(r"\s", "", text)):
        return "is a row of a table"
    if sum(sign.isupper() for sign in letters) > 0.7 * len(letters):
        return "is a heading"
    if not _VERB.search(text) and not _ORDER.match(text):
        return "has no verb"
    return None


def _judged(sentence: str) -> tuple[float, str | None]:
    text = " ".join(sentence.split())
    if not text:
        return 0.0, "is empty"
    broken = _broken(text)
    if broken:
        return 0.0, broken
    score, reason = 1.0, None
    for rule in _rules():
        if rule.score < score and _matches(rule, text):
            score, reason = rule.score, rule.reason
    if score == 1.0 and not _ENDS.search(text):
        return 0.8, "has no full stop"  # list items and statements of records often lack one
    return score, reason


def standing(sentence: str) -> float:
    """How well `sentence` stands alone, 0 (never show) to 1; the scale is in the module's docstring."""
    return _judged(sentence)[0]


def stands_alone(sentence: str) -> bool:
    """True when `sentence` may be shown as a statement of its own.

    >>> stands_alone("These patients had less pain at one year.")
    False
    """
    return standing(sentence) >= STANDS


def why_not(sentence: str) -> str | None:
    """Why `sentence` does not stand alone, as words after "the sentence …"; None when it does."""
    score, reason = _judged(sentence)
    return reason if score < STANDS else None
