"""References → BibTeX: UTF-8, every special character escaped, titles in braces so that their capitals stay."""

from __future__ import annotations

from collections.abc import Iterator

from pincite.records import Answer, Reference
from pincite.rendering.bibliographic import Name, key_of, names_of, note_of, venue_of
from pincite.rendering.safe import plain, web_address

# A brace in a source is shown as a parenthesis: escaped braces still count when BibTeX pairs them, so that one alone would swallow the file.
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash ",
        "{": "(",
        "}": ")",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde ",
        "^": r"\textasciicircum ",
    }
)


def escape(text: str) -> str:
    r"""`text` as BibTeX shows it unchanged, except braces.

    >>> escape("50% of {a_b} & c")
    '50\\% of (a\\_b) \\& c'
    """
    return plain(text).translate(_ESCAPES)


def write(answer: Answer) -> bytes:
    """The `bibtex` writer: all references of `answer`, UTF-8."""
    taken: set[str] = set()
    return "\n".join(_entry(reference, key_of(reference, taken=taken)) for reference in answer.references).encode()


def _entry(reference: Reference, key: str) -> str:
    kind = "article" if reference.tier == "research" and reference.venue else "techreport" if reference.tier == "guideline" else "misc"
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(reference, kind) if value)
    return f"@{kind}{{{key},\n{fields}}}\n"


def _fields(reference: Reference, kind: str) -> Iterator[tuple[str, str]]:
    venue = venue_of(reference)
    yield "title", f"{{{escape(reference.title)}}}"
    yield "author", " and ".join(_author(name) for name in names_of(reference))
    if venue:
        yield "journal" if kind == "article" else "howpublished", escape(venue.journal)
        yield "volume", escape(venue.volume)
        yield "number", escape(venue.issue)
        yield "pages", escape(venue.pages).replace("-", "--")
    if reference.organization:
        yield "institution" if kind == "techreport" else "organization", f"{{{escape(reference.organization)}}}"
    yield "year", str(reference.year or "")
    # Identifiers are read by programs: verbatim where they are plain, left out where they are not.
    yield "doi", _verbatim(reference.doi)
    yield "pmid", _verbatim(reference.pmid)
    yield "pmcid", _verbatim(reference.pmcid)
    yield "url", _verbatim(web_address(reference.url))
    yield "note", escape(note_of(reference))


def _author(name: Name) -> str:
    return f"{{{escape(name.literal)}}}" if name.literal else escape(name.inverted()).replace(" and ", " {and} ")


def _verbatim(value: str | None) -> str:
    value = plain(value or "")
    return "" if any(char in value for char in "{}\\ ") else value
