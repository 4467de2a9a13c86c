"""Registering what a dataset is; and the small numbers that stand for texts in its facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.facts.datasets import Registered, declarations_of, locked
from openpar.base.facts.declarations import Declaration, as_mapping, refuse_faults
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.models import Dataset, DimensionValue, SchemaVersion
from openpar.base.facts.permissions import may_keep_facts
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.text import nfc

_LONGEST_VALUE = 200


def not_allowed(by: Actor) -> FactsRefused:
    """Nobody does here what is not theirs."""
    what = _("%s không có quyền làm việc này với kho dữ kiện") % by.full_name
    return FactsRefused.because("", what, code="not-allowed")


def register_dataset(*, by: Actor, at: datetime, declaration: Declaration) -> Registered:
    """Keeps a declaration as the newest version of its dataset; the same one again changes nothing.

    Raises BadDeclaration when it contradicts itself or the rows that lie there, FactsRefused for a stranger.
    """
    with write_transaction():
        Dataset.objects.bulk_create([Dataset(name=declaration.name)], ignore_conflicts=True)
        dataset = Dataset.objects.select_for_update().get(name=declaration.name)
        if not may_keep_facts(by):
            raise not_allowed(by)
        earlier = declarations_of(dataset.pk)
        newest = earlier[max(earlier)] if earlier else None
        if newest is not None and newest.sha256 == declaration.sha256:
            return locked(declaration.name)
        refuse_faults(declaration, newest)
        counting = declaration.counting
        version = SchemaVersion.objects.create(
            dataset=dataset,
            number=max(earlier, default=0) + 1,
            declaration=as_mapping(declaration),
            sha256=declaration.sha256,
            counting_sha256=counting.sha256 if counting else "",
            registered_at=at,
        )
        Dataset.objects.filter(pk=dataset.pk).update(declared_sha256=version.sha256)
        record(
            by=by,
            at=at,
            verb="facts.dataset_registered",
            object=f"dataset:{dataset.pk}",
            label=declaration.name,
            after={"version": version.number, "sha256": version.sha256},
        )
        return locked(declaration.name)


def number_values(*, dimension: str, values: Iterable[str]) -> dict[str, int]:
    """The small number of each text in a dimension, 1 and up; new texts get the next ones. 0 is "none".

    Leaves no trace: a number says nothing, it only stands for the text. Raises FactsRefused for a text that
    is empty or too long.
    """
    wanted = {nfc(value) for value in values}
    unfit = sorted(value for value in wanted if not value.strip() or len(value) > _LONGEST_VALUE)
    if unfit:
        what = _("giá trị trống hoặc dài quá %d ký tự") % _LONGEST_VALUE
        raise FactsRefused.because(dimension, f"{what}: {unfit[0][:60]!r}", code="value-unfit")
    known = _numbers(dimension, wanted)
    while missing := sorted(wanted - known.keys()):
        with write_transaction():
            last = DimensionValue.objects.filter(dimension=dimension).aggregate(last=Max("number"))["last"]
            # Somebody else may give the same numbers at this moment: then theirs stand, and ours come after.
            DimensionValue.objects.bulk_create(
                [
                    DimensionValue(dimension=dimension, number=(last or 0) + place, value=value)
                    for place, value in enumerate(missing, 1)
                ],
                ignore_conflicts=True,
            )
        known = _numbers(dimension, wanted)
    return known


def _numbers(dimension: str, values: set[str]) -> dict[str, int]:
    rows = DimensionValue.objects.filter(dimension=dimension)
    # A long list of parameters is slower than reading a dimension, which is short by its nature.
    return {value: number for value, number in rows.values_list("value", "number") if value in values}
