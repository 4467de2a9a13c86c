from django.db import migrations

from openpar.base.documents.guards import GUARDS
from openpar.common.triggers import CreateGuards


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
    ]

    operations = [CreateGuards(GUARDS)]
