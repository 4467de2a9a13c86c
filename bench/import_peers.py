"""The same lists read by pandas (engine pyarrow) and openpyxl, and nothing done with them.

Usage: import_peers pandas | openpyxl FOLDER. Runs where OpenPAR is not. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

MOMENTS = ["Ngày nộp hồ sơ", "Ngày nhận", "Ngày kết thúc xử lý", "Ngày trả kết quả", "Ngày yêu cầu bổ sung"]
MOMENTS += ["Ngày bổ sung xong", "Ngày xin lỗi"]


def with_pandas(folder: Path) -> dict[str, Any]:
    import pandas as pd

    # Once without the clock: what is loaded and started the first time is there in a server.
    pd.read_csv(folder / "list.csv", engine="pyarrow")
    started, cpu = time.perf_counter(), time.process_time()
    frame = pd.read_csv(folder / "list.csv", engine="pyarrow")
    costs = {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - started}
    started, cpu = time.perf_counter(), time.process_time()
    pd.read_csv(folder / "list.csv", engine="pyarrow", parse_dates=MOMENTS, date_format="%d/%m/%Y %H:%M:%S")
    costs["dated_cpu"] = time.process_time() - cpu
    finished = int((frame["Ngày kết thúc xử lý"].fillna("") != "").sum())
    return {**costs, "rows": len(frame), "codes": int(frame["Mã hồ sơ"].nunique()), "finished": finished}


def with_openpyxl(folder: Path) -> dict[str, Any]:
    """Read-only mode and values only, its fastest way."""
    from openpyxl import load_workbook

    started, cpu = time.perf_counter(), time.process_time()
    book = load_workbook(folder / "list.xlsx", read_only=True, data_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    costs = {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - started}
    place = rows[0].index("Mã hồ sơ")
    return {**costs, "rows": len(rows) - 1, "codes": len({row[place] for row in rows[1:]})}


def main() -> None:
    way, folder = sys.argv[1], Path(sys.argv[2])
    found = with_pandas(folder) if way == "pandas" else with_openpyxl(folder)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
