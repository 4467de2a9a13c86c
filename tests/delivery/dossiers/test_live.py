"""The live board and the list of apologies say what the dossiers say, day by day."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest

from openpar.base.calendars.queries import work_calendar
from openpar.base.facts import counting
from openpar.base.facts.declarations import month_number
from openpar.base.facts.models import Batch
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Role
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.refreshing import judge_open_dossiers
from openpar.delivery.dossiers.actions.reminding import remind_of_apologies
from openpar.delivery.dossiers.counting import carried_over, remaining
from openpar.delivery.dossiers.errors import DossiersRefused
from openpar.delivery.dossiers.quality import Rule
from openpar.delivery.dossiers.queries.live import Work, today_of, work_by_agency, work_counts, work_list
from openpar.delivery.dossiers.queries.quality import hit_counts, hits_told_in, imports, open_hits
from openpar.demo.dossiers_made import FULL, as_rows
from openpar.jobs.models import JobState
from openpar.jobs.tasks import judge_dossiers
from tests import factories
from tests.delivery.dossiers import lists

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
# A Wednesday; its neighbours are working days.
TODAY = date(2026, 6, 17)
HEAD = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày nhận,Ngày hẹn trả,Ngày xin lỗi,Mã thủ tục"


def listed(*rows: tuple[str, ...]) -> bytes:
    """Rows of code, status, due day, day of the apology."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(HEAD.split(","))
    for code, status, due, apology in rows:
        writer.writerow([code, "Xã Số 1", status, "01/06/2026 08:00:00", due, apology, "1.000894"])
    return output.getvalue().encode()


def test_each_list_has_the_dossiers_that_wait_for_it_today() -> None:
    content = listed(
        ("A-TODAY", "4", "17/06/2026", ""),
        ("B-TOMORROW", "4", "18/06/2026", ""),
        ("C-TOMORROW", "4", "18/06/2026", "16/06/2026"),
        ("D-RISK", "4", "19/06/2026", ""),
        ("E-LATER", "4", "29/06/2026", ""),
        ("F-OVERDUE", "4", "12/06/2026", ""),
        ("G-APOLOGISED", "4", "12/06/2026", "11/06/2026"),
        ("H-TOO-LATE", "4", "12/06/2026", "12/06/2026"),
        ("I-WAITS", "5", "12/06/2026", ""),
        ("J-DONE", "10", "12/06/2026", ""),
    )
    # Handed over without any date: not ended, and told as rule Q2.
    at = datetime(2026, 6, 17, 8, 0, tzinfo=VIETNAM)
    done = lists.brought(content, at)
    days = today_of(work_calendar(), TODAY)
    found = {work: list(work_list(work, days).values_list("dossier", flat=True)) for work in Work}
    assert found == {
        Work.DUE_TODAY: ["A-TODAY"],
        Work.DUE_TOMORROW: ["B-TOMORROW", "C-TOMORROW"],
        Work.OVERDUE: ["F-OVERDUE", "G-APOLOGISED", "H-TOO-LATE", "J-DONE"],
        Work.AT_RISK: ["A-TODAY", "B-TOMORROW", "C-TOMORROW", "D-RISK"],
        Work.LAST_DAY_TO_APOLOGISE: ["B-TOMORROW"],
        Work.LATE_WITHOUT_APOLOGY: ["F-OVERDUE", "H-TOO-LATE", "J-DONE"],
    }
    assert work_counts(days) == {work: len(codes) for work, codes in found.items()}
    assert list(work_by_agency(days).values()) == [work_counts(days)]
    late = {hit.dossier for hit in open_hits(rule=Rule.Q10)}
    assert late == {"F-OVERDUE", "H-TOO-LATE", "J-DONE"}
    told = hits_told_in(Batch.objects.get(pk=done.batch_id), rule=Rule.Q2)
    assert [hit.dossier for hit in told] == ["J-DONE"]
    assert list(hit_counts().values()) == [{Rule.Q10: 3, Rule.Q2: 1}]
    assert [one.batch_id for one in imports()] == [done.batch_id]


def test_the_night_makes_overdue_what_was_due_and_counters_follow() -> None:
    lists.brought(listed(("A", "4", "17/06/2026", "")), datetime(2026, 6, 16, 8, 0, tzinfo=VIETNAM))
    before = counting.kept_counters("dossiers", basis="received")
    assert (before.total("in_process"), before.total("overdue")) == (1, 0)
    night = datetime(2026, 6, 18, 1, 0, tzinfo=VIETNAM)
    assert judge_open_dossiers(by=lists.HOUSE, at=night, since=TODAY) == 1
    after = counting.kept_counters("dossiers", basis="received")
    assert (after.total("in_process"), after.total("overdue")) == (1, 1)
    assert judge_open_dossiers(by=lists.HOUSE, at=night + timedelta(days=1), since=date(2026, 6, 18)) == 0
    stranger = factories.actor_as(Role.APPRAISER, factories.organisation("Sở X"))
    with pytest.raises(DossiersRefused):
        judge_open_dossiers(by=stranger, at=night, since=TODAY)


def test_what_a_month_carries_over_is_what_remained_before_it_and_what_rows_say() -> None:
    made = lists.year(250)
    as_of = lists.moment(date(2026, 6, 30))
    lists.brought_year(made, date(2026, 6, 30), FULL)
    received, ended = (counting.counters("dossiers", basis=name) for name in ("received", "ended"))
    for month in range(2, 7):
        first = month_number(2026, month)
        carried = carried_over(received, ended, first).total("carried_over")
        assert carried == remaining(received, ended, first - 1).total("remaining")
        assert carried == _open_before(as_rows(made, as_of, FULL), month)


def _open_before(rows: list[list[str]], month: int) -> int:
    """A walk over the rows of the list."""
    place = {name: at for at, name in enumerate(rows[0])}
    edge = datetime(2026, month, 1)  # noqa: DTZ001 - lists have moments of the clocks of Việt Nam
    count = 0
    for row in rows[1:]:
        if row[place["Trạng thái"]] == "Từ chối tiếp nhận":
            continue
        received = datetime.strptime(row[place["Ngày nhận"]], "%d/%m/%Y %H:%M:%S")  # noqa: DTZ007 - as above
        said = row[place["Ngày kết thúc xử lý"]]
        end = datetime.strptime(said, "%d/%m/%Y %H:%M:%S") if said else None  # noqa: DTZ007 - as above
        count += received < edge and (end is None or end >= edge)
    return count


def test_who_answers_for_an_agency_is_told_once_on_the_last_day_for_an_apology_how_many_there_are() -> None:
    unit = Organisation.objects.get(versions__name="Xã Số 1")
    focal = factories.person_as(Role.FOCAL_OFFICER, unit, "Đầu mối")
    factories.person_as(Role.FOCAL_OFFICER, Organisation.objects.get(versions__name="Xã Số 2"), "Người khác")
    content = listed(
        ("A-TOMORROW", "4", "18/06/2026", ""),
        ("B-TOMORROW", "4", "18/06/2026", ""),
        ("C-APOLOGISED", "4", "18/06/2026", "16/06/2026"),
        ("D-LATER", "4", "29/06/2026", ""),
    )
    lists.brought(content, datetime(2026, 6, 16, 8, 0, tzinfo=VIETNAM))
    assert remind_of_apologies(at=datetime(2026, 6, 16, 7, 15, tzinfo=VIETNAM)) == 0
    morning = datetime(2026, 6, 17, 7, 15, tzinfo=VIETNAM)
    assert [remind_of_apologies(at=morning + timedelta(hours=hour)) for hour in range(2)] == [1, 0]
    (message,) = Message.objects.filter(recipient=focal)
    assert message.text.startswith("2 hồ sơ")
    assert not Message.objects.filter(text__contains="TOMORROW").exists()


def test_the_nightly_job_goes_on_from_its_last_success() -> None:
    lists.brought(listed(("A", "4", "17/06/2026", "")), datetime(2026, 6, 16, 8, 0, tzinfo=VIETNAM))
    night = datetime(2026, 6, 18, 0, 20, tzinfo=VIETNAM)
    assert judge_dossiers(night).startswith("1 ")
    JobState.objects.update_or_create(name="judge_dossiers", defaults={"succeeded_at": night})
    assert judge_dossiers(night + timedelta(days=1)).startswith("0 ")
    assert counting.kept_counters("dossiers", basis="received").total("overdue") == 1
