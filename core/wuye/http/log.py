"""The server's log. structlog brings its console with it, a tenth of a second that no start should wait for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


def log() -> "FilteringBoundLogger":
    """Return the logger; whoever starts a server configures it (`wuye.app`)."""
    import structlog

    logger: FilteringBoundLogger = structlog.get_logger("wuye")
    return logger
