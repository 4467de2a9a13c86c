"""How far the taking in of a list is: told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportStage(models.TextChoices):
    """What is done to a list, one after the other."""

    READING = "reading", _("đọc các dòng")
    COMPARING = "comparing", _("so với các danh sách trước")
    JUDGING = "judging", _("tính hạn và kết luận từng hồ sơ")
    WRITING = "writing", _("ghi tệp dữ kiện")
    COUNTING = "counting", _("cập nhật số đếm, hồ sơ đang mở và lỗi dữ liệu")


# The stage that begins, the rows read by then, and how many there are (lines, before they are read).
Heard = Callable[[ImportStage, int, int], None]


def unheard(_stage: ImportStage, _read: int, _rows: int) -> None:
    """Nobody waits."""
