"""The side that found it: closes, sends back, decides on more time, gives a code."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.reform.findings.actions.adding import classify_finding, leaf_of
from openpar.reform.findings.actions.closing import close_finding, send_back
from openpar.reform.findings.actions.extending import decide_extension
from openpar.reform.findings.errors import StaleFinding
from openpar.reform.findings.models import Extension
from openpar.reform.findings.permissions import may_judge
from openpar.reform.findings.queries.story import Story
from openpar.web.components.given import Given
from openpar.web.findings.common import seen_story, side, whole_number
from openpar.web.findings.finding import page_context
from openpar.web.findings.leaf_field import leaf_label, offers_of, read_leaf
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say


@page("POST")
def close(request: AuthenticatedRequest, finding_id: int) -> HttpResponse:
    """The remedy is accepted."""

    def act(given: Given) -> None:
        close_finding(finding_id=finding_id, text=given.text("text"), by=actor(request), at=now())

    return _judged(request, finding_id, act, _("Đã xác nhận khắc phục xong."))


@page("POST")
def give_back(request: AuthenticatedRequest, finding_id: int) -> HttpResponse:
    """The remedy is not accepted, with the reason and perhaps another day."""

    def act(given: Given) -> None:
        day = given.day("deadline")
        _refuse_unreadable(given)
        send_back(
            finding_id=finding_id, reason=given.text("reason"), deadline=day, by=actor(request), at=now()
        )

    return _judged(request, finding_id, act, _("Đã yêu cầu đơn vị làm tiếp."))


@page("POST")
def classify(request: AuthenticatedRequest, finding_id: int) -> HttpResponse:
    """Another code of the taxonomy or criterion, or none."""

    def act(given: Given) -> None:
        story = seen_story(request, finding_id)
        kept = leaf_of(story.finding)
        # The criterion of lost points is not asked about: it stays.
        typed = given.text("leaf") if not story.finding.is_of_publication else leaf_label(kept)
        classify_finding(
            finding_id=finding_id,
            code=given.text("code")[:10],
            leaf=read_leaf(typed, offers_of(story.unit_now_id), kept),
            expected_version=whole_number(given.text("version")) or 0,
            by=actor(request),
            at=now(),
        )

    return _judged(request, finding_id, act, _("Đã phân loại."))


@page("POST")
def decide(request: AuthenticatedRequest, extension_id: int) -> HttpResponse:
    """A request for more time is granted or refused."""
    extension = get_object_or_404(Extension, pk=extension_id)
    is_granted = request.POST.get("decision") == "grant"

    def act(given: Given) -> None:
        decide_extension(
            extension_id=extension_id,
            is_granted=is_granted,
            reason=given.text("reason"),
            by=actor(request),
            at=now(),
        )

    done = _("Đã gia hạn.") if is_granted else _("Đã trả lời không gia hạn.")
    return _judged(request, extension.finding_id, act, done)


def _judged(
    request: AuthenticatedRequest, finding_id: int, act: Callable[[Given], None], done: str
) -> HttpResponse:
    """Runs the action of somebody on the finding side; for everybody else there is no such address."""
    story: Story = seen_story(request, finding_id)
    if not may_judge(side(request), story.finding):
        raise Http404
    try:
        act(Given(dict(request.POST.lists())))
    except Refused as error:
        status = 409 if isinstance(error, StaleFinding) else 422
        typed = {name: str(value) for name, value in request.POST.items()}
        context = {**page_context(request, seen_story(request, finding_id)), "typed": typed}
        return refused(request, error, template="findings/finding.html", context=context, status=status)
    say(request, done)
    return redirect("finding", finding_id)


def _refuse_unreadable(given: Given) -> None:
    if given.errors:
        raise Refused.because(_("Hạn mới"), next(iter(given.errors.values())), code="unreadable")
