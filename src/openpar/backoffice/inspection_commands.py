"""`openpar inspection draw`: units drawn by lot from a list and a seed; no database.

Stable for other programs: the picks on standard output, one a line, in the order of the draw. Anybody who has
the list, the seed and the number gets the same ones (engine/picking.py). Exit status: 0 drawn, 2 something
cannot be right.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from openpar.backoffice.figure_files import tell, told
from openpar.common.errors import FileRefused
from openpar.engine.picking import METHOD, commitment, pick

_HELP = f"""\
Danh sách: tệp chữ UTF-8, mỗi dòng một mã đơn vị; dòng trống bỏ qua. Thứ tự các dòng không đổi kết quả.
Chuỗi khởi tạo: đúng chuỗi đã cam kết; nếu lần chọn dùng kèm giá trị công khai thì ghi chuỗi, một dấu cách,
rồi giá trị.

Phương pháp {METHOD}: xếp mã theo byte UTF-8; dãy số là SHA-256 của chuỗi khởi tạo, xuống dòng,
số thứ tự khối (0, 1, 2…), mỗi khối cho bốn số 8 byte; số nhỏ hơn m lấy bằng cách bỏ các số từ bội lớn nhất
của m trở lên, rồi lấy phần dư; đổi chỗ theo Fisher–Yates từ đầu danh sách; các đơn vị đứng đầu là kết quả.

Ví dụ: openpar inspection draw --units danh-sach.txt --seed "chuoi-da-cam-ket-2026" --count 3
"""
_LARGEST = 10_000_000


def add_inspection_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `inspection` with its command."""
    kinds = commands.add_parser("inspection", help="inspections · kiểm tra").add_subparsers(
        required=True, metavar="COMMAND"
    )
    drawing = kinds.add_parser(
        "draw",
        help="units drawn by lot · chọn ngẫu nhiên đơn vị",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    drawing.add_argument(
        "--units", type=Path, required=True, metavar="FILE", help="one key a line · danh sách"
    )
    drawing.add_argument("--seed", required=True, metavar="TEXT", help="the committed seed · chuỗi khởi tạo")
    drawing.add_argument("--count", type=int, required=True, metavar="N", help="how many · số đơn vị chọn")
    drawing.set_defaults(run=told(draw))


def draw(options: argparse.Namespace) -> int:
    """The picks on standard output; what they were drawn by on standard error."""
    units = read_units(options.units)
    picked = pick(units, options.seed, options.count)
    tell(
        [
            f"Phương pháp {METHOD}; {len(units)} đơn vị, chọn {options.count}.",
            f"Mã cam kết của chuỗi khởi tạo (SHA-256): {commitment(options.seed)}",
        ]
    )
    sys.stdout.writelines(f"{unit}\n" for unit in picked)
    return 0


def read_units(path: Path) -> list[str]:
    """The keys of the list. Raises FileRefused for a file that is no text or too large."""
    content = path.read_bytes()
    if len(content) > _LARGEST:
        raise FileRefused.because(str(path), "tệp lớn hơn 10 MB", "Ghi mỗi dòng một mã đơn vị")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused.because(str(path), "không phải là chữ UTF-8", "Lưu lại tệp bằng UTF-8") from None
    return [line.strip() for line in text.splitlines() if line.strip()]
