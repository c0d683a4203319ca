"""One spelling for every term: what the shipped tables were keyed by, and what a text is turned into before look-up.

Lower case, no possessive, no accents, Greek letters by name, British spelling folded to American, plural folded to
singular. The fold need not give a real word (`metastases` and `metastasis` both give `metastase`): it must only send
every form of a word to the same place. The tables are keyed by it, so a change here needs a rebuild of the tables.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# An apostrophe inside a word is skipped, with the possessive s after it; other runs of letters and digits are tokens.
# A typist's prime and the acute accent stand for an apostrophe in many published files.
_PIECES = re.compile(r"(?<=[^\W_])['’ʼ´′](?:s(?![^\W_]))?|[^\W_]+")
_ASCII = re.compile(r"[^a-z0-9]+")
_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "µ": "mu",
    "ω": "omega",
    "ß": "ss",
    "ø": "o",
    "ł": "l",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
}
_BRITISH_OUR = re.compile(r"(?<=..)our(?=$|al$|ally$|s$|ed$|ing$|less$|able$)")
_BRITISH_ISE = re.compile(r"is(?=ation|ed$|ing$)")
_MAX_TOKEN = 60  # longer runs are sequences or addresses, never terms


@lru_cache(maxsize=200_000)
def fold(token: str) -> str:
    """The folded form of one token (a run of letters and digits), "" when nothing of [a-z0-9] is left.

    >>> [fold(w) for w in ("Metastases", "metastasis", "tumours", "oedema", "Kümmell", "exercises", "exercise")]
    ['metastase', 'metastase', 'tumor', 'edema', 'kummell', 'exercise', 'exercise']
    """
    if len(token) > 2 and token[-1] == "s" and token[:-1].isupper():  # SSRIs, NSAIDs
        token = token[:-1]
    short = len(token) <= 5 and token.isupper()  # CRPS, TENS, AIDS: the S is no plural
    word = token.lower()
    if not word.isascii():
        word = "".join(_GREEK.get(letter, letter) for letter in word)
        word = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    word = _ASCII.sub("", word)
    if len(word) < 4 or len(word) > _MAX_TOKEN or not word.isalpha():
        return word
    return word if short else _british(_singular(word))


# Ending of a plural → of its singular; `-sis` goes where `-ses` goes, or "exercises" would never be found.
_PLURALS = (("itides", "itis"), ("omata", "oma"), ("ae", "a"), ("sis", "se"))


def _singular(word: str) -> str:
    """The singular of a word of four letters or more."""
    for plural, singular in _PLURALS:
        if word.endswith(plural):
            return word[: -len(plural)] + singular
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("shes", "xes", "sses", "zzes", "ruses", "nuses")) or (word.endswith("ches") and not word.endswith("aches")):
        return word[:-2]
    return word[:-1]


def _british(word: str) -> str:
    """American spelling of a British word: oedema, tumour, randomised, sulphasalazine, leucocyte, fibre."""
    if len(word) > 4:
        word = word.replace("ae", "e").replace("oe", "e")
        if "our" in word:
            word = _BRITISH_OUR.sub("or", word)
        if word.startswith("sulph"):
            word = "sulf" + word[5:]
        if word.startswith("leuc"):
            word = "leuk" + word[4:]
        if "is" in word and len(word) > 8:
            word = _BRITISH_ISE.sub("iz", word)
        if word in ("fibre", "centre"):
            word = word[:-2] + "er"
    return word


def tokens(text: str) -> list[tuple[str, int, int]]:
    """The folded tokens of a text with their start and end in it, in code points; possessives are skipped."""
    found = []
    for piece in _PIECES.finditer(text):
        raw = piece.group()
        if raw[0] in "'’ʼ´′":
            continue
        word = fold(raw)
        if word:
            found.append((word, piece.start(), piece.end()))
    return found


def normalise(text: str) -> str:
    """A text or term in the one spelling that look-up compares: folded tokens with one blank between them.

    >>> normalise("Baastrup's diseases"), normalise("Oestrogen-receptor tumours")
    ('baastrup disease', 'estrogen receptor tumor')
    """
    return " ".join(word for word, _, _ in tokens(text))
