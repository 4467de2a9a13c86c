"""The store of documents: found, read, brought in, replaced, checked against its digest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.documents import storage
from openpar.base.documents.actions import add_document, supersede_document
from openpar.base.documents.models import Document, FileCheck, StoredFile
from openpar.base.organisations.models import Organisation
from openpar.common.formats import VIETNAM
from openpar.parindex.assessments.actions.adjustments import record_penalty
from openpar.parindex.assessments.actions.evidence import attach_evidence
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.models import Layer, RoundStage
from openpar.parindex.assessments.queries.document_uses import uses_of
from tests import factories
from tests.base.documents.signed import person, plain_pdf, sign, trust_store, with_note, with_script
from tests.factories import MOMENT
from tests.parindex import rounds
from tests.web.conftest import LogIn
from tests.web.reading import text_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nreport"


@pytest.fixture(autouse=True)
def _files_folder(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_FILES_DIR = tmp_path / "files"


@pytest.fixture
def officer(department: Organisation) -> Actor:
    return factories.actor_as(Role.FOCAL_OFFICER, department, "Lê Thị Đầu Mối")


def browser(person: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.person_id))
    return client


def kept(by: Actor, where: Organisation, title: str = "Kế hoạch cải cách", **more: object) -> Document:
    given: dict[str, object] = {"number": "05/KH", "upload": PDF, "file_name": "kế hoạch.pdf", **more}
    return add_document(by=by, at=MOMENT, owner_id=where.pk, title=title, **given)  # type: ignore[arg-type]  # a table of particulars


def handed_out(client: Client, document: Document) -> bytes:
    answer = client.get(f"/documents/{document.pk}/file/")
    assert isinstance(answer, FileResponse)
    content = b"".join(answer)
    answer.close()
    return content


# ---- who sees what


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_people_of_an_organisation_see_its_documents(
    logged_in: LogIn, officer: Actor, department: Organisation, role: Role
) -> None:
    document = kept(officer, department)
    client = logged_in(role)
    assert "Kế hoạch cải cách" in text_of(client, "/documents/")
    assert "05/KH" in text_of(client, f"/documents/{document.pk}/")
    assert handed_out(client, document) == PDF


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ROUND_MANAGER])
def test_who_checks_and_who_runs_rounds_look_into_every_store(logged_in: LogIn, role: Role) -> None:
    elsewhere = factories.organisation("Sở Y tế")
    document = kept(factories.actor_as(Role.FOCAL_OFFICER, elsewhere), elsewhere)
    client = logged_in(role)
    assert "Kế hoạch cải cách" in text_of(client, f"/documents/?owner={elsewhere.pk}")
    assert handed_out(client, document) == PDF


@pytest.mark.parametrize(
    "role", [None, *(role for role in Role if role not in (Role.AUDITOR, Role.ROUND_MANAGER))]
)
def test_the_document_of_another_organisation_is_not_found(logged_in: LogIn, role: Role | None) -> None:
    elsewhere = factories.organisation("Sở Y tế")
    document = kept(factories.actor_as(Role.FOCAL_OFFICER, elsewhere), elsewhere, "Báo cáo riêng")
    client = logged_in(role)
    below = ("", "file/", "verify/", "replace/")
    assert [client.get(f"/documents/{document.pk}/{page}").status_code for page in below] == [404] * 4
    assert "Báo cáo riêng" not in client.get("/documents/").content.decode()
    assert "Báo cáo riêng" not in client.get(f"/documents/?owner={elsewhere.pk}").content.decode()


@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR])
def test_who_holds_no_role_or_only_keeps_accounts_has_no_store(logged_in: LogIn, role: Role | None) -> None:
    client = logged_in(role)
    assert [client.get(address).status_code for address in ("/documents/", "/documents/new/")] == [404, 404]


def test_a_stranger_is_led_to_the_log_in_page(
    client: Client, officer: Actor, department: Organisation
) -> None:
    document = kept(officer, department)
    for address in ("/documents/", "/documents/new/", f"/documents/{document.pk}/file/"):
        assert client.get(address).headers["Location"] == f"/login/?next={address}"


# ---- the list


@pytest.fixture
def three(officer: Actor, department: Organisation) -> None:
    kept(officer, department, "Báo cáo quý I", number="1/BC", issued_on=date(2025, 3, 31))
    kept(
        officer,
        department,
        "Trang tin điện tử",
        number="",
        upload=None,
        link="https://sonoivu.example.vn/",
        issued_on=date(2025, 9, 1),
    )
    kept(officer, department, "Quyết định mật", number="9/QĐ", upload=None, is_secret=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Báo cáo quý I", "Trang tin điện tử", "Quyết định mật"]),
        ("q=bao+cao+QUY", ["Báo cáo quý I"]),
        ("q=1/bc", ["Báo cáo quý I"]),
        ("kind=file", ["Báo cáo quý I"]),
        ("kind=pdf", ["Báo cáo quý I"]),
        ("kind=docx", []),
        ("kind=link", ["Trang tin điện tử"]),
        ("kind=secret", ["Quyết định mật"]),
        ("issued_from=01/04/2025", ["Trang tin điện tử"]),
        ("issued_until=31/03/2025", ["Báo cáo quý I"]),
        ("issued_from=31/03/2025&issued_until=01/09/2025", ["Báo cáo quý I", "Trang tin điện tử"]),
        ("owner=999999", []),
    ],
)
def test_documents_are_found_by_words_kind_and_day(
    logged_in: LogIn, three: None, query: str, found: list[str]
) -> None:
    text = text_of(logged_in(Role.FOCAL_OFFICER), f"/documents/?{query}")
    titles = ["Báo cáo quý I", "Trang tin điện tử", "Quyết định mật"]
    assert [title for title in titles if f">{title}</a>" in text] == found


def test_a_day_that_does_not_exist_is_said_and_what_was_typed_stays(logged_in: LogIn, three: None) -> None:
    answer = logged_in(Role.FOCAL_OFFICER).get("/documents/?issued_from=31/02/2025")
    assert answer.status_code == 422
    assert 'value="31/02/2025"' in answer.content.decode()


def test_a_replaced_document_is_listed_only_when_asked_for(
    logged_in: LogIn, officer: Actor, department: Organisation
) -> None:
    older = kept(officer, department, "Kế hoạch cũ")
    supersede_document(by=officer, at=MOMENT, document_id=older.pk, title="Kế hoạch mới", number="6/KH")
    client = logged_in(Role.FOCAL_OFFICER)
    assert "Kế hoạch cũ" not in text_of(client, "/documents/")
    text = text_of(client, "/documents/?superseded=1")
    assert "Kế hoạch cũ" in text
    assert text.count(">đã thay</span>") == 1


# ---- where it is used


@pytest.fixture
def small(appraising: rounds.SmallRound) -> rounds.SmallRound:
    return appraising


def document_of(small: rounds.SmallRound) -> Document:
    return Document.objects.get(owner=small.health)


def test_the_uses_of_a_document_lead_to_the_leaves(small: rounds.SmallRound) -> None:
    document, sheet = document_of(small), small.sheet()
    with time_machine.travel(rounds.APPRAISAL, tick=False):
        listed = text_of(browser(small.focal), "/documents/")
        alone = text_of(browser(small.focal), f"/documents/{document.pk}/")
    for text in (listed, alone):
        assert f'href="/assessments/{sheet.pk}/1.1.1/"' in text
        assert "Sở Y tế" in text
    assert "Chỉ số CCHC năm 2026" in alone
    assert "trang 1" in alone


def test_a_use_is_shown_only_to_those_who_see_the_sheet(small: rounds.SmallRound) -> None:
    """An appraiser of the unit keeps its store but does not see its sheet."""
    document = document_of(small)
    colleague = factories.actor_as(Role.APPRAISER, small.health)
    with time_machine.travel(rounds.APPRAISAL, tick=False):
        text = text_of(browser(colleague), f"/documents/{document.pk}/")
    assert "/1.1.1/" not in text
    assert "Chưa dùng ở đâu" in text


def test_a_penalty_is_told_to_its_unit_only_with_the_appraisal(small: rounds.SmallRound) -> None:
    document, unit = document_of(small), small.health
    record_penalty(
        assessment_id=small.sheet(unit).pk,
        ground="Chậm báo cáo",
        points=Decimal(1),
        document_id=document.pk,
        by=small.manager,
        at=rounds.APPRAISAL,
    )

    def kinds(by: Actor, at: datetime) -> list[str]:
        return sorted(use.adjustment_kind for use in uses_of([document.pk], by=by, at=at)[document.pk])

    assert kinds(small.focal, rounds.APPRAISAL) == [""]
    assert kinds(small.manager, rounds.APPRAISAL) == ["", "PENALTY"]
    rounds.reduce_health(small)
    rounds.appraise_the_rest(small)
    advance_round(round_id=small.round.pk, to=RoundStage.EXPLANATION, by=small.manager, at=rounds.EXPLANATION)
    assert kinds(small.focal, rounds.EXPLANATION) == ["", "PENALTY"]


def test_the_list_costs_the_same_for_few_and_for_many(
    opened: rounds.SmallRound,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sheet = opened.sheet()
    client = browser(opened.focal)

    def add(count: int) -> None:
        for number in range(count):
            document = add_document(
                by=opened.focal,
                at=rounds.DURING_SELF,
                owner_id=opened.health.pk,
                title=f"Báo cáo {number}",
                number=f"{number}/BC",
            )
            for code in rounds.SELF_CODES:
                attach_evidence(
                    assessment_id=sheet.pk,
                    code=code,
                    layer=Layer.SELF,
                    document_id=document.pk,
                    pointer="",
                    by=opened.focal,
                    at=rounds.DURING_SELF,
                )

    with time_machine.travel(rounds.DURING_SELF, tick=False):
        add(2)
        client.get("/documents/")
        counts = []
        for more in (0, 30):
            add(more)
            with django_assert_num_queries(_LIST_QUERIES):
                counts.append(text_of(client, "/documents/").count("/1.1.1/"))
    assert counts == [2, 32]


# Session, person, roles; count, rows, four for the uses, names; two for the top bar.
_LIST_QUERIES = 12


# ---- the file


def test_a_file_is_handed_out_only_to_be_saved(
    logged_in: LogIn, officer: Actor, department: Organisation
) -> None:
    document = kept(officer, department)
    answer = logged_in(Role.FOCAL_OFFICER).get(f"/documents/{document.pk}/file/")
    answer.close()
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"


def spoil(digest: str) -> None:
    place = storage.path_of(digest)
    place.chmod(0o640)
    place.write_bytes(b"%PDF-1.7\nforged")


@pytest.mark.parametrize(
    ("happening", "said"),
    [
        (lambda digest: None, "Tệp còn nguyên vẹn"),
        (spoil, "Tệp đã bị thay đổi"),
        (lambda digest: storage.path_of(digest).unlink(), "Không còn tệp trong kho"),
    ],
)
def test_the_check_tells_whole_altered_and_lost_files_apart(
    logged_in: LogIn,
    officer: Actor,
    department: Organisation,
    happening: Callable[[str], None],
    said: str,
) -> None:
    document = kept(officer, department)
    digest = StoredFile.objects.get().sha256
    happening(digest)
    client = logged_in(Role.AUDITOR)
    sentences = ["Tệp còn nguyên vẹn", "Tệp đã bị thay đổi", "Không còn tệp trong kho"]
    asked = text_of(client, f"/documents/{document.pk}/verify/")
    assert [sentence for sentence in sentences if sentence in asked] == [said]
    unasked = text_of(client, f"/documents/{document.pk}/")
    assert not any(sentence in unasked for sentence in sentences)
    assert digest in unasked


def test_a_document_without_a_file_has_nothing_to_hand_out_or_check(
    logged_in: LogIn, officer: Actor, department: Organisation
) -> None:
    document = kept(officer, department, upload=None, is_secret=True)
    client = logged_in(Role.FOCAL_OFFICER)
    assert client.get(f"/documents/{document.pk}/file/").status_code == 404
    assert client.get(f"/documents/{document.pk}/verify/").status_code == 404
    assert "Tài liệu mật" in text_of(client, f"/documents/{document.pk}/")


# ---- bringing in, replacing

TYPED = {
    "title": "Báo cáo năm",
    "number": "12/BC-SNV",
    "issuer": "Sở Nội vụ",
    "issued_on": "15/12/2025",
    "signed_on": "15/12/2025",
    "signed_time": "16:40",
    "link": "",
}


def typed(**changes: object) -> dict[str, object]:
    return {**TYPED, "upload": SimpleUploadedFile("bao-cao.pdf", PDF), **changes}


def test_a_document_is_added_without_being_bound(logged_in: LogIn, department: Organisation) -> None:
    answer = logged_in(Role.FOCAL_OFFICER).post("/documents/new/", typed())
    document = Document.objects.get()
    assert answer.headers["Location"] == f"/documents/{document.pk}/"
    assert (document.owner, document.issued_on) == (department, date(2025, 12, 15))
    assert document.signed_at == datetime(2025, 12, 15, 16, 40, tzinfo=VIETNAM)
    assert not document.uses.exists()


def test_every_gap_is_shown_at_once_and_what_was_typed_stays(logged_in: LogIn) -> None:
    given = typed(title="", link="không phải địa chỉ", upload=SimpleUploadedFile("a.exe", b"MZ"))
    answer = logged_in(Role.FOCAL_OFFICER).post("/documents/new/", given)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "3 điều cần xem lại" in text
    assert 'value="12/BC-SNV"' in text
    assert not Document.objects.exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.COUNCIL_CHAIR])
def test_who_only_looks_adds_and_replaces_nothing(
    logged_in: LogIn, officer: Actor, department: Organisation, role: Role
) -> None:
    document = kept(officer, department)
    client = logged_in(role)
    assert client.post("/documents/new/", typed()).status_code == 404
    assert client.post(f"/documents/{document.pk}/replace/", typed()).status_code == 422
    assert Document.objects.count() == 1
    text = text_of(client, f"/documents/{document.pk}/")
    assert f'href="/documents/{document.pk}/replace/"' not in text
    assert "không có quyền thêm tài liệu" in text


def test_a_document_goes_to_an_organisation_of_its_bringer_only(
    department: Organisation, officer: Actor
) -> None:
    elsewhere = factories.organisation("Sở Y tế")
    answer = browser(officer).post("/documents/new/", typed(owner=str(elsewhere.pk)))
    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_a_document_is_replaced_and_says_so(
    logged_in: LogIn, officer: Actor, department: Organisation
) -> None:
    older = kept(officer, department, "Kế hoạch cũ")
    client = logged_in(Role.FOCAL_OFFICER)
    assert client.post(f"/documents/{older.pk}/replace/", typed(title="Kế hoạch mới")).status_code == 302
    newer = Document.objects.get(supersedes=older)
    text = text_of(client, f"/documents/{older.pk}/")
    assert "đã được thay bằng bản mới hơn" in text
    assert text.count(f'href="/documents/{newer.pk}/"') == 2
    assert f'href="/documents/{older.pk}/"' in text_of(client, f"/documents/{newer.pk}/")


def test_a_replaced_document_is_not_replaced_again(
    logged_in: LogIn, officer: Actor, department: Organisation
) -> None:
    older = kept(officer, department)
    supersede_document(by=officer, at=MOMENT, document_id=older.pk, title="Kế hoạch mới", number="6/KH")
    client = logged_in(Role.FOCAL_OFFICER)
    assert 'aria-disabled="true"' in text_of(client, f"/documents/{older.pk}/replace/")
    answer = client.post(f"/documents/{older.pk}/replace/", typed(title=""))
    assert answer.status_code == 422
    assert "2 điều cần xem lại" in answer.content.decode()
    assert Document.objects.count() == 2


# ---- signatures and what is inside


@pytest.mark.parametrize(
    ("content", "sign_and_word"),
    [
        (lambda: plain_pdf(), "Không có chữ ký số"),
        (lambda: sign(plain_pdf(), stamped=True), "Chữ ký số hợp lệ"),
        (lambda: sign(plain_pdf(), person(root="Nơi khác")), "Chữ ký đúng, chưa rõ tin cậy"),
        (lambda: with_note(sign(plain_pdf())), "Tệp bị thay đổi sau khi ký"),
        (lambda: sign(plain_pdf("57 diem")).replace(b"57 diem", b"97 diem"), "Chữ ký số hỏng"),
    ],
    ids=["none", "valid", "untrusted", "changed", "broken"],
)
def test_the_page_tells_of_the_signature_by_sign_and_word(
    officer: Actor,
    department: Organisation,
    settings: Settings,
    tmp_path: Path,
    content: Callable[[], bytes],
    sign_and_word: str,
) -> None:
    settings.OPENPAR_TRUST_STORE_DIR = trust_store(tmp_path / "store")
    document = kept(officer, department, upload=content())
    page = text_of(browser(officer), f"/documents/{document.pk}/")
    pill = page[page.index('id="signatures"') :].partition("</span>")[0]
    assert sign_and_word in pill
    assert "<svg" in pill


def test_the_signer_and_the_moment_of_the_time_stamp_are_shown(
    officer: Actor, department: Organisation, settings: Settings, tmp_path: Path
) -> None:
    settings.OPENPAR_TRUST_STORE_DIR = trust_store(tmp_path / "store")
    document = kept(officer, department, upload=sign(plain_pdf(), stamped=True))
    page = text_of(browser(officer), f"/documents/{document.pk}/")
    assert "Nguyễn Văn An — Sở Y tế" in page
    assert "có dấu thời gian tin cậy" in page
    assert "Cả tệp" in page


def test_signatures_are_judged_anew_when_the_certificates_changed(
    officer: Actor, department: Organisation, settings: Settings, tmp_path: Path
) -> None:
    settings.OPENPAR_TRUST_STORE_DIR = tmp_path / "store"
    document = kept(officer, department, upload=sign(plain_pdf(), stamped=True))
    client = browser(officer)
    trust_store(tmp_path / "store")
    assert "nên kiểm tra lại" in text_of(client, f"/documents/{document.pk}/")
    answer = client.post(f"/documents/{document.pk}/signatures/", follow=True)
    page = answer.content.decode()
    assert "Đã kiểm tra lại: Chữ ký số hợp lệ." in page
    assert "nên kiểm tra lại" not in page
    assert client.get(f"/documents/{document.pk}/signatures/").status_code == 405


def test_a_stranger_has_no_signatures_judged(
    logged_in: LogIn, officer: Actor, department: Organisation
) -> None:
    elsewhere = factories.organisation("Sở Y tế")
    document = kept(factories.actor_as(Role.FOCAL_OFFICER, elsewhere), elsewhere, upload=sign(plain_pdf()))
    assert logged_in(Role.FOCAL_OFFICER).post(f"/documents/{document.pk}/signatures/").status_code == 404
    assert Client().post(f"/documents/{document.pk}/signatures/").status_code == 302
    assert FileCheck.objects.count() == 1


def test_readers_are_warned_of_what_is_inside(officer: Actor, department: Organisation) -> None:
    document = kept(officer, department, upload=with_script(plain_pdf()))
    page = text_of(browser(officer), f"/documents/{document.pk}/")
    assert "Cẩn thận khi mở tệp này: có mã JavaScript." in " ".join(page.split())
    clean = kept(officer, department, upload=plain_pdf())
    assert "Cẩn thận" not in text_of(browser(officer), f"/documents/{clean.pk}/")
