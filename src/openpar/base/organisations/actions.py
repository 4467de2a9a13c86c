"""Changes in the register of organisations: one function per legal intention, each with its document.

`on` is the first day on which the change holds. A second change on the same day joins the version of that
day; a change before an already recorded later version is refused, so that history is written in its order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.models import Kind, Organisation, OrganisationVersion, Succession
from openpar.base.organisations.register import (
    KEY,
    LONGEST_KEY,
    Change,
    Description,
    NewOrganisation,
    OrganisationRefused,
    carry_out,
    described,
    lock_register,
    names_of,
    refuse_strangers,
    version_of,
)
from openpar.base.organisations.roles import Actor
from openpar.base.organisations.rules import show
from openpar.common.db import write_transaction
from openpar.common.errors import Gap

__all__ = [
    "Description",
    "NewOrganisation",
    "OrganisationRefused",
    "dissolve",
    "found",
    "hand_over",
    "merge",
    "rename",
    "retype",
    "set_code",
    "set_flags",
    "set_parent",
    "split",
]


def found(
    *, by: Actor, at: datetime, on: date, organisation: NewOrganisation, legal_basis: str
) -> Organisation:
    """A new organisation exists from `on`."""
    with _changing(verb="found_organisation", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        return _begin(change, organisation)


def rename(
    *,
    by: Actor,
    at: datetime,
    on: date,
    organisation_id: int,
    name: str,
    short_name: str = "",
    name_en: str = "",
    legal_basis: str,
) -> OrganisationVersion:
    """The same body bears another name from `on`; the old name stays for the days before."""
    with _changing(verb="rename_organisation", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        change.gaps += _missing_name(name)
        current = _current(change, organisation_id)
        meant = replace(described(current), name=name, short_name=short_name, name_en=name_en)
        return _revise(change, current, meant)


def retype(
    *,
    by: Actor,
    at: datetime,
    on: date,
    organisation_id: int,
    kind: Kind,
    name: str = "",
    block_id: int | None = None,
    legal_basis: str,
) -> OrganisationVersion:
    """The same body is of another kind from `on` (a commune becomes a ward), mostly with name and block.

    An empty `name` and `block_id` None leave both as they are.
    """
    with _changing(verb="retype_organisation", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        current = _current(change, organisation_id)
        meant = replace(
            described(current), kind=kind, name=name or current.name, block_id=block_id or current.block_id
        )
        return _revise(change, current, meant)


def set_code(
    *, by: Actor, at: datetime, on: date, organisation_id: int, code: str, legal_basis: str
) -> OrganisationVersion:
    """Another state code from `on`; codes pass from place to place, but never on one day."""
    with _changing(verb="recode_organisation", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        current = _current(change, organisation_id)
        return _revise(change, current, replace(described(current), code=code.strip()))


def set_parent(
    *, by: Actor, at: datetime, on: date, organisation_id: int, parent_id: int | None, legal_basis: str
) -> OrganisationVersion:
    """Stands under another organisation from `on`, or under none."""
    with _changing(verb="move_organisation", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        current = _current(change, organisation_id)
        return _revise(change, current, replace(described(current), parent_id=parent_id))


def set_flags(
    *,
    by: Actor,
    at: datetime,
    on: date,
    organisation_id: int,
    block_id: int | None,
    is_scored: bool,
    is_ranked: bool,
    is_published: bool,
    legal_basis: str = "",
) -> OrganisationVersion:
    """Its block, and whether it is scored, ranked and published, from `on`; needs no document of its own."""
    with _changing(verb="flag_organisation", by=by, at=at, change=Change(on, legal_basis)) as change:
        current = _current(change, organisation_id)
        meant = replace(
            described(current),
            block_id=block_id,
            is_scored=is_scored,
            is_ranked=is_ranked,
            is_published=is_published,
        )
        return _revise(change, current, meant)


def merge(
    *,
    by: Actor,
    at: datetime,
    on: date,
    organisation_ids: Sequence[int],
    into: NewOrganisation | int,
    legal_basis: str,
) -> Organisation:
    """Several organisations become one: a new one (hợp nhất), or one of them that stays (sáp nhập).

    The others end on `on`.
    """
    with _changing(verb="merge_organisations", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        successor = Organisation.objects.get(pk=into) if isinstance(into, int) else _begin(change, into)
        ending = [known for known in organisation_ids if known != successor.pk]
        if not ending:
            change.gaps.append(_nothing_to_do(_("Chưa chọn đơn vị nào để sáp nhập")))
        for organisation_id in ending:
            predecessor = _end(change, organisation_id)
            _link(change, predecessor, successor, Succession.Change.MERGED, is_main=True)
    return successor


def split(
    *,
    by: Actor,
    at: datetime,
    on: date,
    organisation_id: int,
    into: Sequence[NewOrganisation | int],
    legal_basis: str,
) -> tuple[Organisation, ...]:
    """One organisation becomes several, of which the first carries its main part.

    When its own id is among `into` it stays and the others come out of it (tách); otherwise it ends on `on`
    (chia).
    """
    with _changing(verb="split_organisation", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        stays = organisation_id in into
        origin = _current(change, organisation_id).organisation if stays else _end(change, organisation_id)
        parts = [_part(change, origin, part) for part in into]
        others = [part for part in parts if part is not origin]
        if len(parts) < 2:
            change.gaps.append(_nothing_to_do(_("Chia tách cần ít nhất hai đơn vị sau khi chia")))
        for part in others:
            _link(change, origin, part, Succession.Change.SPLIT, is_main=part is parts[0])
    return tuple(parts)


def hand_over(*, by: Actor, at: datetime, on: date, from_id: int, to_id: int, legal_basis: str) -> Succession:
    """A part of the duties passes to another organisation; the one that gives may stay or end otherwise."""
    with _changing(verb="hand_over_duties", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        giver, taker = Organisation.objects.get(pk=from_id), Organisation.objects.get(pk=to_id)
        _link(change, giver, taker, Succession.Change.TAKEN_OVER, is_main=False)
    return change.links[0]


def dissolve(*, by: Actor, at: datetime, on: date, organisation_id: int, legal_basis: str) -> None:
    """Ends on `on` without a successor."""
    with _changing(verb="dissolve_organisation", by=by, at=at, change=_with_basis(on, legal_basis)) as change:
        _link(change, _end(change, organisation_id), None, Succession.Change.DISSOLVED, is_main=True)


@contextmanager
def _changing(*, verb: str, by: Actor, at: datetime, change: Change) -> Iterator[Change]:
    """One change, whole: the register is taken and strangers are refused; what the block has put into the
    change is carried out at its end, also when it returns. Raises OrganisationRefused with every gap.
    """
    with write_transaction():
        lock_register()
        refuse_strangers(by)
        yield change
        carry_out(change, by=by, at=at, verb=verb)


def _with_basis(on: date, legal_basis: str) -> Change:
    """A change that needs a document."""
    return Change(on, legal_basis, gaps=_missing_basis(legal_basis))


def _current(change: Change, organisation_id: int) -> OrganisationVersion:
    """The last version; a gap unless it is the one valid on the day. Raises Organisation.DoesNotExist."""
    versions = OrganisationVersion.objects.select_related("organisation")
    last = versions.filter(organisation_id=organisation_id).order_by("valid_from").last()
    if last is None:
        raise Organisation.DoesNotExist(organisation_id)
    if last.valid_from > change.on:
        change.gaps.append(
            Gap(
                last.name,
                _("đã có thay đổi từ ngày %(since)s, sau ngày %(on)s")
                % {"since": show(last.valid_from), "on": show(change.on)},
                _("Thay đổi được ghi theo thứ tự ngày: chọn ngày từ %s trở đi") % show(last.valid_from),
                code="later-version",
            )
        )
    if last.valid_until is not None and last.valid_until <= change.on:
        change.gaps.append(
            Gap(
                last.name,
                _("đã hết hiệu lực từ ngày %s") % show(last.valid_until),
                _("Chọn ngày trước đó, hoặc chọn đơn vị kế thừa"),
                code="already-ended",
            )
        )
    return last


def _revise(change: Change, current: OrganisationVersion, meant: Description) -> OrganisationVersion:
    """Prepares the version from the day of the change; one of that very day is replaced, not doubled."""
    version = version_of(
        current.organisation,
        meant,
        valid_from=change.on,
        valid_until=current.valid_until,
        legal_basis=change.legal_basis or current.legal_basis,
    )
    if change.gaps:
        return version
    if current.valid_from == change.on:
        version.pk = current.pk
    else:
        change.ended.append(current)
    change.begun.append(version)
    return version


def _begin(change: Change, new: NewOrganisation) -> Organisation:
    key = new.key.strip()
    change.gaps += _missing_name(new.description.name)
    if not KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        remedy = _("Dùng chữ thường không dấu, chữ số và gạch nối, ví dụ 68-so-noi-vu-2025")
        change.gaps.append(Gap(_("Khóa"), _("“%s” không phải là khóa") % key, remedy, code="key-unfit"))
    elif Organisation.objects.filter(key=key).exists():
        remedy = _("Mỗi đơn vị có một khóa riêng không bao giờ dùng lại; thêm năm vào cuối khóa")
        change.gaps.append(Gap(_("Khóa"), _("“%s” đã có đơn vị dùng") % key, remedy, code="key-taken"))
    organisation = Organisation(key=key)
    description = replace(new.description, name=names_of(new.description.name)["name"])
    change.begun.append(
        version_of(
            organisation, description, valid_from=change.on, valid_until=None, legal_basis=change.legal_basis
        )
    )
    return organisation


def _end(change: Change, organisation_id: int) -> Organisation:
    current = _current(change, organisation_id)
    change.ended.append(current)
    return current.organisation


def _part(change: Change, origin: Organisation, part: NewOrganisation | int) -> Organisation:
    if isinstance(part, NewOrganisation):
        return _begin(change, part)
    return origin if part == origin.pk else Organisation.objects.get(pk=part)


def _link(
    change: Change,
    predecessor: Organisation,
    successor: Organisation | None,
    how: Succession.Change,
    *,
    is_main: bool,
) -> None:
    change.links.append(
        Succession(
            predecessor=predecessor,
            successor=successor,
            change=how,
            on=change.on,
            is_main=is_main,
            legal_basis=change.legal_basis,
        )
    )


def _missing_basis(legal_basis: str) -> list[Gap]:
    if legal_basis.strip():
        return []
    return [
        Gap(
            _("Căn cứ pháp lý"),
            _("chưa nêu văn bản quyết định thay đổi"),
            _("Ghi số, ký hiệu và ngày, ví dụ 392/NQ-HĐND 18/02/2025"),
            code="legal-basis-missing",
        )
    ]


def _missing_name(name: str) -> list[Gap]:
    if name.strip():
        return []
    return [Gap(_("Tên đơn vị"), _("để trống"), _("Ghi tên đầy đủ theo văn bản"), code="name-missing")]


def _nothing_to_do(what: str) -> Gap:
    return Gap("", what, _("Chọn các đơn vị liên quan theo văn bản"), code="nothing-to-do")
