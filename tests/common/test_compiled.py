"""A question put together once answers what the queryset itself would answer."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext

from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.common.compiled import Compiled, hole
from tests import factories

pytestmark = pytest.mark.django_db


def _versions() -> QuerySet[OrganisationVersion]:
    found = OrganisationVersion.objects.filter(organisation_id=hole(0), pk__gte=hole(1))
    return (
        found.select_related("organisation")
        .only("name", "valid_from", "organisation__key")
        .annotate(others=Count("organisation__versions"))
    )


def test_objects_joined_ones_and_annotations_are_the_same() -> None:
    factories.organisation("Sở Khác")
    wanted = factories.organisation("Sở Y tế")
    question = Compiled(_versions, holes=2)
    for _again in range(2):
        found = question.ask(wanted.pk, 0)
        plain = OrganisationVersion.objects.filter(organisation=wanted).annotate(
            others=Count("organisation__versions")
        )
        assert [(row.pk, row.name, row.valid_from, row.__dict__["others"]) for row in found] == [
            (row.pk, row.name, row.valid_from, row.__dict__["others"]) for row in plain
        ]
        with CaptureQueriesContext(connection) as queries:
            assert found[0].organisation.key == wanted.key
        assert len(queries) == 0
    assert question.ask(wanted.pk, 10**9) == []
    assert found[0].get_deferred_fields() >= {"valid_until"}


def test_a_hole_that_stands_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="hole"):
        Compiled(lambda: Organisation.objects.filter(pk=hole(0)), holes=2).ask(1, 2)
