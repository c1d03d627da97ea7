"""A local authority, and certificates by it: for servers in a company's own network, which no public authority knows.

The authority may sign for the names it was made for and for private networks alone (name constraints, critical), so
that its key, if it is stolen from the server, is worth nothing against any other site that the tablets visit. All
browsers that we support (iPadOS 16.4, Chrome 109, Firefox 115) understand it.
"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wuye.kernel.errors import Problem
from wuye.tls.certificates import general_names, key_pem, pem
from wuye.tls.keeping import Folder

AUTHORITY_LIFE = timedelta(days=3652)
SERVER_LIFE = timedelta(days=397)
"""iPadOS refuses more than 825 days of private authorities, and 398 of public ones: 397 is good everywhere."""
BEFORE = timedelta(days=2)
"""Certificates are valid from before they are made: the clock of a tablet that lay in a drawer may be a day behind."""
PRIVATE_SUFFIXES = ("lan", "local", "internal", "home.arpa", "localhost")
PRIVATE_NETWORKS = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
    "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip
HERE = ("localhost", "127.0.0.1", "::1")
"""Names that the server's own machine calls it by."""


def make_authority(folder: Folder, names: Sequence[str], now: datetime) -> None:
    """Make an authority for these names and write it down."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Wuye"),
        x509.NameAttribute(NameOID.COMMON_NAME, f"Wuye {names[0]}"[:64]),
    ])  # fmt: skip
    certificate = (
        _builder(subject, subject, key.public_key(), now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.put(folder.authority_key, key_pem(key))
    folder.put(folder.authority, pem(certificate))


def issue(folder: Folder, names: Sequence[str], now: datetime) -> tuple[bytes, bytes]:
    """Return a new server certificate by the folder's authority, as a chain, and its key.

    Raises:
        Problem: ``bad_certificate``, the authority was made for other names or its time is over.
    """
    authority = x509.load_pem_x509_certificate(folder.authority.read_bytes())
    signing = load_pem_private_key(folder.authority_key.read_bytes(), password=None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    if beyond := [name for name in names if not permits(authority, name)]:
        raise Problem("bad_certificate", f"the authority was not made for {', '.join(beyond)}; make a new one")
    if authority.not_valid_after_utc <= now:
        raise Problem("bad_certificate", "the authority's time is over; make a new one")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    certificate = (
        _builder(subject, authority.subject, key.public_key(), now, SERVER_LIFE, authority.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(general_names(dict.fromkeys((*names, *HERE)))), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    return pem(certificate, authority), key_pem(key)


def permits(authority: x509.Certificate, name: str) -> bool:
    """Tell whether an authority may sign for a name."""
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [subtree.value for subtree in constraints.permitted_subtrees or ()]
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        plain = name.removeprefix("*.")
        return any(isinstance(one, str) and (plain == one or plain.endswith(f".{one}")) for one in permitted)
    return any(not isinstance(one, str) and address in one for one in permitted)


def _permitted(names: Sequence[str]) -> list[x509.GeneralName]:
    networks = [x509.IPAddress(ipaddress.ip_network(network)) for network in PRIVATE_NETWORKS]
    own: list[x509.GeneralName] = []
    for name in names:
        try:
            own.append(x509.IPAddress(ipaddress.ip_network(name)))  # a network of one address
        except ValueError:
            own.append(x509.DNSName(name.removeprefix("*.")))
    return [*own, *map(x509.DNSName, PRIVATE_SUFFIXES), *networks]


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    life: timedelta,
    until: datetime | None = None,
) -> x509.CertificateBuilder:
    ends = now - BEFORE + life
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(min(ends, until) if until else ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
