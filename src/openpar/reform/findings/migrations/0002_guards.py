from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.reform.findings.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
