"""Answer → Markdown (CommonMark, also read well as plain text): the same order, [n] marks that link to the references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pincite.records import Answer
from pincite.rendering.layout import Entry, Line, Page, Part, Sentence, page

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$^@]")
_AT_START = re.compile(r"^([#+\-=:]|\d+(?=[.)]))")
_BARE_LINK = re.compile(r"(://|\bwww(?=\.)|\bmailto(?=:))", re.IGNORECASE)


def escape(text: str) -> str:
    r"""`text` so that Markdown shows it as it is: no emphasis, link, HTML, heading, list or automatic link.

    >>> escape("# <b>*x*</b> www.a.org")
    '\\# \\<b\\>\\*x\\*\\</b\\> www\\.a.org'
    """
    text = _SPECIAL.sub(lambda found: "\\" + found.group(), text)
    text = _AT_START.sub(
        lambda found: found.group()[:-1] + "\\" + found.group()[-1] if not found.group().isdigit() else found.group() + "\\",
        text,
    )
    return _BARE_LINK.sub(lambda found: "\\://" if found.group() == "://" else found.group() + "\\", text)


def render(answer: Answer, *, clinician: bool = False) -> str:
    """The answer page as Markdown, ending in a newline."""
    laid_out = page(answer, wording_for="clinician" if clinician else "audience")
    return "\n".join(_page(laid_out)) + "\n"


def write(answer: Answer) -> bytes:
    """The `md` writer: UTF-8."""
    return render(answer).encode()


def _page(laid_out: Page) -> Iterator[str]:
    if laid_out.urgent:
        yield f"> **{escape(laid_out.urgent)}**"
        yield ""
    yield f"# {escape(laid_out.question)}"
    for line in laid_out.opening:
        yield ""
        yield _line(line)
    for part in laid_out.parts:
        yield from _part(part, level=2)


def _part(part: Part, *, level: int) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} {escape(part.heading)}"
    listed = False
    for position, item in enumerate(part.items):
        bulleted = not isinstance(item, Line) or item.bullet
        if position == 0 or bulleted != listed or not bulleted:
            yield ""
        listed = bulleted
        match item:
            case Line():
                yield _line(item)
            case Sentence():
                yield _sentence(item)
            case Entry():
                yield _entry(item)
    for child in part.parts:
        yield from _part(child, level=level + 1)


def _line(line: Line) -> str:
    text = escape(line.text)
    if line.bullet:
        return f"- {text}"
    return {"normal": text, "quiet": f"*{text}*", "alert": f"**{text}**"}[line.tone]


def _sentence(sentence: Sentence) -> str:
    parts = [escape(sentence.text)]
    parts += [f"[[{mark.reference}]](#ref-{mark.reference})" for mark in sentence.marks]
    if sentence.facts:
        parts.append(f"*({escape('; '.join(sentence.facts))})*")
    if sentence.because:
        parts.append(f"**Only indirect: {escape(sentence.because.rstrip('.'))}.**")
    return "- " + " ".join(parts)


def _entry(entry: Entry) -> str:
    title = escape(entry.title)
    parts = [
        f'<a id="ref-{entry.number}"></a>[{entry.number}]',
        f"[{title}]({target(entry.address)})" if entry.address else title,
    ]
    if entry.source:
        parts.append(escape(entry.source))
    facts = escape("; ".join(entry.facts))
    parts.append(f"**{facts}.**" if entry.alert else f"*{facts}.*")
    parts += [f"[{escape(name)}]({target(address)})" if address else escape(name) for name, address in entry.links]
    return "- " + " ".join(parts)


def target(address: str) -> str:
    """A link target that no bracket, quote or backslash can leave."""
    for char, code in (
        ("\\", "%5C"),
        ("(", "%28"),
        (")", "%29"),
        ("<", "%3C"),
        (">", "%3E"),
        ("'", "%27"),
        ('"', "%22"),
        ("*", "%2A"),
        ("_", "%5F"),
    ):
        address = address.replace(char, code)
    return address
