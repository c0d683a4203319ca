"""What hides text of an HTML page from people and not from machines: colours, places off the screen, tiny type, style sheets, comments, attributes.

Used by `formats.html` on top of what the reader of ingest leaves out.
"""

from __future__ import annotations

import re
from typing import Any

from pincite.auditing.pieces import Page
from pincite.text.steering import steering_flags

_COMMENT = re.compile(r"<!--(?!\[if)(.{0,20000}?)-->", re.DOTALL)
_WHITE = r"(?:#fff(?:f{3})?\b|white\b|rgba?\(\s*255\s*,\s*255\s*,\s*255|transparent\b|rgba\([^)]*,\s*0\s*\))"
_HIDES = (
    ("hidden text: white on white", re.compile(rf"(?<![-\w])color\s*:\s*{_WHITE}", re.IGNORECASE)),
    (
        "hidden text: too small to see",
        re.compile(r"font-size\s*:\s*(?:0?\.\d+|[01])(?:\.\d+)?\s*(?:px|pt|em|rem|%|;|$|\s)(?<!1em)(?<!1rem)", re.IGNORECASE),
    ),
    (
        "hidden text: off the screen",
        re.compile(
            r"(?:left|top|right|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}|translate[xy]?\(\s*-\d{3,}|clip\s*:\s*rect\(\s*(?:0|1px)|clip-path\s*:\s*inset\((?:50|100)%|(?:max-)?(?:height|width)\s*:\s*0(?:px|;|\s|$)[^;]*;?[^;]*overflow\s*:\s*hidden|scale\(0\)",
            re.IGNORECASE,
        ),
    ),
    (
        "hidden text",
        re.compile(
            r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0\d*)?(?:;|\s|$)|font-size\s*:\s*0(?:px|em|rem|pt|%|;|\s|$)",
            re.IGNORECASE,
        ),
    ),
)
_BACKGROUND = re.compile(r"background", re.IGNORECASE)
_MEDIA = re.compile(r"@[\w-]+[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_STYLE_RULE = re.compile(r"([^{}]{1,400})\{([^{}]{0,2000})\}")
_SIMPLE = re.compile(r"[.#][\w-]+")
_MOST_ELEMENTS = 150_000  # a page of more elements is not searched for attributes any further


def comments(text: str, found: Page) -> None:
    """List the comments in the source of a page."""
    inside = [match[1].strip() for match in _COMMENT.finditer(text)]
    if any(inside):
        found.leave_out(" ".join(comment for comment in inside if comment), "hidden text: comments in the page's source")


def attributes(root: Any, found: Page) -> None:
    """Flags for descriptions that nobody sees unless they look for them, where they try to steer a reader."""
    for count, element in enumerate(root.iter()):
        if count > _MOST_ELEMENTS:
            break
        for name in ("alt", "title", "aria-label", "content", "data-prompt"):
            value = element.get(name) if isinstance(element.tag, str) else None
            if value and len(value) > 20:
                found.flags.extend(f"hidden {flag}" for flag in steering_flags(value[:5000]))


def hidden(root: Any) -> dict[Any, str]:
    """Elements that people do not see, each with why."""
    by_name = _hidden_names(root)
    found: dict[Any, str] = {}
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in ("html", "body", "head"):
            continue
        style = element.get("style") or ""
        if style:
            for why, pattern in reversed(_HIDES):
                if pattern.search(style) and not (why.endswith("white") and _coloured(element)):
                    found[element] = why
                    break
        if element.get("hidden") is not None or element.get("aria-hidden") == "true":
            found.setdefault(element, "hidden text")
        if (
            element.tag == "font"
            and re.fullmatch(r"(?:#f{3}(?:f{3})?|white)", (element.get("color") or "").lower())
            and not _coloured(element)
        ):
            found.setdefault(element, "hidden text: white on white")
        if by_name:
            names = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
            if named := next((by_name[name] for name in names if name in by_name), None):
                found.setdefault(element, named)
    return found


def _coloured(element: Any) -> bool:
    """Whether the element or one around it has a background of its own, so that white letters may well be seen."""
    return any(one.get("bgcolor") or _BACKGROUND.search(one.get("style") or "") for one in (element, *element.iterancestors()))


def _hidden_names(root: Any) -> dict[str, str]:
    """Classes and ids that a style sheet of the page hides on every screen; rules for print or small screens do not count."""
    found: dict[str, str] = {}
    for sheet in root.iter("style"):
        text = _MEDIA.sub("", (sheet.text or "")[:500_000])
        for selectors, body in _STYLE_RULE.findall(text):
            why = next(
                (
                    why
                    for why, pattern in reversed(_HIDES)
                    if pattern.search(body) and not (why.endswith("white") and _BACKGROUND.search(body))
                ),
                None,
            )
            if why:
                found.update({name.strip(): why for name in selectors.split(",") if _SIMPLE.fullmatch(name.strip())})
    return found
