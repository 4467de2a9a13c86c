"""An agency's sheet in Excel: it goes out, comes back, is looked at, and only then saved."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from openpar.base.accounts.models import Role
from openpar.base.intake.models import Batch
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.models import Score
from openpar.parindex.assessments.sheet_layout import SHEET_NAME
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import DURING_SELF, SmallRound
from tests.web.criteria_pages import browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(opened: SmallRound) -> Iterator[SmallRound]:
    with time_machine.travel(DURING_SELF, tick=False):
        yield opened


def sheet_file(client: Client, pk: int, cells: dict[str, object]) -> SimpleUploadedFile:
    answer = client.get(f"/assessments/{pk}/sheet.xlsx")
    assert "phieu-tu-cham-so-y-te.xlsx" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(BytesIO(answer.content))
    for address, value in cells.items():
        book[SHEET_NAME][address].value = value
    target = BytesIO()
    book.save(target)
    return SimpleUploadedFile("phiếu.xlsx", target.getvalue())


def test_a_sheet_goes_out_comes_back_and_is_saved_after_a_look(small: SmallRound) -> None:
    pk, client = small.sheet().pk, browser(small.focal)
    file = sheet_file(client, pk, {"F8": "Có", "G9": 40, "H9": 50})
    sent = client.post(f"/assessments/{pk}/upload/", {"file": file})
    assert not Score.objects.exists()
    text = text_of(client.get(sent["Location"]))
    assert "1.1.2 Tỷ lệ hoàn thành để trống" in text
    assert "40 / 50 2,40 / 3" in text
    saved = client.post(sent["Location"])
    assert saved["Location"] == f"/assessments/{pk}/"
    assert Score.objects.count() == 2
    assert "Tệp không thay đổi gì" in text_of(client.get(sent["Location"]))


def test_both_versions_are_offered_where_the_system_was_faster(small: SmallRound) -> None:
    pk, client = small.sheet().pk, browser(small.focal)
    file = sheet_file(client, pk, {"G9": 40, "H9": 50})
    save_self_score(
        assessment_id=pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(30, 50)),
        expected_version=0,
        by=small.head,
        at=DURING_SELF,
    )
    sent = client.post(f"/assessments/{pk}/upload/", {"file": file})["Location"]
    page = client.get(sent).content.decode()
    assert "Bùi Văn Trưởng" in page
    assert 'name="version_1.1.2" value="1"' in page
    client.post(sent, {"keep_1.1.2": "system", "version_1.1.2": "1"})
    assert Score.objects.get().answer["numerator"] == "30"
    stale = client.post(sent, {"keep_1.1.2": "file", "version_1.1.2": "0"})
    assert stale.status_code == 409
    client.post(sent, {"keep_1.1.2": "file", "version_1.1.2": "1"})
    assert Score.objects.get().answer["numerator"] == "40"


def test_a_bad_sheet_names_its_cells_and_changes_nothing(small: SmallRound) -> None:
    pk, client = small.sheet().pk, browser(small.focal)
    file = sheet_file(client, pk, {"F8": "Có lẽ", "G9": "=1+1", "H9": 50})
    answer = client.post(f"/assessments/{pk}/upload/", {"file": file})
    assert answer.status_code == 422
    text = text_of(answer)
    assert "ô F8" in text
    assert "ô G9" in text
    assert not Score.objects.exists()
    assert Batch.objects.get().outcome == "REFUSED"


def test_strangers_do_not_find_a_sheet_and_overseers_cannot_upload(small: SmallRound) -> None:
    pk = small.sheet().pk
    stranger = browser(factories.actor_as(Role.FOCAL_OFFICER, small.justice))
    for page in ("sheet.xlsx", "upload/"):
        assert stranger.get(f"/assessments/{pk}/{page}").status_code == 404
        assert Client().get(f"/assessments/{pk}/{page}").status_code == 302
    manager = browser(small.manager)
    assert manager.get(f"/assessments/{pk}/sheet.xlsx").status_code == 200
    assert "Chỉ người của đơn vị" in text_of(manager.get(f"/assessments/{pk}/upload/"))
    file = SimpleUploadedFile("a.xlsx", b"PK")
    assert manager.post(f"/assessments/{pk}/upload/", {"file": file}).status_code == 422


def test_the_upload_of_one_unit_is_not_confirmed_for_another(small: SmallRound) -> None:
    pk, client = small.sheet().pk, browser(small.focal)
    sent = client.post(f"/assessments/{pk}/upload/", {"file": sheet_file(client, pk, {"F8": "Có"})})[
        "Location"
    ]
    other = small.sheet(small.justice).pk
    both = factories.person("Người của hai sở")
    factories.give(both, Role.FOCAL_OFFICER, small.justice)
    factories.give(both, Role.FOCAL_OFFICER, small.health)
    second = browser(factories.actor(both))
    assert second.get(sent).status_code == 404
    assert second.get(sent.replace(f"/{pk}/", f"/{other}/", 1)).status_code == 404
