"""How long people of dossiers are kept, who sees them, and what erases them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from openpar.base.audit.models import Entry
from openpar.base.facts.current import current
from openpar.base.facts.models import PersonalPart
from openpar.base.facts.verification import verify_facts
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor, Role
from openpar.base.privacy.actions import DataRequestRefused, answer_data_request, ask_about_data
from openpar.base.privacy.models import DataRequest
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions import importing
from openpar.delivery.dossiers.declarations import DATASET
from openpar.delivery.dossiers.queries.people import people_of_dossier
from tests import factories
from tests.delivery.dossiers import lists

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
# Wednesday 03/06/2026.
AT = datetime(2026, 6, 3, 17, 0, tzinfo=VIETNAM)
HEADER = (
    *("Mã hồ sơ", "Đơn vị", "Trạng thái", "Ngày nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Mã thủ tục"),
    *("Chủ hồ sơ", "Số điện thoại"),
)
ONE, OTHER = "H36.1-260601-0001", "H36.1-260601-0002"
NAME, PHONE = "Nguyễn Văn Mẫu", "0900000000"
KEPT = (("Chủ hồ sơ", NAME), ("Số điện thoại", PHONE))
OPEN, DONE, WITHDRAWN = "4", "10", "7"
UNIT = "Xã Số 1"


@pytest.fixture(autouse=True)
def _june() -> Iterator[None]:
    with time_machine.travel(AT + timedelta(hours=2), tick=True):
        yield


def row(code: str, status: str = OPEN, finished: str = "", *, name: str = NAME, unit: str = UNIT) -> str:
    due = "08/06/2026"
    return ",".join((code, unit, status, "01/06/2026 08:00:00", due, finished, "1.000894", name, PHONE))


def told(*rows: str, days: int = 0, brought_after: int = 0) -> None:
    """A list of so many days later, brought in at once or some days after."""
    # The same rows of the same file would change nothing.
    content = "\n".join([",".join([*HEADER, "Ghi chú"]), *(f"{each},ngày {days}" for each in rows)])
    as_of = AT + timedelta(days=days)
    at = as_of + timedelta(days=brought_after, hours=1)
    done = lists.brought(content.encode(), as_of, at=at, name=f"ngay-{days}.csv")
    assert done.accepted == len(rows)


def kept_rows() -> int:
    return PersonalPart.objects.filter(erased_at=None).count()


# ---- kept while the dossier is late or open


@pytest.mark.parametrize(
    ("status", "finished", "rows"),
    [
        (DONE, "05/06/2026 09:00:00", 0),
        (WITHDRAWN, "05/06/2026 09:00:00", 0),
        (DONE, "09/06/2026 09:00:00", 2),
        (OPEN, "", 2),
    ],
)
def test_people_go_when_the_dossier_is_over_in_time_and_stay_while_it_is_late_or_open(
    status: str, finished: str, rows: int
) -> None:
    told(row(ONE), row(OTHER, name="Trần Mẫu Bình"))
    assert people_of_dossier(ONE) == KEPT
    told(row(ONE, status, finished), days=8)
    assert (len(people_of_dossier(ONE)), kept_rows()) == (rows, 1 + rows)
    # What was told of the others is untouched, and so is every digest.
    assert people_of_dossier(OTHER)[0] == ("Chủ hồ sơ", "Trần Mẫu Bình")
    assert verify_facts().faults == ()


def test_the_end_of_keeping_is_traced_without_a_name() -> None:
    told(row(ONE))
    told(row(ONE, DONE, "05/06/2026 09:00:00"), days=3)
    entry = Entry.objects.get(verb="facts.personal_erased")
    assert entry.reason == "Hồ sơ đã kết thúc, không trễ hạn"
    assert NAME not in json.dumps([entry.after, entry.label], ensure_ascii=False)


def test_people_of_a_late_dossier_go_when_a_later_list_tells_it_in_time_after_all() -> None:
    told(row(ONE, DONE, "10/06/2026 09:00:00"), days=8)
    assert people_of_dossier(ONE) == KEPT
    told(row(ONE, DONE, "05/06/2026 09:00:00"), days=9)
    assert (people_of_dossier(ONE), kept_rows()) == ((), 0)


def test_people_of_one_that_was_only_registered_go_when_it_is_refused() -> None:
    told(row(ONE, "1"))
    assert people_of_dossier(ONE) == KEPT
    told(row(ONE, "3"), days=1)
    assert kept_rows() == 0


def test_an_older_list_that_comes_late_brings_nobody_of_a_dossier_that_is_over() -> None:
    told(row(ONE, DONE, "05/06/2026 09:00:00"), row(OTHER), days=3)
    told(row(ONE), row(OTHER), days=1, brought_after=3)
    assert people_of_dossier(ONE) == ()
    assert people_of_dossier(OTHER) == KEPT


def test_an_import_that_fails_afterwards_takes_no_people_away(monkeypatch: pytest.MonkeyPatch) -> None:
    told(row(ONE))

    def fails(*_given: object, **_named: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(importing, "put_facts", fails)
    with pytest.raises(RuntimeError):
        told(row(ONE, DONE, "05/06/2026 09:00:00"), days=3)
    assert people_of_dossier(ONE) == KEPT


# ---- erased when the applicant asks


def administrator() -> Actor:
    return factories.actor_as(Role.ADMINISTRATOR, Organisation.objects.get(versions__name=UNIT))


def asked(
    *codes: str, kind: DataRequest.Kind = DataRequest.Kind.ERASE, subject_id: int | None = None
) -> DataRequest:
    return ask_about_data(
        by=administrator(),
        at=AT + timedelta(hours=2),
        subject_id=subject_id,
        kind=kind,
        text=f"Ông {NAME} xin xóa",
        dossiers=codes,
    )


def answered(request: DataRequest, outcome: DataRequest.Outcome = DataRequest.Outcome.DONE) -> DataRequest:
    at = AT + timedelta(hours=3)
    answer_data_request(
        by=administrator(), at=at, request_id=request.pk, outcome=outcome, answer=f"Đã xóa của {NAME}"
    )
    request.refresh_from_db()
    return request


@pytest.mark.parametrize("outcome", [DataRequest.Outcome.DONE, DataRequest.Outcome.PARTLY])
def test_an_answer_erases_what_is_kept_of_the_applicant_and_says_what_it_was(
    outcome: DataRequest.Outcome,
) -> None:
    told(row(ONE), row(OTHER))
    told(row(ONE), days=1)
    before = current(DATASET).plain()
    request = answered(asked(ONE), outcome)
    assert request.erased == [{"dossier": ONE, "rows": 2, "columns": ["applicant", "phone"]}]
    assert people_of_dossier(ONE) == ()
    assert people_of_dossier(OTHER) == KEPT
    assert current(DATASET).plain() == before
    report = verify_facts()
    assert (report.faults, report.erased) == ((), 2)


def test_the_trace_holds_the_request_and_nothing_of_the_person() -> None:
    told(row(ONE))
    request = answered(asked(ONE))
    answer = Entry.objects.get(verb="answer_data_request")
    assert (answer.label, answer.about) == (f"Người nộp hồ sơ {ONE}: Xóa dữ liệu cá nhân", "")
    assert answer.after is not None
    assert (answer.after["rows_erased"], answer.after["dossiers"]) == (1, [ONE])
    erased = Entry.objects.get(verb="facts.personal_erased")
    assert erased.reason == f"Yêu cầu số {request.pk} về dữ liệu cá nhân, nhận ngày 03/06/2026"
    traced = json.dumps(list(Entry.objects.values()), ensure_ascii=False, default=str)
    assert NAME not in traced
    assert PHONE not in traced


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (DataRequest.Kind.ERASE, DataRequest.Outcome.REFUSED),
        (DataRequest.Kind.SEE, DataRequest.Outcome.DONE),
    ],
)
def test_an_answer_that_does_not_erase_leaves_everything(
    kind: DataRequest.Kind, outcome: DataRequest.Outcome
) -> None:
    told(row(ONE))
    assert answered(asked(ONE, kind=kind), outcome).erased == []
    told(row(ONE), days=1)
    assert (people_of_dossier(ONE), kept_rows()) == (KEPT, 2)


def test_where_nothing_is_kept_any_more_the_answer_says_so() -> None:
    told(row(ONE, DONE, "05/06/2026 09:00:00"), days=3)
    assert answered(asked(ONE)).erased == []


def test_a_later_list_brings_nobody_back_who_was_erased() -> None:
    told(row(ONE), row(OTHER))
    answered(asked(ONE))
    told(row(ONE), row(OTHER), days=5)
    assert people_of_dossier(ONE) == ()
    assert PersonalPart.objects.count() == 3


def test_nor_does_a_list_that_was_on_its_way_when_the_answer_came(monkeypatch: pytest.MonkeyPatch) -> None:
    told(row(ONE), row(OTHER))
    answered(asked(ONE))
    # What the list saw before its transaction began.
    monkeypatch.setattr(importing, "dossiers_erased", frozenset)
    told(row(ONE), row(OTHER), days=5)
    assert PersonalPart.objects.count() == 4
    assert people_of_dossier(ONE) == ()
    assert people_of_dossier(OTHER) == KEPT


def gaps_of(*codes: str, subject_id: int | None = None) -> list[tuple[str, str]]:
    with pytest.raises(DataRequestRefused) as refused:
        asked(*codes, subject_id=subject_id)
    return [(gap.code, gap.where) for gap in refused.value.gaps]


def test_a_request_names_dossiers_that_were_told_of_or_a_user_and_not_both() -> None:
    told(row(ONE))
    assert gaps_of(ONE, "H36.1-260601-0009", "x" * 101) == [
        ("unknown-dossier", "Mã hồ sơ H36.1-260601-0009"),
        ("unknown-dossier", f"Mã hồ sơ {'x' * 100}"),
    ]
    assert gaps_of() == [("whose", "Người yêu cầu")]
    assert gaps_of(" ", "") == [("whose", "Người yêu cầu")]
    user = factories.person("Nguyễn Thị Hòa")
    assert gaps_of(ONE, subject_id=user.pk) == [("whose", "Người yêu cầu")]
    assert gaps_of(*(f"{ONE}{number}" for number in range(51))) == [("too-many-dossiers", "Mã hồ sơ")]
    assert asked(ONE, f" {ONE} ").codes == [ONE]


def test_a_request_about_dossiers_before_any_list_came_is_refused() -> None:
    assert gaps_of(ONE) == [("unknown-dossier", f"Mã hồ sơ {ONE}")]


@pytest.mark.parametrize("role", [Role.FOCAL_OFFICER, Role.AUDITOR])
def test_nobody_but_an_administrator_enters_or_answers_it(role: Role) -> None:
    told(row(ONE))
    by = factories.actor_as(role, Organisation.objects.get(versions__name=UNIT))
    # Somebody without an account is not whom such a request is about.
    for stranger in (by, Actor(id=None, full_name="Người lạ", held=frozenset())):
        with pytest.raises(DataRequestRefused) as entered:
            ask_about_data(
                by=stranger,
                at=AT,
                subject_id=None,
                kind=DataRequest.Kind.ERASE,
                text="Xin xóa",
                dossiers=[ONE],
            )
        assert [gap.code for gap in entered.value.gaps] == ["not-allowed"]
    request = asked(ONE)
    with pytest.raises(DataRequestRefused) as refused:
        answer_data_request(
            by=by, at=AT, request_id=request.pk, outcome=DataRequest.Outcome.DONE, answer="Đã xóa"
        )
    assert [gap.code for gap in refused.value.gaps] == ["not-allowed"]
    assert people_of_dossier(ONE) == KEPT


def test_an_administrator_does_all_of_it_on_the_page_of_requests() -> None:
    told(row(ONE))
    unit = Organisation.objects.get(versions__name=UNIT)
    browser = Client()
    browser.force_login(factories.person_as(Role.ADMINISTRATOR, unit, "Đỗ Văn Ước"))
    address = "/people/data-requests/"
    typed = {"kind": "ERASE", "text": "Xin xóa", "received_on": "03/06/2026"}
    wrong = browser.post(address, {**typed, "dossiers": f"{ONE}\nH36.1-260601-0009"})
    assert wrong.status_code == 422
    assert "chưa có danh sách nào báo về hồ sơ này" in wrong.content.decode()
    assert browser.post(address, {**typed, "dossiers": f"{ONE}\r\n"}).status_code == 302
    assert f"Người nộp hồ sơ {ONE}" in browser.get("/").content.decode()
    text = browser.get(address).content.decode()
    assert "xóa ngay mọi dữ liệu cá nhân" in text
    (pk,) = re.findall(r"/people/data-requests/(\d+)/answer/", text)
    given = {f"answer-{pk}-outcome": "DONE", f"answer-{pk}-answer": "Đã xóa"}
    done = browser.post(f"{address}{pk}/answer/", given, follow=True).content.decode()
    assert "đã xóa 1 dòng dữ liệu cá nhân" in done
    assert f"Đã xóa: {ONE}: 1 dòng (Chủ hồ sơ, Số điện thoại)" in done
    assert people_of_dossier(ONE) == ()
    answered(asked(ONE))
    assert "Không còn dữ liệu cá nhân nào của các hồ sơ này" in browser.get(address).content.decode()


# ---- shown to those who write the apology


def page_for(role: Role, unit: Organisation, status: int = 200) -> str:
    browser = Client()
    browser.force_login(factories.person_as(role, unit))
    answer = browser.get(f"/dossiers/one/{ONE}/")
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("role", [Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD])
def test_officers_of_the_agency_see_who_handed_a_dossier_in_while_it_is_kept(role: Role) -> None:
    told(row(ONE))
    told(row(ONE, name="Nguyễn Văn Mẫu Mới"), days=1)
    unit = Organisation.objects.get(versions__name=UNIT)
    shown = page_for(role, unit)
    assert "Nguyễn Văn Mẫu Mới" in shown
    assert PHONE in shown
    told(row(ONE, DONE, "05/06/2026 09:00:00"), days=3)
    over = page_for(role, unit)
    assert NAME not in over
    assert "Người nộp và cán bộ xử lý không hiện ở đây" in over


@pytest.mark.parametrize(
    "role",
    [Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR],
)
def test_who_oversees_or_administers_sees_the_dossier_and_not_who_handed_it_in(role: Role) -> None:
    told(row(ONE))
    shown = page_for(role, Organisation.objects.get(versions__name=UNIT))
    assert ONE in shown
    assert NAME not in shown
    assert PHONE not in shown


def test_neither_the_agency_above_nor_a_neighbour_sees_who_handed_it_in() -> None:
    above = Organisation.objects.get(versions__name=UNIT)
    factories.organisation("Trạm Mẫu", parent=above)
    told(row(ONE, unit="Trạm Mẫu"))
    shown = page_for(Role.AGENCY_HEAD, above)
    assert ONE in shown
    assert NAME not in shown
    neighbour = Organisation.objects.get(versions__name="Xã Số 2")
    assert NAME not in page_for(Role.AGENCY_HEAD, neighbour, 404)
