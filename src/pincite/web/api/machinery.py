"""What makes django-ninja ours: JSON in and out, problem+json for its own errors, HEAD where there is GET, an OpenAPI document
that names scopes and problems.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.constants import NOT_SET
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security.base import AuthBase
from pydantic_core import to_jsonable_python

from pincite.errors import PinciteError
from pincite.rendering import jsonout
from pincite.web.api.authentication import REALM, Session, anybody
from pincite.web.api.examples import EXAMPLES
from pincite.web.api.limits import MOST_BYTES, too_large
from pincite.web.api.schemas import NewAudit, Problem
from pincite.web.errors import PROBLEM, HttpProblem, problem, title_of, told

SCHEMAS = "#/components/schemas/"
_DEEPEST = 100  # levels of a JSON body; an answer has ten

View = Callable[..., Any]
_READ_BY_HAND = (NewAudit,)  # bodies of operations that take files too


class Json(BaseRenderer):
    """The JSON of the command line: readable letters, whatever a terminal would obey escaped."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        """`data` as text."""
        return jsonout.dumps(to_jsonable_python(data))


class StrictJson(Parser):
    """Bodies that are one JSON value in UTF-8, without what no database stores; anything else is told apart."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value; raises HttpProblem (413, 415, 400)."""
        if request.content_type != "application/json":
            raise HttpProblem(
                415,
                f"The body is {request.content_type or 'of no stated type'}; it must be JSON.",
                what_to_do="Send the header Content-Type: application/json.",
                headers={"Accept-Post": "application/json"},
            )
        if len(request.body) > MOST_BYTES:
            raise too_large()
        try:
            value = json.loads(request.body.decode(), parse_constant=_no_number)
            _storable(value)
        except UnicodeDecodeError as error:
            raise HttpProblem(400, f"The body is not UTF-8: byte {error.start} is wrong.") from error
        except json.JSONDecodeError as error:
            raise HttpProblem(400, f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from error
        except (ValueError, RecursionError) as error:
            says = str(error) if isinstance(error, _Unstorable) else "it is too deep, or holds a number too long."
            raise HttpProblem(400, f"The body cannot be used: {says}") from error
        return value

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        """The fields of a query or form; raises HttpProblem where one holds what no database stores."""
        found: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        for value in found.values():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and "\0" in text:
                    raise HttpProblem(400, "The address holds a NUL character.")
        return found


class _Unstorable(ValueError):
    pass


def _no_number(name: str) -> NoReturn:
    raise _Unstorable(f"{name} is no JSON number.")


def _storable(value: Any, *, deep: int = 0) -> None:
    """NUL characters and lone surrogates, which PostgreSQL refuses, are refused here in words."""
    if deep > _DEEPEST:
        raise _Unstorable(f"it is more than {_DEEPEST} levels deep.")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise _Unstorable("a text holds a NUL character or half a surrogate pair.")
    elif isinstance(value, list):
        for one in value:
            _storable(one, deep=deep + 1)
    elif isinstance(value, dict):
        for name, one in value.items():
            _storable(name)
            _storable(one, deep=deep + 1)


class PinciteAPI(NinjaAPI):
    """The API with our errors and our document."""

    def set_default_exception_handlers(self) -> None:
        """Everything that ninja itself refuses is told as a problem; other errors go on to `errors.PinciteErrors`."""
        super().set_default_exception_handlers()
        handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
            PinciteError: told,
            ValidationError: _invalid,
            AuthenticationError: _nobody,
            HttpError: _http_error,
            Http404: lambda request, error: problem(404, detail="There is nothing at this address."),
            RequestDataTooBig: lambda request, error: told(request, too_large()),
        }
        for kind, handler in handlers.items():
            self.add_exception_handler(kind, handler)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> OpenAPISchema:
        """The document, with scopes, problems and examples."""
        return Document(self, path_prefix if path_prefix is not None else self.get_root_path(path_params or {}))


def get(router: Router, path: str, **more: Any) -> Callable[[View], View]:
    """A GET operation, which answers HEAD too."""
    decorate: Callable[[View], View] = router.api_operation(["GET", "HEAD"], path, by_alias=True, **more)
    return decorate


def post(router: Router, path: str, **more: Any) -> Callable[[View], View]:
    """A POST operation."""
    decorate: Callable[[View], View] = router.post(path, by_alias=True, **more)
    return decorate


def delete(router: Router, path: str, **more: Any) -> Callable[[View], View]:
    """A DELETE operation."""
    decorate: Callable[[View], View] = router.delete(path, **more)
    return decorate


class Document(OpenAPISchema):
    """The OpenAPI document: one entry for GET and HEAD, who may, what can go wrong, an example of each body."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        self._problems: set[int] = set()
        super().__init__(api, path_prefix)

    def methods(self, operations: list[Operation]) -> dict[str, Any]:
        """Without HEAD, which says nothing new."""
        found: dict[str, Any] = super().methods(operations)
        found.pop("head", None)
        return found

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        """With the operation's examples."""
        found: dict[str, Any] = super().operation_details(operation)
        example = EXAMPLES.get(found["operationId"], {})
        if "request" in example:
            found["requestBody"]["content"]["application/json"]["example"] = example["request"]
        if "response" in example:
            for response in found["responses"].values():
                for content in response.get("content", {}).values():
                    content["example"] = example["response"]
        return found

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """The ways in; an empty one where visitors may."""
        found: list[dict[str, Any]] = []
        for way in operation.auth_callbacks:
            if way is anybody:
                found.append({})
            elif isinstance(way, AuthBase):
                name = "Session" if isinstance(way, Session) else type(way).__name__
                self.securitySchemes[name] = way.openapi_security_schema
                found.append({name: [way.scope] if hasattr(way, "scope") else []})
        return found

    def responses(self, operation: Operation) -> dict[Any, Any]:
        """With every problem that this operation can have."""
        found: dict[Any, Any] = super().responses(operation)
        for response in found.values():
            for kind in tuple(response.get("content", {})):
                if operation.response_models.get(200) is NOT_SET:
                    del response["content"][kind]
        takes_body = bool((operation.openapi_extra or {}).get("requestBody")) or any(
            model.__ninja_param_source__ in ("body", "form", "file") for model in operation.models
        )
        protected = anybody not in operation.auth_callbacks
        possible = [
            *([400, 413, 415] if takes_body else [400]),
            *([401, 403] if protected or "GET" not in operation.methods else [401]),
            *([404] if "{" in operation.path else []),
            *([409] if takes_body and protected else []),
            *([422] if operation.models else []),
            429,
            503,
        ]
        self._problems.update(possible)
        return found | {status: {"$ref": f"#/components/responses/Problem{status}"} for status in possible}

    def get_components(self) -> dict[str, Any]:
        """With one response for each kind of problem."""
        problem_schema = Problem.model_json_schema(ref_template=f"{SCHEMAS}{{model}}")
        self.add_schema_definitions({**problem_schema.pop("$defs"), "Problem": problem_schema})
        self.add_schema_definitions({model.__name__: model.model_json_schema() for model in _READ_BY_HAND})
        found: dict[str, Any] = super().get_components()
        content = {PROBLEM: {"schema": {"$ref": f"{SCHEMAS}Problem"}}}
        found["responses"] = {
            f"Problem{status}": {"description": title_of(status), "content": content} for status in sorted(self._problems)
        }
        return found


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = []
    for found in error.errors:
        where, *names = found["loc"]
        if where == "body" and names:  # ninja's own name of the parameter stands first
            names = names[1:]
        errors.append({"in": where, "pointer": "#" + "".join(f"/{name}" for name in names), "detail": found["msg"], "code": found["type"]})
    if errors and all(found["in"] == "path" for found in errors):  # an id that nothing can have
        return problem(404, detail="There is nothing at this address.")
    shown = errors[:50]
    first = f"{shown[0]['pointer']}: {shown[0]['detail']}" if shown else ""
    return problem(422, detail=first, errors=shown)


def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = problem(401, detail="This needs a token or a signed-in session.", what_to_do="Make a token at /account/tokens/.")
    response.headers["WWW-Authenticate"] = REALM
    return response


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, PinciteError):  # ninja wraps what the parser raises
        return told(request, error.__cause__)
    if error.status_code == 403:
        return problem(
            403, detail="The CSRF token is missing or wrong.", what_to_do="Send it in the header X-CSRFToken, or use a bearer token."
        )
    return problem(error.status_code, detail=error.message)
