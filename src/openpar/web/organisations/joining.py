"""Forms of the changes in which several organisations become one, or one becomes several."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openpar.base.organisations import actions
from openpar.base.organisations.actions import NewOrganisation
from openpar.base.organisations.models import Kind, Organisation, OrganisationVersion
from openpar.base.organisations.register import described
from openpar.base.organisations.roles import Actor
from openpar.web.components.fields import LineField
from openpar.web.organisations.forms import (
    KEY_IN_TEXT,
    ChangeForm,
    CodeForm,
    DissolveForm,
    FlagsForm,
    FoundForm,
    HandOverForm,
    ParentForm,
    RegisterField,
    RenameForm,
    RetypeForm,
    key_for,
    listed,
    name_of,
)


class MergeForm(ChangeForm):
    """Several become one; as many rows of organisations as `rows`."""

    title = _("Hợp nhất, sáp nhập")
    lead = _("Nhiều đơn vị thành một: một đơn vị mới (hợp nhất), hoặc một đơn vị đã có (sáp nhập).")
    into = RegisterField(
        label=_("Nhập vào đơn vị đã có"),
        required=False,
        help_text=_("Để trống khi lập đơn vị mới."),
    )
    name = LineField(label=_("hoặc: tên đơn vị mới"), max_length=250, required=False)
    short_name = LineField(label=_("Tên gọi tắt"), max_length=80, required=False)
    kind = forms.TypedChoiceField(
        label=_("Loại hình đơn vị mới"),
        coerce=Kind,
        empty_value=None,
        required=False,
        help_text=_("Để trống thì như đơn vị thứ nhất; cấp trên, khối và việc chấm điểm cũng vậy."),
    )
    code = LineField(label=_("Mã đơn vị mới"), max_length=40, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for number in range(1, self.rows + 1):
            label = gettext("Đơn vị thứ %d") % number
            self.fields[f"organisation_{number}"] = RegisterField(label=label, required=number == 1)

    @classmethod
    def prefilled(cls, subject: OrganisationVersion | None) -> dict[str, object]:
        return {"organisation_1": f"{subject.name} [{subject.organisation.key}]"} if subject else {}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if bool(found.get("into")) == bool(found.get("name")) and "into" not in self.errors:
            self.add_error("into", _("Ghi một trong hai: đơn vị đã có, hoặc tên đơn vị mới."))
        every = [found.get(f"organisation_{number}") for number in range(1, self.rows + 1)]
        # In the order of the rows, each once.
        self.merged = list(dict.fromkeys(known for known in every if known))
        if found.get("name") and len(self.merged) == 1:
            self.add_error(
                "organisation_2", _("Hợp nhất cần ít nhất hai đơn vị; một đơn vị đổi tên là “Đổi tên”.")
            )
        return found

    def ending(self) -> list[int]:
        return [known for known in self.merged if known != self.cleaned_data["into"]]

    def sentence(self) -> str:
        given = self.cleaned_data
        texts = {"on": self.day, "old": listed(name_of(known) for known in self.ending() or self.merged)}
        if given["into"]:
            texts["new"] = name_of(given["into"])
            return gettext("Từ ngày %(on)s, %(old)s nhập vào %(new)s.") % texts
        texts["new"] = given["name"]
        return gettext("Từ ngày %(on)s, %(old)s thành %(new)s.") % texts

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        into = self.cleaned_data["into"] or self._new()
        return actions.merge(by=by, at=at, organisation_ids=self.merged, into=into, **self._given()).pk

    def _new(self) -> NewOrganisation:
        given = self.cleaned_data
        first = OrganisationVersion.objects.select_related("organisation").filter(
            organisation_id=self.merged[0]
        )
        like = first.order_by("valid_from").last()
        assert like is not None
        description = replace(
            described(like),
            kind=given["kind"] or Kind(like.kind),
            name=given["name"],
            short_name=given["short_name"],
            name_en="",
            code=given["code"],
        )
        return NewOrganisation(key_for(given["name"], given["on"], like=like.organisation.key), description)


class SplitForm(ChangeForm):
    """One becomes several; as many rows of parts as `rows`."""

    title = _("Chia, tách")
    lead = _("Đơn vị mới theo loại hình, cấp trên, khối và việc chấm điểm của đơn vị được chia.")
    stays = forms.BooleanField(
        label=_("Đơn vị cũ vẫn hoạt động (tách); không đánh dấu: đơn vị cũ kết thúc (chia)"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for number in range(1, self.rows + 1):
            label = gettext("Đơn vị thứ %d sau khi chia, tách") % number
            field = LineField(label=label, max_length=380, required=number == 1)
            field.widget.attrs["list"] = "organisations"
            self.fields[f"part_{number}"] = field
            code = LineField(label=gettext("Mã"), max_length=40, required=False)
            self.fields[f"code_{number}"] = code

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self.parts: list[NewOrganisation | int] = []
        self.part_names: list[str] = []
        if not found.get("on"):
            return found
        for number in range(1, self.rows + 1):
            text = found.get(f"part_{number}")
            if not text:
                continue
            part = self._part(text, found, number)
            if part is not None:
                self.parts.append(part)
                self.part_names.append(name_of(part) if isinstance(part, int) else text)
        if len(self.parts) == 1 and not found.get("stays") and not self.errors:
            self.add_error("part_2", _("Chia cần ít nhất hai đơn vị; hoặc đánh dấu đơn vị cũ vẫn hoạt động."))
        return found

    def _part(self, text: str, found: dict[str, Any], number: int) -> NewOrganisation | int | None:
        """An organisation that exists when its key is written, else a new one like the one divided."""
        if key := KEY_IN_TEXT.search(text):
            known = Organisation.objects.filter(key=key[1]).values_list("pk", flat=True).first()
            if known is None:
                self.add_error(f"part_{number}", _("Không có đơn vị nào mang khóa này."))
            return known
        description = replace(
            described(self.of), name=text, short_name="", name_en="", code=found.get(f"code_{number}", "")
        )
        return NewOrganisation(key_for(text, found["on"], like=self.of.organisation.key), description)

    def ending(self) -> list[int]:
        return [] if self.cleaned_data["stays"] else [self.of.organisation_id]

    def sentence(self) -> str:
        texts = {"on": self.day, "old": self.of.name, "new": listed(self.part_names)}
        if self.cleaned_data["stays"]:
            return gettext("Từ ngày %(on)s, từ %(old)s tách ra %(new)s; %(old)s vẫn hoạt động.") % texts
        return gettext("Từ ngày %(on)s, %(old)s chia thành %(new)s.") % texts

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        organisation_id = self.of.organisation_id
        into = [organisation_id, *self.parts] if self.cleaned_data["stays"] else self.parts
        actions.split(by=by, at=at, organisation_id=organisation_id, into=into, **self._given())
        return organisation_id


# The word in the address → the form. Those of one organisation, in the order in which its page offers them.
OF_ONE: dict[str, type[ChangeForm]] = {
    "rename": RenameForm,
    "retype": RetypeForm,
    "code": CodeForm,
    "parent": ParentForm,
    "flags": FlagsForm,
    "merge": MergeForm,
    "split": SplitForm,
    "hand-over": HandOverForm,
    "dissolve": DissolveForm,
}
# Those that begin without one.
OF_NONE: dict[str, type[ChangeForm]] = {"found": FoundForm, "merge": MergeForm}
FIRST_ROWS = {"merge": 3, "split": 3}
