"""Who reaches a checked text and what they may do with it: one table."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pincite.web.audits import actions
from pincite.web.audits.models import CheckedText
from pincite.web.audits.policies import KEPT_FOR_VISITORS
from pincite.web.jobs import duties
from pincite.web.jobs.models import Job
from tests.web.audits.conftest import address, hand_in, work
from tests.web.audits.sample import TEXT

OTHERS = ("", "bob", "carol", "dave", "erin", "frank", "ivan")  # a visitor, and one of each role
READ = ("", "report", "download/json", "download/csv", "download/md", "download/html", "delete")
CHANGE = ("stop", "resume", "share", "withdraw", "delete")


@pytest.mark.parametrize("who", OTHERS)
def test_for_everybody_but_its_owner_a_text_does_not_exist(as_: Callable[[str], Client], checked: CheckedText, who: str) -> None:
    client = as_(who)
    for path in READ:
        assert client.get(f"/check/{checked.pk}/{path}").status_code == 404, path
    for path in CHANGE:
        assert client.post(f"/check/{checked.pk}/{path}").status_code == 404, path
    checked.refresh_from_db()
    assert checked.share_token is None
    for path in ("/check/", "/check/mine/", "/jobs/", f"/jobs/{checked.job_id}/"):
        assert "Draft leaflet" not in client.get(path).content.decode(), path


def test_its_owner_reads_and_does_everything(as_: Callable[[str], Client], checked: CheckedText) -> None:
    alice = as_("alice")
    for path in READ:
        assert alice.get(f"/check/{checked.pk}/{path}").status_code == 200, path
    for path in ("stop", "share", "withdraw"):
        assert alice.post(f"/check/{checked.pk}/{path}").status_code == 303, path
    assert "Draft leaflet" in alice.get("/check/mine/").content.decode()


def test_an_address_never_changes_anything_by_being_opened(as_: Callable[[str], Client], checked: CheckedText) -> None:
    alice = as_("alice")
    for path in CHANGE:
        assert alice.get(f"/check/{checked.pk}/{path}").status_code == (200 if path == "delete" else 405), path
    checked.refresh_from_db()
    assert checked.share_token is None


def test_nobodys_id_and_no_id_are_not_found(as_: Callable[[str], Client], checked: CheckedText) -> None:
    alice = as_("alice")
    for path in (
        "00000000-0000-0000-0000-000000000000/",
        "1/",
        f"{checked.pk}/download/exe",
        f"{checked.pk}/download/text",
        f"{str(checked.pk)[:-1]}/",
        "shared//",
        "shared/None/",
        f"shared/{checked.pk}/",
        f"shared/{'x' * 500}/",
    ):
        assert alice.get(f"/check/{path}").status_code == 404, path


def test_a_shared_report_is_read_by_whoever_has_the_link_until_it_is_withdrawn(as_: Callable[[str], Client], checked: CheckedText) -> None:
    alice, visitor, frank = as_("alice"), as_(""), as_("frank")
    assert alice.post(f"/check/{checked.pk}/share").status_code == 303
    page = alice.get(f"/check/{checked.pk}/").content.decode()
    found = re.search(r"/check/shared/([\w-]{40,})/", page)
    assert found
    link = found[0]
    for client in (visitor, frank):
        for path in ("", "report", "download/json", "download/md"):
            response = client.get(f"{link}{path}")
            assert response.status_code == 200, path
            assert "noindex" in response.headers["X-Robots-Tag"]
            assert "no-store" in response.headers["Cache-Control"]
        shown = client.get(link).content.decode()
        assert str(checked.pk) not in shown
        assert "alice" not in shown.lower()
        assert "<form" not in shown[shown.index("<main") :]
        assert client.get(f"/check/{checked.pk}/").status_code == 404
    assert visitor.get(f"{link}report").content == alice.get(f"/check/{checked.pk}/report").content
    alice.post(f"/check/{checked.pk}/share")
    assert link in alice.get(f"/check/{checked.pk}/").content.decode()  # asked twice, one link
    assert alice.post(f"/check/{checked.pk}/withdraw").status_code == 303
    for path in ("", "report", "download/json"):
        assert visitor.get(f"{link}{path}").status_code == 404
    alice.post(f"/check/{checked.pk}/share")
    assert link not in alice.get(f"/check/{checked.pk}/").content.decode()  # a withdrawn link never comes back


def test_a_link_ends_with_the_account_and_with_the_text(as_: Callable[[str], Client], people: dict[str, Any], checked: CheckedText) -> None:
    alice = as_("alice")
    alice.post(f"/check/{checked.pk}/share")
    checked.refresh_from_db()
    link = f"/check/shared/{checked.share_token}/"
    people["alice"].is_active = False
    people["alice"].save()
    assert as_("").get(link).status_code == 404
    people["alice"].is_active = True
    people["alice"].save()
    assert as_("").get(link).status_code == 200
    assert alice.post(f"/check/{checked.pk}/delete").status_code == 303
    assert as_("").get(link).status_code == 404
    assert not CheckedText.objects.exists()


def test_what_is_not_done_cannot_be_shared(as_: Callable[[str], Client]) -> None:
    alice = as_("alice")
    place = address(hand_in(alice, text=TEXT))
    assert alice.post(f"{place}share").status_code == 403
    assert alice.get(f"{place}report").status_code == 404


def test_a_visitor_reaches_a_text_through_the_session_alone_for_a_day_and_cannot_share_it(as_: Callable[[str], Client]) -> None:
    visitor = as_("")
    place = address(hand_in(visitor, text=TEXT))
    work()
    assert visitor.get(place).status_code == 200
    assert place in visitor.get("/check/").content.decode()
    assert visitor.post(f"{place}share").status_code == 403
    for other in (as_(""), as_("erin")):
        assert other.get(place).status_code == 404
        assert other.post(f"{place}delete").status_code == 404
    CheckedText.objects.update(created_at=timezone.now() - KEPT_FOR_VISITORS - datetime.timedelta(seconds=1))
    assert visitor.get(place).status_code == 404
    assert visitor.get("/check/mine/").status_code == 302


def test_what_visitors_handed_in_is_deleted_after_a_day_and_what_people_keep_is_not(
    as_: Callable[[str], Client], left: Callable[[], list[str]], checked: CheckedText
) -> None:
    hand_in(as_(""), text=TEXT)  # still waits
    assert "forget-texts" not in [job.kind for job in duties.look()]
    CheckedText.objects.update(created_at=timezone.now() - KEPT_FOR_VISITORS - datetime.timedelta(seconds=1))
    assert "forget-texts" in [job.kind for job in duties.look()]
    assert "forget-texts" not in [job.kind for job in duties.look()]
    assert actions.forget_visitors() == 1
    assert [text.pk for text in CheckedText.objects.all()] == [checked.pk]
    assert left() == []


def test_a_check_is_stopped_and_goes_on_where_its_owner_says_so(as_: Callable[[str], Client]) -> None:
    alice = as_("alice")
    place = address(hand_in(alice, text=TEXT))
    assert alice.post(f"{place}stop").status_code == 303
    assert "Stopped" in alice.get(place).content.decode()
    Job.objects.exclude(kind="audit").delete()
    work()
    assert CheckedText.objects.get().state == "stopped"
    assert alice.post(f"{place}resume").status_code == 303
    work()
    assert CheckedText.objects.get().state == "done"


def test_a_text_deleted_while_it_waits_is_gone_for_the_worker_too(as_: Callable[[str], Client], left: Callable[[], list[str]]) -> None:
    alice = as_("alice")
    place = address(hand_in(alice, text=TEXT))
    assert "Delete this text?" in alice.get(f"{place}delete").content.decode()
    assert alice.post(f"{place}delete").status_code == 303
    work()
    assert Job.objects.get(kind="audit").state == Job.State.CANCELLED
    assert left() == []
