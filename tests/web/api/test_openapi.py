"""The snapshot is made anew by `python -m pincite.web.api.document > tests/web/api/openapi.json`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ninja.constants import NOT_SET

from pincite.web.api import schemas
from pincite.web.api.document import document
from pincite.web.api.examples import EXAMPLES
from tests.web.api.conftest import Caller

SNAPSHOT = Path(__file__).with_name("openapi.json")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document())
    return found


def _operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, one) for path, methods in schema["paths"].items() for method, one in methods.items()]


def test_the_document_is_the_one_that_was_agreed(anybody: Caller, schema: dict[str, Any]) -> None:
    assert schema == json.loads(SNAPSHOT.read_text("utf-8")), "The API changed. If it was meant to, see the first line of this file."
    assert anybody.get("/openapi.json").json() == schema


def test_every_operation_says_what_it_does_who_may_and_what_can_go_wrong(schema: dict[str, Any]) -> None:
    operations = _operations(schema)
    names = [one["operationId"] for _, _, one in operations]
    assert len(names) == len(set(names)) > 40
    for _, path, one in operations:
        assert one["summary"], path
        assert one["description"], path
        assert one["tags"], path
        assert one["security"], path
        assert any({"BearerToken"} == set(way) for way in one["security"]), path
        for status in ("401", "429", "503"):
            name = one["responses"][status]["$ref"].rpartition("/")[2]
            assert "application/problem+json" in schema["components"]["responses"][name]["content"], (path, status)
    assert set(schema["components"]["securitySchemes"]) == {"BearerToken", "Session"}


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema)):
        assert name in schema["components"]["schemas"]


def test_every_body_has_an_example_that_its_schema_allows(schema: dict[str, Any]) -> None:
    checked = 0
    for operation in _bound():
        example = EXAMPLES.get(operation.view_func.__name__, {})
        for model in operation.models:
            if model.__ninja_param_source__ == "body":
                (name,) = model.model_fields
                model.model_validate({name: example["request"]})
                checked += 1
        for status, model in operation.response_models.items():
            if model is None or model is NOT_SET:
                continue
            kind = model.model_fields["response"].annotation
            if "response" not in example:
                assert kind is schemas.Workspace, operation.path  # one example is enough
                continue
            model.model_validate({"response": example["response"]})
            checked += 1
            assert status in (200, 201, 202)
    assert checked > 40


def _bound() -> list[Any]:
    from pincite.web.api.api import api

    views = [view for router in api._get_bound_routers() for view in router.path_operations.values()]
    return [operation for view in views for operation in view.operations]


def test_the_reference_page_needs_no_script_and_no_other_host(anybody: Caller, schema: dict[str, Any]) -> None:
    response = anybody.get("/docs")
    page = response.content.decode()
    assert response.status_code == 200
    for _, path, one in _operations(schema):
        assert f'id="{one["operationId"]}"' in page
        assert path in page
    main = page[page.index("<main") : page.index("</main>")]
    assert "<script" not in main
    assert "style=" not in main
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
