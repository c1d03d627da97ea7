"""tablet.md §2.7: the local authority, certificates by it, and a company's own, as browsers judge them."""

import ipaddress
import plistlib
import ssl
import stat
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID
from hypothesis import given
from hypothesis import strategies as st

from wuye.kernel.errors import Problem
from wuye.tls.authority import issue, make_authority, permits
from wuye.tls.certificates import check_files, fold_name, is_due, load_chain, names_of
from wuye.tls.keeping import Folder, Kept
from wuye.tls.profile import profile
from wuye.tls.renewing import context, renew

NOW = datetime.now(UTC).replace(microsecond=0)  # handshakes are judged by the machine's clock
NAMES = ("wuye.lan", "192.168.1.5")
PRIVATE = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
    "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with an authority and a certificate by it."""
    made = Folder(tmp_path)
    make_authority(made, NAMES, NOW)
    chain, key = issue(made, NAMES, NOW)
    made.put(made.server, chain + key)
    made.write(Kept(kind="local", names=NAMES))
    return made


def leaf(folder: Folder) -> x509.Certificate:
    return load_chain(folder.server)[0]


def authority(folder: Folder) -> x509.Certificate:
    return x509.load_pem_x509_certificate(folder.authority.read_bytes())


def test_a_certificate_lives_no_longer_than_tablets_take_it(folder: Folder) -> None:
    """iPadOS: 825 days by a private authority, 398 by a public one."""
    server = leaf(folder)
    assert server.not_valid_after_utc - server.not_valid_before_utc <= timedelta(days=397)
    assert server.not_valid_before_utc < NOW - timedelta(days=1)  # a tablet whose clock is a day behind
    usage = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert set(NAMES) < set(names_of(server))


def test_keys_are_read_by_their_owner_alone(folder: Folder) -> None:
    for file in folder.path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_the_authority_signs_for_private_places_and_its_own_names_alone(folder: Folder) -> None:
    known = authority(folder)
    for name in ("wuye.lan", "desk.wuye.lan", "other.lan", "10.1.2.3", "fd00::1", "192.168.1.5"):
        assert permits(known, name), name
    for name in ("bank.example", "wuye.lan.example", "evilan", "8.8.8.8", "2001:db8::1"):
        assert not permits(known, name), name
        with pytest.raises(Problem, match="not made for"):
            issue(folder, [name], NOW)


def test_a_stolen_authority_is_worth_nothing_elsewhere(folder: Folder, tmp_path: Path) -> None:
    """Not our own courtesy but the browsers' check: the certificate is forged here, and refused."""
    other = Folder(tmp_path / "other")
    make_authority(other, ["bank.example"], NOW)
    chain, key = issue(other, ["bank.example"], NOW)
    server = x509.load_pem_x509_certificates(chain)[0]
    stolen = serialization.load_pem_private_key(folder.authority_key.read_bytes(), None)
    assert isinstance(stolen, ec.EllipticCurvePrivateKey)
    forged = x509.CertificateBuilder(
        authority(folder).subject,
        server.subject,
        server.public_key(),
        server.serial_number,
        server.not_valid_before_utc,
        server.not_valid_after_utc,
        [one for one in server.extensions if one.oid != ExtensionOID.AUTHORITY_KEY_IDENTIFIER],
    ).sign(stolen, hashes.SHA256())
    bad = tmp_path / "forged.pem"
    bad.write_bytes(forged.public_bytes(serialization.Encoding.PEM) + key)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake(bad, folder.authority, "bank.example")
    shake(folder.server, folder.authority, "wuye.lan")
    shake(folder.server, folder.authority, "192.168.1.5")


def shake(server: Path, trusted: Path, name: str) -> None:
    """Let a client that trusts an authority and a server meet, in memory."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server)
    calling = ssl.create_default_context(cafile=str(trusted))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = calling.wrap_bio(to_client, to_server, server_hostname=name)
    host = serving.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, host):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert client.version() == "TLSv1.3"


@pytest.mark.parametrize(("day", "renewed"), [(0, False), (262, False), (264, True), (500, True)])
def test_it_renews_itself_when_less_than_a_third_is_left(folder: Folder, day: int, *, renewed: bool) -> None:
    kept, before = folder.read(), folder.server.read_bytes()
    assert kept is not None
    assert renew(folder, kept, NOW + timedelta(days=day)) is renewed
    assert (folder.server.read_bytes() != before) is renewed
    assert not is_due(leaf(folder), NOW + timedelta(days=day))
    context(folder, kept)  # key and chain are a pair, whichever they are


@given(st.integers(0, 396))
def test_a_certificate_is_due_in_its_last_third_alone(day: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        made = Folder(Path(place))
        make_authority(made, NAMES, NOW)
        server = x509.load_pem_x509_certificates(issue(made, NAMES, NOW)[0])[0]
    left = server.not_valid_after_utc - (NOW + timedelta(days=day))
    assert is_due(server, NOW + timedelta(days=day)) is (left < timedelta(days=397) / 3)


def test_renewing_never_changes_what_tablets_trust(folder: Folder) -> None:
    trusted, kept = folder.authority.read_bytes(), folder.read()
    assert kept is not None
    old, key = issue(folder, NAMES, NOW - timedelta(days=390))
    folder.put(folder.server, old + key)
    assert renew(folder, kept, NOW)
    assert folder.authority.read_bytes() == trusted
    shake(folder.server, folder.authority, "wuye.lan")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Wuye.LAN.", "wuye.lan"),
        ("192.168.1.5", "192.168.1.5"),
        ("[FD00::0001]", "fd00::1"),
        ("bücher.lan", "xn--bcher-kva.lan"),
    ],
)
def test_names_are_kept_as_certificates_have_them(typed: str, kept: str) -> None:
    assert fold_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "a b", "http://wuye.lan", "wuye.lan:443", "-a.lan", "a" * 254])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(Problem, match="neither a name"):
        fold_name(typed)


def test_the_profile_brings_the_authority_to_an_ipad(folder: Folder) -> None:
    pem = folder.authority.read_bytes()
    read = plistlib.loads(profile(pem))
    [payload] = read["PayloadContent"]
    assert (read["PayloadType"], payload["PayloadType"]) == ("Configuration", "com.apple.security.root")
    assert x509.load_der_x509_certificate(payload["PayloadContent"]) == authority(folder)
    assert profile(pem) == profile(pem)  # installed again, it replaces itself
    assert read["PayloadUUID"] != payload["PayloadUUID"]


# A company's own


def own(folder: Folder, tmp_path: Path) -> tuple[Path, Path]:
    chain, key = issue(folder, NAMES, NOW)
    (tmp_path / "own.crt").write_bytes(chain)
    (tmp_path / "own.key").write_bytes(key)
    return tmp_path / "own.crt", tmp_path / "own.key"


def test_a_companys_own_certificate_is_taken_when_it_fits(folder: Folder, tmp_path: Path) -> None:
    cert, key = own(folder, tmp_path)
    assert set(check_files(cert, key, ["wuye.lan"], NOW)) >= set(NAMES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("other_key", "is not the key of"),
        ("other_chain", "is not by the next"),
        ("tomorrow", "not valid today"),
        ("name", "not good for shop.example"),
        ("text", "own.crt"),
        ("no_file", "own.key"),
    ],
)
def test_what_does_not_fit_is_named(folder: Folder, tmp_path: Path, change: str, said: str) -> None:
    cert, key = own(folder, tmp_path)
    names, now = ["wuye.lan"], NOW
    match change:
        case "other_key":
            key.write_bytes(issue(folder, NAMES, NOW)[1])
        case "other_chain":
            stranger = Folder(tmp_path / "stranger")
            make_authority(stranger, NAMES, NOW)
            server = cert.read_bytes().split(b"-----END CERTIFICATE-----\n")[0] + b"-----END CERTIFICATE-----\n"
            cert.write_bytes(server + stranger.authority.read_bytes())
        case "tomorrow":
            now = NOW + timedelta(days=400)
        case "name":
            names = ["shop.example"]
        case "text":
            cert.write_bytes(b"hello")
        case "no_file":
            key.unlink()
    with pytest.raises(Problem, match=said):
        check_files(cert, key, names, now)


@given(st.one_of(st.ip_addresses(), *(st.ip_addresses(network=net) for net in PRIVATE)))
def test_every_address_is_permitted_exactly_where_it_is_private(address: ipaddress.IPv4Address) -> None:
    assert permits(_AUTHORITY, str(address)) is any(address in ipaddress.ip_network(net) for net in PRIVATE)


def _authority() -> x509.Certificate:
    with tempfile.TemporaryDirectory() as place:
        made = Folder(Path(place))
        make_authority(made, ["wuye.lan"], NOW)
        return authority(made)


_AUTHORITY = _authority()
