"""After a test that commits the next one finds nothing of it, and every guard."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection

from openpar.base.audit.models import Entry
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.common.triggers import drop_triggers, missing_guards
from tests import factories
from tests.emptying import empty_tables, filled_tables
from tests.parindex import rounds

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_frozen_or_refers_to_one_another_goes_too() -> None:
    rounds.published_round()
    types = ContentType.objects.count()
    with pytest.raises(DatabaseError):
        Entry.objects.all().delete()
    assert len(filled_tables()) > 20
    empty_tables()
    assert filled_tables() == []
    assert ContentType.objects.count() == types > 0
    assert missing_guards() == ()
    factories.organisation("Sở Y tế")
    assert OrganisationVersion.objects.get().organisation == Organisation.objects.get()


def test_guards_that_a_test_took_away_are_back() -> None:
    factories.organisation("Sở Y tế")
    drop_triggers()
    assert missing_guards()
    empty_tables()
    assert missing_guards() == ()


def test_guards_that_a_test_switched_off_are_on_again() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only there a guard can be switched off")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    assert missing_guards()
    empty_tables()
    assert missing_guards() == ()


def test_nothing_is_done_where_nothing_is_left() -> None:
    empty_tables()
    assert filled_tables() == []
