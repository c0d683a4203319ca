"""The API's reference page, made on the server from the OpenAPI document: nothing comes from another host, no script is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from pincite.web.accounts.roles import SCOPES
from pincite.web.errors import title_of

_METHODS = ("get", "post", "put", "patch", "delete")
_TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null", "object": "object"}
_FORMATS = {"date-time": "time (ISO 8601)", "date": "date (YYYY-MM-DD)", "uuid": "UUID", "binary": "file"}
_LIMITS = {
    "minimum": "at least {:,}",
    "maximum": "at most {:,}",
    "minLength": "at least {:,} characters",
    "maxLength": "at most {:,} characters",
    "maxItems": "at most {:,}",
}


class Part(NamedTuple):
    """A piece of a type's description: words, and the schema that they name."""

    words: str
    schema: str = ""


class Told(NamedTuple):
    """A stretch of a description."""

    words: str
    code: bool


class Field(NamedTuple):
    """A parameter or a field of a schema, as the page lists it."""

    name: str
    where: str
    kind: tuple[Part, ...]
    required: bool
    description: tuple[Told, ...]
    limits: str
    default: str


class Operation(NamedTuple):
    """One operation, as the page describes it."""

    name: str
    method: str
    path: str
    summary: str
    paragraphs: tuple[tuple[Told, ...], ...]
    who: str
    parameters: tuple[Field, ...]
    body: tuple[Part, ...]
    body_kind: str
    request: str
    answers: tuple[tuple[str, str, tuple[Part, ...]], ...]
    problems: tuple[tuple[str, str], ...]
    response: str


class Reference(DocsBase):
    """`/api/v1/docs`."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page."""
        groups, schemas = _content(api)
        context = {"api": api, "groups": groups, "schemas": schemas, "scopes": SCOPES.items(), "openapi": self.get_openapi_url(api, kwargs)}
        return render(request, "api/docs.html", context)


@cache
def _content(api: NinjaAPI) -> tuple[list[tuple[str, list[Operation]]], list[tuple[str, str, list[Field]]]]:
    """The operations by tag and the schemas by name; the document does not change while the process runs."""
    document = api.get_openapi_schema()
    groups: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                groups.setdefault(methods[method]["tags"][0], []).append(_operation(path, method, methods[method]))
    schemas = [
        (name, one.get("description", ""), _fields(one))
        for name, one in sorted(document["components"]["schemas"].items())
        if "properties" in one
    ]
    return list(groups.items()), schemas


def _operation(path: str, method: str, one: Mapping[str, Any]) -> Operation:
    body = one.get("requestBody", {}).get("content", {})
    body_kind = next(iter(body), "")
    answers: list[tuple[str, str, tuple[Part, ...]]] = []
    problems: list[tuple[str, str]] = []
    response = ""
    for status, found in sorted(one["responses"].items(), key=lambda pair: int(pair[0])):
        if "$ref" in found:
            problems.append((str(status), title_of(int(status))))
            continue
        content: Mapping[str, Any] = next(iter(found.get("content", {}).values()), {})
        answers.append((str(status), found["description"], _kind(content.get("schema", {}))))
        response = response or _json(content.get("example"))
    return Operation(
        name=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        paragraphs=tuple(_told(part) for part in one.get("description", "").split("\n\n") if part.strip()),
        who=_who(one.get("security", [])),
        parameters=tuple(_field(each["name"], each["schema"], each["required"], each["in"]) for each in one["parameters"]),
        body=_kind(body[body_kind]["schema"]) if body else (),
        body_kind=body_kind,
        request=_json(body[body_kind].get("example")) if body else "",
        answers=tuple(answers),
        problems=tuple(problems),
        response=response,
    )


def _who(security: list[dict[str, list[str]]]) -> str:
    scope = next((names[0] for way in security for names in way.values() if names), "")
    if {} in security:
        return f"Anybody. A token, where one is sent, needs the scope “{scope}”."
    return f"A token with the scope “{scope}”, or a signed-in session."


def _fields(schema: Mapping[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [_field(name, one, name in required, "") for name, one in schema["properties"].items()]


def _field(name: str, schema: Mapping[str, Any], required: bool, where: str) -> Field:
    known = {**next((one for one in schema.get("anyOf", []) if "description" in one), {}), **schema}
    limits = [words.format(known[key]) for key, words in _LIMITS.items() if isinstance(known.get(key), int)]
    default = "" if required or schema.get("default") in (None, "", [], {}) else json.dumps(schema["default"])
    return Field(name, where, _kind(schema), required, _told(known.get("description", "")), "; ".join(limits), default)


def _told(text: str) -> tuple[Told, ...]:
    """A description's words, those between backticks as code."""
    return tuple(Told(part, bool(place % 2)) for place, part in enumerate(" ".join(text.split()).split("`")) if part)


def _kind(schema: Mapping[str, Any]) -> tuple[Part, ...]:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return (Part(name, name),)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return _joined([_kind(one) for one in schema[key]], " or ")
    if "const" in schema:
        return (Part(json.dumps(schema["const"])),)
    if "enum" in schema:
        return (Part(", ".join(json.dumps(value) for value in schema["enum"])),)
    if schema.get("type") == "array":
        inner = schema.get("items") or _either(schema.get("prefixItems", []))
        return (Part("list of "), *_kind(inner)) if inner else (Part("list"),)
    if isinstance(schema.get("additionalProperties"), dict):
        return (Part("object of "), *_kind(schema["additionalProperties"]))
    if "properties" in schema:
        return _joined([(Part(name),) for name in schema["properties"]], ", ")
    return (Part(_FORMATS.get(schema.get("format", "")) or _TYPES.get(schema.get("type", ""), "anything")),)


def _either(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    return {"anyOf": schemas} if schemas else {}


def _joined(kinds: list[tuple[Part, ...]], between: str) -> tuple[Part, ...]:
    found: list[Part] = []
    for kind in kinds:
        if any(found) and kind:
            found.append(Part(between))
        found.extend(kind)
    return tuple(found)


def _json(example: Any) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2) if example is not None else ""
