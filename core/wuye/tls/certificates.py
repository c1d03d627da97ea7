"""Certificates read and checked: names, dates, chain, key."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from msgspec import Struct

from wuye.kernel.errors import Problem
from wuye.tls.keeping import SHARE_LEFT, Folder, Kept

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_NAME = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Shown(Struct, frozen=True, kw_only=True):
    """A certificate for people: ``fingerprint`` is the SHA-256 of the authority to trust, or of itself."""

    names: tuple[str, ...]
    expires: datetime
    fingerprint: str


def shown(folder: Folder, kept: Kept) -> Shown:
    """Return what people should know of the certificate in use.

    Raises:
        Problem: ``bad_certificate``.
    """
    leaf = load_chain(folder.certificate(kept))[0]
    trusted = folder.trusted(kept)
    known = x509.load_pem_x509_certificate(trusted) if trusted else leaf
    return Shown(names=names_of(leaf), expires=leaf.not_valid_after_utc, fingerprint=fingerprint(known))


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint as devices show it: ``AB CD …``."""
    return certificate.fingerprint(hashes.SHA256()).hex(" ").upper()


def fold_name(name: str) -> str:
    """Return a DNS name or address as certificates have it.

    Raises:
        Problem: ``bad_certificate``, it is neither.
    """
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        pass
    try:
        folded = name.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        folded = ""
    if not _NAME.fullmatch(folded) or len(folded) > 253:
        raise Problem("bad_certificate", f"{name} is neither a name nor an address")
    return folded


def general_names(names: Iterable[str]) -> list[x509.GeneralName]:
    """Return folded names as an extension holds them."""
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the names that a certificate is good for."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = extension.get_values_for_type(x509.IPAddress)
    return (*extension.get_values_for_type(x509.DNSName), *map(str, addresses))


def is_due(certificate: x509.Certificate, now: datetime) -> bool:
    """Tell whether a certificate should be renewed: less than a third of its life is left."""
    ends = certificate.not_valid_after_utc
    return (ends - now) * SHARE_LEFT < ends - certificate.not_valid_before_utc


def load_chain(file: Path) -> list[x509.Certificate]:
    """Read a chain, the server's certificate first.

    Raises:
        Problem: ``bad_certificate``, the file cannot be read.
    """
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Problem("bad_certificate", f"{file}: {error}") from error


def check_files(certificate: Path, key: Path, names: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Check a company's own certificate and key; return the names that it is good for.

    Raises:
        Problem: ``bad_certificate``: it cannot be read, key and certificate are no pair, the chain does not follow,
            it is not valid now, or not for one of ``names``.
    """
    chain = load_chain(certificate)
    leaf = chain[0]
    try:
        secret = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise Problem("bad_certificate", f"{key}: {error}") from error
    if _public(secret.public_key()) != _public(leaf.public_key()):
        raise Problem("bad_certificate", f"{key} is not the key of {certificate}")
    for lower, upper in pairwise(chain):
        try:
            lower.verify_directly_issued_by(upper)
        except (InvalidSignature, ValueError, TypeError) as error:
            raise Problem(
                "bad_certificate", f"{lower.subject.rfc4514_string()} is not by the next of the chain"
            ) from error
    for one in chain:
        if not one.not_valid_before_utc <= now < one.not_valid_after_utc:
            raise Problem("bad_certificate", f"{one.subject.rfc4514_string()} is not valid today")
    covered = names_of(leaf)
    if lacking := [name for name in names if not _covers(covered, name)]:
        raise Problem(
            "bad_certificate", f"not good for {', '.join(lacking)}; it names {', '.join(covered) or 'nothing'}"
        )
    return covered


def pem(*certificates: x509.Certificate) -> bytes:
    """Write a chain."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write a key."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _covers(covered: Iterable[str], name: str) -> bool:
    return any(one == name or (one[:2] == "*." and one[1:] == name[name.find(".") :]) for one in covered)


def _public(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined,no-any-return]  # every kind of key has it, their union does not
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
