"""The official documents that an organisation issued in the days of a report: a list for its appendix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from openpar.base.documents.models import Document
from openpar.common.formats import format_date
from openpar.reports.periodic.counted.words import listed, shortened
from openpar.reports.periodic.told import Sentence, Subject

_MOST_LISTED = 60


def sentences(subject: Subject) -> Mapping[str, Sequence[Sentence]]:
    """With number, day and subject, by day; what is secret stays outside, what was superseded is left out."""
    rows = Document.objects.filter(
        owner=subject.organisation_id,
        is_secret=False,
        superseded_by__isnull=True,
        issued_on__gte=subject.period.from_on,
        issued_on__lte=subject.until_on,
    )
    found = list(rows.exclude(number="").order_by("issued_on", "id"))
    said = _("Văn bản số %(number)s ngày %(day)s: %(title)s.")
    told = [
        Sentence(
            said
            % {
                "number": row.number,
                "day": format_date(row.issued_on) if row.issued_on else "",
                "title": shortened(row.title),
            },
            f"/documents/{row.pk}/",
        )
        for row in found[:_MOST_LISTED]
    ]
    return {"documents": [*told, *listed(len(found) - _MOST_LISTED, _("văn bản"), "/documents/")]}
