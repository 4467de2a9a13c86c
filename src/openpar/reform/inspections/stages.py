"""What may follow what in the life of an inspection plan and of a case. docs/states is drawn from here."""

from openpar.reform.inspections.models import CampaignState, CaseState

# from → to: when.
CAMPAIGN: dict[CampaignState, dict[CampaignState, str]] = {
    CampaignState.DRAFT: {
        CampaignState.ISSUED: "issued with number and date; from then on units come in by a draw only",
    },
    CampaignState.ISSUED: {},
}

CASE: dict[CaseState, dict[CaseState, str]] = {
    CaseState.PREPARING: {
        CaseState.NOTIFIED: "the notice with the outline goes out; the units report on themselves",
        CaseState.WORKING: "unannounced: the head of the team begins without a notice",
        CaseState.CANCELLED: "given up, with a reason",
    },
    CaseState.NOTIFIED: {
        CaseState.WORKING: "the head of the team begins to check, on the spot or in the files",
        CaseState.CANCELLED: "given up, with a reason",
    },
    CaseState.WORKING: {
        CaseState.REPORTED: "the head of the team reports; every unit has signed minutes (not at the desk)",
    },
    CaseState.REPORTED: {
        CaseState.CONCLUDED: "the conclusion is issued; its limitations become findings",
    },
    CaseState.CONCLUDED: {
        CaseState.CLOSED: "the summary goes to the People's Committee; every unit has had its say",
    },
    CaseState.CLOSED: {},
    CaseState.CANCELLED: {},
}

# In these states nothing of a case changes any more, but what follows from it.
FROZEN = frozenset({CaseState.CONCLUDED, CaseState.CLOSED, CaseState.CANCELLED})


def may_follow(before: str, after: CaseState) -> bool:
    """Is this step in the table?"""
    return after in CASE[CaseState(before)]
