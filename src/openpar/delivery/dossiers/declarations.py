"""The dataset of dossiers: its columns, and how its facts are counted.

A row is what a system says of one dossier at one moment. People stand in a dataset of their own
(`PEOPLE`), and only those of dossiers that are late or still open: the list of late dossiers needs no more.
"""

from __future__ import annotations

from openpar.base.facts.declarations import (
    AGENCY,
    SECTOR,
    Basis,
    Column,
    Condition,
    Count,
    Counting,
    Declaration,
    FactColumn,
    Kind,
)
from openpar.delivery.dossiers.words import INDEX_ON_TIME, VERDICT_NUMBER, Extension, Outcome
from openpar.engine.verdicts import Verdict

DATASET, PEOPLE_DATASET = "dossiers", "dossier_people"
CODE = "dossier"
# The dimensions whose texts have small numbers. Those of counters bear the names of their columns, by which
# the counters file finds the texts that it sends along.
AGENCIES, SECTORS, PROCEDURES = AGENCY, SECTOR, "dossier_procedure"
# Months of the calendar, and months of reporting: from the 15th to the 14th (TT 01/2020/TT-VPCP).
RECEIVED, DUE, ENDED = "received", "due", "ended"
RECEIVED_15, DUE_15, ENDED_15 = "received_15", "due_15", "ended_15"


def _count(name: str, **wanted: int | tuple[int, ...]) -> Count:
    return Count(
        name,
        tuple(
            Condition(column, values if isinstance(values, tuple) else (int(values),))
            for column, values in wanted.items()
        ),
    )


def _verdict(*verdicts: Verdict) -> tuple[int, ...]:
    return tuple(VERDICT_NUMBER[verdict] for verdict in verdicts)


COUNTING = Counting(
    columns=(
        FactColumn("agency", 16),
        FactColumn("procedure", 16),
        FactColumn("sector", 16),
        FactColumn("channel"),
        FactColumn("month_received", 16),
        FactColumn("month_due", 16),
        FactColumn("month_ended", 16),
        FactColumn("period_received", 16),
        FactColumn("period_due", 16),
        FactColumn("period_ended", 16),
        # 1: it was received; refused and merely registered ones were not.
        FactColumn("accepted"),
        FactColumn("verdict"),
        FactColumn("index_verdict"),
        FactColumn("outcome"),
        FactColumn("supplements"),
        FactColumn("extension"),
        FactColumn("applicant"),
        FactColumn("obligation"),
        FactColumn("paid_online"),
        FactColumn("digitised"),
        FactColumn("reused"),
        FactColumn("electronic"),
        # The edition of the calendar that the due moment was reckoned with.
        FactColumn("calendar", 16),
    ),
    bases=(
        Basis(RECEIVED, "month_received"),
        Basis(DUE, "month_due"),
        Basis(ENDED, "month_ended"),
        Basis(RECEIVED_15, "period_received"),
        Basis(DUE_15, "period_due"),
        Basis(ENDED_15, "period_ended"),
    ),
    counts=(
        _count("received", accepted=1),
        _count("received_online", accepted=1, channel=2),
        # Everything that left, with or without a result: what carry-over is computed from.
        _count(
            "gone", accepted=1, outcome=(Outcome.DONE, Outcome.RETURNED, Outcome.WITHDRAWN, Outcome.STOPPED)
        ),
        _count("resolved", accepted=1, outcome=Outcome.DONE),
        _count("early", verdict=_verdict(Verdict.EARLY)),
        _count("on_time", verdict=_verdict(Verdict.ON_TIME)),
        _count("late", verdict=_verdict(Verdict.LATE)),
        _count("untimed", accepted=1, outcome=Outcome.DONE, verdict=_verdict(Verdict.UNTIMED)),
        _count("in_process", accepted=1, outcome=Outcome.OPEN),
        _count("overdue", verdict=_verdict(Verdict.OPEN_OVERDUE)),
        _count("waiting_supplement", verdict=_verdict(Verdict.SUPPLEMENT)),
        _count("paused", verdict=_verdict(Verdict.PAUSED)),
        _count("returned", accepted=1, outcome=Outcome.RETURNED),
        _count("withdrawn", accepted=1, outcome=Outcome.WITHDRAWN),
        _count("stopped", accepted=1, outcome=Outcome.STOPPED),
        _count("refused", outcome=Outcome.REFUSED),
        _count("supplemented", accepted=1, supplements=(1, 2)),
        _count("on_time_766", accepted=1, index_verdict=INDEX_ON_TIME),
        _count(
            "apologised", verdict=_verdict(Verdict.LATE, Verdict.OPEN_OVERDUE), extension=Extension.IN_TIME
        ),
        _count("obligation", accepted=1, obligation=1),
        _count("paid_online", accepted=1, obligation=1, paid_online=(1, 2)),
        _count("digitised", accepted=1, digitised=1),
        _count("reused", accepted=1, reused=1),
        _count("electronic", accepted=1, electronic=1),
    ),
)

DOSSIERS = Declaration(
    name=DATASET,
    columns=(
        Column(CODE, Kind.TEXT, is_key=True),
        # The key of an organisation of the register.
        Column("agency", Kind.TEXT, is_required=True),
        # The national number; the words of the source where the catalogue does not know it.
        Column("procedure", Kind.TEXT),
        Column("case_name", Kind.TEXT),
        Column("sector", Kind.TEXT),
        Column("channel", Kind.INTEGER),
        Column("status", Kind.INTEGER, is_required=True),
        # The papers went back without a result: status 8, counted apart from a stop.
        Column("is_returned", Kind.BOOLEAN),
        Column("submitted_at", Kind.MOMENT),
        Column("received_at", Kind.MOMENT),
        Column("due_on", Kind.DAY, keeps_first=True),
        Column("finished_at", Kind.MOMENT, keeps_first=True),
        Column("handed_over_at", Kind.MOMENT),
        Column("refused_at", Kind.MOMENT),
        Column("supplement_asked_at", Kind.MOMENT, keeps_first=True),
        Column("supplement_answered_at", Kind.MOMENT, keeps_first=True),
        Column("supplements", Kind.INTEGER),
        Column("payment_asked_at", Kind.MOMENT),
        Column("paid_at", Kind.MOMENT),
        Column("paused_at", Kind.MOMENT),
        Column("resumed_at", Kind.MOMENT),
        Column("extended_at", Kind.MOMENT, keeps_first=True),
        Column("new_due_on", Kind.DAY, keeps_first=True),
        # Of the document that apologises and names the new date.
        Column("apology_number", Kind.TEXT, keeps_first=True),
        Column("extensions", Kind.INTEGER),
        Column("applicant_kind", Kind.INTEGER),
        Column("has_obligation", Kind.BOOLEAN),
        Column("paid_online", Kind.INTEGER),
        Column("is_digitised", Kind.BOOLEAN),
        Column("is_reused", Kind.BOOLEAN),
        Column("has_electronic_result", Kind.BOOLEAN),
        # What was sent to the national portal.
        Column("portal_status", Kind.INTEGER),
    ),
    counting=COUNTING,
)

PEOPLE = Declaration(
    name=PEOPLE_DATASET,
    columns=(
        Column(CODE, Kind.TEXT, is_key=True),
        Column("applicant", Kind.TEXT, is_personal=True),
        Column("address", Kind.TEXT, is_personal=True),
        Column("phone", Kind.TEXT, is_personal=True),
        Column("officer", Kind.TEXT, is_personal=True),
    ),
)
