"""Files that are answered: their names, kinds, and what is said where one cannot be made."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.http import Http404
from django.test import RequestFactory

from openpar.common.errors import Gap, Refused
from openpar.web.components.files import file_answer, made_answer, paper_answer
from tests.reports.documents.specimen import LETTER


@pytest.mark.parametrize("kind", ["docx", "json", "pdf", "xlsx", "zip"])
def test_a_file_has_its_vietnamese_name_without_what_windows_refuses(kind: str) -> None:
    answer = file_answer(b"x", 'Kế hoạch 1/2: "thử"?', kind)
    assert (
        unquote(answer["Content-Disposition"]) == f"attachment; filename*=utf-8''Kế hoạch 1-2- -thử--.{kind}"
    )
    assert answer["Content-Type"].startswith("application/")


def test_what_cannot_be_made_says_what_it_lacks() -> None:
    def lacking() -> bytes:
        raise Refused(Gap("Người ký", "chưa rõ chức danh", "Ghi chức vụ"))

    answer = made_answer(RequestFactory().get("/"), lacking, "Quyết định", "pdf")
    assert answer.status_code == 422
    assert "chưa rõ chức danh" in answer.content.decode()


def test_a_paper_is_a_file_to_edit_or_to_print_and_nothing_else() -> None:
    request = RequestFactory().get("/")
    assert paper_answer(request, lambda: LETTER, "Thư", "docx").content.startswith(b"PK")
    with pytest.raises(Http404):
        paper_answer(request, lambda: LETTER, "Thư", "xlsx")
