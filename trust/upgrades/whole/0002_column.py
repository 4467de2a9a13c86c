from django.db import migrations

from trust.upgrades import steps


class Migration(migrations.Migration):
    dependencies = [("upgrades", "0001_table")]
    operations = steps.column()
