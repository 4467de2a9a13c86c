"""What every template must keep: nothing inline, no text outside gettext, no unknown drawing."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

TEMPLATES = settings.SOURCE / "web" / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
NAMES = [str(file.relative_to(TEMPLATES)) for file in FILES]

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


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_nothing_is_inline(file: Path) -> None:
    assert inline_code(file.read_text(encoding="utf-8")) == []


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


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_every_text_goes_through_gettext(file: Path) -> None:
    assert texts_outside_gettext(file.read_text(encoding="utf-8")) == []


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


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_templates_are_written_in_nfc(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)


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
