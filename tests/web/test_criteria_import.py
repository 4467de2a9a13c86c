"""Criteria sets from files: shown line by line first, refused with every reason, never half brought in."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.intake.models import Batch
from openpar.parindex.criteria.actions import bring_in
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from tests import factories
from tests.parindex.criteria.tables import HEADER, save_docx, save_xlsx
from tests.parindex.rounds import BEFORE, SMALL_SET
from tests.web.criteria_pages import browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Actor:
    return factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"), "Trần Thị Quản")


@pytest.fixture
def draft(manager: Actor) -> CriteriaSet:
    return bring_in(mapping=SMALL_SET, title="Bộ nhỏ", is_sample=True, by=manager, at=BEFORE)


@pytest.fixture
def office(manager: Actor) -> Client:
    return browser(manager)


def uploaded(client: Client, file: SimpleUploadedFile) -> Any:
    """The page after an upload: the preview, or the refusal."""
    answer = client.post("/criteria/import/", {"file": file})
    return client.get(answer["Location"]) if answer.status_code == 302 else answer


def confirmed(client: Client, shown: Any, **changes: str) -> Any:
    """Presses “Tạo bộ tiêu chí” on a preview."""
    page = shown.content.decode()
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    form = {
        "title": fields.get("title", ""),
        "year": fields.get("year", "") or "2026",
        "level": "department",
        "total": fields.get("total", ""),
        "survey": fields.get("survey", ""),
        "appraisal": fields.get("appraisal", ""),
        "place": "1",
    }
    if 'name="is_sample"' in page and "checked" in page.split('name="is_sample"')[1][:120]:
        form["is_sample"] = "on"
    address = shown.request["PATH_INFO"]
    return client.post(address, {**form, **changes})


ROWS = (
    HEADER,
    ("1", "Chỉ đạo, điều hành", 4),
    ("1.1", "Ban hành kế hoạch", 1, "Đạt: 1\nKhông đạt: 0", "Kế hoạch"),
    ("1.2", "Mức độ hoàn thành\nTrên 90%: 3\nTừ 70% đến 90%: 1\nDưới 70%: 0", 3),
    ("2", "Cải cách thể chế", Decimal("95.55")),
    ("2.1", "Chất lượng tham mưu", Decimal("95.55"), "Theo đánh giá chung của Hội đồng"),
)


@pytest.fixture(params=["xlsx", "docx"])
def table_file(request: pytest.FixtureRequest, tmp_path: Path) -> SimpleUploadedFile:
    path = tmp_path / f"quyết định.{request.param}"
    (save_xlsx if request.param == "xlsx" else save_docx)(path, *ROWS)
    return SimpleUploadedFile(path.name, path.read_bytes())


def test_nothing_is_saved_before_every_line_was_shown(office: Client, table_file: SimpleUploadedFile) -> None:
    shown = uploaded(office, table_file)
    text = text_of(shown)
    assert shown.status_code == 200
    for words in ("1.2 Mức độ hoàn thành 3", "Từ 70%", "chưa hiểu", "99,55", "chênh lệch −0,45"):
        assert words in text
    assert not CriteriaSet.objects.exists()
    assert not Batch.objects.exists()
    answer = confirmed(office, shown, title="Bộ tiêu chí theo quyết định")
    made = CriteriaSet.objects.get()
    assert answer["Location"] == f"/criteria/{made.pk}/"
    batch = Batch.objects.get()
    assert (batch.outcome, batch.accepted_rows, len(batch.sha256)) == ("ACCEPTED", 5, 64)
    after = text_of(office.get(answer["Location"]))
    assert "các mục con cộng lại 99,55" in after
    assert "Chưa có quy tắc tính điểm" in after


def test_decomposed_letters_become_the_one_spelling(office: Client, tmp_path: Path) -> None:
    rows = [tuple(unicodedata.normalize("NFD", c) if isinstance(c, str) else c for c in row) for row in ROWS]
    path = save_xlsx(tmp_path / "nfd.xlsx", *rows)
    confirmed(office, uploaded(office, SimpleUploadedFile("nfd.xlsx", path.read_bytes())), title="Huế")
    assert Criterion.objects.get(code="1").title == "Chỉ đạo, điều hành"


def _bad_yaml(_path: Path) -> bytes:
    return b"set: x\nfields: [&a 1]"


def _latin(_path: Path) -> bytes:
    return "set: Bộ tiêu chí\n".encode("utf-16")


def _no_columns(path: Path) -> bytes:
    return save_xlsx(path / "a.xlsx", ("Họ tên", "Lương"), ("An", 5)).read_bytes()


def _bomb(path: Path) -> bytes:
    target = BytesIO(_no_columns(path))
    with zipfile.ZipFile(target, "a") as bomb:
        bomb.writestr("xl/more.xml", b"0" * 100_000_000, zipfile.ZIP_DEFLATED)
    return target.getvalue()


BAD_FILES: list[tuple[str, Callable[[Path], bytes], str]] = [
    ("a.yaml", _bad_yaml, "neo"),
    ("a.yaml", _latin, "không phải văn bản UTF-8"),
    ("a.xlsx", _no_columns, "cột"),
    ("a.xlsx", _bomb, "nén quá chặt"),
    ("a.docx", lambda path: b"%PDF-1.7 ...", "PDF"),
    ("a.exe", lambda path: b"MZ", "không nhận loại tệp"),
    ("a.xlsx", lambda path: b"", "0 byte"),
]


@pytest.mark.parametrize(("name", "make", "words"), BAD_FILES, ids=[f"{n}-{w}" for n, _m, w in BAD_FILES])
def test_a_bad_file_is_refused_with_its_reason_and_changes_nothing(
    office: Client, draft: CriteriaSet, tmp_path: Path, name: str, make: Callable[[Path], bytes], words: str
) -> None:
    before = (CriteriaSet.objects.count(), Criterion.objects.count())
    answer = uploaded(office, SimpleUploadedFile(name, make(tmp_path)))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert (CriteriaSet.objects.count(), Criterion.objects.count()) == before
    assert not Batch.objects.filter(outcome="ACCEPTED").exists()


def test_a_file_is_confirmed_only_by_the_person_who_brought_it(
    office: Client, table_file: SimpleUploadedFile
) -> None:
    answer = office.post("/criteria/import/", {"file": table_file})
    other = browser(factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở khác"), "Khác"))
    assert other.get(answer["Location"]).status_code == 404
    assert office.get(answer["Location"][:-2] + "x/").status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "docx", "yaml"])
def test_what_is_downloaded_can_be_brought_in_again(draft: CriteriaSet, office: Client, kind: str) -> None:
    content = office.get(f"/criteria/{draft.pk}/criteria.{kind}").content
    shown = uploaded(office, SimpleUploadedFile(f"bo.{kind}", content))
    assert "tổng" in text_of(shown).lower()
    answer = confirmed(office, shown)
    assert answer.status_code == 302
    made = CriteriaSet.objects.exclude(pk=draft.pk).get()
    kept = ("code", "title", "most_points", "is_leaf", "scored_by", "evidence_wanted")
    assert list(Criterion.objects.filter(set=made).values_list(*kept)) == list(
        Criterion.objects.filter(set=draft).values_list(*kept)
    )
    assert made.is_sample
