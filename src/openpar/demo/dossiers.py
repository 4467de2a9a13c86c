"""The dossiers of the demo province and what is made of them: indicators, figures, the index 766."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from django.conf import settings

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.roles import operator
from openpar.delivery.dossiers.actions.importing import import_dossiers
from openpar.delivery.dossiers.figure_source import dossiers as dossier_source
from openpar.delivery.dossiers.mappings import suggested
from openpar.delivery.dossiers.reading.tables import DossierFile
from openpar.delivery.figures.actions.filling import fill_from_source, save_figures
from openpar.delivery.figures.actions.opening import PeriodAsked, open_sheet
from openpar.delivery.figures.actions.signing import explain_gaps, judged_of, sign_off
from openpar.delivery.figures.models import FigureRevision
from openpar.delivery.figures.queries.loading import load_figures
from openpar.delivery.service_quality.actions.counting import count_inputs
from openpar.delivery.service_quality.periods import IndexPeriodKind, last_finished
from openpar.demo.calendar import FINISHED, moment
from openpar.demo.measured import ON_TIME
from openpar.demo.one_stop import COLUMNS, Told, labours_list
from openpar.demo.people import HEALTH, People
from openpar.demo.rounds import Say
from openpar.engine.periods import Calendar, PeriodKind, period_of
from openpar.parindex.indicators.actions.definitions import load_definitions
from openpar.parindex.indicators.actions.values import compute_values
from openpar.parindex.indicators.files import read_definitions

SOURCE = "Hệ thống một cửa điện tử (mẫu)"
_FORM = "II.06a/VPCP/KSTT"
_EXPLANATION = (
    "Một hồ sơ chuyển cơ quan phối hợp đúng ngày chốt số liệu, hệ thống chưa xếp vào trong hạn hay quá hạn; "
    "đã đề nghị đơn vị vận hành sửa (số liệu mẫu)."
)


def load_indicators(on: date) -> None:
    """The definitions that criteria name."""
    path = settings.OPENPAR_DATA_DIR / "indicators" / "definitions.yaml"
    load_definitions(file=read_definitions(path), by=operator("openpar"), at=moment(on))


def past(controller: Actor, say: Say) -> None:
    """The list of the department of the real case, on the eve of its self-scoring."""
    bring_in([labours_list(FINISHED.self_scoring - timedelta(days=1))], controller)
    say("đã nạp hồ sơ năm 2024 của Sở Lao động - Thương binh và Xã hội")


def bring_in(lists: Iterable[Told], by: Actor) -> None:
    """Every list that says anything, on the morning after the day of which it speaks."""
    for told in lists:
        if not told.has_rows:
            continue
        import_dossiers(
            by=by,
            at=told.brought_at,
            file=DossierFile(told.name, told.content),
            source=SOURCE,
            mapping=suggested(COLUMNS),
            as_of=told.as_of,
        )


def values(manager: Actor, today: date) -> None:
    """The on-time figure of every agency as it stands today, beside what the sheets have taken over."""
    compute_values(code=ON_TIME, year=today.year, by=manager, at=moment(today))


def figures(people: People, today: date) -> None:
    """The sheets of one department for the two quarters that ended last, the second with a gap that its
    people explain.
    """
    current = period_of(Calendar.REFORM, PeriodKind.QUARTER, today)
    second = period_of(Calendar.REFORM, PeriodKind.QUARTER, current.from_on - timedelta(days=1))
    first = period_of(Calendar.REFORM, PeriodKind.QUARTER, second.from_on - timedelta(days=1))
    health = people.organisation(HEALTH)
    focal, head = people.named("demo.dau-moi"), people.named("demo.thu-truong")
    for period, has_gap in ((first, False), (second, True)):
        if dossier_source.counts(health, _FORM, period) is None:
            continue
        at = moment(period.until_on + timedelta(days=1))
        asked = PeriodAsked(Calendar.REFORM, PeriodKind.QUARTER, period.year, period.number)
        sheet = open_sheet(by=focal, at=at, organisation_id=health, form_code=_FORM, asked=asked)
        revision = sheet.revisions.get()
        fill_from_source(
            by=focal,
            at=at,
            revision_id=revision.pk,
            expected_version=revision.version,
            source=dossier_source.name,
        )
        revision.refresh_from_db()
        if has_gap:
            _miss_one(revision, focal)
        sign_off(
            by=head,
            at=at + timedelta(hours=3),
            revision_id=revision.pk,
            expected_version=revision.version,
        )


def _miss_one(revision: FigureRevision, focal: Actor) -> None:
    """One dossier in process stands in neither column; E3 tells it, the agency explains."""
    at = revision.made_at + timedelta(hours=1)
    lines = list(load_figures([revision])[revision.pk].lines)
    place = next((place for place, line in enumerate(lines) if line.counts.get("in_time")), None)
    if place is None:
        return
    counts = lines[place].counts
    lines[place] = replace(lines[place], counts={**counts, "in_time": counts["in_time"] - 1})
    save_figures(by=focal, at=at, revision_id=revision.pk, expected_version=revision.version, lines=lines)
    revision.refresh_from_db()
    explain_gaps(
        by=focal,
        at=at,
        revision_id=revision.pk,
        expected_version=revision.version,
        places=[each.found.id for each in judged_of(revision)],
        text=_EXPLANATION,
    )
    revision.refresh_from_db()


def index(controller: Actor, today: date) -> None:
    """What can be counted of the index 766, for the month and the quarter that ended last."""
    for kind in (IndexPeriodKind.QUARTER, IndexPeriodKind.MONTH):
        count_inputs(by=controller, at=moment(today), period=last_finished(kind, today))
