"""One page with every component, for eyes and for axe. Its figures are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from jinja2 import ChoiceLoader, FileSystemLoader

from openpar.common.errors import Gap
from openpar.web.components.charts import Spoke
from openpar.web.components.fields import DayField, LineField, PointsField, TextField
from openpar.web.components.paging import slice_of
from openpar.web.components.trees import TreeNode

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Phase:
    label: str
    dates: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Event:
    when: str
    who: str
    what: str
    reason: str = ""


class GalleryForm(forms.Form):
    name = LineField(label="Tên tài liệu", help_text="Ghi đúng trích yếu của văn bản.")
    issued_on = DayField(label="Ngày ban hành")
    points = PointsField(label="Điểm tự chấm", required=False)
    note = TextField(label="Giải trình", required=False)
    kind = forms.ChoiceField(label="Loại", choices=[("a", "Báo cáo"), ("b", "Quyết định")])
    way = forms.ChoiceField(
        label="Hình thức", choices=[("a", "Trực tuyến"), ("b", "Trực tiếp")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="Đã kiểm tra chữ ký số", required=False)
    scan = forms.FileField(label="Bản quét", required=False)


FIELDS = (
    ("1.", "Công tác chỉ đạo, điều hành CCHC", 7, 7),
    ("2.", "Cải cách thể chế", 9, 9),
    ("4.", "Cải cách tổ chức bộ máy", 5, 8),
    ("5.", "Cải cách chế độ công vụ", 8, 11),
    ("6.", "Cải cách tài chính công", 0, 9),
    ("7.", "Xây dựng chính quyền điện tử, chính quyền số", 3, 12),
    ("8.", "Tác động của CCHC đến người dân, tổ chức", 0, 6),
)
RANKING = (
    (1, "Sở Nội vụ", "92.10", "90.25", "Tốt"),
    (2, "Văn phòng UBND tỉnh", "91.00", "88.60", "Tốt"),
    (3, "Sở Văn hóa, Thể thao và Du lịch", "84.90", "77.30", "Khá"),
    (4, "Sở LĐ-TB&XH", "77.20", "57.52", "Trung bình"),
)


def _tree() -> tuple[TreeNode, ...]:
    third = TreeNode(
        "3.",
        "Cải cách thủ tục hành chính",
        done=12,
        total=14,
        children=(
            TreeNode(
                "3.1",
                "Kiểm soát quy định TTHC",
                figure="2,0",
                children=(
                    TreeNode(
                        "3.1.1", "Xử lý các vấn đề phát hiện qua rà soát TTHC", "#a", "checked", "1,00 / 1,0"
                    ),
                    TreeNode(
                        "3.1.2", "Xử lý phản ánh, kiến nghị về quy định TTHC", "#b", "warning", "0,50 / 1,0"
                    ),
                ),
            ),
            TreeNode(
                "3.3",
                "Kết quả giải quyết hồ sơ TTHC",
                figure="5,0",
                children=(
                    TreeNode(
                        "3.3.1",
                        "Tỷ lệ hồ sơ TTHC giải quyết đúng hạn",
                        "#c",
                        "active",
                        "1,50 / 2,0",
                        is_current=True,
                    ),
                    TreeNode("3.3.2", "Tỷ lệ hồ sơ thanh toán trực tuyến", "#d", "empty", "— / 1,5"),
                ),
            ),
        ),
    )
    others = [TreeNode(number, label, "#x", done=done, total=total) for number, label, done, total in FIELDS]
    return (*others[:2], third, *others[2:])


def context(request: HttpRequest) -> dict[str, object]:
    """Everything that gallery.html draws."""
    form = GalleryForm({"name": "", "issued_on": "31/02/2026", "points": "1.500", "kind": "a"})
    shares = ("73.7", "62.5", "64.8", "66.7", "63.0", "52.2", "52.3", "38.2")
    own = ("89.5", "80.0", "88.5", "76.2", "79.3", "73.9", "80.0", "58.8")
    return {
        "tree": _tree(),
        "form": form,
        "today": date(2026, 11, 21),
        "gaps": (
            Gap("1.1.3", "chưa có tài liệu kiểm chứng", "Thêm ít nhất một tài liệu", link="#x"),
            Gap("3.3.1", "điểm tự chấm cao hơn điểm theo số liệu", "Giải trình hoặc sửa điểm"),
        ),
        "ranking": [
            (rank, name, Decimal(self_points), Decimal(appraised), grade)
            for rank, name, self_points, appraised, grade in RANKING
        ],
        "heat": [("Sở Nội vụ", [Decimal(v) for v in ("82", "76.8", "91.8", "50", "41.1")] + [None])],
        "spokes": [
            Spoke(str(place), FIELDS[min(place - 1, 6)][1], Decimal(mine), Decimal(theirs))
            for place, (mine, theirs) in enumerate(zip(own, shares, strict=True), start=1)
        ],
        "phases": (
            Phase("Tự chấm điểm", "01/11/2026 – 30/11/2026", "active", "còn 9 ngày"),
            Phase("Thẩm định", "01/12/2026 – 20/12/2026", "empty"),
            Phase("Công bố", "15/01/2027", "empty"),
        ),
        "events": (
            Event(
                "21/11/2026 14:05",
                "Nguyễn Thị Hòa",
                "Đổi điểm tự chấm 3.3.1 từ 2,00 thành 1,50",
                "Đối chiếu lại",
            ),
            Event("20/11/2026 09:12", "Trần Văn Đức", "Giao lĩnh vực 3 cho Phòng Kiểm soát TTHC"),
        ),
        "slice": slice_of(request, list(range(230))),
    }


def gallery(request: HttpRequest) -> HttpResponse:
    env = engines["jinja2"].env  # type: ignore[attr-defined]  # the backend keeps its environment there
    own = env.overlay(loader=ChoiceLoader([FileSystemLoader(_HERE), env.loader]))
    given = {"request": request, "csrf_input": "", "csrf_token": "", **context(request)}
    return HttpResponse(own.get_template("gallery.html").render(given))


urlpatterns = [path("gallery/", gallery, name="gallery"), path("", include("openpar.config.urls"))]
