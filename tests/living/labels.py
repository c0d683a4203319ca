"""A small drug label as its maker would print it, in any version: what the tests of living evidence change."""

from __future__ import annotations

from pincite.ingest.reading import read_bytes
from pincite.records import Reading

_SPL = """<document xmlns="urn:hl7-org:v3"><title>NAPROXEN tablets</title><effectiveTime value="{date}"/>
<setId root="AAAAAAAA-0000-0000-0000-00000000000{number}"/><versionNumber value="{version}"/>
<author><assignedEntity><representedOrganization><name>Maker Inc</name></representedOrganization></assignedEntity></author>
<component><structuredBody>
<component><section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct><name>Naproxen</name>
<asEntityWithGeneric><genericMedicine><name>NAPROXEN</name></genericMedicine></asEntityWithGeneric>
<ingredient classCode="ACTIB"><ingredientSubstance><name>Naproxen</name></ingredientSubstance></ingredient>
</manufacturedProduct></manufacturedProduct></subject></section></component>
{sections}
</structuredBody></component></document>"""
_SECTION = '<component><section><code code="{code}"/><title>{title}</title><text><paragraph>{text}</paragraph></text></section></component>'

BOXED = "WARNING: NSAIDs may cause an increased risk of serious cardiovascular thrombotic events."
DOSING = "The recommended starting dose of naproxen tablets for rheumatoid arthritis is 500 mg twice daily. {maximum}"
MAXIMUM = "The maximum recommended daily dose of naproxen tablets is {most}."
AGAINST = "Naproxen tablets are contraindicated in the setting of coronary artery bypass graft surgery."
USES = "Naproxen tablets are indicated for the relief of signs and symptoms of rheumatoid arthritis."


def label(
    *,
    version: int = 1,
    date: str = "20240115",
    most: str = "1,500 mg",
    boxed: str = BOXED,
    against: str = AGAINST,
    uses: str = USES,
    number: int = 1,
) -> Reading:
    """The label of one version, with `most` as its maximum daily dose."""
    texts = (
        ("34066-1", "BOXED WARNING", boxed),
        ("34067-9", "1 INDICATIONS AND USAGE", uses),
        ("34068-7", "2 DOSAGE AND ADMINISTRATION", DOSING.format(maximum=MAXIMUM.format(most=most))),
        ("34070-3", "4 CONTRAINDICATIONS", against),
    )
    sections = "".join(_SECTION.format(code=code, title=title, text=text) for code, title, text in texts)
    (reading,) = read_bytes("naproxen.xml", _SPL.format(date=date, version=version, number=number, sections=sections).encode())
    assert isinstance(reading, Reading), reading
    return reading
