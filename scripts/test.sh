#!/usr/bin/env bash
# Runs the tests in an environment of their own. Arguments go to pytest; --quick leaves the long tests out.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"
use_environment .venv "[all,test]"
if [ "${1:-}" = "--quick" ]; then
    shift
    set -- -m "not long" "$@"
fi
# In as many processes as there are processors, up to four; the tests of a file share what they build.
exec python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder "$@"
