"""What happens by itself, and when: this table is all there is."""

from __future__ import annotations

from datetime import time, timedelta

from openpar.base.notifications.rules import settings_in_force
from openpar.base.notifications.sending import deliveries_wait
from openpar.jobs import tasks
from openpar.jobs.timing import Job

JOBS: tuple[Job, ...] = (
    # At most a minute may pass between a change and its seal (docs/trust/formats.md).
    Job("seal_log", every=timedelta(seconds=30), run=tasks.seal_log),
    Job("tell_checkpoint", daily_at=time(7, 0), run=tasks.tell_checkpoint),
    Job("check_log", daily_at=time(3, 0), run=tasks.check_log, is_long=True),
    # Four minutes and the time it takes stay below the five minutes that may be lost (docs/decisions/0009).
    Job(
        "changes_backup",
        every=timedelta(minutes=4),
        run=tasks.changes_backup,
        is_long=True,
        is_wanted=tasks.backups_are_wanted,
    ),
    Job(
        "full_backup",
        daily_at=time(1, 30),
        run=tasks.full_backup,
        is_long=True,
        is_wanted=tasks.backups_are_wanted,
    ),
    Job(
        "check_kept_backups",
        daily_at=time(4, 0),
        run=tasks.check_kept_backups,
        is_long=True,
        is_wanted=tasks.backups_are_wanted,
    ),
    Job("send_mail", every=timedelta(minutes=1), run=tasks.send_mail, is_wanted=tasks.mail_is_wanted),
    Job("remind", daily_at=time(6, 30), run=tasks.remind, is_long=True),
    Job(
        "make_digests",
        daily_at=settings_in_force().digest_at,
        run=tasks.make_digests,
        is_wanted=tasks.mail_is_wanted,
    ),
    Job(
        "deliver_to_gateways",
        every=timedelta(minutes=1),
        run=tasks.deliver_to_gateways,
        is_long=True,
        is_wanted=deliveries_wait,
    ),
    Job("remind_data_requests", daily_at=time(7, 30), run=tasks.remind_data_requests),
    Job(
        "import_lists",
        every=timedelta(seconds=5),
        run=tasks.import_lists,
        is_long=True,
        is_wanted=tasks.lists_wait,
    ),
    Job(
        "move_due_days",
        every=timedelta(minutes=1),
        run=tasks.move_due_days,
        is_long=True,
        is_wanted=tasks.due_days_wait,
    ),
    Job(
        "judge_dossiers",
        daily_at=time(0, 20),
        run=tasks.judge_dossiers,
        is_long=True,
        is_wanted=tasks.dossiers_are_kept,
    ),
    Job(
        "count_index",
        daily_at=time(0, 50),
        run=tasks.count_index,
        is_long=True,
        is_wanted=tasks.index_is_counted,
    ),
    Job(
        "remind_apologies",
        daily_at=time(7, 15),
        run=tasks.remind_apologies,
        is_wanted=tasks.dossiers_are_kept,
    ),
    Job(
        "compact_facts",
        daily_at=time(2, 0),
        run=tasks.compact_facts,
        is_long=True,
        is_wanted=tasks.facts_are_kept,
    ),
    Job(
        "verify_facts",
        daily_at=time(3, 30),
        run=tasks.verify_stored_facts,
        is_long=True,
        is_wanted=tasks.facts_are_kept,
    ),
    Job(
        "recount_facts",
        daily_at=time(4, 30),
        run=tasks.recount_facts,
        is_long=True,
        is_wanted=tasks.facts_are_kept,
    ),
    Job("old_brakes", daily_at=time(2, 30), run=tasks.old_brakes),
    Job("expired_sessions", every=timedelta(hours=1), run=tasks.expired_sessions),
)
