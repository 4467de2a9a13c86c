from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.reform.plans.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
