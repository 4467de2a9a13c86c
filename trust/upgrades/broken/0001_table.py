from django.db import migrations

from trust.upgrades import steps


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]
    operations = steps.table()
