"""YAML: what is read from data/, and what is refused of files that people give."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from openpar.common.yaml_files import data_of, given_texts, texts_of

TEXT = "number: 1.10\nday: 2026-01-02\nnothing:\nlist: [1, ~, yes]\n"


def test_data_have_numbers_days_and_truth_values(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert data_of(path) == {
        "number": 1.1,
        "day": date(2026, 1, 2),
        "nothing": None,
        "list": [1, None, True],
    }


def test_texts_stay_as_they_are_written_and_null_is_null(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert texts_of(path) == {
        "number": "1.10",
        "day": "2026-01-02",
        "nothing": None,
        "list": ["1", None, "yes"],
    }


def test_what_people_give_is_text_through_and_through() -> None:
    assert given_texts(TEXT) == {
        "number": "1.10",
        "day": "2026-01-02",
        "nothing": "",
        "list": ["1", "~", "yes"],
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: “a” is written twice"),
        ("[1, 2]: 3\n", "line 1"),
        ("a: &one [1]\nb: *one\n", "line 1: no anchors"),
        ("a: 1\nb: *one\n", "line 2: no anchors"),
        ("[" * 100_000, "line 1: nested deeper than 40"),
        ("a: !!python/object/apply:os.system [ls]\na: 1\n", "written twice"),
        ("a: [1\n", "line 2"),
    ],
)
def test_what_people_give_is_refused_by_line(text: str, said: str) -> None:
    with pytest.raises(yaml.YAMLError) as refused:
        given_texts(text)
    assert said in str(refused.value)


def test_a_tag_makes_nothing_but_text() -> None:
    assert given_texts("a: !!python/object/apply:os.system [ls]") == {"a": ["ls"]}
