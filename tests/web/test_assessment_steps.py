"""Evidence, assignment, handing in, locking, explaining, bonus, history: what the pages let people do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.documents.models import Document
from openpar.parindex.assessments.actions.adjustments import decide_adjustment, record_penalty
from openpar.parindex.assessments.actions.appraisals import save_reappraisal
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.models import (
    Adjustment,
    EvidenceUse,
    Layer,
    LeafAssignment,
    RoundStage,
    Score,
    SheetState,
)
from tests import factories
from tests.parindex import rounds
from tests.web.test_assessments import HTMX, client_of, leaf_url, officer_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n" + b"x" * 2000


@pytest.fixture(autouse=True)
def clock() -> Iterator[Traveller]:
    with time_machine.travel(rounds.DURING_SELF, tick=False) as clock:
        yield clock


@pytest.fixture
def small(opened: rounds.SmallRound) -> rounds.SmallRound:
    return opened


@pytest.fixture
def explaining(appraising: rounds.SmallRound, clock: Traveller) -> rounds.SmallRound:
    rounds.reduce_health(appraising)
    rounds.appraise_the_rest(appraising)
    clock.move_to(rounds.EXPLANATION + timedelta(days=1))
    advance_round(
        round_id=appraising.round.pk, to=RoundStage.EXPLANATION, by=appraising.manager, at=rounds.EXPLANATION
    )
    return appraising


def pdf(name: str = "bao-cao.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def page_of(small: rounds.SmallRound, path: str = "", *, who: Actor | None = None) -> str:
    client = client_of(who or small.focal)
    return client.get(f"/assessments/{small.sheet().pk}/{path}").content.decode()


# ---- evidence -------------------------------------------------------------------------------


def test_a_new_document_is_brought_in_and_bound_with_its_pointer(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    data = {
        "upload": pdf(),
        "title": "Báo cáo năm",
        "number": "215/BC-SYT",
        "issued_on": "05/11/2026",
        "signed_on": "05/11/2026",
        "signed_time": "14:05",
        "pointer": "mục 2, trang 3",
    }
    answer = client.post(leaf_url(small, "1.1.1") + "evidence/", data, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    for text in ("Báo cáo năm", "215/BC-SYT", "05/11/2026 14:05", "mục 2, trang 3", "2 KB"):
        assert text in page, text
    # The first document opens the score: the form on the page must count from its version.
    assert 'id="expected-version" value="1" hx-swap-oob="true"' in page
    saved = client.post(leaf_url(small, "1.1.1"), {"choice": "yes", "expected_version": "1"}, headers=HTMX)
    assert "Đã chấm" in saved.content.decode()


def test_everything_wrong_with_an_upload_is_said_and_nothing_is_kept(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    bad_fields = {"upload": pdf(), "title": "x", "issued_on": "32/01/2026", "signed_time": "25:99"}
    answer = client.post(leaf_url(small, "1.1.1") + "evidence/", bad_fields)
    assert answer.status_code == 422
    assert "Không có ngày 32/01/2026" in answer.content.decode()
    assert "Viết giờ như 14:05" in answer.content.decode()
    bad_file = {"upload": pdf("a.exe"), "title": ""}
    page = client.post(leaf_url(small, "1.1.1") + "evidence/", bad_file).content.decode()
    assert "không được nhận" in page
    assert "Trích yếu" in page
    assert not Document.objects.exists()


def test_no_file_is_taken_in_after_the_deadline(small: rounds.SmallRound, clock: Traveller) -> None:
    clock.move_to(rounds.SELF_CLOSES)
    client = client_of(small.focal)
    answer = client.post(
        leaf_url(small, "1.1.1") + "evidence/", {"upload": pdf(), "title": "x"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "Đã hết hạn" in answer.content.decode()
    assert not Document.objects.exists()


def test_a_document_is_chosen_from_the_store_loosened_and_bound_again(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    client.post(leaf_url(small, "1.1.1") + "evidence/", {"title": "Kế hoạch Đà Lạt", "number": "02/KH"})
    document = Document.objects.get()
    store = client.get(
        leaf_url(small, "2.1.1") + "documents/", {"q": "da lat"}, headers=HTMX
    ).content.decode()
    assert "Kế hoạch Đà Lạt" in store
    choose = {"document": str(document.pk), "pointer": "trang 4"}
    assert client.post(leaf_url(small, "2.1.1") + "evidence/", choose, headers=HTMX).status_code == 200
    again = client.post(leaf_url(small, "2.1.1") + "evidence/", choose, headers=HTMX)
    assert again.status_code == 422
    detached = client.post(leaf_url(small, "2.1.1") + f"evidence/{document.pk}/detach/", headers=HTMX)
    assert "Gắn lại" in detached.content.decode()
    assert 'value="trang 4"' in detached.content.decode()
    assert EvidenceUse.objects.count() == 1
    assert "đã gắn" in client.get(leaf_url(small, "1.1.1") + "documents/", headers=HTMX).content.decode()


def test_a_file_is_served_to_be_saved_and_only_to_those_who_may_see_the_sheet(
    small: rounds.SmallRound,
) -> None:
    client = client_of(small.focal)
    client.post(leaf_url(small, "1.1.1") + "evidence/", {"upload": pdf(), "title": "Báo cáo"})
    address = f"/assessments/{small.sheet().pk}/documents/{Document.objects.get().pk}/"
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]  # a streaming answer
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    overseen = client_of(small.manager).get(address)
    assert b"".join(overseen.streaming_content) == PDF  # type: ignore[attr-defined]  # a streaming answer
    stranger = factories.actor_as(Role.FOCAL_OFFICER, small.justice)
    assert client_of(stranger).get(address).status_code == 404
    # Nor through a sheet of one's own.
    other = f"/assessments/{small.sheet(small.justice).pk}/documents/{Document.objects.get().pk}/"
    assert client_of(stranger).get(other).status_code == 404


# ---- who does which leaf ----------------------------------------------------------------------


def test_leaves_and_whole_fields_are_handed_to_an_officer_and_taken_back(small: rounds.SmallRound) -> None:
    officer = officer_of(small, "1.1.1")
    client = client_of(small.focal)
    address = f"/assessments/{small.sheet().pk}/assign/"
    data = {"code": ["1.1.2"], "field": ["2"], "officer": str(officer.id)}
    assert client.post(address, data).status_code == 302
    codes = set(LeafAssignment.objects.values_list("criterion__code", flat=True))
    assert codes == {"1.1.1", "1.1.2", "2.1.1", "2.1.2"}
    assert "Đỗ Thị Chuyên Viên (4)" in client.get(address).content.decode()
    client.post(address, {"code": ["1.1.1"], "officer": "none"})
    assert LeafAssignment.objects.count() == 3
    for wrong in ({"officer": str(officer.id)}, {"code": ["1.1.1"]}, {"code": ["1.1.1"], "officer": "999"}):
        assert client.post(address, wrong).status_code == 422
    assert client_of(officer).get(address).status_code == 404


# ---- handing in and locking --------------------------------------------------------------------


def test_everything_that_is_missing_is_listed_with_a_link(small: rounds.SmallRound) -> None:
    page = page_of(small, "submission/")
    assert "Còn thiếu (4)" in page
    for code in rounds.SELF_CODES:
        assert f'href="{leaf_url(small, code)}"' in page
    refused = client_of(small.focal).post(f"/assessments/{small.sheet().pk}/submit/")
    assert refused.status_code == 422
    assert "4 điều cần xem lại" in refused.content.decode()


def test_a_sheet_goes_to_the_head_back_and_is_locked_with_its_total(small: rounds.SmallRound) -> None:
    rounds.score_unit(small, small.health)
    base = f"/assessments/{small.sheet().pk}/"
    focal, head = client_of(small.focal), client_of(small.head)
    assert head.post(base + "lock/").status_code == 422
    assert "Không còn mục nào thiếu" in focal.get(base).content.decode()
    assert focal.post(base + "submit/").status_code == 302
    waiting = focal.get(leaf_url(small, "1.1.1")).content.decode()
    assert "Phiếu đang chờ thủ trưởng duyệt" in waiting
    assert 'id="score-form"' not in waiting
    waiting = focal.get(base).content.decode()
    assert re.search(r"chờ thủ trưởng duyệt và chốt.*?/receipts/\d+/", waiting, re.DOTALL)
    assert head.post(base + "send-back/", {"reason": " "}).status_code == 422
    assert head.post(base + "send-back/", {"reason": "Bổ sung 1.1.2"}).status_code == 302
    focal.post(base + "submit/")
    asked = head.get(base + "lock/").content.decode()
    assert "6,40" in asked
    assert "Chốt nghĩa là" in asked
    assert focal.get(base + "lock/").status_code == 404
    assert small.sheet().state == SheetState.AWAITING_HEAD
    assert head.post(base + "lock/").status_code == 302
    locked = focal.get(base).content.decode()
    assert "Bùi Văn Trưởng duyệt và chốt phiếu lúc 11/11/2026 00:00" in locked
    assert "6,40" in locked
    assert re.search(r"duyệt và chốt phiếu.*?/receipts/\d+/", locked, re.DOTALL)
    assert focal.post(leaf_url(small, "1.1.1"), {"choice": "no", "expected_version": "1"}).status_code == 422


def test_a_locked_sheet_is_asked_to_be_reopened_once(small: rounds.SmallRound) -> None:
    rounds.score_unit(small, small.health)
    rounds.lock_unit(small, small.health)
    focal = client_of(small.focal)
    address = f"/assessments/{small.sheet().pk}/reopening/"
    assert focal.post(address, {"reason": ""}).status_code == 422
    assert focal.post(address, {"reason": "Nhầm số liệu 1.1.2"}).status_code == 302
    waiting = page_of(small, "submission/")
    assert "Đang chờ trả lời" in waiting
    assert f'action="{address}"' not in waiting, "asked once is enough"
    assert focal.post(address, {"reason": "lần nữa"}).status_code == 422


# ---- appraisal and explanation -----------------------------------------------------------------


def test_a_unit_learns_of_the_appraisal_only_when_it_is_released(
    appraising: rounds.SmallRound, clock: Traveller
) -> None:
    rounds.reduce_health(appraising)
    clock.move_to(rounds.APPRAISAL)
    secret = "Chỉ có sản phẩm của 30 nhiệm vụ"
    for path in ("", "1.1.2/", "1.1.2/history/", "history/", "print/"):
        page = page_of(appraising, path)
        assert secret not in page, path
        assert "1,80" not in page, path
        assert "Thẩm định</span>" not in page, path
    assert secret in page_of(appraising, "1.1.2/", who=appraising.manager)


def test_flagged_leaves_stand_first_and_both_sides_beside_each_other(explaining: rounds.SmallRound) -> None:
    page = page_of(explaining, "1.1.2/")
    assert page.index("Khác điểm hoặc cần giải trình") < page.index("Chỉ đạo, điều hành</span>")
    for text in ("2,40", "1,80", "−0,60", "Chỉ có sản phẩm của 30 nhiệm vụ", "Yêu cầu giải trình"):
        assert text in page, text
    assert 'action="/assessments/' in page
    assert "/1.1.2/explanation/" in page
    assert 'id="score-form"' not in page_of(explaining, "1.1.1/")


def test_an_explanation_is_saved_with_its_text_and_its_documents(explaining: rounds.SmallRound) -> None:
    small = explaining
    client = client_of(small.focal)
    typed = {"numerator": "38", "denominator": "50", "expected_version": "0"}
    without = client.post(leaf_url(small, "1.1.2") + "explanation/", {**typed, "note": ""}, headers=HTMX)
    assert without.status_code == 422
    assert "chưa có nội dung giải trình" in without.content.decode()
    saved = client.post(
        leaf_url(small, "1.1.2") + "explanation/", {**typed, "note": "Tám sản phẩm bổ sung"}, headers=HTMX
    )
    assert saved.status_code == 200
    assert "Đã giải trình" in saved.content.decode()
    assert Score.objects.get(layer=Layer.EXPLAINED).points == Decimal("2.28")
    attached = client.post(
        leaf_url(small, "1.1.2") + "evidence/",
        {"layer": "EXPLAINED", "title": "Danh mục sản phẩm", "number": "9/DM"},
        headers=HTMX,
    )
    assert "Bổ sung khi giải trình" in attached.content.decode()
    assert "Đã giải trình" in page_of(small)


def test_saving_an_explanation_takes_at_most_twelve_queries(explaining: rounds.SmallRound) -> None:
    client = client_of(explaining.focal)
    most = 12 + connection.features.has_select_for_update
    typed = {"numerator": "38", "denominator": "50", "note": "Tám sản phẩm bổ sung"}
    for version in ("0", "1"):
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(
                leaf_url(explaining, "1.1.2") + "explanation/",
                {**typed, "expected_version": version},
                headers=HTMX,
            )
        assert answer.status_code == 200
        assert len(captured) <= most


def test_the_answer_to_an_explanation_is_seen_after_the_second_appraisal(
    explaining: rounds.SmallRound, clock: Traveller
) -> None:
    small = explaining
    client_of(small.focal).post(
        leaf_url(small, "1.1.2") + "explanation/",
        {"numerator": "40", "denominator": "50", "note": "Đủ sản phẩm"},
    )
    clock.move_to(rounds.REAPPRAISAL)
    advance_round(round_id=small.round.pk, to=RoundStage.REAPPRAISAL, by=small.manager, at=rounds.REAPPRAISAL)
    save_reappraisal(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(35, 50), note="Chấp nhận thêm 5 sản phẩm"),
        expected_version=0,
        by=small.appraiser,
        at=rounds.REAPPRAISAL,
    )
    assert "Chấp nhận thêm 5 sản phẩm" not in page_of(small, "1.1.2/")
    clock.move_to(rounds.DECISION)
    advance_round(round_id=small.round.pk, to=RoundStage.DECISION, by=small.manager, at=rounds.DECISION)
    answered = page_of(small, "1.1.2/")
    assert "Chấp nhận thêm 5 sản phẩm" in answered
    assert "2,40 → 2,10" in answered


def test_the_survey_reaches_the_unit_only_with_the_publication(
    deciding: rounds.SmallRound, clock: Traveller
) -> None:
    clock.move_to(rounds.DECISION)
    page = page_of(deciding, "2.2.1/")
    assert "Kết quả từ bên ngoài" not in page
    assert "<strong>6,40</strong>" in page
    assert "<strong>5,80</strong>" in page
    assert "<strong>8,20</strong>" in page_of(deciding, "2.2.1/", who=deciding.manager)


# ---- bonus, history, home ----------------------------------------------------------------------


def test_a_bonus_is_claimed_and_its_decision_seen(small: rounds.SmallRound, clock: Traveller) -> None:
    client = client_of(small.focal)
    address = f"/assessments/{small.sheet().pk}/bonus/"
    refused = client.post(address, {"ground": "", "points": "x"})
    assert refused.status_code == 422
    assert "không phải là số" in refused.content.decode()
    claim = {"ground": "Sáng kiến cấp tỉnh", "points": "0,5", "explanation": "QĐ 12", "upload": pdf()}
    assert client.post(address, claim).status_code == 302
    adjustment = Adjustment.objects.get()
    assert (adjustment.points, adjustment.document_id) == (Decimal("0.5"), Document.objects.get().pk)
    assert "Sáng kiến cấp tỉnh" in client.get(address).content.decode()
    clock.move_to(rounds.SELF_CLOSES)
    assert "Đã hết hạn" in page_of(small, "bonus/")


def test_penalties_are_told_with_the_appraisal_and_not_before(
    appraising: rounds.SmallRound, clock: Traveller
) -> None:
    clock.move_to(rounds.APPRAISAL)
    penalty = record_penalty(
        assessment_id=appraising.sheet().pk,
        ground="Kết luận thanh tra",
        points=Decimal("0.25"),
        document_id=None,
        by=appraising.appraiser,
        at=rounds.APPRAISAL,
    )
    decide_adjustment(
        adjustment_id=penalty.pk, accept=True, reason="", by=appraising.manager, at=rounds.APPRAISAL
    )
    for path in ("bonus/", "history/"):
        assert "Kết luận thanh tra" not in page_of(appraising, path)
        assert "Kết luận thanh tra" in page_of(appraising, path, who=appraising.manager)


def test_the_history_of_a_leaf_reads_in_words(small: rounds.SmallRound) -> None:
    client = client_of(small.focal)
    typed = {"numerator": "40", "denominator": "50", "note": "bản một"}
    client.post(leaf_url(small, "1.1.2"), typed)
    client.post(leaf_url(small, "1.1.2"), {**typed, "numerator": "35", "expected_version": "1"})
    page = page_of(small, "1.1.2/history/")
    assert page.count("Lưu điểm tự chấm") == 2
    assert "<del>Hoàn thành: 40; Được giao: 50</del>" in page
    assert "<ins>Hoàn thành: 35; Được giao: 50</ins>" in page
    assert "<ins>2,1</ins>" in page


def test_the_printed_sheet_shows_every_leaf_with_its_documents(small: rounds.SmallRound) -> None:
    rounds.score_unit(small, small.health)
    page = page_of(small, "print/")
    for text in ("02/KH Kế hoạch cải cách hành chính, trang 1", "bộ tiêu chí mẫu", "40/50 = 80 %", "6,40"):
        assert text in page, text


def test_the_home_page_tells_each_person_of_the_unit_what_waits(small: rounds.SmallRound) -> None:
    officer = officer_of(small, "1.1.1", "1.1.2")
    rounds.score_unit(small, small.health, {"1.1.1": rounds.FULL_ANSWERS["1.1.1"]})
    assert "Đã chấm 1/4 tiêu chí" in client_of(small.focal).get("/").content.decode()
    assert "Đã chấm 1/2 tiêu chí được giao" in client_of(officer).get("/").content.decode()
    rest = {code: answer for code, answer in rounds.FULL_ANSWERS.items() if code != "1.1.1"}
    for code, answer in rest.items():
        save_self_score(
            assessment_id=small.sheet().pk,
            code=code,
            entry=Entry(answer, note="x"),
            expected_version=0,
            by=small.focal,
            at=rounds.DURING_SELF,
        )
    client_of(small.focal).post(f"/assessments/{small.sheet().pk}/submit/")
    assert "Duyệt và chốt phiếu" in client_of(small.head).get("/").content.decode()
    assert "Phiếu tự chấm điểm" not in client_of(small.focal).get("/").content.decode()
