"""Documents come in with everything that proves them, and are replaced, never overwritten."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role
from openpar.base.audit.queries import history_of as trace_of
from openpar.base.documents import storage
from openpar.base.documents.actions import DocumentRefused, Particulars, add_document, supersede_document
from openpar.base.documents.models import Document, StoredFile
from openpar.base.documents.queries import documents_of
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.triggers import guard_that_fired
from tests import factories
from tests.factories import MOMENT, codes_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture
def owner() -> Organisation:
    return factories.organisation("Sở Y tế")


@pytest.fixture
def officer(owner: Organisation) -> Actor:
    return factories.actor_as(Role.FOCAL_OFFICER, owner)


def add(officer: Actor, owner: Organisation, particulars: Particulars) -> Document:
    return add_document(by=officer, at=MOMENT, owner_id=owner.pk, **particulars)


def plan() -> Particulars:
    return {
        "title": "Kế hoạch cải cách hành chính năm 2026",
        "number": "12/KH-SYT",
        "issuer": "Sở Y tế",
        "issued_on": date(2025, 12, 20),
        "signed_at": MOMENT - timedelta(days=10),
        "upload": PDF,
        "file_name": "Ke hoach.pdf",
    }


def office_file(*members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for member in ("[Content_Types].xml", *members):
            archive.writestr(member, "<x/>")
    return content.getvalue()


def test_a_document_keeps_its_file_by_content_and_its_particulars(
    officer: Actor, owner: Organisation
) -> None:
    document = Document.objects.get(pk=add(officer, owner, plan()).pk)
    assert (document.number, document.issued_on, document.added_at) == (
        "12/KH-SYT",
        date(2025, 12, 20),
        MOMENT,
    )
    assert document.signed_at == MOMENT - timedelta(days=10)
    assert document.file is not None
    assert (document.file.size, document.file.media_type) == (len(PDF), "application/pdf")
    assert storage.verify(document.file.sha256)
    (told,) = trace_of(f"document:{document.pk}")
    assert {line.key: line.after for line in told.differences}["sha256"] == document.file.sha256


def test_the_same_bytes_serve_two_documents_and_lie_once(officer: Actor, owner: Organisation) -> None:
    first, second = add(officer, owner, plan()), add(officer, owner, plan())
    assert first.pk != second.pk
    assert first.file == second.file == StoredFile.objects.get()


@pytest.mark.parametrize(
    "particulars",
    [
        {"title": "Quyết định", "number": "1/QĐ-UBND"},
        {"title": "Bài viết", "link": "https://lamdong.gov.vn/tin/1"},
    ],
)
def test_a_number_or_a_link_is_enough_to_find_a_document(
    officer: Actor, owner: Organisation, particulars: Particulars
) -> None:
    assert add(officer, owner, particulars).file is None


def test_everything_wrong_is_said_at_once_and_nothing_is_stored(
    officer: Actor, owner: Organisation, settings: Settings
) -> None:
    with pytest.raises(DocumentRefused) as refusal:
        add(
            officer,
            owner,
            {
                "title": " ",
                "number": "x" * 81,
                "link": "javascript:alert(1)",
                "issued_on": date(2026, 1, 6),
                "signed_at": MOMENT + timedelta(minutes=1),
                "upload": b"MZ\x90\x00" * 9,
                "file_name": "bao cao.pdf",
            },
        )
    assert codes_of(refusal.value) == [
        "title-missing",
        "text-long",
        "link-unfit",
        "issued-in-future",
        "signed-in-future",
        "file-not-what-it-says",
    ]
    assert ".exe" in str(refusal.value)
    assert not Document.objects.exists()
    assert not StoredFile.objects.exists()
    assert [path for path in Path(settings.OPENPAR_FILES_DIR).rglob("*") if path.is_file()] == []


def test_a_document_that_nobody_could_find_is_refused(officer: Actor, owner: Organisation) -> None:
    with pytest.raises(DocumentRefused) as refusal:
        add(officer, owner, {"title": "Báo cáo"})
    assert codes_of(refusal.value) == ["document-not-findable"]


@pytest.mark.parametrize(
    ("file_name", "content", "code"),
    [
        ("a.pdf", PDF, None),
        ("A.PDF", PDF, None),
        ("a.docx", office_file("word/document.xml"), None),
        ("a.xlsx", office_file("xl/workbook.xml"), None),
        ("a.png", b"\x89PNG\r\n\x1a\n....", None),
        ("a.jpeg", b"\xff\xd8\xff\xe0....", None),
        ("a.csv", "Tên;Điểm\nSở Y tế;77,2\n".encode(), None),
        ("a.p7s", bytes.fromhex("3082100006092a864886f70d010702a0821000"), None),
        ("a.p7s", b"-----BEGIN PKCS7-----\nMII\n", None),
        ("a.pdf", office_file("word/document.xml"), "file-not-what-it-says"),
        ("a.docx", office_file("xl/workbook.xml"), "file-not-what-it-says"),
        ("a.docx", office_file("word/document.xml", "word/vbaProject.bin"), "archive-macro"),
        ("a.xlsx", b"PK\x03\x04 damaged", "file-not-what-it-says"),
        ("a.csv", b"a,b\n\xff\xfe", "file-not-what-it-says"),
        ("a.csv", b"a,\x00b\n", "file-not-what-it-says"),
        ("a.p7s", PDF, "file-not-what-it-says"),
        ("a.zip", office_file(), "file-kind"),
        ("a.exe", b"MZ", "file-kind"),
        ("a", PDF, "file-kind"),
        ("a.pdf.html", b"<html>", "file-kind"),
        ("a.pdf", b"", "file-empty"),
    ],
)
def test_the_ending_is_of_the_list_and_the_content_is_what_the_ending_says(
    officer: Actor, owner: Organisation, file_name: str, content: bytes, code: str | None
) -> None:
    particulars: Particulars = {"title": "Tài liệu", "upload": content, "file_name": file_name}
    if code is None:
        assert add(officer, owner, particulars).file_name == file_name
    else:
        with pytest.raises(DocumentRefused) as refusal:
            add(officer, owner, particulars)
        assert codes_of(refusal.value) == [code]


def test_a_file_above_the_limit_of_the_installation_is_refused(
    officer: Actor, owner: Organisation, settings: Settings
) -> None:
    settings.OPENPAR_MAX_UPLOAD_BYTES = len(PDF)
    assert add(officer, owner, plan()).file
    settings.OPENPAR_MAX_UPLOAD_BYTES = len(PDF) - 1
    with pytest.raises(DocumentRefused) as refusal:
        add(officer, owner, plan())
    assert codes_of(refusal.value) == ["file-too-big"]


def test_a_file_name_loses_its_folders_and_keeps_its_ending(officer: Actor, owner: Organisation) -> None:
    names = {
        typed: add(officer, owner, {**plan(), "file_name": typed}).file_name
        for typed in ("C:\\Users\\an\\Kế hoạch.pdf", "../../etc/a.pdf", "x" * 300 + ".pdf")
    }
    assert list(names.values()) == ["Kế hoạch.pdf", "a.pdf", "x" * 246 + ".pdf"]


def test_a_secret_document_is_known_by_number_and_date_only(
    officer: Actor, owner: Organisation, settings: Settings
) -> None:
    with_file: Particulars = {**plan(), "is_secret": True}
    with_link: Particulars = {"title": "Mật", "link": "https://a.vn/1", "is_secret": True}
    for particulars in (with_file, with_link):
        with pytest.raises(DocumentRefused) as refusal:
            add(officer, owner, particulars)
        assert codes_of(refusal.value) == ["document-secret"]
    assert not Path(settings.OPENPAR_FILES_DIR).exists()
    kept = add(
        officer,
        owner,
        {"title": "Văn bản mật", "number": "01/BC-SYT", "issued_on": date(2026, 1, 2), "is_secret": True},
    )
    assert kept.is_secret


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (
            role,
            role.name in {"FOCAL_OFFICER", "DIVISION_OFFICER", "AGENCY_HEAD", "APPRAISER", "ROUND_MANAGER"},
        )
        for role in Role
    ],
)
def test_who_works_on_assessments_adds_documents_of_the_own_organisation_only(
    owner: Organisation, role: Role, may: bool
) -> None:
    here = factories.actor_as(role, owner)
    elsewhere = factories.actor_as(role, factories.organisation("Sở Khác"), "Trần Thị Bình")
    if may:
        assert add(here, owner, plan()).owner == owner
    else:
        with pytest.raises(DocumentRefused) as refusal:
            add(here, owner, plan())
        assert codes_of(refusal.value) == ["not-allowed"]
    with pytest.raises(DocumentRefused):
        add(elsewhere, owner, plan())


def test_a_newer_document_replaces_and_the_older_one_stays_readable(
    officer: Actor, owner: Organisation
) -> None:
    older = add(officer, owner, plan())
    changed: Particulars = {**plan(), "upload": PDF + b"2", "title": "Kế hoạch sửa"}
    newer = supersede_document(by=officer, at=MOMENT, document_id=older.pk, **changed)
    assert newer.supersedes == older
    assert newer.owner == owner
    assert list(documents_of(owner.pk)) == [newer]
    assert list(documents_of(owner.pk, with_superseded=True)) == [newer, older]
    older.refresh_from_db()
    assert older.file is not None
    assert storage.verify(older.file.sha256)


def test_a_document_is_replaced_once_and_by_its_own_people(officer: Actor, owner: Organisation) -> None:
    older = add(officer, owner, plan())
    stranger = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Sở Khác"), "Bình")
    with pytest.raises(DocumentRefused) as refusal:
        supersede_document(by=stranger, at=MOMENT, document_id=older.pk, **plan())
    assert codes_of(refusal.value) == ["not-allowed"]
    supersede_document(by=officer, at=MOMENT, document_id=older.pk, **plan())
    with pytest.raises(DocumentRefused) as refusal:
        supersede_document(by=officer, at=MOMENT, document_id=older.pk, **plan())
    assert codes_of(refusal.value) == ["already-superseded"]


def test_a_file_name_is_found_wherever_its_tone_stands(officer: Actor, owner: Organisation) -> None:
    found = add(officer, owner, {**plan(), "file_name": "Số hoá.pdf"})
    assert list(documents_of(owner.pk, "hóa.pdf")) == [found]
    assert list(documents_of(owner.pk, "hoa.pdf")) == []


@pytest.mark.parametrize("typed", ["ke hoach", "KẾ HOẠCH", "12/kh", "Ke hoach.PDF"])
def test_documents_are_found_by_title_number_and_file_name(
    officer: Actor, owner: Organisation, typed: str
) -> None:
    wanted = add(officer, owner, plan())
    add(officer, owner, {"title": "Báo cáo quý", "number": "3/BC-SYT"})
    assert list(documents_of(owner.pk, typed)) == [wanted]
    assert len(documents_of(owner.pk)) == 2


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE documents_document SET title = 'x'",
        "DELETE FROM documents_document",
        "UPDATE documents_storedfile SET size = 1",
        "DELETE FROM documents_storedfile",
        "UPDATE documents_filecheck SET signature = 'VALID'",
        "DELETE FROM documents_filecheck",
    ],
)
def test_what_was_handed_in_stays_as_it_is_whoever_writes(
    officer: Actor, owner: Organisation, write: str
) -> None:
    add(officer, owner, plan())
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(write)
    event, table = write.replace("DELETE FROM", "DELETE").split()[:2]
    assert guard_that_fired(refusal.value) == f"{table}_{event.lower()}"
