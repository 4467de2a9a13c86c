"""What people type into a field: whether it says something, and fits."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openpar.common.errors import Gap


def text_gaps(where: str, text: str, remedy: str = "", *, longest: int, is_needed: bool = True) -> list[Gap]:
    """A text that is needed says something; every text has at most `longest` characters."""
    if is_needed and not text.strip():
        return [Gap(where, _("để trống"), remedy or _("Ghi nội dung"), code="text-missing")]
    if len(text) > longest:
        return [Gap(where, _("dài quá %d ký tự") % longest, _("Rút ngắn"), code="too-long")]
    return []
