from __future__ import annotations

import pickle

from openpar.common.errors import FileRefused, Gap, Refused


def test_a_refusal_says_all_gaps_at_once() -> None:
    refused = Refused(
        [Gap("1.3", "chưa có tài liệu kiểm chứng", "Đính kèm quyết định."), Gap("2.1", "chưa chấm điểm")]
    )
    assert str(refused) == "1.3: chưa có tài liệu kiểm chứng. Đính kèm quyết định.\n2.1: chưa chấm điểm"


def test_a_single_gap_needs_no_list() -> None:
    assert Refused(Gap("", "đã khóa")).gaps == (Gap("", "đã khóa"),)
    assert FileRefused.because("ô C7", "công thức", code="formula").gaps[0].code == "formula"


def test_a_refusal_survives_the_way_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(FileRefused.because("ô C7", "công thức")))
    assert isinstance(copy, FileRefused)
    assert copy.gaps == (Gap("ô C7", "công thức"),)
