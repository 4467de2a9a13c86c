"""Counters files: written and signed by a province, held against their signature, joined by a ministry."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from openpar.base.audit.signing import vkeys
from openpar.base.facts.actions.datasets import number_values, register_dataset
from openpar.base.facts.actions.provinces import (
    Taken,
    distrust_province,
    receive_counters,
    trust_province,
)
from openpar.base.facts.counter_files import MANIFEST, TABLE, counters_file, join_tables
from openpar.base.facts.counting import counters
from openpar.base.facts.declarations import Counting, Declaration
from openpar.base.facts.duck import write_parquet
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.models import ReceivedCounters
from openpar.base.facts.provinces import CountersDamaged, joined_counters
from openpar.base.facts.queries import path_of_received, values_in
from openpar.base.facts.rollup import rolled_up
from openpar.base.organisations.queries import tree_as_of
from openpar.base.organisations.roles import Actor
from tests import factories
from tests.base.facts import sample
from tests.base.facts.sample import COUNTING, HOUSE, fact, put, random_fact, registered_dossiers
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db
AT = MOMENT + timedelta(days=100)


@pytest.fixture(autouse=True)
def _own_keys(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"


def written(province: str, *, seed: int = 1, day: int = 0, agencies: str = "") -> bytes:
    """The counters file of a province with facts of its own; this installation plays all of them."""
    chance = Random(seed)
    names = [f"{agencies or province}-so-{number}" for number in range(1, 5)]
    number_values(dimension="sector", values=["y-te", "dat-dai", "ho-tich"])
    numbers = list(number_values(dimension="agency", values=names).values())
    facts = {f"{province}-{number}": random_fact(chance) for number in range(80)}
    put(
        {key: {**each, "agency": numbers[each["agency"] - 1]} for key, each in facts.items()},
        replaces_all=True,
    )
    return counters_file(dataset="dossiers", province=province, as_of=MOMENT + timedelta(days=day))


def ready() -> None:
    registered_dossiers()
    for code in ("H36", "H56"):
        trust_province(by=HOUSE, at=MOMENT, code=code, vkey=vkeys()[0])


def received(content: bytes) -> Taken:
    return receive_counters(by=HOUSE, at=AT, content=content)


def joined(*by: str, basis: str = "received") -> dict[tuple[str | int, ...], int]:
    return joined_counters("dossiers", basis=basis, by=by).of("received")


def altered(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one member changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for member in (MANIFEST, TABLE):
            part = old.read(member)
            new.writestr(member, change(part) if member == name else part)
    return made.getvalue()


def test_two_provinces_are_joined_and_no_dossier_was_moved() -> None:
    ready()
    one, other = written("H36", seed=1), written("H56", seed=2)
    assert b"H36-1" not in one.replace(b"H36-so-1", b"")
    assert received(one).is_new
    assert received(other).is_new
    assert joined("province") == {("H36",): 80, ("H56",): 80}
    put({})
    by_month = joined("province", "month", basis="ended")
    assert sum(count for (province, _month), count in by_month.items() if province == "H56") == 80
    here = counters("dossiers", basis="ended").summed("month")
    assert {month: count for (province, month), count in by_month.items() if province == "H56"} == {
        month: counts[0] for (_a, month, _s, _c), counts in here.by_cell().items()
    }


def test_the_same_file_changes_nothing_and_a_newer_one_replaces() -> None:
    ready()
    first = written("H36", seed=1)
    kept = received(first)
    again = received(first)
    assert (again.is_new, again.received.pk) == (False, kept.received.pk)
    newer = written("H36", seed=3, day=30)
    received(newer)
    assert joined("province") == {("H36",): 80}
    assert ReceivedCounters.objects.count() == 2
    with pytest.raises(FactsRefused) as refused:
        received(first)
    assert [gap.code for gap in refused.value.gaps] == ["older"]


def test_provinces_that_share_an_agency_are_refused_by_its_name() -> None:
    ready()
    received(written("H36", seed=1))
    with pytest.raises(FactsRefused) as refused:
        received(written("H56", seed=2, agencies="H36"))
    (gap,) = refused.value.gaps
    assert gap.code == "provinces-overlap"
    assert "H36-so-1" in gap.what
    assert joined("province") == {("H36",): 80}


@pytest.mark.parametrize("place", [10, 500, -40])
def test_a_changed_byte_of_the_table_is_refused(place: int) -> None:
    ready()

    def flipped(content: bytes) -> bytes:
        changed = bytearray(content)
        changed[place] ^= 1
        return bytes(changed)

    with pytest.raises(FactsRefused):
        received(altered(written("H36"), TABLE, flipped))
    assert not ReceivedCounters.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace(b"province H36", b"province H56"),
        lambda note: note.replace(b"2026-01-05", b"2026-02-05"),
        lambda note: note.split(b"\n\n")[0] + b"\n\n",
        lambda note: note.replace(b"openpar counters 1", b"openpar counters 2"),
        lambda note: b"",
        lambda note: b"\xff\xfe" + note,
    ],
)
def test_a_changed_manifest_is_refused(change: Callable[[bytes], bytes]) -> None:
    ready()
    with pytest.raises(FactsRefused):
        received(altered(written("H36"), MANIFEST, change))


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04" + b"0" * 100])
def test_what_is_no_counters_file_is_refused(content: bytes) -> None:
    ready()
    with pytest.raises(FactsRefused):
        received(content)


def test_a_compressed_member_is_refused_unread() -> None:
    ready()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, "openpar counters 1\n")
        archive.writestr(TABLE, b"\0" * 1_000_000)
    with pytest.raises(FactsRefused):
        received(made.getvalue())


def test_a_key_that_is_not_trusted_or_no_longer_is_opens_nothing() -> None:
    registered_dossiers()
    content = written("H36")
    with pytest.raises(FactsRefused):
        received(content)
    trust_province(by=HOUSE, at=MOMENT, code="H36", vkey=vkeys()[0])
    trust_province(by=HOUSE, at=MOMENT, code="H36", vkey=vkeys()[0])
    distrust_province(by=HOUSE, at=AT, code="H36", vkey=vkeys()[0])
    with pytest.raises(FactsRefused):
        received(content)
    with pytest.raises(FactsRefused):
        trust_province(by=HOUSE, at=AT, code="H36", vkey=vkeys()[0])
    with pytest.raises(FactsRefused):
        trust_province(by=HOUSE, at=AT, code="H36", vkey="hello")


def test_a_signed_table_with_other_rows_than_it_may_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also who holds the key of a province cannot count another province, or less than nothing."""
    ready()
    from openpar.base.facts import counter_files

    for forged in (
        "* REPLACE ('H56' AS province)",
        "* REPLACE (-1::BIGINT AS late)",
        "* REPLACE (1 AS month, 1 AS channel, 'x' AS sector, 'y' AS agency)",
        "* EXCLUDE (late)",
        "* REPLACE (9::TINYINT AS basis)",
    ):

        def forging(duck: object, select: str, path: Path, group: int, forged: str = forged) -> int:
            return write_parquet(duck, f"SELECT {forged} FROM ({select})", path)  # type: ignore[arg-type]  # passed on

        with monkeypatch.context() as patch:
            patch.setattr(counter_files, "write_parquet", forging)
            content = written("H36")
        with pytest.raises(FactsRefused) as refused:
            received(content)
        assert [gap.code for gap in refused.value.gaps] == ["counters-unfit"]
    assert not ReceivedCounters.objects.exists()


def test_another_way_of_counting_and_the_future_are_refused() -> None:
    ready()
    content = written("H36")
    with pytest.raises(FactsRefused) as refused:
        receive_counters(by=HOUSE, at=MOMENT - timedelta(days=1), content=content)
    assert [gap.code for gap in refused.value.gaps] == ["as-of-in-future"]
    fewer = Counting(COUNTING.columns, COUNTING.bases, COUNTING.counts[:5])
    register_dataset(by=HOUSE, at=MOMENT, declaration=Declaration("dossiers", sample.DOSSIERS.columns, fewer))
    with pytest.raises(FactsRefused) as refused:
        received(content)
    assert [gap.code for gap in refused.value.gaps] == ["counting-differs"]


def test_a_received_table_that_was_changed_afterwards_stops_the_joining() -> None:
    ready()
    path = path_of_received(received(written("H36")).received)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(CountersDamaged, match="H36"):
        joined("province")


def test_strangers_trust_and_take_in_nothing() -> None:
    ready()
    content = written("H36")
    stranger = Actor(id=None, full_name="Người lạ", held=frozenset())
    with pytest.raises(FactsRefused):
        receive_counters(by=stranger, at=AT, content=content)
    with pytest.raises(FactsRefused):
        trust_province(by=stranger, at=AT, code="H01", vkey=vkeys()[0])
    with pytest.raises(FactsRefused):
        distrust_province(by=stranger, at=AT, code="H36", vkey=vkeys()[0])
    assert not ReceivedCounters.objects.exists()


def test_what_was_received_stays_as_it_was_in_the_database_too() -> None:
    ready()
    received(written("H36"))
    with pytest.raises(IntegrityError), transaction.atomic():
        ReceivedCounters.objects.update(cells=1)


def test_nothing_is_joined_where_nothing_was_received() -> None:
    ready()
    assert joined("province") == {}
    with pytest.raises(KeyError):
        join_tables(COUNTING, "received", [], ["colour"])


def test_a_province_code_must_be_one() -> None:
    registered_dossiers()
    with pytest.raises(FactsRefused):
        counters_file(dataset="dossiers", province="H36\nsha256 0", as_of=MOMENT)


def test_a_number_without_a_text_does_not_leave_the_house() -> None:
    registered_dossiers()
    put({"a": fact(agency=999)})
    with pytest.raises(FactsRefused, match="999"):
        counters_file(dataset="dossiers", province="H36", as_of=MOMENT)


def test_agencies_are_added_up_over_the_tree_of_a_day() -> None:
    registered_dossiers()
    province = factories.organisation("Tỉnh Thử", key="tinh")
    health = factories.organisation("Sở Y tế", key="so-y-te", parent=province)
    factories.organisation("Chi cục Dân số", key="chi-cuc", parent=health)
    later = factories.organisation("Xã Mới", key="xa-moi", parent=province, on=date(2026, 6, 1))
    numbers = number_values(dimension="agency", values=["so-y-te", "chi-cuc", "xa-moi", "huyen-cu"])
    put({f"k{number}": fact(agency=number) for number in numbers.values()})
    found = counters("dossiers", basis="received")
    january = rolled_up(found, tree=tree_as_of(date(2026, 1, 5)), agencies=values_in("agency"))
    july = rolled_up(found, tree=tree_as_of(date(2026, 7, 1)), agencies=values_in("agency"))
    assert january.by_organisation[province.pk]["received"] == 2
    assert january.by_organisation[health.pk]["received"] == 2
    assert sorted(january.outside) == ["huyen-cu", "xa-moi"]
    assert july.by_organisation[province.pk]["received"] == 3
    assert july.by_organisation[later.pk]["received"] == 1
    assert {key: counts["received"] for key, counts in july.outside.items()} == {"huyen-cu": 1}
