"""axe finds nothing wrong (WCAG 2.2 A and AA) with the pages of any role, on the desk and on the phone."""

from __future__ import annotations

from collections.abc import Iterable

from playwright.sync_api import Page

from openpar.base.accounts.models import Role
from openpar.parindex.assessments.models import RoundStage
from tests.journeys.browser import Visitors, axe, press
from tests.journeys.rounds_now import bring_in_outside, conclude, round_now, score, submit


def _wrong(page: Page, addresses: Iterable[str]) -> list[str]:
    found: list[str] = []
    for address in addresses:
        page.goto(address)
        found += axe(page)
    return found


def test_pages_of_everybody(visitors: Visitors) -> None:
    found = round_now()
    wrong = _wrong(visitors.open(), ["/login/"])
    page = visitors.as_person(found.person(Role.DIVISION_OFFICER, found.health))
    assert wrong + _wrong(page, ["/messages/", "/password/"]) == []


def test_pages_of_a_unit_that_scores_itself(visitors: Visitors) -> None:
    found = round_now()
    score(found, found.health, leaving_out=("2.1.1",))
    sheet = f"/assessments/{found.sheet(found.health).pk}/"
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health))
    pages = ("", "1.1.1/", "1.1.2/", "2.2.1/", "1.1.2/evidence/", "submission/", "assign/", "bonus/")
    others = ("history/", "print/", "upload/")
    wrong = _wrong(page, ["/", "/assessments/", *(sheet + name for name in (*pages, *others))])
    score(found, found.justice)
    submit(found, found.justice)
    head = visitors.as_person(found.person(Role.AGENCY_HEAD, found.justice))
    wrong += _wrong(head, [f"/assessments/{found.sheet(found.justice).pk}/lock/"])
    assert wrong == []


def test_pages_of_an_appraiser(visitors: Visitors) -> None:
    found = round_now(RoundStage.APPRAISAL)
    desk = f"/appraisals/{found.round.pk}/"
    row = f"{desk}score/{found.sheet(found.health).pk}/1.1.2/?axis=leaf&open=1"
    unit = f"{desk}unit/{found.sheet(found.health).pk}/"
    page = visitors.as_person(found.person(Role.APPRAISER, found.home))
    wrong = _wrong(page, ["/", "/appraisals/", desk, f"{desk}so/1.1.2/", row, unit])
    assert wrong == []


def test_pages_of_the_explanation(visitors: Visitors) -> None:
    found = round_now(RoundStage.REAPPRAISAL)
    appraiser = visitors.as_person(found.person(Role.APPRAISER, found.office))
    wrong = _wrong(appraiser, [f"/appraisals/{found.round.pk}/explanations/"])
    focal = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health))
    assert wrong + _wrong(focal, [f"/assessments/{found.sheet(found.health).pk}/1.1.2/"]) == []


def test_pages_of_the_round_manager(visitors: Visitors) -> None:
    found = round_now(RoundStage.DECISION)
    bring_in_outside(found)
    conclude(found)
    page = visitors.as_person(found.person(Role.ROUND_MANAGER, found.home))
    round = f"/rounds/{found.round.pk}/"
    pages = ("", "setup/", "phases/", "appraisers/", "outside/", "outside/so/2.2.1/", "adjustments/")
    wrong = _wrong(page, ["/", "/rounds/", "/rounds/new/", *(round + name for name in pages)])
    assert wrong + _wrong(page, [f"{round}council/", f"{round}publish/"]) == []


def test_pages_of_criteria(visitors: Visitors) -> None:
    found = round_now()
    criteria = f"/criteria/{found.block.criteria_set_id}/"
    page = visitors.as_person(found.person(Role.ROUND_MANAGER, found.home))
    wrong = _wrong(page, ["/criteria/", "/criteria/import/", criteria, f"{criteria}compare/"])
    page.goto(f"{criteria}copy/")
    page.get_by_label("Tên bộ tiêu chí mới").fill("Bộ tiêu chí năm sau")
    press(page, "Sao chép bộ tiêu chí")
    draft = page.url
    wrong += _wrong(page, [f"{draft}edit/", f"{draft}edit/settings/", f"{draft}issue/"])
    page.goto(f"{draft}edit/")
    page.get_by_placeholder("Tìm tiêu chí").fill("2.1.1")
    page.locator(".tree").get_by_role("link", name="2.1.1").click()
    page.wait_for_url("**/edit/*/")
    assert wrong + axe(page) == []


def test_pages_of_results_and_of_the_administrator(visitors: Visitors) -> None:
    found = round_now(RoundStage.PUBLISHED)
    results = f"/results/{found.round.pk}/"
    unit = f"{results}{found.sheet(found.health).pk}/"
    views = [f"{results}?view={view}" for view in ("fields", "lost", "removed")]
    page = visitors.as_person(found.person(Role.FOCAL_OFFICER, found.health))
    wrong = _wrong(page, ["/results/", results, f"{results}?chart=way", *views, unit])
    administrator = found.person(Role.ADMINISTRATOR, found.office)
    page = visitors.as_person(administrator)
    people = ["/people/", "/people/new/", f"/people/{administrator.pk}/"]
    organisations = ["/organisations/", f"/organisations/{found.health.pk}/"]
    assert wrong + _wrong(page, [*people, *organisations]) == []
