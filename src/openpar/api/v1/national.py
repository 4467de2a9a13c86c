"""The names of the national exchange that are read of a dossier, and what each of them means here."""

from __future__ import annotations

from collections.abc import Mapping

from openpar.api.v1.nested import said_fields
from openpar.delivery.dossiers.layouts import plain, vocabulary
from openpar.delivery.dossiers.mappings import ColumnMapping, preset, suggested
from openpar.delivery.dossiers.queries.mappings import saved_mapping

SERVICE = "DongBoHoSoMC"
# Where the dossiers lie in the envelope.
DOSSIERS = "data"
# Of a list of supplements the first counts, and how many there are.
SUPPLEMENTS = "DanhSachHoSoBoSung"
SUPPLEMENT_FIELDS = ("NgayBoSung", "NgayTiepNhanBoSung")
_LAYOUT = "dong_bo_ho_so"
_SUPPLEMENTS_COUNTED = "Số lần bổ sung"


def fields() -> Mapping[str, str]:
    """The fields of a dossier by their national names, as the shipped layout has them."""
    found = preset(_LAYOUT)
    if found is None:
        raise LookupError(f"layouts.yaml has no layout {_LAYOUT}")
    return found.columns


def supplement_fields() -> Mapping[str, str]:
    """The fields of a request for supplements that are read, by their national names."""
    return suggested(SUPPLEMENT_FIELDS).columns


def mapping_of(source: str) -> ColumnMapping:
    """The national names, with what words of this source (names of agencies) were said to mean."""
    told = suggested((_SUPPLEMENTS_COUNTED, *said_fields())).columns
    columns = {**fields(), **supplement_fields(), **told}
    saved = saved_mapping(source)
    return ColumnMapping(columns, saved.words if saved else {}, saved.agency if saved else "")


def path_of(index: int, field: str) -> str:
    """Where a field of a dossier stands in the message; of supplements the first is read."""
    here = f"{DOSSIERS}[{index}]"
    if field in SUPPLEMENT_FIELDS:
        return f"{here}.{SUPPLEMENTS}[0].{field}"
    return f"{here}.{field}" if field else here


def national_name(column: str) -> str:
    """How the sender calls a column that our refusals call by its title (“Ngày nhận” → NgayTiepNhan)."""
    titles = vocabulary().titles
    names = {plain(titles[field]): name for name, field in fields().items()}
    return names.get(plain(column), column)
