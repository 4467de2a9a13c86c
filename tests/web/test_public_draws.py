"""Draws by lot without logging in: the commitment first, later the picks with all that draws them again."""

from __future__ import annotations

import shlex
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from openpar.backoffice.commandline import main
from openpar.engine.picking import commitment
from openpar.reform.inspections.actions.campaigns import CampaignDraft, open_campaign
from openpar.reform.inspections.actions.draws import commit_draw, draw_units
from openpar.reform.inspections.actions.steps import begin_checks
from openpar.reform.inspections.models import Draw, Mode, Scope
from tests.reform.inspections.cases import AT, COVERS, Province, opened, planned, province
from tests.verify.loaded import load
from tests.web.reading import visible
from tests.worlds import world

pytestmark = pytest.mark.django_db
SEED = "hạt giống bí mật 2026"
TOMORROW = AT + timedelta(days=1)


@world
def province_of_public_draws() -> Province:
    return province()


@pytest.fixture
def who(province_of_public_draws: Province) -> Province:
    return province_of_public_draws


@pytest.fixture
def draw(who: Province) -> Draw:
    return commit_draw(
        by=who.manager,
        at=AT,
        campaign_id=planned(who, [who.health]).pk,
        organisation_ids=[unit.agency.pk for unit in who.units],
        count=1,
        seed_digest=commitment(SEED),
        public_source="Giải đặc biệt xổ số",
    )


def told(who: Province, draw: Draw) -> Draw:
    """Drawn, and the checks have begun at the unit that was picked."""
    (drawn,) = draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    unit = next(unit for unit in who.units if unit.agency.pk == drawn.organisation_id)
    case = opened(who, [unit], campaign=draw.campaign, mode=Mode.UNANNOUNCED)
    begin_checks(by=who.team_head, at=TOMORROW, inspection_id=case.pk)
    draw.refresh_from_db()
    return draw


def got(address: str) -> HttpResponse:
    with time_machine.travel(TOMORROW, tick=False):
        return Client().get(address)  # type: ignore[return-value]  # the test client adds to the answer


def page(address: str) -> str:
    answer = got(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_commitment_is_there_for_everybody_and_names_neither_plan_nor_person(
    who: Province, draw: Draw
) -> None:
    for address in ("/draws/", f"/draws/{draw.pk}/"):
        said = page(address)
        assert draw.campaign.title not in said
        assert who.manager.full_name not in said
        assert "Sở Nội vụ" in said
    said = page(f"/draws/{draw.pk}/")
    assert draw.seed_digest in said
    assert all(key in said for key in draw.units)
    assert got(f"/draws/{draw.pk}/units.txt").content.decode().split() == draw.units
    assert f'href="/draws/{draw.pk}/"' in page("/draws/")


def test_what_was_drawn_is_told_to_nobody_before_the_checks_have_begun(who: Province, draw: Draw) -> None:
    draw_units(by=who.manager, at=TOMORROW, draw_id=draw.pk, seed=SEED, public_value="48213")
    said = page(f"/draws/{draw.pk}/")
    assert SEED not in said
    assert "48213" not in said
    assert "Chuỗi khởi tạo và kết quả công bố khi đoàn đã đến" in visible(said)
    assert got(f"/draws/{draw.pk}/draw.json").status_code == 404
    assert "đã chọn, chưa công bố kết quả" in visible(page("/draws/"))


def test_anybody_draws_again_with_the_words_of_the_page(
    who: Province,
    draw: Draw,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told(who, draw)
    said = page(f"/draws/{draw.pk}/")
    assert who.manager.full_name not in said
    for name in ("draw.json", "units.txt"):
        answer = got(f"/draws/{draw.pk}/{name}")
        kept = answer["Content-Disposition"].split('"')[1]
        assert kept in said
        (tmp_path / kept).write_bytes(answer.content)
    monkeypatch.chdir(tmp_path)
    first, second = (
        shlex.split(line.split('">')[1].split("</pre>")[0])
        for line in said.splitlines()
        if '<pre class="seal-note"' in line
    )
    assert first[:3] == ["python3", "openpar_verify.py", "--vi"]
    assert load().main(first[2:]) == 0
    assert second[0] == "openpar"
    assert main(second[1:]) == 0
    assert capsys.readouterr().out.splitlines()[-1:] == draw.picked
    assert "đã công bố kết quả" in visible(page("/draws/"))


def test_a_draw_that_is_not_there_and_an_empty_list_say_so(who: Province) -> None:
    assert got("/draws/1/").status_code == 404
    assert got("/draws/1/draw.json").status_code == 404
    assert "Chưa có lần chọn nào" in page("/draws/?year=abc")


def test_a_year_is_chosen_where_there_are_several(who: Province, draw: Draw) -> None:
    earlier = open_campaign(
        by=who.manager,
        at=AT,
        organisation_id=who.home.pk,
        scope=Scope.PROVINCE,
        year=2025,
        draft=CampaignDraft("Kế hoạch năm trước", *COVERS),
    )
    other = commit_draw(
        by=who.manager,
        at=AT,
        campaign_id=earlier.pk,
        organisation_ids=[who.ward.agency.pk],
        count=1,
        seed_digest=commitment(SEED),
    )
    assert f'href="/draws/{other.pk}/"' not in page("/draws/")
    said = page("/draws/?year=2025")
    assert f'href="/draws/{other.pk}/"' in said
    assert f'href="/draws/{draw.pk}/"' not in said
