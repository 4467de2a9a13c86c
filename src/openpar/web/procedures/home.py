"""What waits on the first page: decisions an agency has not posted, and what those who control owe."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.accounts.queries import Actor
from openpar.delivery.procedures.models import PublishingDecision
from openpar.delivery.procedures.permissions import agencies_recorded_by
from openpar.delivery.procedures.queries.duties import duties_of, postings_of, work_calendar
from openpar.delivery.procedures.queries.offering import partial_without_reason
from openpar.delivery.procedures.queries.reviewing import unhandled_problems
from openpar.web.home.sections import Item, Section

_MOST = 6


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section; nothing for people who neither work in an agency nor control procedures."""
    today, own = timezone.localdate(at), agencies_recorded_by(actor)
    if own is None:
        items = [*_decisions(today), *_lists(today)]
    elif own:
        items = _to_post(own, today)
    else:
        return ()
    return (Section(_("Thủ tục hành chính"), tuple(items[:_MOST]), more=reverse("procedures-postings")),)


def _since(today: date) -> date:
    return date(today.year - 1, 1, 1)


def _to_post(own: frozenset[int], today: date) -> list[Item]:
    """Decisions that the own agency has not posted everywhere, the most urgent first."""
    followed = PublishingDecision.objects.filter(is_followed=True, signed_on__gte=_since(today))
    open_ones = [
        one
        for one in postings_of(followed, work_calendar())
        if one.organisation_id in own and not one.is_done
    ]
    return [
        Item(
            label=_("Niêm yết theo %s") % one.decision.number,
            link=f"{reverse('publishing-posting', args=[one.decision.pk])}?agency={one.organisation_id}",
            note=_("%(name)s: %(done)d/%(total)d thủ tục")
            % {"name": one.name, "done": one.done, "total": one.total},
            state="bad" if one.is_late(today) else "waiting",
            state_label=_("quá hạn") if one.is_late(today) else _("chưa niêm yết đủ"),
            due=one.duty.due_on,
        )
        for one in sorted(open_ones, key=lambda one: one.duty.due_on)
    ]


def _decisions(today: date) -> list[Item]:
    """Drafts, and issued decisions that are not uploaded yet."""
    calendar = work_calendar()
    waiting_ones = PublishingDecision.objects.filter(
        is_followed=True, uploaded_on__isnull=True, signed_on__gte=_since(today)
    )
    items = []
    for decision in waiting_ones.order_by("signed_on"):
        link = reverse("publishing-decision", args=[decision.pk])
        upload = duties_of(decision, calendar).upload
        if decision.issued_at is None:
            items.append(Item(decision.number, link, decision.title, "draft", _("dự thảo")))
        elif upload is not None:
            is_late = upload.is_late(today)
            label = _("Đăng tải %s lên CSDL quốc gia") % decision.number
            state = ("bad", _("quá hạn")) if is_late else ("waiting", _("chưa đăng tải"))
            items.append(Item(label, link, decision.title, *state, due=upload.due_on))
    return items


def _lists(today: date) -> list[Item]:
    """Lists that should be empty, with how many stand in them."""
    problems, partial = len(unhandled_problems(today)), len(partial_without_reason(today))
    items = []
    if problems:
        label = ngettext("%d vấn đề rà soát chưa xử lý", "%d vấn đề rà soát chưa xử lý", problems) % problems
        items.append(Item(label, reverse("procedure-reviews"), "", "warning", _("chưa xử lý")))
    if partial:
        said = ngettext(
            "%d thủ tục một phần chưa công bố lý do", "%d thủ tục một phần chưa công bố lý do", partial
        )
        items.append(Item(said % partial, reverse("procedures-offers"), "", "warning", _("chưa công bố")))
    return items
