"""The wheel holds the tablet app where it was built, and is made without it, too."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("built", [True, False], ids=["built", "unbuilt"])
def test_the_wheel_holds_the_built_app(tmp_path: Path, *, built: bool) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT / "core", source / "core", ignore=shutil.ignore_patterns("tablet", "__pycache__"))
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, source / name)
    if built:
        (source / "core/wuye/tablet/assets").mkdir(parents=True)
        (source / "core/wuye/tablet/index.html").write_text("<!doctype html>")
        (source / "core/wuye/tablet/assets/index-1a.js").write_text("")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if "tablet/" in name] == (
        ["wuye/tablet/index.html", "wuye/tablet/assets/index-1a.js"] if built else []
    )
    assert {"wuye/app.py", "wuye/http/locales/ru.json", "wuye/http/templates/trust.html"} <= set(names)
