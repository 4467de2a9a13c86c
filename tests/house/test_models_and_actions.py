"""Every model, every migration and every action is built the same way."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.db import models

import openpar

SOURCE = Path(openpar.__file__).parent
OURS = [model for model in apps.get_models() if model.__module__.startswith("openpar.")]
# A relation named by a text escapes the import contracts; only "self" has no other way.
BY_NAME = re.compile(r"(?:ForeignKey|OneToOneField|ManyToManyField)\(\s*[\"'](?!self[\"'])")
# About oneself or to others: the person is an argument of its own; a reminder is due whoever looks.
WITHOUT_ACTOR = {"tell", "mark_all_read", "mark_read", "remind", "make_digests", "remind_of_apologies"}
# The outbox notes that a letter has left; numbers of texts are given inside a batch that is traced.
WITHOUT_TRACE = {"mark_mailed", "mark_digest_mailed", "note_taken", "number_values"}


def modules_of_actions() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(openpar.__path__, "openpar."):
        if "actions" in found.name.split("."):
            yield importlib.import_module(found.name)


def writes(function: Callable[..., object]) -> bool:
    """Does the function open a transaction, itself or by the frame that the actions of a register share?"""
    source = inspect.getsource(function)
    return "write_transaction()" in source or "with _changing(" in source


def public_functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield name, function


ACTIONS = {
    f"{module.__name__}.{name}": function
    for module in modules_of_actions()
    for name, function in public_functions(module)
    if writes(function)
}


def faults_of_signature(function: Callable[..., object]) -> list[str]:
    """What is wrong with the parameters of an action."""
    parameters = inspect.signature(function).parameters
    wanted = {"at"} if function.__name__ in WITHOUT_ACTOR else {"at", "by"}
    if function.__name__ in WITHOUT_TRACE:
        wanted = set()
    faults = [f"no “{name}”" for name in sorted(wanted - parameters.keys())]
    for name, parameter in parameters.items():
        if parameter.kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD):
            faults.append(f"“{name}” may be given by position")
        if name in wanted and parameter.default is not inspect.Parameter.empty:
            faults.append(f"“{name}” has a default")
    return faults


def test_there_are_actions() -> None:
    assert len(ACTIONS) > 40


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_takes_who_and_when_and_everything_by_name(name: str) -> None:
    assert faults_of_signature(ACTIONS[name]) == []


def test_faulty_signatures_are_noticed() -> None:
    def lock(assessment_id: int, *, by: object, at: object = None) -> None: ...
    def unlock(*, assessment_id: int) -> None: ...

    assert faults_of_signature(lock) == ["“assessment_id” may be given by position", "“at” has a default"]
    assert faults_of_signature(unlock) == ["no “at”", "no “by”"]


def clocks_read(text: str) -> list[str]:
    """Calls that ask the clock; `localdate(moment)` only converts."""
    if not re.search(r"\.(?:now|today|utcnow|time|localdate|localtime)\(", text):
        return []
    always, without_moment = {"now", "today", "utcnow", "time"}, {"localdate", "localtime"}
    return [
        f"line {node.lineno}: {node.func.attr}()"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in always or (node.func.attr in without_moment and not node.args))
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("timezone", "datetime", "date", "time")
    ]


def test_actions_rules_and_queries_do_not_ask_the_clock() -> None:
    found = {
        str(path.relative_to(SOURCE)): asked
        for group in ("base", "delivery", "parindex", "reports")
        for path in (SOURCE / group).rglob("*.py")
        if "management" not in path.parts and (asked := clocks_read(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted", ["timezone.now()", "date.today()", "datetime.now(tz)", "timezone.localdate()"]
)
def test_asking_the_clock_is_noticed(planted: str) -> None:
    assert clocks_read(planted)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_model_says_what_it_is(model: type[models.Model]) -> None:
    assert "__str__" in vars(model)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_period_ends_after_it_begins_in_the_database_too(model: type[models.Model]) -> None:
    names = {field.name for field in model._meta.get_fields()}
    pairs = [
        (start, end)
        for start, end in (
            ("valid_from", "valid_until"),
            ("held_from", "held_until"),
            ("opens_at", "closes_at"),
            ("assessed_from", "assessed_until"),
        )
        if {start, end} <= names
    ]
    conditions = " ".join(
        str(constraint.condition)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    )
    assert [pair for pair in pairs if not (f"F({pair[0]})" in conditions and pair[1] in conditions)] == []


def test_relations_are_not_named_by_texts() -> None:
    named = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("models.py")
        if BY_NAME.search(path.read_text(encoding="utf-8"))
    ]
    assert named == []


def test_a_relation_named_by_a_text_is_noticed() -> None:
    assert BY_NAME.search('models.ForeignKey("accounts.User", models.PROTECT)')
    assert BY_NAME.search("models.OneToOneField(\n    'Document')")
    assert not BY_NAME.search('models.ForeignKey("self", models.PROTECT)')


@pytest.mark.parametrize(
    "app", [app for app in apps.get_app_configs() if app.name.startswith("openpar.")], ids=str
)
def test_an_app_with_models_has_one_initial_migration(app: object) -> None:
    from django.apps import AppConfig

    assert isinstance(app, AppConfig)
    folder = Path(app.path) / "migrations"
    files = sorted(path.name for path in folder.glob("[0-9]*.py"))
    wanted = ["0001_initial.py"] if list(app.get_models()) else []
    # The guards of the tables (common/triggers.py), which no model knows of.
    guards = [name for name in files if "CreateGuards(GUARDS)" in (folder / name).read_text("utf-8")]
    assert files == [*wanted, *guards]
    assert len(guards) == (Path(app.path) / "guards.py").exists()
