"""The steps of a made-up release over real rows: a table, its rows, a column, values, a constraint."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def _copy_organisations(apps: Any, _editor: Any) -> None:
    notes, organisations = apps.get_model("upgrades", "Note"), apps.get_model("organisations", "Organisation")
    for organisation in organisations.objects.order_by("pk"):
        notes.objects.create(about=organisation.key)


def _fill_lengths(apps: Any, _editor: Any) -> None:
    notes = apps.get_model("upgrades", "Note")
    for note in notes.objects.order_by("pk"):
        notes.objects.filter(pk=note.pk).update(length=len(note.about))


def table() -> list[Any]:
    return [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("about", models.CharField(max_length=200)),
            ],
        ),
        migrations.RunPython(_copy_organisations, migrations.RunPython.noop),
    ]


def column() -> list[Any]:
    return [
        migrations.AddField("note", "length", models.IntegerField(null=True)),
        migrations.RunPython(_fill_lengths, migrations.RunPython.noop),
    ]


def constraint() -> list[Any]:
    long_enough = models.CheckConstraint(condition=models.Q(length__gte=0), name="note_length")
    return [
        migrations.AddConstraint("note", long_enough),
        migrations.AddIndex("note", models.Index(fields=["about"], name="note_by_about")),
        migrations.RenameField("note", "about", "subject"),
    ]
