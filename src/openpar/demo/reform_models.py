"""The models that a newspaper reported, taken up by agencies of the demo: running, evaluated every period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.conf import settings

from openpar.demo.calendar import moment
from openpar.demo.offices import Office, document
from openpar.demo.rounds import Places
from openpar.parindex.criteria.yaml_files import read_mapping
from openpar.reform.initiatives.actions.evaluating import Evaluated, evaluate
from openpar.reform.initiatives.actions.moving import Recognised, recognise, start
from openpar.reform.initiatives.actions.proposing import Proposal, propose
from openpar.reform.initiatives.duty import PeriodKey
from openpar.reform.initiatives.models import Evaluation, Initiative, Kind, Level
from openpar.reform.initiatives.queries.evaluating import owed_in


def models(places: Places, offices: Mapping[str, Office], year: int) -> None:
    """One model for each agency: proposed, recognised at the base, running."""
    told = read_mapping(settings.OPENPAR_DATA_DIR / "initiatives" / "reported_models.yaml")["models"]
    for each, model in zip(offices.values(), told, strict=False):
        _running(each, model, year)


def _running(each: Office, model: Mapping[str, str], year: int) -> Initiative:
    made = propose(
        organisation_id=each.id,
        proposal=Proposal(
            kind=Kind(model["kind"]),
            name=model["name"],
            level=Level(model["level"]),
            field=model["field"],
            content=model["content"],
            scope=f"{each.name} (mẫu: nơi áp dụng do bản dùng thử đặt ra)",
            source=model["source"],
        ),
        by=each.officer,
        at=moment(date(year, 1, 20)),
    )
    recognised = date(year, 2, 3)
    recognise(
        initiative_id=made.pk,
        decided=Recognised(
            level=Level.BASE,
            council="Hội đồng sáng kiến của cơ quan",
            recognised_on=recognised,
            decision_id=document(each.head, each.id, "15/QĐ", "Công nhận mô hình", recognised),
        ),
        by=each.head,
        at=moment(recognised),
    )
    made.refresh_from_db()
    begun = date(year, 2, 10)
    return start(
        initiative_id=made.pk,
        started_on=begun,
        document_id=document(each.head, each.id, "16/KH", "Triển khai mô hình", begun),
        expected_version=made.version,
        by=each.officer,
        at=moment(begun),
    )


def evaluated(each: Office, period: PeriodKey, on: date) -> None:
    """What the report of a period owes about every running model of the agency."""
    owed: Iterable[Initiative] = [one.initiative for one in owed_in(period, [each.id])]
    said = [
        Evaluated(
            initiative_id=one.pk,
            verdict=Evaluation.Verdict.EFFECTIVE,
            advice=Evaluation.Advice.CONTINUE,
            text="Người dân không phải đi lại lần hai; số hồ sơ giải quyết trong ngày tăng.",
        )
        for one in owed
    ]
    if said:
        evaluate(asked=period, said=said, by=each.officer, at=moment(on))
