"""Template filters that every page may use."""

from __future__ import annotations

from django import template

from pincite.rendering import wording
from pincite.rendering.safe import plain, web_address

register = template.Library()


@register.filter
def design(value: str) -> str:
    """A design's name as people read it: `rct` → "randomised trial"."""
    return wording.DESIGNS.get(value, plain(str(value)))


@register.filter
def tier(value: str) -> str:
    """A tier's name as people read it."""
    return wording.TIERS.get(value, plain(str(value)))


@register.filter
def extent(value: str) -> str:
    """How much of a source is held, in words."""
    return wording.EXTENTS.get(value, plain(str(value)))


@register.filter
def precedence(value: str) -> str:
    """A librarian's mark, in words."""
    return wording.PRECEDENCES.get(value, plain(str(value)))


@register.filter
def status(value: str) -> str:
    """A document's status in words."""
    return wording.STATUSES.get(value, plain(str(value)))


@register.filter
def safe_text(value: object) -> str:
    """A source's words without control, hidden or direction-changing characters; the template escapes them as usual."""
    return plain("" if value is None else str(value))


@register.filter
def safe_link(value: object) -> str:
    """An http(s) address that may stand in a link, else nothing."""
    return web_address(str(value)) or "" if value else ""
