"""Draws by lot as pages show them: what everybody may know of them, and from when on the picks are told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from openpar.base.organisations.models import Organisation
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.reform.inspections.models import Campaign, Draw, InspectedUnit, Mode
from openpar.reform.inspections.permissions import may_plan, oversees_inspections


@dataclass(frozen=True)
class DrawView:
    """A draw with its list by names; seed and picks are empty until the reader may know them."""

    draw: Draw
    campaign: Campaign
    organisation: str
    units: tuple[tuple[str, str], ...]
    picked: tuple[tuple[str, str], ...]
    tells_picks: bool


@dataclass(frozen=True)
class DrawLine:
    """One draw of the list that everybody sees: who draws, and whether the picks are told."""

    draw: Draw
    organisation: str
    tells_picks: bool


def draw_view(actor: Actor, draw_id: int, today: date) -> DrawView | None:
    """A draw for somebody who holds a role; planners and those who oversee know the picks at once."""
    draw = _draw(draw_id)
    if draw is None or not actor.held:
        return None
    campaign = draw.campaign
    is_planner = may_plan(actor, campaign.organisation_id, campaign.scope)
    return _view(draw, tells=is_planner or _oversees(actor, draw) or _is_told(draw, _begun([draw]), today))


def public_draw(draw_id: int, today: date) -> DrawView | None:
    """A draw as everybody sees it, without logging in.

    The list, the number, the method and the digest of the seed from the commitment on; seed and picks once
    the checks have begun at all units that were picked, at the latest when the year of the plan is over.
    """
    draw = _draw(draw_id)
    return None if draw is None else _view(draw, tells=_is_told(draw, _begun([draw]), today))


def public_draws(year: int, today: date) -> tuple[DrawLine, ...]:
    """The draws of the plans of a year, newest first; three queries."""
    draws = list(Draw.objects.select_related("campaign").filter(campaign__year=year).order_by("-id"))
    begun = _begun(draws)
    names = names_on({draw.campaign.organisation_id for draw in draws}, date(year, 12, 31))
    return tuple(
        DrawLine(draw, names.get(draw.campaign.organisation_id, ""), _is_told(draw, begun, today))
        for draw in draws
    )


def years_of_draws() -> list[int]:
    """The years of plans under which units were drawn, newest first."""
    years = Draw.objects.order_by().values_list("campaign__year", flat=True).distinct()
    return sorted(years, reverse=True)


def _draw(draw_id: int) -> Draw | None:
    return Draw.objects.select_related("campaign", "drawn_by").filter(pk=draw_id).first()


def _view(draw: Draw, *, tells: bool) -> DrawView:
    campaign = draw.campaign
    keys = dict(Organisation.objects.filter(key__in=draw.units).values_list("key", "pk"))
    on = max(campaign.covers_until, draw.committed_at.date())
    names = names_on({*keys.values(), campaign.organisation_id}, on)
    named = {key: names.get(pk, key) for key, pk in keys.items()}
    tells = tells and bool(draw.picked)
    return DrawView(
        draw=draw,
        campaign=campaign,
        organisation=names.get(campaign.organisation_id, ""),
        units=tuple((key, named.get(key, key)) for key in draw.units),
        picked=tuple((key, named.get(key, key)) for key in draw.picked) if tells else (),
        tells_picks=tells,
    )


def _oversees(actor: Actor, draw: Draw) -> bool:
    """Sees all inspections, and works in none of the units that were drawn."""
    drawn = set(Organisation.objects.filter(key__in=draw.picked).values_list("pk", flat=True))
    return oversees_inspections(actor) and actor.organisations().isdisjoint(drawn)


def _is_told(draw: Draw, begun: Collection[tuple[int, str]], today: date) -> bool:
    if not draw.picked:
        return False
    is_over = today.year > draw.campaign.year
    return is_over or all((draw.campaign_id, key) in begun for key in draw.picked)


def _begun(draws: Collection[Draw]) -> set[tuple[int, str]]:
    """(plan, key of the unit) of the unannounced checks that have begun under the plans of these draws."""
    rows = InspectedUnit.objects.filter(
        inspection__campaign__in={draw.campaign_id for draw in draws},
        inspection__mode=Mode.UNANNOUNCED,
        inspection__begun_at__isnull=False,
    )
    return set(rows.values_list("inspection__campaign_id", "organisation__key"))
