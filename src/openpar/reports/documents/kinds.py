"""The documents of the reform year, made from plain values: what every one of its type begins and ends with.

Each takes a `Frame` (who issues, who signs, who receives) and what this one says, and gives a document whose
number is still blank. Nothing is read from the database here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openpar.common.formats import format_date
from openpar.reports.documents.authorities import authority_of
from openpar.reports.documents.layouts import document_type
from openpar.reports.documents.model import (
    Agency,
    Appendix,
    Article,
    Block,
    Centred,
    Heading,
    Level,
    OfficialDocument,
    Paragraph,
    Point,
    Signature,
)
from openpar.reports.documents.wording import BLANK


@dataclass(frozen=True)
class Signer:
    """Who signs: position and name as they are called (“Phó Giám đốc”). `authorised` where the head gave a
    written authority (TUQ.).
    """

    position: str
    name: str = ""
    authorised: bool = False


@dataclass(frozen=True)
class Frame:
    """What all documents of an agency have in common. `symbol` is the agency's abbreviation (“SNV”), `unit`
    that of the office that drafts, for letters (“CCHC”). `place` is the name of the territory.
    """

    agency: str
    symbol: str
    place: str
    signer: Signer
    superior: str = ""
    unit: str = "CCHC"
    day: date | None = None
    recipients: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


def plan(
    frame: Frame,
    *,
    abstract: str,
    body: Sequence[Block],
    grounds: Sequence[str] = (),
    appendices: Sequence[Appendix] = (),
) -> OfficialDocument:
    """A plan (kế hoạch): purposes, tasks, funding, organisation; its table of tasks is an appendix."""
    return _document("KH", frame, abstract, body, grounds=grounds, appendices=appendices)


def decision(
    frame: Frame,
    *,
    abstract: str,
    grounds: Sequence[str],
    articles: Sequence[str],
    authority: str = "",
    appendices: Sequence[Appendix] = (),
) -> OfficialDocument:
    """A decision: “Về việc …”, grounds, “QUYẾT ĐỊNH:”, articles. `authority` is who decides; by default the
    head of the agency, of a collective body the body itself.
    """
    body: tuple[Block, ...] = (Centred("QUYẾT ĐỊNH:"), *(Article(text) for text in articles))
    decides = authority or deciding_authority(frame.agency)
    begun = abstract if abstract.startswith("Về việc") else f"Về việc {abstract[:1].lower()}{abstract[1:]}"
    return _document("QĐ", frame, begun, body, grounds=grounds, appendices=appendices, authority=decides)


def report(
    frame: Frame,
    *,
    abstract: str,
    body: Sequence[Block],
    addressees: Sequence[str] = (),
    grounds: Sequence[str] = (),
    appendices: Sequence[Appendix] = (),
) -> OfficialDocument:
    """A report (báo cáo) with its statistics as appendices."""
    return _document(
        "BC", frame, abstract, body, addressees=addressees, grounds=grounds, appendices=appendices
    )


def notice(
    frame: Frame, *, abstract: str, body: Sequence[Block], appendices: Sequence[Appendix] = ()
) -> OfficialDocument:
    """A notice (thông báo) of something that is to happen, as of a schedule of inspections."""
    return _document("TB", frame, abstract, body, appendices=appendices)


@dataclass(frozen=True)
class Conclusions:
    """What a team concluded on one agency: strengths, limitations and requests, one sentence each."""

    agency: str
    strengths: tuple[str, ...] = ()
    limitations: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()


def conclusion_notice(
    frame: Frame,
    *,
    abstract: str,
    opening: str,
    conclusions: Sequence[Conclusions],
    remedy_due: date | None,
    strengths: Sequence[str] = (),
    requests: Sequence[str] = (),
    response_due: date | None = None,
    appendices: Sequence[Appendix] = (),
) -> OfficialDocument:
    """A notice of conclusions (thông báo kết luận), of one agency or of several jointly.

    `strengths` and `requests` are of all agencies together: they stand before and after those of each. The
    days are included; `response_due` is the last one on which an agency may object.
    """
    body: list[Block] = [Paragraph(opening)]
    if strengths:
        body += [Heading("Kết quả đạt được"), *(Point(sentence) for sentence in strengths)]
    for conclusion in conclusions:
        body.append(Heading(conclusion.agency))
        for title, sentences in (
            ("Ưu điểm", conclusion.strengths),
            ("Tồn tại, hạn chế", conclusion.limitations),
            ("Yêu cầu", conclusion.requests),
        ):
            body.append(Heading(title, Level.ARABIC))
            body += [Point(sentence) for sentence in sentences] or [Paragraph("Không có.")]
    if requests:
        body += [Heading("Kiến nghị chung"), *(Point(sentence) for sentence in requests)]
    if response_due is not None:
        said = f"Cơ quan, đơn vị có ý kiến khác với kết luận này gửi {frame.agency}"
        body.append(Paragraph(f"{said} chậm nhất ngày {format_date(response_due)}."))
    due = format_date(remedy_due) if remedy_due else BLANK
    body.append(
        Paragraph(
            f"{frame.agency} thông báo để các cơ quan, đơn vị được kiểm tra biết, khắc phục các tồn tại, "
            f"hạn chế và báo cáo kết quả chậm nhất ngày {due}."
        )
    )
    return _document("TB", frame, abstract, body, appendices=appendices)


@dataclass(frozen=True)
class Side:
    """A side of minutes: whom it represents, who attended, and who signs."""

    title: str
    attended: tuple[str, ...]
    signer: str = ""


def minutes(
    frame: Frame,
    *,
    abstract: str,
    opening: str,
    sides: Sequence[Side],
    body: Sequence[Block],
    closing: str,
) -> OfficialDocument:
    """Minutes (biên bản), signed by all sides; at least two."""
    blocks: list[Block] = [Paragraph(opening), Heading("Thành phần tham dự")]
    for side in sides:
        blocks.append(Heading(side.title, Level.ARABIC))
        blocks += [Paragraph(f"- {name}") for name in side.attended]
    blocks += [*body, Paragraph(closing)]
    signatures = tuple(Signature((f"ĐẠI DIỆN {side.title}",), side.signer) for side in sides)
    return _document("BB", frame, abstract, blocks, signatures=signatures)


def apology_letter(
    frame: Frame,
    *,
    person: str,
    dossier: str,
    procedure: str,
    due_on: date,
    reason: str,
    new_date: date | None,
) -> OfficialDocument:
    """A letter that says sorry for a late result and names the new date (NĐ 61/2018/NĐ-CP, Điều 19)."""
    given = f"ngày {format_date(new_date)}" if new_date else BLANK
    body = (
        Paragraph(
            f"{frame.agency} đã tiếp nhận hồ sơ mã số {dossier} của Ông/Bà (cơ quan, tổ chức) về thủ tục "
            f"“{procedure}”, hẹn trả kết quả ngày {format_date(due_on)}."
        ),
        Paragraph(
            f"Đến nay hồ sơ chưa được giải quyết xong, quá thời hạn đã hẹn. Lý do: {reason.rstrip('. ')}."
        ),
        Paragraph(
            f"{frame.agency} xin lỗi Ông/Bà (cơ quan, tổ chức) về sự chậm trễ này và hẹn trả kết quả "
            f"vào {given}."
        ),
        Paragraph("Rất mong nhận được sự thông cảm của Ông/Bà (cơ quan, tổ chức)."),
    )
    abstract = f"xin lỗi về việc trễ hẹn trả kết quả hồ sơ {dossier}"
    return _document("CV", frame, abstract, body, addressees=(person,))


def submission(
    frame: Frame,
    *,
    abstract: str,
    addressees: Sequence[str],
    body: Sequence[Block],
    grounds: Sequence[str] = (),
    appendices: Sequence[Appendix] = (),
) -> OfficialDocument:
    """A submission (tờ trình) that asks the one above to decide."""
    return _document(
        "TTr", frame, abstract, body, addressees=addressees, grounds=grounds, appendices=appendices
    )


def invitation(
    frame: Frame, *, abstract: str, addressees: Sequence[str], time: str, venue: str, content: Sequence[str]
) -> OfficialDocument:
    """An invitation (giấy mời) to a meeting."""
    body: tuple[Block, ...] = (
        Paragraph(f"{frame.agency} trân trọng kính mời đại biểu dự {abstract}."),
        Paragraph(time, lead="Thời gian: "),
        Paragraph(venue, lead="Địa điểm: "),
        Paragraph("", lead="Nội dung:"),
        *(Point(one) for one in content),
        Paragraph("Kính mời đại biểu đến dự đúng thành phần và thời gian."),
    )
    return _document("GM", frame, abstract, body, addressees=addressees)


def deciding_authority(agency: str) -> str:
    """Who decides: “GIÁM ĐỐC SỞ NỘI VỤ”, or a collective body itself."""
    authority = authority_of(agency)
    return agency.upper() if authority.collective else f"{authority.head or BLANK} {agency.upper()}"


def _document(
    code: str,
    frame: Frame,
    abstract: str,
    body: Sequence[Block],
    *,
    addressees: Sequence[str] = (),
    grounds: Sequence[str] = (),
    appendices: Sequence[Appendix] = (),
    authority: str = "",
    signatures: tuple[Signature, ...] = (),
) -> OfficialDocument:
    kind = document_type(code)
    lines = authority_of(frame.agency).lines_of(frame.signer.position, authorised=frame.signer.authorised)
    symbol = (kind.abbreviation, frame.symbol) if kind.abbreviation else (frame.symbol, frame.unit)
    return OfficialDocument(
        type_code=code,
        agency=Agency(frame.agency, frame.superior),
        symbol="-".join(symbol),
        abstract=abstract,
        body=tuple(body),
        signatures=signatures or (Signature(lines, frame.signer.name),),
        authority=authority,
        place=frame.place,
        day=frame.day,
        addressees=tuple(addressees),
        grounds=tuple(grounds),
        recipients=frame.recipients,
        appendices=tuple(appendices),
        marks=frame.marks,
    )
