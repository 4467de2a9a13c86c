from django.db import migrations

from openpar.base.notifications.guards import GUARDS
from openpar.common.triggers import CreateGuards


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
