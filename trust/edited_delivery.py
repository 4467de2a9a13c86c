"""What people edit of figures, of the index of service quality, and of mappings of columns (edited.py)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from trust.edited import Family, Page, Part, number_of

_FIGURES = "openpar.delivery.figures.actions"
_DRAFT = (f"{_FIGURES}.shared:refuse_unless_draft", "revision.version != expected_version")


def figure_family() -> Family:
    from tests.delivery.figures import sheets

    who = sheets.office()
    grid, other = sheets.opened(who), sheets.opened(who, sheets.quarter(2))
    sheets.saved(who, other, sheets.line(given={**sheets.counts(), "early": 1}))
    return Family((_grid(who, grid), _cut_off(who, grid), _explanation(who, other)))


def _grid(who: Any, sheet: Any) -> Part:
    from openpar.delivery.figures.actions.filling import save_figures
    from openpar.delivery.figures.errors import StaleFigures
    from openpar.delivery.figures.models import FigureLine
    from tests.delivery.figures import sheets

    draft = sheets.newest(sheet).pk
    column = next(one.number for one in sheets.view_of(sheet).figures.columns if one.key == "online")

    def read() -> tuple[int, int]:
        # The version first: a form never knows a newer one than its figures.
        version = sheets.newest(sheet).version
        row = FigureLine.objects.filter(revision=draft, label="Hộ tịch").first()
        return version, (row.counts.get("online") or 0) if row else 0

    def save(version: int, number: int, _words: str) -> object:
        return save_figures(
            by=who.officer,
            at=sheets.AT,
            revision_id=draft,
            expected_version=version,
            lines=[sheets.line(given={"online": number})],
        )

    return Part(
        "the figures of a sheet",
        read,
        save,
        StaleFigures,
        _DRAFT,
        page=Page(
            f"/figures/{sheet.pk}/edit/",
            who.officer,
            sheets.AT,
            lambda version, number, _words: {
                "version": str(version),
                "label-1": "Hộ tịch",
                f"c-1-{column}": str(number),
            },
        ),
    )


def _cut_off(who: Any, sheet: Any) -> Part:
    """The day until which a sheet counts, as days before the end of its period."""
    from openpar.delivery.figures.actions.opening import change_head
    from openpar.delivery.figures.errors import StaleFigures
    from tests.delivery.figures import sheets

    draft = sheets.newest(sheet)
    last = draft.until_on

    def read() -> tuple[int, int]:
        now = sheets.newest(sheet)
        return now.version, (last - now.until_on).days

    def save(version: int, number: int, _words: str) -> object:
        return change_head(
            by=who.officer,
            at=sheets.AT,
            revision_id=draft.pk,
            expected_version=version,
            placement=draft.placement,
            until_on=last - timedelta(days=number),
        )

    return Part("the head of a sheet", read, save, StaleFigures, _DRAFT, most=60)


def _explanation(who: Any, sheet: Any) -> Part:
    from openpar.delivery.figures.actions.signing import explain_gaps
    from openpar.delivery.figures.errors import StaleFigures
    from openpar.delivery.figures.models import GapExplanation
    from tests.delivery.figures import sheets

    draft = sheets.newest(sheet).pk
    place, identity = sheets.view_of(sheet).judged[0].found.id

    def read() -> tuple[int, int]:
        version = sheets.newest(sheet).version
        row = GapExplanation.objects.filter(revision=draft, place=place, identity=identity).first()
        return version, number_of(row.text) if row else 0

    def save(version: int, number: int, words: str) -> object:
        return explain_gaps(
            by=who.officer,
            at=sheets.AT,
            revision_id=draft,
            expected_version=version,
            places=[(place, identity)],
            text=f"{number} {words}",
        )

    return Part(
        "an explanation of a sheet",
        read,
        save,
        StaleFigures,
        _DRAFT,
        page=Page(
            f"/figures/{sheet.pk}/explain/",
            who.officer,
            sheets.AT,
            lambda version, number, words: {
                "version": str(version),
                "gap": f"{identity}|{place}",
                "text": f"{number} {words}",
            },
        ),
    )


def evaluation_family() -> Family:
    """What the nine indicators of an agency and period are computed from."""
    from openpar.delivery.figures.actions.evaluating import enter_evaluation
    from openpar.delivery.figures.errors import StaleFigures
    from openpar.delivery.figures.evaluation import Entered
    from openpar.delivery.figures.models import EvaluationInput
    from tests.delivery.figures import sheets

    who = sheets.office("Sở Xây dựng")
    rows = EvaluationInput.objects.filter(organisation=who.agency)

    def read() -> tuple[int, int]:
        row = rows.first()
        return (row.version, row.figures.get("dossiers", 0)) if row else (0, 0)

    def save(version: int, number: int, _words: str) -> object:
        return enter_evaluation(
            by=who.officer,
            at=sheets.AT,
            organisation_id=who.agency.pk,
            asked=sheets.quarter(),
            expected_version=version,
            entered=Entered({}, {"dossiers": number}),
        )

    part = Part(
        "the inputs of an evaluation",
        read,
        save,
        StaleFigures,
        (f"{_FIGURES}.evaluating:enter_evaluation", "(row.version if row else 0) != expected_version"),
        page=Page(
            "/figures/evaluation/",
            who.officer,
            sheets.AT,
            lambda version, number, _words: {
                "agency": str(who.agency.pk),
                "calendar": sheets.quarter().calendar.value,
                "kind": sheets.quarter().kind.value,
                "year": str(sheets.quarter().year),
                "number": str(sheets.quarter().number),
                "version": str(version),
                "f-dossiers": str(number),
            },
        ),
    )
    return Family((part,))


def index_family() -> Family:
    """What an agency says of an indicator: the figures that were seen are what is compared.

    The whole is another one for every editor: two who say the same lose nothing of each other.
    """
    from openpar.delivery.service_quality.actions.entering import Entry, state_inputs
    from openpar.delivery.service_quality.errors import StaleInputs
    from openpar.delivery.service_quality.queries.inputs import figures_known
    from openpar.delivery.service_quality.rows import given
    from tests.delivery.service_quality import province

    place = province.province()
    agency = place.department.pk

    def whole(words: str) -> int:
        return 100_000 + int("".join(filter(str.isdigit, words)) or 0)

    def read() -> tuple[Any, int]:
        known = figures_known(province.JUNE, only={agency})[agency]["2.1"]
        return known, int(known.numerator or 0)

    def save(seen: Any, number: int, words: str) -> object:
        return state_inputs(
            by=place.officer,
            at=province.AT,
            organisation_id=agency,
            period=province.JUNE,
            entries=[Entry("2.1", given(Decimal(number), Decimal(whole(words))))],
            document_id=place.document.pk,
            seen={} if seen is None else {"2.1": seen},
        )

    def form(seen: Any, number: int, words: str) -> dict[str, Any]:
        return {
            "n-2.1": str(number),
            "d-2.1": str(whole(words)),
            "seen-2.1": f"{seen.saying.value}|{seen.numerator}|{seen.denominator}",
            "document": str(place.document.pk),
        }

    save(None, 0, "")
    part = Part(
        "a figure of the index",
        read,
        save,
        StaleInputs,
        (
            "openpar.delivery.service_quality.actions.entering:state_inputs",
            "seen is not None and (stale := _stale_gaps(changed, before, seen))",
        ),
        step=None,
        page=Page(
            f"/service-quality/{agency}/enter/?kind=MONTH&year=2026&number=6&all=1",
            place.officer,
            province.AT,
            form,
        ),
    )
    return Family((part,))


def mapping_family() -> Family:
    """The mapping of a source; the number stands in the header of its first column, what its editor says in
    the words of a state.
    """
    from django.core.files.uploadedfile import SimpleUploadedFile

    from openpar.base.accounts.models import Role
    from openpar.delivery.dossiers.actions.mappings import save_mapping
    from openpar.delivery.dossiers.errors import StaleMapping
    from openpar.delivery.dossiers.mappings import ColumnMapping, suggested, to_json
    from openpar.delivery.dossiers.models import SavedMapping
    from tests import factories
    from tests.factories import MOMENT

    manager = factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ"))
    usual = suggested(["Ngày nhận", "Đơn vị", "Trạng thái"]).columns

    def mapping(number: int, words: str) -> Any:
        return ColumnMapping({f"{number} mã hồ sơ": "dossier", **usual}, {"status": {words: "9"}})

    def read() -> tuple[int, int]:
        row = SavedMapping.objects.get(source="iGate")
        [header] = [one for one, to in row.mapping["columns"].items() if to == "dossier"]
        return row.version, number_of(header)

    def save(version: int, number: int, words: str) -> object:
        meant = mapping(number, words)
        return save_mapping(by=manager, at=MOMENT, source="iGate", mapping=meant, expected_version=version)

    def form(version: int, number: int, words: str) -> dict[str, Any]:
        text = to_json(mapping(number, words), source="iGate")
        return {"file": SimpleUploadedFile("ghep-cot.json", text.encode()), "seen": f"{version}:iGate"}

    save(0, 0, "lúc đầu")
    part = Part(
        "the mapping of a source",
        read,
        save,
        StaleMapping,
        ("openpar.delivery.dossiers.actions.mappings:_refuse_if_stale", "there.version != expected_version"),
        page=Page("/dossiers/mappings/", manager, MOMENT, form),
    )
    return Family((part,))
