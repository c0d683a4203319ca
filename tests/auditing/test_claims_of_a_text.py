"""Cutting a text into claims: context, citations, kinds, and what is medical at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.auditing import claims
from pincite.auditing.loading import load
from pincite.records import Asserted
from pincite.text.tables import rows


def cut(text: str) -> list[Asserted]:
    return list(claims.assertions(load(text.encode())))


def test_items_are_completed_by_headings_lead_ins_and_the_marks_above_them() -> None:
    text = "Gout\n\nSecond-Line Treatment\n\nIf colchicine fails after 4-6 weeks:\n\n  1. Steroid injections 2\n    - Can provide relief for up to 3 months\n    - Costs little 1\n\nOutlook\n\nMost people recover 3."
    found = {one.text: one for one in cut(text)}
    item = found["Can provide relief for up to 3 months"]
    assert item.context == ("Gout", "Second-Line Treatment", "If colchicine fails after 4-6 weeks", "Steroid injections")
    assert item.cites == ("2",)
    assert found["Costs little"].cites == ("1",)
    assert found["Most people recover."].cites == ("3",)
    assert found["Steroid injections"].cites == ("2",)
    assert "If colchicine fails after 4-6 weeks:" not in found


def test_marks_go_out_of_the_words_and_offsets_cover_them() -> None:
    loaded = load(b"Gout\n\nPain fell [1]. It rose in 2 of 3! The rest ([4]) stayed [5, 6].")
    found = claims.assertions(loaded)
    assert [(one.text, one.cites) for one in found] == [
        ("Pain fell.", ("1",)),
        ("It rose in 2 of 3!", ()),
        ("The rest stayed.", ("4", "5", "6")),
    ]
    assert [loaded.text[one.start : one.end] for one in found] == ["Pain fell [1].", "It rose in 2 of 3!", "The rest ([4]) stayed [5, 6]."]


def test_a_sentence_that_refers_back_has_the_one_before_as_context() -> None:
    found = cut("Gout\n\nColchicine treats gout. It also prevents flares. Allopurinol lowers urate.")
    assert found[1].context[-1] == "Colchicine treats gout."
    assert found[2].context == ("Gout",)


def test_lead_ins_are_claims_only_when_they_say_something_complete() -> None:
    text = "Gout\n\nSurgery is recommended when:\n\n- Tophi ulcerate\n\nSide effects were reported in 20% of patients:\n\n- Nausea\n\nOptions for adults:\n\n- Rest"
    assert [one.text for one in cut(text)] == ["Tophi ulcerate", "Side effects were reported in 20% of patients:", "Nausea", "Rest"]


def test_table_rows_are_claims_in_the_form_that_ingest_stores() -> None:
    page = "<html><body><h1>Gout</h1><table><caption>Doses</caption><tr><th>Drug</th><th>Dose</th></tr><tr><td>Colchicine</td><td>0.5 mg [2]</td></tr></table></body></html>"
    found = cut(page)
    assert [(one.text, one.context, one.cites) for one in found] == [("Drug: Colchicine; Dose: 0.5 mg", ("Gout", "Doses"), ("2",))]


def test_reference_list_and_headings_are_no_claims() -> None:
    text = "Gout\n\nTreatment of gout\n\nColchicine helps [1].\n\nReferences\n\n1. Smith J. Colchicine prevents flares of gout. BMJ 2019."
    assert [one.text for one in cut(text)] == ["Colchicine helps."]


@pytest.mark.parametrize(("kind", "must", "must_not"), [(row[0], row[2], row[3]) for row in rows("assertions.tsv")])
def test_every_row_catches_its_example_and_leaves_the_other(kind: str, must: str, must_not: str) -> None:
    if kind != "never":
        assert claims.kind_of(must) == kind
    assert claims.kind_of(must_not) == "claim"


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("If you have chest pain, call your doctor.", "advice"),
        ("You should always check with your pharmacist before taking anything new.", "advice"),
        ("Do not take more than 4 g of paracetamol in 24 hours.", "claim"),
        ("Avoid alcohol while taking metronidazole.", "claim"),
        ("Is surgery better?", "question"),
        ("I think this works.", "opinion"),
        ("We believe that exercise is best.", "opinion"),
        ("This article discusses the causes of gout.", "boilerplate"),
        ("Physicians consult guidelines.", "claim"),
        ("Ask-Upmark syndrome is a rare kidney disease.", "claim"),
        ("See a rise in urate of 20% as a sign of relapse.", "claim"),
        ("Patients should rest for 2 weeks.", "claim"),
        ("Surgery is recommended for instability.", "claim"),
        ("Exercise is safe.", "claim"),
    ],
)
def test_kinds(sentence: str, kind: str) -> None:
    assert claims.kind_of(sentence) == kind


GARDEN = """Growing roses

Roses need at least 6 hours of sun a day. Water the roses twice a week in summer and once a week in winter.

Black spot is a fungal disease that spreads in wet weather. Remove infected leaves and treat the plants with 5 ml of neem oil in 1 litre of water.

Feeding

Apply 50 g of fertiliser per square metre every 4 to 6 weeks. Too little calcium causes stress, and too much nitrogen is the most common cause of death in potted roses.

Pruning

Cut dead wood in spring to prevent disease. Heat and injury to the roots reduce growth by up to 30%.
"""
COOKING = "Chicken soup\n\nPreheat the oven to 180 °C. Add 2 tablespoons of olive oil and the garlic. Simmer the chicken over low heat for 45 minutes. Add sodium bicarbonate and salt last."
MONEY = "Investing in 2024\n\nThe shock led to a depression in house prices. Investors lost 12% of their portfolio. Chronic underinvestment weakens the economy. A death in the family changes your tax."
SOFTWARE = "Installing the server\n\nA memory leak kills the process. The virus scanner quarantines infected files on the computer. Inject the dependency to make testing easier. Restart twice a day."


@pytest.mark.parametrize("page", [GARDEN, COOKING, MONEY, SOFTWARE], ids=["garden", "cooking", "money", "software"])
def test_pages_about_other_things_hold_no_medical_claim(page: str) -> None:
    found = cut(page)
    assert len(found) >= 4
    assert [one.text for one in found if claims.medical(one)] == []


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("NSAIDs reduce pain.", ()),
        ("Can provide relief for up to 3 months", ("Treatment of Baastrup's disease", "Steroid injections")),
        ("Cystic lesions", ("Imaging of the lumbar spine",)),
        ("Take 400 mg three times a day.", ("Ibuprofen",)),
        ("Plant sterols lower LDL cholesterol in adults with hypercholesterolaemia.", ()),
        ("Gardening worsens knee osteoarthritis in some patients.", ()),
        ("Most people recover within 6 weeks.", ("Sciatica",)),
        ("The vaccine prevented infection in 90% of children.", ()),
    ],
)
def test_medical_claims_are_told_by_their_words_or_those_above(text: str, context: tuple[str, ...]) -> None:
    assert claims.medical(Asserted(id="c1", text=text, start=0, end=len(text), context=context))


def test_all_claims_of_the_real_pages_are_medical_and_none_is_furniture(seeds: Path) -> None:
    for path in sorted(seeds.glob("*.txt")):
        found = claims.assertions(load(path))
        assert len(found) > 30
        assert {one.kind for one in found} == {"claim"}
        assert all(claims.medical(one) for one in found)
        assert not any("Submitted" in one.text or "Dr.Oracle" in one.text for one in found)
