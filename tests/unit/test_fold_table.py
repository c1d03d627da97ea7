"""The tablet folds texts by the tables of this server (tablet §2)."""

from tools.fold_table import TARGET, source


def test_the_tables_of_the_tablet_are_those_that_the_server_folds_by() -> None:
    assert TARGET.read_text(encoding="utf-8") == source(), "run python -m tools.fold_table"
