"""`openpar deadline`: the first line is the due moment; what is wrong is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from openpar.backoffice.commandline import main

ROOT = Path(__file__).parents[2]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], list[str]]:
    """The exit status, the lines of the answer, and the lines beside it."""
    status = main(["deadline", *arguments])
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err.splitlines()


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        ("--received 2026-02-13T15:30 --limit 5 --unit working_day", "2026-02-27T17:00:00+07:00"),
        ("--received 2026-02-13 --limit 5 --unit working_day", "2026-02-27T17:00:00+07:00"),
        ("--received 13/02/2026 --limit 5 --unit working_day", "2026-02-27T17:00:00+07:00"),
        ("--received 2026-02-13T08:30:00Z --limit 5 --unit working_day", "2026-02-27T17:00:00+07:00"),
        ("--received 2026-04-17 --limit 10 --unit calendar_day", "2026-04-28T17:00:00+07:00"),
        ("--received 2026-04-17 --limit 10 --unit day", "2026-04-28T17:00:00+07:00"),
        ("--received 2026-03-02T14:30 --limit 4 --unit hour", "2026-03-03T08:30:00+07:00"),
        ("--received 2026-03-02T15:01 --unit same_day", "2026-03-03T17:00:00+07:00"),
        ("--received 2026-03-02T09:00 --limit 1 --unit same_day", "2026-03-02T17:00:00+07:00"),
        (
            "--received 2026-03-02 --limit 5 --unit working_day --pause 2026-03-04 2026-03-11",
            "2026-03-16T17:00:00+07:00",
        ),
        (
            "--received 2026-03-02 --limit 5 --unit working_day --pause 2026-03-03 2026-03-05 "
            "--pause 2026-03-10T08:00 2026-03-12T17:00",
            "2026-03-13T17:00:00+07:00",
        ),
        (
            "--received 2026-03-02 --limit 5 --unit working_day --supplement 2026-03-04 2026-03-11",
            "2026-03-18T17:00:00+07:00",
        ),
    ],
)
def test_the_first_line_is_the_due_moment(
    arguments: str, due: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, *arguments.split()) == (0, [due], [])
    status, lines, beside = told(capsys, *arguments.split(), "--explain")
    assert (status, lines[0], beside) == (0, due, [])
    assert len(lines) > 3


def test_the_reasoning_follows_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    _status, lines, _beside = told(
        capsys, "--received", "2026-02-13T15:30", "--limit", "5", "--unit", "working_day", "--explain"
    )
    assert lines[:5] == [
        "2026-02-27T17:00:00+07:00",
        "Tiếp nhận: 15:30 ngày 13/02/2026.",
        "Không tính ngày bắt đầu 13/02/2026; ngày làm việc thứ 5 sau đó là 27/02/2026.",
        "Ngày nghỉ trong thời gian này: 16/02/2026 – 20/02/2026 (Tết Nguyên đán).",
        "Hạn trả kết quả: 17:00 ngày 27/02/2026.",
    ]
    assert lines[5].startswith("Theo lịch làm việc, phiên bản vn_holidays.yaml ")


def test_an_uncertain_due_date_is_told_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    status, lines, beside = told(capsys, "--received", "2026-12-30", "--limit", "2", "--unit", "working_day")
    assert (status, lines) == (0, ["2027-01-04T17:00:00+07:00"])
    assert beside == ["Lịch nghỉ năm 2027 là dự kiến. Tính lại khi có quyết định."]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--received 2026-02-30 --limit 5 --unit day", ["--received: không có ngày 2026-02-30"]),
        (
            "--received 2026-02-13T25:00 --limit 5 --unit day",
            ["“2026-02-13T25:00” không phải là một thời điểm"],
        ),
        ("--received 2026-02-13 --unit day", ["--limit: chưa ghi thời hạn"]),
        ("--received 2026-02-13 --limit 0,5 --unit working_day", ["--limit 4 --unit hour"]),
        ("--received soon --limit x --unit day", ["--received: “soon”", "--limit: “x”"]),
        ("--received 2026-02-13 --limit 0 --unit day", ["Thời hạn 0: phải là số nguyên từ 1 trở lên."]),
        ("--received 2026-02-13 --limit -2 --unit day", ["Thời hạn -2"]),
        ("--received 2026-02-13 --limit 4 --unit hour", ["thiếu giờ"]),
        ("--received 2035-02-13 --limit 4 --unit day", ["Năm 2035: chưa có lịch ngày nghỉ"]),
        (
            "--received 2026-03-02 --limit 5 --unit day --pause 2026-03-05 2026-03-04",
            ["Lần dừng từ 05/03/2026 đến 04/03/2026: kết thúc trước khi bắt đầu"],
        ),
        ("--received 2026-03-02 --limit 5 --unit day --calendar none.yaml", ["none.yaml: không mở được"]),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_answered(
    arguments: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines, beside = told(capsys, *arguments.split())
    assert (status, lines, len(beside)) == (1, [], len(said))
    assert all(part in line for part, line in zip(said, beside, strict=True))


def test_another_calendar_may_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("years: {2026: {off_weekdays: [2026-03-03]}}", encoding="utf-8")
    status, lines, beside = told(
        capsys, "--received", "2026-03-02", "--limit", "1", "--unit", "working_day", "--calendar", str(file)
    )
    assert (status, lines) == (0, ["2026-03-04T17:00:00+07:00"])
    assert beside == ["mine.yaml không nêu giờ làm việc: dùng giờ của vn_holidays.yaml đi kèm chương trình."]


def test_a_unit_that_does_not_exist_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["deadline", "--received", "2026-03-02", "--limit", "1", "--unit", "week"])
    assert stopped.value.code == 2
    assert "week" in capsys.readouterr().err
