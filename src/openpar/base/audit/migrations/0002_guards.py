from django.db import migrations

from openpar.base.audit.guards import GUARDS
from openpar.common.triggers import CreateGuards


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [CreateGuards(GUARDS)]
