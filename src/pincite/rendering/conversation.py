"""Answer → one message of a conversation: Markdown whose [n] marks lead to the cited words themselves.

Chat windows and assistants drop every field beside the text, and anchors within it lead nowhere there: so each mark and each
reference carries an address of its own. The order is that of the answer page; the question, which stands above, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pincite.records import Answer, Citation
from pincite.rendering import wording
from pincite.rendering.layout import Entry, Line, Page, Part, Sentence, page
from pincite.rendering.markdown import escape, target

# Where the quoted words can be read; None where only the source's own address is known.
Address = Callable[[Citation], str | None]


def render(answer: Answer, *, address: Address = lambda citation: None) -> str:
    """The answer as the text of one message; `address` gives the page on which a citation's words stand marked."""
    return "\n".join(_Message(answer, address).lines(page(answer))) + "\n"


class _Message:
    def __init__(self, answer: Answer, address: Address) -> None:
        self.address = address
        self.sources = {one.number: wording.address_of(one) for one in answer.references}

    def lines(self, laid_out: Page) -> Iterator[str]:
        if laid_out.urgent:
            yield f"> **{escape(laid_out.urgent)}**"
            yield ""
        for line in laid_out.opening:
            yield _line(line)
            yield ""
        for position, part in enumerate(laid_out.parts):
            if position:
                yield ""
            yield from self._part(part, level=3)

    def _part(self, part: Part, *, level: int) -> Iterator[str]:
        yield f"{'#' * min(level, 6)} {escape(part.heading)}"
        listed = False
        for item in part.items:
            bulleted = not isinstance(item, Line) or item.bullet
            if not (listed and bulleted):
                yield ""
            listed = bulleted
            match item:
                case Line():
                    yield _line(item)
                case Sentence():
                    yield self._sentence(item)
                case Entry():
                    yield _entry(item)
        for child in part.parts:
            yield ""
            yield from self._part(child, level=level + 1)

    def _sentence(self, sentence: Sentence) -> str:
        parts = [escape(sentence.text), *(self._mark(mark) for mark in sentence.marks)]
        if sentence.facts:
            parts.append(f"*({escape('; '.join(sentence.facts))})*")
        if sentence.because:
            parts.append(f"**Only indirect: {escape(sentence.because.rstrip('.'))}.**")
        return "- " + " ".join(parts)

    def _mark(self, mark: Citation) -> str:
        where = self.address(mark) or self.sources.get(mark.reference)
        return f"[[{mark.reference}]]({target(where)})" if where else f"[{mark.reference}]"


def _line(line: Line) -> str:
    text = escape(line.text)
    if line.bullet:
        return f"- {text}"
    return {"normal": text, "quiet": f"*{text}*", "alert": f"**{text}**"}[line.tone]


def _entry(entry: Entry) -> str:
    title = escape(entry.title)
    parts = [f"[{entry.number}]", f"[{title}]({target(entry.address)})" if entry.address else title]
    if entry.source:
        parts.append(escape(entry.source))
    facts = escape("; ".join(entry.facts))
    parts.append(f"**{facts}.**" if entry.alert else f"*{facts}.*")
    return "- " + " ".join(parts)
