"""The addresses of criteria sets."""

from __future__ import annotations

from django.urls import path, register_converter

from openpar.web.criteria import comparing, editing, importing, life, pages, settings


class ExportKind:
    """The endings under which a set can be downloaded."""

    regex = "xlsx|docx|yaml"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ExportKind, "criteria_export")

_SET = "criteria/<int:pk>/"
_LINE = _SET + "edit/<int:line>/"

urlpatterns = [
    path("criteria/", pages.sets, name="criteria"),
    path("criteria/import/", importing.upload, name="criteria-import"),
    path("criteria/import/<str:token>/", importing.preview, name="criteria-import-preview"),
    path(_SET, pages.table, name="criteria-set"),
    path(_SET + "criteria.<criteria_export:kind>", pages.export, name="criteria-export"),
    path(_SET + "issue/", life.issue, name="criteria-issue"),
    path(_SET + "take-back/", life.give_back, name="criteria-take-back"),
    path(_SET + "retire/", life.retire, name="criteria-retire"),
    path(_SET + "copy/", life.copy, name="criteria-copy"),
    path(_SET + "compare/", comparing.compare, name="criteria-compare"),
    path(_SET + "edit/", editing.overview, name="criteria-edit"),
    path(_SET + "edit/settings/", settings.edit, name="criteria-settings"),
    path(_SET + "edit/add/", editing.add, name="criteria-add"),
    path(_LINE, editing.line, name="criteria-line"),
    path(_SET + "edit/check/", editing.check, name="criteria-check"),
    path(_LINE + "remove/", editing.remove, name="criteria-remove"),
    path(_LINE + "move/", editing.move, name="criteria-move"),
]
