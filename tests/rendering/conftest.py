"""One hand-made answer with every part, as a JSON file, and the hostile strings that a source may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.records import Answer

ANSWER = Path(__file__).parent / "data" / "answer.json"

HOSTILE = (
    "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x9b31mC1 control\x85next",
    "bell\x07 back\x08space nul\x00 delete\x7f",
    "photo_\u202egnp.exe\u2066 hidden\u200b\u2060\ufeff",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "# heading\n\n- list\n\n[link](javascript:alert(1)) ![i](x) `code` **bold** | cell",
    '=HYPERLINK("https://evil.example")\tER  - \r\nTY  - JOUR',
    "}} @article{evil, title={x}} \\input{/etc/passwd} % $ & # _ ^ ~",
    "&lt;b&gt; &#x1b; &amp;",
    "www.evil.example https://evil.example a@evil.example",
)


@pytest.fixture
def answer() -> Answer:
    return Answer.model_validate_json(ANSWER.read_text(encoding="utf-8"))


@pytest.fixture(params=HOSTILE, ids=[f"hostile-{number}" for number in range(len(HOSTILE))])
def hostile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hostile_answer(answer: Answer, hostile: str) -> Answer:
    """The answer with one hostile string wherever a source's or an asker's words can stand."""
    statements = [
        statement.model_copy(update={"text": f"{hostile} {statement.text}", "strength": hostile, "population": hostile})
        for statement in answer.bottom_line
    ]
    references = [
        reference.model_copy(
            update={
                "title": hostile,
                "authors": (hostile, "Okada K"),
                "organization": hostile,
                "venue": hostile,
                "doi": hostile,
                "pmid": hostile,
                "url": f"javascript:{hostile}",
                "note": hostile,
            }
        )
        for reference in answer.references
    ]
    return answer.model_copy(
        update={
            "question": f"Is it {hostile}?",
            "bottom_line": tuple(statements),
            "references": tuple(references),
            "gaps": (hostile,),
            "explained": {hostile: hostile},
            "warnings": (hostile,),
            "disclaimer": hostile,
        }
    )
