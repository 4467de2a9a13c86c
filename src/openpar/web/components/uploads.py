"""Files that are looked at before they count: kept by their content, named by a signed token until then.

Upload → preview → confirm: the browser carries only the token, never what was understood of the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.documents import storage
from openpar.base.intake.actions import keep_batch
from openpar.common.errors import FileRefused
from openpar.common.text import nfc

Found = TypeVar("Found")
_SALT = "upload"
_ONE_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class KeptUpload:
    """A file that was uploaded for one purpose (`about`) and lies in the store."""

    sha256: str
    file_name: str
    about: str

    @property
    def path(self) -> Path:
        return storage.path_of(self.sha256)


def keep_upload(
    upload: object,
    *,
    check: Callable[[Path, str], Found],
    kind: str,
    about: str,
    by: Actor,
    at: datetime,
) -> tuple[str, Found]:
    """Receives a file, has `check` read it, keeps it; returns its token and what `check` found.

    A file that `check` refuses is not kept, only noted as a refused batch of `kind`; the refusal goes on.
    """
    if not isinstance(upload, UploadedFile):
        raise FileRefused.because(_("Tệp"), _("chưa chọn tệp."), code="no-file", link="#id_file")
    name = nfc(upload.name or "")[-200:]
    with storage.receive(upload, limit=settings.OPENPAR_MAX_UPLOAD_BYTES) as received:
        try:
            found = check(received.path, name)
        except FileRefused as refused:
            keep_batch(
                by=by,
                at=at,
                kind=kind,
                file_name=name,
                sha256=received.sha256,
                refusals=refused.gaps,
                about=about,
            )
            raise
        storage.keep(received)
    token = signing.dumps([received.sha256, name, about, by.id], salt=_SALT, compress=True)
    return token, found


def upload_of(token: str, *, about: str, by: Actor) -> KeptUpload:
    """The file of a token; 404 for a token of another person or purpose, forged or older than a day."""
    try:
        sha256, name, stated, person = signing.loads(token, salt=_SALT, max_age=_ONE_DAY)
    except signing.BadSignature as bad:
        raise Http404 from bad
    if stated != about or person != by.id or not storage.path_of(sha256).exists():
        raise Http404
    return KeptUpload(sha256, name, about)
