"""Reading grade of a text: Flesch-Kincaid and SMOG, with a syllable counter of our own (rules, then
data/syllables.tsv).

Shown beside answers for patients. Both grades are US school years.
"""

from __future__ import annotations

import math
import re
from functools import cache

from pincite.text.sentences import sentences
from pincite.text.tables import rows

_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['’][A-Za-z]+)*")
_VOWELS = re.compile(r"[aeiouyàáâäèéêëìíîïòóôöùúûü]+")
# Pairs of vowels that are spoken apart: tri-al, sci-ence, osteo-, re-act, us-ual, flu-id, be-ing, play-er, a-orta,
# strenu-ous.
_APART = re.compile(
    r"i(?=a(?!ge)|o|u|en|et)|e(?=o)|(?<=e)o(?=a)|crea(?=t[ei]|#)|^reac(?!h)|rhea|[aeiou][^aeiou]{1,3}(?=ea$)|(?<![gq])ua|(?<![gqaeiou])ue(?=[lnr])|(?<=[ltn])ui"
    r"|[eo]i(?=ng)|oic$|lei$|^rei|^coe|poe|coag|y(?:(?=i)|(?<=[aou]y)(?:e(?=[rt])|[ao])|(?<=ey)o|(?<=[bcdhklmrt]y)[ao])|ao|ii|uou|uu"
)
# After c, g, s, t and x an i before a vowel only softens the letter: pa-tient, spe-cial, re-gion; so does e in o-cean
# and sur-geon.
_TOGETHER = re.compile(
    r"(?<!s)ci(?!at|et|um)(?=[aeou])|[gx]i(?=[aou])|[st]i(?!o$|et|at|um)(?=[aeou])|l?li(?=a[nr])|c(?=ean)|ge(?=on|ou)|ll?i(?=on)|ni(?=on)"
)
_SILENT_END = re.compile(r"(?<![aeiouy])(?:e|es|ed)$")
_SILENT_UE = re.compile(r"[gq]ues?$")  # fatigue, technique
_SPOKEN_ES = re.compile(r"(?:[cgsxz]|ch|sh)es$")
_SPOKEN_ED = re.compile(r"[td]ed$")
_SPOKEN_LE = re.compile(r"[^aeiouylrw]les?$|[^aeiouylrw]led$")
_INNER_E = re.compile(
    r"(?<=[bcdfgklmnprstvz])e(?=(?:ful|fully|fulness|less|lessness|ly|ments?|ness|some|times?|body|where|things?|lines?|givers?|takers?)$)"
)


@cache
def _exceptions() -> dict[str, int]:
    return {word: int(count) for word, count in rows("syllables.tsv")}


def syllables(word: str) -> int:
    """How many syllables an English word has; at least 1. Letters other than a to z are read as their nearest.

    >>> [syllables(word) for word in ("pain", "doctor", "medicine", "osteoporosis")]
    [1, 2, 3, 6]
    """
    word = re.sub(r"['’](?:s|t|ll|re|ve|d|m)?$", "", word.lower().replace("’", "'"))
    known = _exceptions()
    if found := known.get(word) or known.get(word.removesuffix("s")):
        return found
    bare = _INNER_E.sub("", word)
    count = len(_VOWELS.findall(bare))
    spoken = _SPOKEN_ES.search(bare) or _SPOKEN_ED.search(bare) or _SPOKEN_LE.search(bare)
    if _SILENT_END.search(bare) and not spoken:
        count -= 1
    count += len(_APART.findall(_TOGETHER.sub("#", bare)))
    count -= bool(_SILENT_UE.search(bare))
    if bare.endswith(("sm", "thm", "sms", "thms")):
        count += 1
    return max(1, count)


def _counts(text: str) -> tuple[int, int, int, int]:
    """Sentences, words, syllables, words of three syllables or more."""
    count = words = total = long = 0
    for start, end in sentences(text):
        found = _WORD.findall(text[start:end])
        if not found:
            continue
        count += 1
        words += len(found)
        spoken = [syllables(word) for word in found]
        total += sum(spoken)
        long += sum(number >= 3 for number in spoken)
    return count, words, total, long


def flesch_kincaid(text: str) -> float:
    """Flesch-Kincaid grade (Kincaid 1975): 0.39 words per sentence + 11.8 syllables per word − 15.59; 0.0 without
    words.
    """
    count, words, total, _ = _counts(text)
    return round(0.39 * words / count + 11.8 * total / words - 15.59, 2) if words else 0.0


def smog(text: str) -> float:
    """SMOG grade (McLaughlin 1969): 1.0430 √(words of ≥ 3 syllables × 30 / sentences) + 3.1291; 0.0 without words.

    The formula was fitted on samples of 30 sentences; below that it is a rough guide.
    """
    count, words, _, long = _counts(text)
    return round(1.043 * math.sqrt(long * 30 / count) + 3.1291, 2) if words else 0.0
