from typing import Any

import pytest

from pincite.web.editorial import actions, audit_trail
from pincite.web.editorial.policies import Refused


def test_an_article_goes_from_author_to_the_public(people: dict[str, Any], article: Any) -> None:
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    actions.review(article, by=people["bob"], base=article.current.sha256, decision="accept")
    actions.approve(article, by=people["bob"], base=article.current.sha256)
    actions.publish(article, by=people["carol"])
    article.refresh_from_db()
    assert (article.state, article.approved, bool(article.published_at)) == ("approved", article.current, True)
    assert audit_trail.verify().broken is None


def test_an_author_does_not_approve_their_own(people: dict[str, Any], article: Any) -> None:
    rows = audit_trail.verify().rows
    with pytest.raises(Refused) as refused:
        actions.approve(article, by=people["alice"], base=article.current.sha256)
    assert refused.value.kind == "forbidden"
    assert audit_trail.verify().rows == rows
