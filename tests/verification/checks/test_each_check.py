"""Every check catches what it is for and lets pass what only looks like it: one row each way, at the least."""

from __future__ import annotations

import pytest

from pincite import registry
from pincite.records import Annotation, Header
from pincite.verification.claims import claim_of
from pincite.verification.comparing import Support

_DOSE = "The usual dose is 400 mg by mouth every 6 to 8 hours, not exceeding 3.2 g a day."
_TRIAL = "Kyphoplasty reduced pain by 35.7% at 12 months in adults with vertebral fracture."
_ARMS = "Recurrence was 12% with a brace and 8% with exercise."
_HEDGED = "Epidural steroid injection may offer short-term relief of radicular leg pain."
_LINKED = "Smoking is associated with a higher risk of pseudarthrosis."
_AGAINST = "Ibuprofen is contraindicated in patients with a history of asthma after taking aspirin."
_LATER = "Surgery was more effective than exercise at 6 months but not at 2 years."

CAUGHT = (
    ("quotation", "The panel suggests a brace.", 'The panel "strongly recommends" a brace.'),
    ("numbers", _TRIAL, "Kyphoplasty reduced pain by 37.5% at 12 months in adults with vertebral fracture."),
    ("numbers", "Pain recurred in 10 patients.", "Pain recurred in more than 10 patients."),
    (
        "numbers",
        "At 1 and 3 months no outcome differed between the injections.",
        "At 3 and 3 months no outcome differed between the injections.",
    ),
    ("numbers", "Interleukin IL-6 rose after surgery.", "Interleukin IL-8 rose after surgery."),
    ("numbers", "The odds were higher (OR 2.1; 95% CI 1.2 to 3.4).", "The odds were higher (OR 2.1; 90% CI 1.2 to 3.4)."),
    ("units", "Take 5 mg at night.", "Take 5 mcg at night."),
    ("units", "Pain lasted 6 weeks in both groups.", "Pain lasted 6 months in both groups."),
    ("units", "Relief was asked for at 1 month and 1 year.", "Relief was asked for at 1 month and 1 month."),
    ("dose", "Duloxetine 60 mg once daily was given.", "Duloxetine 60 mg twice daily was given."),
    ("dose", _DOSE, "The usual dose is 400 mg intravenously every 6 to 8 hours."),
    ("dose", _DOSE, "The usual dose is 3.2 g a day by mouth."),
    ("dose", "Give 5 mg once daily or 2 mg twice daily.", "Give 2 mg once daily or 5 mg twice daily."),
    ("direction", _TRIAL, "Kyphoplasty increased pain by 35.7% at 12 months in adults with vertebral fracture."),
    ("direction", "Mobility was checked after surgery.", "Mobility was checked before surgery."),
    ("direction", "The society recommends against bed rest for sciatica.", "The society recommends bed rest for sciatica."),
    ("negation", "Surgery did not reduce pain in these patients.", "Surgery reduced pain in these patients."),
    ("negation", "Gabapentin had no effect on leg pain.", "Gabapentin had an effect on leg pain."),
    ("negation", "Surgery reduced pain in these patients.", "Surgery did not reduce pain in these patients."),
    ("negation", "Patients with neurological symptoms were treated first.", "Patients without neurological symptoms were treated first."),
    ("negation", _LATER, "Surgery was more effective than exercise at 2 years."),
    ("condition", "Exercise helps in lumbar spinal stenosis.", "Exercise helps in lumbar disc herniation."),
    ("condition", "Rest does not help in chronic low back pain.", "Rest does not help in acute low back pain."),
    ("population", "The drug was tested in adults with asthma.", "The drug was tested in children with asthma."),
    ("population", "In rats the drug reduced bone loss.", "The drug reduced bone loss."),
    ("population", "Kyphoplasty is an option in neurologically intact patients.", "Kyphoplasty is an option."),
    ("intervention", _TRIAL, "Vertebroplasty reduced pain by 35.7% at 12 months in adults with vertebral fracture."),
    ("intervention", "Alendronate reduced fractures in women.", "Bisphosphonates reduced fractures in women."),
    ("intervention", "Diclofenac sodium 50 mg was used.", "Diclofenac potassium 50 mg was used."),
    ("strength", "The guideline gives a weak recommendation for a brace.", "The guideline gives a moderate recommendation for a brace."),
    ("strength", "Kyphoplasty may be considered in selected patients.", "Kyphoplasty is recommended in selected patients."),
    ("overreach", _HEDGED, "Epidural steroid injection offers short-term relief of radicular leg pain."),
    ("overreach", _LINKED, "Smoking causes a higher risk of pseudarthrosis."),
    ("overreach", "The aim was to determine whether vertebroplasty reduces pain.", "Vertebroplasty reduces pain."),
    ("overreach", "Some patients had relief after the injection.", "All patients had relief after the injection."),
    ("overreach", "Surgery is recommended if symptoms persist after 6 weeks.", "Surgery is recommended."),
    ("order", _ARMS, "Recurrence was 8% with a brace and 12% with exercise."),
    ("order", "Surgery was better than exercise for leg pain.", "Exercise was better than surgery for leg pain."),
    ("substitution", "It is not recommended in moderate hepatic impairment.", "It is not recommended in mild hepatic impairment."),
    ("substitution", "Initial imaging is usually not appropriate here.", "Initial imaging is always not appropriate here."),
    ("substitution", "Adverse events occurred in 12% of patients.", "Serious adverse events occurred in 12% of patients."),
    ("coverage", "A brace reduced pain at 6 weeks.", "A brace reduced pain at 6 weeks and prevented later deformity and depression."),
    ("coverage", "The drug reduced pain.", "The drug Zyxoprex reduced pain."),
)

LET_PASS = (
    ("quotation", "They set “SMART” goals with patients.", 'They set "SMART" goals with people.'),
    ("numbers", _TRIAL, "Kyphoplasty reduced pain by about 36% at 12 months."),
    ("numbers", "In 277 patients, 99 (35.7%) had drugs.", "Drugs were given to 99 of 277 patients (36%)."),
    ("numbers", "Symptoms resolved within 42 days.", "Symptoms resolved within 6 weeks."),
    ("units", "Give 1 g a day.", "Give 1,000 mg a day."),
    ("units", "The effect was 5.7 (2.9 to 14.3) points on the scale.", "The effect was 5.7 points on the scale."),
    ("dose", _DOSE, "Usual dose: 400 mg orally every 6 to 8 hours; do not exceed 3.2 g per day."),
    ("dose", "Duloxetine 60 mg once daily was given.", "60 mg of duloxetine was given once a day."),
    ("direction", _TRIAL, "Kyphoplasty lowered pain by 35.7% at 12 months."),
    (
        "negation",
        "There was no significant difference in pain between the groups.",
        "Pain did not differ significantly between the groups.",
    ),
    ("negation", _AGAINST, "Ibuprofen must not be used in patients with a history of asthma after taking aspirin."),
    ("negation", "It did not help adults (data not shown).", "It did not help adults."),
    ("condition", "Patients with hypertension were seen often.", "Patients with high blood pressure were seen often."),
    ("population", "Children were given 5 mg.", "Paediatric patients were given 5 mg."),
    ("intervention", "Acetaminophen is used first.", "Paracetamol is used first."),
    ("strength", "The society recommends against bed rest.", "The society recommended against bed rest."),
    ("overreach", _HEDGED, "Epidural steroid injection might offer short-term relief of radicular leg pain."),
    ("overreach", _LINKED, "Smoking is linked to a higher risk of pseudarthrosis."),
    ("order", "A brace reduced pain compared with exercise.", "Compared with exercise, a brace reduced pain."),
    ("order", "Nausea, vomiting and rash were reported.", "Rash, nausea and vomiting were reported."),
    ("substitution", "Pain often returned after surgery.", "Pain frequently returned after surgery."),
    ("coverage", "Patients with a brace had less pain.", "Moreover, people with a brace had less pain."),
    ("coverage", "Lumbar spinal stenosis was treated by exercise.", "LSS was treated by exercise."),
)


@pytest.mark.parametrize(("name", "source", "text"), CAUGHT)
def test_what_the_source_does_not_say_is_caught(name: str, source: str, text: str) -> None:
    found = registry.load("checks", name)(claim_of(text), [Support(source)])
    assert (found.name, found.outcome) == (name, "fail"), found
    assert found.expected or found.found


@pytest.mark.parametrize(("name", "source", "text"), LET_PASS)
def test_a_true_rewording_passes(name: str, source: str, text: str) -> None:
    found = registry.load("checks", name)(claim_of(text), [Support(source)])
    assert found.outcome != "fail", found


@pytest.mark.parametrize("name", registry.names("checks"))
def test_every_check_has_a_row_both_ways_and_bears_no_quotes_and_no_text(name: str) -> None:
    check = registry.load("checks", name)
    assert any(row[0] == name for row in CAUGHT)
    assert any(row[0] == name for row in LET_PASS)
    for text in ("", "Pain fell by 5 mg daily in “mice”; it did not rise.", "?!", "α" * 500):
        for supports in ([], [Support("")], [Support("Pain.")]):
            assert check(claim_of(text), supports).name == name


def test_a_label_speaks_of_its_drug_where_the_sentence_says_it() -> None:
    header = Header(tier="label", extent="label", title="Celecoxib capsules", drug="celecoxib")
    supports = [Support("Reduce the dose by half in these patients.", header=header)]
    check = registry.load("checks", "intervention")
    assert check(claim_of("Reduce the dose of celecoxib by half in these patients."), supports).outcome == "pass"
    assert check(claim_of("Reduce the dose of ibuprofen by half in these patients."), supports).outcome == "fail"


def test_a_grade_may_stand_in_the_records_annotation() -> None:
    note = Annotation(kind="recommendation", direction="for", strength="Moderate")
    text = "The guideline gives a moderate recommendation for a brace."
    check = registry.load("checks", "strength")
    assert check(claim_of(text), [Support("The guideline recommends a brace.", annotation=note)]).outcome == "pass"
    assert check(claim_of(text), [Support("The guideline recommends a brace.")]).outcome == "fail"
