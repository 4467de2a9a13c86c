from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.reform.monitors.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("monitors", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
