"""What the catalogue of procedures says: published anew, abolished, handled, wherever they are handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.delivery.figures.counted import catalogue_of_procedures
from openpar.delivery.procedures.models import DecisionLine
from openpar.delivery.procedures.words import LineChange, Tier
from openpar.engine.periods import Period
from openpar.engine.report_lines import Value
from openpar.reports.periodic.told import Computed, Sentence, Subject

_FORM = "II.07b/VPCP/KSTT"
_ENDED = (LineChange.REPLACED, LineChange.ABOLISHED)


def values(subject: Subject) -> Mapping[str, Computed]:
    """3.1.1 and 3.1.2 of the province from its decisions; 3.1.3 of whoever leads procedures."""
    found: dict[str, Computed] = {}
    if subject.is_province:
        published, ended, decisions = _published(subject.period)
        if decisions:
            words = _("%(n)d quyết định công bố trong kỳ") % {"n": decisions}
            link = "/procedures/decisions/"
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
    published, ended, decisions = _published(subject.period)
    if not decisions:
        return {}
    said = _(
        "Trong kỳ đã ban hành %(decisions)d quyết định công bố thủ tục hành chính: công bố mới "
        "%(published)d, bãi bỏ hoặc thay thế %(ended)d thủ tục."
    )
    told = {"decisions": decisions, "published": published, "ended": ended}
    return {"procedures": (Sentence(said % told, "/procedures/decisions/"),)}


def _published(period: Period) -> tuple[int, int, int]:
    """New procedures, those that ended, and decisions, by the day of the decision."""
    rows = DecisionLine.objects.filter(
        decision__signed_on__gte=period.from_on,
        decision__signed_on__lte=period.until_on,
        decision__tier=Tier.PROVINCE,
        decision__issued_at__isnull=False,
    )
    listed = list(rows.values_list("decision_id", "change"))
    published = sum(change == LineChange.NEW for _decision, change in listed)
    ended = sum(change in _ENDED for _decision, change in listed)
    return published, ended, len({decision for decision, _change in listed})
