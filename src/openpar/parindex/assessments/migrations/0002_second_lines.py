from django.db import migrations

from openpar.parindex.assessments.guards import GUARDS
from openpar.common.triggers import CreateGuards


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0001_initial"),
        ("criteria", "0002_second_lines"),
    ]

    operations = [CreateGuards(GUARDS)]
