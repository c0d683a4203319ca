"""A finished audit → what its page shows: the line, the counts, what is gravest, and in which forms the whole can be had."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpResponse

from pincite import registry
from pincite.records import Audit
from pincite.rendering.audits import html, layout
from pincite.web.audits.models import CheckedText

MOST_SHOWN = 10  # of the gravest findings; the full report has all
_GRAVE = ("contradicted", "partly")
_BADGES = {"contradicted": "badge-alert", "partly": "badge-strength", "supported": "badge-good", "quoted": "badge-good"}


class Form(NamedTuple):
    """A form in which a report can be had."""

    name: str
    label: str
    media: str
    ending: str


FORMS = (
    Form("html", "Web page", "text/html; charset=utf-8", "html"),
    Form("md", "Markdown", "text/markdown; charset=utf-8", "md"),
    Form("csv", "Table (CSV)", "text/csv; charset=utf-8", "csv"),
    Form("json", "JSON", "application/json", "json"),
    Form("lines", "One line a finding", "text/plain; charset=utf-8", "txt"),
)
BY_NAME = {form.name: form for form in FORMS}
# Neither search engines nor archives keep a report: it holds somebody's text.
NOINDEX = {"X-Robots-Tag": "noindex, nofollow, noarchive"}


def summary(audit: Audit) -> dict[str, Any]:
    """What the page of a report shows, every string made harmless."""
    shown = layout.report(audit)
    grave = [finding for finding in layout.gravest_first(shown.findings) if finding.label in _GRAVE]
    return {
        "shown": shown,
        "counts": [(label, layout.LABELS[label], layout.MEANINGS[label], count, _BADGES.get(label, "")) for label, count in shown.counts],
        "grave": [(finding, _BADGES[finding.label]) for finding in grave[:MOST_SHOWN]],
        "more_grave": max(0, len(grave) - MOST_SHOWN),
        "bad_references": [line for line in shown.references if line.bad],
        "resolved": audit.summary.references_resolved,
        "listed": audit.summary.references_total,
        "library": audit.library,
        "forms": FORMS,
    }


def rendered(text: CheckedText, form: Form) -> bytes:
    """The report in a form, byte for byte as the command line writes it; raises ValidationError for a report of an older form."""
    if form.name == "json":
        return text.report.encode()
    data: bytes = registry.load("audit_writers", form.name)(text.audit())
    return data


def full_report(text: CheckedText) -> HttpResponse:
    """The self-contained page, under a policy of its own: nothing but its own style, whatever the text holds."""
    headers = {"Content-Security-Policy": html.policy(), **NOINDEX}
    return HttpResponse(rendered(text, BY_NAME["html"]), content_type=BY_NAME["html"].media, headers=headers)


def download(text: CheckedText, form: Form) -> HttpResponse:
    """The report as a file, whose name says nothing of the text's own."""
    name = f"pincite-audit-{text.pk.hex[:8]}.{form.ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": html.policy(), **NOINDEX}
    return HttpResponse(rendered(text, form), content_type=form.media, headers=headers)
