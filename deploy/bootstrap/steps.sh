# Sourced by the scripts of this folder: where things lie, and how a step is told.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

unset PYTHONDONTWRITEBYTECODE # where it is set, every start compiles the whole program again: five seconds

HERE=deploy/bootstrap
VENV=.venv
if [[ -z ${VAR_DIR:-} && -f .env ]]; then
    VAR_DIR=$(sed -n 's/^VAR_DIR=//p' .env | tr -d "\"'")
fi
export VAR_DIR=${VAR_DIR:-$PWD/var}
LOGS=$VAR_DIR/log
mkdir -p "$LOGS"

say() { printf '%s\n' "$*"; }

stop() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# digest FILE…: one checksum over the files' contents. Stamps hold contents, not times: a fresh clone has new times.
digest() { cat -- "$@" | sha256sum | cut -c1-32; }

# fresh STAMP VALUE: true if the stamp file holds the value.
fresh() { [[ -f $1 && $(<"$1") == "$2" ]]; }

# step LOG "What is done" COMMAND…: one line with its seconds; output goes to the log, whose end is shown on failure.
# Never call it in a condition: bash would then ignore failures inside the command.
step() {
    local log=$LOGS/$1.log what=$2 began=$EPOCHREALTIME status=0
    shift 2
    printf '  %-58s' "$what"
    set +e
    ("$@") </dev/null >"$log" 2>&1
    status=$?
    set -e
    if ((status)); then
        printf 'failed\n\n'
        tail -n 25 "$log" >&2
        stop "\"$what\" failed; the whole output is in $log"
    fi
    printf '%5.1f s\n' "$(elapsed "$began")"
}

# elapsed SINCE: seconds since an $EPOCHREALTIME value, with one decimal.
elapsed() {
    local tenths=$(((${EPOCHREALTIME//[.,]/} - ${1//[.,]/}) / 100000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}
