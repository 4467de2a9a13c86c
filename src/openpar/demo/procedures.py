"""The sample catalogue of the demo province, with a year of work: decisions, postings, reviews, quality.

Names of procedures are those in common use; codes, limits, fees and decisions are invented and say so
(data/procedures/sample, every row marked as a sample).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.conf import settings

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.delivery.procedures.actions.decisions import DecisionHead, prepare_decision, record_upload
from openpar.delivery.procedures.actions.importing import bring_in_procedures
from openpar.delivery.procedures.actions.issuing import issue_decision
from openpar.delivery.procedures.actions.lines import (
    NewLine,
    add_line,
    change_line,
    contents_of_line,
)
from openpar.delivery.procedures.actions.postings import record_posting
from openpar.delivery.procedures.actions.quality import record_quality
from openpar.delivery.procedures.actions.reviews import (
    Found,
    PlanHead,
    add_review,
    decide_problem,
    finish_review,
    handle_problem,
    record_problem,
    record_review_plan,
)
from openpar.delivery.procedures.contents import Contents, Limit, Term
from openpar.delivery.procedures.files import ProcedureFile
from openpar.delivery.procedures.models import Procedure, ProcedureReview, PublishingDecision
from openpar.delivery.procedures.queries.duties import duties_of, work_calendar
from openpar.delivery.procedures.words import (
    LimitUnit,
    LineChange,
    Part,
    PostedAt,
    QualityState,
    Tier,
)
from openpar.demo.calendar import moment
from openpar.demo.rounds import Say

TABLES = ("procedures", "terms", "papers", "bodies", "provisions")
_ISSUER = "UBND tỉnh (mẫu)"
_STANDARD = "TCVN ISO 9001:2015"
# Of a hundred communes, how many posted in time, and how many more posted late; the others have not.
_IN_TIME, _LATE = 93, 4


def build(controller: Actor, today: date, say: Say) -> None:
    """The catalogue as it stood, then this year's work up to `today`."""
    _catalogue(controller, today)
    decision = _decision(controller, today)
    _postings(decision, controller, today)
    _draft(controller, today)
    _reviews(controller, today)
    _quality(controller, today)
    say("đã có danh mục thủ tục mẫu, quyết định công bố, niêm yết, rà soát")


def sample_files() -> list[ProcedureFile]:
    """The sample catalogue as files."""
    folder = settings.OPENPAR_DATA_DIR / "procedures" / "sample"
    return [ProcedureFile(f"{word}.csv", (folder / f"{word}.csv").read_bytes(), word) for word in TABLES]


def _catalogue(by: Actor, today: date) -> None:
    bring_in_procedures(by=by, at=moment(today - timedelta(days=70)), files=sample_files())


def _decision(by: Actor, today: date) -> PublishingDecision:
    """Two procedures change, one is abolished: signed in time, uploaded a little late."""
    signed_on = today - timedelta(days=40)
    head = DecisionHead(
        number="2107/QĐ-UBND (mẫu)",
        signed_on=signed_on,
        issuer=_ISSUER,
        tier=Tier.PROVINCE,
        title="Công bố thủ tục hành chính sửa đổi, bổ sung và bãi bỏ lĩnh vực hộ tịch, bảo trợ xã hội",
        effective_on=signed_on + timedelta(days=14),
        is_sample=True,
    )
    at = moment(signed_on)
    made = prepare_decision(by=by, at=at, head=head)
    for code, days in (("9.000004", 2), ("9.000018", 3)):
        line = add_line(by=by, at=at, decision_id=made.pk, line=NewLine(code, LineChange.AMENDED))
        before = contents_of_line(line)
        assert before is not None
        change_line(
            by=by, at=at, line_id=line.pk, contents=_quicker(before, days), expected_version=line.version
        )
    add_line(by=by, at=at, decision_id=made.pk, line=NewLine("9.000011", LineChange.ABOLISHED))
    issue_decision(by=by, at=at, decision_id=made.pk, expected_version=made.version)
    made.refresh_from_db()
    upload = duties_of(made, work_calendar()).upload
    assert upload is not None
    uploaded_on = upload.due_on + timedelta(days=2)
    record_upload(by=by, at=moment(uploaded_on), decision_id=made.pk, uploaded_on=uploaded_on)
    return made


def _quicker(contents: Contents, days: int) -> Contents:
    limit = Limit(days, LimitUnit.WORKING_DAY)
    terms = tuple(replace(term, limit=limit) if not term.case else term for term in contents.terms)
    return replace(contents, terms=terms or (Term(limit=limit),))


def _postings(decision: PublishingDecision, by: Actor, today: date) -> None:
    post = duties_of(decision, work_calendar()).post
    assert post is not None
    communes = OrganisationVersion.objects.as_of(decision.effective_on).filter(
        kind__in=["COMMUNE", "WARD", "SPECIAL_ZONE"]
    )
    lines = list(decision.lines.values_list("pk", flat=True))
    for number, organisation_id in enumerate(
        communes.order_by("pk").values_list("organisation_id", flat=True)
    ):
        place = number % 100
        if place >= _IN_TIME + _LATE:
            continue
        day = (
            post.due_on - timedelta(days=1)
            if place < _IN_TIME
            else post.due_on + timedelta(days=place % 5 + 1)
        )
        record_posting(
            by=by,
            at=moment(min(day, today)),
            decision_id=decision.pk,
            organisation_id=organisation_id,
            line_ids=lines,
            places=(PostedAt.BOARD, PostedAt.WEBSITE),
            posted_on=min(day, today),
        )


def _draft(by: Actor, today: date) -> None:
    """A decision that is being written: one procedure still lacks parts."""
    head = DecisionHead(
        number="2290/QĐ-UBND (mẫu)",
        signed_on=today,
        issuer=_ISSUER,
        tier=Tier.PROVINCE,
        title="Công bố thủ tục hành chính sửa đổi, bổ sung lĩnh vực việc làm, xây dựng",
        effective_on=today + timedelta(days=21),
        is_sample=True,
    )
    at = moment(today)
    made = prepare_decision(by=by, at=at, head=head)
    add_line(by=by, at=at, decision_id=made.pk, line=NewLine("9.000902", LineChange.AMENDED))
    add_line(by=by, at=at, decision_id=made.pk, line=NewLine("9.000037", LineChange.AMENDED))


def _reviews(by: Actor, today: date) -> None:
    year = today.year
    signed_on = min(date(year, 1, 20), today)
    head = PlanHead(year, f"12/KH-UBND (mẫu, {year})", signed_on, _ISSUER, is_sample=True)
    plan = record_review_plan(by=by, at=moment(signed_on), head=head)
    reviews = [
        add_review(
            by=by,
            at=moment(signed_on),
            plan_id=plan.pk,
            procedure_id=Procedure.objects.get(code=code).pk,
            organisation_id=Organisation.objects.get(key=key).pk,
            due_on=signed_on + timedelta(days=days),
        )
        for code, key, days in (
            ("9.000012", "68-so-tu-phap", 90),
            ("9.000030", "68-so-nong-nghiep-moi-truong-2025", 150),
            ("9.000038", "68-so-xay-dung-2025", 200),
            ("9.000054", "68-so-y-te", 300),
            ("9.000061", "68-so-van-hoa-the-thao-du-lich", 320),
        )
    ]
    _problems(reviews, by, signed_on, today)


def _problems(reviews: list[ProcedureReview], by: Actor, signed_on: date, today: date) -> None:
    """One handled, one only decided, one that nobody has looked at since; as far as the year has come."""
    for review, part, text, proposal, days, handled in (
        (reviews[0], Part.LIMIT, "Thời hạn 10 ngày dài hơn thời gian thực tế.", "Giảm còn 7 ngày.", 60, True),
        (
            reviews[1],
            Part.PAPERS,
            "Yêu cầu nộp bản sao giấy tờ đã có trong cơ sở dữ liệu.",
            "Bỏ giấy tờ này.",
            80,
            False,
        ),
        (reviews[2], Part.FORMS, "Mẫu đơn trùng thông tin với dữ liệu dân cư.", "", 100, None),
    ):
        found_on = min(signed_on + timedelta(days=days), today)
        at = moment(found_on)
        problem = record_problem(
            by=by, at=at, review_id=review.pk, found=Found(part, text, found_on, proposal)
        )
        finish_review(
            by=by, at=at, review_id=review.pk, reviewed_on=found_on, conclusion="Cần đơn giản hóa (mẫu)."
        )
        if handled is None:
            continue
        later = min(found_on + timedelta(days=20), today)
        decide_problem(
            by=by, at=moment(later), problem_id=problem.pk, number="900/QĐ-UBND (mẫu)", decided_on=later
        )
        if handled:
            handle_problem(
                by=by,
                at=moment(later),
                problem_id=problem.pk,
                handled_on=later,
                handling="Đã sửa quy trình nội bộ và công bố lại (mẫu).",
            )


def _quality(by: Actor, today: date) -> None:
    for key, on, state, basis in (
        ("68-so-y-te", date(2023, 5, 12), QualityState.ANNOUNCED, "120/QĐ-SYT (mẫu)"),
        ("68-so-y-te", date(2025, 11, 20), QualityState.MAINTAINED, "Báo cáo đánh giá nội bộ 2025 (mẫu)"),
        ("68-so-tu-phap", date(2022, 9, 1), QualityState.ANNOUNCED, "88/QĐ-STP (mẫu)"),
        ("68-so-tu-phap", date(2025, 12, 1), QualityState.NOT_MAINTAINED, "Kết luận kiểm tra (mẫu)"),
        ("68-so-cong-thuong", date(2025, 8, 15), QualityState.REANNOUNCED, "64/QĐ-SCT (mẫu)"),
    ):
        if on > today:
            continue
        record_quality(
            by=by,
            at=moment(on),
            organisation_id=Organisation.objects.get(key=key).pk,
            on=on,
            state=state,
            standard=_STANDARD,
            legal_basis=basis,
        )
