#!/usr/bin/env bash
# test.sh [pytest arguments]: without arguments all tests, on as many cores as there are (at most 4).
source "$(dirname "$0")/steps.sh"

cores=$(nproc)
if (($# == 0)); then
    set -- -n $((cores < 4 ? cores : 4)) --dist loadgroup
fi
exec "$VENV/bin/python" -m pytest "$@"
