"""Asks the questions of the matrix with a browser of each person, and takes everything back afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from openpar.base.audit.models import Checkpoint, Entry
from openpar.base.organisations.models import Organisation
from openpar.parindex.assessments.models import Score
from trust.access import CONTROLS, IDLE, OVERSEES, UNIT, Answer, Cell
from trust.worlds import MOMENTS, PDF, Things, Worlds, secret

# By the beginning of the address: what `<int:pk>` names there.
_SUBJECTS = (
    ("documents/", "document"),
    ("people/brakes/", None),
    ("people/data-requests/", None),
    ("people/", "person"),
    ("organisations/", "organisation"),
    ("assessments/", "sheet"),
    ("receipts/", "entry"),
    ("criteria/", "criteria_set"),
)
_OF_DRAFTS = (
    *("criteria-issue", "criteria-edit", "criteria-settings", "criteria-add", "criteria-line"),
    *("criteria-check", "criteria-remove", "criteria-move"),
)
_FIXED = {
    "year": 2027,
    "block": "so",
    "code": "1.1.2",
    "change": "rename",
    "kind": "xlsx",
    "token": "khong-co",
    "indicator": "2.1",
    "place": "0/000",
}


class Asker:
    """One browser per person and state; the worlds stay as they are."""

    def __init__(self, worlds: Worlds, urls: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
        from django.test.utils import setup_test_environment

        setup_test_environment()
        settings.ALLOWED_HOSTS = ["testserver"]
        settings.SECURE_SSL_REDIRECT = False
        self.worlds, self.urls = worlds, urls
        self._sealed = Checkpoint.objects.order_by("-size").values_list("size", flat=True)[0]
        self._clients: dict[tuple[str, str], Client] = {}

    def ask(self, cell: Cell) -> Answer:
        """One request at the moment of its state; what it wrote is counted and undone."""
        things = self._things(cell)
        with time_machine.travel(MOMENTS[cell.on], tick=False):
            client = self._client(cell)
            cookies = client.cookies.output()
            with transaction.atomic():
                before = _written()
                answer = client.generic(cell.method, self.address(cell, things), **_sent(cell, things))
                wrote = _written() != before
                transaction.set_rollback(True)
            if client.cookies.output() != cookies:
                # Logged out, or a new session that was taken back: another browser next time.
                del self._clients[cell.person, cell.on]
        return Answer(answer.status_code, answer.get("Location", ""), wrote, body_of(answer))

    def address(self, cell: Cell, things: Things) -> str:
        route, names = self.urls[cell.url]
        return reverse(cell.url, kwargs={name: self._value(cell.url, route, name, things) for name in names})

    def leaks(self, cell: Cell, answer: Answer) -> list[str]:
        """Marks in the answer of things that this person may not see at all, whatever the page."""
        return [mark for mark in self._foreign_marks(cell) if mark.encode() in answer.body]

    def _foreign_marks(self, cell: Cell) -> list[str]:
        """What only the agency itself, those who oversee and assigned appraisers may read."""
        if cell.person in OVERSEES or cell.person == "APPRAISER":
            return []
        return [
            secret(kind, name, state)
            for kind in ("ghichu", "tailieu", "so", "tep", "tentep")
            for name in self.worlds.agencies
            if name != "own" or not _reads_own(cell.person, kind)
            for state in MOMENTS
        ]

    def _things(self, cell: Cell) -> Things:
        return self.worlds.things[cell.on, cell.relation]

    def _client(self, cell: Cell) -> Client:
        key = (cell.person, cell.on)
        if key not in self._clients:
            client = Client(raise_request_exception=False)
            if cell.person != "anonymous":
                client.force_login(self.worlds.people[cell.person])
                _show_second_factor(client)
            self._clients[key] = client
        return self._clients[key]

    def _value(self, url: str, route: str, name: str, things: Things) -> object:
        if name == "pk":
            subject = next((what for starts, what in _SUBJECTS if route.startswith(starts)), None)
            if url in _OF_DRAFTS:
                subject = "draft"
            return getattr(things, subject) if subject else 1
        if name == "code" and url.startswith("round-outside"):
            return "2.2.1"
        if name == "size":
            return self._sealed
        named = {
            **things.procedures.named(url),
            **things.figures.named(url),
            **things.findings.named(url),
            **things.reports.named(url),
            **things.registers.named(url),
            **things.plans.named(url),
            **things.dossiers.named(url),
            **things.indicators.named(url),
            "round_id": things.round,
            "assessment_id": things.sheet,
            "round_block_id": things.round_block,
            "document_id": things.document,
            "organisation_id": things.organisation,
            "adjustment_id": things.adjustment,
            "reopening_id": things.reopening,
            "correction_id": things.correction,
            "line": things.line,
            "held": things.role_held,
            **things.inspections.named(url),
        }
        return named[name] if name in named else _FIXED[name]


def body_of(answer: Any) -> bytes:
    """What came back, also when it comes in pieces."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def _reads_own(person: str, kind: str) -> bool:
    """The agency reads its own; who appraises nothing or controls procedures looks into its store only."""
    return person in UNIT or (person in (IDLE, CONTROLS) and kind != "ghichu")


def _written() -> int:
    """How much the trace has told: whatever an action changes stands in it."""
    return Entry.objects.count()


def _show_second_factor(client: Client) -> None:
    from openpar.web.account.stamps import SECOND_FACTOR, Passed

    session = client.session
    session[SECOND_FACTOR] = Passed.SHOWN
    session.save()


def _quality(things: Things) -> dict[str, str]:
    key = Organisation.objects.get(pk=things.organisation).key
    return {
        "organisation": f"Cơ quan [{key}]",
        "on": "05/06/2026",
        "state": "ANNOUNCED",
        "standard": "TCVN ISO 9001:2015",
        "legal_basis": "1/QĐ",
    }


def _figures(things: Things) -> dict[str, dict[str, Any]]:
    """What the pages of reported figures are sent; the draft of every agency has been saved once."""
    quarter = {"kind": "QUARTER", "year": "2026", "number": "2"}
    table = SimpleUploadedFile("bieu.csv", "field,received,online\nHộ tịch,7,7\n".encode(), "text/csv")
    return {
        "figure-sheet-open": {**quarter, "organisation": str(things.organisation)},
        "figure-sheet-edit": {"version": "2", "label-1": "Hộ tịch", "c-1-3": "7"},
        "figure-sheet-head": {"version": "2", "until_on": "10/09/2026", "placement": "inside"},
        "figure-sheet-import": {"version": "2", "file": table},
        "figure-sheet-fill": {"version": "2", "source": "periods"},
        "figure-sheet-explain": {"version": "2", "gap": ["E4|/ho tich"], "text": "Chờ bổ sung"},
        "figure-sheet-sign": {"version": "2"},
        "figure-sheet-return": {"reason": "Thiếu"},
        "figure-sheet-revise": {"reason": "Sót"},
        "figure-sheet-discard": {"version": "2"},
        "figures-evaluation": {
            **quarter,
            "agency": str(things.organisation),
            "version": "0",
            "t-1-2": "3",
        },
    }


def _reports(things: Things) -> dict[str, dict[str, Any]]:
    """What the pages of periodic reports are sent; figures of the draft have been saved once."""
    table = SimpleUploadedFile("phu-luc.csv", "Mã số,Số thứ nhất,Số thứ hai\n1.4.1,7,\n".encode(), "text/csv")
    return {
        "report-open": {"organisation": str(things.organisation), "report": "q1", "year": "2026"},
        "report-figures": {"figures_version": "2", "v-1.4.1": "7"},
        "report-compute": {"figures_version": "2"},
        "report-import": {"figures_version": "2", "file": table},
        "report-cut-off": {"version": "2", "until_on": "10/09/2026"},
        "report-explain": {"version": "2", "identity": "plan", "text": "Chuyển từ năm trước"},
        "report-text-save": {"version": "1", "text": "Đã sắp xếp"},
        "report-text-draft": {"version": "1"},
        "report-submit": {"version": "2"},
        "report-return": {"reason": "Thiếu"},
        "report-revise": {"reason": "Sót"},
        "report-attach": {"document": str(things.document)},
        "report-discard": {"version": "2"},
        "reports-lock": {"report": "q3", "year": "2026"},
    }


def _indicators(things: Things) -> dict[str, dict[str, Any]]:
    """What the pages of indicators are sent, complete enough to change something for who may."""
    version = {
        "code": "task.other",
        "name": "Tỷ lệ",
        "unit": "nhiệm vụ",
        "numerator_label": "đúng hạn",
        "denominator_label": "được giao",
        "inclusion": "Mọi nhiệm vụ",
        "legal_source": "1/QĐ",
        "certainty": "S",
        "valid_from": "01/01/2027",
        "calendar": "REFORM",
        "period_kind": "YEAR",
    }
    rows = f"indicator;organisation;year;numerator;denominator\n{things.indicators.code};Sở mình;2026;1;2\n"
    return {
        "indicator-new": version,
        "indicator-version": version,
        "indicator-end": {"valid_until": "01/01/2030", "reason": "Bãi bỏ"},
        "indicator-compute": {"year": "2026", "number": "1"},
        "indicator-report": {"year": "2026", "number": "1", "numerator": "1", "denominator": "2"},
        "indicators-import": {"step": "confirm", "file_name": "a.csv", "content": rows},
    }


def _sent(cell: Cell, things: Things) -> dict[str, Any]:
    """What is typed, complete where a few fields make an intention."""
    if cell.method not in ("POST", "PUT", "PATCH"):
        return {}
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    return {"data": encode_multipart(BOUNDARY, _typed(cell, things)), "content_type": MULTIPART_CONTENT}


def _typed(cell: Cell, things: Things) -> dict[str, Any]:
    score = Score.objects.filter(assessment_id=things.sheet, criterion__code="1.1.2", layer="SELF").first()
    version = str(score.version if score else 0)
    figures = {"numerator": "41", "denominator": "50", "note": "Lý do", "expected_version": version}
    upload = SimpleUploadedFile("van-ban.pdf", PDF, "application/pdf")
    typed: dict[str, dict[str, Any]] = {
        "assessment-leaf": figures,
        "assessment-explain": figures,
        "assessment-figure": {"seen_numerator": "1", "seen_denominator": "2", "expected_version": version},
        "appraise": {**figures, "expected_version": "0", "axis": "unit"},
        "assessment-evidence": {"layer": "SELF", "title": "Tệp", "upload": upload, "pointer": "1"},
        "assessment-detach": {"layer": "SELF"},
        "assessment-bonus": {"ground": "Sáng kiến", "points": "1", "explanation": "Có"},
        "assessment-reopening": {"reason": "Bổ sung"},
        "assessment-send-back": {"reason": "Sửa"},
        "assessment-assign": {"codes": ["1.1.1"], "officer": ""},
        "new-document": {"title": "Tệp", "upload": upload, "owner": str(things.organisation)},
        "replace-document": {"title": "Tệp", "upload": upload},
        "round-advance": {"to": "APPRAISAL", "reason": "Xong"},
        "round-reopening": {"answer": "refuse", "reason": "Không"},
        "round-correction": {"answer": "confirm"},
        "correction-new": {**figures, "version": "0"},
        "round-adjustment": {"decision": "refuse", "accept": "no", "reason": "Không"},
        "round-conclude": {"met_on": "20/01/2027", "conclusion": "Nhất trí"},
        "round-penalty": {"ground": "Kết luận", "points": "0,5"},
        "criteria-retire": {"reason": "Hết"},
        "criteria-copy": {"year": "2027", "title": "Bản"},
        "procedures-quality": _quality(things),
        "publishing-decision-upload": {"uploaded_on": "05/06/2026"},
        "publishing-posting": {"places": "BOARD", "line": "1", "posted_on": "05/06/2026"},
        "procedure-review-finish": {"reviewed_on": "05/06/2026", "conclusion": "Giữ nguyên"},
        "procedure-review-problem": {"part": "FEE", "text": "Phí cao", "found_on": "05/06/2026"},
        "procedure-problem-decide": {"number": "8/QĐ-UBND", "decided_on": "05/06/2026"},
        "procedure-problem-handle": {"handling": "Đã sửa", "handled_on": "05/06/2026"},
        "procedure-review-plan": {
            "year": "2025",
            "number": "1/KH-UBND",
            "signed_on": "20/01/2025",
            "issuer": "UBND tỉnh",
        },
        "publishing-line-new": {"code": "9.000099", "change": "NEW"},
        "publishing-line-remove": {"expected_version": "1"},
        "publishing-decision-discard": {"expected_version": "1"},
        "dossiers-mapping-forget": {"version": "1"},
        "inspection-limitation-drop": {"version": "1"},
        "procedure-offer": {"on": "05/08/2026", "online_level": "FULL"},
        **_figures(things),
        **things.findings.sent(things.organisation),
        **_reports(things),
        **things.registers.sent(things.organisation),
        **_indicators(things),
        "service-quality-enter": {"n-5.2": "1", "d-5.2": "2", "document": str(things.document)},
        "set-active": {"active": ""},
        "inspection-evidence": {"side": "UNIT", "document": str(things.document)},
        "inspection-uninspected": {"organisation": str(things.organisation), "year": "2026"},
        "new-person": {"username": "moi", "full_name": "Người mới"},
    }
    return typed.get(cell.url, {})
