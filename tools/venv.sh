#!/bin/sh
# Make a virtual environment at $2 with the interpreter $1. Debian ships `venv` as a package of its own: install it
# when we may, say how when we may not.
set -eu
python=$1 venv=$2
"$python" - <<'PY' || { echo "Wuye needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …" >&2; exit 1; }
import sys
sys.exit(sys.version_info < (3, 11))
PY
[ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
rm -rf "$venv"
"$python" -m venv "$venv" 2>/dev/null && exit 0
rm -rf "$venv"
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && exec "$python" -m venv "$venv"
fi
echo "This Python has no working 'venv' module. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
exit 1
