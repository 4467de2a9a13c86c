from django.db import migrations

from openpar.common.triggers import CreateGuards
from openpar.delivery.service_quality.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [
        ("service_quality", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
