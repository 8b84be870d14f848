#!/usr/bin/env bash
# Runs the tests in an environment of their own: the quick ones, or with --long the long ones alone, which take many
# minutes, make environments for other tools, and kill processes by the hundred. Arguments after that go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"
use_environment .venv "[all,test]"
chosen="not long"
if [ "${1:-}" = "--long" ]; then
    shift
    chosen="long"
fi
exec python -m pytest -m "$chosen" "${in_processes[@]}" "$@"
