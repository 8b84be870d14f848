#!/usr/bin/env bash
# Builds the documentation site into docs/_build/html. A warning, such as a broken link between pages, is an error.
# With --links, asks instead for every address on other sites that the pages link to. Other arguments go to sphinx-build.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"
use_environment .venv-docs "[docs]"
if [ "${1:-}" = "--links" ]; then
    shift
    exec python -m sphinx -q -b linkcheck "$@" docs docs/_build/links
fi
python -m sphinx -W --keep-going -q -b html "$@" docs docs/_build/html
echo "Site: $root/docs/_build/html/index.html"
