"""The last steps of the build: prune the hierarchy, decide what each term means, write the tables that are shipped.

Files written (all little-endian, byte-identical on a rebuild):
  terms.marisa, terms.u32    trie of folded terms, each ending in a blank so that a prefix ends at a word; key id →
                             concept number, or, with the top bit set, a place in more.u32
  more.u32                   runs of: count, concept numbers (best first), for terms with several meanings
  ids.marisa, ids.u32        trie of all identifiers; key id → concept number
  primary.u32                concept number → key id of its primary identifier in ids.marisa
  children.u32               for each concept number and one more: where its children begin; then all children
  kinds.u8                   concept number → place in KINDS, plus 128 for a chapter of a vocabulary
  concepts.bin               u32 number of blocks, u32 end of each, then zlib blocks of BLOCK concepts, one a line:
                             ids, label, category, parents, related, display forms
  words.bin                  26 u32 ends, then one zlib block for each first letter: word, tab, weight
  english.marisa             ordinary English words, which spelling correction leaves alone
"""

from __future__ import annotations

import re
import struct
import zlib
from array import array
from collections import Counter, defaultdict
from pathlib import Path

import marisa_trie
from vocabulary_merge import rank
from vocabulary_own import KINDS
from vocabulary_rules import Rules, is_short_form
from vocabulary_sources import Raw

from pincite.terms.normalising import normalise

BLOCK = 32
FORMS = 24  # display forms kept for one concept
MANY = 1 << 31
CHAPTER = 128


def descendants(concepts: dict[str, Raw]) -> dict[str, set[str]]:
    """All concepts below each concept."""
    children: dict[str, set[str]] = defaultdict(set)
    for raw in concepts.values():
        for above in raw.parents:
            children[above].add(raw.id)
    out = {}
    for ident in list(children):
        seen: set[str] = set()
        stack = [ident]
        while stack:
            for child in children.get(stack.pop(), ()):
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        out[ident] = seen
    return out


def prune(concepts: dict[str, Raw], largest: dict[str, int], own: set[str]) -> tuple[set[str], list[str]]:
    """Cuts edges to other kinds and those that close a circle or say nothing new; returns the chapters, with notes.

    A chapter ("nervous system disorder") keeps its edges, so that what lies below it is found, but is never offered as
    the wider condition. A concept of our own rows is none, however much lies below it (epilepsy, cancer).
    """
    for raw in concepts.values():
        raw.parents = {p for p in raw.parents if p in concepts and concepts[p].kind == raw.kind and p != raw.id}
    below = descendants(concepts)
    chapters = {i for i, under in below.items() if len(under) > largest[concepts[i].kind]} - own
    for raw in concepts.values():
        raw.parents -= below.get(raw.id, set())
        raw.parents -= {p for p in raw.parents if any(p != q and q in below.get(p, ()) for q in raw.parents)}
    return chapters, [f"chapter\t{len(below[i])}\t{i}\t{concepts[i].label}" for i in sorted(chapters, key=lambda i: -len(below[i]))]


def assign(concepts: dict[str, Raw], own: dict[str, str]) -> dict[str, list[str]]:
    """What each folded term means, best first: our row, else the concepts that it labels, else all that list it."""
    labels: dict[str, list[str]] = defaultdict(list)
    listed: dict[str, Counter[str]] = defaultdict(Counter)
    for ident in sorted(concepts, key=rank):
        raw = concepts[ident]
        for number, term in enumerate(raw.terms):
            key = normalise(term)
            if number and is_short_form(term) and key not in own and raw.kind != "drug":
                continue
            listed[key][ident] += 1
            if (number == 0 or key == normalise(raw.label)) and ident not in labels[key]:
                labels[key].append(ident)
    below = descendants(concepts)
    order = {kind: number for number, kind in enumerate(KINDS)}
    out = {}
    for key, counts in listed.items():
        if not key:
            continue
        if key in own:
            out[key] = [own[key]]
            continue
        ids = labels.get(key) or list(counts)
        first = min(order[concepts[i].kind] for i in ids)
        ids = [i for i in ids if order[concepts[i].kind] == first]
        ids = [i for i in ids if not any(i in below.get(j, ()) for j in ids if j != i)] or ids
        out[key] = sorted(ids, key=lambda i: (-counts[i], rank(i)))[:6]
    return out


# --- display forms ---------------------------------------------------------------------------------------------------


def display(raw: Raw, lower: set[str], own_forms: int) -> list[str]:
    """Readable forms of a concept, best first: label, our own, then those that most sources list, shortest first."""

    votes = Counter(normalise(term) for term in raw.terms)
    chosen: dict[str, str] = {}
    for term in raw.terms[: own_forms + 1]:
        chosen.setdefault(normalise(term), term)
    rest: dict[str, str] = {}
    for term in raw.terms:
        key = normalise(term)
        if key in chosen or "," in term or "(" in term or "[" in term or re.search(r"\bNOS\b", term):
            continue
        if raw.kind == "drug" and re.fullmatch(r"[a-z]+[ -]?\d[\w -]*", key):  # company codes are found, not shown
            continue
        best = rest.get(key)
        if best is None or (best.endswith("s") and not term.endswith("s")):
            rest[key] = term
    ordered = sorted(rest.items(), key=lambda item: (-votes[item[0]], len(item[1]), item[1]))
    out = [raw.label, *chosen.values(), *(_spoken(term, lower) for _, term in ordered)]
    return list(dict.fromkeys(out))[:FORMS]


def write(
    folder: Path,
    concepts: dict[str, Raw],
    terms: dict[str, list[str]],
    own: dict[str, str],
    rules: Rules,
    chapters: set[str],
) -> list[str]:
    """Writes the tables; returns the notes for review."""
    folder.mkdir(parents=True, exist_ok=True)
    order = sorted(concepts, key=lambda i: (KINDS.index(concepts[i].kind), rank(i)))
    used = {i for ids in terms.values() for i in ids} | {p for raw in concepts.values() for p in raw.parents}
    order = [i for i in order if i in used]
    number = {ident: place for place, ident in enumerate(order)}
    children: dict[str, list[str]] = defaultdict(list)
    for ident in order:
        for above in concepts[ident].parents:
            children[above].append(ident)
    lower = {w for w in rules.per_million if rules.per_million[w] > 0.02}
    for raw in concepts.values():
        # drugs' generic names and the words of MONDO are written in lower case, eponyms are not
        words = re.findall(r"[A-Za-z]+", raw.label)
        if raw.id.startswith("MONDO") or (raw.id.startswith("MESH") and raw.kind == "drug"):
            lower |= {w.lower() for w in words if w.islower() or raw.kind == "drug"}
    lower -= {w.lower() for r in concepts.values() if r.id.startswith("MONDO") for w in re.findall(r"\b[A-Z][a-z]+", r.label)}
    own_count: Counter[str] = Counter(own.values())
    lines = []
    for ident in order:
        raw = concepts[ident]
        forms = display(raw, lower, own_count.get(ident, 0))
        if not own_count.get(ident):
            forms[0] = _spoken(forms[0], lower)
        refs = [
            "|".join(str(number[i]) for i in sorted(group, key=lambda i: number[i]))
            for group in (raw.parents & number.keys(), raw.related & number.keys())
        ]
        ids = [ident, *sorted(raw.same - {ident}, key=rank)]
        clean = [form.replace("|", "/").replace("\t", " ") for form in dict.fromkeys(forms)]
        lines.append("\t".join(["|".join(ids), clean[0], raw.category or "", *refs, "|".join(clean)]))
    _write_blocks(folder / "concepts.bin", ["\n".join(lines[i : i + BLOCK]) for i in range(0, len(lines), BLOCK)])
    (folder / "kinds.u8").write_bytes(bytes(KINDS.index(concepts[i].kind) | (CHAPTER if i in chapters else 0) for i in order))

    keys = sorted(terms)
    trie = marisa_trie.Trie([key + " " for key in keys])
    trie.save(str(folder / "terms.marisa"))
    values, more = array("I", bytes(4 * len(keys))), array("I")
    for key in keys:
        numbers = [number[i] for i in terms[key]]
        place = trie.key_id(key + " ")
        if len(numbers) == 1:
            values[place] = numbers[0]
        else:
            values[place] = MANY | len(more)
            more.extend([len(numbers), *numbers])
    (folder / "terms.u32").write_bytes(values.tobytes())
    (folder / "more.u32").write_bytes(more.tobytes())

    _write_ids(folder, concepts, order, children)
    _write_words(folder, concepts, order, rules)
    return _notes(concepts, terms, rules)


def _notes(concepts: dict[str, Raw], terms: dict[str, list[str]], rules: Rules) -> list[str]:
    """What a reviewer should look at: ordinary words dropped and kept, and terms with several meanings."""
    keys = sorted(terms)
    notes = [f"ordinary\t{share:.1f}\t{word}" for word, share in sorted(rules.dropped.items(), key=lambda x: -x[1])]
    kept = [key for key in keys if " " not in key and rules.folded.get(key, 0) >= 1]
    notes += [f"kept\t{rules.folded[key]:.1f}\t{key}\t{'; '.join(concepts[i].label for i in terms[key])}" for key in kept]
    notes += [f"several\t{key}\t" + "; ".join(f"{i} {concepts[i].label}" for i in terms[key]) for key in keys if len(terms[key]) > 1]
    return notes


def _spoken(term: str, lower: set[str]) -> str:
    """A title-case name as it stands in a sentence: words known in lower case lose their capital, names keep it."""
    return re.sub(r"\b[A-Z][a-z]+\b", lambda m: m[0].lower() if m[0].lower() in lower else m[0], term)


def _write_ids(folder: Path, concepts: dict[str, Raw], order: list[str], children: dict[str, list[str]]) -> None:
    """All identifiers, and the children of each concept."""
    number = {ident: place for place, ident in enumerate(order)}
    aliases = {alias: number[i] for i in order for alias in (concepts[i].same | {i})}
    trie = marisa_trie.Trie(sorted(aliases))
    trie.save(str(folder / "ids.marisa"))
    values = array("I", bytes(4 * len(aliases)))
    for alias, place in aliases.items():
        values[trie.key_id(alias)] = place
    (folder / "ids.u32").write_bytes(values.tobytes())
    (folder / "primary.u32").write_bytes(array("I", [trie.key_id(i) for i in order]).tobytes())
    edges, ends = array("I"), array("I", [0])
    for ident in order:
        edges.extend(sorted(number[child] for child in children[ident]))
        ends.append(len(edges))
    (folder / "children.u32").write_bytes(ends.tobytes() + edges.tobytes())


def _write_blocks(path: Path, blocks: list[str]) -> None:
    packed = [zlib.compress(block.encode(), 9) for block in blocks]
    ends, at = [], 0
    for block in packed:
        at += len(block)
        ends.append(at)
    path.write_bytes(struct.pack(f"<{len(ends) + 1}I", len(ends), *ends) + b"".join(packed))


def _write_words(folder: Path, concepts: dict[str, Raw], order: list[str], rules: Rules) -> None:
    """The single words of the terms with a weight (books use it, concepts use it), and the ordinary English words."""
    seen: Counter[str] = Counter()
    for ident in order:
        raw = concepts[ident]
        terms = raw.terms if raw.kind != "drug" else raw.terms[:6]
        words = {w for term in [raw.label, *terms] for w in re.findall(r"[a-z]{4,24}", term.lower().replace("'s", ""))}
        seen.update(words)
    blocks = []
    for letter in "abcdefghijklmnopqrstuvwxyz":
        rows = sorted(w for w in seen if w[0] == letter)
        blocks.append("\n".join(f"{w}\t{seen[w] + int(rules.per_million.get(w, 0) * 20)}" for w in rows))
    _write_blocks(folder / "words.bin", blocks)
    marisa_trie.Trie(sorted(w for w in rules.per_million if w.isalpha())).save(str(folder / "english.marisa"))
