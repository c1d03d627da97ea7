"""A certificate by ACME (RFC 8555), http-01: the authority asks for a token under ``/.well-known/acme-challenge/``.

Tokens are files in the folder, so whoever serves the plain port answers: the running server, or the command itself.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from wuye.kernel.errors import Problem
from wuye.tls.certificates import key_pem
from wuye.tls.keeping import Folder, Kept

if TYPE_CHECKING:
    from acme.client import ClientV2
    from acme.messages import AuthorizationResource

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


def obtain(folder: Folder, kept: Kept) -> tuple[bytes, bytes]:
    """Order a certificate for the names; return its chain and key. Blocks for seconds to a minute and a half.

    Raises:
        Problem: ``bad_certificate``, the authority refused or did not answer.
    """
    import requests
    from acme import errors
    from acme.crypto_util import make_csr

    key = key_pem(ec.generate_private_key(ec.SECP256R1()))
    addresses = [ipaddress.ip_address(name) for name in kept.names if _is_address(name)]
    names = [name for name in kept.names if not _is_address(name)]
    csr = make_csr(key, names or None, ipaddrs=addresses or None)
    try:
        client = _client(folder, kept)
        order = client.new_order(csr)
        with _answered(folder, client, order.authorizations):
            order = client.poll_and_finalize(order)
    except errors.ValidationError as error:
        raise Problem("bad_certificate", "; ".join(_refusals(error.failed_authzrs))) from error
    except (errors.Error, requests.RequestException) as error:
        raise Problem("bad_certificate", f"{kept.directory}: {error}") from error
    return order.fullchain_pem.encode(), key


def _client(folder: Folder, kept: Kept) -> "ClientV2":
    from acme import errors, messages
    from acme.client import ClientNetwork, ClientV2
    from josepy.jwa import ES256
    from josepy.jwk import JWKEC

    if not folder.account_key.exists():
        folder.put(folder.account_key, key_pem(ec.generate_private_key(ec.SECP256R1())))
    key = load_pem_private_key(folder.account_key.read_bytes(), password=None)
    network = ClientNetwork(JWKEC(key=key), alg=ES256, user_agent="wuye")
    client = ClientV2(ClientV2.get_directory(kept.directory, network), network)
    try:
        client.new_account(messages.NewRegistration.from_data(email=kept.email or None, terms_of_service_agreed=True))
    except errors.ConflictError as known:
        network.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())
    return client


@contextmanager
def _answered(folder: Folder, client: "ClientV2", authorizations: "Sequence[AuthorizationResource]") -> Iterator[None]:
    """Lay out the answers that the authority will ask for, and tell it that they are there."""
    from acme.challenges import HTTP01
    from acme.messages import STATUS_VALID

    folder.challenges.mkdir(mode=0o700, exist_ok=True)
    laid = []
    try:
        for authorization in authorizations:
            if authorization.body.status == STATUS_VALID:  # it remembers that it asked lately
                continue
            found = next((one for one in authorization.body.challenges if isinstance(one.chall, HTTP01)), None)
            if found is None:
                raise Problem("bad_certificate", "the authority offers no http-01 challenge")
            response, content = found.response_and_validation(client.net.key)
            file = folder.challenges / found.chall.encode("token")
            folder.put(file, content.encode())
            laid.append(file)
            client.answer_challenge(found, response)
        yield
    finally:
        for file in laid:
            file.unlink(missing_ok=True)


def _refusals(authorizations: "Sequence[AuthorizationResource]") -> Iterator[str]:
    for authorization in authorizations:
        for one in authorization.body.challenges:
            if one.error is not None:
                yield f"{authorization.body.identifier.value}: {one.error.detail}"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
