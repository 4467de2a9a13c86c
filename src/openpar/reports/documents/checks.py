"""What a document still lacks before it can be written, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from openpar.common.errors import Gap, Refused
from openpar.common.wording import gettext as _
from openpar.reports.documents.layouts import DocumentType, Layout, document_type, layout_on
from openpar.reports.documents.model import (
    Article,
    Block,
    Clause,
    Column,
    OfficialDocument,
    Paragraph,
    Point,
    Signature,
    Table,
)
from openpar.reports.documents.wording import has_invisible, is_symbol

_MOST_COLUMNS = 30
# The forms by which somebody signs in the place of another; the word for the head of any agency.
_BY_ANOTHER = frozenset({"TL.", "TUQ.", "KT."})
_ANY_HEAD = "THỦ TRƯỞNG"
# Tables beyond this take minutes and gigabytes to lay out, and nobody reads them on paper.
_MOST_CELLS = 12_000


class DocumentRefused(Refused):
    """The document cannot be written as it is."""


def gaps_of(document: OfficialDocument) -> tuple[Gap, ...]:
    """Everything that keeps the document from being written; empty when it is complete.

    A number, a day, a place and the name of a signer may be missing: they are filled in when it is signed.
    Raises UnknownToTheDecree for a type or a day without rules.
    """
    kind, layout = document_type(document.type_code), layout_on(document.day)
    return (
        *_secret(document, layout),
        *_head(document, kind, layout),
        *_addressees(document, kind),
        *_body(document),
        *_signatures(document, kind, layout),
        *_appendices(document),
        *_size(document),
        *_characters(document),
    )


def require_complete(document: OfficialDocument) -> None:
    """Raises DocumentRefused with every gap."""
    if gaps := gaps_of(document):
        raise DocumentRefused(gaps)


def _secret(document: OfficialDocument, layout: Layout) -> Iterator[Gap]:
    stamped = " ".join(document.secret_level.upper().split())
    if stamped or any(line.strip().upper() in layout.secret_levels for line in document.marks):
        what = _("văn bản mật không đưa vào hệ thống")
        yield Gap(_("Độ mật"), what, _("Soạn và lưu theo quy định bảo vệ bí mật nhà nước"), code="secret")


def _head(document: OfficialDocument, kind: DocumentType, layout: Layout) -> Iterator[Gap]:
    if not document.agency.name.strip():
        yield Gap(_("Cơ quan ban hành"), _("chưa có tên"), _("Nêu tên cơ quan"), code="no-agency")
    if not document.abstract.strip():
        yield Gap(_("Trích yếu"), _("chưa có"), _("Nêu nội dung chủ yếu"), code="no-abstract")
    if document.number is not None and document.number < 1:
        yield Gap(_("Số"), _("phải từ 1"), _("Để trống nếu văn thư chưa cấp số"), code="bad-number")
    if document.number is not None and document.day is None:
        yield Gap(_("Ngày"), _("đã có số nhưng chưa có ngày"), _("Ghi ngày ban hành"), code="no-day")
    if document.urgency and document.urgency.upper() not in layout.urgency_levels:
        remedy = _("Chọn: %(levels)s", levels=", ".join(layout.urgency_levels))
        yield Gap(_("Độ khẩn"), _("“%(word)s” không có", word=document.urgency), remedy, code="bad-urgency")
    example = f"{kind.abbreviation}-SNV" if kind.abbreviation else "SNV-CCHC"
    begins = f"{kind.abbreviation}-" if kind.abbreviation else ""
    if not is_symbol(document.symbol) or not document.symbol.startswith(begins):
        what = _("“%(symbol)s” không đúng", symbol=document.symbol)
        yield Gap(_("Ký hiệu"), what, _("Viết như %(example)s", example=example), code="bad-symbol")


def _addressees(document: OfficialDocument, kind: DocumentType) -> Iterator[Gap]:
    if kind.addressees == "required" and not document.addressees:
        what = _("%(kind)s phải có nơi gửi", kind=kind.name)
        yield Gap(_("Kính gửi"), what, _("Nêu ít nhất một nơi"), code="no-addressee")
    if kind.addressees == "none" and document.addressees:
        what = _("%(kind)s không có Kính gửi", kind=kind.name)
        yield Gap(_("Kính gửi"), what, _("Chuyển sang Nơi nhận"), code="has-addressee")


def _body(document: OfficialDocument) -> Iterator[Gap]:
    where = _("Nội dung")
    if not document.body:
        yield Gap(where, _("chưa có"), _("Soạn nội dung"), code="no-body")
        return
    if not isinstance(document.body[-1], Paragraph | Article | Clause | Point):
        what = _("không kết thúc bằng một câu")
        yield Gap(where, what, _("Thêm một câu sau cùng, để ghi “./.”"), code="no-end")
    yield from _tables(where, document.body)


def _tables(where: str, blocks: tuple[Block, ...]) -> Iterator[Gap]:
    tables = [block for block in blocks if isinstance(block, Table)]
    for place, table in enumerate(tables, start=1):
        named = _("%(where)s, bảng %(place)s", where=where, place=place)
        if not 0 < len(table.columns) <= _MOST_COLUMNS or any(_is_thin(column) for column in table.columns):
            remedy = _("Từ 1 đến %(most)s cột, rộng hơn 0 mm", most=_MOST_COLUMNS)
            yield Gap(named, _("số cột hoặc độ rộng không đúng"), remedy, code="bad-columns")
        wrong = [number for number, row in enumerate(table.rows, start=1) if len(row) != len(table.columns)]
        if wrong:
            what = _("dòng %(rows)s không đủ ô", rows=", ".join(map(str, wrong[:10])))
            yield Gap(named, what, _("Mỗi dòng %(count)s ô", count=len(table.columns)), code="bad-row")


def _is_thin(column: Column) -> bool:
    return column.width <= 0


def _signatures(document: OfficialDocument, kind: DocumentType, layout: Layout) -> Iterator[Gap]:
    where = _("Chữ ký")
    if len(document.signatures) < kind.sides:
        remedy = _("Nêu đủ %(count)s bên ký", count=kind.sides)
        yield Gap(where, _("thiếu người ký"), remedy, code="no-signature")
    for signature in document.signatures:
        yield from _signature(where, signature, kind, layout)


def _signature(where: str, signature: Signature, kind: DocumentType, layout: Layout) -> Iterator[Gap]:
    lines = [line.strip().upper() for line in signature.lines]
    if lines and not any(lines):
        what = _("chưa rõ chức danh của người ký")
        remedy = _("Ghi chức vụ của người đứng đầu ở tài khoản của người đó")
        yield Gap(where, what, remedy, code="no-position")
    elif not 0 < len(lines) <= layout.most_signature_lines or not all(lines):
        remedy = _("Từ 1 đến %(most)s dòng", most=layout.most_signature_lines)
        yield Gap(where, _("sai số dòng quyền hạn, chức vụ"), remedy, code="bad-chain")
    for above, below in pairwise(lines):
        form, _space, position = above.partition(" ")
        if form in _BY_ANOTHER and below in (position, _ANY_HEAD):
            what = _("“%(position)s” ký %(form)s chính mình", position=below, form=form)
            yield Gap(where, what, _("Người đứng đầu ký với chức vụ của mình"), code="by-oneself")
    for form, power in (("TL.", "by_order"), ("TUQ.", "authorised")):
        if power not in kind.powers and any(line.startswith(form) for line in lines):
            what = _("%(kind)s không ký %(form)s", kind=kind.name, form=form)
            yield Gap(where, what, _("Người đứng đầu hoặc cấp phó ký"), code="bad-power")
    first = signature.name.replace(".", " ").split()[:1]
    if first and first[0] in layout.academic_titles:
        what = _("“%(name)s” có học hàm, học vị", name=signature.name)
        yield Gap(where, what, _("Chỉ ghi họ và tên"), code="academic-title")


def _appendices(document: OfficialDocument) -> Iterator[Gap]:
    for place, appendix in enumerate(document.appendices, start=1):
        where = _("Phụ lục %(place)s", place=place)
        if not appendix.name.strip() or not appendix.blocks:
            yield Gap(
                where, _("chưa có tên hoặc nội dung"), _("Bổ sung hoặc bỏ phụ lục"), code="bad-appendix"
            )
        yield from _tables(where, appendix.blocks)


def _size(document: OfficialDocument) -> Iterator[Gap]:
    blocks = [*document.body, *(block for appendix in document.appendices for block in appendix.blocks)]
    cells = sum(len(block.rows) * len(block.columns) for block in blocks if isinstance(block, Table))
    if cells > _MOST_CELLS:
        what = _("các bảng có %(cells)s ô, nhiều hơn %(most)s", cells=cells, most=_MOST_CELLS)
        yield Gap(_("Phụ lục"), what, _("Chuyển bảng dài sang tệp .xlsx kèm theo"), code="too-long")


def _characters(document: OfficialDocument) -> Iterator[Gap]:
    for where, text in texts_of(document):
        if has_invisible(text):
            what = _("có ký tự điều khiển: %(text)s", text=ascii(text[:40]))
            yield Gap(where, what, _("Xóa ký tự không nhìn thấy"), code="control-character")


def texts_of(document: OfficialDocument) -> Iterator[tuple[str, str]]:
    """Every text somebody typed, with where it stands."""
    head = (document.agency.name, document.agency.superior, document.symbol, document.place)
    yield from ((_("Phần đầu"), text) for text in (*head, document.authority, document.urgency))
    yield from ((_("Phần đầu"), text) for text in (*document.marks, document.abstract))
    yield from ((_("Kính gửi"), text) for text in document.addressees)
    yield from ((_("Căn cứ"), text) for text in document.grounds)
    yield from ((_("Nội dung"), text) for text in _block_texts(document.body))
    yield from ((_("Nơi nhận"), text) for text in document.recipients)
    for signature in document.signatures:
        yield from ((_("Chữ ký"), text) for text in (*signature.lines, signature.name, signature.side))
    for appendix in document.appendices:
        yield from ((appendix.name, text) for text in (appendix.name, appendix.attached))
        yield from ((appendix.name, text) for text in _block_texts(appendix.blocks))


def _block_texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            yield from (column.title for column in block.columns)
            for row in block.rows:
                yield from row
        else:
            yield from (value for value in vars(block).values() if type(value) is str)
