import json
from typing import Any

import pytest

from pincite.web import engine
from pincite.web.chat import tasks
from pincite.web.chat.conversation import Turns, audience_of
from tests.web.conftest import QUESTION

HISTORY = f"<chat_history>\nUSER: {QUESTION}\nASSISTANT: Several treatments are described.\n</chat_history>"
TITLE = f"""### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Guidelines:
- The title should clearly represent the main theme or subject of the conversation.
### Output:
JSON format: {{ "title": "your concise title here" }}
### Chat History:
{HISTORY}"""
# As chat programs word them, and as other people might: kind, message, whether a JSON key is asked for.
MUST_CATCH = [
    ("title", TITLE, "title"),
    (
        "tags",
        "### Task:\nGenerate 1-3 broad tags categorizing the main themes of the chat history, along with 1-3 more specific subtopic tags.\n"
        f'### Output:\nJSON format: {{ "tags": ["tag1", "tag2"] }}\n{HISTORY}',
        "tags",
    ),
    (
        "follow-ups",
        "### Task:\nSuggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next in this conversation as a **user**"
        f', based on the chat history.\n### Output:\nJSON format: {{ "follow_ups": ["Question 1?"] }}\n{HISTORY}',
        "follow_ups",
    ),
    (
        "queries",
        "### Task:\nAnalyze the chat history to determine the necessity of generating search queries, in the given language.\n"
        f'### Output:\nStrictly return in JSON format:\n{{\n  "queries": ["query1", "query2"]\n}}\n{HISTORY}',
        "queries",
    ),
    (
        "completion",
        "### Task:\nYou are an autocompletion system. Continue the text in `<text>` based on the **completion type** in `<type>`.\n"
        f'### Output:\nJSON: {{ "text": "<your_completion>" }}\n<type>General</type>\n<text>What is the tre</text>\n{HISTORY}',
        "text",
    ),
    ("emoji", "Your task is to reflect the speaker's likely facial expression through a fitting emoji. Message: ```It hurts```", None),
    (
        "title",
        "Detect user language and write in the same language an extremely concise title for this conversation, which you must accurately "
        'detect. Title in 5 Words or Less. No Punctuation or Quotation.\n\n||>User:\n"What is the treatment for sciatica?"\n||>Response:\n'
        '"Exercise …"\n\n||>Title:',
        None,
    ),
    (
        "title",
        "Provide a concise, 5-word-or-less title for the conversation, using title case conventions. Only return the title itself.\n\n"
        "Conversation:\nUser: What is the treatment for sciatica?\nAI: Exercise.",
        None,
    ),
    ("title", "Please summarize this conversation in a title of at most six words.", None),
    ("title", "You are a title generator. Read the conversation below and name it.", None),
    ("summary", "Progressively summarize the lines of conversation provided, adding onto the previous summary.", None),
    ("tags", "Give three keywords for our conversation so far, separated by commas.", None),
    ("title", "Generate a short title.", None),
    (
        "title",
        "Here is the conversation history:\n\nuser: What is sciatica?\nassistant: Pain.\n\nGenerate a short title. Respond with only the title.",
        None,
    ),
    ("follow-ups", "You are given a chat. Your task is to predict what the user asks next. Return three follow-up questions.", None),
    ("tools", "Available Tools: [{'name': 'weather'}]\n\nYour task is to choose and return the correct tool(s) based on the query.", None),
]
MUST_NOT = [
    QUESTION,
    "What title does the NICE guideline on low back pain have?",
    "Summarize the treatment of Baastrup's disease.",
    "Write a summary of the evidence on epidural injections.",
    "Generate a treatment plan for lumbar spinal stenosis.",
    "Which RFID tags are safe in MRI?",
    "What follow-up questions should I ask after a fall?",
    "Give me the key words for red flags in back pain.",
    "Suggest follow-up after interspinous injection.",
    "What should the conversation with a patient about opioids cover?",
    "Can a title IX officer ask about this conversation?",
    "Create a table of doses of ibuprofen, with the title of each label.",
    "How does motivational conversation help in chronic pain?",
    "Is there a summary of harms of spinal fusion for this patient?",
    "What does the emoji pain scale measure in children?",
    "Detect scoliosis early: which screening is best?",
    "Provide the search strategy of the systematic review on Baastrup's disease.",
    "Summarize the discussion section of the SPORT trial.",
    "Write a title for a lecture on discitis.",
    "Summarize the conversation about opioids that guidelines recommend.",
    "Give me a title for my talk on Baastrup's disease.",
    "Based on our conversation, what should I do next?",
    "In this conversation we talked about doses; give the maximum dose of tramadol.",
    "You must take NSAIDs with food: is that supported?",
]


@pytest.mark.parametrize(("kind", "text", "key"), MUST_CATCH)
def test_what_a_client_asks_for_itself_is_told_from_a_question(kind: str, text: str, key: str | None) -> None:
    assert tasks.task_of(text) == tasks.Task(kind, key)


@pytest.mark.parametrize("text", MUST_NOT)
def test_a_clinical_question_is_never_taken_for_such_a_task(text: str) -> None:
    assert tasks.task_of(text) is None


def test_a_task_is_answered_from_its_own_words_without_retrieval(chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ask", lambda asked: pytest.fail("it was retrieved"))
    monkeypatch.setattr(engine, "library", lambda: pytest.fail("the library was opened"))

    def reply(text: str, **more: Any) -> str:
        made = chat.chat.completions.create(model="pincite", messages=[{"role": "user", "content": text}], **more)
        return str(made.choices[0].message.content)

    by_kind = {(kind, key): text for kind, text, key in MUST_CATCH}
    assert json.loads(reply(TITLE)) == {"title": QUESTION.rstrip("?")}
    assert json.loads(reply(by_kind["tags", "tags"]))["tags"][0] == "Health"
    assert json.loads(reply(by_kind["follow-ups", "follow_ups"])) == {"follow_ups": []}
    assert json.loads(reply(by_kind["queries", "queries"])) == {"queries": []}
    libre = next(text for _, text, _ in MUST_CATCH if "||>Title:" in text)
    assert reply(libre) == "What is the treatment for sciatica"
    system = chat.chat.completions.create(model="pincite", messages=[{"role": "system", "content": libre}])
    assert system.choices[0].message.content == "What is the treatment for sciatica"
    form: Any = {"type": "json_schema", "json_schema": {"name": "title", "schema": {}}}
    assert json.loads(reply(libre, response_format=form)) == {"title": "What is the treatment for sciatica"}


@pytest.mark.parametrize(
    ("system", "last", "is_task"),
    [
        ("Write a concise title for this conversation.", "", True),
        ("Write a concise title for this conversation.", "Language: English", True),
        ("You are a medical assistant. Write a summary at the end of the conversation.", "Baastrup's disease", False),
        ("You are a medical assistant. Write a summary at the end of the conversation.", "What helps?", False),
        ("Generate tags for this chat.", "Which exercises are best for my back", False),
    ],
)
def test_orders_of_a_system_message_are_no_task_beside_a_question(system: str, last: str, is_task: bool) -> None:
    assert any(tasks.task_of(text) for text, _ in tasks.set_by([system], [last] if last else [])) is is_task


def test_a_title_of_nothing_is_still_one_and_a_long_one_is_cut() -> None:
    assert tasks.done(tasks.Task("title", None), "Write a title for this chat.", questions=()) == "Clinical question"
    assert len(tasks.done(tasks.Task("title", None), "Write a title for this chat.", questions=["word " * 100])) <= 60


@pytest.mark.parametrize(
    ("system", "user", "audience"),
    [
        ("Audience: patient", "", "patient"),
        ("You talk to people. The user is a lay person.", "", "patient"),
        ("Explain everything in plain language.", "", "patient"),
        ("Answer for patients and their families.", "", "patient"),
        ("", "I am a patient. What is sciatica?", "patient"),
        ("", "As a carer, what should I watch for?", "patient"),
        ("", "I'm a carer of my mother.", "patient"),
        ("The user is a patient.", "I am a spine surgeon. Doses?", "clinician"),
        ("The user is an orthopaedic surgeon.", "", "clinician"),
        ("You are a helpful assistant for physicians who treat patients.", "", "clinician"),
        ("You answer questions about patients.", "", "clinician"),
        ("The user is a patient's doctor.", "", "clinician"),
        ("", "I am a patient advocate at a hospital; what is the evidence?", "clinician"),
        ("", "I have a patient with sciatica.", "clinician"),
        ("", "What is known of exercise as a patient education tool?", "clinician"),
    ],
)
def test_who_reads_is_taken_from_plain_words_only(system: str, user: str, audience: str) -> None:
    assert audience_of(Turns((system,), (user,))) == audience
