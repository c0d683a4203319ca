"""Word documents: structure, tracked changes, hidden text, hostile packages."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml

from pincite.errors import UnreadableError
from pincite.ingest.docx import reader
from pincite.ingest.reading import Source
from pincite.records import Draft

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def written() -> Any:
    document = docx.Document()
    document.core_properties.title = "Sciatica leaflet"
    document.core_properties.author = "Jane Doe"
    document.add_heading("What is sciatica?", 1)
    document.add_paragraph("Talk to your doctor if you have pain.")
    document.add_paragraph("first item", style="List Bullet")
    table = document.add_table(2, 2)
    for index, text in enumerate(("Drug", "Dose", "Ibuprofen", "400 mg")):
        table.cell(index // 2, index % 2).text = text
    return document


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def draft(data: bytes, name: str = "leaflet.docx") -> Draft:
    (only,) = reader.drafts(Source(name, data))
    assert isinstance(only, Draft)
    return only


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
        if name not in old.namelist():
            new.writestr(name, content)
    return file.getvalue()


def test_structure_and_properties() -> None:
    found = draft(saved(written()))
    assert (found.header.title, found.header.authors, found.header.tier) == (
        "Sciatica leaflet",
        ("Jane Doe",),
        "patient",
    )
    assert [(block.section, block.kind, block.text) for block in found.blocks] == [
        ("What is sciatica?", found.blocks[0].kind, "Talk to your doctor if you have pain."),
        ("What is sciatica?", found.blocks[0].kind, "first item"),
        ("What is sciatica?", "table", "Drug: Ibuprofen; Dose: 400 mg"),
    ]


def test_deleted_and_hidden_text_are_left_out_and_inserted_text_stays() -> None:
    document = written()
    paragraph = document.add_paragraph("Take ")
    run = paragraph.add_run("hidden words")
    run.font.hidden = True
    for xml in (
        "<w:del {W}><w:r><w:delText>500 mg</w:delText></w:r></w:del>",
        "<w:ins {W}><w:r><w:t>400 mg</w:t></w:r></w:ins>",
    ):
        paragraph._p.append(parse_xml(xml.replace("{W}", W)))
    assert draft(saved(document)).blocks[-1].text == "Take 400 mg"


def test_entities_are_refused() -> None:
    evil = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "x">]><w:document {W}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>'
    with pytest.raises(UnreadableError, match="entities"):
        draft(repacked(saved(written()), "word/document.xml", evil.encode()))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(UnreadableError, match="unpacks to more"):
        draft(repacked(saved(written()), "word/more.xml", b" " * 101_000_000))


@pytest.mark.parametrize("data", [b"PK\x03\x04 word/ nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, b"plain words"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        draft(data)


def test_deep_nesting_is_refused_or_read() -> None:
    deep = (
        f"<w:document {W}><w:body>"
        + "<w:sdt><w:sdtContent>" * 5000
        + "<w:p><w:r><w:t>x</w:t></w:r></w:p>"
        + "</w:sdtContent></w:sdt>" * 5000
        + "</w:body></w:document>"
    )
    with pytest.raises(UnreadableError):
        draft(repacked(saved(written()), "word/document.xml", deep.encode()))


def test_cut_and_spoilt_files_give_a_draft_or_a_named_refusal(spoilt: Any) -> None:
    data = saved(written())
    inner = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml")
    for bad in [*spoilt(data, 30), *(repacked(data, "word/document.xml", one) for one in spoilt(inner, 10))]:
        with suppress(UnreadableError):
            list(reader.drafts(Source("x.docx", bad)))
