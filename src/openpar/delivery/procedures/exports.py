"""The catalogue as a workbook that can be read back (`files.py`), and form II.07b."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import TypeVar

from openpar.base.organisations.models import Organisation
from openpar.common.formats import format_date
from openpar.common.workbooks import CellValue, Column, SheetSpec, write_workbook
from openpar.delivery.procedures import columns
from openpar.delivery.procedures.columns import LAYOUTS, TableLayout
from openpar.delivery.procedures.contents import Agency, Contents
from openpar.delivery.procedures.models import ProcedureVersion, Provision
from openpar.delivery.procedures.queries.counting import ByLevel, Form07b
from openpar.delivery.procedures.queries.loading import contents_of, with_parts

Word = TypeVar("Word")


def catalogue_workbook(version_ids: Iterable[int]) -> bytes:
    """Versions with their parts, and every offer of their procedures, as the sheets that an import reads."""
    versions = with_parts(ProcedureVersion.objects.filter(pk__in=list(version_ids)))
    listed = [(one, contents_of(one)) for one in versions.order_by("procedure__code", "valid_from")]
    offers = Provision.objects.filter(procedure__in={one.procedure_id for one, _contents in listed})
    offers = offers.select_related("procedure").order_by("procedure__code", "organisation", "valid_from")
    keys = dict(Organisation.objects.filter(pk__in=offers.values("organisation")).values_list("pk", "key"))
    rows = {
        columns.PROCEDURES.word: [_procedure(version, contents) for version, contents in listed],
        columns.TERMS.word: [row for one in listed for row in _terms(*one)],
        columns.PAPERS.word: [row for one in listed for row in _papers(*one)],
        columns.BODIES.word: [row for one in listed for row in _bodies(*one)],
        columns.PROVISIONS.word: [_provision(offer, keys) for offer in offers],
    }
    return _written([_spec(layout, rows[layout.word]) for layout in LAYOUTS.values()])


def template_workbook() -> bytes:
    """The same sheets without rows, to be filled in."""
    return _written([_spec(layout, []) for layout in LAYOUTS.values()])


def form_07b_workbook(form: Form07b, *, is_sample: bool) -> bytes:
    """Form II.07b as a sheet; whatever language the reader has chosen it is written in Vietnamese."""
    blocks = ("Tổng số TTHC", "TTHC tại Bộ phận Một cửa", "Quy trình nội bộ được ban hành")
    parts = ("tổng", "tỉnh", "huyện", "xã")
    spec = SheetSpec(
        name="II.07b",
        columns=(
            Column("STT", 6),
            Column("Đơn vị", 40),
            *(Column(f"{block}: {part}", 11, "0") for block in blocks for part in parts),
        ),
        rows=[
            [
                number or None,
                row.label,
                *_figures(row.total),
                *_figures(row.one_stop),
                *_figures(row.workflow),
            ]
            for number, row in [*enumerate(form.rows, start=1), (0, form.total)]
        ],
        heading=(
            "Biểu số II.07b/VPCP/KSTT: Tổng hợp số lượng thủ tục hành chính",
            f"Số liệu vào ngày {format_date(form.day)}" + ("; danh mục mẫu" if is_sample else ""),
        ),
        footing=(
            f"{form.procedures} thủ tục; {form.at_two_levels} thủ tục thực hiện ở nhiều cấp, đếm ở mỗi cấp.",
            *(str(gap) for gap in form.gaps),
        ),
        bold_rows=frozenset({len(form.rows)}),
        frozen_columns=2,
    )
    return _written([spec])


def _written(specs: Sequence[SheetSpec]) -> bytes:
    output = BytesIO()
    write_workbook(output, specs)
    return output.getvalue()


def _spec(layout: TableLayout, rows: Sequence[Mapping[str, CellValue]]) -> SheetSpec:
    return SheetSpec(
        name=layout.title,
        columns=tuple(Column(one.title, one.width, choices=one.choices) for one in layout.columns),
        rows=[[row.get(one.key) for one in layout.columns] for row in rows],
        frozen_columns=2,
    )


def _figures(counts: ByLevel) -> tuple[int, int, int, int]:
    return counts.total, counts.province, counts.district, counts.commune


def _word(words: Mapping[str, Word], value: Word | None) -> str | None:
    return next((text for text, known in words.items() if known == value), None)


def _flag(value: bool) -> int:
    return int(value)


def _agency(agency: Agency) -> str:
    return agency.key or _word(columns.AGENCY_WORDS, agency.kind) or ""


def _procedure(version: ProcedureVersion, contents: Contents) -> dict[str, CellValue]:
    decision = version.decision
    return {
        "code": version.procedure.full_code,
        "valid_from": version.valid_from,
        "valid_until": version.valid_until,
        "name": contents.name,
        "sector": contents.sector,
        "sector_code": version.sector.code or None,
        "kind": _word(columns.KIND_WORDS, contents.kind),
        "levels": "; ".join(_word(columns.LEVEL_WORDS, level) or "" for level in contents.levels),
        "agencies": "; ".join(map(_agency, contents.agencies)) or None,
        "decision_number": decision.number if decision else None,
        "decision_signed_on": decision.signed_on if decision else None,
        "decision_issuer": decision.issuer if decision else None,
        "decision_tier": _word(columns.TIER_WORDS, decision.tier) if decision else None,
        "steps": contents.steps or None,
        "manner": contents.manner or None,
        "sets": contents.sets,
        "applicants": contents.applicants or None,
        "for_citizens": _flag(contents.for_citizens),
        "for_businesses": _flag(contents.for_businesses),
        "forms": contents.forms or None,
        "result": contents.result or None,
        "conditions": contents.conditions or None,
        "legal_bases": contents.legal_bases or None,
        "sample": _flag(version.procedure.is_sample),
    }


def _identity(version: ProcedureVersion) -> dict[str, CellValue]:
    return {"code": version.procedure.full_code, "valid_from": version.valid_from}


def _terms(version: ProcedureVersion, contents: Contents) -> Iterator[dict[str, CellValue]]:
    for term in contents.terms:
        yield {
            **_identity(version),
            "channel": _word(columns.CHANNEL_WORDS, term.channel),
            "case": term.case or None,
            "limit": term.limit.count if term.limit else None,
            "unit": _word(columns.UNIT_WORDS, term.limit.unit) if term.limit else None,
            "limit_note": term.limit_note or None,
            "fee_kind": _word(columns.FEE_WORDS, term.fee_kind),
            "fee": term.fee,
            "fee_note": term.fee_note or None,
        }


def _papers(version: ProcedureVersion, contents: Contents) -> Iterator[dict[str, CellValue]]:
    for paper in contents.papers:
        yield {
            **_identity(version),
            "case": paper.case or None,
            "name": paper.name,
            "originals": paper.originals,
            "copies": paper.copies,
        }


def _bodies(version: ProcedureVersion, contents: Contents) -> Iterator[dict[str, CellValue]]:
    for body in contents.bodies:
        yield {
            **_identity(version),
            "name": body.name,
            "lead": _flag(body.is_lead),
            "limit": body.limit.count if body.limit else None,
            "unit": _word(columns.UNIT_WORDS, body.limit.unit) if body.limit else None,
        }


def _provision(offer: Provision, keys: Mapping[int, str]) -> dict[str, CellValue]:
    return {
        "code": offer.procedure.full_code,
        "agency": keys.get(offer.organisation_id or 0),
        "valid_from": offer.valid_from,
        "online_level": _word(columns.ONLINE_WORDS, offer.online_level),
        "partial_reason": offer.partial_reason or None,
        "reason_published": offer.reason_published or None,
        "portal_since": offer.on_national_portal_since,
        "pays_online": _flag(offer.pays_online),
        "any_place": _flag(offer.any_place),
        "at_one_stop": _flag(offer.at_one_stop),
        "internal_workflow": _flag(offer.has_internal_workflow),
        "workflow_basis": offer.workflow_basis or None,
        "legal_basis": offer.legal_basis or None,
    }
