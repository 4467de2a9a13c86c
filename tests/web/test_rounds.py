"""The round manager: preparing, steering, outside parts, bonus and penalty, the council, publication."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.base.intake.models import Batch
from openpar.base.notifications.models import Message
from openpar.parindex.assessments.actions.adjustments import claim_bonus
from openpar.parindex.assessments.actions.reopenings import ask_reopening
from openpar.parindex.assessments.models import (
    Adjustment,
    AppraiserAssignment,
    Layer,
    Result,
    Round,
    RoundStage,
    Score,
    SheetState,
)
from openpar.parindex.assessments.queries.control import late_days
from openpar.web.rounds.forms import moment_text, parse_moment
from tests import factories
from tests.parindex import rounds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(rounds.DURING_SELF, tick=False) as coordinates:
        yield coordinates


def client_of(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def at(small: rounds.SmallRound, page: str = "") -> str:
    return f"/rounds/{small.round.pk}/{page}"


class Answered(Protocol):
    """What the test client gives back."""

    @property
    def content(self) -> bytes: ...
    @property
    def status_code(self) -> int: ...


def text_of(answer: Answered) -> str:
    """What a person reads, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def stage_of(small: rounds.SmallRound) -> str:
    return Round.objects.get(pk=small.round.pk).stage


# ---- who sees what -----------------------------------------------------------------------------------

PAGES = ("", "setup/", "appraisers/", "outside/", "adjustments/", "council/")


def test_nobody_without_a_login_gets_past_the_door(opened: rounds.SmallRound) -> None:
    for page in PAGES:
        assert Client().get(at(opened, page)).status_code == 302


def test_those_who_oversee_read_every_page_and_write_nothing(opened: rounds.SmallRound) -> None:
    client = client_of(opened.chair)
    for page in PAGES:
        assert client.get(at(opened, page)).status_code == 200
    for page in ("advance/", "remind/", "setup/blocks/", "phases/", "publish/"):
        assert client.post(at(opened, page), {"to": "APPRAISAL"}).status_code == 404


def test_a_unit_sees_the_calendar_and_nothing_of_the_others(opened: rounds.SmallRound) -> None:
    client = client_of(opened.focal)
    page = text_of(client.get(at(opened)))
    assert "Lịch của kỳ" in page
    assert "17:00 30/11/2026" in page
    assert "Sở Tư pháp" not in page
    assert [client.get(at(opened, page)).status_code for page in PAGES[1:]] == [404] * 5


def test_a_stranger_finds_no_round(opened: rounds.SmallRound) -> None:
    stranger = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Báo tỉnh", assessed=False))
    assert client_of(stranger).get(at(opened)).status_code == 404
    assert opened.round.title not in text_of(client_of(stranger).get("/rounds/"))


# ---- preparing ---------------------------------------------------------------------------------------


def test_a_manager_prepares_a_round_from_nothing_to_open(prepared: rounds.SmallRound) -> None:
    client = client_of(prepared.manager)
    made = client.post(
        "/rounds/new/",
        {
            "title": "Chỉ số CCHC năm 2027",
            "year": "2027",
            "assessed_from": "15/12/2025",
            "assessed_until": "14/12/2026",
            "manager": prepared.home_affairs.pk,
            "guide": "",
        },
    )
    assert made.status_code == 302
    round = Round.objects.get(year=2027)
    page = f"/rounds/{round.pk}/"
    gaps = text_of(client.get(f"{page}setup/"))
    assert "kỳ chưa có khối nào" in gaps
    block = factories.block("so")
    client.post(f"{page}setup/blocks/", {"block": block.pk, "criteria_set": prepared.criteria_set.pk})
    round_block = round.blocks.get()
    client.post(f"{page}setup/blocks/{round_block.pk}/enrol/", {"all": "1"})
    assert round_block.assessments.count() == 3
    justice = round_block.assessments.get(organisation=prepared.justice)
    client.post(f"{page}setup/units/{justice.pk}/withdraw/")
    assert round_block.assessments.count() == 2
    client.post(f"{page}setup/blocks/{round_block.pk}/enrol/", {"unit": [prepared.justice.pk]})
    assert round_block.assessments.count() == 3
    client.post(
        f"{page}phases/",
        {
            "SELF_SCORING_opens": "10/11/2026",
            "SELF_SCORING_closes": "30/11/2026",
            "APPRAISAL_opens": "01/12/2026 8:00",
            "APPRAISAL_closes": "20/12/2026 17:00",
        },
    )
    assert moment_text(round.phases.get(stage="SELF_SCORING").closes_at, ends=True) == "30/11/2026"
    assert client.post(f"{page}advance/", {"to": "SELF_SCORING"}).status_code == 302
    assert Round.objects.get(pk=round.pk).stage == RoundStage.SELF_SCORING


def test_opening_is_refused_with_every_gap_and_the_button_says_the_same(prepared: rounds.SmallRound) -> None:
    client = client_of(prepared.manager)
    prepared.round.phases.all().delete()
    page = text_of(client.get(at(prepared)))
    answer = client.post(at(prepared, "advance/"), {"to": "SELF_SCORING"})
    assert answer.status_code == 422
    for said in ("Tự đánh giá, chấm điểm: chưa có lịch", "Thẩm định: chưa có lịch"):
        assert said in page
        assert said in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "ends", "read"),
    [
        ("30/11/2026 17:00", True, "30/11/2026 17:00"),
        ("30/11/2026", True, "30/11/2026"),
        ("30/11/2026", False, "30/11/2026"),
        ("1/2/2027 8h30", False, "01/02/2027 08:30"),
    ],
)
def test_a_moment_is_read_back_as_it_was_written(typed: str, ends: bool, read: str) -> None:
    assert moment_text(parse_moment(typed, ends=ends), ends=ends) == read


def test_after_opening_the_calendar_changes_only_with_a_reason_and_units_are_told(
    opened: rounds.SmallRound,
) -> None:
    client = client_of(opened.manager)
    dates = {
        "SELF_SCORING_opens": "10/11/2026",
        "SELF_SCORING_closes": "05/12/2026 17:00",
        "APPRAISAL_opens": "06/12/2026",
        "APPRAISAL_closes": "20/12/2026",
    }
    refused = client.post(at(opened, "phases/"), dates)
    assert refused.status_code == 422
    assert "05/12/2026 17:00" in refused.content.decode()
    assert client.post(at(opened, "phases/"), dates | {"reason": "Bão số 9"}).status_code == 302
    assert Message.objects.filter(recipient_id=opened.focal.id, text__contains="Bão số 9").exists()


def test_half_a_phase_is_refused_at_its_field(prepared: rounds.SmallRound) -> None:
    answer = client_of(prepared.manager).post(at(prepared, "phases/"), {"APPRAISAL_opens": "06/12/2026"})
    assert answer.status_code == 422
    assert "cả ngày bắt đầu và ngày kết thúc" in answer.content.decode()


# ---- who appraises what --------------------------------------------------------------------------------


def test_holes_are_shown_until_somebody_outside_the_unit_has_the_field(prepared: rounds.SmallRound) -> None:
    client = client_of(prepared.manager)
    path = at(prepared, f"appraisers/{prepared.round_block.pk}/")
    client.post(f"{path}unassign/", {"take_back": f"1:{prepared.outside_appraiser.id}"})
    # The one who is left works in Sở Nội vụ, which is a unit of the block.
    page = text_of(client.get(at(prepared, "appraisers/")))
    assert "1 lĩnh vực chưa có người" in page
    assert "đều thuộc đơn vị): Sở Nội vụ" in page
    client.post(f"{path}unassign/", {"take_back": f"1:{prepared.appraiser.id}"})
    assert "Chưa có ai" in text_of(client.get(at(prepared, "appraisers/")))
    client.post(f"{path}assign/", {"field": ["1"], "appraiser": prepared.outside_appraiser.id})
    assert AppraiserAssignment.objects.filter(field_code="1").count() == 1
    assert "Chưa có ai" not in text_of(client.get(at(prepared, "appraisers/")))


def test_an_assignment_needs_a_person_and_a_field(prepared: rounds.SmallRound) -> None:
    answer = client_of(prepared.manager).post(
        at(prepared, f"appraisers/{prepared.round_block.pk}/assign/"), {}
    )
    assert answer.status_code == 422
    assert {"Người thẩm định", "Lĩnh vực"} <= {
        word for word in ("Người thẩm định", "Lĩnh vực") if f"{word}: chưa chọn" in text_of(answer)
    }


# ---- the control room ---------------------------------------------------------------------------------


CLOSES = rounds.SELF_CLOSES
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "locked_at", "at_moment", "days"),
    [
        (SheetState.DRAFTING, None, CLOSES - HOUR, None),
        (SheetState.DRAFTING, None, CLOSES, 1),
        (SheetState.DRAFTING, None, CLOSES + 3 * DAY, 3),
        (SheetState.AWAITING_HEAD, None, CLOSES + DAY, 1),
        (SheetState.LOCKED, CLOSES - HOUR, CLOSES + 9 * DAY, None),
        (SheetState.LOCKED, CLOSES + 2 * DAY, CLOSES + 9 * DAY, 2),
    ],
)
def test_days_late_count_from_the_end_of_self_scoring(
    state: SheetState, locked_at: datetime | None, at_moment: datetime, days: int | None
) -> None:
    assert late_days(state, locked_at, CLOSES, at_moment) == days


def test_the_control_room_names_who_is_late_and_by_how_much(
    opened: rounds.SmallRound, clock: Traveller
) -> None:
    rounds.score_unit(opened, opened.health)
    rounds.lock_unit(opened, opened.health)
    clock.move_to(rounds.SELF_CLOSES + 3 * DAY)
    client = client_of(opened.manager)
    page = text_of(client.get(at(opened)))
    assert "1/3 đã chốt" in page
    assert "2 chậm" in page
    assert "3 ngày" in page
    assert "bộ tiêu chí mẫu" in page
    late = text_of(client.get(f"{at(opened)}?show=late"))
    assert "Sở Tư pháp" in late
    assert "Sở Y tế" not in late


def test_chosen_units_are_reminded_and_the_trace_keeps_it(opened: rounds.SmallRound) -> None:
    client = client_of(opened.manager)
    health, justice = opened.sheet(opened.health).pk, opened.sheet(opened.justice).pk
    answer = client.post(at(opened, "remind/"), {"unit": [health, justice], "text": "Nộp trước 30/11"})
    assert answer.status_code == 302
    assert "Chưa có ai để nhắc ở: Sở Tư pháp" in text_of(client.get(answer["Location"]))
    told = Message.objects.filter(text__contains="Nộp trước 30/11").values_list("recipient_id", flat=True)
    assert set(told) == {opened.focal.id, opened.head.id}
    trace = Trace.objects.get(verb="round.units_reminded")
    assert sorted(trace.after["units"]) == ["Sở Tư pháp", "Sở Y tế"]


def test_reminding_nobody_or_in_another_phase_is_refused(appraising: rounds.SmallRound) -> None:
    client = client_of(appraising.manager)
    answer = client.post(at(appraising, "remind/"), {"unit": [appraising.sheet().pk], "text": "x"})
    assert answer.status_code == 422
    opened = rounds.opened_round()
    assert client_of(opened.manager).post(at(opened, "remind/"), {"text": ""}).status_code == 422
    assert not Message.objects.filter(text__startswith="Nhắc").exists()


def test_closing_early_asks_for_a_reason(opened: rounds.SmallRound) -> None:
    client = client_of(opened.manager)
    assert "Lý do chuyển giai đoạn" in text_of(client.get(at(opened)))
    assert client.post(at(opened, "advance/"), {"to": "APPRAISAL"}).status_code == 422
    client.post(at(opened, "advance/"), {"to": "APPRAISAL", "reason": "Theo Công văn 12"})
    assert stage_of(opened) == RoundStage.APPRAISAL


def question_of(answer: Answered) -> str:
    """What the browser asks before the round moves on."""
    found = re.search(r'data-confirm="(Chuyển sang giai đoạn[^"]*)"', answer.content.decode())
    return "" if found is None else found[1]


def test_moving_on_early_says_beforehand_which_dates_change_and_what_cannot_be_undone(
    opened: rounds.SmallRound,
) -> None:
    answer = client_of(opened.manager).get(at(opened))
    wanted = (
        "Chuyển sang giai đoạn “Thẩm định”?",
        "3 phiếu chưa chốt tự chốt như hiện có.",
        "Giai đoạn “Tự đánh giá, chấm điểm” kết thúc ngay thay vì 17:00 30/11/2026.",
        "Giai đoạn “Thẩm định” mở ngay thay vì 17:00 30/11/2026; hạn vẫn là 08:00 20/12/2026.",
        "Các đơn vị nhận thông báo; không quay lại giai đoạn trước được.",
    )
    assert question_of(answer).split("\n") == list(wanted)
    # The page says it too: who browses without scripts is not asked.
    assert [sentence for sentence in wanted[1:] if sentence not in text_of(answer)] == []


def test_moving_on_in_time_changes_no_date_and_says_when_the_next_phase_is_already_over(
    opened: rounds.SmallRound,
    clock: Traveller,
) -> None:
    for unit in (opened.home_affairs, opened.health, opened.justice):
        rounds.score_unit(opened, unit)
        rounds.lock_unit(opened, unit)
    clock.move_to(rounds.SELF_CLOSES)
    assert question_of(client_of(opened.manager).get(at(opened))).split("\n")[1:] == [
        "Các đơn vị nhận thông báo; không quay lại giai đoạn trước được."
    ]
    clock.move_to(rounds.EXPLANATION + DAY)
    question = question_of(client_of(opened.manager).get(at(opened)))
    assert "Hạn của giai đoạn “Thẩm định” đã qua lúc 08:00 20/12/2026" in question


def test_stepping_over_the_explanation_says_so(appraising: rounds.SmallRound, clock: Traveller) -> None:
    rounds.appraise_the_rest(appraising)
    clock.move_to(rounds.APPRAISAL)
    answer = client_of(appraising.manager).get(at(appraising)).content.decode()
    [question] = re.findall(r'data-confirm="(Chuyển sang giai đoạn “Chờ công nhận”[^"]*)"', answer)
    assert "Bỏ qua giai đoạn “Giải trình”" in question
    assert "Các đơn vị thấy điểm thẩm định của mình." not in question
    assert "Các đơn vị thấy điểm thẩm định của mình." in answer


def test_opening_says_from_when_units_score_and_what_is_fixed(
    prepared: rounds.SmallRound, clock: Traveller
) -> None:
    clock.move_to(rounds.BEFORE)
    question = question_of(client_of(prepared.manager).get(at(prepared)))
    assert "Các đơn vị bắt đầu chấm lúc 00:00 10/11/2026, theo lịch." in question
    assert "cố định từ lúc này" in question


def test_a_reopening_is_granted_until_a_moment_or_refused_with_a_reason(opened: rounds.SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    rounds.lock_unit(opened, opened.health)
    asked = ask_reopening(
        assessment_id=opened.sheet().pk, reason="Nhầm số liệu", by=opened.focal, at=rounds.DURING_SELF
    )
    client = client_of(opened.manager)
    assert "Nhầm số liệu" in text_of(client.get(at(opened)))
    path = at(opened, f"reopenings/{asked.pk}/")
    assert client.post(path, {"answer": "refuse", "reason": ""}).status_code == 422
    wrong = client.post(path, {"answer": "grant", "open_until": "mai"})
    assert wrong.status_code == 422
    # The summary leads to the field of this very request, and what was typed stands in it.
    [field] = re.findall(r'<input[^>]* id="([^"]+)" name="open_until" value="mai"', wrong.content.decode())
    assert f'href="#{field}"' in wrong.content.decode()
    client.post(path, {"answer": "grant", "open_until": "20/11/2026 17:00"})
    assert opened.sheet().state == SheetState.DRAFTING
    assert "mở lại đến 20/11/2026 17:00" in text_of(client.get(at(opened)))


# ---- outside parts ----------------------------------------------------------------------------------


@pytest.fixture
def in_appraisal(appraising: rounds.SmallRound, clock: Traveller) -> rounds.SmallRound:
    clock.move_to(rounds.APPRAISAL)
    return appraising


def upload(client: Client, small: rounds.SmallRound, content: str, source: str = "Báo cáo SIPAS") -> Answered:
    file = SimpleUploadedFile("sipas.csv", content.encode(), content_type="text/csv")
    return client.post(at(small, "outside/upload/"), {"file": file, "source": source})


def outside_points() -> dict[str, Decimal | None]:
    found = Score.objects.filter(layer=Layer.OUTSIDE)
    return dict(found.values_list("assessment__unit__name", "points"))


def test_a_file_brings_in_values_by_name_key_or_code(in_appraisal: rounds.SmallRound) -> None:
    client = client_of(in_appraisal.manager)
    lines = [
        "unit,code,numerator,denominator,answer",
        "Sở Y tế,2.2.1,80,,",
        f"{in_appraisal.justice.key},2.2.1,85.5 %,100,",
    ]
    content = "\n".join(lines)
    answer = upload(client, in_appraisal, content)
    assert answer.status_code == 302
    assert outside_points() == {"Sở Y tế": Decimal("2.4"), "Sở Tư pháp": Decimal("2.565")}
    assert Batch.objects.get().accepted_rows == 2
    page = text_of(client.get(at(in_appraisal, "outside/")))
    assert "2/3 đã có" in page
    assert "Báo cáo SIPAS" in page
    upload(client, in_appraisal, content)
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "address", "said"),
    [
        ("Sở Lạ,2.2.1,80,,", "A3", "không có đơn vị “Sở Lạ”"),
        ("Sở Lạ,2.2.1,,,", "A3", "không có đơn vị “Sở Lạ”"),
        ("Sở Tư pháp,9.9,,,", "B3", "không phải tiêu chí lấy kết quả từ bên ngoài"),
        ("Sở Tư pháp,2.2.1,80,,,ghi chú", "F3", "“ghi chú” nằm ngoài các cột"),
        ("Sở Tư pháp,1.1.1,80,,", "B3", "không phải tiêu chí lấy kết quả từ bên ngoài"),
        ("Sở Tư pháp,2.2.1,tám mươi,,", "C3", "không phải là số"),
        ("Sở Tư pháp,2.2.1,1.500,,", "C3", "1500"),
        ("Sở Tư pháp,2.2.1,80,,A=3", "E3", "không hiểu"),
        ("Sở Y tế,2.2.1,81,,", "B3", "đã có dòng"),
        ("Sở Tư pháp,2.2.1,180,,", "A3", "từ 0 đến 100"),
    ],
)
def test_one_bad_cell_is_named_by_its_address_and_nothing_is_taken_in(
    in_appraisal: rounds.SmallRound, line: str, address: str, said: str
) -> None:
    content = f"unit,code,numerator,denominator,answer\nSở Y tế,2.2.1,80,,\n{line}\n"
    answer = upload(client_of(in_appraisal.manager), in_appraisal, content)
    assert answer.status_code == 422
    assert address in text_of(answer)
    assert said in text_of(answer)
    assert outside_points() == {}
    assert Batch.objects.get().outcome == Batch.Outcome.REFUSED


def test_a_file_needs_its_columns_and_its_source(in_appraisal: rounds.SmallRound) -> None:
    client = client_of(in_appraisal.manager)
    strange = upload(client, in_appraisal, "tên,số\nSở Y tế,80\n")
    assert strange.status_code == 422
    assert "thiếu cột “unit”" in text_of(strange)
    unnamed = upload(client, in_appraisal, "unit,code,numerator\nSở Y tế,2.2.1,80\n", source=" ")
    assert unnamed.status_code == 422
    assert outside_points() == {}


def test_the_template_file_can_be_filled_and_brought_back(in_appraisal: rounds.SmallRound) -> None:
    client = client_of(in_appraisal.manager)
    template = client.get(at(in_appraisal, "outside/template.csv")).content.decode("utf-8-sig")
    assert "Sở Y tế,2.2.1,,,," in template
    filled = template.replace("Sở Y tế,2.2.1,,,,", "Sở Y tế,2.2.1,90,,,")
    assert upload(client, in_appraisal, filled).status_code == 302
    assert outside_points() == {"Sở Y tế": Decimal("2.7")}


def test_rows_without_figures_are_told_one_by_one(in_appraisal: rounds.SmallRound) -> None:
    client = client_of(in_appraisal.manager)
    content = "unit,code,numerator\nSở Y tế,2.2.1,80\nSở Tư pháp,2.2.1,\n,,\n"
    upload(client, in_appraisal, content)
    page = text_of(client.get(at(in_appraisal, "outside/")))
    assert "Đã nhận 1 giá trị." in page
    assert "Bỏ qua 1 dòng không có số liệu: dòng 3 (Sở Tư pháp, 2.2.1)" in page


def test_values_typed_by_hand_need_a_source_and_blanks_stay_as_they_are(
    in_appraisal: rounds.SmallRound,
) -> None:
    client = client_of(in_appraisal.manager)
    path = at(in_appraisal, "outside/so/2.2.1/")
    health, justice = in_appraisal.sheet(in_appraisal.health).pk, in_appraisal.sheet(in_appraisal.justice).pk
    typed = {f"{health}-numerator": "80", f"{justice}-numerator": "abc"}
    refused = client.post(path, typed | {"source": "Báo cáo 1"})
    assert refused.status_code == 422
    assert "Sở Tư pháp: “abc” không phải là số" in text_of(refused)
    typed[f"{justice}-numerator"] = ""
    assert client.post(path, typed | {"source": ""}).status_code == 422
    assert client.post(path, typed | {"source": "Báo cáo 1"}).status_code == 302
    assert outside_points() == {"Sở Y tế": Decimal("2.4")}
    assert 'value="80"' in client.get(path).content.decode()


SURVEY_SET: Mapping[str, Any] = {
    **rounds.SMALL_SET,
    "fields": [
        rounds.SMALL_SET["fields"][0],
        rounds.SMALL_SET["fields"][1]
        | {
            "criteria": [
                rounds.SMALL_SET["fields"][1]["criteria"][0],
                {
                    "code": "2.2",
                    "title": "Đánh giá",
                    "max": "3",
                    "sub": [
                        {
                            "code": "2.2.1",
                            "title": "Điều tra",
                            "max": "2",
                            "rule": {
                                "type": "survey",
                                "weights": {"A": "1", "B": "0.6", "C": "0.2", "D": "0"},
                            },
                            "by": "survey",
                        },
                        {
                            "code": "2.2.2",
                            "title": "Lãnh đạo chấm",
                            "max": "1",
                            "rule": {"type": "leadership"},
                            "by": "leadership",
                        },
                    ],
                },
            ]
        },
    ],
}


def test_survey_counts_are_typed_per_option_and_points_of_leaders_as_points(clock: Traveller) -> None:
    small = rounds.opened_round(SURVEY_SET)
    clock.move_to(rounds.SELF_CLOSES)
    client = client_of(small.manager)
    client.post(at(small, "advance/"), {"to": "APPRAISAL"})
    sheet = small.sheet().pk
    form = client.get(at(small, "outside/so/2.2.1/")).content.decode()
    assert form.count(f'name="{sheet}-o') == 5
    typed = {f"{sheet}-o0": "10", f"{sheet}-o1": "6", f"{sheet}-o2": "3", f"{sheet}-o3": "1"}
    client.post(at(small, "outside/so/2.2.1/"), typed | {"source": "Báo cáo 9"})
    # (10 + 3,6 + 0,6) / 20 × 2
    assert Score.objects.get(layer=Layer.OUTSIDE).points == Decimal("1.42")
    client.post(at(small, "outside/so/2.2.2/"), {f"{sheet}-points": "0,9", "source": "Phiếu"})
    assert Score.objects.get(criterion__code="2.2.2").points == Decimal("0.9")


def test_before_the_appraisal_no_outside_result_is_taken(opened: rounds.SmallRound) -> None:
    client = client_of(opened.manager)
    assert "chỉ nhập từ giai đoạn thẩm định" in text_of(client.get(at(opened, "outside/")))
    assert upload(client, opened, "unit,code,numerator\nSở Y tế,2.2.1,80\n").status_code == 422


# ---- bonus and penalty --------------------------------------------------------------------------------


def test_claims_are_decided_with_a_reason_and_penalties_recorded(
    opened: rounds.SmallRound, clock: Traveller
) -> None:
    claim = claim_bonus(
        assessment_id=opened.sheet().pk,
        ground="Sáng kiến cấp tỉnh",
        points=Decimal("0.5"),
        document_id=None,
        explanation="QĐ 5/QĐ-UBND",
        by=opened.focal,
        at=rounds.DURING_SELF,
    )
    clock.move_to(rounds.SELF_CLOSES)
    client = client_of(opened.manager)
    client.post(at(opened, "advance/"), {"to": "APPRAISAL"})
    assert "Sáng kiến cấp tỉnh" in text_of(client.get(at(opened, "adjustments/")))
    path = at(opened, f"adjustments/{claim.pk}/")
    assert client.post(path, {"answer": "refuse", "reason": ""}).status_code == 422
    assert client.post(path, {"answer": "accept"}).status_code == 302
    claim.refresh_from_db()
    assert claim.state == Adjustment.State.ACCEPTED
    penalty = {"unit": opened.sheet().pk, "ground": "Kết luận thanh tra 12", "points": "0,25"}
    assert client.post(at(opened, "adjustments/"), penalty | {"points": "0"}).status_code == 422
    assert client.post(at(opened, "adjustments/"), penalty).status_code == 302
    found = Adjustment.objects.get(kind=Adjustment.Kind.PENALTY)
    assert (found.points, found.state) == (Decimal("0.25"), Adjustment.State.CLAIMED)


# ---- council, decision, publication --------------------------------------------------------------------


@pytest.fixture
def in_decision(deciding: rounds.SmallRound, clock: Traveller) -> rounds.SmallRound:
    clock.move_to(rounds.DECISION)
    return deciding


def test_the_council_reads_points_ranks_and_the_largest_differences_first(
    in_decision: rounds.SmallRound,
) -> None:
    client = client_of(in_decision.chair)
    page = client.get(at(in_decision, "council/")).content.decode()
    for figure in ("9,10", "91,00", "−0,60", "Xuất sắc"):
        assert figure in page
    assert page.index("Sở Nội vụ</a>") < page.index("Sở Tư pháp</a>") < page.index("Sở Y tế</a>")
    page = client.get(at(in_decision, "council/?order=difference")).content.decode()
    assert page.index("Sở Y tế</a>") < page.index("Sở Nội vụ</a>")


def test_provisional_totals_are_marked_and_their_ranks_are_for_the_manager_only(
    in_appraisal: rounds.SmallRound,
) -> None:
    rounds.reduce_health(in_appraisal)
    manager = text_of(client_of(in_appraisal.manager).get(at(in_appraisal, "council/")))
    chair = text_of(client_of(in_appraisal.chair).get(at(in_appraisal, "council/")))
    assert "Tạm tính" in manager
    assert "Tạm tính" in chair
    assert "1 /3" in manager
    assert "/3" not in chair


def test_the_chair_concludes_only_when_nothing_is_open(in_decision: rounds.SmallRound) -> None:
    Score.objects.filter(layer=Layer.OUTSIDE, assessment=in_decision.sheet()).delete()
    client = client_of(in_decision.chair)
    page = text_of(client.get(at(in_decision, "council/")))
    assert "Sở Y tế: còn chờ: 2.2.1" in page
    typed = {"met_on": "20/01/2027", "conclusion": "Nhất trí"}
    assert client.post(at(in_decision, "council/conclude/"), typed).status_code == 422
    rounds.bring_in_survey(in_decision, {in_decision.health: 80})
    assert client_of(in_decision.manager).post(at(in_decision, "council/conclude/"), typed).status_code == 422
    assert client.post(at(in_decision, "council/conclude/"), typed).status_code == 302
    assert Round.objects.get(pk=in_decision.round.pk).council_conclusion == "Nhất trí"
    concluded = client.get(at(in_decision, "council/")).content.decode()
    assert concluded.index("Ghi lại kết luận") < concluded.index('name="met_on"'), "folded away"


def test_publication_asks_once_more_and_then_freezes_the_results(in_decision: rounds.SmallRound) -> None:
    manager = client_of(in_decision.manager)
    assert "chưa họp" in text_of(manager.get(at(in_decision, "publish/")))
    client_of(in_decision.chair).post(
        at(in_decision, "council/conclude/"), {"met_on": "20/01/2027", "conclusion": "Nhất trí"}
    )
    decision = {
        "number": "99/QĐ-UBND",
        "signed_on": "20/01/2027",
        "signer": "Nguyễn Văn Chủ",
        "signer_position": "Chủ tịch",
    }
    assert manager.post(at(in_decision, "publish/"), decision | {"number": ""}).status_code == 422
    confirm = manager.post(at(in_decision, "publish/"), decision)
    assert confirm.status_code == 200
    assert "không sửa được nữa" in text_of(confirm)
    back = manager.post(at(in_decision, "publish/"), decision | {"edit": "1"}).content.decode()
    assert [value for value in decision.values() if f'value="{value}"' not in back] == []
    assert not Result.objects.exists()
    published = manager.post(at(in_decision, "publish/"), decision | {"confirmed": "1"})
    assert published.status_code == 302
    assert Result.objects.count() == 3
    assert stage_of(in_decision) == RoundStage.PUBLISHED
    assert "99/QĐ-UBND" in text_of(manager.get(at(in_decision)))


# ---- the first page, and budgets ----------------------------------------------------------------------


def test_the_first_page_tells_a_manager_and_a_chair_what_waits(in_decision: rounds.SmallRound) -> None:
    manager = text_of(client_of(in_decision.manager).get("/"))
    assert "3/3 đơn vị đã chốt phiếu" in manager
    assert "Chờ Hội đồng kết luận" in text_of(client_of(in_decision.chair).get("/"))


@pytest.mark.parametrize("count", [0, 12])
def test_the_control_room_asks_as_much_for_three_units_as_for_fifteen(clock: Traveller, count: int) -> None:
    for number in range(count):
        factories.organisation(f"Đơn vị {number}", block_code="so")
    small = rounds.round_in_appraisal()
    clock.move_to(rounds.APPRAISAL)
    client = client_of(small.manager)
    for page, most in (("", 16), ("outside/", 13), ("appraisers/", 15), ("setup/", 15)):
        client.get(at(small, page))
        with CaptureQueriesContext(connection) as found:
            assert client.get(at(small, page)).status_code == 200
        assert len(found) <= most, page
