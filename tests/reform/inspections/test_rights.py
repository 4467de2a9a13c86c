"""Who decides about inspections: Sở Nội vụ for the province, in an agency its head and nobody else."""

from __future__ import annotations

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Kind
from openpar.reform.inspections.actions.campaigns import (
    CampaignDraft,
    issue_campaign,
    open_campaign,
    plan_units,
)
from openpar.reform.inspections.errors import InspectionRefused
from openpar.reform.inspections.models import Campaign, CampaignState, Mode, Scope
from tests import factories
from tests.reform.inspections.cases import AT, COVERS, Province, document, province
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def inspecting_sides() -> Province:
    return province()


@pytest.fixture
def who(inspecting_sides: Province) -> Province:
    return inspecting_sides


def codes(refused: pytest.ExceptionInfo[InspectionRefused]) -> list[str]:
    return [gap.code for gap in refused.value.gaps]


def own_plan(who: Province) -> Campaign:
    """Sở Y tế plans to inspect its one division; a draft."""
    division = factories.organisation("Phòng Dược", kind=Kind.DIVISION, parent=who.health.agency)
    campaign = open_campaign(
        by=who.health.officer,
        at=AT,
        organisation_id=who.health.agency.pk,
        scope=Scope.OWN,
        year=2026,
        draft=CampaignDraft("Kiểm tra nội bộ", *COVERS),
    )
    plan_units(
        by=who.health.officer,
        at=AT,
        campaign_id=campaign.pk,
        organisation_ids=[division.pk],
        mode=Mode.ON_SITE,
    )
    return campaign


def test_the_plan_of_an_agency_is_issued_by_its_head_and_nobody_else(who: Province) -> None:
    campaign = own_plan(who)
    paper = document(who.health.officer, who.health.agency, "3/KH-SYT")
    for by in (who.health.officer, who.building.head, who.manager, who.leader):
        with pytest.raises(InspectionRefused) as refused:
            issue_campaign(by=by, at=AT, campaign_id=campaign.pk, document_id=paper.pk)
        assert codes(refused) == ["not-allowed"]
    issued = issue_campaign(by=who.health.head, at=AT, campaign_id=campaign.pk, document_id=paper.pk)
    assert issued.state == CampaignState.ISSUED


def test_an_agency_plans_for_itself_and_for_nobody_else(who: Province) -> None:
    given = {"at": AT, "scope": Scope.OWN, "year": 2026, "draft": CampaignDraft("Kiểm tra", *COVERS)}
    for by in (
        who.health.officer,
        who.manager,
        factories.actor_as(Role.DIVISION_OFFICER, who.building.agency),
    ):
        with pytest.raises(InspectionRefused) as refused:
            open_campaign(by=by, organisation_id=who.building.agency.pk, **given)  # type: ignore[arg-type]  # the same for all three
        assert codes(refused) == ["not-allowed"]
