from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.reports.periodic.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("periodic", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
