"""The roles people hold in organisations, and the one who acts.

They stand here, below `accounts`, because the actions of this package already ask who acts; people with their
passwords and the periods of their roles are the business of `accounts`, which builds the `Actor`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may be in an organisation. Who may do what: each package's permissions.py."""

    FOCAL_OFFICER = "FOCAL_OFFICER", _("Cán bộ đầu mối")
    DIVISION_OFFICER = "DIVISION_OFFICER", _("Chuyên viên phòng chuyên môn")
    AGENCY_HEAD = "AGENCY_HEAD", _("Thủ trưởng đơn vị")
    APPRAISER = "APPRAISER", _("Thành viên thẩm định")
    COUNCIL_CHAIR = "COUNCIL_CHAIR", _("Chủ tịch Hội đồng thẩm định")
    ROUND_MANAGER = "ROUND_MANAGER", _("Quản lý kỳ đánh giá (Sở Nội vụ)")
    PROCEDURE_CONTROLLER = "PROCEDURE_CONTROLLER", _("Cán bộ kiểm soát TTHC")
    LEADER = "LEADER", _("Lãnh đạo UBND tỉnh")
    AUDITOR = "AUDITOR", _("Giám sát, kiểm toán")
    ADMINISTRATOR = "ADMINISTRATOR", _("Quản trị hệ thống")


@dataclass(frozen=True)
class Actor:
    """A person with the roles held at one moment; what every permission asks about."""

    id: int | None
    full_name: str
    held: frozenset[tuple[Role, int]]

    @property
    def person_id(self) -> int:
        """The id of a person with an account. Raises TypeError for the operator on the server."""
        if self.id is None:
            raise TypeError(f"{self.full_name} has no account; only people score, appraise and decide")
        return self.id

    def has(self, role: Role, organisation_id: int | None = None) -> bool:
        """Holds `role`, in `organisation_id` when one is given, anywhere otherwise."""
        return any(
            held is role and (organisation_id is None or where == organisation_id)
            for held, where in self.held
        )

    def organisations(self, *roles: Role) -> frozenset[int]:
        """Where any of `roles` (all roles when none is named) is held."""
        return frozenset(where for held, where in self.held if not roles or held in roles)


# No organisation has this id: whoever sits at the console acts for the installation, not for an agency.
_NOWHERE = 0


def operator(login: str) -> Actor:
    """Who runs a command on the server itself: may what an administrator may, and is named in the trace."""
    return Actor(id=None, full_name=f"{login} (máy chủ)", held=frozenset({(Role.ADMINISTRATOR, _NOWHERE)}))
