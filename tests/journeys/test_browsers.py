"""What the journeys rely on: a complaint of the console fails them, and axe sees what is wrong."""

from __future__ import annotations

import pytest

from tests.journeys.browser import DESK, PHONE, Visitors, axe


def test_a_broken_content_security_policy_is_complained_of(visitors: Visitors) -> None:
    page = visitors.open()
    page.goto("/login/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.evaluate("document.body.append(document.createElement('div'))")
    assert "Content Security Policy" in visitors.complaints.pop()


def test_a_script_that_fails_and_a_file_that_is_not_there_are_complained_of(visitors: Visitors) -> None:
    page = visitors.open()
    page.goto("/login/")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    with page.expect_response("**/gone.png"):
        page.evaluate("document.body.append(Object.assign(new Image(), {src: '/static/gone.png', alt: ''}))")
    told = "\n".join(visitors.complaints)
    assert "broken" in told
    assert "gone.png: 404" in told
    visitors.complaints.clear()


def test_axe_sees_a_picture_without_words(visitors: Visitors) -> None:
    page = visitors.open()
    page.goto("/login/")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert [what for what in axe(page, widths=[DESK]) if "image-alt" in what] != []


@pytest.mark.parametrize(
    ("everywhere", "on_the_phone"),
    [("", "color: #eee"), ("display: none; color: #eee", "display: block"), ("", "background: #333")],
    ids=["another colour", "shown there only", "another ground"],
)
def test_axe_sees_a_colour_that_is_wrong_on_the_phone_only(
    visitors: Visitors, everywhere: str, on_the_phone: str
) -> None:
    page = visitors.open()
    page.goto("/login/")
    page.evaluate(
        """([everywhere, phone]) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`.planted { ${everywhere} } @media (max-width: 400px) { .planted { ${phone} } }`);
          document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
          const [ground, text] = [document.createElement("div"), document.createElement("p")];
          ground.className = "planted";
          text.textContent = "Chữ";
          ground.append(text);
          document.querySelector("main").append(ground);
        }""",
        [everywhere, on_the_phone],
    )
    found = [what for what in axe(page) if "color-contrast" in what]
    assert found != []
    assert all(f"({PHONE} px)" in what for what in found)
