"""A finding entered by hand."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor, Role
from openpar.common.errors import Refused
from openpar.common.text import sort_key
from openpar.engine.periods import Calendar, PeriodKind, period_of
from openpar.parindex.assessments.queries.leaves import leaves_offered
from openpar.reform.findings.actions.adding import NewFinding, add_finding
from openpar.reform.findings.models import FoundBy, Severity
from openpar.reform.findings.permissions import FROM_INSIDE, units_seen_by
from openpar.web.findings.common import Choices, frame, may_enter
from openpar.web.findings.forms import OUTSIDE_SOURCES, NewFindingForm
from openpar.web.findings.leaf_field import Offers, labels_of, read_leaf
from openpar.web.http import AuthenticatedRequest, form_refused, now, only, page, refused, say, today


@page("GET", "POST")
def new(request: AuthenticatedRequest) -> HttpResponse:
    """About the own unit (from inside), or about those one oversees."""
    who = only(request, may_enter)
    day = today()
    year = period_of(Calendar.REFORM, PeriodKind.YEAR, day)
    organisations = _organisations(who)
    form = NewFindingForm(
        request.POST or None,
        sources=_sources(who),
        organisations=organisations,
        day=day,
        initial={"period_from": year.from_on, "period_until": day, **_own(who)},
    )
    offers = leaves_offered([int(one) for one, _name in organisations], day)
    leaves = labels_of(one for each in dict.fromkeys(offers.values()) for one in each)
    context = {**frame(request, "findings"), "form": form, "leaves": leaves}
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise form_refused(form)
            made = add_finding(line=_line(form, who, offers), by=who, at=now())
        except Refused as error:
            return refused(request, error, template="findings/new.html", context=context)
        say(request, _("Đã ghi nhận tồn tại, hạn chế."))
        return redirect("finding", made.pk)
    return render(request, "findings/new.html", context)


def _is_steering(who: Actor) -> bool:
    return who.has(Role.ROUND_MANAGER) or who.has(Role.PROCEDURE_CONTROLLER)


def _sources(who: Actor) -> Choices:
    """From inside for those who work in a unit, from outside for those who oversee or have units below."""
    found: Choices = []
    if units_seen_by(who):
        found.append((FoundBy.SELF.value, str(FoundBy.SELF.label)))
    if _is_steering(who) or _below(who):
        found += [(str(one.value), str(one.label)) for one in OUTSIDE_SOURCES]
    return found


def _below(who: Actor) -> list[int]:
    """What lies directly below the agencies a person coordinates."""
    own = who.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
    versions = OrganisationVersion.objects.as_of(today()).filter(parent_id__in=sorted(own))
    return list(versions.values_list("organisation_id", flat=True))


def _organisations(who: Actor) -> Choices:
    if _is_steering(who):
        versions = OrganisationVersion.objects.as_of(today()).filter(is_scored=True)
        ids = {*versions.values_list("organisation_id", flat=True), *units_seen_by(who)}
    else:
        ids = {*units_seen_by(who), *_below(who)}
    names = names_on(ids, today())
    return sorted(((str(one), name) for one, name in names.items()), key=lambda each: sort_key(each[1]))


def _own(who: Actor) -> dict[str, object]:
    """The only unit of a person is chosen already."""
    units = units_seen_by(who)
    return {"organisation": next(iter(units))} if len(units) == 1 and not _is_steering(who) else {}


def _line(form: NewFindingForm, who: Actor, offers: Mapping[int, Offers]) -> NewFinding:
    """Raises Refused where the criterion is none of the unit's."""
    given = form.cleaned_data
    found_by = FoundBy(given["found_by"])
    unit = given["organisation"]
    return NewFinding(
        organisation_id=unit,
        field=given["field"],
        code=given["code"],
        text=given["text"],
        found_by=found_by,
        finder_id=unit if found_by in FROM_INSIDE else _finder(who, unit),
        found_on=today(),
        period_from=given["period_from"],
        period_until=given["period_until"],
        severity=Severity(given["severity"]) if given["severity"] else None,
        metric=given["metric"],
        request=given["request"],
        deadline=given["deadline"],
        source_text=given["source_text"],
        leaf=read_leaf(given["leaf"], offers.get(unit, ())),
    )


def _finder(who: Actor, unit: int) -> int:
    """For which organisation a person finds: the one they oversee for, else the one above the unit."""
    steering = who.organisations(Role.ROUND_MANAGER, Role.PROCEDURE_CONTROLLER)
    if steering:
        return min(steering)
    version = OrganisationVersion.objects.as_of(today()).filter(organisation_id=unit).first()
    return version.parent_id if version is not None and version.parent_id is not None else unit
