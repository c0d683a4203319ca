"""A baseline-sized PubMed file: how fast it is parsed (beside pubmed_parser, same file, same run), how much memory it takes on its
way into a library, and whether kill -9 at random moments changes what the library holds in the end.

The file has 30,000 citations in MEDLINE form, made from the real abstracts and snippets of ../shared/corpora (sentences rotated,
so that no two texts are equal), with authors, headings and reference lists of the usual lengths: about 5 kB each, as in a baseline.

Run: python benchmarks/medline_bulk.py [citations=30000] [kills=6]     needs the extra `bench`; vectors are not made
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from pincite.feeds import running, subscriptions
from pincite.ingest.medline import cleaned
from pincite.ingest.unpacking import Source
from pincite.library.starter import create_empty
from pincite.library.store import Library
from pincite.settings import load_settings

CORPORA = Path(os.environ.get("CURBSIDE_CORPORA", Path(__file__).resolve().parents[2] / "shared" / "corpora"))
HEADINGS = ("Humans", "Female", "Male", "Adult", "Middle Aged", "Aged", "Treatment Outcome", "Pain Measurement", "Low Back Pain", "Spine")
LABELS = (("BACKGROUND", "BACKGROUND"), ("METHODS", "METHODS"), ("RESULTS", "RESULTS"), ("CONCLUSIONS", "CONCLUSIONS"))


def abstracts() -> list[list[str]]:
    """The sentences of every real abstract, and of the snippets that experts took from one document."""
    found: list[list[str]] = []
    for value in json.loads((CORPORA / "pubmedqa" / "dev.json").read_text("utf-8")).values():
        found.append(_sentences(" ".join(value.get("CONTEXTS", [])) + " " + value.get("LONG_ANSWER", "")))
    snippets: dict[str, list[str]] = {}
    for file in sorted((CORPORA / "bioasq").glob("*.json")):
        for question in json.loads(file.read_text("utf-8"))["questions"]:
            for snippet in question.get("snippets", ()):
                snippets.setdefault(snippet["document"], []).append(snippet["text"])
    found += [_sentences(" ".join(dict.fromkeys(texts))) for texts in snippets.values()]
    return [one for one in found if len(one) >= 4]


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!])\s+(?=[A-Z])", " ".join(text.split())) if part]


def made(count: int) -> Iterator[str]:
    """Citations, each with a text of its own."""
    bases = abstracts()
    chance = random.Random(7)
    for number in range(count):
        base = bases[number % len(bases)]
        turn = (number // len(bases)) % len(base)
        sentences = [*base[turn:], *base[:turn]][:12]
        part = max(1, len(sentences) // 4)
        pieces = [sentences[start : start + part] for start in (0, part, 2 * part)] + [sentences[3 * part :]]
        abstract = "".join(
            f'<AbstractText Label="{label}" NlmCategory="{category}">{escape(" ".join(piece))}</AbstractText>'
            for (label, category), piece in zip(LABELS, pieces, strict=True)
            if piece
        )
        authors = "".join(
            f'<Author ValidYN="Y"><LastName>Name{chance.randrange(9999)}</LastName><ForeName>Given M</ForeName><Initials>GM</Initials>'
            f"<AffiliationInfo><Affiliation>Department of Medicine, University {chance.randrange(99)}, City.</Affiliation></AffiliationInfo></Author>"
            for _ in range(chance.randrange(2, 8))
        )
        headings = "".join(
            f'<MeshHeading><DescriptorName UI="D{index:06d}" MajorTopicYN="N">{name}</DescriptorName></MeshHeading>'
            for index, name in enumerate(chance.sample(HEADINGS, 7))
        )
        references = "".join(
            f"<Reference><Citation>Author A. A paper about something. J Med. {1990 + index};1:1-9.</Citation><ArticleIdList>"
            f'<ArticleId IdType="pubmed">{chance.randrange(10**7)}</ArticleId></ArticleIdList></Reference>'
            for index in range(chance.randrange(0, 14))
        )
        pmid = 40_000_000 + number
        yield (
            f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>'
            "<DateRevised><Year>2026</Year><Month>01</Month><Day>05</Day></DateRevised>"
            f'<Article PubModel="Print"><Journal><ISSN IssnType="Print">0000-0000</ISSN><JournalIssue CitedMedium="Print"><Volume>12</Volume>'
            f"<Issue>3</Issue><PubDate><Year>{1990 + number % 35}</Year><Month>Mar</Month></PubDate></JournalIssue><Title>Journal of Benchmarks"
            f"</Title><ISOAbbreviation>J Bench</ISOAbbreviation></Journal><ArticleTitle>{escape(sentences[0][:180])}</ArticleTitle>"
            f'<Pagination><MedlinePgn>1-9</MedlinePgn></Pagination><ELocationID EIdType="doi" ValidYN="Y">10.5555/bench.{pmid}</ELocationID>'
            f'<Abstract>{abstract}</Abstract><AuthorList CompleteYN="Y">{authors}</AuthorList><Language>eng</Language><PublicationTypeList>'
            '<PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article><MedlineJournalInfo><Country>England'
            "</Country><MedlineTA>J Bench</MedlineTA><NlmUniqueID>1</NlmUniqueID></MedlineJournalInfo>"
            f'<MeshHeadingList>{headings}</MeshHeadingList></MedlineCitation><PubmedData><History><PubMedPubDate PubStatus="pubmed"><Year>2020'
            f'</Year><Month>1</Month><Day>1</Day></PubMedPubDate></History><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>'
            f'<ArticleId IdType="doi">10.5555/bench.{pmid}</ArticleId></ArticleIdList><ReferenceList>{references}</ReferenceList></PubmedData>'
            "</PubmedArticle>\n"
        )


def make(folder: Path, count: int, *, files: int = 1) -> int:
    """Write the citations as baseline files with their checksums; bytes unpacked."""
    size = 0
    chunks: list[list[str]] = [[] for _ in range(files)]
    for number, citation in enumerate(made(count)):
        chunks[number * files // count].append(citation)
    for number, chunk in enumerate(chunks, start=1):
        xml = f'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n{"".join(chunk)}</PubmedArticleSet>\n'.encode()
        size += len(xml)
        data = gzip.compress(xml, 3)
        file = folder / f"pubmed26n{number:04d}.xml.gz"
        file.write_bytes(data)
        file.with_name(f"{file.name}.md5").write_text(f"MD5({file.name})= {hashlib.md5(data, usedforsecurity=False).hexdigest()}\n")
    return size


def ours(file: Path) -> int:
    return sum(1 for _ in cleaned(Source(file.name, gzip.decompress(file.read_bytes()))))


def theirs(file: Path) -> int:
    import pubmed_parser

    return sum(1 for _ in pubmed_parser.parse_medline_xml(str(file)))


def timed(parse: Callable[[Path], int], file: Path) -> float:
    begun = time.process_time()
    count = parse(file)
    return count / (time.process_time() - begun)


def take_in(home: str, folder: str) -> None:
    """The whole feed, as `pincite feed pubmed-bulk FOLDER --no-vectors` does it; says its peak memory."""
    settings = load_settings({"PINCITE_HOME": home, "PINCITE_ENCODER": "none"})
    create_empty(settings.library)
    library = Library.open(settings.library)
    store = subscriptions.Subscriptions(settings)
    with store.held(), running.open_client(settings) as client:
        one = store.add(subscriptions.new("pubmed-bulk", (folder,), now=subscriptions.utc_now()))
        done = running.run(one, client=client, settings=settings, library=library, subscriptions=store)
    assert done.last is not None
    assert done.last.error is None, done.last.error
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {"documents": library.refresh().state().documents, "version": library.refresh().state().version, "peak_mib": round(peak)}
        )
    )


def child(home: Path, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, "--take-in", str(home), str(folder)], stdout=subprocess.PIPE)


def main(count: int, kills: int) -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as temporary:
        place = Path(temporary)
        folder = place / "whole"
        folder.mkdir()
        size = make(folder, count)
        file = folder / "pubmed26n0001.xml.gz"
        print(f"{count:,} citations, {size / 1e6:.0f} MB unpacked, {file.stat().st_size / 1e6:.0f} MB packed")

        rates: dict[str, list[float]] = {"pincite": [], "pubmed_parser": []}
        for _ in range(3):
            rates["pincite"].append(timed(ours, file))
            rates["pubmed_parser"].append(timed(theirs, file))
        for name, found in rates.items():
            print(f"parsing alone, {name}: {', '.join(f'{rate:,.0f}' for rate in found)} citations per CPU-second (best {max(found):,.0f})")

        begun = time.monotonic()
        told = json.loads(child(place / "home", folder).communicate()[0])
        seconds = time.monotonic() - begun
        print(
            f"into a library: {told['documents']:,} documents in {seconds:.0f} s ({count / seconds:,.0f} a second), peak {told['peak_mib']} MiB"
        )
        assert told["peak_mib"] < 1.2 * 1024, "over 1.2 GiB"

        small = place / "parts"
        small.mkdir()
        part = max(300, count // 15)
        make(small, part, files=6)
        begun = time.monotonic()
        whole = json.loads(child(place / "straight", small).communicate()[0])
        seconds = time.monotonic() - begun
        chance = random.Random(11)
        for number in range(kills):
            process = child(place / "killed", small)
            time.sleep(chance.uniform(0.3, 0.9) * seconds)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            held = Library.open(place / "killed" / "library").state() if (place / "killed" / "library").exists() else None
            print(f"kill {number + 1}: {held.documents if held else 0:,} documents are safe")
        again = json.loads(child(place / "killed", small).communicate()[0])
        same = again["version"] == whole["version"]
        print(
            f"after {kills} kills and one more run: {again['documents']:,} documents, {'the same library' if same else 'ANOTHER LIBRARY'}"
        )
        assert same
        assert Library.open(place / "killed" / "library").verify().clean


if __name__ == "__main__":
    if sys.argv[1:2] == ["--take-in"]:
        take_in(sys.argv[2], sys.argv[3])
    else:
        main(*(int(value) for value in (*sys.argv[1:], *("30000", "6")[len(sys.argv) - 1 :])))
