"""The ways in for files of the reform year, of indicators and of registers, as one call each (imports.py)."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from openpar.base.accounts.models import Role
from openpar.base.calendars.actions import load_calendar
from openpar.base.calendars.files import calendar_of
from openpar.base.intake.models import Batch
from openpar.base.organisations.imports import load_communes
from openpar.base.organisations.models import Kind
from openpar.base.organisations.roles import Actor, operator
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.mappings import save_mapping
from openpar.delivery.dossiers.mappings import ColumnMapping, from_json, suggested, to_json
from openpar.delivery.dossiers.queries.mappings import kept_versions
from openpar.delivery.figures.actions.filling import bring_in_figures
from openpar.delivery.figures.files import FigureFile
from openpar.delivery.procedures.actions.importing import bring_in_procedures
from openpar.delivery.procedures.files import ProcedureFile
from openpar.delivery.service_quality.actions.importing import (
    File,
    bring_in_inputs,
    bring_in_portal_points,
)
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind
from openpar.parindex.indicators.actions.definitions import issue_version, load_definitions
from openpar.parindex.indicators.actions.importing import import_values
from openpar.parindex.indicators.files import definitions_of
from openpar.reports.periodic.actions.computing import bring_in_values
from openpar.reports.periodic.files import CODE, FIRST, SECOND, AppendixFile
from openpar.reports.periodic.models import ReportRevision
from openpar.reports.periodic.queries.loading import lines_of
from tests import factories
from tests.delivery.figures import sheets
from tests.imports import DATA, Import
from tests.parindex.indicators import measured
from tests.parindex.rounds import DURING_SELF, SmallRound
from tests.reports.periodic import made

# After every period that the files are about.
_AFTER = datetime(2026, 7, 6, 9, 0, tzinfo=VIETNAM)
_JUNE = IndexPeriod(IndexPeriodKind.MONTH, 2026, 6)


def ways() -> Mapping[str, Callable[[SmallRound], Import]]:
    """Each by its name; whoever calls one makes its ground."""
    return {
        "report figures": _report_figures,
        "figure sheet": _figure_sheet,
        "index figures": _index_figures,
        "portal points": _portal_points,
        "indicator values": _indicator_values,
        "indicator definitions": _indicator_definitions,
        "offers of procedures": _offers,
        "parts of procedures": _parts,
        "mapping of columns": _mapping,
        "working calendar": _calendar,
        "communes": _communes,
    }


def _table(*rows: tuple[object, ...]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _report_figures(_small: SmallRound) -> Import:
    """The appendix of a periodic report, as a workbook and as a table."""
    agency = factories.organisation("Sở Du lịch")
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Cán bộ tổng hợp")
    head = factories.actor_as(Role.AGENCY_HEAD, agency, "Giám đốc")
    report = made.begun(made.Office(agency, officer, head))
    draft = made.newest(report).pk
    known = [line for line in lines_of(made.newest(report)) if not line.is_derived][:14]
    rows: list[tuple[object, ...]] = [(CODE, FIRST, SECOND)]
    for line in known:
        value = made.some_value(line)
        rows.append((line.code, value.first, "" if value.second is None else value.second))

    def run(content: bytes, name: str) -> object:
        version = ReportRevision.objects.values_list("figures_version", flat=True).get(pk=draft)
        bring_in_values(
            by=officer,
            at=made.ON_TIME,
            revision_id=draft,
            expected_figures=version,
            file=AppendixFile(name, content),
        )
        return Batch.objects.latest("id").accepted_rows

    book = sheets.workbook([[str(cell) if at == 0 else cell for at, cell in enumerate(row)] for row in rows])
    seeds = (("a.xlsx", book), ("a.csv", _table(*rows)))
    return Import("report figures", run, seeds, first_value=1, rows_told=_count)


def _count(made_of: object) -> int | None:
    return made_of if isinstance(made_of, int) else None


def _figure_sheet(_small: SmallRound) -> Import:
    """The sheet of figures of an agency in the layout of its form."""
    who = sheets.office("Sở Ngoại vụ")
    sheet = sheets.opened(who)
    rows: list[list[object]] = [
        ["1", "Lĩnh vực", *sheets.NAMES],
        [*sheets.numbered()],
        sheets.cells("Hộ tịch", sheets.counts()),
        sheets.cells("Đất đai", sheets.counts(online=20, in_person=70, late=0, on_time=30), 2),
    ]

    def run(content: bytes, name: str) -> object:
        revision = sheets.newest(sheet)
        return bring_in_figures(
            by=who.officer,
            at=sheets.AT,
            revision_id=revision.pk,
            expected_version=revision.version,
            file=FigureFile(name, content),
        )

    return Import("figure sheet", run, (("a.xlsx", sheets.workbook(rows)),), is_repeatable=False)


def _file(content: bytes, name: str) -> File:
    return File(name, content, hashlib.sha256(content).hexdigest())


def _index_figures(_small: SmallRound) -> Import:
    """Figures of the index of service quality, by the keys of agencies."""
    names = ("Sở Dân tộc và Tôn giáo", "Sở Giáo dục và Đào tạo")
    for number, name in enumerate(names, 1):
        factories.organisation(name, key=f"chi-so-{number}", block_code="so")
    rows = _table(
        ("unit", "indicator", "numerator", "denominator"),
        *(("chi-so-1", one, above, 1000) for one, above in (("2.1", 880), ("3.3", 430))),
        *(("chi-so-2", one, above, 1000) for one, above in (("2.1", 640), ("3.3", 210))),
    )
    manager = _controller()

    def run(content: bytes, name: str) -> object:
        changes = bring_in_inputs(by=manager, at=_AFTER, period=_JUNE, file=_file(content, name))
        return len(changes.changed) + changes.unchanged

    return Import("index figures", run, (("a.csv", rows),), rows_told=_count)


def _portal_points(_small: SmallRound) -> Import:
    """What the national portal gave for the same indicators."""
    factories.organisation("Sở Công Thương", key="cong-1", block_code="so")
    rows = _table(
        ("unit", "indicator", "points"),
        ("cong-1", "2.1", "17.5"),
        ("cong-1", "progress", "18"),
        ("cong-1", "", "80"),
    )
    manager = _controller()

    def run(content: bytes, name: str) -> object:
        bring_in_portal_points(by=manager, at=_AFTER, period=_JUNE, file=_file(content, name))
        return Batch.objects.latest("id").accepted_rows

    return Import("portal points", run, (("a.csv", rows),), rows_told=_count)


def _controller() -> Actor:
    office = factories.organisation("Văn phòng kiểm soát", assessed=False)
    return factories.actor_as(Role.PROCEDURE_CONTROLLER, office, "Cán bộ kiểm soát")


def _indicator_values(small: SmallRound) -> Import:
    """Values of an indicator that people report."""
    # One that the shipped definitions do not have.
    definition = replace(measured.TASKS, code="task.of_trial")
    issue_version(definition=definition, by=small.manager, at=DURING_SELF)
    code, unit = definition.code, small.health.key
    rows = _table(
        ("indicator", "organisation", "year", "period", "numerator", "denominator"),
        (code, unit, 2026, 1, 30, 50),
        (code, unit, 2027, 1, 20, 50),
        (code, small.justice.key, 2026, 1, 10, 40),
    )

    def run(content: bytes, name: str) -> object:
        done = import_values(content=content, file_name=name, by=small.manager, at=DURING_SELF)
        return None if done.is_replay else done.added + done.unchanged

    return Import("indicator values", run, (("a.csv", rows),), rows_told=_count)


def _indicator_definitions(_small: SmallRound) -> Import:
    content = (DATA / "indicators" / "definitions.yaml").read_bytes()

    def run(content: bytes, name: str) -> object:
        return load_definitions(file=definitions_of(content, name), by=operator("may"), at=DURING_SELF)

    return Import("indicator definitions", run, (("a.yaml", content),))


def _sample(name: str, rows: int, codes: tuple[str, ...] = ()) -> bytes:
    """The first rows of a table of the sample catalogue that name no organisation of it."""
    text = (DATA / "procedures" / "sample" / f"{name}.csv").read_text(encoding="utf-8")
    header, *others = csv.reader(io.StringIO(text, newline=""))
    kept = [row for row in others if "68-" not in ",".join(row) and (not codes or row[0] in codes)]
    return _table(tuple(header), *(tuple(row) for row in kept[:rows]))


def _with_ground(name: str, table: str, small: SmallRound) -> Import:
    """Another table beside that of the procedures it is about."""
    ground = _sample("procedures", 12)
    codes = tuple(row[0] for row in csv.reader(io.StringIO(ground.decode(), newline="")))[1:]

    def run(content: bytes, file_name: str) -> object:
        files = [ProcedureFile("nen.csv", ground), ProcedureFile(file_name, content, table)]
        # What is told counts versions and offers together; the rows of parts are none of either.
        bring_in_procedures(by=small.manager, at=DURING_SELF, files=files)
        return None

    return Import(name, run, (("a.csv", _sample(table, 10, codes)),), rows_told=_count)


def _offers(small: SmallRound) -> Import:
    return _with_ground("offers of procedures", "provisions", small)


def _parts(small: SmallRound) -> Import:
    return _with_ground("parts of procedures", "terms", small)


def _mapping(small: SmallRound) -> Import:
    """How the columns of a source are read, as another province hands it on."""
    mapping = suggested(["Mã hồ sơ", "Ngày nhận", "Đơn vị", "Trạng thái"])
    meant = ColumnMapping(mapping.columns, {"status": {"Xong": "9"}})

    def run(content: bytes, _name: str) -> object:
        source, given = from_json(content.decode("utf-8", errors="replace"))
        version = kept_versions().get(" ".join(source.split()), 0)
        return save_mapping(
            by=small.manager, at=DURING_SELF, source=source, mapping=given, expected_version=version
        )

    return Import("mapping of columns", run, (("a.json", to_json(meant, source="iGate").encode()),))


def _calendar(_small: SmallRound) -> Import:
    content = (DATA / "vn_holidays.yaml").read_bytes()

    def run(content: bytes, name: str) -> object:
        return load_calendar(file=calendar_of(content, name), by=operator("may"), at=DURING_SELF)

    return Import("working calendar", run, (("a.yaml", content),))


def _communes(_small: SmallRound) -> Import:
    """The communes of one province from the national list."""
    factories.organisation("Tỉnh Thử", kind=Kind.PROVINCE, key="tinh-thu", assessed=False)
    rows = _table(
        ("gso_code", "full_name", "name", "full_name_en", "type_2025_07_01", "province_gso_code"),
        ("24778", "Phường Lâm Viên - Đà Lạt", "Lâm Viên - Đà Lạt", "Lam Vien - Da Lat Ward", "phường", "68"),
        ("23272", "Đặc khu Phú Quý", "Phú Quý", "Phu Quy Special zone", "đặc khu", "68"),
        ("25270", "Phường Lộc Ninh", "Lộc Ninh", "Loc Ninh Ward", "phường", "75"),
    )

    def run(content: bytes, _name: str) -> object:
        load_communes(by=operator("may"), at=DURING_SELF, communes=content, province="68", parent="tinh-thu")
        # Rows of other provinces are left out.
        return None

    return Import("communes", run, (("a.csv", rows),), rows_told=_count)
