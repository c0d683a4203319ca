"""Reads registrations of ClinicalTrials.gov as its API gives them (version 2, JSON).

A registration says what is planned, not what was found. It is kept as a protocol, which never answers (`appraisal.currency`),
and its first words say so, whatever has been posted as results: those are read in the publication, not here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pincite.errors import UnreadableError
from pincite.ingest import metadata
from pincite.ingest.unpacking import Source
from pincite.records import Block, Draft, Header, Relation, Unread

_NCT = re.compile(r"NCT\d{8}")
_COMPLETED = {"COMPLETED", "TERMINATED"}


class ClinicalTrialsReader:
    """Registrations of trials in JSON."""

    name = "clinicaltrials"

    def accepts(self, source: Source) -> int:
        """Certain for JSON with a protocol section and an NCT number."""
        head = source.data[:20_000].lstrip(b"\xef\xbb\xbf \t\r\n")
        if head.startswith((b"{", b"[")) and b'"protocolSection"' in head and b'"nctId"' in head:
            return 95
        return 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft for each registration."""
        for number, study in enumerate(cleaned(raw(source)), start=1):
            draft = document(study) if isinstance(study, dict) else None
            yield draft or Unread(name=f"{source.name} (study {number})", reason="has no NCT number or no title")


reader = ClinicalTrialsReader()


def raw(source: Source) -> Any:
    """The parsed JSON; raises UnreadableError naming line and column."""
    try:
        return json.loads(source.data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise UnreadableError(f"is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error


def cleaned(value: Any) -> list[Any]:
    """The studies of a response, a list or one study."""
    if isinstance(value, dict) and isinstance(value.get("studies"), list):
        return list(value["studies"])
    return value if isinstance(value, list) else [value]


def document(study: dict[str, Any]) -> Draft | None:
    """One registration as a draft; None without number or title."""
    protocol = _part(study, "protocolSection")
    named, status = _part(protocol, "identificationModule"), _part(protocol, "statusModule")
    number = str(named.get("nctId") or "")
    title = str(named.get("officialTitle") or named.get("briefTitle") or "")
    if not _NCT.fullmatch(number) or not title:
        return None
    standing = standing_of(str(status.get("overallStatus") or ""), results=study.get("hasResults") is True)
    design = _part(protocol, "designModule")
    conditions = _texts(_part(protocol, "conditionsModule").get("conditions"))
    treatments = [
        str(one.get("name")) for one in _dicts(_part(protocol, "armsInterventionsModule").get("interventions")) if one.get("name")
    ]
    posted = str((_part(status, "lastUpdatePostDateStruct")).get("date") or "")
    date = metadata.iso_date(*posted.split("-")[:3])
    begun = str(_part(status, "startDateStruct").get("date") or "")
    header = Header(
        tier="research",
        design="protocol",
        extent="abstract",
        title=title,
        organization=_part(_part(protocol, "sponsorCollaboratorsModule"), "leadSponsor").get("name"),
        venue="ClinicalTrials.gov",
        year=int(begun[:4]) if re.match(r"\d{4}", begun) else None,
        date=date,
        url=f"https://clinicaltrials.gov/study/{number}",
        language="en",
        publication_types=("Registered trial", *_texts(design.get("phases"))),
        keywords=tuple(_texts(_part(protocol, "conditionsModule").get("keywords"))),
        conditions=tuple(conditions),
        interventions=tuple(dict.fromkeys(treatments)),
        relations=tuple(
            Relation(kind="comments-on", target=f"pmid:{pmid}")
            for one in _dicts(_part(protocol, "referencesModule").get("references"))
            if (pmid := metadata.pmid(str(one.get("pmid") or ""))) and one.get("type") in ("RESULT", "DERIVED")
        ),
        notes=standing,
    )
    return Draft(record_id=f"nct:{number}", header=header, blocks=tuple(_blocks(title, standing, protocol, conditions, treatments)))


def standing_of(status: str, *, results: bool) -> str:
    """What must be said before anything else of a registration.

    >>> standing_of("COMPLETED", results=False)
    'Registered trial, completed, no results posted: not evidence.'
    """
    words = status.lower().replace("_", " ") or "of unknown status"
    if results:
        return f"Registered trial, {words}; its results are posted on ClinicalTrials.gov and are not read here: not evidence."
    told = "no results posted" if status in _COMPLETED else "no results yet"
    return f"Registered trial, {words}, {told}: not evidence."


def _blocks(title: str, standing: str, protocol: dict[str, Any], conditions: list[str], treatments: list[str]) -> Iterator[Block]:
    yield Block(text=title, section="Title", kind="title")
    yield Block(text=standing, section="Registration", kind="methods")
    summary = str(_part(protocol, "descriptionModule").get("briefSummary") or "")
    if summary:
        yield Block(text=summary, section="Registration > Summary", kind="objective")
    facts = [
        f"Conditions: {'; '.join(conditions)}." if conditions else "",
        f"Interventions: {'; '.join(treatments)}." if treatments else "",
    ]
    outcomes = [str(one.get("measure")) for one in _dicts(_part(protocol, "outcomesModule").get("primaryOutcomes")) if one.get("measure")]
    facts.append(f"Primary outcomes: {'; '.join(outcomes)}." if outcomes else "")
    count = _part(_part(protocol, "designModule"), "enrollmentInfo").get("count")
    facts.append(f"Planned or enrolled: {count}." if isinstance(count, int) else "")
    if any(facts):
        yield Block(text="\n".join(fact for fact in facts if fact), section="Registration > Plan", kind="methods")


def _part(holder: Any, name: str) -> dict[str, Any]:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value if isinstance(one, str) and one.strip()] if isinstance(value, list) else []
