from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.parindex.indicators.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
