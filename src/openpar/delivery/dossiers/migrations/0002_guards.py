from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.delivery.dossiers.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
