"""A model server may do what it likes: a call ends in time, with text or with one sentence that says why not."""

from __future__ import annotations

import time

import pytest

from pincite.errors import ModelAnswerError, ModelError, ModelSilentError
from pincite.models.chat import ChatModel, without_thoughts
from pincite.models.checking import check
from pincite.models.endpoint import Endpoint
from tests.models import scripted
from tests.models.scripted import serving

HELLO = [{"role": "user", "content": "Hello"}]
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}}


def model(server: scripted.Server, **more: object) -> ChatModel:
    return ChatModel(Endpoint(server.url, "scripted", **{"seconds": 5.0, **more}))  # type: ignore[arg-type]


def test_a_reply_comes_whole_and_in_pieces() -> None:
    with serving("Pain fell by 40%.") as server:
        assert model(server).ask(HELLO) == "Pain fell by 40%."
        pieces = list(model(server).stream(HELLO))
    assert "".join(pieces) == "Pain fell by 40%."
    assert len(pieces) > 2
    assert server.asked[0]["temperature"] == 0


def test_the_key_is_sent_and_never_shown() -> None:
    with serving("x") as server:
        asked = model(server, key="secret-key")
        asked.ask(HELLO)
    assert server.headers[0]["Authorization"] == "Bearer secret-key"
    assert "secret-key" not in repr(asked.endpoint)
    assert "secret-key" not in str(asked.parameters)


@pytest.mark.parametrize(
    ("refused", "form"),
    [
        (("json_schema",), "json_object"),
        (("json_schema", "json_object"), "none"),
        (("temperature",), "json_schema"),
        (("max_tokens",), "json_schema"),
    ],
)
def test_what_a_server_refuses_is_taken_back(refused: tuple[str, ...], form: str) -> None:
    with serving("fine", refuses=refused) as server:
        asked = model(server)
        if refused == ("max_tokens",):
            server.refuses = ("max_tokens",)
            asked._limit = "max_completion_tokens"
        assert asked.ask(HELLO, schema=SCHEMA) == "fine"
    assert asked.parameters["response_format"] == form
    assert not set(refused) & set(server.asked[0])


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (scripted.is_a_web_page, "a web page"),
        (scripted.sends_ten_megabytes, "bytes"),
        (scripted.streams_ten_megabytes, "bytes|longer"),
        (scripted.refuses, "refused to answer"),
        (scripted.fails, "HTTP 503.*CUDA out of memory"),
        (scripted.redirects, "redirects"),
        (scripted.wants_a_key, "PINCITE_MODEL_KEY"),
        (scripted.another_form, "another form"),
        (scripted.empty, "not JSON"),
        (scripted.closes, "broke off|closed"),
        (scripted.cut_after("some words"), "middle of its reply"),
        (scripted.fails_after("some words"), "worker died"),
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
def test_a_reply_that_cannot_be_used_is_one_sentence(does: scripted.Reply, says: str, streaming: bool) -> None:
    with serving(does) as server:
        asked = model(server)
        with pytest.raises(ModelAnswerError, match=says) as raised:
            list(asked.stream(HELLO)) if streaming else asked.ask(HELLO)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("does", [scripted.hangs, scripted.drips_headers, scripted.drips_body])
def test_time_is_bounded_over_everything(does: scripted.Reply) -> None:
    with serving(does) as server:
        asked = model(server, seconds=0.3)
        began = time.monotonic()
        with pytest.raises(ModelSilentError):
            list(asked.stream(HELLO))
        assert time.monotonic() - began < 1.5


def test_no_server_is_a_sentence_with_a_way_out() -> None:
    with serving("x") as server:
        asked = model(server)
    with pytest.raises(ModelSilentError, match=r"No model server answers at .* Start it"):
        asked.ask(HELLO)


def test_the_list_of_models_is_read() -> None:
    with serving("x", models=("a", "b")) as server:
        assert model(server).listed() == ("a", "b")


def test_what_a_model_thinks_aloud_is_not_its_reply() -> None:
    assert without_thoughts("<think>never ends") == ""


def test_check_says_of_each_step_whether_it_works() -> None:
    with serving('{"ready": true}', refuses=("json_schema",)) as server:
        found = list(check(Endpoint(server.url, "scripted")))
    assert [(one.name, one.works) for one in found] == [
        ("server", True),
        ("plain reply", True),
        ("structured reply", True),
        ("streaming", True),
    ]
    assert "refuses json_schema" in found[2].says
    with serving("no JSON at all") as server:
        found = list(check(Endpoint(server.url, "another")))
    assert [one.works for one in found] == [False, True, False, True]


def test_check_stops_where_no_server_is() -> None:
    with serving("x") as server:
        endpoint = Endpoint(server.url, "scripted")
    assert [one.works for one in check(endpoint)] == [False]


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "httpx2", None)
    with pytest.raises(ModelError, match=r"pip install 'pincite\[model\]'"):
        ChatModel(Endpoint("http://127.0.0.1:1/v1", "x")).ask(HELLO)
