"""JATS, SPL and PubMed elements → readable text: no citation marks or their debris, superscripts apart, tables as rows.

Two steps: `flat` walks an element and puts citations between private characters; `tidy` removes
them with their brackets where nothing else stands inside, and keeps those that carry the grammar ("as shown in [12]").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pincite.ingest.xml import entity_text, plain

if TYPE_CHECKING:
    from lxml.etree import _Element

OPEN, CLOSE, LINE = "\ue000", "\ue001", "\ue002"
_PRIVATE = re.compile("[\ue000-\ue00f]")
_CITATION = f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}"
_BETWEEN = (
    r"(?:[\s,;:–—−‐‑&+-]|\band\b|\bsee\b|\balso\b|\be\.g\.|\bi\.e\.|\bcf\.|\breviewed (?:in|by)\b|"
    r"\bfor (?:a )?reviews?\b|\bin\b|\brefs?\.?|\breferences?\b)*"
)
_BRACKETED = re.compile(rf"\s*[\[(]{_BETWEEN}{_CITATION}(?:{_BETWEEN}{_CITATION})*{_BETWEEN}\.?[\])]")
# Several marks with only separators between them are one; "Smith et al. and Jones et al." is prose and stays.
_RUN = re.compile(rf"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}(?:[\s,;–—−‐‑-]*{_CITATION})*")
_CARRIES = re.compile(
    r"(?:\b(?:in|by|from|of|to|with|see|refs?\.?|references?|nos?\.|study|studies|trials?|and|or|than|using|per|against|following|on|at|as|also)|[=:])\s*[\[(]?$",
    re.IGNORECASE,
)
_SUPERSCRIPT_LIST = re.compile(r"\s*\d{1,3}(?:\s*[,–—-]\s*\d{1,3})*\s*")
_UNIT = re.compile(r"(?:^|[\s/·.*\d(×])(?:[kcdmμµn]?m|in|ft|s|sec|h|min|d|kg|L|l|χ|R|r|chi|η|ω|ε|σ|I|T|F)$|[χηωε²τφρκ]$")
_MARK = re.compile(r"[a-kA-K*†‡§¶#‖|,\s]{1,6}")
_DROPPED = frozenset(
    {"table-wrap", "fig", "fig-group", "table-wrap-group", "boxed-text", "supplementary-material", "media", "graphic",
     "inline-graphic", "disp-formula", "disp-formula-group", "fn", "fn-group", "tex-math", "annotation", "object-id",
     "private-char", "inline-supplementary-material", "index-term", "ref-list", "label-alternatives", "processing-meta",
     "renderMultiMedia", "footnote", "footnoteRef"}
)  # fmt: skip
_BLOCKS = frozenset(
    {
        "p",
        "list",
        "list-item",
        "def-list",
        "def-item",
        "disp-quote",
        "title",
        "verse-group",
        "verse-line",
        "break",
        "statement",
        "speech",
        "tr",
        "paragraph",
        "item",
        "br",
    }
)
_KEPT_REFERENCES = frozenset(
    {
        "fig",
        "table",
        "table-wrap",
        "sec",
        "boxed-text",
        "app",
        "supplementary-material",
        "media",
        "disp-formula",
        "other",
        "chem",
        "list",
        "statement",
        "scheme",
    }
)


def text_of(element: _Element | None, *, table: bool = False) -> str:
    """The readable text of `element`, lines divided by line breaks; "" for None. `table`: drop footnote marks."""
    if element is None:
        return ""
    return tidy("".join(flat(element, table=table)))


def flat(element: _Element, *, table: bool = False) -> Iterator[str]:
    """The text pieces below `element`, citations marked."""
    before = element.text or ""
    yield before
    for child in element:
        for piece in _child(child, before, table=table):
            yield piece
            before = (before + piece)[-40:]
        if child.tail:
            yield child.tail
            before = (before + child.tail)[-40:]


def _child(child: _Element, before: str, *, table: bool) -> Iterator[str]:
    tag = child.tag
    if not isinstance(tag, str):
        yield entity_text(str(getattr(child, "name", "") or ""))
    elif tag in _DROPPED:
        yield " "
    elif tag == "xref":
        yield from _reference(child, table=table)
    elif tag == "sup":
        yield from _superscript(child, before, table=table)
    elif tag == "sub":
        lowered = "".join(flat(child, table=table))
        yield lowered.strip() + (" " if lowered[-1:].isspace() else "")  # "D<sub>3 </sub>given": the blank belongs to the sentence
    elif tag in ("inline-formula", "math", "alternatives"):
        yield _formula(child)
    elif tag == "label":
        label = "".join(flat(child)).strip()
        yield label + " " if label not in ("", "•", "-", "–", "·") else ""
    elif tag == "term":
        yield from flat(child, table=table)
        yield ": "
    elif tag == "def-item":
        yield LINE
        yield " ".join("".join(flat(child, table=table)).replace(LINE, " ").split())
        yield LINE
    elif tag in _BLOCKS:
        yield LINE
        yield from flat(child, table=table)
        yield LINE
    else:
        yield from flat(child, table=table)


def _reference(xref: _Element, *, table: bool) -> Iterator[str]:
    kind = xref.get("ref-type", "")
    inside = "".join(flat(xref, table=table))
    if kind in ("bibr", "ref") or (not kind and re.fullmatch(r"[\[(]?\d{1,3}[\])]?", inside.strip())):
        yield f"{OPEN}{_PRIVATE.sub('', inside)}{CLOSE}"
    elif kind in _KEPT_REFERENCES or (not kind and re.search(r"[^\W\d_]{3}", inside)):
        yield inside


def _superscript(element: _Element, before: str, *, table: bool) -> Iterator[str]:
    inside = "".join(flat(element, table=table))
    bare = inside.strip()
    behind = before.rstrip()[-1:]
    if OPEN in inside:
        # Superscript citations: what is left beside the marks are commas and dashes.
        yield f"{OPEN}{CLOSE}"
    elif table and _MARK.fullmatch(bare) and bare not in ("+", "-"):
        return
    elif _SUPERSCRIPT_LIST.fullmatch(bare) and (
        "," in bare
        or re.search(r"\d[–—-]\d", bare)
        or behind in ".,;)"
        or (re.search(r"[^\W\d_]{4}$", before) and not _UNIT.search(before))
    ):
        yield f"{OPEN}{CLOSE}"
    elif bare == "TM":
        yield "™"
    elif behind.isdigit() and re.match(r"[−–-]?\d", bare):
        yield f"^{bare}"  # 10 to the sixth must not read 106
    elif re.match(r"[−–-]\d", bare):
        yield f"^{bare}"
    else:
        yield inside


def _formula(element: _Element) -> str:
    """A short formula as its characters, a long one as "[formula]", so that the sentence stays whole."""
    characters = "".join(plain(part) for part in element.iter("mi", "mn", "mo", "mtext"))
    if not characters and element.tag != "math":
        characters = "".join(flat(element)) if len(element) else element.text or ""
    characters = " ".join(characters.split())
    return characters if characters and len(characters) <= 60 else " [formula] "


def tidy(text: str) -> str:
    """Marked text without its citation marks: brackets that hold nothing else go, blanks before punctuation too.

    >>> tidy(f"It fell [{OPEN}1{CLOSE},{OPEN}2{CLOSE}]. As in {OPEN}3{CLOSE}.")
    'It fell. As in [3].'
    """
    text = " ".join(text.split())
    if OPEN in text:
        text = _RUN.sub(_kept, _BRACKETED.sub(_bracketed, text))
        text = re.sub(r"([\[(])\s*[,;]\s*", r"\1", text)
        text = re.sub(r"\s*[,;]\s*(?=[\])])", "", text)
        text = re.sub(r"\s*[\[(](?:\s|[,;–-]|\be\.g\.|\bsee\b|\band\b)*[\])]", "", text)
        text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text)
        text = re.sub(r"[,;]\s*(?=\.(?:\s|$))", "", text)
        text = re.sub(r"(?<!\.)\.\s?\.(?=\s|$)", ".", text)
        text = _PRIVATE.sub(lambda match: match[0] if match[0] == LINE else "", text)
    # Most texts have nothing to mend here, and looking for these few characters first costs a tenth of trying the patterns.
    if "[" in text or " ." in text or " ," in text or " ;" in text:
        text = re.sub(r"(?<=[\w)\]%”’\"'])\s+(?=[.,;](?:\s|$))|(?<=al\.)\s+(?=[,;])|\s*\[\s*\]", "", text)
    if " ]" in text or " )" in text:
        text = re.sub(r"(?<=[^\s(\[])\s+(?=[\])])", "", text)
    lines = (" ".join(line.split()) for line in text.split(LINE))
    return "\n".join(line for line in lines if line)


def _bracketed(match: re.Match[str]) -> str:
    """Nothing, unless the words before need the citation: "as shown in [12]"."""
    before = match.string[max(0, match.start() - 30) : match.start()]
    if not _CARRIES.search(before) or re.search(r"\b(?:study|studies|trials?|on)$", before, re.IGNORECASE):
        return ""
    inside = re.sub(f"[{OPEN}{CLOSE}]", "", match[0]).strip()
    return f" {inside}" if re.search(r"\w", inside) else ""


def _kept(match: re.Match[str]) -> str:
    inside = match[1].strip().strip("[]()")
    if re.search(r"[^\W\d_]{2}", inside):
        return re.sub(f"[{OPEN}{CLOSE}]", "", match[0])  # "Smith et al. 2004 found …": the authors are the subject
    before = match.string[max(0, match.start() - 30) : match.start()]
    if inside and before[-1:].isspace() and _CARRIES.search(before):
        return "[" + re.sub(f"[{OPEN}{CLOSE}]", "", match[0]).strip("[]() ") + "]"
    if re.fullmatch(r"(?:1[89]|20)\d\d[a-z]?", inside):
        return re.sub(f"[{OPEN}{CLOSE}]", "", match[0])
    return ""


def table_lines(wrap: _Element) -> list[str]:
    """A table as lines: caption, then one line for each row ("Group: A; Pain: 3.2"), then its footnotes."""
    lines = [caption(wrap)]
    for table in wrap.iter("table"):
        lines.extend(table_rows(table))
    for foot in wrap.iter("table-wrap-foot"):
        lines.extend(" ".join(text_of(part).split()) for part in foot.iter("p"))
    return [line for line in lines if line]


def caption(element: _Element) -> str:
    """Label and caption of a table or figure on one line."""
    label = text_of(element.find("label")).rstrip(".: ")
    words = " ".join(text_of(part) for part in element.findall("caption")).replace("\n", " ")
    return f"{label}. {words}" if label and words else label or words


def table_rows(table: _Element) -> Iterator[str]:
    """One line for each row of a table in HTML form (thead, tr, th, td), each cell with the header of its column."""
    head = _grid([row for part in table.findall("thead") for row in part.findall("tr")])
    rows = [row for row in table.iter("tr") if not any(parent.tag == "thead" for parent in row.iterancestors("thead"))]
    body = _grid(rows)
    if not head and len(body) > 1 and rows and all(cell.tag == "th" for cell in rows[0]):
        head, body = body[:1], body[1:]
    headers = _headers(head)
    for row in body:
        if not any(row):
            continue
        if (len({cell for cell in row if cell}) == 1 and not any(row[1:])) or len(set(row)) == 1:
            yield row[0] or next(cell for cell in row if cell)
            continue
        cells = []
        for index, cell in enumerate(row):
            if not cell or (index and cell == row[index - 1] and len(cell) > 30):
                continue
            header = headers[index] if index < len(headers) else ""
            cells.append(f"{header.rstrip(':')}: {cell}" if header and header != cell else cell)
        yield "; ".join(cells)


def _headers(head: list[list[str]]) -> list[str]:
    """One header for each column: the words of all header rows above it, each once."""
    width = max((len(row) for row in head), default=0)
    columns = []
    for index in range(width):
        words: dict[str, None] = {}
        for row in head:
            spanning = len(set(row)) == 1 and len(head) > 1
            if index < len(row) and row[index] and not spanning:
                words[row[index]] = None
        columns.append(", ".join(words))
    return columns


def _grid(rows: list[_Element]) -> list[list[str]]:
    """Cells by row and column, spanning ones repeated; spans are capped, because a file may name any number."""
    grid: list[list[str]] = []
    from_above: dict[int, tuple[str, int]] = {}  # column → text that reaches down, rows that it still fills
    for row in rows:
        cells: dict[int, str] = {column: text for column, (text, _) in from_above.items()}
        from_above = {column: (text, left - 1) for column, (text, left) in from_above.items() if left > 1}
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            text = " ".join(text_of(cell, table=True).split())
            down = _span(cell, "rowspan")
            for _ in range(_span(cell, "colspan")):
                while column in cells:
                    column += 1
                cells[column] = text
                if down > 1:
                    from_above[column] = (text, down - 1)
        grid.append([cells.get(index, "") for index in range(max(cells, default=-1) + 1)])
    return grid


def _span(cell: _Element, name: str) -> int:
    value = cell.get(name, "1")
    return max(1, min(50, int(value))) if value.isdigit() else 1
