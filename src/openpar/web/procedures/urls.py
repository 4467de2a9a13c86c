from django.urls import path

from openpar.web.procedures import (
    counting,
    decisions,
    detail,
    importing,
    lines,
    listing,
    offering,
    posting,
    reviewing,
)

_DECISION = "procedures/decisions/<int:decision_id>/"
_LINE = _DECISION + "lines/<int:line_id>/"
_REVIEW = "procedures/reviews/<int:review_id>/"
_PROBLEM = "procedures/problems/<int:problem_id>/"

urlpatterns = [
    path("procedures/", listing.procedures, name="procedures"),
    path("procedures/export/", listing.export, name="procedures-export"),
    path("procedures/template/", listing.template, name="procedures-template"),
    path("procedures/import/", importing.upload, name="procedures-import"),
    path("procedures/counts/", counting.counts, name="procedures-counts"),
    path("procedures/counts/export/", counting.export, name="procedures-counts-export"),
    path("procedures/offers/", offering.offers, name="procedures-offers"),
    path("procedures/quality/", offering.quality, name="procedures-quality"),
    path("procedures/postings/", posting.postings, name="procedures-postings"),
    path("procedures/decisions/", decisions.all_decisions, name="publishing-decisions"),
    path("procedures/decisions/new/", decisions.new, name="publishing-decision-new"),
    path(_DECISION, decisions.decision, name="publishing-decision"),
    path(_DECISION + "edit/", decisions.edit, name="publishing-decision-edit"),
    path(_DECISION + "issue/", decisions.issue, name="publishing-decision-issue"),
    path(_DECISION + "discard/", decisions.discard, name="publishing-decision-discard"),
    path(_DECISION + "upload/", decisions.upload, name="publishing-decision-upload"),
    path(_DECISION + "posting/", posting.posting, name="publishing-posting"),
    path(_DECISION + "lines/new/", lines.new, name="publishing-line-new"),
    path(_LINE, lines.line, name="publishing-line"),
    path(_LINE + "remove/", lines.remove, name="publishing-line-remove"),
    path("procedures/reviews/", reviewing.reviews, name="procedure-reviews"),
    path("procedures/reviews/plan/", reviewing.plan, name="procedure-review-plan"),
    path("procedures/reviews/plan/<int:plan_id>/add/", reviewing.add, name="procedure-review-add"),
    path(_REVIEW, reviewing.review, name="procedure-review"),
    path(_REVIEW + "finish/", reviewing.finish, name="procedure-review-finish"),
    path(_REVIEW + "problems/", reviewing.problem, name="procedure-review-problem"),
    path(_PROBLEM + "decide/", reviewing.decide, name="procedure-problem-decide"),
    path(_PROBLEM + "handle/", reviewing.handle, name="procedure-problem-handle"),
    path("procedures/<int:procedure_id>/", detail.procedure, name="procedure"),
    path("procedures/<int:procedure_id>/offer/", offering.offer, name="procedure-offer"),
]
