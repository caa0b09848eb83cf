#!/usr/bin/env bash
# python.sh run|dev: .venv from the lock files. A virtual environment that once had the developers' tools keeps them.
source "$(dirname "$0")/steps.sh"

wanted=${1:-run}
stamp=$VENV/.stamp
[[ -f $stamp && $(<"$stamp") == dev* ]] && wanted=dev

lock=requirements.txt
[[ $wanted == dev ]] && lock=requirements-dev.txt
value="$wanted $(digest "$HERE/requirements-uv.txt" "$lock")"

make_venv() {
    "${PYTHON:-python3}" -m venv --clear "$VENV"
}

install_uv() {
    "$VENV/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$HERE/requirements-uv.txt" ||
        echo "No uv to be had; pip will do its work, slower."
}

sync() {
    if [[ -x $VENV/bin/uv ]]; then
        "$VENV/bin/uv" pip sync --python "$VENV/bin/python" --require-hashes "$lock" && return
        echo "uv could not do it; pip tries."
    fi
    "$VENV/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$lock"
}

usable() { "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

fresh "$stamp" "$value" && usable && exit 0
usable || step venv "Making $VENV" make_venv
if [[ $("$VENV/bin/uv" --version 2>/dev/null) != *"$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$HERE/requirements-uv.txt")"* ]]; then
    step uv "Installing the installer (uv)" install_uv
fi
step python "Installing Python packages from $lock" sync
printf '%s\n' "$value" >"$stamp"
