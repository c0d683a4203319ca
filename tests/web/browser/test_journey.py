"""One article's life, clicked through in a real browser by four people: from the question to the banner."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import yaml
from playwright.sync_api import expect

from tests.web.browser.conftest import Site

QUESTION = "gabapentin for sciatica"
WORKER_WITHIN = 45_000  # milliseconds until the worker has noticed a changed library


def test_from_a_question_to_the_banner(visit: Callable[..., Any], site: Site) -> None:
    alice, bob, carol, visitor = visit("alice"), visit("bob"), visit("carol"), visit()

    # Ask, open a citation beside the text, close it again, follow up, send.
    alice.goto("/")
    alice.get_by_label("Your question").fill(QUESTION)
    alice.get_by_role("button", name="Ask", exact=True).click()
    expect(alice.get_by_role("heading", level=1)).to_have_text(QUESTION)
    mark = alice.locator("a.pin").first
    quoted = alice.locator(".statement .said").first.inner_text()
    mark.click()
    source = alice.locator("mark").first
    expect(source).to_be_visible()
    assert source.inner_text().strip()[:40] in quoted
    alice.keyboard.press("Escape")
    expect(alice.locator("mark")).to_have_count(0)
    expect(mark).to_be_focused()
    alice.get_by_label("Your follow-up question").fill("and if it fails?")
    alice.get_by_role("button", name="Ask", exact=True).click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("and if it fails?")
    expect(alice.get_by_text("sciatica").first).to_be_visible()
    alice.go_back()
    expect(alice.get_by_role("heading", level=1)).to_have_text(QUESTION)
    alice.get_by_role("button", name="Send to the editors").click()
    alice.wait_for_url(re.compile(r"/editorial/articles/\d+/$"))
    workspace = alice.url

    # Carol asks bob for a review.
    carol.goto("/editorial/")
    carol.get_by_role("link", name=QUESTION).first.click()
    carol.wait_for_url(workspace)
    choices = carol.locator("#assign select")
    choices.select_option(label=next(name for name in choices.locator("option").all_inner_texts() if name.startswith("Bob")))
    carol.get_by_role("button", name="Ask for a review").click()
    expect(carol.get_by_text("Waits for Bob").first).to_be_visible()

    # Bob asks for a change.
    bob.goto(workspace)
    bob.locator("#review").get_by_label("Request changes").check()
    bob.locator("#review textarea").fill("Say how long it was taken.")
    bob.get_by_role("button", name="Send the review").click()
    expect(bob.get_by_text("Changes requested").first).to_be_visible()

    # Alice rewords one statement: the check speaks at once; then she puts it back, removes another, and submits again.
    alice.goto(workspace)
    alice.get_by_role("link", name="Edit the text").click()
    statement = alice.locator(".statement.working").first
    words, verdict = statement.locator("textarea"), statement.locator(".verdict .badge").first
    original = words.input_value()
    for text, outcome in (
        ("Gabapentin cures sciatica in 99% of newborn babies at 5000 mg.", "Fails its check"),
        (original, "quoted word for word"),
    ):
        statement.locator("summary", has_text="Reword").click()
        words.fill(text)
        statement.get_by_role("button", name="Save and check").click()
        expect(verdict).to_have_text(re.compile(outcome, re.IGNORECASE))
    alice.goto(workspace)
    alice.get_by_role("button", name="Submit to the editors").click()
    expect(alice.get_by_text("Under review").first).to_be_visible()

    # Bob accepts; carol, who wrote nothing, approves and publishes.
    bob.goto(workspace)
    bob.locator("#review").get_by_label("Accept").check()
    bob.get_by_role("button", name="Send the review").click()
    expect(bob.get_by_text("Everything needed for approval is done")).to_be_visible()
    carol.goto(workspace)
    publish = carol.locator("#approve input[type=checkbox]")
    if publish.count():
        publish.check()
    carol.get_by_role("button", name="Approve", exact=True).click()
    expect(carol.get_by_text("Approved").first).to_be_visible()

    # Everybody can read it.
    visitor.goto("/articles/")
    visitor.get_by_role("link", name=QUESTION).first.click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text(QUESTION)
    expect(visitor.get_by_text("pending human review")).to_have_count(0)
    public = visitor.url

    # A source is replaced: the page says so by itself.
    cited = visitor.locator("a.pin").first.get_attribute("href").split("/source/")[1].split("?")[0]
    record = yaml.safe_load((files("pincite") / "data" / "starter" / f"{cited}.yaml").read_text(encoding="utf-8"))
    for statement in record["statements"]:
        statement["text"] = statement["text"].rstrip(".") + ", according to a correction of the journal."
    changed = site.home / f"{cited}.yaml"
    changed.write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")
    site.pincite("add", str(changed))
    banner = visitor.locator(".notice-alert")
    for _ in range(WORKER_WITHIN // 1000):
        visitor.goto(public)
        if banner.count():
            break
        visitor.wait_for_timeout(1000)
    expect(banner.first).to_contain_text(re.compile("changed|replaced", re.IGNORECASE))
    carol.goto(workspace)
    expect(carol.locator("#alerts")).to_contain_text("according to a correction of the journal")
    assert "rows" in site.pincite("audit-trail", "verify")
