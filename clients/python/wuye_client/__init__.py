"""Offline client of Wuye: `Replica` and what it raises. See the README."""

from wuye_client.device import Device
from wuye_client.errors import (
    Erased,
    InvalidEntry,
    LoginRequired,
    NotReady,
    Offline,
    Refused,
    ServerBusy,
    WrongUser,
    WuyeError,
)
from wuye_client.replica import Replica
from wuye_client.report import SyncReport
from wuye_client.view import Record, Span

__all__ = [
    "Device",
    "Erased",
    "InvalidEntry",
    "LoginRequired",
    "NotReady",
    "Offline",
    "Record",
    "Refused",
    "Replica",
    "ServerBusy",
    "Span",
    "SyncReport",
    "WrongUser",
    "WuyeError",
]
