"""What may follow what in the life of a revision of figures. docs/states is drawn from this table."""

from openpar.delivery.figures.models import RevisionState

# from → to: when.
REVISION: dict[RevisionState, dict[RevisionState, str]] = {
    RevisionState.DRAFT: {
        RevisionState.SIGNED: "the head signs; every gap is explained by somebody, by name",
    },
    RevisionState.SIGNED: {
        RevisionState.RETURNED: "who controls procedures returns it with a reason; the next draft begins",
        RevisionState.REPLACED: "the agency has revised it with a reason and signed the next one",
    },
    RevisionState.RETURNED: {},
    RevisionState.REPLACED: {},
}
