"""What a server is started with: ``DIR/wuye.toml``, then the environment (``WUYE_PORT=8080``), then the command line.

What a company decides (log-in policy, days of grace, sizes of photos) is data of the organisation, not a setting here.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from wuye.kernel.errors import Problem

Port = Annotated[int, Meta(ge=0, le=65535)]
Positive = Annotated[int, Meta(ge=1)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``database`` is ``sqlite:///FILE``, by default ``wuye.sqlite`` in the folder. ``limit_*`` bound what one server
    takes on at once; ``proxies`` names the reverse proxies whose word on a caller's address counts. Where the server
    speaks TLS, ``http_port`` is a second port, which shows how to trust it and sends everybody else on. ``origin`` is
    the address that tablets are told (``https://wuye.example``), by default the one that the office uses.
    ``blobs`` is where attachments lie: ``s3://BUCKET/PREFIX``, by default the folder ``blobs`` beside the database,
    with at most ``blob_quota`` bytes in it (0: no bound). ``app`` is where the tablet app's files lie, by default those
    that came with the package."""

    dir: Path
    database: str = ""
    host: str = "127.0.0.1"
    port: Port = 8000
    http_port: Port | None = None
    origin: Annotated[str, Meta(pattern=r"^(https?://[^/\s]+)?$")] = ""
    app: str = ""
    log: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    strict_plugins: bool = False
    proxies: str = ""
    limit_requests: Positive = 1000
    limit_live: Positive = 2000
    limit_waiting: Positive = 512
    readers: Annotated[int, Meta(ge=1, le=32)] = 3
    blobs: Annotated[str, Meta(pattern=r"^(s3://[^/\s]+(/\S*)?|memory:///)?$")] = ""
    blobs_endpoint: Annotated[str, Meta(pattern=r"^(https?://\S+)?$")] = ""
    blobs_region: str = ""
    blobs_key: str = ""
    blobs_secret: str = ""
    blob_quota: Annotated[int, Meta(ge=0)] = 0

    @property
    def file(self) -> Path:
        """The database file.

        Raises:
            Problem: ``bad_settings``, the database is of a kind that this version does not serve.
        """
        if not self.database:
            return self.dir / "wuye.sqlite"
        kind, _, file = self.database.partition("://")
        if kind != "sqlite" or not file.startswith("/") or len(file) < 2:
            raise Problem(
                "bad_settings",
                f"the database {kind}://… is not served yet: this version keeps its data in SQLite"
                " (sqlite:///FILE); PostgreSQL comes with a later one",
            )
        return Path(file[1:])


def load_settings(dir_: Path, environ: Mapping[str, str] = os.environ, **given: object) -> Settings:
    """Gather the settings of an installation; ``given`` values that are None are as if not given.

    Raises:
        Problem: ``bad_settings``, with the place.
    """
    values: dict[str, object] = {}
    file = dir_ / "wuye.toml"
    try:
        if file.exists():
            values.update(tomllib.loads(file.read_text("utf-8")))
        for name in Settings.__struct_fields__:
            if (text := environ.get(f"WUYE_{name.upper()}")) is not None and name != "dir":
                values[name] = text
        values.update({name: value for name, value in given.items() if value is not None})
        return msgspec.convert({**values, "dir": str(dir_)}, Settings, strict=False, dec_hook=_path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem("bad_settings", f"{file.name}: {error}") from error
    except msgspec.ValidationError as error:
        raise Problem("bad_settings", str(error)) from error


def _path(type_: type, value: object) -> object:
    return type_(value)
