"""Parents, children, classes and names: clinically sensible, and stopped at chapters."""

from __future__ import annotations

import pytest

from pincite.terms import (
    aliases,
    classes,
    concept,
    meanings,
    members,
    narrower,
    related,
    same_or_narrower,
    synonyms,
    wider,
)


def one(term: str) -> str:
    return meanings(term)[0].id


def named(ids: tuple[str, ...]) -> set[str]:
    return {concept(ident).label for ident in ids}


@pytest.mark.parametrize(
    ("narrow", "wide", "steps"),
    [
        ("Baastrup's disease", "low back pain", 1),
        ("osteoporotic vertebral compression fracture", "vertebral compression fracture", 1),
        ("osteoporotic vertebral compression fracture", "osteoporosis", 2),
        ("osteoporotic vertebral compression fracture", "vertebral fracture", 2),
        ("lumbar spinal stenosis", "spinal stenosis", 1),
        ("low back pain", "pain", 2),
        ("type 2 diabetes", "diabetes mellitus", 1),
        ("deep vein thrombosis", "venous thromboembolism", 1),
        ("ischemic stroke", "stroke", 1),
        ("kyphoplasty", "vertebral augmentation", 1),
        ("microdiscectomy", "spine surgery", 2),
        ("yoga", "exercise", 1),
    ],
)
def test_wider_is_the_clinical_parent(narrow: str, wide: str, steps: int) -> None:
    assert one(wide) in wider(one(narrow), steps=steps)
    assert one(narrow) in same_or_narrower(one(wide))


@pytest.mark.parametrize(
    ("term", "not_wider"),
    [
        ("Baastrup's disease", "intervertebral disc degeneration"),
        ("Baastrup's disease", "spondylosis"),
        ("kyphoplasty", "vertebroplasty"),
        ("prednisone", "NSAIDs"),
        ("osteoporotic vertebral fracture", "disc degeneration"),
        ("acetaminophen", "NSAIDs"),
        ("sciatica", "lumbar radiculopathy"),
        ("hypertension", "pulmonary hypertension"),
    ],
)
def test_what_only_sounds_alike_is_not_wider(term: str, not_wider: str) -> None:
    assert one(not_wider) not in wider(one(term), steps=4)
    assert one(not_wider) not in related(one("Baastrup's disease"))


@pytest.mark.parametrize("term", ["asthma", "epilepsy", "gout", "glaucoma", "lumbar spinal stenosis", "psoriasis"])
def test_chapters_are_never_wider(term: str) -> None:
    chapters = {
        "nervous system disorder",
        "skin disorder",
        "musculoskeletal system disorder",
        "human disease",
        "disease",
    }
    assert not chapters & named(wider(one(term), steps=3))


def test_related_is_neither_wider_nor_the_same() -> None:
    assert one("lumbar radiculopathy") in related(one("sciatica"))
    assert one("sciatica") != one("lumbar radiculopathy")


@pytest.mark.parametrize(
    ("drug", "drug_class"),
    [
        ("naproxen", "NSAIDs"),
        ("tramadol", "opioids"),
        ("atorvastatin", "statins"),
        ("rosuvastatin", "statins"),
        ("lisinopril", "ACE inhibitors"),
        ("losartan", "angiotensin receptor blockers"),
        ("metoprolol", "beta blockers"),
        ("sertraline", "SSRIs"),
        ("pregabalin", "gabapentinoids"),
        ("prednisone", "corticosteroids"),
        ("cyclobenzaprine", "muscle relaxants"),
        ("alendronate", "bisphosphonates"),
        ("warfarin", "anticoagulants"),
        ("apixaban", "DOACs"),
        ("fluticasone", "inhaled corticosteroids"),
        ("amoxicillin", "antibiotics"),
        ("omeprazole", "proton pump inhibitors"),
        ("empagliflozin", "SGLT2 inhibitors"),
        ("adalimumab", "TNF inhibitors"),
    ],
)
def test_a_drug_knows_its_class_and_the_class_its_drug(drug: str, drug_class: str) -> None:
    assert one(drug_class) in classes(one(drug))
    assert one(drug) in members(one(drug_class))
    assert one(drug) in narrower(one(drug_class))


@pytest.mark.parametrize(
    ("drug", "drug_class"),
    [("somatostatin", "statins"), ("nystatin", "statins"), ("pembrolizumab", "TNF inhibitors"), ("warfarin", "DOACs")],
)
def test_a_stem_or_a_likeness_gives_no_wrong_class(drug: str, drug_class: str) -> None:
    assert one(drug_class) not in classes(one(drug))


def test_names_are_readable_and_the_best_comes_first() -> None:
    names = synonyms(one("kissing spine"), limit=4)
    assert names[0] == "Baastrup's disease"
    assert "kissing spine" in names
    assert "Aleve" in synonyms(one("naproxen"))
    assert not [name for name in synonyms(one("type 2 diabetes")) if "," in name]


def test_identifiers_of_all_merged_vocabularies_lead_to_one_concept() -> None:
    ident = one("asthma")
    assert {"MONDO:0004979", "MESH:D001249"} <= set(aliases(ident))
    assert concept("MESH:D001249").id == concept("MONDO:0004979").id == ident


def test_an_unknown_identifier_is_an_error() -> None:
    with pytest.raises(KeyError, match="MESH:nothing"):
        concept("MESH:nothing")
