"""What the database refuses here: figures and points that were taken in are never changed or taken away."""

from __future__ import annotations

from openpar.common.triggers import append_only

GUARDS = (
    *append_only("service_quality_indicatorinput"),
    *append_only("service_quality_portalpoints"),
)
