"""The server's log. structlog brings its console with it, a tenth of a second that no start should wait for."""

import contextlib
import sys
from functools import cache
from typing import TYPE_CHECKING, Literal, TextIO, cast

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

Style = Literal["text", "json"]
_wanted: tuple[Style, str] = ("text", "info")


def configure_log(style: Style, level: str) -> None:
    """Choose lines for people or for programs, from a level on; at once, before the first line."""
    global _wanted  # noqa: PLW0603  # one log a process
    _wanted = (style, level)


def log() -> "FilteringBoundLogger":
    """Return the logger."""
    return _logger(*_wanted)


class _Stderr:
    """Standard error as it is now. Nobody may be listening any more: no request fails for that."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


@cache
def _logger(style: Style, level: str) -> "FilteringBoundLogger":
    import structlog

    renderer: structlog.typing.Processor
    if style == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([structlog.processors.format_exc_info] if style == "json" else []),
        renderer,
    ]
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(cast("TextIO", _Stderr())),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    return logger
