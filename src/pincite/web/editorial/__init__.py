"""Editorial work: articles, revisions, reviews, the audit trail; every change of state through `actions`."""
