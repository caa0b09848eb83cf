#!/usr/bin/env bash
# trust.sh [drill …]: the tests that repeat themselves, with their full numbers on both databases, then the drills.
# With arguments only those drills. What goes wrong ends it with 1, and is no reason to leave out the rest.
source "$(dirname "$0")/steps.sh"

wrong=0
if (($# == 0)); then
    cores=$(nproc)
    long=("$VENV/bin/python" -m pytest -m trust -n $((cores < 4 ? cores : 4)) --dist loadgroup)
    export HYPOTHESIS_PROFILE=trust
    say "=== Tests that repeat themselves, on SQLite ==="
    env -u DATABASE_URL -u REDIS_URL "${long[@]}" || wrong=1
    say "=== The same on PostgreSQL and Redis ==="
    $HERE/with_services.sh "${long[@]}" || wrong=1
    unset HYPOTHESIS_PROFILE
    say "=== Drills ==="
fi
$HERE/system.sh drills
$HERE/with_services.sh "$VENV/bin/python" -m drills "$@" || wrong=1
exit $wrong
