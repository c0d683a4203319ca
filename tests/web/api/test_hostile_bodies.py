"""Whatever is sent, the API answers in its own words: never a 500, never anything but JSON."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.records import Answer
from tests.web.api.conftest import Caller

quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([10**30, -(10**30), "\0", "\u202e", "' OR 1=1 --", "{{7*7}}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = """question audience tiers since after follow everything submit base text statement decision comment next_review why on
reviewer due edit resolution outcome page contact article format answer document_id"""
fields = st.sampled_from(FIELDS.split())
bodies = st.dictionaries(fields, anything, max_size=5) | anything
edits = st.fixed_dictionaries(
    {"do": st.sampled_from(["move", "remove", "reword", "add", "add-note", "remove-note", "restore", "explode"])},
    optional=dict.fromkeys(("key", "steps", "text", "part", "document_id", "start", "end", "note", "number"), anything),
)
POSTS = """/ask /check /export /articles /reports /threads /library/retire /library/restore /articles/{0}/edit /articles/{0}/submit
/articles/{0}/assign /articles/{0}/comment /articles/{0}/review /articles/{0}/approve /articles/{0}/publish /articles/{0}/withdraw
/articles/{0}/schedule /articles/{0}/reopen /articles/{0}/discard /comments/1/resolve /alerts/1/settle /reports/1/handle"""


def _answered(response: Any) -> None:
    assert response.status_code < 500, (response.status_code, response.content)
    assert response.status_code not in (301, 302)
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code


@pytest.fixture
def callers(as_: Callable[[str], Caller], unlimited: None) -> list[Caller]:
    return [as_("carol"), as_("alice")]


@quick
@given(path=st.sampled_from(POSTS.split()), body=bodies)
def test_no_body_breaks_an_action(callers: list[Caller], article: Any, path: str, body: Any) -> None:
    for caller in callers:
        _answered(caller.post(path.format(article.pk), json.dumps(body)))


@quick
@given(body=edits)
def test_no_edit_breaks_a_draft(callers: list[Caller], article: Any, body: dict[str, Any]) -> None:
    article.refresh_from_db()
    _answered(callers[0].post(f"/articles/{article.pk}/edit", json.dumps({"edit": {"base": article.current.sha256, **body}})))


@quick
@given(body=st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789eE.-\\u ntf', max_size=60))
def test_no_bytes_break_the_reading_of_a_body(callers: list[Caller], body: Any) -> None:
    _answered(callers[0].post("/ask", body))


@quick
@given(text=st.text(max_size=80))
def test_no_question_breaks_asking_and_searching(callers: list[Caller], text: str) -> None:
    for path in ("/ask?q=", "/search?q=", "/documents?q=", "/articles?q=", "/articles?topic=", "/audit-trail?subject="):
        _answered(callers[0].get(path + quote(text, errors="surrogatepass")))


@quick
@given(identifier=st.text(min_size=1, max_size=60).filter(lambda text: text.strip("/.")), number=st.integers())
def test_no_identifier_breaks_a_look_up(callers: list[Caller], identifier: str, number: int) -> None:
    named = quote(identifier, errors="surrogatepass")
    for path in (
        f"/documents/{named}",
        f"/quotes?document_id={named}&start={number}&end={number + 1}",
        f"/articles/{number}",
        f"/threads/{named}",
    ):
        _answered(callers[0].get(path))


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for name, one in inside for path in _paths(one, (*at, name)))]


@quick
@given(data=st.data())
def test_no_changed_answer_breaks_follow_up_check_or_export(callers: list[Caller], answer: Answer, data: st.DataObject) -> None:
    stored = json.loads(answer.model_dump_json(by_alias=True))
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.sampled_from(_paths(stored)[1:]))
        inside = stored
        for name in where[:-1]:
            inside = inside[name]
        kind = type(inside[where[-1]])
        same = {str: st.text(max_size=30), int: st.integers(), float: st.floats(allow_nan=False, allow_infinity=False)}.get(kind, anything)
        inside[where[-1]] = data.draw(same)
    _answered(callers[0].post("/check", json.dumps(stored)))
    _answered(callers[0].post("/ask", json.dumps({"question": "And if injections fail?", "follow": stored})))
    form = data.draw(st.sampled_from(["ris", "bibtex", "csl", "md", "html", "docx", "fhir", "text", "json"]))
    _answered(callers[0].post("/export", json.dumps({"answer": stored, "format": form})))
