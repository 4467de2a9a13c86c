"""What the catalogue of procedures says: published anew, abolished, handled, wherever they are handed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.delivery.figures.counted import catalogue_of_procedures
from openpar.delivery.procedures.models import DecisionLine, VersionAgency
from openpar.delivery.procedures.words import LineChange, Tier
from openpar.engine.report_lines import Value
from openpar.reports.periodic.counted.whose import acting
from openpar.reports.periodic.told import Computed, Sentence, Subject

_FORM = "II.07b/VPCP/KSTT"
_ENDED = (LineChange.REPLACED, LineChange.ABOLISHED)


def values(subject: Subject) -> Mapping[str, Computed]:
    """3.1.1 and 3.1.2 from decisions: of the province all, of an agency those of procedures that it leads;
    3.1.3 of whoever leads procedures.
    """
    found: dict[str, Computed] = {}
    published, ended, decisions = _published(subject)
    if decisions:
        said = _("%(n)d quyết định công bố trong kỳ")
        if not subject.is_province:
            said = _("%(n)d quyết định công bố trong kỳ, thủ tục do đơn vị chủ trì giải quyết")
        words, link = said % {"n": decisions}, "/procedures/decisions/"
        found["3.1.1"] = Computed(Value(Decimal(published)), words, link)
        found["3.1.2"] = Computed(Value(Decimal(ended)), words, link)
    handled = catalogue_of_procedures.counts(subject.organisation_id, _FORM, subject.period)
    for counts in (handled or {}).values():
        total = counts.get("procedures")
        if total is not None:
            words = _("danh mục thủ tục ngày cuối kỳ, đơn vị chủ trì giải quyết")
            found["3.1.3"] = Computed(Value(Decimal(total)), words, "/procedures/")
    return found


def sentences(subject: Subject) -> Mapping[str, Sequence[Sentence]]:
    """How many decisions were published, of the province."""
    if not subject.is_province:
        return {}
    published, ended, decisions = _published(subject)
    if not decisions:
        return {}
    said = _(
        "Trong kỳ đã ban hành %(decisions)d quyết định công bố thủ tục hành chính: công bố mới "
        "%(published)d, bãi bỏ hoặc thay thế %(ended)d thủ tục."
    )
    told = {"decisions": decisions, "published": published, "ended": ended}
    return {"procedures": (Sentence(said % told, "/procedures/decisions/"),)}


def _published(subject: Subject) -> tuple[int, int, int]:
    """New procedures, those that ended, and decisions, by the day of the decision."""
    rows = DecisionLine.objects.filter(
        decision__signed_on__gte=subject.period.from_on,
        decision__signed_on__lte=subject.until_on,
        decision__tier=Tier.PROVINCE,
        decision__issued_at__isnull=False,
    )
    lines = list(rows.select_related("decision"))
    if not subject.is_province:
        lines = _led(lines, acting(subject))
    published = sum(line.change == LineChange.NEW for line in lines)
    ended = sum(line.change in _ENDED for line in lines)
    return published, ended, len({line.decision_id for line in lines})


def _led(lines: Sequence[DecisionLine], agencies: Collection[int]) -> list[DecisionLine]:
    """Lines of procedures that these agencies lead, by the contents that began with the decision, else by
    those that ended with it; one query.
    """
    rows = VersionAgency.objects.filter(version__procedure__in=[line.procedure_id for line in lines])
    begun: dict[tuple[int, date], int | None] = {}
    ended: dict[tuple[int, date | None], int | None] = {}
    # The first of the agencies leads: it comes last and stays.
    for row in rows.select_related("version").order_by("-position"):
        version = row.version
        begun[version.procedure_id, version.valid_from] = row.organisation_id
        ended[version.procedure_id, version.valid_until] = row.organisation_id
    places = [(line, (line.procedure_id or 0, line.decision.effective_on)) for line in lines]
    return [line for line, place in places if begun.get(place, ended.get(place)) in agencies]
