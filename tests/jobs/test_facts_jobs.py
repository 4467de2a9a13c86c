"""The store of facts is looked after every night: compacted, verified, counted; what differs is told."""

from __future__ import annotations

from datetime import date

import pytest

from openpar.base.facts.models import KeptCounter, StoredPart
from openpar.base.facts.queries import path_of_part
from openpar.jobs import tasks
from openpar.jobs.schedule import JOBS
from tests.delivery.dossiers import lists

pytestmark = pytest.mark.django_db
NAMES = {"compact_facts", "verify_facts", "recount_facts"}


def test_they_run_every_night_where_there_are_facts() -> None:
    jobs = {job.name: job for job in JOBS}
    assert {name: jobs[name].is_wanted is tasks.facts_are_kept for name in NAMES} == dict.fromkeys(
        NAMES, True
    )
    assert not tasks.facts_are_kept()


@pytest.mark.usefixtures("dossier_province")
def test_two_lists_of_a_month_become_one_file_and_stay_what_they_were() -> None:
    made = lists.year(40)
    for day in (date(2026, 6, 3), date(2026, 6, 10)):
        lists.brought_year(made, day)
    assert tasks.facts_are_kept()
    before = parts()
    tasks.compact_facts(lists.AT)
    assert (before, parts()) == (2, 1)
    assert tasks.compact_facts(lists.AT).startswith("0 ")
    assert "lô dữ kiện nguyên vẹn" in tasks.verify_stored_facts(lists.AT)
    assert tasks.recount_facts(lists.AT) == "mọi bộ đếm khớp với dữ kiện"


def parts() -> int:
    return StoredPart.objects.filter(what="rows", retired_at=None, dataset__name="dossiers").count()


@pytest.mark.usefixtures("dossier_province")
def test_a_changed_counter_and_a_changed_file_are_named() -> None:
    lists.brought_year(lists.year(40), date(2026, 6, 10))
    cell = KeptCounter.objects.order_by("pk")[0]
    KeptCounter.objects.filter(pk=cell.pk).update(count_1=cell.count_1 + 1)
    with pytest.raises(tasks.FactsDiffer, match=r"1 ô lệch: dossiers \(received\)"):
        tasks.recount_facts(lists.AT)
    part = StoredPart.objects.filter(what="rows", dataset__name="dossiers").get()
    path = path_of_part(part, "dossiers")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(tasks.FactsDiffer, match=part.sha256):
        tasks.verify_stored_facts(lists.AT)
