"""The audit's writers: what each shows, in which order, and that nothing of a foreign text can act in any of them."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from pincite.records import (
    Audit,
    AuditClaim,
    AuditReference,
    AuditSource,
    AuditSummary,
    Check,
    Citation,
    InternalFinding,
    Omitted,
    Quote,
    Reference,
    SetAside,
    Stretch,
    Verdict,
)
from pincite.rendering.audits import html, jsonout, layout, lines, markdown, table, terminal

CLAIMS = (
    "Ibuprofen relieves pain.",
    "Rest in bed cures it.",
    "The maximum is 6400 mg a day.",
    "Yoga may help.",
    "It helps 12 of 45 (35.7%).",
    "Heat helps.",
)
TEXT = "Back pain\nTreatment\n" + " ".join(CLAIMS) + "\nDrug\tDose\nIbuprofen\t400 mg"


def verdict(label: str, *checks: Check) -> Verdict:
    return Verdict(label=label, score=None, checks=checks)  # type: ignore[arg-type]


def fail(name: str, says: str, found: str | None = None, expected: str | None = None) -> Check:
    return Check(name=name, outcome="fail", says=says, found=found, expected=expected)


NOTHING = Check(name="evidence", outcome="abstain", says="The source cited is not in this library, and nothing else in it says so.")
VERDICTS = (
    (verdict("quoted", Check(name="numbers", outcome="pass", says="All numbers stand.")), "none", True),
    (verdict("not-found", NOTHING), "low", False),
    (
        verdict("contradicted", fail("coverage", "maximum stands nowhere."), fail("dose", "The label says 3200 mg.", "3200 mg", "6400 mg")),
        "high",
        True,
    ),
    (verdict("uncited", Check(name="evidence", outcome="abstain", says="The text gives no source.")), "moderate", False),
    (verdict("partly", fail("numbers", "Another number.")), "moderate", True),
    (verdict("not-found", NOTHING), "low", True),
)


def made(odd: str = "") -> Audit:
    """An audit with every part; `odd` stands wherever somebody else's words can stand."""
    text = TEXT.replace("Yoga", f"Yoga {odd}") if odd else TEXT
    citation = Citation(
        reference=1,
        document_id=f"label-ibuprofen{odd}",
        passage_id="p",
        section=f"Dosage {odd}",
        quote=Quote(exact=f"Not more than 3200 mg daily. {odd}", prefix="", suffix="", start=0, end=28),
    )
    claims = []
    said = [words.replace("Yoga", f"Yoga {odd}") if odd else words for words in CLAIMS]
    for number, (words, (judged, severity, shown)) in enumerate(zip(said, VERDICTS, strict=True), start=1):
        start = text.index(words)
        claims.append(
            AuditClaim(
                id=f"c{number}",
                text=words,
                start=start,
                end=start + len(words),
                context=("Back pain", f"Treatment {odd}".strip()),
                cites=(f"1{odd}",),
                verdict=judged,
                severity=severity,  # type: ignore[arg-type]
                evidence=(citation,) if shown else (),
                suggestion=citation.quote.exact if judged.label in ("contradicted", "partly") else None,
            )
        )
    body = text.index(CLAIMS[0]), text.index("\nDrug")
    cells = [("Drug", 0, 0), ("Dose", 0, 1), ("Ibuprofen\t", 1, 0), ("400 mg", 1, 1)]
    stretches = (
        Stretch(kind="title", start=0, end=9, level=1),
        Stretch(kind="heading", start=10, end=19, level=1),
        Stretch(kind="paragraph", start=body[0], end=body[1]),
        *(
            Stretch(
                kind="cell", start=text.rindex(words), end=text.rindex(words) + len(words.strip()), cell=(0, row, column), header=row == 0
            )
            for words, row, column in cells
        ),
    )
    own = text.index("12 of 45")
    return Audit(
        source=AuditSource(
            name=f"leaflet{odd}.html",
            sha256="0" * 64,
            extracted_characters=len(text),
            omitted=(Omitted(text=f"Menu {odd}", why="navigation", characters=4),),
        ),
        library="1-abc",
        claims=tuple(claims),
        references=(
            AuditReference(marker="1", text=f"FDA label {odd}", resolved="label-ibuprofen", status="current"),
            AuditReference(marker="2", text="Lost 2031", problem="not in this library"),
        ),
        internal=(InternalFinding(text=f"12 of 45 {odd}", start=own, end=own + 16, problem="12 of 45 is 26.7%, not 35.7%."),),
        summary=AuditSummary(
            claims=6, quoted=1, partly=1, contradicted=1, not_found=2, uncited=1, references_resolved=1, references_total=2
        ),
        text=text,
        stretches=stretches,
        flags=(f"steering: {odd}",) if odd else (),
        documents=(
            Reference(
                number=1,
                document_id="label-ibuprofen",
                tier="label",
                design="drug-label",
                title=f"Ibuprofen tablets {odd}",
                extent="record",
                status="current",
                url=f"https://example.org/{odd}",
                text_sha256="0" * 64,
            ),
        ),
        set_aside=(SetAside(kind="advice", text=f"Ask your doctor. {odd}", start=0, end=4),),
        says="1 of 6 claims stands in this library.",
    )


class Page(HTMLParser):
    """Elements with their attributes, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_gravest_finding_comes_first_wherever_it_stands_in_the_text() -> None:
    shown = layout.report(made())
    assert [one.number for one in shown.telling] == [3, 5, 6]
    page = html.render(made())
    assert page.index('id="finding-3"') < page.index('id="own-1"') < page.index('id="finding-5"') < page.index('id="finding-1"')
    assert page.index('href="#finding-3"') < page.index("<main>"), "before everything, a way to it"
    told = terminal.render(made())
    assert told.index("3. CONTRADICTED: dose") < told.index("12 of 45 is") < told.index("5. number not borne out")


def test_what_was_not_found_is_listed_together_with_its_reason_said_once() -> None:
    for report in (terminal.render(made()), markdown.render(made()), html.render(made())):
        assert report.count("Rest in bed cures it.") == (2 if "<main>" in report else 1)
    shown = layout.report(made())
    assert [(group.label, [one.number for one in group.findings]) for group in shown.bare] == [("not-found", [2]), ("uncited", [4])]


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (VERDICTS[2][0], "contradicted: dose"),
        (VERDICTS[4][0], "number not borne out"),
        (verdict("partly", fail("coverage", "x stands nowhere.")), "part of it not in its source"),
        (verdict("partly", fail("numbers", "a"), fail("condition", "b")), "said of another condition"),
        (verdict("partly"), "only partly borne out"),
        # What only lacks words is not what contradicts: the check that can show both is.
        (verdict("contradicted", fail("dose", "a"), fail("numbers", "b", "4", "5")), "contradicted: number"),
    ],
)
def test_an_outcome_is_named_by_the_check_that_weighs_most(judged: Verdict, says: str) -> None:
    claim = made().claims[2].model_copy(update={"verdict": judged})
    assert layout.report(made().model_copy(update={"claims": (claim,)})).findings[0].says == says


def test_words_that_stand_nowhere_are_no_news_beside_a_graver_check() -> None:
    checks = layout.report(made()).findings[2].checks
    assert checks == ("dose: The label says 3200 mg.",)


def test_a_summary_record_is_never_shown_as_the_words_of_the_original() -> None:
    for report in (terminal.render(made()), markdown.render(made()), html.render(made())):
        assert "summary record, not the original's words" in " ".join(report.split()).replace("&#x27;", "'")


def test_what_was_not_audited_is_said() -> None:
    assert "1 advice to the reader" in terminal.render(made())
    for report in (markdown.render(made()), html.render(made())):
        assert "Sentences that make no claim to check" in report
        assert "Ask your doctor." in report
        assert "Menu" in report


def test_marks_that_lead_nowhere_are_one_line_for_one_problem() -> None:
    lost = [AuditReference(marker=str(number), text="", problem="cited in the text, but not in the reference list") for number in (4, 7)]
    audit = made()
    listed = layout.report(audit.model_copy(update={"references": (*audit.references, *lost)})).references
    assert [(line.name, line.says) for line in listed][2:] == [("4, 7", "cited in the text, but not in the reference list")]
    assert len(listed) == 3


def test_html_links_each_claim_with_its_finding_and_names_nothing_twice() -> None:
    page = Page(html.render(made()))
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    targets = {link["href"][1:] for link in page.all("a") if (link["href"] or "").startswith("#")}  # type: ignore[index]
    assert targets <= set(names)
    assert {f"in-text-{number}" for number in range(1, 7)} <= set(names)
    assert {"own-1", "own-in-text-1"} <= set(names)


def test_html_shows_cells_as_a_table_and_the_text_unchanged() -> None:
    page = html.render(made())
    assert "<tr><th>Drug</th><th>Dose</th></tr>" in page.replace("\n", "")
    assert "<tr><td>Ibuprofen</td><td>400 mg</td></tr>" in page.replace("\n", "")
    words = re.sub(r"<sup>.*?</sup>|<[^>]+>", "", page[page.index("<main>") : page.index('class="findings"')])
    assert " ".join(CLAIMS) in words


def test_html_loads_nothing_and_runs_nothing_but_its_own_script() -> None:
    page = Page(html.render(made()))
    assert {tag for tag, _ in page.elements}.isdisjoint({"img", "link", "iframe", "object", "embed", "form", "base", "video", "audio"})
    assert not any(name.startswith("on") or name in ("src", "style") for _, attributes in page.elements for name in attributes)
    policy = next(one["content"] for one in page.all("meta") if one.get("http-equiv"))
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert html.policy() == f"{policy}; frame-ancestors 'none'"


def test_hostile_words_stay_words_in_html(hostile: str) -> None:
    page = html.render(made(hostile))
    seen, clean = Page(page), Page(html.render(made()))
    # As many elements of each kind as without them (and the flag), none of them with a new attribute.
    kinds = {"script", "style", "img", "meta", "article", "table", "b"}
    assert [tag for tag, _ in seen.elements if tag in kinds] == [tag for tag, _ in clean.elements if tag in kinds]
    assert not any(name.startswith("on") for _, attributes in seen.elements for name in attributes)
    assert all((link["href"] or "").startswith(("#", "https://")) for link in seen.all("a"))
    body = page[: page.index("<script>")]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", body)


def test_hostile_words_stay_words_in_the_other_reports(hostile: str) -> None:
    audit = made(hostile)
    for report in (terminal.render(audit, colour=False), markdown.render(audit), lines.render(audit)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", report)
    shown = markdown.render(audit)
    assert not re.search(r"(?<!\\)<(?!b>)\w|(?<!\\)\]\(", shown)
    rows = list(csv.reader(io.StringIO(table.render([audit]))))
    assert len(rows) == 7
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert len(lines.render(audit).splitlines()) == len(lines.render(made()).splitlines())


def test_json_reads_back_as_the_same_audit(hostile: str) -> None:
    for audit in (made(), made(hostile.replace("\x00", ""))):
        assert Audit.model_validate_json(jsonout.write(audit)) == audit


def test_lines_say_where_in_the_text_and_how_grave() -> None:
    told = lines.render(made(), name="docs/leaflet.md").splitlines()
    assert told[1] == "docs/leaflet.md:3:48: error contradicted “The maximum is 6400 mg a day.” dose: The label says 3200 mg."
    assert all(re.match(r"docs/leaflet\.md:\d+:\d+: (error|warning|note) [a-z-]+ \S", line) for line in told)
    assert [line.split()[2] for line in told] == ["not-found", "contradicted", "uncited", "partly", "arithmetic", "not-found", "reference"]


def test_csv_has_a_row_for_each_claim() -> None:
    rows = list(csv.DictReader(io.StringIO(table.write(made()).decode("utf-8-sig"))))
    assert [row["outcome"] for row in rows] == ["quoted", "not-found", "contradicted", "uncited", "partly", "not-found"]
    assert all(TEXT[int(row["start"]) : int(row["end"])] == row["claim"] for row in rows)


def test_terminal_shows_what_stands_only_when_asked() -> None:
    assert "1 claim not shown that stands in this library" in terminal.render(made())
    assert "What stands" in terminal.render(made(), everything=True)
    assert "\x1b[1;31m" in terminal.render(made(), colour=True)
    told = [line for line in terminal.render(made(), width=60).splitlines() if "0" * 64 not in line]
    assert max(map(len, told)) <= 60


def test_a_text_without_medical_claims_says_so_in_every_report() -> None:
    bare = Audit(
        source=AuditSource(name="garden.md", sha256="0" * 64, extracted_characters=3),
        summary=AuditSummary(),
        says="No medical claims were found in this text.",
        text="Dig",
    )
    for report in (terminal.render(bare), markdown.render(bare), html.render(bare)):
        assert "No medical claims were found in this text" in report
    assert lines.render(bare) == ""
