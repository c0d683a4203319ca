"""Drug labels, as SPL and from openFDA."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.reading import read, read_bytes
from pincite.records import Reading, Unread

SPL = """<document xmlns="urn:hl7-org:v3"><title>{title}</title><effectiveTime value="20240115"/>
<setId root="AAAAAAAA-0000-0000-0000-000000000001"/><versionNumber value="7"/>
<author><assignedEntity><representedOrganization><name>Maker Inc</name></representedOrganization></assignedEntity></author>
<component><structuredBody>
<component><section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct><name>Painaway</name>
<asEntityWithGeneric><genericMedicine><name>IBUPROFEN</name></genericMedicine></asEntityWithGeneric>
<ingredient classCode="ACTIB"><ingredientSubstance><name>Ibuprofen</name></ingredientSubstance></ingredient>
</manufacturedProduct></manufacturedProduct></subject></section></component>
{sections}
</structuredBody></component></document>"""


def label(*sections: tuple[str, str, str], title: str = "HIGHLIGHTS OF PRESCRIBING INFORMATION") -> bytes:
    parts = "".join(
        f'<component><section><code code="{code}"/><title>{heading}</title>{text}</section></component>' for code, heading, text in sections
    )
    return SPL.format(title=title, sections=parts).encode()


def reading(data: bytes, name: str = "label.xml") -> Reading:
    (item,) = read_bytes(name, data)
    assert isinstance(item, Reading), item
    return item


def test_a_label_without_a_title_of_its_own_is_named_after_its_product() -> None:
    document = reading(label(("34067-9", "Uses", "<text><paragraph>For pain.</paragraph></text>"))).document
    assert document.title == "Painaway (ibuprofen): U.S. drug label"
    assert (document.drug, document.version, document.date, document.organization) == (
        "ibuprofen",
        "7",
        "2024-01-15",
        "Maker Inc",
    )
    assert document.id == "setid:aaaaaaaa-0000-0000-0000-000000000001"
    assert (document.tier, document.design, document.extent) == ("label", "drug-label", "label")


def test_the_highlights_and_package_pictures_are_left_out() -> None:
    text = "<text><paragraph>Full text.</paragraph></text><excerpt><highlight><text>Short text.</text></highlight></excerpt>"
    found = reading(label(("34067-9", "1 INDICATIONS", text), ("51945-4", "Carton", "<text>NDC 1</text>")))
    assert "Short text" not in found.document.text
    assert "NDC" not in found.document.text


def test_subsections_inherit_the_kind_of_their_section() -> None:
    inner = '<component><section><code code="{}"/><title>{}</title><text><paragraph>Text.</paragraph></text></section></component>'
    found = reading(
        label(
            ("43685-7", "5 WARNINGS", inner.format("42229-5", "5.1 Bleeding")),
            ("34070-3", "4 CONTRAINDICATIONS", inner.format("42228-7", "4.1 Pregnancy")),
            ("43684-0", "8 POPULATIONS", inner.format("42228-7", "8.1 Pregnancy")),
        )
    )
    assert [(passage.kind, passage.section) for passage in found.passages[1:]] == [
        ("warning", "5 WARNINGS > 5.1 Bleeding"),
        ("contraindication", "4 CONTRAINDICATIONS > 4.1 Pregnancy"),
        ("special-population", "8 POPULATIONS > 8.1 Pregnancy"),
    ]


def test_a_contraindication_told_by_its_heading_alone_is_kept() -> None:
    inner = '<component><section><code code="42229-5"/><title>4.1 Active liver disease</title></section></component>'
    found = reading(label(("34070-3", "4 CONTRAINDICATIONS", inner)))
    assert [passage.text for passage in found.passages[1:]] == ["Active liver disease"]


def test_an_over_the_counter_list_keeps_the_words_that_open_it() -> None:
    items = "<text><list><item>if you are allergic to aspirin</item><item>right before heart surgery</item></list></text>"
    found = reading(label(("50570-1", "Do not use", items)))
    assert found.passages[1].text == "Do not use if you are allergic to aspirin\nDo not use right before heart surgery"
    assert found.passages[1].kind == "contraindication"


def test_tables_become_rows_and_frames_become_paragraphs() -> None:
    table = "<table><thead><tr><th>Age</th><th>Dose</th></tr></thead><tbody><tr><td>12 years</td><td>200 mg</td></tr></tbody></table>"
    frame = "<table><tbody><tr><td><paragraph>WARNING</paragraph><paragraph>Bleeding.</paragraph></td></tr></tbody></table>"
    found = reading(label(("34068-7", "Dose", f"<text>{table}</text>"), ("34066-1", "", f"<text>{frame}</text>")))
    assert [(passage.kind, passage.text) for passage in found.passages[1:]] == [
        ("table", "Age: 12 years; Dose: 200 mg"),
        ("boxed-warning", "WARNING\nBleeding."),
    ]


def test_real_labels_are_read(corpora: Path) -> None:
    by_name = {}
    for item in read([corpora / "spl"]):
        assert isinstance(item, Reading), item
        by_name[Path(item.document.source).stem] = item
        kinds = {passage.kind for passage in item.passages}
        assert {"indication", "dosing", "warning"} <= kinds or Path(item.document.source).stem == "lipitor-repack"
    assert len(by_name) == 6
    assert by_name["no-title"].document.title == "Haloperidol: U.S. drug label"
    assert "repackager" in (by_name["lipitor-repack"].document.notes or "")
    assert by_name["lipitor-orig"].document.notes is None
    assert by_name["humira"].document.drug == "adalimumab"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1500), st.binary(max_size=8))
def test_damage_never_escapes_the_reader(position: int, noise: bytes) -> None:
    data = label(("34067-9", "Uses", "<text><list><item>a</item></list><table><tr><td rowspan='9'>b</td></tr></table></text>"))
    list(read_bytes("label.xml", data[:position] + noise + data[position + len(noise) :]))


OPENFDA = {
    "set_id": "B1",
    "version": "3",
    "effective_time": "20240115",
    "warnings_and_cautions": ["5 WARNINGS AND PRECAUTIONS 5.1 Liver Injury occurred. 5.2 Bleeding Bleeding in 3.5 % of patients."],
    "use_in_specific_populations": ["8 USE IN SPECIFIC POPULATIONS 8.1 Pregnancy Avoid use."],
    "pregnancy": ["8.1 Pregnancy Avoid use."],
    "package_label_principal_display_panel": ["NDC 1"],
    "openfda": {"generic_name": ["IBUPROFEN"], "brand_name": ["Advil"], "manufacturer_name": ["Maker"]},
}


@pytest.mark.parametrize("wrapped", [OPENFDA, [OPENFDA], {"meta": {"terms": "open.fda.gov"}, "results": [OPENFDA]}])
def test_openfda_labels_are_read_in_every_wrapping(wrapped: object) -> None:
    found = reading(json.dumps(wrapped).encode(), "label.json")
    document = found.document
    assert (document.title, document.drug, document.setid, document.version) == (
        "Advil (ibuprofen): U.S. drug label",
        "ibuprofen",
        "b1",
        "3",
    )
    assert [(passage.kind, passage.section) for passage in found.passages[1:]] == [
        ("warning", "Warnings and Precautions > 5.1"),
        ("warning", "Warnings and Precautions > 5.2"),
        ("special-population", "Use in Specific Populations > 8.1"),
    ]
    assert found.passages[2].text == "5.2 Bleeding Bleeding in 3.5 % of patients."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"set_id": "a", ', "not valid JSON"),
        ('{"set_id": "a"}', "no label section"),
        ('{"error": {"code": "NOT_FOUND", "message": "No matches found!"}, "openfda": 1}', "No matches found!"),
    ],
)
def test_what_holds_no_label_is_reported(text: str, reason: str) -> None:
    (item,) = read_bytes("a.json", text.encode())
    assert isinstance(item, Unread)
    assert reason in item.reason
