"""What may follow what: the phases of a round, the states of a sheet inside its unit, of a correction.

docs/states is drawn from these tables and compared with them by a test.
"""

from openpar.parindex.assessments.models import Correction, RoundStage, SheetState

# from → to: why. A round lists its own phases; those it leaves out are stepped over.
ROUND: dict[RoundStage, dict[RoundStage, str]] = {
    RoundStage.PREPARATION: {RoundStage.SELF_SCORING: "blocks, sets, units, people and dates are in place"},
    RoundStage.SELF_SCORING: {RoundStage.APPRAISAL: "the window has closed or every sheet is locked"},
    RoundStage.APPRAISAL: {
        RoundStage.EXPLANATION: "every leaf has been appraised; the points are shown to the units",
        RoundStage.DECISION: "a round without explanation",
    },
    RoundStage.EXPLANATION: {
        RoundStage.REAPPRAISAL: "the window for explanations has closed",
        RoundStage.DECISION: "a round without second appraisal",
    },
    RoundStage.REAPPRAISAL: {RoundStage.DECISION: "every explanation has been decided"},
    RoundStage.DECISION: {
        RoundStage.PUBLISHED: "outside parts are in, the council has met, the decision is signed"
    },
    RoundStage.PUBLISHED: {},
}

SHEET: dict[SheetState, dict[SheetState, str]] = {
    SheetState.DRAFTING: {
        SheetState.AWAITING_HEAD: "the focal officer submits a sheet without gaps",
        SheetState.LOCKED: "the window has closed: locked automatically as it stands",
    },
    SheetState.AWAITING_HEAD: {
        SheetState.DRAFTING: "the head sends it back with a reason",
        SheetState.LOCKED: "the head approves, or the window has closed",
    },
    SheetState.LOCKED: {SheetState.DRAFTING: "reopened by two people with a reason, until a moment"},
}

CORRECTION: dict[Correction.State, dict[Correction.State, str]] = {
    Correction.State.PROPOSED: {
        Correction.State.CONFIRMED: "the council's chair or the round manager, another person, confirms it",
        Correction.State.REFUSED: "one of the same refuses it, with a reason",
        Correction.State.WITHDRAWN: "its proposer takes it back",
    },
    Correction.State.CONFIRMED: {},
    Correction.State.REFUSED: {},
    Correction.State.WITHDRAWN: {},
}
