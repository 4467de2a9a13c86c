"""Real browsers for the journeys: one watched window per person; axe; the pictures of the guide."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Response, expect

from openpar.base.accounts.models import User
from tests import factories
from tests.journeys.palette import reduce_colours

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "guide" / "screenshots"
TAKES_PICTURES = bool(os.environ.get("OPENPAR_SCREENSHOTS"))
DESK, PHONE = 1366, 390
_LARGEST_PICTURE = 150_000
_AXE = ROOT / "src" / "openpar" / "web" / "static" / "vendor" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
# A refusal (422) and a meeting of two people (409) are answers.
_ANSWERS = (409, 422)
# What htmx says of a request that was overtaken by the next one, or by leaving the page.
_OVERTAKEN = ("htmx:afterRequest", "htmx:sendAbort")
_PATIENCE = 20_000
expect.set_options(timeout=_PATIENCE)


class Visitors:
    """Everybody who takes part in one journey, each with a browser of their own.

    Whatever their consoles complain of (a script, the content security policy, a file that is not there) is
    gathered in `complaints`; the journey fails of it.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self.pages: list[Page] = []
        self.complaints: list[str] = []

    def open(self, *, width: int = DESK, height: int = 860, javascript: bool = True) -> Page:
        """A window in which nobody has logged in."""
        context = self._browser.new_context(
            base_url=self._address,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
        )
        context.set_default_timeout(_PATIENCE)
        page = context.new_page()
        self._watch(page)
        self.pages.append(page)
        return page

    def as_person(self, user: User, *, width: int = DESK, height: int = 860, javascript: bool = True) -> Page:
        """A window of somebody who has gone through the log-in page."""
        page = self.open(width=width, height=height, javascript=javascript)
        page.goto("/login/")
        page.get_by_label("Tên đăng nhập").fill(user.username)
        page.get_by_label("Mật khẩu").fill(factories.PASSWORD)
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()
        return page

    def close(self) -> None:
        for page in self.pages:
            page.context.close()

    def _watch(self, page: Page) -> None:
        def on_console(message: ConsoleMessage) -> None:
            is_told_below = "the server responded with a status of" in message.text
            if message.type == "error" and not is_told_below and not message.text.startswith(_OVERTAKEN):
                self.complaints.append(f"{page.url}: {message.text}")

        def on_response(response: Response) -> None:
            if response.status >= 400 and response.status not in _ANSWERS:
                self.complaints.append(f"{response.url}: {response.status}")

        def on_dialog(dialog: Dialog) -> None:
            if dialog.type == "beforeunload":
                self.complaints.append(f"{page.url}: asked before leaving, though everything was saved")
            dialog.accept()

        page.on("console", on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", on_response)
        page.on("dialog", on_dialog)


def bring_axe_along(page: Page) -> None:
    """From now on axe is on every page of this window from its beginning."""
    page.add_init_script(path=_AXE)


def axe(page: Page, *, widths: Sequence[int] = (DESK, PHONE), but: str = "") -> list[str]:
    """What axe finds wrong with the page as it stands, at each width, hints that are longer than their field,
    and figures that are broken in two; `but` names a part that was looked at.

    It comes in through the debugger, which the content security policy does not hold up: the policy stays at
    work, and a page that breaks it is complained of as everywhere.
    """
    found = axe_at_widths(page, widths=widths, but=but)
    page.set_viewport_size({"width": DESK, "height": 860})
    return found


def axe_at_widths(page: Page, *, widths: Sequence[int] = (DESK, PHONE), but: str = "") -> list[str]:
    """The same, for whoever goes to another page anyway: the window stays at the width of the last look."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    page.evaluate("window.seen = new Map()")
    found, given = [], {"tags": _RULES, "sized": _OF_SIZES, "but": but}
    # From the width at which it stands: to lay a page out anew takes time too.
    now = page.viewport_size["width"] if page.viewport_size else 0
    for width in sorted(widths, key=lambda width: width != now):
        if width != now:
            page.set_viewport_size({"width": width, "height": 860})
        told: list[str] = page.evaluate(_LOOK, given)
        wrong = [*told, *cut_placeholders(page), *broken_figures(page)]
        found += [f"{page.url} ({width} px): {what}" for what in wrong]
    return found


# At the next width only this is looked at: what was not to be seen at the last one or was of another colour,
# what is pressed or typed into, for it may be too small there, and what scrolls. Only what is wrong leaves
# the browser: handing over all that axe tells takes longer than finding it. Stylesheets are not fetched anew
# (preload): the one rule that reads them is about turning a phone.
_OF_SIZES = "a, button, input, select, textarea, summary, [tabindex], [role]"
_LOOK = """async ({tags, sized, but}) => {
  const shown = [...document.querySelectorAll("*")].filter((element) =>
    element.checkVisibility() && !(but && element.closest(but)));
  const paint = ({color, backgroundColor, fontSize, fontWeight}) =>
    [color, backgroundColor, fontSize, fontWeight].join();
  const isFirst = window.seen.size === 0;
  const fresh = shown.filter((element) => {
    const [before, now] = [window.seen.get(element), paint(getComputedStyle(element))];
    return window.seen.set(element, now) && before !== now;
  });
  const where = isFirst ? (but ? {exclude: [[but]]} : document)
    : [...new Set([...fresh, ...shown.filter((element) => element.matches(sized)
        || element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight)])];
  const {violations} = await axe.run(where,
    {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false});
  return violations.flatMap((violation) => violation.nodes.map((node) =>
    `${violation.id}: ${violation.help}: ${node.html.slice(0, 160)}`));
}"""
_CUT = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  return [...document.querySelectorAll("input[placeholder]")].filter((field) => {
    const style = getComputedStyle(field);
    pen.font = style.font;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return field.offsetParent && pen.measureText(field.placeholder).width > room + 1;
  }).map((field) => field.placeholder);
}"""


def cut_placeholders(page: Page) -> list[str]:
    """The hints inside fields that are longer than their field."""
    return [f"“{text}” is cut off" for text in page.evaluate(_CUT)]


# A run of signs without a blank, with a figure in it, that does not stand on one line.
_BROKEN = """() => {
  const range = document.createRange(), found = new Set();
  for (const cell of document.querySelectorAll("td.num")) {
    if (!cell.checkVisibility()) continue;
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const run of texts.currentNode.data.matchAll(/\\S*\\d\\S*/g)) {
      range.setStart(texts.currentNode, run.index);
      range.setEnd(texts.currentNode, run.index + run[0].length);
      const lines = new Set([...range.getClientRects()].map((line) => Math.round(line.top)));
      if (lines.size > 1) found.add(run[0]);
    }
  }
  return [...found];
}"""


def broken_figures(page: Page) -> list[str]:
    """The figures of tables that stand on two lines, as “1” and “38” for 138."""
    return [f"{text} is broken in two" for text in page.evaluate(_BROKEN)]


def says(page: Page, text: str) -> None:
    """The page says this above its content, once."""
    expect(page.locator("#messages")).to_contain_text(text)


def press(page: Page | Locator, name: str) -> None:
    """Presses the button of this name, the only one there is."""
    page.get_by_role("button", name=name, exact=True).click()


def row(page: Page | Locator, text: str) -> Locator:
    """The row of a table in which this stands."""
    return page.get_by_role("row").filter(has_text=text)


def is_wider_than_the_window(page: Page) -> bool:
    """Would one have to scroll sideways to read the page?"""
    wide: bool = page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")
    return wide


def take_picture(page: Page, name: str, *, height: int | None = None, at: Locator | None = None) -> None:
    """Makes a picture of the guide: what a window of this height shows, from the top or from `at` on."""
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.png"
    if height is not None:
        page.set_viewport_size({"width": DESK, "height": height})
    page.wait_for_load_state("networkidle")
    if at is None:
        page.evaluate("window.scrollTo(0, 0)")
    else:
        at.evaluate("(part) => window.scrollTo(0, part.getBoundingClientRect().top + window.scrollY - 90)")
    # Hiding the caret would put a style into the page, which the policy forbids.
    page.screenshot(path=path, caret="initial")
    reduce_colours(page, path)
    assert path.stat().st_size < _LARGEST_PICTURE, f"{name}: {path.stat().st_size} bytes"
