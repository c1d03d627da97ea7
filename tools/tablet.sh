#!/bin/sh
# Build the tablet app into core/wuye/tablet, where its sources are newer than the last build. Without Node the server
# still works: it says on its page how to build.
set -eu
app=clients/tablet
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
  echo "The tablet app is not built: it needs Node 20.19 or newer (https://nodejs.org). The server works without it." >&2
  exit 0
fi
cd "$app"
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --ignore-scripts --silent
  cp package-lock.json node_modules/.installed
fi
# A folder is newer when a file was taken out of it, too.
if [ -f ../../core/wuye/tablet/index.html ] && [ -f node_modules/.built ] &&
  [ -z "$(find src public build index.html package-lock.json ./*.ts ./*.json -newer node_modules/.built | head -n 1)" ]; then
  exit 0
fi
npm run build --silent
touch node_modules/.built
