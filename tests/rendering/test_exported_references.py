"""RIS, BibTeX and CSL-JSON as reference managers read them."""

from __future__ import annotations

import json

import pytest

from pincite.records import Answer, Reference
from pincite.rendering import bibtex, csl, ris
from pincite.rendering.bibliographic import Name, Venue, key_of, name_of, venue_of

# Types and fields that we may use, from csl-data.json of CSL-JSON 1.0.2.
CSL_TYPES = {"article-journal", "report", "document"}
CSL_FIELDS = {
    "id",
    "type",
    "title",
    "author",
    "issued",
    "container-title",
    "volume",
    "issue",
    "page",
    "publisher",
    "genre",
}
CSL_FIELDS |= {"version", "DOI", "PMID", "PMCID", "URL", "note"}


def reference(**values: object) -> Reference:
    told = {"number": 1, "document_id": "d", "tier": "research", "design": "rct", "title": "T", "status": "current"}
    return Reference.model_validate({**told, "extent": "abstract", "text_sha256": "0" * 64, **values})


def test_ris_reads_back_field_by_field(answer: Answer) -> None:
    records: list[dict[str, list[str]]] = []
    for line in ris.write(answer).decode().split("\r\n")[:-1]:
        tag, value = line[:2], line[6:]
        if tag == "TY":
            records.append({})
        records[-1].setdefault(tag, []).append(value)
    assert [record["TY"] for record in records] == [["RPRT"], ["JOUR"], ["JOUR"], ["JOUR"], ["GEN"]]
    okada = records[1]
    assert okada["AU"] == ["Okada, Kentaro", "Ohtori, Seiji", "Inoue, Gen", "Orita, Sumihisa"]
    assert (okada["T2"], okada["VL"], okada["IS"], okada["SP"], okada["EP"]) == (
        ["Asian Spine Journal"],
        ["8"],
        ["3"],
        ["260"],
        ["266"],
    )
    assert okada["N1"] == ["Used in Pincite as a summary record, not in the original's words."]
    assert records[3]["N1"] == ["RETRACTED."]


def test_bibtex_has_unique_keys_and_escapes(answer: Answer) -> None:
    text = bibtex.write(answer.model_copy(update={"references": answer.references * 2})).decode()
    keys = [line[line.index("{") + 1 : -1] for line in text.splitlines() if line.startswith("@")]
    assert len(keys) == len(set(keys)) == 10
    assert r"Example Pharma \& Sons" in text
    assert "pages = {260--266}" in text


def test_csl_uses_only_known_types_and_fields(answer: Answer) -> None:
    items = json.loads(csl.write(answer))
    assert {item["type"] for item in items} <= CSL_TYPES
    assert all(set(item) <= CSL_FIELDS for item in items)
    assert items[1]["issued"] == {"date-parts": [[2014]]}
    assert items[1]["author"][0] == {"family": "Okada", "given": "Kentaro"}
    assert items[0]["author"] == [{"literal": "World Health Organization"}]


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Kentaro Okada", Name("Okada", "Kentaro")),
        ("Chou R", Name("Chou", "R")),
        ("van der Graaf Y", Name("van der Graaf", "Y")),
        ("Klazen, Caroline A H", Name("Klazen", "Caroline A H")),
        ("P Försth", Name("Försth", "P")),
        ("M E Jensen", Name("Jensen", "M E")),
        ("P.H. Luetmer", Name("Luetmer", "P.H.")),
        ("Juan de la Cruz", Name("de la Cruz", "Juan")),
        ("James N Weinstein Jr.", Name("Weinstein Jr.", "James N")),
        ("Newburn-Cook CV", Name("Newburn-Cook", "CV")),
        ("World Health Organization", Name(literal="World Health Organization")),
        ("NORDSTEN collaborators", Name(literal="NORDSTEN collaborators")),
        ("Aristotle", Name(literal="Aristotle")),
    ],
)
def test_names_are_split_only_where_their_form_is_known(author: str, name: Name) -> None:
    assert name_of(author) == name


@pytest.mark.parametrize(
    ("venue", "split"),
    [
        ("Spine 2015;40(2):63-76", Venue("Spine", "40", "2", "63-76")),
        ("Radiation Oncology 9:69", Venue("Radiation Oncology", "9", "", "69")),
        ("Spine 33(7):E211-5", Venue("Spine", "33", "7", "E211-5")),
        (
            "New England Journal of Medicine 2014;371:11-21",
            Venue("New England Journal of Medicine", "371", "", "11-21"),
        ),
        ("The Bone & Joint Journal 106-B(7):705-712", Venue("The Bone & Joint Journal", "106-B", "7", "705-712")),
        ("Lancet", Venue("Lancet")),
        ("Spine 2018", Venue("Spine 2018")),
        ("NICE guideline NG234; quality standard QS56", Venue("NICE guideline NG234; quality standard QS56")),
        ("NICE Technology appraisal guidance no. 279", Venue("NICE Technology appraisal guidance no. 279")),
        ("ACR Appropriateness Criteria (revised 2018)", Venue("ACR Appropriateness Criteria (revised 2018)")),
    ],
)
def test_venues_are_split_only_where_their_form_is_known(venue: str, split: Venue) -> None:
    assert venue_of(reference(venue=venue, year=2018)) == split


def test_a_key_is_plain_ascii_even_for_a_name_without_latin_letters() -> None:
    taken: set[str] = set()
    assert key_of(reference(authors=["王 明"], year=2020), taken=taken) == "source2020"
    assert key_of(reference(authors=["李 华"], year=2020), taken=taken) == "source2020-2"
