"""The table of the moves: every action of the index that people have, and what they are busy with when."""

from __future__ import annotations

from collections.abc import Mapping

from trust.walks import office_moves, unit_moves
from trust.walks.hand import Move

MOVES: Mapping[str, Move] = {
    move.__name__: move
    for move in (
        unit_moves.save_self,
        unit_moves.save_whole,
        unit_moves.attach,
        unit_moves.detach,
        unit_moves.assign_leaves,
        unit_moves.submit,
        unit_moves.send_back,
        unit_moves.lock,
        unit_moves.ask,
        unit_moves.grant,
        unit_moves.refuse,
        unit_moves.appraise,
        unit_moves.agree,
        unit_moves.agree_across,
        unit_moves.explain,
        unit_moves.reappraise,
        office_moves.record_outside,
        office_moves.clear_outside,
        office_moves.claim,
        office_moves.penalise,
        office_moves.decide,
        office_moves.set_phases,
        office_moves.change_round,
        office_moves.assign_appraiser,
        office_moves.unassign_appraiser,
        office_moves.create_round,
        office_moves.add_block,
        office_moves.enrol,
        office_moves.withdraw,
        office_moves.remove_block,
        office_moves.open_round,
        office_moves.advance,
        office_moves.conclude,
        office_moves.publish,
        office_moves.remind,
        unit_moves.propose,
        unit_moves.confirm,
        unit_moves.refuse_correction,
        unit_moves.withdraw_correction,
    )
}

# What people are busy with in a phase: the more, the more often.
BUSY: Mapping[str, Mapping[str, int]] = {
    "PREPARATION": {"set_phases": 2, "enrol": 1, "add_block": 1, "open_round": 1, "assign_appraiser": 1},
    "SELF_SCORING": {
        "save_self": 12,
        "save_whole": 3,
        "attach": 3,
        "detach": 1,
        "submit": 5,
        "lock": 4,
        "send_back": 1,
        "ask": 3,
        "grant": 3,
        "refuse": 1,
        "claim": 1,
        "advance": 2,
        "assign_leaves": 1,
    },
    "APPRAISAL": {
        "appraise": 8,
        "agree": 4,
        "agree_across": 2,
        "ask": 3,
        "grant": 3,
        "save_self": 3,
        "submit": 2,
        "lock": 2,
        "record_outside": 1,
        "penalise": 1,
        "decide": 2,
        "advance": 2,
        "detach": 1,
        "refuse": 1,
    },
    "EXPLANATION": {"explain": 6, "attach": 2, "detach": 1, "claim": 1, "decide": 2, "advance": 2},
    "REAPPRAISAL": {"reappraise": 6, "record_outside": 1, "penalise": 1, "decide": 2, "advance": 2},
    "DECISION": {
        "record_outside": 3,
        "decide": 2,
        "penalise": 1,
        "conclude": 3,
        "publish": 2,
        "propose": 3,
        "confirm": 3,
        "refuse_correction": 1,
        "withdraw_correction": 1,
        "clear_outside": 1,
    },
    "PUBLISHED": {"publish": 1, "record_outside": 1},
}
