"""The index of open dossiers and the hits of data quality, written inside the transaction of an import."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from openpar.base.facts.current import current
from openpar.base.facts.models import Batch
from openpar.delivery.dossiers.declarations import CODE, DATASET
from openpar.delivery.dossiers.models import OpenDossier, QualityHit
from openpar.delivery.dossiers.normalising import Reckoned
from openpar.delivery.dossiers.quality import LASTING, OF_THE_DAY, Hits
from openpar.delivery.dossiers.rows import DossierRows
from openpar.delivery.dossiers.words import VERDICT_NUMBER, Outcome
from openpar.engine.verdicts import Verdict

T = TypeVar("T")
_AT_ONCE = 500
_WAITING = [VERDICT_NUMBER[verdict] for verdict in (Verdict.SUPPLEMENT, Verdict.PAUSED)]
_CHANGED = [
    *("organisation", "procedure", "sector", "channel", "status", "is_waiting", "received_on"),
    *("due_on", "original_due_on", "index_due_on", "edition"),
    *("apologise_by", "apologised_on", "new_due_on"),
]


def write_open(reckoned: Reckoned, ids: Mapping[str, int]) -> None:
    """Dossiers that ended leave the index, those that are open stand in it as they are now."""
    judged, rows = reckoned.judged, reckoned.rows
    is_open = judged.accepted & (judged.outcome == Outcome.OPEN)
    known = set(OpenDossier.objects.values_list("dossier", flat=True))
    gone = [code for code in rows.codes[~is_open].tolist() if code in known]
    for some in _at_once(gone):
        OpenDossier.objects.filter(dossier__in=some).delete()
    for made in _at_once(_opened(reckoned, np.flatnonzero(is_open), ids)):
        OpenDossier.objects.bulk_create(
            made, update_conflicts=True, unique_fields=["dossier"], update_fields=_CHANGED
        )


def _opened(
    reckoned: Reckoned, places: npt.NDArray[np.intp], ids: Mapping[str, int]
) -> Iterable[OpenDossier]:
    rows, judged = reckoned.rows, reckoned.judged

    def days(values: npt.NDArray[np.datetime64]) -> list[date | None]:
        found: list[date | None] = values[places].astype("datetime64[D]").tolist()
        return found

    columns: Iterable[Any] = zip(
        rows.codes[places].tolist(),
        rows.words["agency"].looked_up(ids, 0)[places].tolist(),
        rows.words["procedure"].places[places].tolist(),
        reckoned.sectors.places[places].tolist(),
        rows.numbers["status"][places].tolist(),
        np.maximum(rows.numbers["channel"], 1)[places].tolist(),
        np.isin(judged.verdict, _WAITING)[places].tolist(),
        reckoned.editions[places].tolist(),
        days(rows.moments["received_at"]),
        days(judged.due_on),
        days(judged.original_due_on),
        days(judged.index_due_on),
        days(reckoned.apologise_by),
        days(rows.moments["extended_at"]),
        days(rows.days["new_due_on"]),
        strict=True,
    )
    words, sectors = rows.words["procedure"].words, reckoned.sectors.words
    for code, agency, procedure, sector, status, channel, waits, edition, *on in columns:
        received, due, original, index_due, by, apologised, new = on
        yield OpenDossier(
            dossier=code,
            organisation_id=agency,
            procedure=words[procedure] if procedure >= 0 else "",
            sector=sectors[sector],
            channel=channel,
            status=status,
            is_waiting=waits,
            received_on=received,
            due_on=due,
            original_due_on=original,
            index_due_on=index_due,
            edition=edition,
            apologise_by=by,
            apologised_on=apologised,
            new_due_on=new,
        )


def write_hits(
    batch: Batch, rows: DossierRows, hits: Sequence[Hits], ids: Mapping[str, int]
) -> dict[str, int]:
    """Keeps what is newly wrong, notes what this list told rightly; how many rows break each rule."""
    codes = rows.codes.tolist()
    agencies = rows.words["agency"].looked_up(ids, 0).tolist()
    told = set(codes)
    open_hits = QualityHit.objects.filter(gone_in__isnull=True).values_list("pk", "dossier", "rule")
    there = {(dossier, rule): pk for pk, dossier, rule in open_hits if dossier in told}
    now = {(codes[row], str(one.rule)) for one in hits for row in one.rows.tolist()}
    gone = [pk for key, pk in there.items() if key not in now and key[1] not in LASTING]
    for some in _at_once(gone):
        QualityHit.objects.filter(pk__in=some).update(gone_in=batch)
    made = (
        QualityHit(
            rule=one.rule, dossier=codes[row], organisation_id=agencies[row], said=said[:200], found_in=batch
        )
        for one in hits
        for row, said in zip(one.rows.tolist(), one.said, strict=True)
        if (codes[row], str(one.rule)) not in there
    )
    for some_made in _at_once(made):
        QualityHit.objects.bulk_create(some_made)
    return {str(one.rule): len(one.rows) for one in hits}


def write_hits_of_the_day(rows: DossierRows, hits: Sequence[Hits], ids: Mapping[str, int]) -> None:
    """The hits that come and go with the days, though no list tells anything new (`OF_THE_DAY`).

    The list that they are found in, or are gone in, is the last that told of the dossier.
    """
    codes = rows.codes.tolist()
    now = {
        (codes[row], str(one.rule)): row
        for one in hits
        if one.rule in OF_THE_DAY
        for row in one.rows.tolist()
    }
    open_hits = QualityHit.objects.filter(gone_in__isnull=True, rule__in=OF_THE_DAY)
    told = set(codes)
    there = {(hit.dossier, hit.rule): hit for hit in open_hits if hit.dossier in told}
    gone = [hit for key, hit in there.items() if key not in now]
    new = [key for key in now if key not in there]
    batches = _newest_batches({*(hit.dossier for hit in gone), *(code for code, _rule in new)})
    for hit in gone:
        QualityHit.objects.filter(pk=hit.pk).update(gone_in=batches[hit.dossier])
    agencies = rows.words["agency"].looked_up(ids, 0).tolist()
    made = (
        QualityHit(
            rule=rule, dossier=code, organisation_id=agencies[now[code, rule]], found_in_id=batches[code]
        )
        for code, rule in new
    )
    for some_made in _at_once(made):
        QualityHit.objects.bulk_create(some_made)


def _newest_batches(codes: Collection[str]) -> dict[str, int]:
    """The batch that told last of each of these dossiers."""
    if not codes:
        return {}
    numbers = dict(Batch.objects.filter(dataset__name=DATASET).values_list("code", "pk"))
    found = current(DATASET, keys=[(code,) for code in sorted(codes)])
    pairs = zip(found[CODE].values.tolist(), found["newest_batch"].values.tolist(), strict=True)
    return {code: numbers[batch] for code, batch in pairs}


def _at_once(all_of: Iterable[T]) -> Iterable[list[T]]:
    rest = iter(all_of)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
