"""A certificate in use: loaded, and renewed when less than a third of its life is left."""

import ssl
from datetime import datetime

from wuye.kernel.errors import Problem
from wuye.tls.acme import obtain
from wuye.tls.authority import issue
from wuye.tls.certificates import is_due, load_chain
from wuye.tls.keeping import Folder, Kept


def renew(folder: Folder, kept: Kept, now: datetime) -> bool:
    """Renew a certificate that is due; tell whether there is a new one. A company's own files are its own to renew.

    Raises:
        Problem: ``bad_certificate``.
    """
    if kept.kind == "files":
        return False
    if folder.server.exists() and not is_due(load_chain(folder.server)[0], now):
        return False
    chain, key = issue(folder, kept.names, now) if kept.kind == "local" else obtain(folder, kept)
    folder.put(folder.server, chain + key)
    return True


def context(folder: Folder, kept: Kept) -> ssl.SSLContext:
    """Return what a server speaks TLS by."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    load(made, folder, kept)
    return made


def load(into: ssl.SSLContext, folder: Folder, kept: Kept) -> None:
    """Take the certificate that is there now; connections that begin later are shown it.

    Raises:
        Problem: ``bad_certificate``.
    """
    try:
        into.load_cert_chain(folder.certificate(kept), folder.key(kept))
    except (OSError, ssl.SSLError) as error:
        raise Problem("bad_certificate", f"{folder.certificate(kept)}: {error}") from error
