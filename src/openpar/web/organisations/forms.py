"""One form per change of the register: what is asked, the sentence that says what will follow, the action.

Who may, and whether the register allows it, is the business of the actions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openpar.base.organisations import actions
from openpar.base.organisations.actions import Description, NewOrganisation
from openpar.base.organisations.models import Block, Kind, Organisation, OrganisationVersion
from openpar.base.organisations.roles import Actor
from openpar.common.formats import format_date
from openpar.common.text import fold
from openpar.web.components.fields import DayField, LineField
from openpar.web.people.forms import OrganisationField

KEY_IN_TEXT = re.compile(r"\[([^\]]+)\]\s*$")
_PROVINCE_PREFIX = re.compile(r"\d{2}-")


class RegisterField(OrganisationField):
    """An organisation, also one that begins later or has ended when its key is given (“name [key]”)."""

    def to_python(self, value: Any) -> Any:
        found = KEY_IN_TEXT.search(str(value or ""))
        if not found:
            return super().to_python(value)
        known = Organisation.objects.filter(key=found[1]).values_list("pk", flat=True).first()
        if known is None:
            raise ValidationError(_("Không có đơn vị nào mang khóa này. Chọn trong danh sách gợi ý."))
        return known


def name_of(organisation_id: int) -> str:
    """The last name in the register."""
    last = OrganisationVersion.objects.filter(organisation_id=organisation_id).order_by("valid_from").last()
    return last.name if last else ""


def listed(names: Iterable[str]) -> str:
    """“A”, “A và B”, “A, B và C”."""
    *before, last = names
    return gettext("%(before)s và %(last)s") % {"before": ", ".join(before), "last": last} if before else last


def key_for(name: str, on: date, *, like: str = "") -> str:
    """A key nobody has: the province's number as in the key `like`, the name, the year of the document."""
    prefix = found[0] if (found := _PROVINCE_PREFIX.match(like)) else ""
    stem = f"{prefix}{re.sub('[^a-z0-9]+', '-', fold(name)).strip('-')[:90].strip('-')}-{on.year}"
    taken = set(Organisation.objects.filter(key__startswith=stem).values_list("key", flat=True))
    number = 1
    while (key := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return key


def _blocks() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Block.objects.values_list("pk", "name")]


class ChangeForm(forms.Form):
    """What every change has: its first day and its document."""

    title: ClassVar[Any]
    lead: ClassVar[Any] = ""
    # How many rows of organisations there are, in the forms that have such rows.
    rows: int = 0

    on = DayField(label=_("Từ ngày"), help_text=_("Ngày đầu tiên thay đổi có hiệu lực."))
    legal_basis = LineField(
        label=_("Căn cứ pháp lý"),
        max_length=300,
        help_text=_("Số, ký hiệu và ngày của văn bản, ví dụ 392/NQ-HĐND 18/02/2025."),
    )

    def __init__(
        self, *args: Any, subject: OrganisationVersion | None = None, rows: int = 0, **options: Any
    ) -> None:
        self.subject = subject
        self.rows = rows
        super().__init__(*args, **options)
        for name in ("block", "kind"):
            field = self.fields.get(name)
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "—"), *(_blocks() if name == "block" else Kind.choices)]

    @classmethod
    def prefilled(cls, subject: OrganisationVersion | None) -> dict[str, object]:
        """What stands in the fields at first."""
        return {}

    @property
    def of(self) -> OrganisationVersion:
        """The organisation that changes. Only for the forms that are about one."""
        assert self.subject is not None
        return self.subject

    @property
    def day(self) -> str:
        return format_date(self.cleaned_data["on"])

    def ending(self) -> list[int]:
        """Who stops existing; their people need roles elsewhere."""
        return []

    def sentence(self) -> str:
        """What will follow, for the preview; the form is valid."""
        raise NotImplementedError

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        """Makes the change; returns the organisation to look at. Raises OrganisationRefused."""
        raise NotImplementedError

    def _given(self) -> dict[str, Any]:
        return {"on": self.cleaned_data["on"], "legal_basis": self.cleaned_data["legal_basis"]}


class FoundForm(ChangeForm):
    title = _("Thành lập đơn vị")
    name = LineField(label=_("Tên đầy đủ"), max_length=250)
    short_name = LineField(label=_("Tên gọi tắt"), max_length=80, required=False)
    name_en = LineField(label=_("Tên tiếng Anh"), max_length=250, required=False)
    kind = forms.TypedChoiceField(label=_("Loại hình"), coerce=Kind)
    parent = RegisterField(label=_("Trực thuộc"), required=False)
    code = LineField(label=_("Mã"), max_length=40, required=False)
    block = forms.TypedChoiceField(label=_("Khối xếp hạng"), coerce=int, empty_value=None, required=False)
    is_scored = forms.BooleanField(label=_("Chấm điểm"), required=False)
    is_ranked = forms.BooleanField(label=_("Xếp hạng"), required=False)
    is_published = forms.BooleanField(label=_("Công bố kết quả"), required=False)
    key = LineField(
        label=_("Khóa"),
        max_length=120,
        required=False,
        help_text=_("Không bao giờ đổi, ví dụ 68-so-noi-vu-2025. Để trống thì lập theo tên và năm."),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not found.get("key") and found.get("name") and found.get("on"):
            above = Organisation.objects.filter(pk=found["parent"]).first() if found.get("parent") else None
            found["key"] = key_for(found["name"], found["on"], like=above.key if above else "")
        return found

    def sentence(self) -> str:
        given = self.cleaned_data
        return gettext("Từ ngày %(on)s có đơn vị mới: %(name)s (%(kind)s), khóa %(key)s.") % {
            "on": self.day,
            "name": given["name"],
            "kind": given["kind"].label,
            "key": given["key"],
        }

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        given = self.cleaned_data
        names = ("kind", "name", "short_name", "name_en", "code", "is_scored", "is_ranked", "is_published")
        description = Description(
            parent_id=given["parent"], block_id=given["block"], **{name: given[name] for name in names}
        )
        new = NewOrganisation(given["key"], description)
        return actions.found(by=by, at=at, organisation=new, **self._given()).pk


class RenameForm(ChangeForm):
    title = _("Đổi tên")
    name = LineField(label=_("Tên mới"), max_length=250)
    short_name = LineField(label=_("Tên gọi tắt"), max_length=80, required=False)
    name_en = LineField(label=_("Tên tiếng Anh"), max_length=250, required=False)

    @classmethod
    def prefilled(cls, subject: OrganisationVersion | None) -> dict[str, object]:
        return {name: getattr(subject, name) for name in ("name", "short_name", "name_en")}

    def sentence(self) -> str:
        texts = {"on": self.day, "old": self.of.name, "new": self.cleaned_data["name"]}
        return gettext("Từ ngày %(on)s, %(old)s mang tên %(new)s.") % texts

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        names = {name: self.cleaned_data[name] for name in ("name", "short_name", "name_en")}
        organisation_id = self.of.organisation_id
        actions.rename(by=by, at=at, organisation_id=organisation_id, **names, **self._given())
        return organisation_id


class RetypeForm(ChangeForm):
    title = _("Đổi loại hình")
    lead = _("Vẫn là đơn vị ấy, nhưng thuộc loại khác: ví dụ xã thành phường.")
    kind = forms.TypedChoiceField(label=_("Loại hình mới"), coerce=Kind)
    name = LineField(label=_("Tên"), max_length=250)
    block = forms.TypedChoiceField(
        label=_("Khối xếp hạng"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Để trống thì giữ khối như cũ."),
    )

    @classmethod
    def prefilled(cls, subject: OrganisationVersion | None) -> dict[str, object]:
        assert subject is not None
        return {"name": subject.name, "block": subject.block_id}

    def sentence(self) -> str:
        return gettext("Từ ngày %(on)s, %(old)s (%(kind)s) thành %(new)s (%(new_kind)s).") % {
            "on": self.day,
            "old": self.of.name,
            "kind": Kind(self.of.kind).label,
            "new": self.cleaned_data["name"],
            "new_kind": self.cleaned_data["kind"].label,
        }

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        given, organisation_id = self.cleaned_data, self.of.organisation_id
        actions.retype(
            by=by,
            at=at,
            organisation_id=organisation_id,
            kind=given["kind"],
            name=given["name"],
            block_id=given["block"],
            **self._given(),
        )
        return organisation_id


class CodeForm(ChangeForm):
    title = _("Đổi mã")
    code = LineField(
        label=_("Mã mới"), max_length=40, required=False, help_text=_("Để trống khi không còn mã.")
    )

    @classmethod
    def prefilled(cls, subject: OrganisationVersion | None) -> dict[str, object]:
        return {"code": subject.code if subject else ""}

    def sentence(self) -> str:
        return gettext("Từ ngày %(on)s, mã của %(name)s là “%(new)s” (trước đó “%(old)s”).") % {
            "on": self.day,
            "name": self.of.name,
            "new": self.cleaned_data["code"] or gettext("không có"),
            "old": self.of.code or gettext("không có"),
        }

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        organisation_id, code = self.of.organisation_id, self.cleaned_data["code"]
        actions.set_code(by=by, at=at, organisation_id=organisation_id, code=code, **self._given())
        return organisation_id


class ParentForm(ChangeForm):
    title = _("Đổi đơn vị cấp trên")
    parent = RegisterField(
        label=_("Trực thuộc"), required=False, help_text=_("Để trống khi không trực thuộc đơn vị nào.")
    )

    def sentence(self) -> str:
        texts = {"on": self.day, "name": self.of.name}
        if self.cleaned_data["parent"] is None:
            return gettext("Từ ngày %(on)s, %(name)s không trực thuộc đơn vị nào.") % texts
        texts["parent"] = name_of(self.cleaned_data["parent"])
        return gettext("Từ ngày %(on)s, %(name)s trực thuộc %(parent)s.") % texts

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        organisation_id, parent_id = self.of.organisation_id, self.cleaned_data["parent"]
        actions.set_parent(
            by=by, at=at, organisation_id=organisation_id, parent_id=parent_id, **self._given()
        )
        return organisation_id


class FlagsForm(ChangeForm):
    title = _("Đổi khối, việc chấm điểm")
    lead = _("Kỳ đánh giá ghi danh theo khối và dấu “chấm điểm” vào ngày cuối thời kỳ đánh giá.")
    legal_basis = LineField(label=_("Căn cứ pháp lý"), max_length=300, required=False)
    block = forms.TypedChoiceField(label=_("Khối xếp hạng"), coerce=int, empty_value=None, required=False)
    is_scored = forms.BooleanField(label=_("Chấm điểm"), required=False)
    is_ranked = forms.BooleanField(label=_("Xếp hạng"), required=False)
    is_published = forms.BooleanField(label=_("Công bố kết quả"), required=False)

    @classmethod
    def prefilled(cls, subject: OrganisationVersion | None) -> dict[str, object]:
        assert subject is not None
        flags = {name: getattr(subject, name) for name in ("is_scored", "is_ranked", "is_published")}
        return {"block": subject.block_id, **flags}

    def sentence(self) -> str:
        given, yes, no = self.cleaned_data, gettext("có"), gettext("không")
        return gettext(
            "Từ ngày %(on)s, %(name)s: khối %(block)s; chấm điểm: %(scored)s; xếp hạng: %(ranked)s; "
            "công bố: %(published)s."
        ) % {
            "on": self.day,
            "name": self.of.name,
            "block": dict(_blocks()).get(str(given["block"]), gettext("không có")),
            "scored": yes if given["is_scored"] else no,
            "ranked": yes if given["is_ranked"] else no,
            "published": yes if given["is_published"] else no,
        }

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        given, organisation_id = self.cleaned_data, self.of.organisation_id
        flags = {name: given[name] for name in ("is_scored", "is_ranked", "is_published")}
        actions.set_flags(
            by=by,
            at=at,
            organisation_id=organisation_id,
            block_id=given["block"],
            **flags,
            **self._given(),
        )
        return organisation_id


class DissolveForm(ChangeForm):
    title = _("Giải thể")
    lead = _("Chỉ khi không đơn vị nào kế thừa; nếu có, ghi hợp nhất, sáp nhập hoặc chia tách.")

    def ending(self) -> list[int]:
        return [self.of.organisation_id]

    def sentence(self) -> str:
        texts = {"on": self.day, "name": self.of.name}
        return gettext("Từ ngày %(on)s, %(name)s giải thể, không có đơn vị kế thừa.") % texts

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        actions.dissolve(by=by, at=at, organisation_id=self.of.organisation_id, **self._given())
        return self.of.organisation_id


class HandOverForm(ChangeForm):
    title = _("Chuyển một phần nhiệm vụ")
    to = RegisterField(label=_("Đơn vị nhận nhiệm vụ"))

    def sentence(self) -> str:
        texts = {"on": self.day, "giver": self.of.name, "taker": name_of(self.cleaned_data["to"])}
        return gettext("Từ ngày %(on)s, một phần nhiệm vụ của %(giver)s do %(taker)s thực hiện.") % texts

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        giver, taker = self.of.organisation_id, self.cleaned_data["to"]
        actions.hand_over(by=by, at=at, from_id=giver, to_id=taker, **self._given())
        return giver
