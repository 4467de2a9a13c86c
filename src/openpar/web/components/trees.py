"""Trees as pages show them: criteria with their progress, organisations with their units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TreeNode:
    """One line of a tree.

    `state` is a name of `ui.state_icon` ("done", "warning", "empty"…) or empty; `figure` the text at the
    right ("1,50 / 2,0"); `done` of `total` draws a progress bar under the label.
    """

    number: str
    label: str
    link: str = ""
    state: str = ""
    figure: str = ""
    done: int | None = None
    total: int | None = None
    children: tuple[TreeNode, ...] = ()
    is_current: bool = False

    @property
    def holds_current(self) -> bool:
        """The line being worked on is here or below."""
        return self.is_current or any(child.holds_current for child in self.children)
