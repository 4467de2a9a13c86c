"""What may follow what in the life of a finding, and of a request for more time. docs/states draws these."""

from openpar.reform.findings.models import Extension, FindingState

# from → to: when.
FINDING: dict[FindingState, dict[FindingState, str]] = {
    FindingState.OPEN: {FindingState.REMEDIATING: "the unit plans the remedy, with cause and deadline"},
    FindingState.REMEDIATING: {
        FindingState.REMEDIATING: "the unit plans anew within the deadline",
        FindingState.REPORTED: "the unit reports the remedy, evidence attached",
    },
    FindingState.REPORTED: {
        FindingState.CLOSED: "the side that found it closes it: another person than who reported",
        FindingState.SENT_BACK: "the side that found it is not satisfied and says why",
    },
    FindingState.SENT_BACK: {FindingState.REPORTED: "the unit reports again, with new evidence"},
    FindingState.CLOSED: {},
}

EXTENSION: dict[Extension.State, dict[Extension.State, str]] = {
    Extension.State.ASKED: {
        Extension.State.GRANTED: "the side that found it grants it; the old deadline stays readable",
        Extension.State.REFUSED: "the side that found it refuses, with a reason",
    },
    Extension.State.GRANTED: {},
    Extension.State.REFUSED: {},
}
