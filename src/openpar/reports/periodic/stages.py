"""What may follow what in the life of a revision of a report. docs/states is drawn from this table.

A report that is owed and has no revision is “due”: nothing stands in the database yet.
"""

from openpar.reports.periodic.models import RevisionState

# from → to: when.
REVISION: dict[RevisionState, dict[RevisionState, str]] = {
    RevisionState.DRAFT: {
        RevisionState.SUBMITTED: "the head signs and sends; nothing is missing or unexplained",
    },
    RevisionState.SUBMITTED: {
        RevisionState.RETURNED: "who receives returns it with a reason; the next draft begins",
        RevisionState.ACCEPTED: "who receives accepts it",
    },
    RevisionState.ACCEPTED: {
        RevisionState.LOCKED: "the cut-off: its figures are those of the period from now on",
        RevisionState.REPLACED: "a revision with a reason has been accepted before the cut-off, or after it "
        "in place of a late one",
    },
    RevisionState.RETURNED: {},
    RevisionState.LOCKED: {},
    RevisionState.REPLACED: {},
}
