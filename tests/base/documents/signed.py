"""Signed PDFs with keys made on the spot: a root, a person it certifies, a time-stamping authority."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

START, SIGNED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 15, 2, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def asn1(self) -> Certificate:
        return Certificate.load(self.certificate.public_bytes(serialization.Encoding.DER))

    @property
    def asn1_key(self) -> PrivateKeyInfo:
        return PrivateKeyInfo.load(
            self.key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def authority(name: str = "Root CA thử nghiệm") -> Holder:
    """The root of this name, always the same one."""
    return _authority(name)


@cache
def _authority(name: str) -> Holder:
    return _holder(name, None, x509.KeyUsage(False, False, False, False, False, True, True, False, False))


@cache
def person(name: str = "Nguyễn Văn An", root: str = "Root CA thử nghiệm", days: int = 900) -> Holder:
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    return _holder(name, authority(root), usage, days=days)


@cache
def stamping_authority(root: str = "Root CA thử nghiệm") -> Holder:
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    return _holder("TSA thử nghiệm", authority(root), usage, purpose)


def _holder(
    name: str,
    issuer: Holder | None,
    usage: x509.KeyUsage,
    purpose: x509.ExtendedKeyUsage | None = None,
    days: int = 3000,
) -> Holder:
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = ec.generate_private_key(ec.SECP256R1())
    if purpose is not None:  # the stamping authority of the library knows RSA only
        key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sở Y tế"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    issuing = issuer.certificate.subject if issuer else subject
    signing_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder(issuing, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False
        )
    )
    if purpose is not None:
        builder = builder.add_extension(purpose, critical=True)
    return Holder(builder.sign(signing_key, hashes.SHA256()), key)


def trust_store(folder: Path, *roots: str) -> Path:
    """A folder with the certificates of these authorities."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in roots or ("Root CA thử nghiệm",):
        content = authority(name).certificate.public_bytes(serialization.Encoding.PEM)
        (folder / f"{name}.pem").write_bytes(content)
    return folder


def plain_pdf(text: str = "Kế hoạch cải cách hành chính", pages: int = 1) -> bytes:
    """A PDF without signature."""
    writer = PdfFileWriter(stream_xrefs=False)
    for number in range(pages):
        content = writer.add_object(
            generic.StreamObject(stream_data=f"BT /F1 12 Tf 72 720 Td ({text} {number}) Tj ET".encode())
        )
        page = PageObject(
            contents=content, media_box=generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
        )
        writer.insert_page(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def sign(
    pdf: bytes,
    holder: Holder | None = None,
    *,
    field: str = "Signature1",
    stamped: bool = False,
    stamper_root: str = "Root CA thử nghiệm",
    at: datetime = SIGNED,
) -> bytes:
    """The PDF with one more signature behind it."""
    holder = holder or person()
    registry = SimpleCertificateStore()
    signer = SimpleSigner(holder.asn1, holder.asn1_key, registry)
    stamper = None
    if stamped:
        tsa = stamping_authority(stamper_root)
        stamper = DummyTimeStamper(tsa.asn1, tsa.asn1_key, fixed_dt=at)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    output = io.BytesIO()
    metadata = PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name=None
    )
    signers.PdfSigner(metadata, signer, timestamper=stamper).sign_pdf(writer, output=output)
    return output.getvalue()


def with_note(pdf: bytes, text: str = "Sửa sau khi ký") -> bytes:
    """The PDF with an incremental update behind it: a note on the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page_reference, _resources = writer.find_page_for_modification(0)
    page = page_reference.get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 300, 100))),
            pdf_name("/Contents"): generic.pdf_string(text),
        }
    )
    annotations = generic.ArrayObject(list(page.get("/Annots", ())))
    annotations.append(writer.add_object(note))
    page["/Annots"] = annotations
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def with_other_page(pdf: bytes, text: str) -> bytes:
    """The PDF with an update that puts other content on its first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    reference, _resources = writer.find_page_for_modification(0)
    page = reference.get_object()
    page["/Contents"] = writer.add_object(
        generic.StreamObject(stream_data=f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode())
    )
    writer.update_container(page)
    return _written(writer)


def with_more_pages(pdf: bytes) -> bytes:
    """The PDF with an update that adds a page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    content = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
    writer.insert_page(PageObject(contents=content, media_box=box))
    return _written(writer)


def with_title(pdf: bytes, title: str) -> bytes:
    """The PDF with an update that gives it another title."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    information = generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string(title)})
    writer.set_info(writer.add_object(information))
    return _written(writer)


def with_script(pdf: bytes) -> bytes:
    """The PDF with an update that runs a script when it is opened."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    )
    writer.update_root()
    return _written(writer)


def with_empty_update(pdf: bytes) -> bytes:
    """The PDF with an update that adds an object nobody refers to."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.add_object(generic.NumberObject(1))
    return _written(writer)


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
