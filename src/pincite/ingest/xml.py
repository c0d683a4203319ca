"""Parses XML that strangers send: no network, no DTD, no entities, libxml2's limits on depth (256), text (10 MB).

All XML readers come through here. Names lose their namespaces, so that readers write `sec`, not `{…}sec`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING, Any

from pincite.errors import UnreadableError

if TYPE_CHECKING:
    from lxml.etree import _Element

# resolve_entities=False leaves a reference such as &alpha; as a node; `entity_text` reads those that HTML names.
_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def parse(data: bytes) -> _Element:
    """The root element of `data`, without namespaces; raises UnreadableError naming line and problem."""
    from lxml import etree

    try:
        root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _malformed(error) from error
    _refuse_entities(root)
    for element in root.iter(etree.Element):
        _strip(element)
    return root


def stream(data: bytes, *tags: str) -> Iterator[_Element]:
    """Each element named in `tags`, in order, dropped after use; raises UnreadableError where the XML breaks."""
    from lxml import etree

    events = etree.iterparse(io.BytesIO(data), events=("end",), tag=tags, **_OPTIONS)
    try:
        for number, (_, element) in enumerate(events):
            if number == 0:
                _refuse_entities(element)
            yield element
            element.clear(keep_tail=False)
            parent = element.getparent()
            if parent is not None:
                while parent[0] is not element:
                    del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _malformed(error) from error


def entity_text(name: str) -> str:
    """The character that an unresolved reference names in HTML (`alpha` → α), or nothing."""
    return html5.get(f"{name};", "")


def plain(element: _Element | None) -> str:
    """All text below `element` with single blanks; "" for None."""
    if element is None:
        return ""
    text = "".join(_texts(element)) if len(element) else element.text or ""
    return " ".join(text.split())


def _texts(element: _Element) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield from _texts(child)
        elif getattr(child, "name", None):
            yield entity_text(str(child.name))
        if child.tail:
            yield child.tail


def _strip(element: _Element) -> None:
    tag = element.tag
    if isinstance(tag, str) and tag[:1] == "{":
        element.tag = tag.rpartition("}")[2]


def _refuse_entities(element: _Element) -> None:
    declared: Any = element.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():
        raise UnreadableError("declares XML entities, which can hide an attack; save it without its DOCTYPE entities")


def _malformed(error: Exception) -> UnreadableError:
    line = getattr(error, "lineno", None)
    problem = " ".join(str(getattr(error, "msg", None) or error).split()).rstrip(".")
    where = "" if line is None or "line " in problem else f", line {line}"
    return UnreadableError(f"is not well-formed XML ({problem}{where})")
