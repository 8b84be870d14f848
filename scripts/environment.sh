# Sourced by the other scripts: makes virtual environments in the checkout and installs the project into them.
# Needs Python 3.11, 3.12 or 3.13, or any Python 3 and the network, where uv may fetch one; the network for the first run.
# PYTHON names the interpreter to use. What uv does not read of pip's settings, it is given (scripts/pip_settings.py).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
supported_pythons=(3.13 3.12 3.11)
# For pytest: as many processes as there are processors, up to four; one more is slower. The tests of a file share what
# they build.
in_processes=(-n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder)

# runs PROGRAM CODE: whether an interpreter runs at all and exits with 0. Shims of pyenv and the like may be there and
# fail to run.
runs() {
    "$1" -c "$2" >/dev/null 2>&1
}

# of_version VERSION PROGRAM: prints the path of an interpreter that works and is of this version, such as 3.12.
of_version() {
    "$2" -c "
import ctypes, ssl, sys, zlib
if sys.version_info[:2] == tuple(map(int, '$1'.split('.'))):
    print(sys.executable)
else:
    sys.exit(1)" 2>/dev/null
}

# python_of VERSION: prints an interpreter of this version, on PATH or where version managers keep theirs.
python_of() {
    local version="$1" candidate
    for candidate in "python$version" python3 python \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python \
        "${ASDF_DATA_DIR:-$HOME/.asdf}"/installs/python/"$version".*/bin/python \
        "${MISE_DATA_DIR:-$HOME/.local/share/mise}"/installs/python/"$version".*/bin/python; do
        of_version "$version" "$candidate" && return
    done
    # One that uv has fetched before.
    known_uv &&
        candidate=$("$uv" python find --quiet --no-python-downloads --managed-python "$version" 2>/dev/null) &&
        of_version "$version" "$candidate"
}

# find_python: prints the interpreter for an environment: PYTHON, else `python3` where it is supported, else the newest
# one found, else a version, which uv then has to fetch.
find_python() {
    local version
    if [ -n "${PYTHON:-}" ]; then
        for version in "${supported_pythons[@]}"; do
            of_version "$version" "$PYTHON" && return
        done
        echo "PYTHON=$PYTHON does not work, or is none of Python ${supported_pythons[*]}." >&2
        return 1
    fi
    for version in "${supported_pythons[@]}"; do
        of_version "$version" python3 && return
    done
    for version in "${supported_pythons[@]}"; do
        python_of "$version" && return
    done
    echo "${supported_pythons[0]}"
}

# known_uv: sets `uv` to the program: of PATH, else the one that was installed before.
known_uv() {
    local program
    for program in "${uv:-uv}" "$(programs_of "$root/.venv-uv")/uv"; do
        "$program" --version >/dev/null 2>&1 && { uv=$(command -v "$program"); return; }
    done
    return 1
}

# find_uv: the same, else one that pip installs into an environment of its own.
find_uv() {
    local python folder="$root/.venv-uv"
    known_uv && return
    for python in "${PYTHON:-}" python3 "${supported_pythons[@]/#/python}" python; do
        [ -n "$python" ] && runs "$python" "import ensurepip, venv" || continue
        "$python" -m venv --clear "$folder" &&
            "$(programs_of "$folder")/python" -m pip install --quiet --disable-pip-version-check uv &&
            { uv="$(programs_of "$folder")/uv"; return; }
        break
    done
    echo "Cannot install uv, which installs everything else: it takes Python 3 with the venv module and the network," >&2
    echo "or uv itself on PATH (https://docs.astral.sh/uv/)." >&2
    return 1
}

# take_over_pip_settings: hands pip's index, constraints and the like on to uv, once.
take_over_pip_settings() {
    local python
    [ -z "${pip_settings_taken:-}" ] || return 0
    pip_settings_taken=yes
    for python in "${PYTHON:-}" python3 "${supported_pythons[@]/#/python}" "$(programs_of "$root/.venv-uv")/python"; do
        if [ -n "$python" ] && runs "$python" "import pip"; then
            eval "$("$python" "$root/scripts/pip_settings.py")"
            return
        fi
    done
}

# programs_of ENVIRONMENT: prints the folder of its programs, which has another name on Windows.
programs_of() {
    if [ -d "$1/Scripts" ]; then echo "$1/Scripts"; else echo "$1/bin"; fi
}

# patiently COMMAND...: runs it, and says every ten seconds that it is still at it.
patiently() {
    local began=$SECONDS worker
    "$@" &
    worker=$!
    while kill -0 "$worker" 2>/dev/null; do
        sleep 1
        if (( (SECONDS - began) % 10 == 0 && SECONDS > began )); then
            echo "  ... still installing, after $((SECONDS - began)) s" >&2
        fi
    done
    wait "$worker"
}

# make_environment NAME EXTRAS PYTHON [OPTION...]: environment NAME in the checkout with the project and its extras, made
# where it is missing, does not work or is older than pyproject.toml. PYTHON: an interpreter, or a version for uv to
# fetch; options go to `uv pip install`.
make_environment() {
    local environment="$root/$1" extras="$2" python="$3"
    shift 3
    if [ "$(cat "$environment/ready" 2>/dev/null)" = "$root" ] && runs "$(programs_of "$environment")/python" "" &&
        [ ! "$root/pyproject.toml" -nt "$environment/ready" ]; then
        return
    fi
    find_uv || return 1
    take_over_pip_settings
    echo "Setting up $(basename "$environment"): installing packages, which may take some minutes ..."
    if ! "$uv" venv --quiet --clear --seed --python "$python" "$environment"; then
        echo "Cannot make an environment with Python $python. Where none of ${supported_pythons[*]} is installed, uv" >&2
        echo "fetches one, for which it needs the network. Install one, or name one with PYTHON=/path/to/python." >&2
        return 1
    fi
    # Compiled once: tests start processes by the hundred, and a run may keep no compiled modules.
    if ! patiently "$uv" pip install --quiet --compile-bytecode --python "$(programs_of "$environment")/python" "$@" \
        --editable "$root$extras"; then
        echo "Cannot install the project's packages: the reason is above. The first run needs the network, or pip's" >&2
        echo "settings must name an index that can be reached." >&2
        return 1
    fi
    echo "$root" > "$environment/ready"
}

# use_environment NAME EXTRAS: the same with the interpreter that `find_python` prints, and first on PATH.
use_environment() {
    local python
    python=$(find_python) || return 1
    make_environment "$1" "$2" "$python" || return 1
    PATH="$(programs_of "$root/$1"):$PATH"
    export PATH
}
