"""What every template must keep: nothing inline, no text outside gettext, no unknown drawing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from django.conf import settings
from django.template import engines

TEMPLATES = settings.SOURCE / "web" / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
NAMES = [str(file.relative_to(TEMPLATES)) for file in FILES]
TEXTS = {name: file.read_text(encoding="utf-8") for name, file in zip(NAMES, FILES, strict=True)}

INLINE = {
    "a style attribute": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "a script without an address": r"<script(?![^>]*\bsrc=)",
    "an event attribute": r"\son[a-z]+\s*=",
    "hx-on": r"\bhx-on\b",
    "a script address": r"javascript:",
    "evaluated values": r"""hx-(?:vals|headers)\s*=\s*["']\s*js:""",
    "a condition in a trigger": r"hx-trigger\s*=\s*\"[^\"]*\[",
}
# Names, and the abbreviations of languages, are the same in every language.
UNTRANSLATED = {"OpenPAR", "EN", "VI", "English", "dd/mm/yyyy", "https"}
SPOKEN_ATTRIBUTES = re.compile(r"""(?:title|placeholder|alt|aria-label|data-label)="([^"]*)\"""")


def inline_code(text: str) -> list[str]:
    return [name for name, pattern in INLINE.items() if re.search(pattern, text)]


def texts_outside_gettext(text: str) -> list[str]:
    """Words that a reader would see and that no catalogue knows."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}", "", text)
    text = re.sub(r"\{% trans\b.*?\{% endtrans %\}", "", text, flags=re.DOTALL)
    literals = re.findall(r"\{\{.*?\}\}|\{%.*?%\}", text, flags=re.DOTALL)
    inside = " ".join(
        re.sub(r"\b[np]*gettext\((?:\"[^\"]*\"(?:, )?)+|_\(\"[^\"]*\"", "", code) for code in literals
    )
    outside = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    spoken = " ".join(SPOKEN_ATTRIBUTES.findall(outside))
    visible = re.sub(r"<[^>]*>", " ", outside) + " " + spoken
    words = [word for word in re.findall(r"[\w/]+", visible) if re.search(r"[^\W\d_]", word)]
    vietnamese = [letter for letter in inside if letter.isalpha() and not letter.isascii()]
    return [word for word in words if word not in UNTRANSLATED and not word.startswith("&")] + vietnamese


def found_in(what: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """Everything that is found, by template."""
    return {name: found for name, text in TEXTS.items() if (found := what(text))}


def test_nothing_is_inline() -> None:
    assert found_in(inline_code) == {}


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="x">',
        "<style>",
        "<script>1</script>",
        '<a onclick="x">',
        '<a hx-on:click="x">',
        '<a href="javascript:x">',
    ],
)
def test_inline_code_is_noticed(planted: str) -> None:
    assert inline_code(planted) != []


def test_every_text_goes_through_gettext() -> None:
    assert found_in(texts_outside_gettext) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Lưu</p>",
        "<p>Luu</p>",
        '<input placeholder="Tìm">',
        '{{ ui.pill("done", "Đạt") }}',
        '{% set x = "Đạt" %}',
    ],
)
def test_a_text_outside_gettext_is_noticed(planted: str) -> None:
    assert texts_outside_gettext(planted) != []


def test_templates_are_written_in_nfc() -> None:
    assert [name for name, text in TEXTS.items() if not unicodedata.is_normalized("NFC", text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_template_can_be_compiled(name: str) -> None:
    engines["jinja2"].get_template(name)


def test_every_drawing_named_is_in_the_list_of_icons() -> None:
    known = set((settings.SOURCE / "web" / "icons.txt").read_text(encoding="utf-8").split())
    named = {
        name
        for file in FILES
        for name in re.findall(r"""\bicon\("([a-z0-9-]+)\"""", file.read_text(encoding="utf-8"))
    }
    states = re.search(
        r"_state_icons = \{(.*?)\}", (TEMPLATES / "components" / "ui.html").read_text(), re.DOTALL
    )
    assert states
    named |= set(re.findall(r': "([a-z-]+)"', states[1]))
    assert named - known == set()


CONFIRMED_FORM = re.compile(r"<form\b[^>]*\bdata-confirm=(?:(?!</form>).)*", re.DOTALL)
# Undone with one more click; all of them share one form.
ASKED_BY_SCRIPT_ONLY = {"rounds/appraisers.html"}


def unasked_without_script(text: str) -> int:
    """How many forms and buttons ask only where the script runs."""
    forms = CONFIRMED_FORM.findall(text)
    rest = CONFIRMED_FORM.sub("", text)
    return sum("ui.asked(" not in form for form in forms) + rest.count("data-confirm=")


def test_what_the_script_asks_the_server_asks_where_no_script_runs() -> None:
    alone = {name for name, text in TEXTS.items() if unasked_without_script(text)}
    assert alone == ASKED_BY_SCRIPT_ONLY


def test_a_question_of_the_script_alone_is_noticed() -> None:
    assert unasked_without_script('<form data-confirm="x">{{ csrf_input }}<button></form>') == 1
    assert unasked_without_script('<form>{{ csrf_input }}<button data-confirm="x"></form>') == 1


# Does nothing before the script has run, so it waits for it hidden (openpar.js, prepare).
NEEDS_SCRIPT = re.compile(r"<[^>]*\bdata-(?:filter|print|close|pick-day)(?![-\w])[^>]*>")
TICK_ALL = re.compile(r"<label\b([^>]*)><input[^>]*\bdata-tick-all")
# Answers of these come unasked: they must not wipe away what was refused (openpar.js, data-live).
UNASKED = re.compile(r"<[^>]*\bhx-trigger=\"(?:input|change)[^>]*>")


def idle_without_script(text: str) -> list[str]:
    """Controls that can be used before the script makes them do something."""
    idle = [found for found in NEEDS_SCRIPT.findall(text) if not re.search(r"\bhidden\b", found)]
    return idle + [label for label in TICK_ALL.findall(text) if "hidden" not in label]


def test_what_needs_the_script_waits_for_it() -> None:
    assert {
        name: idle_without_script(text) for name, text in TEXTS.items() if idle_without_script(text)
    } == {}


def test_a_field_that_sends_its_form_has_a_button_for_when_the_script_is_late() -> None:
    """Late, not missing: a button in <noscript> is no help."""
    for name, text in TEXTS.items():
        for form in re.findall(r"<form\b(?:(?!</form>).)*", text, re.DOTALL):
            if "submit=true" in form or "data-submit" in form:
                assert re.search(r"(?<!<noscript>)<button\b", form), name


@pytest.mark.parametrize(
    "planted",
    ['<input data-filter="tree">', "<button data-print>", '<label><input type="checkbox" data-tick-all="x">'],
)
def test_a_control_that_does_nothing_yet_is_noticed(planted: str) -> None:
    assert idle_without_script(planted) != []


def test_what_is_reckoned_while_typing_leaves_a_refusal_standing() -> None:
    """The figures of a leaf are reckoned anew by the very change that sends the form."""
    found = [tag for text in TEXTS.values() for tag in UNASKED.findall(text) if 'hx-target="this"' in tag]
    assert len(found) == 2
    assert [tag for tag in found if "data-live" not in tag] == []
