"""What the pages of procedures share: who may, the day asked for, the tabs above, names of organisations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.delivery.procedures.models import PublishingDecision
from openpar.delivery.procedures.permissions import may_manage_procedures
from openpar.delivery.procedures.queries.listing import has_samples
from openpar.web.http import AuthenticatedRequest, actor, today

Tab = tuple[str, str, bool, int | None]


def manager(request: AuthenticatedRequest) -> Actor:
    """Who may change the catalogue; 404 for everybody else."""
    who = actor(request)
    if not may_manage_procedures(who):
        raise Http404
    return who


def asked_number(request: HttpRequest, name: str) -> int | None:
    """A number of the address; None when there is none."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def frame(request: AuthenticatedRequest, here: str) -> dict[str, object]:
    """What every page has: the tabs of the subject, and whether anything in the catalogue is a sample."""
    pages = (
        ("procedures", _("Danh mục")),
        ("publishing-decisions", _("Quyết định công bố")),
        ("procedures-postings", _("Niêm yết")),
        ("procedure-reviews", _("Rà soát, đánh giá")),
        ("procedures-offers", _("Cung cấp trực tuyến")),
        ("procedures-quality", _("Hệ thống chất lượng")),
        ("procedures-counts", _("Biểu II.07b")),
    )
    tabs: list[Tab] = [(label, reverse(page), page == here, None) for page, label in pages]
    return {
        "tabs": tabs,
        "may_manage": may_manage_procedures(actor(request)),
        "has_samples": has_samples(),
        "today": today(),
    }


def visible_decision(request: AuthenticatedRequest, decision_id: int) -> PublishingDecision:
    """The decision; a draft is shown to those who manage only, 404 for everybody else."""
    found = PublishingDecision.objects.select_related("document").filter(pk=decision_id).first()
    if found is None or (found.issued_at is None and not may_manage_procedures(actor(request))):
        raise Http404
    return found


def names_by_key(keys: Iterable[str], day: date) -> dict[str, str]:
    """The names of organisations on a day, by their keys."""
    known = dict(Organisation.objects.filter(key__in=set(keys)).values_list("key", "pk"))
    names = names_on(known.values(), day)
    return {key: names.get(pk, key) for key, pk in known.items()}


def agencies_of_day(day: date) -> list[tuple[int, str]]:
    """The agencies that lists can be narrowed by: all that were scored or are of a kind that handles."""
    versions = OrganisationVersion.objects.as_of(day).filter(is_scored=True).order_by("name_sort")
    return list(versions.values_list("organisation_id", "name"))
