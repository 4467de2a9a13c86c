"""The tables of the catalogue of procedures."""

from openpar.delivery.procedures.models.catalogue import (
    Procedure,
    ProcedureVersion,
    PublishingDecision,
    Sector,
    VersionAgency,
    VersionBody,
    VersionPaper,
    VersionQuerySet,
    VersionTerm,
)
from openpar.delivery.procedures.models.offering import (
    DecisionLine,
    Posting,
    Provision,
    ProvisionQuerySet,
    QualitySystem,
)
from openpar.delivery.procedures.models.reviewing import (
    ProcedureReview,
    ReviewPlan,
    ReviewProblem,
)

__all__ = [
    "DecisionLine",
    "Posting",
    "Procedure",
    "ProcedureReview",
    "ProcedureVersion",
    "Provision",
    "ProvisionQuerySet",
    "PublishingDecision",
    "QualitySystem",
    "ReviewPlan",
    "ReviewProblem",
    "Sector",
    "VersionAgency",
    "VersionBody",
    "VersionPaper",
    "VersionQuerySet",
    "VersionTerm",
]
