"""What keeps a line, a target or a version from being taken in so; every gap at once. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.common.errors import Gap
from openpar.common.typed import text_gaps as any_text_gaps
from openpar.reform.fields import field_codes
from openpar.reform.plans.classes import is_class
from openpar.reform.plans.deadlines import JUDGED
from openpar.reform.plans.lines import Agencies, Deadline, NewLine
from openpar.reform.plans.models import DeadlineKind, LineChange, Plan, PlanVersion, Task, TaskLine
from openpar.reform.plans.models.planning import LONGEST_TEXT
from openpar.reform.plans.secrecy import secret_gap, secret_word_in

FIRST_YEAR = 2011
MOST_SECRET = 10_000
MOST_DAYS_AFTER = 1000
text_gaps = partial(any_text_gaps, longest=LONGEST_TEXT)


def line_gaps(line: NewLine, plan: Plan, where: str = "") -> list[Gap]:
    """What is wrong with a line of this plan by itself; `where` names the row of a file."""
    typed = (line.text, line.product, line.note, line.budget_source, line.source.text)
    word = secret_word_in(*typed, line.deadline.event, line.deadline.words)
    if line.is_secret or word:
        return [secret_gap(where or _("Nhiệm vụ"), word)]
    gaps = [*_text_gaps(line, where), *deadline_gaps(line.deadline, plan.year, where)]
    if line.field not in field_codes(only_in_plan=True):
        what, remedy = _("không có lĩnh vực “%s”") % line.field[:20], _("Chọn một trong các lĩnh vực F0–F6")
        gaps.append(Gap(where or _("Lĩnh vực"), what, remedy, code="no-field"))
    if not line.leads:
        what = _("chưa có cơ quan chủ trì")
        gaps.append(Gap(where or _("Chủ trì"), what, _("Chọn cơ quan hoặc nhóm cơ quan"), code="no-lead"))
    gaps += _agency_gaps(line, where)
    if line.budget is not None and line.budget < 0:
        gaps.append(Gap(where or _("Kinh phí"), _("số âm"), _("Ghi số tiền từ 0 trở lên"), code="negative"))
    if line.parent_task_id is not None:
        gaps += _parent_gaps(line.parent_task_id, plan, where)
    return gaps


def deadline_gaps(deadline: Deadline, year: int, where: str = "") -> list[Gap]:
    """A deadline has exactly what its kind needs; a day is not years away from the plan."""
    place = where or _("Thời hạn")
    kind = deadline.kind
    if kind == DeadlineKind.DATE:
        if deadline.on is None:
            return [Gap(place, _("chưa ghi ngày"), _("Ghi ngày hoàn thành"), code="no-day")]
        if abs(deadline.on.year - year) > 1:
            what = _("ngày không thuộc năm %d hay năm liền kề") % year
            return [Gap(place, what, _("Kiểm tra lại năm"), code="day-outside")]
    elif kind == DeadlineKind.QUARTER and deadline.quarter not in (1, 2, 3, 4):
        return [Gap(place, _("chưa chọn quý"), _("Chọn quý I–IV"), code="no-quarter")]
    elif kind == DeadlineKind.RECURRING and deadline.each not in JUDGED:
        what = _("chưa chọn kỳ lặp lại")
        return [Gap(place, what, _("Chọn tháng, quý, 6 tháng hoặc năm"), code="no-period")]
    elif kind == DeadlineKind.CONTINUOUS and deadline.each is not None and deadline.each not in JUDGED:
        what = _("không đánh giá được theo kỳ này")
        return [Gap(place, what, _("Chọn tháng, quý, 6 tháng hoặc năm"), code="no-period")]
    elif kind == DeadlineKind.AFTER_EVENT:
        if not deadline.event.strip():
            return [Gap(place, _("chưa ghi điều kiện"), _("Ghi điều phải xảy ra trước"), code="no-event")]
        if deadline.days_after is not None and not 0 <= deadline.days_after <= MOST_DAYS_AFTER:
            what = _("số ngày sau điều kiện không từ 0 đến %d") % MOST_DAYS_AFTER
            return [Gap(place, what, _("Ghi số ngày"), code="days-outside")]
    return []


def known_organisations(ids: Iterable[int], on: date) -> frozenset[int]:
    """Which of these exist on a day; one query."""
    wanted = set(ids)
    if not wanted:
        return frozenset()
    versions = OrganisationVersion.objects.as_of(on).filter(organisation__in=sorted(wanted))
    return frozenset(versions.values_list("organisation_id", flat=True))


def replacing_gaps(version: PlanVersion, lines: Iterable[TaskLine]) -> Iterator[Gap]:
    """Of a version that replaces another: what becomes of every task, by which clause."""
    for line in lines:
        where = _("Nhiệm vụ %s") % (line.number or line.text[:60])
        if line.change == LineChange.UNSETTLED:
            what = _("chưa xác định giữ nguyên, điều chỉnh, giao cơ quan khác hay thôi thực hiện")
            yield Gap(where, what, _("Chọn và ghi điều khoản của văn bản mới"), code="unsettled")
        elif line.change != LineChange.NEW and not line.clause:
            what = _("chưa ghi điều khoản của văn bản mới")
            yield Gap(where, what, _("Ghi điều, khoản, mục phụ lục"), code="no-clause")


def _text_gaps(line: NewLine, where: str) -> list[Gap]:
    gaps = text_gaps(where or _("Nhiệm vụ"), line.text, _("Ghi nội dung nhiệm vụ"))
    for label, text, longest in (
        (_("Sản phẩm"), line.product, LONGEST_TEXT),
        (_("STT"), line.number, 20),
        (_("Nguồn kinh phí"), line.budget_source, 200),
        (_("Ghi chú"), line.note, LONGEST_TEXT),
        (_("Nguồn giao"), line.source.text, LONGEST_TEXT),
        (_("Nguồn giao"), line.source.kind, 40),
        (_("Điều kiện"), line.deadline.event, 300),
        (_("Thời hạn"), line.deadline.words, 200),
    ):
        if len(text) > longest:
            what = _("dài quá %d ký tự") % longest
            gaps.append(
                Gap(where or label, f"{label}: {what}" if where else what, _("Rút ngắn"), code="too-long")
            )
    return gaps


def _agency_gaps(line: NewLine, where: str) -> list[Gap]:
    gaps = []
    for part, agencies in ((_("Chủ trì"), line.leads), (_("Phối hợp"), line.cooperating)):
        if len(set(agencies)) != len(agencies):
            gaps.append(Gap(where or part, _("có cơ quan ghi hai lần"), _("Bỏ bớt"), code="named-twice"))
        gaps += [
            Gap(where or part, _("không có nhóm cơ quan “%s”") % each.agency_class[:40], "", code="no-class")
            for each in agencies
            if not _is_one_known(each)
        ]
    if set(line.leads) & set(line.cooperating):
        what = _("có cơ quan vừa chủ trì vừa phối hợp")
        gaps.append(Gap(where or _("Phối hợp"), what, _("Bỏ ở một trong hai"), code="leads-and-cooperates"))
    return gaps


def _is_one_known(agencies: Agencies) -> bool:
    if agencies.organisation_id is not None:
        return not agencies.agency_class
    return is_class(agencies.agency_class)


def _parent_gaps(parent_task_id: int, plan: Plan, where: str) -> list[Gap]:
    found = Task.objects.filter(pk=parent_task_id, plan=plan.parent_id).exists() if plan.parent_id else False
    if found:
        return []
    what = _("nhiệm vụ cấp trên không thuộc kế hoạch mà kế hoạch này cụ thể hóa")
    remedy = _("Chọn kế hoạch cấp trên trước, rồi chọn nhiệm vụ của nó")
    return [Gap(where or _("Nhiệm vụ cấp trên"), what, remedy, code="no-parent-task")]
