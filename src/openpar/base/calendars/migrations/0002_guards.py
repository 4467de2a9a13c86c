from django.db import migrations

from openpar.base.calendars.guards import GUARDS
from openpar.common.triggers import CreateGuards


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
