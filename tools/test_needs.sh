#!/bin/sh
# What tests need beside Python: Node for the app, Chromium for it to run in, fonts to look at, an ACME server, a PDF
# reader. As root it is installed from the system's packages; others are told how. Something missing fails.
set -eu
packages="chromium fonts-noto-cjk fontconfig pebble poppler-utils"
missing() {
  [ -x "${CHROMIUM:-/usr/bin/chromium}" ] && fc-list :lang=zh 2>/dev/null | grep -q . &&
    command -v pebble >/dev/null && command -v pdftotext >/dev/null && return 1
  return 0
}
if missing && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
if missing; then
  echo "The tests need: apt-get install $packages (or set CHROMIUM)" >&2
  exit 1
fi
command -v npm >/dev/null || { echo "The tests need Node 20.19 or newer with npm (https://nodejs.org)" >&2; exit 1; }
