from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.delivery.figures.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
