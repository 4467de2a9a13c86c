"""The round under way: today's departments and communes, in the appraisal phase."""

from __future__ import annotations

from datetime import date, time, timedelta
from random import Random

from openpar.base.accounts.models import Role
from openpar.demo.calendar import Clock, moment, running
from openpar.demo.measured import ON_TIME, Measured, measured_on, take_over, with_measured
from openpar.demo.people import HEALTH, HOME_AFFAIRS
from openpar.demo.profiles import Profile
from openpar.demo.rounds import (
    Places,
    Say,
    Story,
    appraise,
    criteria_of,
    fill_sheet,
    lock,
    prepare,
    sheets_of,
    story_of,
)
from openpar.parindex.assessments.actions.reopenings import ask_reopening, grant_reopening
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.models import Assessment, Round, RoundStage
from openpar.parindex.criteria.models import CriteriaSet

# How many units never finished or never began, and how far the appraisal has come, by block.
_NEVER_BEGAN = 3
_UNFINISHED = 6
_APPRAISED_SHARE = {"so": 0.7, "phuong": 0.4, "xa": 0.25, "dac-khu": 0.5}


def build(sets: dict[str, CriteriaSet], places: Places, today: date, random: Random, say: Say) -> Round:
    """Plays the round up to the middle of its appraisal."""
    dates = running(today)
    clock = Clock(moment(dates.prepared))
    round = prepare(dates=dates, manager_key=HOME_AFFAIRS, blocks=sets, places=places, clock=clock)
    clock.set(moment(dates.self_scoring))
    sheets = list(sheets_of(round))
    communes = [sheet.pk for sheet in sheets if sheet.round_block.block.code == "xa"]
    odd = random.sample(communes, min(_NEVER_BEGAN + _UNFINISHED, len(communes)))
    silent, unfinished = set(odd[:_NEVER_BEGAN]), set(odd[_NEVER_BEGAN:])
    measured = measured_on(sheets, dates.year, dates.self_scoring)
    stories: dict[int, Story] = {}
    for number, sheet in enumerate(sheets, start=1):
        if sheet.pk in silent:
            continue
        is_finished = sheet.pk not in unfinished
        stories[sheet.pk] = _score(sheet, places, random, clock, measured, finished=is_finished)
        if number % 25 == 0:
            say(f"đã có {number}/{len(sheets)} phiếu tự chấm năm {dates.year}")
    advance_round(
        round_id=round.pk, to=RoundStage.APPRAISAL, by=places.manager, at=clock.set(moment(dates.appraisal))
    )
    for sheet in sheets:
        if sheet.pk in stories:
            _appraise_some(sheet, stories[sheet.pk], places, random, clock)
    _reopen_one(sheets, places, today, clock)
    say(f"kỳ {dates.year} đang thẩm định")
    return round


def _reopen_one(sheets: list[Assessment], places: Places, today: date, clock: Clock) -> None:
    """One department has asked for its sheet back and got it for a week: its people have something to do."""
    [sheet] = [sheet for sheet in sheets if sheet.organisation.key == HEALTH]
    focal = places.people.of_unit(sheet.unit, Role.FOCAL_OFFICER)
    reopening = ask_reopening(
        assessment_id=sheet.pk,
        reason="Nhập nhầm mẫu số tiêu chí 3.2.1, xin bổ sung tài liệu kiểm chứng",
        by=focal,
        at=clock.set(moment(today - timedelta(days=2))),
    )
    grant_reopening(
        reopening_id=reopening.pk,
        open_until=moment(today + timedelta(days=7), time(17, 0)),
        by=places.manager,
        at=clock.tick(),
    )


def _score(
    sheet: Assessment, places: Places, random: Random, clock: Clock, measured: Measured, *, finished: bool
) -> Story:
    profile = Profile(random.uniform(0.5, 0.86), random.uniform(0.45, 0.8), random)
    story = with_measured(story_of(criteria_of(sheet.round_block), profile), sheet, measured)
    answers = dict(story.claimed)
    if not finished:
        for code in random.sample(sorted(answers), len(answers) // 2):
            del answers[code]
    focal = places.people.of_unit(sheet.unit, Role.FOCAL_OFFICER)
    evidence = 12 if sheet.round_block.block.code == "so" else 4
    fill_sheet(sheet, answers, by=focal, random=random, clock=clock, evidence=evidence)
    # One department shows every criterion that the program can fill.
    only = None if sheet.organisation.key == HEALTH else (ON_TIME,)
    take_over(sheet, measured, by=focal, clock=clock, only=only)
    if finished:
        lock(sheet, places.people, clock)
    return story


def _appraise_some(sheet: Assessment, story: Story, places: Places, random: Random, clock: Clock) -> None:
    """Appraisers go field by field: a unit has its first fields done, the last ones not yet."""
    leaves = [leaf for leaf in criteria_of(sheet.round_block).self_leaves if leaf.code in story.real]
    share = _APPRAISED_SHARE[sheet.round_block.block.code] + random.uniform(-0.1, 0.1)
    done = {leaf.code: story.real[leaf.code] for leaf in leaves[: int(len(leaves) * share)]}
    appraise(sheet, done, {}, by=places.appraiser_for(sheet.organisation_id), random=random, clock=clock)
