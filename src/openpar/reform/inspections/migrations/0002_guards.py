from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.reform.inspections.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
