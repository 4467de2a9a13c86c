"""What may follow what in the life of a model or initiative. docs/states is drawn from this table.

Evaluated is no state: a model that runs is evaluated in every report period, and goes on running.
"""

from openpar.reform.initiatives.models import State

# from → to: when.
INITIATIVE: dict[State, dict[State, str]] = {
    State.PROPOSED: {
        State.RECOGNISED: "the council of the agency recognised it, by a decision somebody else records",
        State.RUNNING: "a model only: a plan or decision starts it before any council has seen it",
        State.STOPPED: "given up, with the reason",
    },
    State.RECOGNISED: {
        State.RUNNING: "it is applied from a day on",
        State.STOPPED: "given up, with the reason",
    },
    State.RUNNING: {
        State.REPLICATED: "the first other agency took it over, by a document",
        State.STOPPED: "it no longer runs, with the last day and the reason",
    },
    State.REPLICATED: {
        State.STOPPED: "it no longer runs, with the last day and the reason",
    },
    State.STOPPED: {},
}
# It runs in these: an evaluation is owed for every period that it ran in.
RUNS = frozenset({State.RUNNING, State.REPLICATED})
