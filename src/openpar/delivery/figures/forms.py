"""The forms, identities and the scheme of evaluation as they stand in the data, by date; read once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.common.yaml_files import texts_of
from openpar.delivery.procedures.words import Level
from openpar.engine.balance import ColumnKind as CountKind
from openpar.engine.balance import CountColumn, Identities, Identity
from openpar.engine.balance_data import identities_from_mapping
from openpar.engine.evaluation import Scheme
from openpar.engine.evaluation_data import scheme_from_mapping
from openpar.engine.form_data import form_from_mapping
from openpar.engine.forms import ColumnKind, Form, FormColumn, form_on

# The left side of an inequality may be greater by what this stands for (engine/balance.py, `remainder`).
_REST = "rest"
LEVELS: Mapping[str, Level] = {
    "province": Level.PROVINCE,
    "district": Level.DISTRICT,
    "commune": Level.COMMUNE,
}
# District offices until 30/06/2025; a period that ended later has none.
_DISTRICTS_UNTIL = date(2025, 7, 1)


@lru_cache(maxsize=4)
def _forms(folder: Path) -> tuple[Form, ...]:
    return tuple(form_from_mapping(texts_of(path)) for path in sorted(folder.glob("*.yaml")))


def all_forms() -> tuple[Form, ...]:
    """Every version of every form."""
    return _forms(Path(settings.OPENPAR_DATA_DIR) / "forms")


def form_codes() -> tuple[str, ...]:
    """The codes of the forms, those of dossiers first."""
    codes = dict.fromkeys(form.code for form in all_forms())
    return tuple(sorted(codes, key=lambda code: (code.startswith("II.07"), not code.startswith("II"), code)))


def form_valid_on(code: str, on: date) -> Form | None:
    """The version of a form for a period that ends on a day."""
    return form_on(all_forms(), code, on)


def form_of_version(code: str, version: str) -> Form:
    """The version that a revision was made with. Raises LookupError."""
    for form in all_forms():
        if (form.code, form.version) == (code, version):
            return form
    raise LookupError(f"no form {code} {version} in the data")


def with_placement(form: Form, placement: str) -> Form:
    """The form with the columns that a choice adds; an empty choice adds none. Raises NoSuchPlacement."""
    return form.with_columns_of(form.placement(placement)) if placement else form


def count_columns(form: Form) -> tuple[FormColumn, ...]:
    """The columns with figures."""
    return tuple(column for column in form.columns if column.kind is ColumnKind.COUNT)


def text_column(form: Form) -> FormColumn:
    """The column with the name of the row."""
    return next(column for column in form.columns if column.kind is ColumnKind.TEXT)


def blocks_of(form: Form, until_on: date) -> tuple[str, ...]:
    """The levels that rows may stand under; none where the rows are agencies."""
    if form.blocks:
        return form.blocks
    if text_column(form).key != "field":
        return ()
    return tuple(name for name in LEVELS if name != "district" or until_on < _DISTRICTS_UNTIL)


def block_label(block: str) -> str:
    """“Cấp tỉnh”; empty for no level."""
    return str(LEVELS[block].label) if block in LEVELS else ""


def column_label(column: FormColumn) -> str:
    """The headings of a column from the top, in one line."""
    return ", ".join(column.path)


@lru_cache(maxsize=4)
def _identities(path: Path) -> Identities:
    return identities_from_mapping(texts_of(path))


def dossier_identities() -> Identities:
    """What counts of dossiers must satisfy."""
    return _identities(Path(settings.OPENPAR_DATA_DIR) / "dossier_identities.yaml")


def counts_dossiers(form: Form) -> bool:
    """Are the figures of the form counts of dossiers, which carry over from period to period?"""
    return "E5" in form.across


def identities_of(form: Form) -> Identities:
    """What holds in a row: the identities of dossiers, or the equations of the form in the same shape."""
    if counts_dossiers(form):
        return dossier_identities()
    columns = tuple(
        CountColumn(column.key, column_label(column), CountKind.FLOW) for column in count_columns(form)
    )
    rules = tuple(
        Identity(each.id, "", each.right, each.left, remainder=_REST)
        if each.at_most or each.is_target
        else Identity(each.id, "", each.left, each.right)
        for each in form.equations
    )
    return Identities(form.version, form.document, columns, rules)


@lru_cache(maxsize=4)
def _scheme(path: Path) -> Scheme:
    return scheme_from_mapping(texts_of(path))


def scheme_valid_on(on: date) -> Scheme | None:
    """The scheme of evaluation in force on a day."""
    scheme = _scheme(Path(settings.OPENPAR_DATA_DIR) / "evaluation_tt01_2018.yaml")
    is_valid = scheme.valid_from <= on and (scheme.valid_until is None or on < scheme.valid_until)
    return scheme if is_valid else None


def total_words() -> frozenset[str]:
    """How the row of sums is called in files."""
    return frozenset({"tong", "tong cong", "tong so", "cong", "toan tinh", "total"})


def total_label() -> str:
    return _("Tổng số")
