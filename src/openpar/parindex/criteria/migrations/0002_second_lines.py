from django.db import migrations

from openpar.parindex.criteria.guards import GUARDS
from openpar.common.triggers import CreateGuards


class Migration(migrations.Migration):
    dependencies = [
        ("criteria", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
