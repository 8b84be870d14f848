# Sourced by the other scripts: makes a virtual environment in the checkout and installs the project into it.
# Needs Python 3.10 to 3.13 with venv, and the network for the first run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.10 python; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.10 to 3.13 with the venv module is needed, and was not found (set PYTHON to name one)." >&2
    return 1
}

# use_environment NAME EXTRAS: environment NAME in the checkout with the project and its extras, made when it is missing
# or older than pyproject.toml.
use_environment() {
    local environment="$root/$1" extras="$2" python
    if [ ! -f "$environment/ready" ] || [ "$root/pyproject.toml" -nt "$environment/ready" ]; then
        python=$(find_python) || return 1
        echo "Setting up $1 (this takes a minute or two the first time) ..."
        "$python" -m venv --clear "$environment" || return 1
        "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$root$extras" || return 1
        touch "$environment/ready"
    fi
    export PATH="$environment/bin:$PATH"
}
