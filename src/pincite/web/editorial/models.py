"""Articles and everything that people decide about them. Rows change only through `editorial.actions` and `editorial.living`.

A revision never changes once written; an audit row neither changes nor goes (the database itself refuses it, see the migration).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

USER = settings.AUTH_USER_MODEL


class Topic(models.Model):
    """A subject under which articles are listed: a condition as the question was understood, or one that an editor names."""

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=150)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    """An answer that editors publish."""

    class State(models.TextChoices):
        """Draft and changes-requested are the writer's; submitted and under-review the reviewers'; the rest are decided."""

        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        UNDER_REVIEW = "under-review", "Under review"
        CHANGES_REQUESTED = "changes-requested", "Changes requested"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"

    slug = models.SlugField(max_length=120, unique=True)
    question = models.CharField(max_length=2000)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="articles")
    topics = models.ManyToManyField(Topic, blank=True, related_name="articles")
    current = models.ForeignKey("Revision", null=True, on_delete=models.PROTECT, related_name="+")  # newest revision
    approved = models.ForeignKey("Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")  # what was approved last
    approved_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)  # public since; empty: not public
    submitted_at = models.DateTimeField(null=True, blank=True)
    review_due = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-updated_at",)
        permissions = (
            ("send_article", "Send an answer to the editors"),
            ("write_article", "Write and edit drafts"),
            ("review_article", "Review submitted articles"),
            ("approve_article", "Approve articles written by others"),
            ("manage_article", "Assign, publish, withdraw, schedule and reopen articles"),
        )

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        """The public page."""
        return reverse("articles:article", args=[self.slug])

    @property
    def shown(self) -> Revision | None:
        """The revision that the public sees: the approved one as long as there is one, else the newest."""
        return self.approved or self.current


class Revision(models.Model):
    """One text of an article: the whole answer with its quotes and text hashes, plus the editor's notes. Never changes."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()  # `content.Content`
    sha256 = models.CharField(max_length=64)  # of the canonical content: what an approval names
    says = models.CharField(max_length=500)  # what changed, in a line
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("article", "number"), name="editorial_revision_once"),)

    def __str__(self) -> str:
        return f"revision {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only a new row can be saved."""
        if self.pk is not None:
            raise TypeError("A revision never changes; write a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Revisions stay."""
        raise TypeError("A revision is never deleted.")


class Assignment(models.Model):
    """A reviewer's turn on an article."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(auto_now_add=True)
    due = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # reviewed, or assigned to another

    class Meta:
        ordering = ("-assigned_at",)

    def __str__(self) -> str:
        return f"{self.reviewer} on {self.article}"


class Review(models.Model):
    """What a reviewer decided on one revision."""

    class Decision(models.TextChoices):
        """The three answers a reviewer can give."""

        ACCEPT = "accept", "Accept"
        REQUEST_CHANGES = "request-changes", "Request changes"
        REJECT = "reject", "Reject"

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="reviews")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(max_length=20, choices=Decision.choices)
    comment = models.TextField(blank=True)
    # As declared on the day: the account may say something else later.
    credentials = models.CharField(max_length=200, blank=True)
    position = models.CharField(max_length=200, blank=True)
    competing_interests = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.decision}"


class Comment(models.Model):
    """A remark on one statement of a revision (or, with an empty key, on the whole); open until somebody resolves it."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="comments")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="comments")
    statement = models.CharField(max_length=64, blank=True)  # `content.key_of`
    quoted = models.TextField(blank=True)  # the statement's text when the comment was made
    text = models.TextField()
    author = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    resolved_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return self.text[:80]


class Alert(models.Model):
    """A change that touches an article: a source that was replaced, retired, retracted; a review date that passed."""

    class Kind(models.TextChoices):
        """What happened, as the banner words it."""

        REPLACED = "replaced", "A source was replaced by another version"
        CHANGED = "changed", "The text of a source changed"
        RETRACTED = "retracted", "A source was retracted"
        CONCERN = "concern", "An expression of concern was published about a source"
        SUPERSEDED = "superseded", "A source was superseded by a newer version"
        RETIRED = "retired", "A source was retired from the library"
        DOSE = "dose", "Doses in a source changed"
        BOXED_WARNING = "boxed-warning", "The boxed warning of a source changed"
        CONTRAINDICATION = "contraindication", "The contraindications of a source changed"
        CORRECTED = "corrected", "A correction of a source was published"
        GONE = "gone", "A source is no longer in the library"
        REVIEW_DUE = "review-due", "The date for the next review has passed"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="alerts")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    fingerprint = models.CharField(max_length=64)  # the same change is told once
    document_id = models.CharField(max_length=300, blank=True)
    title = models.TextField(blank=True)
    statement = models.CharField(max_length=64, blank=True)
    old_quote = models.TextField(blank=True)
    new_quote = models.TextField(blank=True)
    says = models.TextField()  # one sentence
    library = models.CharField(max_length=64, blank=True)
    raised_at = models.DateTimeField(auto_now_add=True)
    resolved_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-raised_at", "id")
        constraints = (models.UniqueConstraint(fields=("article", "fingerprint"), name="editorial_alert_once"),)

    def __str__(self) -> str:
        return self.says


class Handled(models.Model):
    """An event of the library, or a changed watched answer, that an editor looked at."""

    key = models.CharField(max_length=64, unique=True)  # "event:…" or "watch:…", as in the feeds
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return self.key


class Report(models.Model):
    """What a reader tells the editors with “something is wrong”: about an answer, a source or an article."""

    question = models.TextField(blank=True)
    page = models.CharField(max_length=2000, blank=True)  # path on this site
    article = models.ForeignKey(Article, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    statement = models.TextField(blank=True)
    text = models.TextField()
    contact = models.CharField(max_length=200, blank=True)
    reporter = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    handled_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-at",)
        permissions = (("handle_report", "Handle readers' reports"),)

    def __str__(self) -> str:
        return self.text[:80]


class AuditRow(models.Model):
    """One action, who did it and what it rested on, chained by hash to the row before; see `audit_trail`."""

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.CharField(max_length=40)  # ISO 8601 with microseconds, as hashed
    actor = models.CharField(max_length=150)  # user name, or "system"
    actor_name = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=50)
    subject = models.CharField(max_length=200)  # "article:12", "document:pmid:1", "user:3"
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("sequence",)
        indexes = (models.Index(fields=("subject",), name="editorial_audit_subject"),)

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only a new row can be saved."""
        if self.pk is not None:
            raise TypeError("An audit row never changes.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Audit rows stay."""
        raise TypeError("An audit row is never deleted.")


class AuditHead(models.Model):
    """How long the trail is and how it ends, so that rows cut off its end are missed too."""

    count = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.count} {self.hash[:12]}"
