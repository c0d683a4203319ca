"""Answer → an HTML fragment for any page: semantic headings, [n] links, quote offsets as data attributes; no style, no script.

Every string is escaped here, attributes too; only http and https addresses become links (`safe.web_address`).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as escaped

from pincite.records import Answer, Citation
from pincite.rendering.layout import Entry, Line, Page, Part, Sentence, page
from pincite.rendering.safe import inert


def render(answer: Answer, *, clinician: bool = False) -> str:
    """The answer page as one `<article>`, ending in a newline."""
    laid_out = page(answer, wording_for="clinician" if clinician else "audience")
    return "\n".join(_page(laid_out, answer)) + "\n"


def write(answer: Answer) -> bytes:
    """The `html` writer: UTF-8."""
    return render(answer).encode()


def _page(laid_out: Page, answer: Answer) -> Iterator[str]:
    data = _data(
        schema=answer.schema_,
        audience=answer.audience,
        answered=str(answer.answered).lower(),
        library=answer.library.version,
    )
    yield f'<article class="pincite-answer"{data}>'
    if laid_out.urgent:
        yield f'<p class="urgent" role="alert"><strong>{escaped(laid_out.urgent)}</strong></p>'
    yield f"<h1>{escaped(laid_out.question)}</h1>"
    for line in laid_out.opening:
        yield _line(line)
    for part in laid_out.parts:
        yield from _part(part, level=2)
    yield "</article>"


def _part(part: Part, *, level: int) -> Iterator[str]:
    yield f'<section class="{escaped(part.kind)}">'
    yield f"<h{level}>{escaped(part.heading)}</h{level}>"
    if part.kind == "references":
        yield "<ol>"
        for item in part.items:
            if isinstance(item, Entry):
                yield from _entry(item)
        yield "</ol>"
    else:
        yield from _items(part)
    for child in part.parts:
        yield from _part(child, level=min(level + 1, 6))
    yield "</section>"


def _items(part: Part) -> Iterator[str]:
    """Lines and sentences; neighbouring bullets share one list."""
    listing = False
    for item in part.items:
        bulleted = isinstance(item, Sentence) or (isinstance(item, Line) and item.bullet)
        if bulleted != listing:
            yield "<ul>" if bulleted else "</ul>"
            listing = bulleted
        if isinstance(item, Sentence):
            yield _sentence(item)
        elif isinstance(item, Line):
            yield f"<li>{escaped(item.text)}</li>" if item.bullet else _line(item)
    if listing:
        yield "</ul>"


def _line(line: Line) -> str:
    return f'<p class="{line.tone}">{escaped(line.text)}</p>'


def _sentence(sentence: Sentence) -> str:
    statement = sentence.statement
    data = _data(
        kind=statement.kind,
        direction=statement.direction,
        strength=statement.strength,
        certainty=statement.certainty,
        directness=statement.directness,
        verdict=statement.verdict.label,
    )
    parts = [f'<li class="statement"{data}><span class="text">{escaped(sentence.text)}</span>']
    parts += [_mark(mark) for mark in sentence.marks]
    if sentence.facts:
        parts.append(f'<small class="facts">({escaped("; ".join(sentence.facts))})</small>')
    if sentence.because:
        parts.append(f'<em class="indirect">Only indirect: {escaped(sentence.because.rstrip("."))}.</em>')
    if sentence.original:
        parts.append(f"<details><summary>The source's words</summary><blockquote>{escaped(sentence.original)}</blockquote></details>")
    return " ".join(parts) + "</li>"


def _mark(citation: Citation) -> str:
    quote = citation.quote
    data = _data(
        document=citation.document_id,
        passage=citation.passage_id,
        section=citation.section,
        start=str(quote.start),
        end=str(quote.end),
        exact=quote.exact,
        prefix=quote.prefix,
        suffix=quote.suffix,
    )
    return f'<a class="citation" href="#ref-{citation.reference}"{data}>[{citation.reference}]</a>'


def _entry(entry: Entry) -> Iterator[str]:
    reference = entry.reference
    data = _data(
        document=reference.document_id,
        tier=reference.tier,
        design=reference.design,
        status=reference.status,
        extent=reference.extent,
        **{"text-sha256": reference.text_sha256},
    )
    title = escaped(entry.title)
    linked = f'<a href="{escaped(entry.address)}" rel="noopener noreferrer">{title}</a>' if entry.address else title
    yield f'<li id="ref-{entry.number}" value="{entry.number}"{data}>'
    yield f"<cite>{linked}</cite> {escaped(entry.source)}"
    tag = "strong" if entry.alert else "small"
    yield f'<{tag} class="facts">{escaped("; ".join(entry.facts))}.</{tag}>'
    for name, address in entry.links:
        shown = escaped(name)
        yield (f'<a href="{escaped(address)}" rel="noopener noreferrer">{shown}</a>' if address else f"<span>{shown}</span>")
    yield "</li>"


def _data(**values: str | None) -> str:
    """Data attributes, each with a leading blank; values that are absent or empty are left out."""
    return "".join(f' data-{name}="{escaped(inert(value))}"' for name, value in values.items() if value)
