"""What everybody may look up: a code, a degree of completion, a day; nothing else gets through."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine

from openpar.backoffice.commandline import main
from openpar.common.dated_data import NoSuchRule, rows_of
from openpar.common.text import nfc
from openpar.delivery.dossiers import law
from openpar.delivery.dossiers.queries import public
from openpar.delivery.dossiers.queries.public import (
    COLUMNS,
    NotPublic,
    PublicDossiers,
    checked,
    public_dossiers,
)
from tests.delivery.dossiers.test_people_kept import AT, DONE, NAME, ONE, OTHER, PHONE, row, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
DEGREES = frozenset({"đang giải quyết", "đã trả kết quả"})
GOOD = (ONE, "đang giải quyết", "03/06/2026")


def test_the_newest_telling_counts_with_its_day() -> None:
    told(row(ONE), row(OTHER))
    told(row(OTHER, DONE, "05/06/2026 09:00:00"), days=3)
    found = public_dossiers(AT.date())
    assert found == PublicDossiers(
        ((ONE, "đang giải quyết", "03/06/2026"), (OTHER, "đã trả kết quả", "06/06/2026")), 0
    )


def test_codes_of_another_form_are_left_out_and_counted() -> None:
    told(row(ONE), row(NAME), row(PHONE), row(f"{ONE} {NAME}"))
    found = public_dossiers(AT.date())
    assert ([code for code, *_rest in found.rows], found.left_out) == ([ONE], 3)


def test_the_file_holds_the_three_columns_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(row(ONE), row(PHONE))
    out = tmp_path / "tra-cuu.csv"
    out.write_text("cũ")
    with time_machine.travel(AT + timedelta(hours=2)):
        assert main(["dossiers", "public", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert out.read_bytes().startswith("\ufeff".encode())
    assert out.read_text("utf-8-sig").splitlines() == [",".join(COLUMNS), ",".join(GOOD)]
    assert "1 hồ sơ" in said.out
    assert "Không đưa ra 1 hồ sơ" in said.err


def test_a_planted_column_of_people_is_caught_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(row(ONE))
    monkeypatch.setattr(public, "_read", lambda _degrees: iter([(*GOOD, NAME)]))
    out = tmp_path / "tra-cuu.csv"
    with pytest.raises(NotPublic) as caught:
        main(["dossiers", "public", "--out", str(out)])
    assert NAME not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_before_any_list_came_the_file_is_a_header() -> None:
    assert public_dossiers(AT.date()) == PublicDossiers((), 0)


def test_a_day_without_degrees_is_refused() -> None:
    with pytest.raises(NoSuchRule):
        public_dossiers(date(2017, 12, 31))


@pytest.mark.parametrize(
    "planted",
    [
        (*GOOD, NAME),
        GOOD[:2],
        (NAME, *GOOD[1:]),
        (f"{ONE}-{NAME}", *GOOD[1:]),
        (GOOD[0], NAME, GOOD[2]),
        (*GOOD[:2], f"03/06/2026 {PHONE}"),
        (*GOOD[:2], PHONE),
    ],
)
def test_whatever_else_stands_in_a_row_is_caught(planted: tuple[str, ...]) -> None:
    with pytest.raises(NotPublic) as caught:
        list(checked([GOOD, planted], DEGREES))
    assert NAME not in str(caught.value)
    assert list(checked([GOOD], DEGREES)) == [GOOD]


@pytest.mark.parametrize(
    ("code", "is_public"),
    [
        ("H56.12-240501-0001", True),
        ("000.00.12.H56-240501-0001", True),
        ("H56-240501-000001", True),
        ("H56.12-240501-001", False),
        ("h56.12-240501-0001", False),
        ("H56.12-240501-0001\n", False),
        ("001188012345", False),
        (NAME, False),
    ],
)
def test_codes_of_both_orders_are_public(code: str, is_public: bool) -> None:
    try:
        list(checked([(code, *GOOD[1:])], DEGREES))
    except NotPublic:
        assert not is_public
    else:
        assert is_public


def test_every_status_has_a_degree_in_every_edition() -> None:
    codes = {status.code for status in law.statuses().statuses}
    for edition in rows_of("dossier_degrees.yaml", "degrees"):
        assert edition["by_status"].keys() == codes
        assert all(words == nfc(words).strip() != "" for words in edition["by_status"].values())
