"""What machines read of an approved article: schema.org's MedicalWebPage as JSON-LD that no title can break out of."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from pincite.records import Answer, Reference
from pincite.rendering.safe import plain
from pincite.rendering.wording import address_of
from pincite.web.articles.people import Contributor
from pincite.web.editorial.models import Article

_ESCAPES = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&\u2028\u2029"}
_TYPES = {"guideline": "MedicalScholarlyArticle", "research": "MedicalScholarlyArticle", "label": "CreativeWork", "patient": "CreativeWork"}


def address(path: str) -> str:
    """An absolute address of this site."""
    return f"{settings.WEB.url}{path}"


def json_ld(article: Article, answer: Answer, people: list[Contributor]) -> SafeString:
    """The page's JSON-LD, of an approved article; safe inside a script element, whatever its strings hold."""
    page = address(article.get_absolute_url())
    assert article.approved_at is not None
    organization = {"@type": "Organization", "name": plain(settings.WEB.organization), "url": settings.WEB.url}
    value = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "@id": page,
        "url": page,
        "name": plain(answer.question),
        "headline": plain(answer.question)[:110],
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "datePublished": article.published_at.isoformat() if article.published_at else None,
        "dateModified": article.approved_at.isoformat(),
        "lastReviewed": article.approved_at.date().isoformat(),
        "author": [_person(one) for one in people if one.part in ("Author", "Edited by")],
        "reviewedBy": [_person(one) for one in people if one.part not in ("Author", "Edited by")],
        "publisher": organization,
        "about": [{"@type": "MedicalCondition", "name": plain(name)} for name in answer.understood.conditions],
        "audience": {"@type": "MedicalAudience", "audienceType": "Patient" if answer.audience == "patient" else "Clinician"},
        "citation": [_citation(reference) for reference in answer.references],
    }
    return embedded({name: held for name, held in value.items() if held not in (None, [])})


def embedded(value: Any) -> SafeString:
    """JSON for a script element: the characters that could end the element or begin another are escaped within its strings."""
    text = json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(text)  # nothing in it can be markup: see _ESCAPES


def _person(one: Contributor) -> dict[str, Any]:
    said = {"@type": "Person", "name": one.name, "honorificSuffix": one.credentials, "jobTitle": one.position}
    return {name: held for name, held in said.items() if held}


def _citation(reference: Reference) -> dict[str, Any]:
    identifiers = [
        (scheme, value) for scheme, value in (("doi", reference.doi), ("pmid", reference.pmid), ("pmc", reference.pmcid)) if value
    ]
    said = {
        "@type": _TYPES[reference.tier],
        "name": plain(reference.title),
        "author": [{"@type": "Person", "name": plain(name)} for name in reference.authors],
        "publisher": {"@type": "Organization", "name": plain(reference.organization)} if reference.organization else None,
        "isPartOf": {"@type": "Periodical", "name": plain(reference.venue)} if reference.venue else None,
        "datePublished": str(reference.year) if reference.year else None,
        "url": address_of(reference),
        "identifier": [{"@type": "PropertyValue", "propertyID": scheme, "value": plain(value)} for scheme, value in identifiers],
    }
    return {name: held for name, held in said.items() if held}
