"""The closed lists of words that records use, and the base that makes every record frozen."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Tier = Literal["guideline", "label", "research", "patient"]
Extent = Literal["full-text", "abstract", "label", "record"]
Status = Literal["current", "retracted", "concern", "superseded", "unknown"]
Precedence = Literal["local", "preferred"]
NoticeKind = Literal["retraction", "concern", "erratum", "reinstatement"]
Direction = Literal["for", "against", "neutral", "increase", "decrease", "no-difference"]
Intent = Literal[
    "treatment",
    "diagnosis",
    "cause",
    "prognosis",
    "dosing",
    "safety",
    "monitoring",
    "prevention",
    "definition",
    "epidemiology",
    "comparison",
    "other",
]
Design = Literal[
    "guideline",
    "appropriateness-criteria",
    "consensus",
    "technology-appraisal",
    "drug-label",
    "safety-communication",
    "systematic-review",
    "meta-analysis",
    "rct",
    "controlled-trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "diagnostic-study",
    "case-series",
    "case-report",
    "narrative-review",
    "qualitative",
    "economic",
    "protocol",
    "animal",
    "in-vitro",
    "editorial",
    "retraction-notice",
    "patient-information",
    "unknown",
]
SectionKind = Literal[
    "title",
    "abstract",
    "background",
    "objective",
    "methods",
    "results",
    "discussion",
    "conclusion",
    "recommendation",
    "indication",
    "dosing",
    "contraindication",
    "boxed-warning",
    "warning",
    "adverse",
    "interaction",
    "special-population",
    "overdose",
    "pharmacology",
    "description",
    "supply",
    "patient",
    "table",
    "figure",
    "statement",
    "body",
    "other",
]
StatementKind = Literal[
    "recommendation",
    "finding",
    "safety",
    "dosing",
    "diagnosis",
    "epidemiology",
    "definition",
    "prognosis",
    "monitoring",
    "contraindication",
    "indication",
    "interaction",
    "boxed-warning",
    "mechanism",
    "background",
    "method",
    "other",
]
Directness = Literal["direct", "indirect"]
VerdictLabel = Literal["quoted", "supported", "partly", "contradicted", "not-found", "uncited", "not-a-claim"]


class Record(BaseModel):
    """Base of all values: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
