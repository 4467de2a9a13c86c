"""The bundle of a round: one digest from the draft decision to the log, counted by another program."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from docx import Document
from pytest_django.fixtures import Settings

from openpar.backoffice.commandline import main
from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry
from openpar.base.audit.signing import vkeys
from openpar.base.documents.storage import open_file
from openpar.parindex.assessments.actions.publication import conclude_council, publish_round
from openpar.parindex.assessments.bundles import digest_of_round, published_bundle
from openpar.parindex.assessments.errors import Incomplete
from openpar.parindex.assessments.models import Result, Round, RoundBundle, RoundStage, Score
from tests import factories
from tests.parindex import rounds
from tests.parindex.assessments.lock_race import without_the_second_line
from tests.parindex.assessments.test_publication import DAY, GOOD
from tests.parindex.other_rounds import silent_round
from tests.parindex.rounds import DECISION, SmallRound
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def concluded() -> SmallRound:
    small = rounds.round_in_decision()
    conclude_council(round_id=small.round.pk, met_on=DAY, conclusion="Nhất trí", by=small.chair, at=DECISION)
    return small


def publish(small: SmallRound) -> Round:
    publish_round(round_id=small.round.pk, decision=GOOD, by=small.manager, at=DECISION)
    return Round.objects.get(pk=small.round.pk)


def test_the_digest_of_the_draft_stays_to_the_end(concluded: SmallRound) -> None:
    draft = digest_of_round(Round.objects.get(pk=concluded.round.pk))
    round = publish(concluded)
    stored = RoundBundle.objects.get()
    told = Entry.objects.get(verb="round.published").after
    assert draft == stored.digest == digest_of_round(round) == told["bundle"]


def test_a_round_that_is_still_scored_has_no_digest(opened: SmallRound) -> None:
    assert digest_of_round(opened.round) == ""


def test_the_same_rows_give_the_same_file(concluded: SmallRound) -> None:
    round = publish(concluded)
    again = published_bundle(round)
    with open_file(RoundBundle.objects.get().sha256) as file:
        assert file.read() == again.content


def test_the_stored_file_is_recounted_on_a_bare_python(concluded: SmallRound, tmp_path: Path) -> None:
    publish(concluded)
    path = tmp_path / "bundle.zip"
    with open_file(RoundBundle.objects.get().sha256) as file:
        path.write_bytes(file.read())
    verifier = [sys.executable, "-I", "-S", str(settings.OPENPAR_VERIFIER), "round", str(path)]
    done = subprocess.run(
        [*verifier, "--key", vkeys()[0]], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert RoundBundle.objects.get().digest in done.stdout


def test_a_stored_point_that_the_rule_does_not_give_stops_the_publication(concluded: SmallRound) -> None:
    row = Score.objects.filter(layer="APPRAISED", given_points=None).exclude(points=None).earliest("pk")
    with without_the_second_line():
        Score.objects.filter(pk=row.pk).update(points=Decimal("0.25"), computed_points=Decimal("0.25"))
    with pytest.raises(Incomplete) as refused:
        publish(concluded)
    assert refused.value.gaps[0].code == "recount"
    assert f"đơn vị {row.assessment_id}" in refused.value.gaps[0].what
    assert "đã lưu 0.25" in refused.value.gaps[0].what
    assert Round.objects.get(pk=concluded.round.pk).stage == RoundStage.DECISION
    assert not Result.objects.exists()
    assert not RoundBundle.objects.exists()


def test_without_the_other_program_nothing_is_published(
    concluded: SmallRound, settings: Settings, tmp_path: Path
) -> None:
    settings.OPENPAR_VERIFIER = tmp_path / "missing.py"
    with pytest.raises(Incomplete) as refused:
        publish(concluded)
    assert refused.value.gaps[0].what.startswith("không chạy được chương trình kiểm tra")


def test_units_that_are_not_published_have_no_name_and_reasons_stay_here(concluded: SmallRound) -> None:
    sheet = concluded.sheet(concluded.justice)
    sheet.is_published = False
    with without_the_second_line():
        sheet.save(update_fields=["is_published"])
    round = publish(concluded)
    with zipfile.ZipFile(BytesIO(published_bundle(round).content)) as archive:
        units = [json.loads(line) for line in archive.read("units.jsonl").splitlines()]
        assert "Sở Tư pháp" not in "".join(archive.read(name).decode() for name in archive.namelist())
        assert b'"reason"' not in archive.read("scores.jsonl")
    assert [unit["name"] for unit in units if unit["unit"] == sheet.pk] == [None]


def test_the_command_writes_the_bundle_once(
    concluded: SmallRound, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round = publish(concluded)
    out = tmp_path / "bundle.zip"
    assert main(["round", "bundle", str(round.pk), str(out)]) == 0
    assert RoundBundle.objects.get().digest in capsys.readouterr().out
    assert main(["round", "bundle", str(round.pk), str(out)]) == 1
    assert main(["round", "bundle", str(round.pk + 1), str(tmp_path / "other.zip")]) == 1
    assert not (tmp_path / "other.zip").exists()


def browser(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def test_whoever_sees_the_published_result_takes_its_data_along(concluded: SmallRound) -> None:
    round = publish(concluded)
    stored = RoundBundle.objects.get()
    client = browser(factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Sở khác")))
    page = client.get(f"/results/{round.pk}/").content.decode()
    assert stored.digest in page
    assert f"/results/{round.pk}/bundle.zip" in page
    answer = client.get(f"/results/{round.pk}/bundle.zip")
    assert answer["Content-Type"] == "application/zip"
    assert sha256(answer.content).hexdigest() == stored.sha256


def test_before_publication_there_is_nothing_to_take_along(concluded: SmallRound) -> None:
    client = browser(concluded.manager)
    assert "bundle.zip" not in client.get(f"/results/{concluded.round.pk}/").content.decode()
    assert client.get(f"/results/{concluded.round.pk}/bundle.zip").status_code == 404


def test_the_decision_names_the_digest_before_and_after(concluded: SmallRound) -> None:
    address = f"/results/{concluded.round.pk}/decision.docx"
    drafts = [browser(concluded.manager).get(address).content]
    round = publish(concluded)
    drafts.append(browser(concluded.manager).get(address).content)
    for draft in drafts:
        text = "\n".join(paragraph.text for paragraph in Document(BytesIO(draft)).paragraphs)
        assert f"Mã băm (SHA-256) của gói dữ liệu kết quả: {digest_of_round(round)}." in text


def test_silent_units_are_recounted_as_zero(published: SmallRound) -> None:
    silent_round(published, [published.health, published.justice], year=2028)
    assert [bundle.round.year for bundle in RoundBundle.objects.order_by("pk")] == [2026, 2028]
