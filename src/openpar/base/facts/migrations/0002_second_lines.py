from django.db import migrations

from openpar.base.facts.guards import GUARDS
from openpar.common.triggers import CreateGuards


class Migration(migrations.Migration):
    dependencies = [
        ("facts", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
