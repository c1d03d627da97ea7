"""The authority as tablets take it: a certificate file for Android, a configuration profile for iPads."""

import plistlib
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

CERTIFICATE = "application/x-x509-ca-cert"
PROFILE = "application/x-apple-aspen-config"


def certificate_file(pem: bytes) -> bytes:
    """Return an authority as Android and Windows install it: DER."""
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def profile(pem: bytes) -> bytes:
    """Return a profile that brings an authority onto an iPad; it must still be switched on in the settings there."""
    certificate = x509.load_pem_x509_certificate(pem)
    print_ = certificate.fingerprint(hashes.SHA256()).hex()
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(common[0].value) if common else "Wuye"
    return plistlib.dumps(
        {
            # The same authority is the same profile: installed again, it replaces itself.
            **_head("Configuration", f"wuye.trust.{print_[:16]}", print_, name),
            "PayloadContent": [
                {
                    **_head("com.apple.security.root", f"wuye.root.{print_[:16]}", f"root {print_}", name),
                    "PayloadCertificateFileName": "wuye.crt",
                    "PayloadContent": certificate_file(pem),
                }
            ],
        }
    )


def _head(kind: str, identifier: str, seed: str, name: str) -> dict[str, object]:
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": str(uuid.uuid5(uuid.NAMESPACE_OID, seed)).upper(),
        "PayloadDisplayName": name,
    }
