"""The day that a code names."""

from __future__ import annotations

from datetime import date

import numpy as np

from openpar.delivery.dossiers.codes import code_days


def test_a_code_names_its_day_in_both_orders_of_the_office_and_other_texts_name_none() -> None:
    codes = [
        "H56.12-240501-0001",
        "000.00.12.H56-240229-123456",
        "H56-249901-0001",
        "H56-2405-01",
        "",
        "240501",
    ]
    found = code_days(np.array(codes, object)).tolist()
    assert found == [date(2024, 5, 1), date(2024, 2, 29), None, None, None, None]
