"""Writes what search folding looks up as one compact file for the tablet: ``python -m tools.fold_table``.

The tablet has neither OpenCC nor pypinyin; `wuye.kernel.folding` has, and what it looks up is frozen here.
"""

import json
import sys
import unicodedata
from pathlib import Path

from wuye.kernel import folding

TARGET = Path(__file__).resolve().parents[1] / "clients/tablet/src/search/table.json"


def table() -> dict[str, str]:
    """Return the tables: ``letters`` is the first letter of every Han character from U+3400 on, ``gaps`` the distances
    (as characters from U+0020 on) between those that ``simple`` has a Simplified form for, ``folds`` what case folding
    does beyond lower case, a character and what it becomes at a time, parted by spaces."""
    simplified = folding._simplified()
    codes = sorted(simplified)
    before = [folding._FIRST, *codes]
    return {
        "letters": folding._letters(),
        "gaps": "".join(chr(0x20 + code - last) for last, code in zip(before, codes, strict=False)),
        "simple": "".join(simplified[code] for code in codes),
        "folds": " ".join(c + c.casefold() for c in map(chr, range(sys.maxunicode + 1)) if _folds_beyond(c)),
    }


def source() -> str:
    """Return what the file is to hold."""
    return json.dumps(table(), ensure_ascii=False, indent=1) + "\n"


def _folds_beyond(character: str) -> bool:
    """Tell whether case folding is more than lower case; Σ too, which JavaScript lowers by its place in the word."""
    return character == "Σ" or (
        character.casefold() != character.lower() and unicodedata.normalize("NFKD", character) == character
    )


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
