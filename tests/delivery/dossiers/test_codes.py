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
        "Đ36-240501",
        "-240501-",
        "H56\n-240501-0001",
        "Ñ-24050١-1",
        "H56-240501-",
    ]
    found = code_days(np.array(codes, object)).tolist()
    day = date(2024, 5, 1)
    assert found == [day, date(2024, 2, 29), *[None] * 5, day, day, None, day]
    assert code_days(np.array([], object)).tolist() == []
