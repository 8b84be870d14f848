#!/usr/bin/env bash
# Runs the tests in an environment of their own: the quick ones, or with --long only the long ones, which take many
# minutes, make environments for other tools, and kill processes by the hundred. With --coverage, prints at the end how
# much of each module ran, workers included. Other arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"
use_environment .venv "[all,test]"
chosen="not long"
measured=()
while [ "${1:-}" = "--long" ] || [ "${1:-}" = "--coverage" ]; do
    if [ "$1" = "--long" ]; then
        chosen="long"
    else
        measured=(--cov --cov-report=term:skip-covered)
    fi
    shift
done
exec python -m pytest -m "$chosen" "${in_processes[@]}" ${measured[@]+"${measured[@]}"} "$@"
