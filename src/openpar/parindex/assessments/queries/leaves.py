"""The lines of a criteria set that a finding may be about, and where such a line is scored this year."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpar.base.organisations.models import OrganisationVersion
from openpar.common.text import fold
from openpar.parindex.assessments.models import RoundBlock, RoundStage
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.parindex.criteria.lasting import lasting_keys
from openpar.parindex.criteria.models import CriteriaSet, ScoredBy
from openpar.parindex.criteria.queries import LoadedSet, loaded_set
from openpar.reform.fields import field_from_words
from openpar.reform.findings.actions.adding import Leaf
from openpar.reform.findings.limits import leaf_fields
from openpar.reform.findings.taxonomy import entry

_STEERING = "F0"
_NOT_RUNNING = (RoundStage.PREPARATION, RoundStage.PUBLISHED)


@dataclass(frozen=True)
class LeafOffer:
    """A leaf to choose: with its reform field and the title of the criterion that it stands under."""

    leaf: Leaf
    field: str
    criterion: str


@dataclass(frozen=True)
class LeafOfUnit:
    """What is asked about: a line of some year by its lasting key and its wording, and a unit of today."""

    organisation_id: int
    key: str
    text: str


@dataclass(frozen=True)
class RunningLeaf:
    """The same line on the sheet of the running round."""

    assessment_id: int
    code: str
    year: int


def fields_of_leaves(criteria: LoadedSet, on: date) -> dict[str, str]:
    """By code of the leaf: the reform field, by the title of its top-level field or else by that one's code.

    Raises NoSuchRule.
    """
    known = leaf_fields(on)
    fields = {
        code: field_from_words(criteria.titles[code]) or known.get(code, _STEERING)
        for code in {leaf.field_code for leaf in criteria.leaves.values()}
    }
    return {code: fields[leaf.field_code] for code, leaf in criteria.leaves.items()}


def leaves_offered(organisation_ids: Iterable[int], today: date) -> dict[int, tuple[LeafOffer, ...]]:
    """By agency: the leaves of the criteria set of the block that it stands in today, in their order.

    The set of a block is that of its newest round. Leaves whose points come from outside (surveys, leaders)
    are left out, and so are agencies of no block, or of a block that was never in a round. Three queries
    beside those for lasting keys, however many agencies.
    """
    versions = OrganisationVersion.objects.as_of(today).filter(
        organisation_id__in=sorted(set(organisation_ids)), block__isnull=False
    )
    block_of = dict(versions.values_list("organisation_id", "block_id"))
    rows = RoundBlock.objects.filter(block_id__in=sorted(set(block_of.values())))
    newest: dict[int, RoundBlock] = {}
    for row in rows.select_related("round", "criteria_set").order_by("-round__year", "-round_id"):
        newest.setdefault(row.block_id, row)
    offers = _offers(newest.values(), today)
    return {
        one: offers[newest[block].criteria_set_id, newest[block].round.year]
        for one, block in block_of.items()
        if block in newest
    }


def _offers(rows: Iterable[RoundBlock], today: date) -> dict[tuple[int, int], tuple[LeafOffer, ...]]:
    sets = {(row.criteria_set_id, row.round.year): _loaded(row.criteria_set) for row in rows}
    keys = lasting_keys([leaf.id for each in sets.values() for leaf in each.leaves.values()])
    return {where: _offers_of(each, keys, where[1], today) for where, each in sets.items()}


def _offers_of(criteria: LoadedSet, keys: Mapping[int, str], year: int, today: date) -> tuple[LeafOffer, ...]:
    fields = fields_of_leaves(criteria, today)
    return tuple(
        LeafOffer(
            Leaf(code, leaf.title, year, keys[leaf.id], leaf.maximum),
            fields[code],
            criteria.titles.get(leaf.parent_code, ""),
        )
        for code, leaf in criteria.leaves.items()
        if not leaf.is_outside
    )


def _loaded(criteria_set: CriteriaSet) -> LoadedSet:
    return loaded_set(criteria_set.pk, criteria_set.version)


def proposed_leaf(offers: Sequence[LeafOffer], *, field: str, words: str, code: str, on: date) -> Leaf | None:
    """The one leaf of a field that a line of a checklist costs points at; None where several might be meant.

    `words` (“Báo cáo … đúng hạn”: both) are looked for in the leaf and in the criterion above it; what the
    taxonomy says of `code` decides between several.
    """
    among = [one for one in offers if one.field == field]
    named = [one for one in among if _says(f"{one.leaf.text} {one.criterion}", words)]
    known = entry(code, on) if code else None
    fitting = [one for one in among if known is not None and known.fits(fold(one.leaf.text))]
    for found in (
        [one for one in named if one in fitting],
        [one for one in named if _says(one.leaf.text, words)],
        named,
        fitting,
    ):
        if len(found) == 1:
            return found[0].leaf
    return None


def _says(text: str, words: str) -> bool:
    """Does a title have all of the words? Nothing has none."""
    wanted = [part for part in map(fold, words.split("…")) if part]
    return bool(wanted) and all(part in fold(text) for part in wanted)


def running_leaves(
    user_id: int, asked: Collection[LeafOfUnit], at: datetime
) -> dict[LeafOfUnit, RunningLeaf]:
    """Where the running round scores these lines, on sheets that the person may see.

    The same line is the one with the same lasting key; where one of the two has none, with the same wording.
    One query beside those for lasting keys.
    """
    units = {one.organisation_id for one in asked}
    if not units:
        return {}
    sheets = visible_assessments(user_id, at).filter(organisation_id__in=sorted(units))
    running = sheets.exclude(round_block__round__stage__in=_NOT_RUNNING)
    found: dict[LeafOfUnit, RunningLeaf] = {}
    known: dict[int, _Codes] = {}
    related = ("round_block__round", "round_block__criteria_set")
    for sheet in running.select_related(*related).order_by("-round_block__round__year", "-pk"):
        criteria_set = sheet.round_block.criteria_set
        if criteria_set.pk not in known:
            known[criteria_set.pk] = _Codes(_loaded(criteria_set))
        for one in asked:
            if one.organisation_id == sheet.organisation_id and one not in found:
                code = known[criteria_set.pk].code_of(one)
                if code is not None:
                    found[one] = RunningLeaf(sheet.pk, code, sheet.round_block.round.year)
    return found


class _Codes:
    """The leaves of one set by what they are recognised by, but for those that only leaders see."""

    def __init__(self, criteria: LoadedSet) -> None:
        leaves = [leaf for leaf in criteria.leaves.values() if leaf.scored_by is not ScoredBy.LEADERSHIP]
        keys = lasting_keys([leaf.id for leaf in leaves])
        self._by_key = {keys[leaf.id]: leaf.code for leaf in leaves}
        self._by_text = {fold(leaf.title): leaf.code for leaf in leaves}

    def code_of(self, one: LeafOfUnit) -> str | None:
        if one.key:
            return self._by_key.get(one.key)
        return self._by_text.get(fold(one.text))
