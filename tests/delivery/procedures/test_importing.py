"""Files of procedures: whole or not at all, every refused cell named, once more without change."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.conf import settings

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.intake.models import Batch
from openpar.common.errors import FileRefused, Refused
from openpar.delivery.procedures.actions.importing import bring_in_procedures
from openpar.delivery.procedures.errors import ProceduresRefused
from openpar.delivery.procedures.exports import catalogue_workbook, template_workbook
from openpar.delivery.procedures.files import ProcedureFile
from openpar.delivery.procedures.models import (
    DecisionLine,
    Procedure,
    ProcedureVersion,
    Provision,
    PublishingDecision,
    VersionPaper,
    VersionTerm,
)
from openpar.delivery.procedures.queries.detail import version_on
from openpar.delivery.procedures.rows import understand
from tests import factories
from tests.delivery.procedures.catalogue import AT, BIRTH, bring_in, controller, row, versions
from tests.factories import codes_of

pytestmark = pytest.mark.django_db
SAMPLE = ("procedures", "terms", "papers", "bodies", "provisions")


def sample_files() -> list[ProcedureFile]:
    folder = settings.OPENPAR_DATA_DIR / "procedures" / "sample"
    return [ProcedureFile(f"{word}.csv", (folder / f"{word}.csv").read_bytes(), word) for word in SAMPLE]


def state() -> list[object]:
    """Everything that a file may change."""
    kinds = (Procedure, ProcedureVersion, VersionTerm, VersionPaper, Provision, DecisionLine)
    return [sorted(kind.objects.values_list()) for kind in kinds]


def refused(*rows: dict[str, object], **tables: Any) -> FileRefused:
    with pytest.raises(FileRefused) as found:
        bring_in(*rows, **tables)
    return found.value


def test_the_sample_catalogue_comes_in_and_once_more_changes_nothing() -> None:
    factories.lam_dong()
    who = controller()
    loaded = bring_in_procedures(by=who, at=AT, files=sample_files())
    assert (loaded.added, loaded.changed) == (215, 0)
    assert Procedure.objects.count() >= 60
    assert not Procedure.objects.filter(is_sample=False).exists()
    before, traces = state(), Entry.objects.exclude(verb="accept_file").count()
    again = bring_in_procedures(by=who, at=AT, files=sample_files())
    assert (again.touched, again.unchanged) == (0, 215)
    assert (state(), Entry.objects.exclude(verb="accept_file").count()) == (before, traces)


def test_what_goes_out_as_a_workbook_comes_in_again_without_change() -> None:
    factories.lam_dong()
    who = controller()
    bring_in_procedures(by=who, at=AT, files=sample_files())
    content = catalogue_workbook(ProcedureVersion.objects.values_list("pk", flat=True))
    before = state()
    loaded = bring_in_procedures(by=who, at=AT, files=[ProcedureFile("danh-muc.xlsx", content)])
    assert (loaded.touched, loaded.unchanged) == (0, 215)
    assert state() == before


def test_the_empty_workbook_to_fill_in_is_read_as_having_no_rows() -> None:
    with pytest.raises(FileRefused) as found:
        bring_in_procedures(by=controller(), at=AT, files=[ProcedureFile("mau.xlsx", template_workbook())])
    assert codes_of(found.value) == ["empty"]


def test_every_bad_cell_is_named_and_nothing_comes_in() -> None:
    error = refused(
        row(name=""),
        row("1.00119"),
        row("2.000001", valid_from="31/02/2025", levels="quận", kind="lạ"),
        row("2.000002", agencies="Sở Ma Thuật", sets="nhiều", for_citizens="tùy"),
        row("2.000003", agencies="so-khong-co"),
        terms=[{"code": "2.000009", "valid_from": "2025-07-01", "limit": "3"}],
    )
    assert codes_of(error) == [
        "cell-empty",
        "procedure-code-unfit",
        "date-not-in-calendar",
        "choice-unknown",
        "choice-unknown",
        "agency-unknown",
        "number-unfit",
        "flag-unfit",
        "limit-unfit",
        "version-unknown",
        "unit-unknown",
    ]
    places = [gap.where for gap in error.gaps]
    assert places[0] == "Thủ tục, ô C2 (Tên thủ tục)"
    assert places[1] == "Thủ tục, ô A3 (Mã TTHC)"
    assert places[8] == "Thời hạn, phí, ô C2 (Thời hạn)"
    assert not Procedure.objects.exists()
    batch = Batch.objects.get()
    assert (batch.outcome, len(batch.refusals)) == (Batch.Outcome.REFUSED, len(error.gaps))


def test_titles_that_nobody_knows_are_refused_before_any_row() -> None:
    error = refused({"code": BIRTH, "ten": "x"})
    assert codes_of(error) == ["columns-unfit", "columns-unfit"]
    assert "thiếu cột Hiệu lực từ, Tên thủ tục, Lĩnh vực, Cấp thực hiện" in str(error)
    assert "có cột lạ: ten" in str(error)


def test_a_formula_is_refused_by_its_cell() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Thủ tục"
    sheet.append(["Mã TTHC", "Hiệu lực từ", "Tên thủ tục", "Lĩnh vực", "Cấp thực hiện"])
    sheet.append([BIRTH, date(2025, 7, 1), "=1+1", "Hộ tịch", "xã"])
    output = BytesIO()
    book.save(output)
    with pytest.raises(FileRefused) as found:
        bring_in_procedures(by=controller(), at=AT, files=[ProcedureFile("x.xlsx", output.getvalue())])
    assert [(gap.where, gap.code) for gap in found.value.gaps] == [("Thủ tục, ô C2", "cell-computed")]


def test_a_number_that_a_spreadsheet_cut_is_the_code_again() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Mã TTHC", "Hiệu lực từ", "Tên thủ tục", "Lĩnh vực", "Cấp thực hiện"])
    sheet.append([1.00119, date(2025, 7, 1), "Khai sinh", "Hộ tịch", "tỉnh; xã"])
    output = BytesIO()
    book.save(output)
    bring_in_procedures(by=controller(), at=AT, files=[ProcedureFile("x.xlsx", output.getvalue())])
    assert Procedure.objects.get().code == "1.001190"


def test_a_row_twice_is_refused_where_it_stands_again() -> None:
    error = refused(row(), row(name="Khác"))
    assert [(gap.where, gap.code) for gap in error.gaps] == [("Thủ tục, ô A3 (Mã TTHC)", "row-twice")]


def test_a_later_version_ends_the_earlier_one() -> None:
    bring_in(row(valid_from="2021-01-01", levels="huyện", agencies="UBND cấp huyện"))
    assert versions() == [(date(2021, 1, 1), None)]
    bring_in(row(valid_from="2025-07-01"))
    assert versions() == [(date(2021, 1, 1), date(2025, 7, 1)), (date(2025, 7, 1), None)]


def test_versions_that_overlap_are_refused() -> None:
    first = row(valid_from="2021-01-01", valid_until="2026-01-01")
    assert codes_of(refused(first, row(valid_from="2025-07-01"))) == ["versions-overlap"]
    assert codes_of(refused(row(valid_from="2026-01-01", valid_until="2025-01-01"))) == ["ends-early"]


def test_an_empty_last_day_does_not_reopen_what_has_ended() -> None:
    bring_in(row(valid_until="2026-01-01"))
    loaded = bring_in(row())
    assert loaded.touched == 0
    assert versions() == [(date(2025, 7, 1), date(2026, 1, 1))]


def test_a_correction_keeps_the_row_and_leaves_a_trace_of_both() -> None:
    bring_in(row(), terms=[{"code": BIRTH, "valid_from": "2025-07-01", "limit": "5", "unit": "ngày"}])
    known = ProcedureVersion.objects.get().pk
    loaded = bring_in(row(name="Đăng ký khai sinh lại"))
    assert (loaded.added, loaded.changed) == (0, 1)
    version = ProcedureVersion.objects.get()
    assert (version.pk, version.name) == (known, "Đăng ký khai sinh lại")
    # The table of limits did not come: they stay.
    assert VersionTerm.objects.get().limit == 5
    entry = Entry.objects.get(verb="procedure.corrected")
    assert (entry.before["name"], entry.after["name"]) == ("Đăng ký khai sinh", "Đăng ký khai sinh lại")


def test_limits_alone_may_follow_later() -> None:
    bring_in(row())
    terms = [
        {"code": BIRTH, "valid_from": "01/07/2025", "channel": "trực tuyến", "limit": 2, "unit": "giờ"},
        {
            "code": BIRTH,
            "valid_from": "01/07/2025",
            "unit": "trong ngày",
            "fee_kind": "cố định",
            "fee": "8.000",
        },
    ]
    assert bring_in(terms=terms).changed == 1
    found = VersionTerm.objects.order_by("position").values_list("channel", "limit", "unit", "fee")
    assert list(found) == [("ONLINE", 2, "HOUR", None), ("", None, "SAME_DAY", 8000)]


def test_a_decision_that_rows_name_is_kept_once_and_not_followed() -> None:
    named = {
        "decision_number": "5/QĐ-UBND",
        "decision_signed_on": "2025-06-20",
        "decision_issuer": "UBND tỉnh",
    }
    bring_in(row(**named), row("1.000894", name="Kết hôn", **named))
    decision = PublishingDecision.objects.get()
    assert (decision.effective_on, decision.is_followed) == (date(2025, 7, 1), False)
    assert sorted(decision.lines.values_list("code", "change")) == [("1.000894", "NEW"), (BIRTH, "NEW")]
    assert bring_in(row(**named), row("1.000894", name="Kết hôn", **named)).touched == 0


def test_offers_come_in_by_day_and_agency() -> None:
    commune = factories.organisation("Xã Bắc", key="xa-bac")
    offers = [
        {"code": BIRTH, "valid_from": "2025-08-01", "online_level": "toàn trình", "at_one_stop": "có"},
        {"code": BIRTH, "valid_from": "2025-07-01", "online_level": "một phần"},
        {"code": BIRTH, "valid_from": "2025-07-01", "online_level": "toàn trình", "agency": "xa-bac"},
    ]
    bring_in(row(), provisions=offers)
    found = Provision.objects.order_by("organisation", "valid_from").filter(organisation=None)
    assert [(one.online_level, one.valid_until) for one in found] == [
        ("PARTIAL", date(2025, 8, 1)),
        ("FULL", None),
    ]
    assert Provision.objects.get(organisation=commune).online_level == "FULL"
    assert bring_in(row(), provisions=offers).touched == 0


def test_an_offer_before_the_procedure_or_with_a_level_of_another_time_is_refused() -> None:
    offers = [
        {"code": BIRTH, "valid_from": "2025-06-30", "online_level": "toàn trình"},
        {"code": BIRTH, "valid_from": "2025-07-01", "online_level": "mức độ 4", "agency": "khong-co"},
        {"code": "9.999999", "valid_from": "2025-07-01", "online_level": "toàn trình"},
    ]
    error = refused(row(), provisions=offers)
    assert codes_of(error) == ["not-in-force", "unit-unknown", "level-not-of-the-day", "procedure-unknown"]
    # Not even the procedure of the same file came in.
    assert not Procedure.objects.exists()


def test_somebody_who_does_not_manage_brings_in_nothing() -> None:
    stranger = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation())
    with pytest.raises(ProceduresRefused) as found:
        bring_in(row(), by=stranger)
    assert codes_of(found.value) == ["not-allowed"]
    assert not Batch.objects.exists()


def test_a_file_that_is_no_table_is_refused_and_kept_as_refused() -> None:
    with pytest.raises(Refused):
        bring_in_procedures(by=controller(), at=AT, files=[ProcedureFile("x.xlsx", b"PK\x03\x04garbage")])
    assert Batch.objects.get().outcome == Batch.Outcome.REFUSED


def test_district_rows_before_july_2025_stay_readable() -> None:
    bring_in(row(valid_from="2021-01-01", valid_until="2025-07-01", levels="huyện"))
    found = version_on(Procedure.objects.get(), date(2025, 6, 30))
    assert found is not None
    assert [level.value for level in found.contents.levels] == ["DISTRICT"]
    assert codes_of(refused(row("2.000001", valid_from="2025-07-01", levels="huyện"))) == ["district-ended"]


def test_understanding_needs_no_database() -> None:
    from openpar.delivery.procedures.files import read_files

    assert understand(read_files(sample_files())).row_count > 400
