"""The indicators that follow from the dossiers: the one place that knows the names of their counts.

Nothing else is loaded with it (the counts are declared in delivery/dossiers/declarations.py).
"""

from __future__ import annotations

from collections.abc import Mapping

# Indicator → count above the line, count below it; of the dossiers received in the period.
FROM_DOSSIERS: Mapping[str, tuple[str, str]] = {
    "2.1": ("on_time_766", "received"),
    "3.3": ("received_online", "received"),
    "3.6": ("paid_online", "obligation"),
    "4.1": ("electronic", "received"),
    "4.2": ("digitised", "received"),
    "4.3": ("reused", "received"),
}
