"""What an import needs of an installation: to look at it, and to hand ops over."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from wuye.model.registry import Registry
from wuye.protocol.wire import Op, Result
from wuye.sync.ports import Snapshot

T = TypeVar("T")


class Way(Protocol):
    """An installation in this process, or one that a running server holds."""

    @property
    def registry(self) -> Registry:
        """What the installation can do."""
        ...

    def read(self, unit: Callable[[Snapshot], T]) -> T:
        """Run reads on one snapshot."""
        ...

    def submit(self, user: str, purpose: str, site: str, ops: Sequence[Op]) -> list[Result]:
        """Push ops of the user's server-side replica for this purpose at a site, with the user's rights."""
        ...
