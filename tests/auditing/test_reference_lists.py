"""Reference lists in their many shapes, and which documents of a library they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.auditing import references
from pincite.auditing.loading import load
from pincite.library.store import Library
from pincite.records import AuditReference, Document, Passage, Reading

TITLE = "Kyphoplasty for painful vertebral fractures in older adults"


def listed(text: str) -> list[tuple[str, tuple[str, ...], str | None, int | None]]:
    return [(one.marker, one.authors[:2], one.title, one.year) for one in load(text.encode()).listed]


@pytest.mark.parametrize(
    ("entry", "authors", "title", "year"),
    [
        (f"Smith J, Jones AB, et al. {TITLE}. Spine. 2019;44(3):1-9.", ("Smith", "Jones"), TITLE, 2019),
        (f"Smith, J., & Jones, A. B. (2019). {TITLE}. Spine, 44(3), 1–9.", ("Smith", "Jones"), TITLE, 2019),
        (f"Smith J. {TITLE}. Spine. 2019.", ("Smith",), TITLE, 2019),
        (f'Smith, John. "{TITLE}." Spine 44 (2019): 1-9.', ("Smith",), TITLE, 2019),
        (
            f"National Institute for Health and Care Excellence. {TITLE}. NICE guideline 59. 2016.",
            ("National Institute for Health and Care Excellence",),
            TITLE,
            2016,
        ),
        (f"{TITLE}. Spine. 2019;44:1-9. doi:10.1097/BRS.01", (), TITLE, 2019),
        (f"Smith J (2019) {TITLE}. Spine 44:1-9. Accessed 3 May 2024", ("Smith",), TITLE, 2019),
    ],
)
def test_styles_of_entries(entry: str, authors: tuple[str, ...], title: str, year: int) -> None:
    assert listed(f"Gout\n\nIt helps [1].\n\nReferences\n\n1. {entry}") == [("1", authors, title, year)]


def test_lists_without_numbers_are_counted_in_their_order() -> None:
    text = f"Gout\n\nIt helps.\n\nSources\n\n- Smith J. {TITLE}. Spine 2019.\n- https://www.nice.org.uk/guidance/ng59\n- Lee K. Another study of the same. BMJ 2020."
    found = load(text.encode()).listed
    assert [(one.marker, one.year, one.url) for one in found] == [
        ("1", 2019, None),
        ("2", None, "https://www.nice.org.uk/guidance/ng59"),
        ("3", 2020, None),
    ]


def test_kind_title_and_venue_on_lines_of_their_own_make_one_entry() -> None:
    text = f"Gout\n\nIt helps 1.\n\nReferences\n\nGuideline\n\n{TITLE}\n\nSpine, 2019\n\nResearch\n\nAnother study of the same thing\n\nBMJ, 2020"
    assert listed(text) == [("1", (), TITLE, 2019), ("2", (), "Another study of the same thing", 2020)]


def test_several_entries_in_one_paragraph_and_entries_without_a_heading() -> None:
    run = f"[1] Smith J. {TITLE}. Spine 2019. [2] Lee K. Another study of the same. BMJ 2020."
    assert [one[0] for one in listed(f"Gout\n\nIt helps [1].\n\nReferences\n\n{run}")] == ["1", "2"]
    assert [
        one[3]
        for one in listed(f"Gout\n\nIt helps [1].\n\n[1] Smith J. {TITLE}. Spine 2019.\n\n[2] Lee K. Another study of the same. BMJ 2020.")
    ] == [2019, 2020]


def test_bibtex_entries() -> None:
    entry = "@article{smith19, author={Smith, John and Lee, Ann}, title={{Kyphoplasty} for fractures}, year={2019}, doi={10.1000/xy}}"
    assert listed(f"Gout\n\nIt helps.\n\nReferences\n\n{entry}") == [("smith19", ("Smith", "Lee"), "Kyphoplasty for fractures", 2019)]


def test_ordinary_numbered_items_are_no_reference_list() -> None:
    assert listed("Gout\n\nSteps:\n\n1. Rest the joint for some days\n2. Take colchicine early on\n3. Drink enough water") == []


def test_what_follows_the_list_is_no_entry() -> None:
    text = f"Gout\n\nIt helps [1].\n\nReferences\n\n1. Smith J. {TITLE}. Spine 2019.\n\nAcknowledgements\n\nWe thank everybody who helped in 2020."
    assert len(listed(text)) == 1


# --- resolving ------------------------------------------------------------------------------------------------------


def reading(name: str, **header: object) -> Reading:
    text = f"{name} says that pain fell."
    told = {"tier": "research", "extent": "abstract", "status": "current"} | header
    document = Document(id=name, source=name, text=text, text_sha256=name, **told)  # type: ignore[arg-type]
    passage = Passage(
        id=f"{name}#0",
        document_id=name,
        ordinal=0,
        section="",
        kind="abstract",
        start=0,
        end=len(text),
        text=text,
        sentences=((0, len(text)),),
    )
    return Reading(document=document, passages=(passage,))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    place = Library.open(tmp_path_factory.mktemp("references") / "library")
    held = [
        reading("kypho", title=TITLE, year=2019, authors=("Smith J", "Jones AB"), doi="10.1097/BRS.01", pmid="111111", venue="Spine"),
        reading("part-1", title="Treatment of lumbar spinal stenosis in adults: part 1", year=2010, authors=("Lee K",)),
        reading("part-2", title="Treatment of lumbar spinal stenosis in adults: part 2", year=2010, authors=("Lee K",)),
        reading("short", title="Low back pain", year=2018, authors=("Maher C",), venue="Lancet"),
        reading("gone", title="A trial of a drug that never was in patients", year=2015, doi="10.1000/gone", status="retracted"),
        reading("page", title="Vertebral fractures: what to know", url="https://www.example.org/spine/fractures/"),
    ]
    place.add(held)
    return place.refresh()


def resolved(library: Library, *entries: str, text: str = "It helps.") -> tuple[AuditReference, ...]:
    body = "\n".join(f"{number}. {entry}" for number, entry in enumerate(entries, 1))
    loaded = load(f"Gout\n\n{text}\n\nReferences\n\n{body}".encode())
    return references.resolve(loaded.listed, library=library, marks=loaded.marks)


@pytest.mark.parametrize(
    ("entry", "document"),
    [
        (f"Smith J. {TITLE}. Spine 2019.", "kypho"),
        (f"Smith J. {TITLE.lower()}. Spine 2020.", "kypho"),
        ("Anonymous. Something else entirely. doi:10.1097/BRS.01", "kypho"),
        (f"{TITLE}. https://pubmed.ncbi.nlm.nih.gov/111111/", "kypho"),
        (f"Smith J. {TITLE}. Spine 2012.", None),
        (f"Brown P. {TITLE}. Spine 2019.", None),
        ("Lee K. Treatment of lumbar spinal stenosis in adults: part 2. Spine 2010.", "part-2"),
        ("Lee K. Treatment of lumbar spinal stenosis in adults: part 3. Spine 2010.", None),
        ("Maher C. Low back pain. Lancet 2018.", "short"),
        ("Other A. Low back pain. Lancet 2018.", None),
        ("Low back pain. 2018.", None),
        ("Vertebral fractures. www.example.org/spine/fractures", "page"),
        ("Smith J. Vertebroplasty for painful vertebral fractures in older adults. Spine 2019.", None),
    ],
)
def test_a_reference_is_the_document_that_nothing_speaks_against(library: Library, entry: str, document: str | None) -> None:
    assert resolved(library, entry)[0].resolved == document


def test_what_is_wrong_with_references_is_said(library: Library) -> None:
    found = resolved(
        library,
        f"Smith J. {TITLE}. Spine 2019.",
        "Smith J. Kyphoplasty for fractures. doi:10.1097/BRS.01",
        "Poe A. A trial of a drug that never was in patients. doi:10.1000/gone",
        "Nobody N. A paper that nobody holds at all here. Spine 2001.",
        "Clinical evidence summary.",
        text="It helps [1]. It does not [3, 4, 5, 9].",
    )
    problems = {one.marker: one.problem or "" for one in found}
    assert problems["1"] == ""
    assert "printed twice: the same as 1" in problems["2"]
    assert "never cited in the text" in problems["2"]
    assert problems["3"] == "retracted"
    assert problems["4"] == "not in this library; printed without an identifier or link"
    assert "hard to find for anybody" in problems["5"]
    assert problems["9"] == "cited in the text, but not in the reference list"
    assert [one.status for one in found][2] == "retracted"


def test_a_doi_that_leads_to_another_paper_is_said(library: Library) -> None:
    found = resolved(library, "Doe B. Colchicine prevents gout flares during summer holidays. BMJ 2003. doi:10.1097/BRS.01")
    assert found[0].problem is not None
    assert TITLE in found[0].problem


def test_an_empty_list_leaves_every_marker_missing(library: Library) -> None:
    loaded = load(b"Gout\n\nIt helps [1]. It does not [2].\n\nReferences\n\n")
    found = references.resolve(loaded.listed, library=library, marks=loaded.marks)
    assert [(one.marker, one.problem) for one in found] == [
        ("1", "cited in the text, which has no reference list"),
        ("2", "cited in the text, which has no reference list"),
    ]
    assert references.empty_list(loaded) is not None


def test_links_in_the_text_are_sources_of_their_own(library: Library) -> None:
    loaded = load(b"# Gout\n\n**It** helps ([study](https://doi.org/10.1097/BRS.01)) or not ([source](https://doi.org/10.1000/none)).")
    found = references.resolve(loaded.listed, library=library, marks=loaded.marks)
    assert [(one.resolved, one.problem) for one in found] == [("kypho", None), (None, "not in this library")]


def test_real_page_cites_more_than_it_lists(seeds: Path, library: Library) -> None:
    loaded = load(seeds / "answer-lumbar-degenerative.txt")
    found = {one.marker: one.problem for one in references.resolve(loaded.listed, library=library, marks=loaded.marks)}
    assert found["4"] == found["5"] == "cited in the text, but not in the reference list"
