from django.db import migrations

from trust.upgrades import steps


class Migration(migrations.Migration):
    dependencies = [("upgrades", "0002_column")]
    operations = steps.constraint()
