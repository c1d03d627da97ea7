"""The tablet's types follow from the server's shapes (protocol §2, §7)."""

from tools.wire_types import sources


def test_2_the_tablets_types_are_those_of_the_server() -> None:
    """Mended by ``python -m tools.wire_types``."""
    stale = [file.name for file, content in sources().items() if file.read_text("utf-8") != content]
    assert stale == []
