"""Every way a file comes in, as one call each, on a small round; used by the trust checks."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
from django.apps import apps
from django.db import connection

from openpar.base.documents.actions import add_document
from openpar.base.intake.organisation_files import OrganisationFile, bring_in_organisations
from openpar.base.organisations.imports import Loaded
from openpar.base.organisations.roles import Actor, operator
from openpar.common.db import taken_back
from openpar.delivery.procedures.actions.importing import Loaded as LoadedProcedures
from openpar.delivery.procedures.actions.importing import bring_in_procedures
from openpar.delivery.procedures.exports import catalogue_workbook
from openpar.delivery.procedures.files import ProcedureFile
from openpar.delivery.procedures.models import ProcedureVersion
from openpar.parindex.assessments.actions.outside_imports import Imported, import_outside_file
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.actions.sheet_upload import save_sheet
from openpar.parindex.assessments.models import Assessment, RoundStage
from openpar.parindex.assessments.sheet_files import (
    SheetHead,
    changes_of,
    read_sheet_file,
    sheet_head,
    stored_scores,
    write_sheet,
)
from openpar.parindex.criteria.actions.importing import bring_in_file
from openpar.parindex.criteria.actions.settings import SetHead
from openpar.parindex.criteria.files import read_criteria_file
from openpar.parindex.criteria.official_writing import write_official_table
from openpar.parindex.criteria.queries import LoadedSet
from openpar.parindex.criteria.yaml_files import read_mapping
from openpar.reform.plans.actions.importing import bring_in_tasks
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.models import PlanLevel
from openpar.reform.plans.table_understanding import read_tasks
from tests.base.documents.signed import plain_pdf, sign
from tests.hostile import document
from tests.parindex import rounds
from tests.parindex.rounds import DURING_SELF, SELF_CLOSES, SmallRound

DATA = Path(__file__).parents[1] / "data"
# What is written about a file rather than from it: a refused one leaves its traces there.
_TRACES = frozenset({"intake", "audit", "sessions", "contenttypes", "auth"})


def _loaded_rows(made: object) -> int | None:
    if isinstance(made, Loaded | LoadedProcedures):
        return made.touched + made.unchanged
    if isinstance(made, Imported) and made.repeated is None:
        return made.count
    return None


@dataclass(frozen=True)
class Import:
    """One way in. `run` takes the bytes and the name of a file; `seeds` are files it takes. The same file
    again changes nothing if `is_repeatable`.
    """

    name: str
    run: Callable[[bytes, str], object]
    seeds: tuple[tuple[str, bytes], ...]
    is_repeatable: bool = True
    # Rows that come in beside those of the file: the ground it stands on.
    rows_beside: int = 0
    # Rows count when something stands in this column or behind it: a row left empty says nothing.
    first_value: int = 0
    # How many rows a run says it took in; None where it does not say.
    rows_told: Callable[[object], int | None] = _loaded_rows


def world() -> SmallRound:
    """A round in self-scoring, in which every import but that of outside values is open."""
    return rounds.opened_round()


def ways() -> Mapping[str, Callable[[SmallRound], Import]]:
    """Every way that is open in self-scoring by its name; whoever calls one makes its ground."""
    from tests import imports_of_year

    return {
        "organisations": lambda _small: _organisations(operator("may"), "organisations"),
        "successions": lambda _small: _organisations(operator("may"), "successions"),
        "blocks": lambda _small: _organisations(operator("may"), "blocks"),
        "criteria": _criteria,
        "procedures": lambda small: _procedures(small.manager),
        "plan tasks": _plan_tasks,
        "sheet": _sheet,
        "evidence": _evidence,
        **imports_of_year.ways(),
    }


def imports_in_self_scoring(small: SmallRound, names: Collection[str] | None = None) -> tuple[Import, ...]:
    """All of them, or those named."""
    return tuple(make(small) for name, make in ways().items() if names is None or name in names)


@contextmanager
def in_appraisal(small: SmallRound) -> Iterator[tuple[Import, ...]]:
    """The imports of a later stage; the round goes back to self-scoring at the end."""
    with taken_back():
        for unit in (small.home_affairs, small.health, small.justice):
            rounds.score_unit(small, unit)
            rounds.lock_unit(small, unit)
        advance_round(round_id=small.round.pk, to=RoundStage.APPRAISAL, by=small.manager, at=SELF_CLOSES)
        yield (_outside(small),)


def state(*, but: Collection[str] = ()) -> str:
    """A digest of every row of the database but the traces, and but the tables of these names."""
    digest = hashlib.sha256()
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label in _TRACES or not model._meta.managed or model._meta.db_table in but:
                continue
            digest.update(model._meta.db_table.encode())
            key = quoted(str(model._meta.pk.column))
            cursor.execute(f"SELECT * FROM {quoted(model._meta.db_table)} ORDER BY {key}")
            for values in cursor:
                digest.update(repr(values).encode())
    return digest.hexdigest()


def _organisations(by: Actor, slot: str) -> Import:
    files = {
        "organisations": "lam_dong.csv",
        "successions": "lam_dong_successions.csv",
        "blocks": "blocks.csv",
    }
    lines = (DATA / "organisations" / files[slot]).read_bytes().splitlines(keepends=True)
    seed = b"".join(lines[: {"organisations": 25, "successions": 5, "blocks": len(lines)}[slot]])
    ground = OrganisationFile("nen.csv", _named_in(seed)) if slot == "successions" else None

    def run(content: bytes, name: str) -> object:
        file = OrganisationFile(name, content)
        if slot == "organisations":
            return bring_in_organisations(by=by, at=DURING_SELF, organisations=file)
        if slot == "successions":
            return bring_in_organisations(by=by, at=DURING_SELF, organisations=ground, successions=file)
        return bring_in_organisations(by=by, at=DURING_SELF, blocks=file)

    beside = 0 if ground is None else len(ground.content.splitlines()) - 1
    return Import(slot, run, (("a.csv", seed),), rows_beside=beside)


def _named_in(successions: bytes) -> bytes:
    """The organisations that a file of successions names, with those above them."""
    with (DATA / "organisations" / "lam_dong.csv").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), list(reader.fieldnames or ())
    table = csv.DictReader(io.StringIO(successions.decode("utf-8-sig")))
    wanted = {row[column] for row in table for column in ("predecessor", "successor")}
    while True:
        above = {row["parent"] for row in rows if row["key"] in wanted} - wanted - {""}
        if not above:
            break
        wanted |= above
    text = io.StringIO()
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(row for row in rows if row["key"] in wanted)
    return text.getvalue().encode()


def _criteria(small: SmallRound) -> Import:
    sample = DATA / "criteria" / "SYNTHETIC_xa_2026.yaml"
    mapping = read_mapping(sample)
    seeds = [("a.yaml", sample.read_bytes())]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.xlsx", "a.docx"):
            write_official_table(mapping, Path(folder) / name)
            seeds.append((name, (Path(folder) / name).read_bytes()))
    head = SetHead("Bộ tiêu chí thử", "department", 2026, True, Decimal(100))

    def run(content: bytes, name: str) -> object:
        with _on_disk(content) as path:
            understood = read_criteria_file(path, name)
        return bring_in_file(
            understood=understood,
            head=head,
            file_name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            by=small.manager,
            at=DURING_SELF,
        )

    return Import("criteria", run, tuple(seeds), is_repeatable=False)


def _procedures(by: Actor) -> Import:
    """The part of the sample catalogue that names no organisation, as a table and as a workbook."""
    lines = (DATA / "procedures" / "sample" / "procedures.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(lines, newline="")))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([rows[0], *(row for row in rows[1:] if "68-" not in row[7])][:13])
    seed = text.getvalue().encode()

    def run(content: bytes, name: str) -> object:
        return bring_in_procedures(by=by, at=DURING_SELF, files=[ProcedureFile(name, content)])

    with taken_back():
        run(seed, "a.csv")
        book = catalogue_workbook(ProcedureVersion.objects.values_list("pk", flat=True))
    return Import("procedures", run, (("a.csv", seed), ("a.xlsx", book)))


def _plan_tasks(small: SmallRound) -> Import:
    """The task table of the province's plan, from Excel and Word."""
    plan = create_plan(
        by=small.manager,
        at=DURING_SELF,
        organisation_id=small.home_affairs.pk,
        year=DURING_SELF.year,
        level=PlanLevel.PROVINCE,
        title="Kế hoạch thử",
    )
    rows = (
        ("STT", "Nhiệm vụ", "Sản phẩm", "Cơ quan chủ trì", "Thời hạn", "Lĩnh vực"),
        ("1", "Ban hành kế hoạch kiểm tra", "Kế hoạch", "Văn phòng UBND tỉnh", "Quý I", "Cải cách thể chế"),
        ("2", "Rà soát thủ tục hành chính", "Quyết định", "Các sở, ban, ngành", "Hằng quý", "TTHC"),
    )
    book = openpyxl.Workbook()
    text = docx.Document()
    table = text.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        book.worksheets[0].append(list(row))
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    excel, word = BytesIO(), BytesIO()
    book.save(excel)
    text.save(word)

    def run(content: bytes, name: str) -> object:
        version = plan.versions.get()
        with _on_disk(content) as path:
            understood = read_tasks(path, name, version=version, on=DURING_SELF.date())
        return bring_in_tasks(
            by=small.manager,
            at=DURING_SELF,
            version_id=version.pk,
            expected_version=version.version,
            understood=understood,
            file_name=name,
            sha256=hashlib.sha256(content).hexdigest(),
        )

    seeds = (("a.xlsx", excel.getvalue()), ("a.docx", word.getvalue()))
    return Import("plan tasks", run, seeds, is_repeatable=False)


def _sheet(small: SmallRound) -> Import:
    pk = small.sheet().pk

    def head() -> tuple[SheetHead, LoadedSet]:
        chain = "round_block__round", "round_block__criteria_set", "unit"
        return sheet_head(Assessment.objects.select_related(*chain).get(pk=pk))

    def run(content: bytes, name: str) -> object:
        known, criteria = head()
        with _on_disk(content) as path:
            rows = read_sheet_file(path, known, criteria)
        found = changes_of(rows, criteria, stored_scores(pk, criteria))
        return save_sheet(
            assessment_id=pk,
            entries={change.leaf.code: (change.row.entry, change.row.version) for change in found.fresh},
            by=small.focal,
            at=DURING_SELF,
            file_name=name,
            sha256=hashlib.sha256(content).hexdigest(),
        )

    known, criteria = head()
    target = BytesIO()
    write_sheet(target, known, criteria, stored_scores(pk, criteria))
    book = openpyxl.load_workbook(target)
    page = book.worksheets[0]
    for address, value in {"F8": "Có", "G9": 40, "H9": 50, "K9": "Theo báo cáo năm", "G13": 1}.items():
        page[address].value = value
    filled = BytesIO()
    book.save(filled)
    return Import("sheet", run, (("a.xlsx", filled.getvalue()),))


def _evidence(small: SmallRound) -> Import:
    def run(content: bytes, name: str) -> object:
        return add_document(
            by=small.focal,
            at=DURING_SELF,
            owner_id=small.health.pk,
            title="Tài liệu",
            upload=content,
            file_name=name,
        )

    seeds = (
        ("a.pdf", plain_pdf()),
        ("a.pdf", sign(plain_pdf())),
        ("a.docx", document("<w:p/>")),
        ("a.csv", "Đơn vị;Điểm\nSở Y tế;77,2\n".encode()),
        ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    )
    return Import("evidence", run, seeds, is_repeatable=False)


def _outside(small: SmallRound) -> Import:
    text = "unit,code,numerator,denominator,answer,points\nSở Y tế,2.2.1,{value},,,\nSở Tư pháp,2.2.1,70,,,\n"
    place = small.round.pk

    def run(content: bytes, name: str) -> object:
        return import_outside_file(
            round_id=place,
            content=content,
            file_name=name,
            source="Quyết định số 1",
            by=small.manager,
            at=SELF_CLOSES,
        )

    return Import("outside", run, (("a.csv", text.format(value="85").encode()),), first_value=2)


@contextmanager
def _on_disk(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        yield path
