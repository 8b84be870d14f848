#!/usr/bin/env bash
# Style, spelling and types of the whole project.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"
use_environment .venv-lint "[all,test,dev]"
ruff check .
ruff format --check .
codespell
lint-imports --no-cache
mypy
