"""What the journeys rely on: a complaint of the console fails them, and axe sees what is wrong."""

from __future__ import annotations

import pytest

from tests.journeys.browser import DESK, PHONE, Visitors, axe, axe_at_widths


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


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize(
    ("rule", "inside", "everywhere", "on_the_phone"),
    [
        ("color-contrast", "<p>Chữ</p>", "", "color: #eee"),
        ("color-contrast", "<p>Chữ</p>", "display: none; color: #eee", "display: block"),
        ("color-contrast", "<p>Chữ</p>", "", "background: #333"),
        ("image-alt", "<img width=9 height=9>", "display: none", "display: block"),
        ("target-size", "<button>Trước</button><button>Sau</button>", "font-size: 40px", "font-size: 2px"),
        (
            "scrollable-region-focusable",
            "<p>Một dòng chữ dài</p>",
            "overflow: auto",
            "width: 20px; height: 20px",
        ),
        (
            "138 is broken in two",
            "<table><tr><td class='num'>138</td></tr></table>",
            "",
            "width: 12px; line-break: anywhere",
        ),
    ],
    ids=[
        "another colour",
        "shown there only",
        "another ground",
        "a picture",
        "too small",
        "it scrolls",
        "a figure",
    ],
)
def test_axe_sees_what_is_wrong_on_the_phone_only(
    visitors: Visitors, width: int, rule: str, inside: str, everywhere: str, on_the_phone: str
) -> None:
    """Whatever width the window has at first."""
    page = visitors.open(width=width)
    page.goto("/login/")
    page.evaluate(
        """([inside, everywhere, phone]) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`.planted { ${everywhere} } @media (max-width: 400px) { .planted { ${phone} } }
            .planted button { all: unset; font-size: inherit; }`);
          document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
          const ground = document.createElement("div");
          ground.className = "planted";
          ground.innerHTML = inside;
          document.querySelector("main").append(ground);
        }""",
        [inside, everywhere, on_the_phone],
    )
    found = [what for what in axe_at_widths(page) if rule in what]
    assert found != []
    assert all(f"({PHONE} px)" in what for what in found)
