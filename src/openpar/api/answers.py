"""Answers in the national shape, `{"error_code": "0", "result": {…}}`: a refusal has its status as code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse


@dataclass(frozen=True)
class Refusal:
    """One thing that is not taken: in which dossier (from 0; None: the whole), which field, what is wrong.

    `path` leads through the message as it was sent: “data[3].TaiLieuNop[0].TenTepDinhKem”; empty for headers.
    """

    what: str
    remedy: str = ""
    field: str = ""
    index: int | None = None
    dossier: str = ""
    path: str = ""

    def said(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "MaHoSo": self.dossier,
            "field": self.field,
            "path": self.path,
            "what": self.what,
            "remedy": self.remedy,
        }


class Declined(Exception):
    """The request comes to nothing; `refused` is how many dossiers it was about, as far as they were read."""

    def __init__(
        self,
        status: int,
        refusals: tuple[Refusal, ...],
        refused: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.refusals, self.refused, self.headers = status, refusals, refused, headers or {}
        super().__init__(status)

    def answer(self) -> HttpResponse:
        result = {"accepted": 0, "refused": self.refused, "refusals": told(self.refusals)}
        return answer(str(self.status), result, status=self.status, headers=self.headers)


def told(refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    return [refusal.said() for refusal in refusals]


def answer(
    error_code: str, result: Mapping[str, Any], *, status: int, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """One answer; never kept by anybody on its way."""
    return JsonResponse(
        {"error_code": error_code, "result": result},
        status=status,
        json_dumps_params={"ensure_ascii": False},
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
