"""What the journeys rely on: a complaint of the console fails them, and axe sees what is wrong."""

from __future__ import annotations

from tests.journeys.browser import DESK, Visitors, axe


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
