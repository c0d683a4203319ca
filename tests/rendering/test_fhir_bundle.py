"""The FHIR R4 Bundle: required elements, references that resolve, no empty values. Checked once with fhir.resources (R4B)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pincite.records import Answer
from pincite.rendering import fhir


def values(node: Any) -> Iterator[Any]:
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from values(child)


def test_a_bundle_holds_each_source_and_each_statement_that_points_at_them(answer: Answer) -> None:
    bundle = json.loads(fhir.write(answer))
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    resources = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    assert len(resources) == len(bundle["entry"])
    documents = {url: one for url, one in resources.items() if one["resourceType"] == "DocumentReference"}
    statements = [one for one in resources.values() if one["resourceType"] == "Communication"]
    assert len(documents) == len(answer.references)
    assert all(one["status"] in ("current", "superseded") and one["content"][0]["attachment"] for one in documents.values())
    assert {one["status"] for one in statements} == {"completed"}
    assert all(target["reference"] in documents for one in statements for target in one["about"])
    assert statements[0]["payload"] == [{"contentString": answer.bottom_line[0].text}]


def test_no_value_is_empty_in_any_answer(hostile_answer: Answer) -> None:
    assert not [value for value in values(json.loads(fhir.write(hostile_answer))) if value in ("", None, [], {})]


def test_an_answer_without_statements_is_a_bundle_without_entries(answer: Answer) -> None:
    silent = Answer(question=answer.question, understood=answer.understood, library=answer.library, answered=False)
    assert json.loads(fhir.write(silent)) == {"resourceType": "Bundle", "type": "collection"}
