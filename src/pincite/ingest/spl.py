"""Reads FDA drug labels in Structured Product Labeling: prescription (old and new format) and over-the-counter.

Sections get their kind from LOINC codes (`data/spl-sections.tsv`), subsections inherit it. The Highlights, which repeat
the label in short, and package pictures are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from pincite.errors import UnreadableError
from pincite.ingest import metadata
from pincite.ingest.markup import table_rows, text_of
from pincite.ingest.sections import section_kind
from pincite.ingest.unpacking import Source
from pincite.ingest.xml import parse, plain
from pincite.records import Block, Draft, Header, SectionKind, Unread

if TYPE_CHECKING:
    from lxml.etree import _Element

# Inside these a subsection on pregnancy or on children still says what its parent says.
_PASSED_ON: frozenset[SectionKind] = frozenset({"contraindication", "boxed-warning", "patient", "dosing", "indication"})
# Over-the-counter sections whose title opens the sentence that each line ends: "Do not use" … "in a child under 4".
_LEAD_INS = {"50570-1", "50569-3", "50568-5", "50567-7", "50566-9"}
_ACTIVE = {"ACTIB", "ACTIM", "ACTIR", "ACTI"}
_TITLE_LONGEST = 150
_MANY_INGREDIENTS = 6


@cache
def label_sections() -> dict[str, tuple[str, str]]:
    """LOINC code → (kind, "inherit" or "skip"; name)."""
    table = {}
    for line in (files("pincite") / "data" / "spl-sections.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "code\t")):
            code, kind, name = line.split("\t")
            table[code] = (kind, name)
    return table


class SplReader:
    """Drug labels in SPL XML, one in a file."""

    name = "spl"

    def accepts(self, source: Source) -> int:
        """Certain for an HL7 document."""
        head = source.data[:4000]
        if b"urn:hl7-org:v3" in head and re.search(rb"<(?:\w+:)?document[\s>]", head):
            return 95
        return 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """The label; raises UnreadableError when it holds no section with text."""
        yield document(cleaned(parse(source.data)))


reader = SplReader()


def cleaned(root: _Element) -> _Element:
    """The document element without the Highlights (`excerpt`), which repeat what stands in the sections."""
    if root.tag != "document":
        raise UnreadableError("holds no HL7 document")
    for excerpt in list(root.iter("excerpt")):
        parent = excerpt.getparent()
        if parent is not None:
            parent.remove(excerpt)
    return root


def document(root: _Element) -> Draft:
    """One label as a draft."""
    brands, generics = _names(root)
    manufacturer = plain(root.find("author/assignedEntity/representedOrganization/name"))
    blocks = [block for section in _top_sections(root) for block in _section(section, (), "body")]
    if not blocks:
        raise UnreadableError("holds no label section with text")
    title = _title(root, brands, generics, manufacturer)
    set_id = root.find("setId")
    setid = (set_id.get("extension") or set_id.get("root") or "").lower() if set_id is not None else ""
    stamp = _value(root, "effectiveTime")
    date = metadata.iso_date(stamp[:4], stamp[4:6], stamp[6:8])
    drug = " and ".join(generics[:_MANY_INGREDIENTS]) or (brands[0].lower() if brands else None)
    header = Header(
        tier="label",
        design="drug-label",
        extent="label",
        title=title,
        organization=manufacturer or None,
        venue="DailyMed, U.S. National Library of Medicine",
        year=int(date[:4]) if date else None,
        date=date,
        version=_value(root, "versionNumber") or None,
        setid=setid or None,
        url=metadata.link(setid=setid) if setid else None,
        language=_value(root, "languageCode", "code").lower()[:2] or "en",
        publication_types=tuple(value for value in (_value(root, "code", "displayName"),) if value),
        keywords=tuple(brands),
        interventions=tuple(dict.fromkeys((*generics, *(brand.lower() for brand in brands)))),
        drug=drug,
        notes=_notes(root, manufacturer),
    )
    return Draft(header=header, blocks=(Block(text=title, section="Title", kind="title"), *blocks))


# --- text ------------------------------------------------------------------------------------------------------------


def _top_sections(root: _Element) -> list[_Element]:
    return root.findall("component/structuredBody/component/section")


def _section(section: _Element, above: tuple[str, ...], inherited: SectionKind) -> Iterator[Block]:
    code = section.find("code")
    number = code.get("code", "") if code is not None else ""
    stated, name = label_sections().get(number, ("inherit", ""))
    if stated == "skip":
        return
    heading = " ".join(text_of(section.find("title")).split()).rstrip(".:") or name
    kind = inherited
    if stated == "inherit":
        kind = inherited if inherited != "body" else section_kind(heading)
    elif inherited not in _PASSED_ON:
        kind = cast(SectionKind, stated)
    headings = (*above, heading) if heading else above
    text = section.find("text")
    inner_sections = section.findall("component/section")
    found = list(_text(text, " > ".join(headings), kind)) if text is not None else []
    if not found and not inner_sections and heading and kind != "body":
        # "4.1 Active liver disease": a contraindication that is told by its heading alone.
        found = [Block(text=re.sub(r"^\d+(?:\.\d+)*\s+", "", heading), section=" > ".join(headings), kind=kind)]
    if number in _LEAD_INS:
        found = [block.model_copy(update={"text": _led(heading, block.text)}) for block in found]
    yield from found
    for inner in inner_sections:
        yield from _section(inner, headings, kind)


def _text(text: _Element, section: str, kind: SectionKind) -> Iterator[Block]:
    """A section's own text: one block for each paragraph or list with the line that announces it; tables apart."""
    pending: list[str] = []
    blocks: list[Block] = []

    def flush() -> None:
        if pending:
            blocks.append(Block(text="\n".join(pending), section=section, kind=kind))
            pending.clear()

    if not any(True for _ in text.iter("paragraph", "list", "table")):
        whole = text_of(text)
        return iter([Block(text=whole, section=section, kind=kind)] if whole else [])
    for part, loose in _parts(text):
        if part is not None and part.tag == "table" and not _framed(part):
            flush()
            rows = "\n".join(filter(None, (" ".join(text_of(part.find("caption")).split()), *table_rows(part))))
            if rows:
                blocks.append(Block(text=rows, section=section, kind=kind if kind == "boxed-warning" else "table"))
            continue
        lines = loose if part is None else text_of(part)
        if not lines:
            continue
        if pending and not (pending[-1].endswith(":") or (part is not None and part.tag == "list")):
            flush()
        pending.append(lines)
    flush()
    return iter(blocks)


def _led(heading: str, text: str) -> str:
    """Each line that begins with a small letter with `heading` before it, so that it can be quoted alone."""
    opening = heading.rstrip(" .:…")
    lines = (re.sub(r"^[•·▪-]\s*", "", line) for line in text.split("\n"))
    return "\n".join(f"{opening} {line}" if line[:1].islower() else line for line in lines)


def _parts(text: _Element) -> Iterator[tuple[_Element | None, str]]:
    """Paragraphs, lists and tables below `text` in order, tables inside paragraphs after them; loose text between."""
    if text.text and text.text.strip():
        yield None, " ".join(text.text.split())
    for child in text:
        if child.tag in ("paragraph", "list", "table"):
            inner = [table for table in child.iter("table") if table is not child]
            for table in inner:
                parent = table.getparent()
                if parent is not None and child.tag != "table":
                    _detach(table, parent)
            yield child, ""
            if child.tag != "table":
                for table in inner:
                    yield table, ""
        elif child.tag == "content" and any(True for _ in child.iter("paragraph", "list", "table")):
            yield from _parts(child)
        elif isinstance(child.tag, str) and child.tag != "renderMultiMedia":
            yield None, text_of(child)
        if child.tail and child.tail.strip():
            yield None, " ".join(child.tail.split())


def _framed(table: _Element) -> bool:
    """Whether the table has one column: then it is a frame around paragraphs, as in most boxed warnings."""
    return all(len(row.findall("td")) + len(row.findall("th")) <= 1 for row in table.iter("tr"))


def _detach(table: _Element, parent: _Element) -> None:
    before = table.getprevious()
    if table.tail:
        if before is not None:
            before.tail = (before.tail or "") + " " + table.tail
        else:
            parent.text = (parent.text or "") + " " + table.tail
        table.tail = None
    parent.remove(table)


# --- what is known about it ------------------------------------------------------------------------------------------


def _names(root: _Element) -> tuple[list[str], list[str]]:
    """Brand names, and generic names in small letters: the generic name of the product, else its active ingredients."""
    brands: dict[str, None] = {}
    generics: dict[str, None] = {}
    ingredients: dict[str, None] = {}
    for product in root.iter("manufacturedProduct", "manufacturedMedicine", "part"):
        name = plain(product.find("name"))
        if name:
            brands[name] = None
        for generic in product.iterfind("asEntityWithGeneric/genericMedicine/name"):
            generics[plain(generic).lower()] = None
    for active in root.iter("activeIngredient", "ingredient"):
        if active.tag == "activeIngredient" or active.get("classCode") in _ACTIVE:
            substance = active.find("activeIngredientSubstance")
            substance = active.find("ingredientSubstance") if substance is None else substance
            name = plain(substance.find("name")).lower() if substance is not None else ""
            if name:
                ingredients[name] = None
    found = [name for name in generics if name] or list(ingredients)
    return list(brands), found


def _title(root: _Element, brands: list[str], generics: list[str], manufacturer: str) -> str:
    """The label's own title; where it has none, or the Highlights in its place, one made from the product's names."""
    own = root.find("title")
    printed = " ".join(text_of(own).split()) if own is not None else ""
    named = any(name.lower() in printed.lower() for name in (*brands, *generics) if name)
    if named and len(printed) <= _TITLE_LONGEST and "highlights" not in printed.lower():
        return printed
    brand = ", ".join(brands[:3])
    generic = ", ".join(generics[:_MANY_INGREDIENTS])
    name = f"{brand} ({generic})" if brand and generic and brand.lower() != generic else brand or generic
    if not name:
        return printed[:_TITLE_LONGEST] or f"Drug label of {manufacturer}" if manufacturer else "Drug label without a product name"
    return f"{name}: U.S. drug label"


def _notes(root: _Element, manufacturer: str) -> str | None:
    """Says so when the label is that of a repackager, whose text may be older than the manufacturer's."""
    acts = {_value(node, "code", "displayName").lower() for node in root.iter("actDefinition")}
    body = " ".join(plain(section.find("text")) for section in _top_sections(root))
    if (acts & {"repack", "relabel"} and "manufacture" not in acts) or re.search(
        r"\brepackaged (?:and relabell?ed )?by\b|\brelabell?ed by\b", body, re.IGNORECASE
    ):
        who = f" ({manufacturer})" if manufacturer else ""
        return f"Label of a repackager{who}; the manufacturer's own label may be newer."
    return None


def _value(root: _Element, tag: str, attribute: str = "value") -> str:
    node = root.find(tag)
    return node.get(attribute, "") if node is not None else ""
