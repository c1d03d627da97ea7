"""What ``DIR/tls`` holds: where the certificate comes from, itself, and keys that only their owner reads."""

import os
import re
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from wuye.kernel.errors import Problem

WELL_KNOWN = "/.well-known/acme-challenge/"
SHARE_LEFT = 3
"""A certificate is renewed when less than this part of its life is left: a third."""


_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


class Kept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the certificate comes from. ``names`` are DNS names and addresses; ``certificate`` and ``key`` are files of
    the company's own, ``authority`` the one that its tablets must trust; ``directory`` and ``email`` belong to ACME."""

    kind: Literal["local", "files", "acme"]
    names: tuple[str, ...]
    certificate: str = ""
    key: str = ""
    authority: str = ""
    directory: str = ""
    email: str = ""


class Folder:
    """The files, by what they hold."""

    def __init__(self, installation: Path) -> None:
        self.path = installation / "tls"
        self.note = self.path / "tls.json"
        # Chain and key are one file, so that there is never one without the other.
        self.server = self.path / "server.pem"
        self.authority = self.path / "authority.crt"
        self.authority_key = self.path / "authority.key"
        self.account_key = self.path / "account.key"
        self.challenges = self.path / "challenges"

    def certificate(self, kept: Kept) -> Path:
        """The chain of the server's certificate, in PEM."""
        return Path(kept.certificate) if kept.certificate else self.server

    def key(self, kept: Kept) -> Path:
        """The key of the server's certificate, in PEM."""
        return Path(kept.key) if kept.key else self.server

    def trusted(self, kept: Kept) -> bytes | None:
        """The authority that tablets must be told to trust, in PEM; None where they know it already."""
        if kept.kind == "local":
            return self.authority.read_bytes()
        return Path(kept.authority).read_bytes() if kept.authority else None

    def read(self) -> Kept | None:
        """Return where the certificate comes from; None where the server speaks plain HTTP.

        Raises:
            Problem: ``bad_certificate``, the note cannot be read.
        """
        try:
            return msgspec.json.decode(self.note.read_bytes(), type=Kept)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as error:
            raise Problem("bad_certificate", f"{self.note}: {error}") from error

    def challenge(self, path: str) -> bytes | None:
        """Return what an ACME authority wants to read at a path; None for one that nobody waits for."""
        token = path.removeprefix(WELL_KNOWN)
        if token == path or not _TOKEN.fullmatch(token):
            return None
        try:
            return (self.challenges / token).read_bytes()
        except OSError:
            return None

    def write(self, kept: Kept) -> None:
        """Note where the certificate comes from."""
        self.put(self.note, msgspec.json.format(msgspec.json.encode(kept)))

    def put(self, file: Path, content: bytes) -> None:
        """Write a file of the folder."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        put_private(file, content)


def put_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
