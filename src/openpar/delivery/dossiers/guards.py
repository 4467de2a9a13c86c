"""What the database refuses here: a due day that was kept is never changed or taken away."""

from __future__ import annotations

from openpar.common.triggers import append_only

GUARDS = append_only("dossiers_moveddueday", ("dossier", "edition_id"))
