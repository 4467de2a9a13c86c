"""A list comes in: the batch, its facts, the counters and the index of what is open; once more, nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction
from openpyxl import Workbook

from openpar.base.audit.models import Entry
from openpar.base.facts import counting
from openpar.base.facts.actions.recounting import recount
from openpar.base.facts.current import current
from openpar.base.facts.models import Batch, PersonalPart
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Role
from openpar.common.errors import FileRefused
from openpar.delivery.dossiers.errors import DossiersRefused
from openpar.delivery.dossiers.models import DossierImport, OpenDossier, QualityHit
from openpar.demo.dossiers_made import FULL, as_csv, as_rows
from tests import factories
from tests.delivery.dossiers import lists

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
JUNE = date(2026, 6, 30)


def test_the_thirteen_usual_columns_become_batch_facts_counters_and_open_index() -> None:
    made = lists.year(400)
    done = lists.brought_year(made, JUNE)
    assert (done.accepted, done.refused, done.is_new) == (400, 0, True)
    counters = counting.counters("dossiers", basis="received")
    assert counters.total("received") + counters.total("refused") == 400
    parts = ("resolved", "in_process", "returned", "withdrawn", "stopped")
    assert sum(counters.total(name) for name in parts) == counters.total("received")
    timed = ("early", "on_time", "late")
    assert sum(counters.total(name) for name in timed) == counters.total("resolved") > 300
    assert counters.total("late") > 0
    assert OpenDossier.objects.count() == counters.total("in_process") > 0
    assert OpenDossier.objects.filter(due_on__lt=JUNE).count() == counters.total("overdue")
    assert counting.kept_counters("dossiers", basis="received").by_cell() == counters.by_cell()


def state() -> tuple[object, ...]:
    """Everything that dossiers are shown from."""
    counted = [counting.counters("dossiers", basis=basis).by_cell() for basis in ("received", "due", "ended")]
    kept = list(
        OpenDossier.objects.order_by("dossier").values_list("dossier", "due_on", "status", "is_waiting")
    )
    hits = sorted(QualityHit.objects.filter(gone_in=None).values_list("dossier", "rule"))
    return counted, kept, hits


def test_the_same_file_again_changes_nothing_and_leaves_no_trace() -> None:
    made = lists.year(150)
    first = lists.brought_year(made, JUNE)
    before, entries = state(), Entry.objects.count()
    again = lists.brought_year(made, JUNE)
    assert (again.batch_id, again.is_new, again.accepted) == (first.batch_id, False, 150)
    assert (state(), Entry.objects.count(), Batch.objects.filter(dataset__name="dossiers").count()) == (
        before,
        entries,
        1,
    )


def undone(told: list[tuple[bytes, date]]) -> tuple[object, ...]:
    """What lists would make of the empty store, taken back again."""
    with transaction.atomic():
        for content, day in told:
            lists.brought(content, lists.moment(day), at=lists.AT, name=f"{day}.csv")
        found = state()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)], ids=str)
def test_lists_leave_what_the_newest_says_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    made = lists.year(150)
    days = (date(2026, 3, 31), date(2026, 5, 15), JUNE)
    told = [(as_csv(made, lists.moment(day), FULL), day) for day in days]
    wanted = undone([told[2]])
    assert undone([told[number] for number in order]) == wanted
    assert wanted[0] != undone([told[1]])[0]


def test_rows_that_cannot_be_read_are_refused_by_row_and_column_and_the_rest_counts() -> None:
    rows = as_rows(lists.year(60), lists.moment(JUNE), FULL)
    place = {name: at for at, name in enumerate(rows[0])}
    rows[3][place["Ngày nhận"]] = "32/13/2026"
    rows[4][place["Mã hồ sơ"]] = ""
    rows[5][place["Trạng thái"]] = "Đang bay"
    rows[6][place["Đơn vị tiếp nhận"]] = "Xã Không Có"
    rows[7][place["Mã hồ sơ"]] = rows[8][place["Mã hồ sơ"]]
    rows[9][place["Ngày hẹn trả"]] = "05/05/1998"
    rows[10] = rows[10][:5]
    done = lists.brought(written(rows), lists.moment(JUNE))
    assert (done.accepted, done.refused) == (53, 7)
    told = {gap.code: gap.where for gap in done.refusals}
    assert told == {
        "row-unfit": "dòng 11",
        "cell-unfit": "dòng 4, cột “Ngày nhận”",
        "code-missing": "dòng 5, cột “Mã hồ sơ”",
        "code-doubled": "dòng 9, cột “Mã hồ sơ”",
        "word-unknown": "dòng 6, cột “Trạng thái”",
        "agency-unknown": "dòng 7, cột “Đơn vị tiếp nhận”",
        "year-unknown": "dòng 10, cột “Ngày hẹn trả”",
    }
    assert counting.counters("dossiers", basis="received").total("received") <= 53
    kept = DossierImport.objects.get()
    assert (kept.accepted, kept.refused, len(kept.refusals)) == (53, 7, 7)


def written(rows: list[list[str]], delimiter: str = ",") -> bytes:
    output = io.StringIO()
    csv.writer(output, delimiter=delimiter).writerows(rows)
    return output.getvalue().encode()


def as_xlsx(rows: list[list[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


@pytest.mark.parametrize(
    "form",
    [
        lambda rows: b"\xef\xbb\xbf" + written(rows, ";"),
        lambda rows: written([["", "DANH SÁCH HỒ SƠ"], ["Từ ngày 01/01/2026"], *rows, [""] * len(rows[0])]),
        as_xlsx,
        lambda rows: as_xlsx([["DANH SÁCH HỒ SƠ"], [], *rows]),
        lambda rows: json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode(),
        lambda rows: json.dumps(
            {"data": [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]}
        ).encode(),
        lambda rows: (
            b"\xef\xbb\xbf\n"
            + json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode()
        ),
        lambda rows: json.dumps(
            [
                {**dict(zip(rows[0], row, strict=True)), "DanhSachHoSoBoSung": True, "ThongTinKhac": {"a": 1}}
                for row in rows[1:]
            ]
        ).encode(),
    ],
    ids=[
        *("semicolons", "a title above", "workbook", "workbook with a title", "JSON", "JSON in an envelope"),
        *("JSON behind its mark", "JSON with something else for supplements"),
    ],
)
def test_every_form_of_a_list_gives_the_same_counters(form: Callable[[list[list[str]]], bytes]) -> None:
    rows = as_rows(lists.year(80), lists.moment(JUNE), FULL)
    wanted = undone([(written(rows), JUNE)])
    assert undone([(form(rows), JUNE)]) == wanted


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-kind"),
        (b"a,b\n1,2\n", "field-missing"),
        ("Mã hồ sơ,Ngày nhận\n1,\xff".encode("latin-1", "replace"), "csv-encoding"),
        (b"[1, 2]", "json-unfit"),
        (b"{]", "json-unfit"),
        (b"PK\x03\x04 no archive", "archive-damaged"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        lists.brought(content, lists.moment(JUNE))
    assert code in {gap.code for gap in refused.value.gaps}
    assert not Batch.objects.exists()


def test_people_are_kept_of_dossiers_that_are_late_or_open_and_of_no_others() -> None:
    lists.brought_year(lists.year(200), JUNE)
    late = counting.counters("dossiers", basis="received")
    kept = current("dossier_people")
    assert 0 < len(kept) == late.total("late") + late.total("in_process")
    assert PersonalPart.objects.count() == len(kept)
    assert set(OpenDossier.objects.values_list("dossier", flat=True)) <= set(kept["dossier"].values.tolist())


def test_a_focal_officer_brings_the_dossiers_of_the_own_agency_only_and_a_stranger_none() -> None:
    made = lists.year(120)
    own = Organisation.objects.get(versions__name="Xã Số 2")
    content = as_csv(made, lists.moment(JUNE))
    officer = factories.actor_as(Role.FOCAL_OFFICER, own)
    done = lists.brought(content, lists.moment(JUNE), by=officer)
    assert done.accepted == int((made.agency == 1).sum())
    assert done.accepted + done.refused == 120
    assert {gap.code for gap in done.refusals} == {"agency-not-allowed"}
    with pytest.raises(DossiersRefused):
        lists.brought(content, lists.moment(JUNE), by=factories.actor_as(Role.APPRAISER, own))


def test_a_dossier_that_ends_leaves_the_index_and_its_hit_goes_when_it_is_told_rightly() -> None:
    rows = as_rows(lists.year(80), lists.moment(JUNE), FULL)
    place = {name: at for at, name in enumerate(rows[0])}
    chosen = next(row for row in rows if row[place["Trạng thái"]] == "Đã trả kết quả")
    right = list(chosen)
    chosen[place["Ngày kết thúc xử lý"]] = chosen[place["Ngày trả kết quả"]] = ""
    code = chosen[place["Mã hồ sơ"]]
    lists.brought(written(rows), lists.moment(JUNE))
    assert OpenDossier.objects.filter(dossier=code).exists()
    assert QualityHit.objects.get(dossier=code, rule="Q2").gone_in is None
    later = lists.moment(date(2026, 7, 3))
    lists.brought(written([rows[0], right]), later)
    assert not OpenDossier.objects.filter(dossier=code).exists()
    assert QualityHit.objects.get(dossier=code, rule="Q2").gone_in is not None


def test_the_recount_finds_no_difference_after_lists_that_overlap() -> None:
    made = lists.year(150)
    for day in (date(2026, 4, 1), JUNE):
        lists.brought_year(made, day, FULL)
    assert recount(by=lists.HOUSE, at=lists.AT, dataset="dossiers") == []
