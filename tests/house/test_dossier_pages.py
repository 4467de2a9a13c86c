"""The pages about dossiers are what the worked tables say; a table that the engine contradicts makes none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts import dossier_pages
from scripts.totals_tables import Disagreement


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """The worked tables, to be spoilt."""
    return Path(shutil.copytree(dossier_pages.FACTS, tmp_path / "facts"))


def test_every_page_has_a_title_and_is_listed() -> None:
    for name, text in dossier_pages.pages().items():
        title, _write = dossier_pages.PAGES[name]
        assert text.startswith(f"# {title}\n")
        assert f"- [{title}]({name})" in dossier_pages.listed()


@pytest.mark.parametrize(
    ("table", "before", "after"),
    [
        ("qd766.yaml", "points: '17.60'", "points: '17.61'"),
        ("qd766.yaml", "denominator: 0, points: '6.00'", "denominator: 0, points: null"),
        ("qd766.yaml", "total: '61.89'", "total: '61.90'"),
        ("qd766.yaml", "label: Trung bình", "label: Khá"),
        ("qd766.yaml", "online: null", "online: '0.00'"),
        ("identities.yaml", "gap: 4, reading", "gap: 22, reading"),
        ("identities.yaml", "4 hồ sơ chưa rõ", "4 hồ sơ trả lại"),
        ("verdicts.yaml", "legal: [EARLY, 2026-03-18]", "legal: [LATE, 2026-03-18]"),
        ("verdicts.yaml", "index: [late, 2026-03-16]", "index: [late, 2026-03-17]"),
        ("verdicts.yaml", "path: [2, 5, 2, 9]", "path: [2, 5, 4, 9]"),
        ("verdicts.yaml", "findings: [Q2, Q10]", "findings: [Q2]"),
        ("verdicts.yaml", "bad: [ZONE]", "bad: [ORDER]"),
        ("evaluation.yaml", "points: 2, why: giải quyết trước hạn", "points: 1, why: giải quyết trước hạn"),
        ("evaluation.yaml", "official: ['7.3'", "official: ['7.4'"),
        ("evaluation.yaml", "'1': '1.7'", "'1': '1.6'"),
    ],
)
def test_a_table_that_the_engine_contradicts_makes_no_page(
    table: str, before: str, after: str, facts: Path
) -> None:
    text = (facts / table).read_text("utf-8")
    assert before in text
    (facts / table).write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(Disagreement, match=table.partition(".")[0]):
        dossier_pages.pages(facts)


def test_a_changed_table_changes_its_page_only(facts: Path) -> None:
    text = (facts / "qd766.yaml").read_text("utf-8")
    (facts / "qd766.yaml").write_text(text.replace("45 trong 100 dịch vụ", "45 trên 100 dịch vụ"), "utf-8")
    before, after = dossier_pages.pages(), dossier_pages.pages(facts)
    assert [name for name in before if before[name] != after[name]] == ["chi-so-766.md"]
