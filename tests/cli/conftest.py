"""The command line as scripts use it: in English, without a terminal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wuye.cli import main

Wuye = Callable[..., Result]


@pytest.fixture
def wuye(monkeypatch: pytest.MonkeyPatch) -> Wuye:
    """Run ``wuye`` with these arguments; ``typed`` is what somebody types, ``lang`` the language of his terminal."""
    monkeypatch.delenv("WUYE_PASSWORD", raising=False)

    def run(*args: object, typed: str | None = None, lang: str = "en") -> Result:
        result = CliRunner().invoke(main, [str(arg) for arg in args], input=typed, env={"WUYE_LANG": lang})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return run


@pytest.fixture
def company(tmp_path: Path, wuye: Wuye) -> Path:
    """The folder of a small company: one site, A."""
    folder = tmp_path / "company"
    about = ("--name", "測試物業", "--type", "residential", "--site", "A:residential:東苑", "--language", "zh-Hans")
    admin = ("--admin", "chief", "--admin-name", "Шеф", "--password", "horse-battery-99")
    result = wuye("init", "--dir", folder, *about, *admin)
    assert result.exit_code == 0, result.output
    return folder
