from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.reform.initiatives.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("initiatives", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
