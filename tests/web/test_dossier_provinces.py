"""The provinces side by side: shares, where the numbers come from, and nothing of a file that was changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role
from openpar.base.audit.signing import vkeys
from openpar.base.facts.actions.facts import put_facts
from openpar.base.facts.actions.provinces import receive_counters, trust_province
from openpar.base.facts.counter_files import counters_file
from openpar.base.facts.declarations import KEY
from openpar.base.facts.models import ReceivedCounters
from openpar.base.facts.queries import path_of_received
from openpar.base.facts.staged_facts import stage_facts
from openpar.delivery.dossiers.declarations import COUNTING, DATASET
from tests.delivery.dossiers import lists
from tests.web.conftest import LogIn
from tests.web.reading import text_of, visible

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
YEAR = "/dossiers/provinces/?calendar=CIVIL&kind=YEAR&year=2026"
HEADER = "Đơn vị,Mã hồ sơ,Mã thủ tục,Trạng thái,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý"


@pytest.fixture(autouse=True)
def _own_keys(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"


def sent(province: str, agency: str, count: int) -> None:
    """So many dossiers of an agency, sent as those of a province; one of them was late."""
    rows = [
        f"{agency},{province}-260601-{number:04},1.001193,Đã xử lý xong,01/06/2026,04/06/2026,"
        f"{'05' if number == 0 else '03'}/06/2026"
        for number in range(count)
    ]
    lists.brought("\n".join([HEADER, *rows]).encode(), lists.moment(lists.AT.date().replace(month=7, day=1)))
    trust_province(by=lists.HOUSE, at=lists.AT, code=province, vkey=vkeys()[0])
    content = counters_file(dataset=DATASET, province=province, as_of=lists.AT)
    receive_counters(by=lists.HOUSE, at=lists.AT, content=content)
    nothing: dict[str, list[int]] = {name: [] for name in (KEY, *COUNTING.names)}
    put_facts(
        by=lists.HOUSE, at=lists.AT, staged=stage_facts(dataset=DATASET, facts=nothing, replaces_all=True)
    )


def test_every_province_has_its_share_of_the_measure_and_its_source(logged_in: LogIn) -> None:
    sent("H36", "Xã Số 1", 3)
    sent("H05", "Xã Số 2", 1)
    client = logged_in(Role.LEADER)
    page = visible(text_of(client, YEAR))
    assert "Tỉnh Lâm Đồng 3 75,00 %" in page
    assert "Thành phố Bắc Ninh 1 25,00 %" in page
    assert "Tổng 4 100,00 %" in page
    assert ReceivedCounters.objects.get(province="H36").sha256[:16] in page
    late = visible(text_of(client, f"{YEAR}&measure=late"))
    assert "Tỉnh Lâm Đồng 1 50,00 %" in late
    none = visible(text_of(client, f"{YEAR}&measure=refused"))
    assert "Tỉnh Lâm Đồng 0 —" in none


def test_a_file_that_is_not_what_its_province_signed_shows_no_figure_and_is_named(logged_in: LogIn) -> None:
    sent("H36", "Xã Số 1", 3)
    path = path_of_received(ReceivedCounters.objects.get())
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    page = visible(text_of(logged_in(Role.LEADER), YEAR))
    assert "tệp bộ đếm không còn như tỉnh đã ký: H36" in page
    assert "Tỉnh Lâm Đồng 0 —" in page


def test_before_any_province_sent_the_page_says_how_and_no_tab_leads_to_it(logged_in: LogIn) -> None:
    client = logged_in(Role.LEADER)
    assert "Chưa có tỉnh nào gửi bộ đếm" in visible(text_of(client, YEAR))
    assert "/dossiers/provinces/" not in text_of(client, "/dossiers/agencies/")
    sent("H36", "Xã Số 1", 1)
    assert "/dossiers/provinces/" in text_of(client, "/dossiers/agencies/")


def test_who_sees_the_own_agency_only_sees_no_provinces(logged_in: LogIn) -> None:
    text_of(logged_in(Role.FOCAL_OFFICER), YEAR, 404)
