"""Every page by axe in both themes, at 320 px without a sideways scroll, and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ANSWER = "/ask?q=What+is+the+treatment+for+Baastrup%27s+disease%3F"
# Whose page, and its path; "{article}" and "{slug}" are filled from the demonstration's own articles.
PAGES = (
    ("", "/"),
    ("", ANSWER),
    ("", f"{ANSWER}&audience=patient&after=sciatica"),
    ("", "/ask?q=gardening+roses"),
    ("", "/ask?q="),
    ("", "/library/"),
    ("", "/library/?q=kyphoplasty"),
    ("", "/library/document/nice-2020-ng59-sciatica-medicines"),
    ("", "/source/nice-2020-ng59-sciatica-medicines?start=113&end=230"),
    ("", "/articles/"),
    ("", "{slug}"),
    ("", "{slug}history/"),
    ("", "/articles/policy/"),
    ("", "/check/"),
    ("", "/accounts/login/"),
    ("", "/report"),
    ("", "/api/v1/docs"),
    ("", "/no-such-page"),
    ("alice", "/threads/"),
    ("alice", "/check/mine/"),
    ("alice", "{checked}"),
    ("alice", "{checked}delete"),
    ("alice", "/account/"),
    ("alice", "/account/tokens/"),
    ("carol", "/editorial/"),
    ("carol", "{article}"),
    ("carol", "{article}edit"),
    ("carol", "/editorial/audit-trail/"),
    ("carol", "/editorial/changes/"),
    ("dave", "/library/add"),
    ("dave", "/library/feeds/"),
    ("dave", "/library/document/acr-2014-management-vertebral-compression-fractures"),
    ("erin", "/account/people/"),
)
SERIOUS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def addresses(page: Any) -> dict[str, str]:
    """The demonstration's published article and its open workspace, from the pages that list them."""
    page.goto("/articles/")
    slug = page.locator("main a[href^='/articles/']").evaluate_all(
        "links => links.map(link => link.getAttribute('href')).find(path => /^\\/articles\\/(?!topics|feed|policy)[^/]+\\/$/.test(path))"
    )
    return {"slug": slug}


def workspace(page: Any) -> str:
    page.goto("/editorial/")
    found = page.locator("a[href^='/editorial/articles/']").first.get_attribute("href")
    assert found
    return re.match(r"/editorial/articles/\d+/", found)[0]  # type: ignore[index]


def checked(page: Any) -> str:
    """The report of a text that is handed in now, when the worker has made it."""
    page.goto("/check/")
    page.get_by_label("Text", exact=True).fill("In Baastrup's disease, 99 of 277 patients (45.7%) had anti-inflammatory drugs.")
    page.get_by_role("button", name="Check this text").click()
    page.get_by_role("link", name="Open the full report").wait_for(timeout=60_000)
    return str(re.search(r"/check/[0-9a-f-]{36}/", page.url)[0])  # type: ignore[index]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(visit: Callable[..., Any], scheme: str) -> None:
    pages: dict[str, Any] = {}
    names: dict[str, str] = {}
    wrong = []
    for who, path in PAGES:
        if who not in pages:
            pages[who] = visit(who, color_scheme=scheme, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
            if not who:
                names |= addresses(pages[who])
            elif who == "alice":
                names["checked"] = checked(pages[who])
            elif who == "carol":
                names["article"] = workspace(pages[who])
        page = pages[who]
        address = path.format(**names) if "{" in path else path
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(SERIOUS)}}).response["violations"]
        for violation in found:
            targets = [node["target"] for node in violation["nodes"][:3]]
            wrong.append(f"{who or 'visitor'} {address}: {violation['id']}: {violation['help']} {targets}")
        page.set_viewport_size({"width": 320, "height": 700})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wrong.append(f"{who or 'visitor'} {address}: {width} px wide on a screen of 320")
    assert not wrong, "\n".join(wrong)


def test_a_citation_is_opened_read_and_left_by_keyboard_alone(visit: Callable[..., Any]) -> None:
    page = visit()
    page.goto(ANSWER)
    mark = page.locator("a.pin").first
    mark.focus()
    card = page.locator(".hover-card")
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(mark).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("mark")).to_have_count(0)
    expect(mark).to_be_focused()


def test_a_question_is_asked_by_enter_and_the_first_tab_skips_to_the_text(visit: Callable[..., Any]) -> None:
    page = visit()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.get_by_label("Your question").fill("How is kissing spine diagnosed?")
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("How is kissing spine diagnosed?")


def test_without_javascript_a_citation_is_a_page_and_a_question_a_form(visit: Callable[..., Any]) -> None:
    page = visit(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Your question").fill("naproxen maximum daily dose")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("naproxen maximum daily dose")
    page.locator("a.pin").first.click()
    expect(page.locator("mark").first).to_be_visible()
    page.go_back()
    page.get_by_label("Your follow-up question").fill("and in older people?")
    page.locator("form").filter(has=page.get_by_label("Your follow-up question")).get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("and in older people?")


def test_printed_the_answer_shows_its_quotes_and_no_controls(visit: Callable[..., Any]) -> None:
    page = visit()
    page.goto(ANSWER)
    page.emulate_media(media="print")
    assert page.locator(".print-only blockquote:visible, .print-only q:visible, .print-only .quote:visible").count() > 3
    assert page.locator("button:visible, textarea:visible").count() == 0


def test_a_page_loads_nothing_from_elsewhere_and_weighs_under_200_kb(visit: Callable[..., Any], site: Any) -> None:
    page = visit()
    loaded: dict[str, int] = {}

    def weigh(response: Any) -> None:
        loaded[response.url] = len(response.body()) if response.status == 200 else 0

    page.on("response", weigh)
    page.goto(ANSWER, wait_until="networkidle")
    assert all(address.startswith((site.url, "data:")) for address in loaded), loaded
    assert sum(loaded.values()) < 200_000, loaded
