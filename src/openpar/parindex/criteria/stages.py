"""What may follow what in the life of a criteria set."""

from openpar.parindex.criteria.models import SetStage

# from → to: why
MAY_FOLLOW: dict[SetStage, dict[SetStage, str]] = {
    SetStage.DRAFT: {SetStage.ISSUED: "sums right, rules valid, decision number and date known"},
    SetStage.ISSUED: {
        SetStage.IN_USE: "a round that pins it has opened; from now on frozen",
        SetStage.DRAFT: "taken back before any round has opened with it",
    },
    SetStage.IN_USE: {SetStage.RETIRED: "replaced or out of force; published rounds keep it"},
    SetStage.RETIRED: {},
}
