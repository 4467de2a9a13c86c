"""What the store of dossiers says: received, in time, paid online, digitised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.base.facts.queries import values_in
from openpar.base.organisations.models import Organisation
from openpar.common.formats import format_decimal
from openpar.delivery.dossiers.declarations import AGENCIES
from openpar.delivery.dossiers.queries.measures import Asked, Figures, Measure, total_of
from openpar.engine.report_lines import Value, percent
from openpar.reports.periodic.told import Computed, Sentence, Subject

_RECEIVED_LINE = {"department": "3.3.1", "commune": "3.3.2"}
_LINK = "/dossiers/"


def values(subject: Subject) -> Mapping[str, Computed]:
    """By reception what came in, by its end what was resolved in time; months must be whole."""
    figures = _figures(subject)
    if figures is None:
        return {}
    found = {}
    line = _RECEIVED_LINE.get(subject.reporter)
    if line:
        words = _("kho hồ sơ: tiếp nhận trong kỳ; có kết quả trước hạn, đúng hạn trong kỳ")
        found[line] = _pair(figures[Measure.RECEIVED], _in_time(figures), words)
    words = _("kho hồ sơ: hồ sơ tiếp nhận trong kỳ có nghĩa vụ tài chính")
    found["3.5.2"] = _pair(figures[Measure.PAID_ONLINE], figures[Measure.OBLIGATION], words)
    words = _("kho hồ sơ: hồ sơ số hóa thành phần, hồ sơ có kết quả điện tử")
    found["3.5.3"] = _pair(figures[Measure.DIGITISED], figures[Measure.ELECTRONIC], words)
    return found


def sentences(subject: Subject) -> Mapping[str, Sequence[Sentence]]:
    """What came in, what was resolved in time, with the denominator of the ratio."""
    figures = _figures(subject)
    if figures is None:
        return {}
    in_time, late = _in_time(figures), figures[Measure.LATE]
    said = _("Tiếp nhận %(received)d hồ sơ; giải quyết xong %(resolved)d hồ sơ") % {
        "received": figures[Measure.RECEIVED],
        "resolved": figures[Measure.RESOLVED],
    }
    rate = percent(Value(Decimal(in_time), Decimal(in_time + late)))
    if rate is not None:
        said += _(", trong đó trước hạn và đúng hạn %(in_time)d/%(timed)d hồ sơ có thời hạn (%(rate)s%%)") % {
            "in_time": in_time,
            "timed": in_time + late,
            "rate": format_decimal(rate, trim=True),
        }
    found = [Sentence(f"{said}.", _LINK)]
    if late:
        found.append(Sentence(_("Còn %d hồ sơ có kết quả trễ hạn trong kỳ.") % late, f"{_LINK}late/"))
    return {"dossiers": tuple(found)}


def _figures(subject: Subject) -> Figures | None:
    """None for an agency of which no dossier was told, and for a period that was cut off amid a month."""
    if subject.is_province or subject.period.ends_early:
        return None
    key = Organisation.objects.values_list("key", flat=True).filter(pk=subject.organisation_id).first()
    if key not in values_in(AGENCIES).values():
        return None
    return total_of(Asked(subject.period, subject.until_on, frozenset({subject.organisation_id})))


def _in_time(figures: Figures) -> int:
    return figures[Measure.EARLY] + figures[Measure.ON_TIME]


def _pair(first: int, second: int, words: str) -> Computed:
    return Computed(Value(Decimal(first), Decimal(second)), words, _LINK)
