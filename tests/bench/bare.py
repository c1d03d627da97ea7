"""``wuye`` as it is where no plugin is installed: ``python tests/bench/bare.py serve …``."""

from wuye.cli import main
from wuye.host import loading

loading.GROUP = "wuye.none"
main()
