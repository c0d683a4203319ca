"""Lays a reader's `Draft` out as a `Document` with exact offsets: blocks → text → sentences → passages.

Every reader ends here, so offsets, hashes, identifiers, abbreviations and flags are made in one place only.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from pincite.errors import UnreadableError
from pincite.ingest.sections import section_kind
from pincite.records import Block, Document, Draft, Passage, Reading
from pincite.text.abbreviations import defined_abbreviations
from pincite.text.sentences import sentences
from pincite.text.steering import steering_flags

# Passage length in code points. Retrieval was calibrated on abstract-sized passages (about 1,000); a paragraph above
# LONGEST is split between sentences, neighbours of one section are joined while they stay under JOINED.
# Longer passages blur the vector, shorter ones lose the context that a pronoun needs. After a change run the
# retrieval gate again.
LONGEST = 1200
JOINED = 500

# Line breaks inside a block carry no meaning after a reader has cleaned it; table rows are one block each row group.
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """One block of text with NFC characters, no control, zero-width or direction-changing characters, single blanks.

    >>> clean("a\\u200bb \\u00a0 c\\n\\n\\n d")
    'ab c\\nd'
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def document_id(draft: Draft, text_sha256: str) -> str:
    """A stable name: the record's own id, else set id, PMC id, PMID, DOI, else the hash of the text.

    The same paper in another form (a PubMed abstract, then the full text) may get another name; the library merges by
    identifiers.
    """
    header = draft.header
    if draft.record_id:
        return draft.record_id
    if header.setid:
        return f"setid:{header.setid.lower()}"
    if header.pmcid:
        return f"pmcid:{header.pmcid.upper()}"
    if header.pmid:
        return f"pmid:{header.pmid}"
    if header.doi:
        return f"doi:{header.doi.lower()}"
    return f"sha256:{text_sha256[:16]}"


def build(draft: Draft, *, source: str) -> Reading:
    """Document and passages of `draft`; raises UnreadableError when it holds no text at all."""
    header = draft.header.model_copy(update={"title": " ".join(clean(draft.header.title).split()) or "Untitled"})
    blocks = [block.model_copy(update={"text": clean(block.text), "section": clean(block.section)}) for block in draft.blocks]
    blocks = [_without_label(block) for block in blocks if block.text]
    if not blocks:
        raise UnreadableError("holds no text", what_to_do="(is the file complete?)", document=source)
    if blocks[0].kind != "title":
        blocks.insert(0, Block(text=header.title, section="Title", kind="title"))
    text = "\n\n".join(block.text for block in blocks)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    name = document_id(draft, sha256)
    document = Document(
        **header.model_dump(exclude={"relations"}),
        relations=header.relations,
        id=name,
        source=source,
        text=text,
        text_sha256=sha256,
        abbreviations=tuple(defined_abbreviations(text)),
        cited=draft.cited,
        flags=tuple(steering_flags(text)),
    )
    return Reading(document=document, passages=tuple(_passages(name, text, blocks)))


# "Conclusions: Pain fell." inside one paragraph: the label is a heading that the publisher printed in line.
_LABEL = re.compile(
    r"^(background|introduction|context|purpose|aims?|objectives?|methods?|materials and methods|patients and methods|"
    r"study design|design|setting|participants|interventions?|main outcome measures?|results?|main results|findings|"
    r"discussion|conclusions?|authors['’] conclusions|interpretation|significance)"
    r"(?: and [a-z]+)?\s?[:.–—-]\s+(?=[A-Z0-9])",
    re.IGNORECASE,
)


def _without_label(block: Block) -> Block:
    match = _LABEL.match(block.text) if block.kind in ("abstract", "body") and not block.annotation else None
    if match is None or len(block.text) <= match.end():
        return block
    label = match.group(1).capitalize()
    section = f"{block.section} > {label}" if block.section else label
    return block.model_copy(update={"text": block.text[match.end() :], "section": section, "kind": section_kind(label)})


def _passages(name: str, text: str, blocks: list[Block]) -> list[Passage]:
    """Cut the blocks, in order, into passages that never cross a section, a page or an annotated statement."""
    pieces: list[tuple[Block, list[tuple[int, int]]]] = []
    position = 0
    for block in blocks:
        spans = [(position + start, position + end) for start, end in sentences(block.text)]
        position += len(block.text) + 2
        for group in _split(spans):
            last = pieces[-1] if pieces else None
            if last and _joins(last[0], block) and group[-1][1] - last[1][0][0] <= JOINED:
                last[1].extend(group)
            else:
                pieces.append((block, group))
    return [
        Passage(
            id=f"{name}#{ordinal}",
            document_id=name,
            ordinal=ordinal,
            section=block.section,
            kind=block.kind,
            start=spans[0][0],
            end=spans[-1][1],
            text=text[spans[0][0] : spans[-1][1]],
            sentences=tuple(spans),
            page=block.page,
            annotation=block.annotation,
        )
        for ordinal, (block, spans) in enumerate(pieces)
    ]


def _joins(first: Block, second: Block) -> bool:
    return (
        first.kind not in ("title", "table", "boxed-warning")
        and not first.annotation
        and not second.annotation
        and (first.section, first.kind, first.page) == (second.section, second.kind, second.page)
    )


def _split(spans: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Groups of neighbouring sentences, each group at most LONGEST code points unless one sentence is longer."""
    groups: list[list[tuple[int, int]]] = []
    for span in spans:
        if groups and span[1] - groups[-1][0][0] <= LONGEST:
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups
