"""The device: one id and name for a folder, shared by the replicas of all its users (protocol §1)."""

import os
import platform
import re
import socket
from pathlib import Path

import msgspec

from wuye_client.clock import Clock, system_clock, to_ms
from wuye_client.ids import Entropy, uuid7
from wuye_client.protocol import DeviceInfo
from wuye_client.sync import APP

_FILE = "device.json"


class Card(msgspec.Struct):
    """What the folder remembers. ``shorts`` gives each replica file its part of device numbers; ``current`` is the
    user last logged in."""

    id: str
    name: str
    shorts: dict[str, str] = {}
    current: str = ""


class Device:
    """A folder with replicas. Without a folder (``None``) it lives in memory."""

    def __init__(self, folder: Path | None, card: Card) -> None:
        self.folder = folder
        self.card = card

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str] | None,
        *,
        name: str = "",
        clock: Clock = system_clock,
        entropy: Entropy = os.urandom,
    ) -> "Device":
        """Open a folder, or make it a device."""
        place = Path(folder) if folder is not None else None
        if place and (place / _FILE).exists():
            return cls(place, msgspec.json.decode((place / _FILE).read_bytes(), type=Card))
        device = cls(place, Card(uuid7(to_ms(clock()), entropy(10)), name or socket.gethostname()))
        device.save()
        return device

    def save(self) -> None:
        """Write the card, whole or not at all."""
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f"{_FILE}.{os.getpid()}"
            draft.write_bytes(msgspec.json.format(msgspec.json.encode(self.card)))
            draft.replace(self.folder / _FILE)

    def rename(self, name: str) -> None:
        """Give the device the name that people know it by (``T07``)."""
        if name and name != self.card.name:
            self.card.name = name
            self.card.shorts.clear()
            self.save()

    def path_of(self, username: str) -> Path:
        """Return the replica file of a user."""
        plain = re.sub(r"[^\w.-]", lambda match: f"%{ord(match.group()):x}", username)
        return (self.folder or Path()) / f"{plain}.wuye"

    def short_for(self, path: str) -> str:
        """Return a replica's part of device numbers: the device's name, with a letter from its second replica on."""
        file = Path(path).name
        if file not in self.card.shorts:
            base = re.sub(r"[^A-Z0-9]", "", self.card.name.upper())[:6] or self.card.id[-4:].upper()
            taken = set(self.card.shorts.values())
            letters = ["", *"BCDEFGHJKLMNPQRSTUVWXYZ"]
            self.card.shorts[file] = next(
                (base + letter for letter in letters if base + letter not in taken),
                base + str(len(taken) + 1),
            )
            self.save()
        return self.card.shorts[file]

    def info(self) -> DeviceInfo:
        """Return what the server is told."""
        return DeviceInfo(id=self.card.id, name=self.card.name, platform=platform.system(), app=APP)
