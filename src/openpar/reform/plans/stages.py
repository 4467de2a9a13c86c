"""What may follow what in the lives of versions, duties, claims, requests and meetings.

docs/states is drawn from these tables.
"""

from openpar.reform.plans.models import Claim, DutyRequest, DutyState, Meeting, VersionState

# from → to: when.
VERSION: dict[VersionState, dict[VersionState, str]] = {
    VersionState.DRAFT: {
        VersionState.IN_FORCE: "issued by a document; every task has a lead and a deadline, and, where the "
        "version replaces another, what becomes of it, with the clause",
    },
    VersionState.IN_FORCE: {VersionState.REPLACED: "a later version of the plan came into force"},
    VersionState.REPLACED: {},
}

DUTY: dict[DutyState, dict[DutyState, str]] = {
    DutyState.OPEN: {
        DutyState.REPORTED: "the agency reports it done, with the product",
        DutyState.DROPPED: "a new version drops the task, gives it to another agency, or changes its periods",
    },
    DutyState.REPORTED: {
        DutyState.DONE: "the assigning side confirms it",
        DutyState.OPEN: "the assigning side sends the report back with a reason, or the agency withdraws it",
        DutyState.DROPPED: "a new version drops the task or gives it to another agency",
    },
    DutyState.DONE: {},
    DutyState.DROPPED: {},
}

CLAIM: dict[Claim.State, dict[Claim.State, str]] = {
    Claim.State.REPORTED: {
        Claim.State.CONFIRMED: "the assigning side, another person, confirms it",
        Claim.State.RETURNED: "the assigning side sends it back with a reason",
        Claim.State.WITHDRAWN: "the agency takes it back, or the duty is dropped by a new version",
    },
    Claim.State.CONFIRMED: {},
    Claim.State.RETURNED: {},
    Claim.State.WITHDRAWN: {},
}

REQUEST: dict[DutyRequest.State, dict[DutyRequest.State, str]] = {
    DutyRequest.State.ASKED: {
        DutyRequest.State.APPROVED: "the assigning side, another person, agrees",
        DutyRequest.State.REFUSED: "the assigning side refuses, with a reason",
        DutyRequest.State.WITHDRAWN: "the agency takes it back, or the duty is done or dropped meanwhile",
    },
    DutyRequest.State.APPROVED: {},
    DutyRequest.State.REFUSED: {},
    DutyRequest.State.WITHDRAWN: {},
}

MEETING: dict[Meeting.State, dict[Meeting.State, str]] = {
    Meeting.State.DRAFT: {
        Meeting.State.CONCLUDED: "there is at least one conclusion; orders have become tasks"
    },
    Meeting.State.CONCLUDED: {},
}
