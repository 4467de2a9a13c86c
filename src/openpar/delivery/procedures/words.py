"""The closed lists of the catalogue: levels, channels, units, kinds; stored words in capitals, labels beside.

Which online levels exist on a day, and what duties bind whom, is dated data (`levels.py`, `duties.py`).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from openpar.base.organisations.models import Kind


class Channel(models.TextChoices):
    """How a dossier is handed in (exchange codes KenhThucHien 1, 2, 3)."""

    IN_PERSON = "IN_PERSON", _("Trực tiếp")
    ONLINE = "ONLINE", _("Trực tuyến")
    POST = "POST", _("Bưu chính công ích")


class LimitUnit(models.TextChoices):
    """What a time limit is counted in; part of the data, never assumed."""

    WORKING_DAY = "WORKING_DAY", _("ngày làm việc")
    CALENDAR_DAY = "CALENDAR_DAY", _("ngày")
    HOUR = "HOUR", _("giờ")
    SAME_DAY = "SAME_DAY", _("trong ngày")


class FeeKind(models.TextChoices):
    """Whether something is to be paid; not stated (empty) is none of these."""

    FREE = "FREE", _("Không thu")
    FIXED = "FIXED", _("Mức cố định")
    VARIABLE = "VARIABLE", _("Theo quy định riêng")


class ProcedureKind(models.TextChoices):
    """Who laid the procedure down."""

    STANDARD = "STANDARD", _("Chuẩn hóa (bộ, ngành công bố)")
    LOCAL = "LOCAL", _("Đặc thù của địa phương")
    INTERNAL = "INTERNAL", _("Nội bộ giữa cơ quan nhà nước")


class AgencyKind(models.TextChoices):
    """Kinds of agencies that handle a procedure, when no single one is named."""

    PROVINCE = "PROVINCE", _("UBND cấp tỉnh")
    DEPARTMENT = "DEPARTMENT", _("Sở, ban, ngành")
    VERTICAL_AGENCY = "VERTICAL_AGENCY", _("Cơ quan ngành dọc")
    SERVICE_UNIT = "SERVICE_UNIT", _("Đơn vị sự nghiệp")
    DISTRICT = "DISTRICT", _("UBND cấp huyện (đến 30/06/2025)")
    COMMUNE = "COMMUNE", _("UBND cấp xã")


# The organisations of the register that are meant by a kind of agency.
ORGANISATION_KINDS: dict[AgencyKind, tuple[Kind, ...]] = {
    AgencyKind.PROVINCE: (Kind.PROVINCE, Kind.PEOPLES_COMMITTEE),
    AgencyKind.DEPARTMENT: (Kind.DEPARTMENT,),
    AgencyKind.VERTICAL_AGENCY: (Kind.VERTICAL_AGENCY,),
    AgencyKind.SERVICE_UNIT: (Kind.SERVICE_UNIT,),
    AgencyKind.DISTRICT: (Kind.DISTRICT,),
    AgencyKind.COMMUNE: (Kind.COMMUNE, Kind.WARD, Kind.SPECIAL_ZONE, Kind.TOWNSHIP),
}


class Level(models.TextChoices):
    """The level of government at which a procedure is handled; one procedure may be handled at several."""

    PROVINCE = "PROVINCE", _("Cấp tỉnh")
    DISTRICT = "DISTRICT", _("Cấp huyện")
    COMMUNE = "COMMUNE", _("Cấp xã")


class OnlineLevel(models.TextChoices):
    """How much of a procedure can be done online; the four numbered levels are those before NĐ 42/2022."""

    INFORMATION = "INFORMATION", _("Cung cấp thông tin")
    PARTIAL = "PARTIAL", _("Một phần")
    FULL = "FULL", _("Toàn trình")
    LEVEL_1 = "LEVEL_1", _("Mức độ 1")
    LEVEL_2 = "LEVEL_2", _("Mức độ 2")
    LEVEL_3 = "LEVEL_3", _("Mức độ 3")
    LEVEL_4 = "LEVEL_4", _("Mức độ 4")


class Tier(models.TextChoices):
    """Who issues a publishing decision: the duties of a ministry and of a province differ."""

    MINISTRY = "MINISTRY", _("Bộ, cơ quan ngang bộ")
    PROVINCE = "PROVINCE", _("UBND cấp tỉnh")


class LineChange(models.TextChoices):
    """What a publishing decision does to one procedure."""

    NEW = "NEW", _("Ban hành mới")
    AMENDED = "AMENDED", _("Sửa đổi, bổ sung")
    REPLACED = "REPLACED", _("Bị thay thế")
    ABOLISHED = "ABOLISHED", _("Bãi bỏ")


class PostedAt(models.TextChoices):
    """Where a procedure is posted."""

    BOARD = "BOARD", _("Bảng niêm yết tại Bộ phận Một cửa")
    WEBSITE = "WEBSITE", _("Trang, cổng thông tin điện tử")
    KIOSK = "KIOSK", _("Ki-ốt, mã QR")


class Part(models.TextChoices):
    """The parts of a procedure: seven that it must have, four that some have (NĐ 63/2010 Art. 8)."""

    NAME = "NAME", _("Tên thủ tục")
    STEPS = "STEPS", _("Trình tự thực hiện")
    MANNER = "MANNER", _("Cách thức thực hiện")
    PAPERS = "PAPERS", _("Thành phần, số lượng hồ sơ")
    LIMIT = "LIMIT", _("Thời hạn giải quyết")
    APPLICANTS = "APPLICANTS", _("Đối tượng thực hiện")
    AGENCY = "AGENCY", _("Cơ quan thực hiện")
    FORMS = "FORMS", _("Mẫu đơn, tờ khai")
    RESULT = "RESULT", _("Kết quả thực hiện")
    CONDITIONS = "CONDITIONS", _("Yêu cầu, điều kiện")
    FEE = "FEE", _("Phí, lệ phí")


MANDATORY = (
    *(Part.NAME, Part.STEPS, Part.MANNER, Part.PAPERS),
    *(Part.LIMIT, Part.APPLICANTS, Part.AGENCY),
)
CONDITIONAL = (Part.FORMS, Part.RESULT, Part.CONDITIONS, Part.FEE)


class QualityState(models.TextChoices):
    """How an agency stands with its quality management system (TCVN ISO 9001, QĐ 19/2014/QĐ-TTg)."""

    ANNOUNCED = "ANNOUNCED", _("Đã công bố")
    REANNOUNCED = "REANNOUNCED", _("Công bố lại")
    MAINTAINED = "MAINTAINED", _("Duy trì, cải tiến")
    NOT_MAINTAINED = "NOT_MAINTAINED", _("Không duy trì")
    WITHDRAWN = "WITHDRAWN", _("Thôi công bố")
