"""The jobs themselves: each does one thing, says what it did, and may be run twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.access.actions.brakes import forget_old_brakes
from openpar.base.accounts.models import User
from openpar.base.accounts.queries import actor_of
from openpar.base.audit.checking import wrong_rows
from openpar.base.audit.sealing import seal
from openpar.base.backups import nightly
from openpar.base.backups.envelope import recipients_of
from openpar.base.backups.errors import BadBackup
from openpar.base.facts.actions.compaction import compact
from openpar.base.facts.actions.recounting import recount
from openpar.base.facts.queries import datasets
from openpar.base.facts.verification import verify_facts
from openpar.base.notifications import checkpoints
from openpar.base.notifications.actions import letters
from openpar.base.notifications.mail import send_due_mail
from openpar.base.notifications.mail_server import mail_is_set_up
from openpar.base.notifications.sending import deliver_due
from openpar.base.organisations.roles import Actor, operator
from openpar.base.privacy.actions import remind_of_data_requests
from openpar.common.errors import Refused
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.refreshing import (
    calendar_is_ahead,
    follow_calendar,
    judge_open_dossiers,
)
from openpar.delivery.dossiers.actions.reminding import remind_of_apologies
from openpar.delivery.dossiers.actions.waiting import take_in
from openpar.delivery.dossiers.models import OpenDossier
from openpar.delivery.dossiers.waiting import WaitingState, waiting_lists, write_state
from openpar.delivery.service_quality.actions.counting import count_again, were_counted
from openpar.jobs.models import JobState
from openpar.jobs.reminding import remind_of_everything

# Who acts when nobody does; stands in the trace.
_HOUSE = Actor(id=None, full_name="Hệ thống", held=frozenset())


class LogDiffers(Exception):
    """Rows of the log are no longer what was sealed."""


class FactsDiffer(Exception):
    """Files of facts are no longer what came in, or kept counters not what the facts give."""


def seal_log(at: datetime) -> str:
    """New rows become part of the signed tree. Raises KeyTrouble when nothing can be signed."""
    return _("%d dòng mới được niêm phong") % seal(at=at)


def tell_checkpoint(at: datetime) -> str:
    """The newest checkpoint leaves the house."""
    return _("%d người nhận mốc niêm phong") % checkpoints.tell_checkpoint(at=at)


def check_log(_at: datetime) -> str:
    """Every row against its seal. Raises LogDiffers naming the first ones that differ."""
    found = wrong_rows()
    if found:
        listed = "; ".join(f"{'' if one.position is None else one.position} {one.what}" for one in found[:5])
        raise LogDiffers(listed)
    return _("mọi dòng nhật ký đúng như lúc niêm phong")


def backups_are_wanted() -> bool:
    """Backups are made where there is a place for them."""
    return bool(settings.OPENPAR_BACKUP_DIR)


def full_backup(at: datetime) -> str:
    """A full backup, restored for trial, then retention. Raises BadBackup when anything is wrong."""
    tried = nightly.full_backup(_folder(), at=at, recipients=_recipients())
    said = _("%(name)s: khôi phục thử được %(rows)s dòng, %(files)s tệp; bỏ %(removed)s bản cũ") % {
        "name": tried.kept.path.name,
        "rows": tried.trial.rows,
        "files": tried.trial.files,
        "removed": tried.removed,
    }
    if tried.files_lost or tried.trial.log_wrong_rows:
        raise BadBackup.because(
            said,
            _("%(files)s tệp mất trước khi sao lưu, %(rows)s dòng nhật ký không khớp niêm phong")
            % {"files": len(tried.files_lost), "rows": tried.trial.log_wrong_rows},
            code="data-damaged",
        )
    return said


def changes_backup(at: datetime) -> str:
    """All rows and the new evidence, when anything changed since the last backup."""
    kept = nightly.changes_backup(_folder(), at=at, recipients=_recipients())
    return _("không có gì thay đổi") if kept is None else kept.path.name


def check_kept_backups(_at: datetime) -> str:
    """The bytes of every kept backup recounted. Raises BadBackup naming those that rotted."""
    damaged = nightly.damaged(_folder())
    if damaged:
        raise BadBackup.because(
            ", ".join(one.path.name for one in damaged),
            _("tệp hỏng hoặc mất"),
            _("Thay đĩa sao lưu; chạy openpar backup"),
            code="kept-damaged",
        )
    return _("mọi bản sao lưu nguyên vẹn")


def expired_sessions(_at: datetime) -> str:
    """Sessions that ended are removed."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return _("đã xóa phiên hết hạn")


def mail_is_wanted() -> bool:
    """Letters go out where there is a mail server."""
    return mail_is_set_up()


def send_mail(_at: datetime) -> str:
    """Messages about the way in leave by mail as well."""
    return _("%d thư đã gửi") % send_due_mail()


def remind(at: datetime) -> str:
    """Everybody hears of what is due. Raises ProvidersFailed when a package could not say; the others did."""
    return _("%d lời nhắc đã gửi") % remind_of_everything(at=at)


def make_digests(at: datetime) -> str:
    """The letter of the day is written; the next `send_mail` sends it."""
    return _("%d thư trong ngày") % letters.make_digests(at=at)


def deliver_to_gateways(at: datetime) -> str:
    """Reminders leave by the gateways for messages."""
    return _("%d tin đã chuyển qua cổng tin nhắn") % deliver_due(by=_HOUSE, at=at)


def remind_data_requests(at: datetime) -> str:
    """Administrators hear of requests about personal data that fall due."""
    return _("%d yêu cầu được nhắc") % remind_of_data_requests(by=_HOUSE, at=at)


def old_brakes(at: datetime) -> str:
    """What was counted of failed log-ins and is forgotten by now is removed."""
    return _("đã xóa %d bộ đếm") % forget_old_brakes(by=_HOUSE, at=at)


def _folder() -> Path:
    return Path(settings.OPENPAR_BACKUP_DIR)


def _recipients() -> tuple[str, ...]:
    return recipients_of(settings.OPENPAR_BACKUP_RECIPIENTS)


def lists_wait() -> bool:
    """Large lists of dossiers are taken in here, when there are any."""
    return bool(waiting_lists(state=WaitingState.QUEUED))


def import_lists(at: datetime) -> str:
    """Takes in the lists that were left to it, as whoever brought them; what is refused is told there."""
    done = refused = 0
    for waiting in waiting_lists(state=WaitingState.QUEUED):
        if waiting.mapping is None:
            continue
        try:
            take_in(by=actor_of(waiting.user_id, at=at), at=at, waiting=waiting, mapping=waiting.mapping)
            done += 1
        except Refused:
            refused += 1
        except User.DoesNotExist:
            # Who brought it has no account any more: nobody may answer for it.
            write_state(replace(waiting, state=WaitingState.REFUSED))
            refused += 1
    return _("%(done)d danh sách hồ sơ đã nạp, %(refused)d bị từ chối") % {"done": done, "refused": refused}


def dossiers_are_kept() -> bool:
    """There are open dossiers."""
    return OpenDossier.objects.exists()


def due_days_wait() -> bool:
    """A calendar came into force since due days of open dossiers were reckoned."""
    return calendar_is_ahead(timezone.localdate())


def move_due_days(at: datetime) -> str:
    """Due days of open dossiers follow the calendar in force; those before are kept.

    Raises StaleFacts when dossiers came in meanwhile; the next try does it.
    """
    return _("%d hồ sơ đổi hạn theo lịch mới") % follow_calendar(by=operator("openpar"), at=at)


def judge_dossiers(at: datetime) -> str:
    """Open dossiers whose due day has passed since the last time become overdue, and the figures with them.

    Raises StaleFacts when dossiers came in meanwhile; the next try does it.
    """
    last = JobState.objects.filter(name="judge_dossiers").values_list("succeeded_at", flat=True).first()
    since = last.astimezone(VIETNAM).date() if last else date.min
    return _("%d hồ sơ quá hạn được tính lại") % judge_open_dossiers(
        by=operator("openpar"), at=at, since=since
    )


def index_is_counted() -> bool:
    """Somebody had figures of the service-quality index counted."""
    return were_counted()


def count_index(at: datetime) -> str:
    """The counted figures of the service-quality index follow the dossiers while their period lasts."""
    last = JobState.objects.filter(name="count_index").values_list("succeeded_at", flat=True).first()
    since = last or at
    return _("%d số liệu chỉ số phục vụ thay đổi") % count_again(
        by=operator("openpar"), at=at, since=since.astimezone(VIETNAM).date()
    )


def facts_are_kept() -> bool:
    """There are datasets of facts."""
    return bool(datasets())


def compact_facts(at: datetime) -> str:
    """Small files of facts become fewer that say the same, events settle into them, leftovers are swept away.

    Raises StaleFacts when facts came in meanwhile, the next try does it; WouldChange when a file is damaged.
    """
    done = [compact(by=operator("openpar"), at=at, dataset=name) for name in datasets()]
    return _("%(before)d tệp dữ kiện gộp thành %(after)d, %(settled)d dữ kiện mới ghi vào tệp") % {
        "before": sum(one.before for one in done),
        "after": sum(one.after for one in done),
        "settled": sum(one.settled for one in done),
    }


def recount_facts(at: datetime) -> str:
    """Every kept counter against a count of all facts. Raises FactsDiffer naming the first that differ."""
    found = [
        f"{name} ({one.basis}): {one.agency}/{one.month}/{one.sector}/{one.channel}"
        for name in datasets(counted=True)
        for one in recount(by=operator("openpar"), at=at, dataset=name)
    ]
    if found:
        told = {"count": len(found), "listed": "; ".join(found[:5])}
        raise FactsDiffer(_("%(count)d ô lệch: %(listed)s") % told)
    return _("mọi bộ đếm khớp với dữ kiện")


def verify_stored_facts(_at: datetime) -> str:
    """Every file, manifest and batch of facts against its digest. Raises FactsDiffer naming the first."""
    report = verify_facts()
    if report.faults:
        told = "; ".join(f"{one.kind} {one.path or ', '.join(one.batches)}" for one in report.faults[:5])
        raise FactsDiffer(told)
    return _("%(files)d tệp, %(batches)d lô dữ kiện nguyên vẹn") % {
        "files": report.files,
        "batches": report.batches,
    }


def remind_apologies(at: datetime) -> str:
    """Agencies hear of dossiers for which today is the last day to apologise."""
    return _("%d người được nhắc xin lỗi và hẹn lại") % remind_of_apologies(at=at)
