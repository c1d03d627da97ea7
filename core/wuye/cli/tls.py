"""``wuye tls``: the certificate by which the server speaks HTTPS. A browser gives camera, storage and offline work to
secure addresses only, so tablets need it (tablet.md §2.7)."""

import errno
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from wuye.cli.options import folder
from wuye.cli.say import say
from wuye.kernel.clock import system_clock, to_wire
from wuye.kernel.errors import Problem
from wuye.tls.keeping import Folder, Kept

names_option = click.option(
    "--name", "names", multiple=True, required=True, help="A DNS name or address of the server; may be given again."
)


class _Note(Struct, frozen=True):
    trust: str


@click.group("tls")
def tls_command() -> None:
    """Certificates: by our own authority, the company's, or by ACME. A running server takes them when it restarts."""


@tls_command.command("local")
@folder
@names_option
@click.option("--new-authority", is_flag=True, help="Make a new authority; every tablet must trust it anew.")
def local_command(dir_: Path, names: tuple[str, ...], *, new_authority: bool) -> None:
    """Make an authority for this installation and a certificate by it."""
    from wuye.tls.authority import issue, make_authority
    from wuye.tls.certificates import fold_name

    _check_there(dir_)
    files, now = Folder(dir_), system_clock()
    kept = Kept(kind="local", names=tuple(dict.fromkeys(map(fold_name, names))))
    if new_authority or not files.authority.exists():
        make_authority(files, kept.names, now)
    chain, key = issue(files, kept.names, now)
    files.put(files.server, chain + key)
    files.write(kept)
    _show(files, kept)
    click.echo(say("cli.tls.local_next", dir=dir_))


@tls_command.command("files")
@folder
@click.option(
    "--cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="PEM, with the chain."
)
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="PEM, no password."
)
@click.option(
    "--authority",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The company's authority, for the page that shows tablets how to trust it.",
)
@click.option("--name", "names", multiple=True, help="A name that it must be good for; by default those that it has.")
def files_command(dir_: Path, cert: Path, key: Path, authority: Path | None, names: tuple[str, ...]) -> None:
    """Take the company's own certificate. The files stay where they are and are read anew every day."""
    from wuye.tls.certificates import check_files, fold_name, load_chain

    _check_there(dir_)
    covered = check_files(cert, key, [fold_name(name) for name in names], system_clock())
    if authority:
        load_chain(authority)
    files = Folder(dir_)
    kept = Kept(
        kind="files",
        names=tuple(map(fold_name, names)) or covered,
        certificate=str(cert.resolve()),
        key=str(key.resolve()),
        authority=str(authority.resolve()) if authority else "",
    )
    files.write(kept)
    _show(files, kept)


@tls_command.command("acme")
@folder
@names_option
@click.option("--email", default="", help="Where the authority writes to when something is wrong.")
@click.option("--agree-terms", is_flag=True, required=True, help="You agree to the authority's terms of service.")
@click.option("--directory", metavar="URL", help="The authority's directory; by default Let's Encrypt.")
@click.option("--http-port", type=click.IntRange(1, 65535), default=80, show_default=True, help="Where it asks back.")
def acme_command(
    dir_: Path, names: tuple[str, ...], email: str, directory: str | None, http_port: int, *, agree_terms: bool
) -> None:
    """Order a certificate by ACME; the server renews it while it runs with `http_port`."""
    from wuye.tls.acme import LETS_ENCRYPT, obtain
    from wuye.tls.certificates import fold_name

    assert agree_terms
    _check_there(dir_)
    files = Folder(dir_)
    wanted = tuple(dict.fromkeys(map(fold_name, names)))
    kept = Kept(kind="acme", names=wanted, email=email, directory=directory or LETS_ENCRYPT)
    with _answering(files, http_port):
        chain, key = obtain(files, kept)
    files.put(files.server, chain + key)
    files.write(kept)
    _show(files, kept)
    click.echo(say("cli.tls.acme_next", port=http_port))


@tls_command.command("show")
@folder
def show_command(dir_: Path) -> None:
    """Show names, end and fingerprint, and the page of trust as a QR code."""
    files = Folder(dir_)
    kept = files.read()
    if kept is None:
        click.echo(say("cli.tls.none"))
        return
    _show(files, kept)
    if files.trusted(kept) is not None:
        import segno

        address = _trust_address(dir_, files, kept)
        click.echo(say("cli.tls.trust", address=address))
        segno.make(address, error="m").terminal(compact=True)


@tls_command.command("off")
@folder
def off_command(dir_: Path) -> None:
    """Speak plain HTTP again. Authority and certificate stay in the folder."""
    Folder(dir_).note.unlink(missing_ok=True)
    click.echo(say("cli.tls.none"))


def _check_there(dir_: Path) -> None:
    """A certificate belongs to an installation: without one the folder is a slip of the pen."""
    from wuye.settings import load_settings

    file = load_settings(dir_).file
    if not file.exists():
        raise Problem("not_installed", f"there is no {file}")


def _trust_address(dir_: Path, files: Folder, kept: Kept) -> str:
    """Return where tablets learn to trust the server: what a running one says, or what its settings promise."""
    from wuye.http.trust import Secured
    from wuye.settings import load_settings

    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((dir_ / "serve.json").read_bytes(), type=_Note).trust
    settings = load_settings(dir_)
    secured = Secured(folder=files, kept=kept, port=settings.port, plain_port=settings.http_port)
    return secured.trust_address("")


def _show(files: Folder, kept: Kept) -> None:
    from wuye.tls.certificates import shown

    known = shown(files, kept)
    for key, value in (
        ("cli.tls.names", ", ".join(known.names)),
        ("cli.tls.expires", to_wire(known.expires)[:10]),
        ("cli.tls.fingerprint", known.fingerprint),
    ):
        click.echo(f"{say(key)}: {value}")


@contextmanager
def _answering(files: Folder, port: int) -> Iterator[None]:
    """Answer the authority's questions; where the port is taken our server answers, or a proxy that leads to it."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.challenge(self.path)
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True  # a second order minutes later is as good as the first

    try:
        server = Server(("", port), Answer)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise Problem("bad_certificate", f"port {port}: {error.strerror}") from error
        yield
        return
    with server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
