"""What does not add up is told with its gap, and figures are signed only when every gap is explained."""

from __future__ import annotations

from datetime import date

import pytest

from openpar.delivery.figures.actions.opening import PeriodAsked
from openpar.delivery.figures.actions.signing import explain_gaps
from openpar.delivery.figures.errors import FiguresRefused
from openpar.delivery.figures.models import GapExplanation, RevisionState
from openpar.engine.periods import Calendar, PeriodKind
from tests import factories
from tests.delivery.figures.sheets import (
    AT,
    FORM_06,
    II_07B,
    SON_LA,
    counts,
    explained,
    line,
    month,
    newest,
    office,
    opened,
    quarter,
    saved,
    sent,
    signed,
    told,
    total,
    view_of,
    year,
)

pytestmark = pytest.mark.django_db


def test_the_figures_of_son_la_are_refused_with_four_dossiers_unaccounted_for() -> None:
    who = office("Văn phòng UBND tỉnh Sơn La")
    half = PeriodAsked(Calendar.REFORM, PeriodKind.HALF, 2022, 1)
    sheet = opened(who, half, placement="own_columns", until_on=date(2022, 6, 9))
    saved(who, sheet, line("Tổng hợp", given=SON_LA))
    view = view_of(sheet)
    assert view.period.words == "6 tháng đầu năm 2022 (15/12/2021–09/06/2022)"
    with pytest.raises(FiguresRefused) as refused:
        signed(who, sheet)
    gaps = {gap.where: gap.what for gap in refused.value.gaps}
    assert "4 hồ sơ chưa rõ" in gaps["Tổng hợp, E4"]
    assert "675 tiếp nhận ≠ 635 đã giải quyết + 18 đang giải quyết + 18 trả lại = 671" in gaps["Tổng hợp, E4"]
    assert "Tổng hợp, E2" not in gaps
    assert newest(sheet).state == RevisionState.DRAFT


def test_what_a_blank_cell_leaves_open_is_no_agreement_and_no_gap() -> None:
    who = office()
    sheet = opened(who)
    given = counts()
    del given["late"]
    saved(who, sheet, line(given=given))
    assert told(sheet) == {("Hộ tịch", "E2"): None}
    assert view_of(sheet).figures.lines[0].counts.get("late") is None
    with pytest.raises(FiguresRefused) as refused:
        signed(who, sheet)
    assert factories.codes_of(refused.value) == ["open"]
    assert "để trống quá hạn" in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "identity", "gap", "reading"),
    [
        ({"received": 90}, "E1", -10, "Số tiếp nhận chưa gồm kỳ trước chuyển sang"),
        ({"resolved": 75}, "E2", -5, "Số đã giải quyết chưa gồm hồ sơ quá hạn"),
        ({"in_process": 18}, "E3", -2, "Số đang giải quyết chưa gồm hồ sơ quá hạn"),
        ({"received": 104}, "E4", 4, "4 hồ sơ chưa rõ"),
    ],
)
def test_a_row_that_does_not_hold_says_the_identity_the_gap_and_the_likeliest_reading(
    changed: dict[str, int], identity: str, gap: int, reading: str
) -> None:
    who = office()
    sheet = opened(who)
    saved(who, sheet, line(given={**counts(), **changed}), line("Đất đai"))
    assert told(sheet)["Hộ tịch", identity] == gap
    found = {each.found.finding.identity: each.found.finding for each in view_of(sheet).judged}
    assert reading in found[identity].reading
    assert {where for where, _identity in told(sheet)} == {"Hộ tịch"}


def test_a_gap_is_signed_only_with_a_named_explanation_of_exactly_this_gap() -> None:
    who = office()
    sheet = opened(who)
    saved(who, sheet, line(given={**counts(), "in_process": 24, "in_time": 22}))
    assert told(sheet) == {("Hộ tịch", "E4"): -4}
    assert explained(who, sheet, "Bốn hồ sơ chờ bổ sung") == 1
    judged = view_of(sheet).judged[0]
    assert judged.explanation is not None
    assert (judged.explanation.text, judged.explanation.by) == ("Bốn hồ sơ chờ bổ sung", "Trần Thị Lan")
    saved(who, sheet, line(given={**counts(), "in_process": 25, "in_time": 23}))
    assert view_of(sheet).judged[0].explanation is None
    with pytest.raises(FiguresRefused):
        signed(who, sheet)
    explained(who, sheet, "Năm hồ sơ chờ bổ sung")
    assert signed(who, sheet).state == RevisionState.SIGNED
    assert GapExplanation.objects.get().gap == -5


@pytest.mark.parametrize(
    ("places", "text", "codes"), [([], "Vì thế", ["nothing-chosen"]), (None, " ", ["text-missing"])]
)
def test_an_explanation_says_something_about_something(
    places: list[tuple[str, str]] | None, text: str, codes: list[str]
) -> None:
    who = office()
    sheet = opened(who)
    saved(who, sheet, line(given={**counts(), "received": 104}))
    revision = newest(sheet)
    chosen = [each.found.id for each in view_of(sheet).judged] if places is None else places
    with pytest.raises(FiguresRefused) as refused:
        explain_gaps(
            by=who.officer,
            at=AT,
            revision_id=revision.pk,
            expected_version=revision.version,
            places=chosen,
            text=text,
        )
    assert factories.codes_of(refused.value) == codes


def test_a_stated_total_is_kept_only_where_the_rows_add_up_to_something_else() -> None:
    who = office()
    sheet = opened(who)
    both = {name: 2 * value for name, value in counts().items()}
    saved(who, sheet, line(), line("Đất đai"), total(both))
    assert view_of(sheet).figures.stated == ()
    assert told(sheet) == {}
    saved(who, sheet, line(), line("Đất đai"), total({**both, "received": 300}))
    assert told(sheet) == {("Tổng số", "E6 received"): 100}
    found = view_of(sheet).judged[0].found.finding
    assert "cộng hai lần" in found.reading
    assert "“Hộ tịch”" in found.reading


def test_carry_over_is_what_the_signed_period_before_left_open() -> None:
    who = office()
    sent(who, quarter(2), line(in_time=18, overdue=2), line("Đất đai", in_time=18, overdue=2))
    sheet = opened(who, quarter(3))
    assert [row.label for row in view_of(sheet).figures.lines] == ["Hộ tịch", "Đất đai"]
    saved(who, sheet, line(carried_over=20, in_time=28), line("Đất đai", carried_over=19, in_time=27))
    assert told(sheet) == {("Đất đai", "E5"): -1}
    saved(who, sheet, line(carried_over=40, in_time=48))
    assert told(sheet) == {("Hộ tịch", "E5"): 20}


def test_a_period_that_does_not_begin_where_another_ended_is_not_held_against_it() -> None:
    who = office()
    sheet = opened(who, quarter(2), until_on=date(2026, 6, 9))
    saved(who, sheet, line())
    signed(who, sheet)
    later = opened(who, quarter(3))
    saved(who, later, line(carried_over=7, in_time=15))
    assert told(later) == {}
    assert view_of(later).before is None


def test_the_year_adds_what_came_and_never_what_was_carried_over() -> None:
    who = office()
    carried = 10
    for number in (1, 2, 3, 4):
        sent(who, quarter(number, 2025), line(carried_over=carried, in_time=carried + 8))
        carried += 10
    sheet = opened(who, year(2025))
    right = line(online=240, in_person=120, carried_over=10, early=200, on_time=100, late=20, in_time=48)
    saved(who, sheet, right)
    assert told(sheet) == {}
    doubled = {**right.counts, "carried_over": 100, "received": 460}
    saved(who, sheet, line(given=doubled))
    gaps = {identity: gap for (_where, identity), gap in told(sheet).items()}
    assert gaps["E7 carried_over"] == 90
    readings = [each.found.finding.reading for each in view_of(sheet).judged]
    assert any("bị cộng dồn qua các kỳ" in reading for reading in readings)


def test_a_year_is_held_against_its_months_when_there_are_no_quarters_and_not_when_one_is_missing() -> None:
    who = office()
    for number in range(1, 12):
        sent(who, month(number, 2025), line(carried_over=0, in_time=8))
    sheet = opened(who, year(2025))
    saved(who, sheet, line(carried_over=0, in_time=8))
    assert view_of(sheet).parts == ()
    sent(who, month(12, 2025), line(carried_over=0, in_time=8))
    assert len(view_of(sheet).parts) == 12
    assert ("Hộ tịch", "E7 online") in told(sheet) or ("Tổng số", "E7 online") in told(sheet)


def test_form_06_has_levels_and_no_district_after_june_2025() -> None:
    who = office()
    sheet = opened(who, quarter(3), form=FORM_06)
    saved(who, sheet, line(block="province"), line(block="commune"))
    assert told(sheet) == {}
    for block in ("district", ""):
        with pytest.raises(FiguresRefused) as refused:
            saved(who, sheet, line(block=block))
        assert factories.codes_of(refused.value) == ["level-unfit"]
    before = opened(who, quarter(2, 2025), form=FORM_06)
    saved(who, before, line(block="district"))
    assert view_of(before).figures.lines[0].words == "Hộ tịch (Cấp huyện)"


def test_numbers_of_procedures_are_checked_by_their_own_equations() -> None:
    who = office()
    sheet = opened(who, form=II_07B)
    right = {
        "procedures": 100, "procedures_province": 80, "procedures_commune": 20,
        "at_one_stop": 90, "at_one_stop_province": 70, "at_one_stop_commune": 20,
        "workflows": 85, "workflows_province": 65, "workflows_commune": 20,
    }  # fmt: skip
    saved(who, sheet, line("Sở Y tế", given=right))
    assert told(sheet) == {}
    saved(
        who,
        sheet,
        line("Sở Y tế", given={**right, "procedures": 103, "workflows": 95, "workflows_province": 75}),
    )
    assert told(sheet) == {("Sở Y tế", "T1"): 3, ("Sở Y tế", "T5"): -5}
    assert "3 thủ tục chưa rõ" in view_of(sheet).judged[0].found.finding.reading
