"""What keeps a document from being written is told all at once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from openpar.reports.documents import DocumentRefused, OfficialDocument, docx_bytes, gaps_of, pdf_bytes
from openpar.reports.documents.model import Agency, Appendix, Column, Heading, Paragraph, Signature, Table
from tests.reports.documents.specimen import LETTER, REPORT, TASKS

THIN = Table((Column("A", Decimal(0)),), (("1",),))
SHORT = Table((Column("A", Decimal(10)), Column("B", Decimal(10))), (("1", "2"), ("1",)))
END = Paragraph("Hết.")


def codes(document: OfficialDocument) -> list[str]:
    return [gap.code for gap in gaps_of(document)]


def test_the_specimens_have_no_gaps_though_number_day_and_name_may_be_missing() -> None:
    assert codes(REPORT) == []
    assert codes(LETTER) == []
    assert codes(replace(LETTER, place="", signatures=(Signature(("GIÁM ĐỐC",)),))) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret_level": "Mật"}, "secret"),
        ({"secret_level": "tuyệt  mật"}, "secret"),
        ({"marks": ("TỐI MẬT",)}, "secret"),
        ({"agency": Agency(" ")}, "no-agency"),
        ({"abstract": ""}, "no-abstract"),
        ({"number": 0}, "bad-number"),
        ({"day": None}, "no-day"),
        ({"urgency": "Gấp"}, "bad-urgency"),
        ({"symbol": "BC VPUB"}, "bad-symbol"),
        ({"symbol": "KH-VPUB"}, "bad-symbol"),
        ({"symbol": "BC-vpub"}, "bad-symbol"),
        ({"symbol": "BC-"}, "bad-symbol"),
        ({"body": ()}, "no-body"),
        ({"body": (END, TASKS)}, "no-end"),
        ({"body": (END, Heading("Cuối"))}, "no-end"),
        ({"body": (THIN, END)}, "bad-columns"),
        ({"body": (Table((), ()), END)}, "bad-columns"),
        ({"body": (SHORT, END)}, "bad-row"),
        ({"signatures": ()}, "no-signature"),
        ({"signatures": (Signature(()),)}, "bad-chain"),
        ({"signatures": (Signature(("A", "B", "C", "D")),)}, "bad-chain"),
        ({"signatures": (Signature(("A", " ")),)}, "bad-chain"),
        ({"signatures": (Signature(("",)),)}, "no-position"),
        ({"signatures": (Signature(("TL. CHÁNH THANH TRA", "THỦ TRƯỞNG")),)}, "by-oneself"),
        ({"signatures": (Signature(("TUQ. GIÁM ĐỐC", "GIÁM ĐỐC")),)}, "by-oneself"),
        ({"signatures": (Signature(("KT. GIÁM ĐỐC", "GIÁM ĐỐC")),)}, "by-oneself"),
        ({"signatures": (Signature(("GIÁM ĐỐC",), "TS. Lê Văn C"),)}, "academic-title"),
        ({"appendices": (Appendix("", (TASKS,)),)}, "bad-appendix"),
        ({"appendices": (Appendix("A", ()),)}, "bad-appendix"),
        ({"appendices": (Appendix("A", (SHORT,)),)}, "bad-row"),
        ({"body": (replace(TASKS, rows=TASKS.rows * 161), END)}, "too-long"),
        ({"abstract": "a\x00b"}, "control-character"),
        ({"body": (Paragraph("a\u202eb"),)}, "control-character"),
        ({"body": (replace(TASKS, rows=(("1", "a\x07", "x"),)), END)}, "control-character"),
    ],
)
def test_each_gap_is_found(changes: dict[str, Any], code: str) -> None:
    assert codes(replace(REPORT, **changes)) == [code]


@pytest.mark.parametrize(
    ("kind", "symbol", "code"),
    [("QĐ", "QĐ-UBND", "bad-power"), ("KH", "KH-VPUB", "bad-power"), ("TTr", "TTr-SNV", "bad-power")],
)
def test_decisions_plans_and_submissions_are_not_signed_by_order(kind: str, symbol: str, code: str) -> None:
    addressees = ("Ủy ban nhân dân tỉnh",) if kind == "TTr" else ()
    found = codes(replace(REPORT, type_code=kind, symbol=symbol, addressees=addressees))
    assert found == [code]


def test_letters_need_an_addressee_and_minutes_two_sides_and_none() -> None:
    assert codes(replace(LETTER, addressees=())) == ["no-addressee"]
    assert codes(replace(REPORT, type_code="BB", symbol="BB-VPUB")) == ["has-addressee", "no-signature"]


def test_all_gaps_are_told_at_once_with_what_would_be_right() -> None:
    bad = replace(
        REPORT, agency=Agency(""), abstract="", symbol="x", body=(), signatures=(), secret_level="Mật"
    )
    with pytest.raises(DocumentRefused) as refused:
        docx_bytes(bad)
    assert [gap.code for gap in refused.value.gaps] == [
        "secret",
        "no-agency",
        "no-abstract",
        "bad-symbol",
        "no-body",
        "no-signature",
    ]
    assert all(gap.remedy for gap in refused.value.gaps)
    with pytest.raises(DocumentRefused):
        pdf_bytes(bad)
