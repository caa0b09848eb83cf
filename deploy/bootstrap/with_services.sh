#!/usr/bin/env bash
# with_services.sh COMMAND…: run it with DATABASE_URL and REDIS_URL set. Where the environment names none, a throw-away
# PostgreSQL and Redis are started on free ports (installed first if missing) and stopped afterwards.
source "$(dirname "$0")/steps.sh"

place=$(mktemp -d /tmp/chengguan-services.XXXXXX)

# Two runs side by side must not meet.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
pg_port=${PG_PORT:-$(free_port)} redis_port=${REDIS_PORT:-$(free_port)}
export LC_ALL=C.UTF-8

pg_bin() { find /usr/lib/postgresql/*/bin -name "$1" 2>/dev/null | sort -V | tail -n 1; }

# PostgreSQL refuses to run as root, so root hands it to Debian's account for it.
as_postgres() {
    if ((EUID)); then "$@"; else (cd / && runuser -u postgres -- "$@"); fi
}

start_postgres() {
    ((EUID)) || chown postgres "$place"
    as_postgres "$(pg_bin initdb)" -D "$place/pg" -U chengguan -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    # Throw-away data: durability is given up for speed.
    as_postgres "$(pg_bin pg_ctl)" -D "$place/pg" -l "$place/pg.log" -w start \
        -o "-p $pg_port -k $place -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=60"
    as_postgres "$(pg_bin createdb)" -h 127.0.0.1 -p "$pg_port" -U chengguan chengguan
}

start_redis() {
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --daemonize yes \
        --dir "$place" --pidfile "$place/redis.pid"
    local tries=50
    until redis-cli -p "$redis_port" ping | grep -q PONG; do
        ((tries--)) || return 1
        sleep 0.1
    done
}

stop_services() {
    [[ -d $place/pg ]] && as_postgres "$(pg_bin pg_ctl)" -D "$place/pg" -m immediate stop
    [[ -f $place/redis.pid ]] && redis-cli -p "$redis_port" shutdown nosave
    rm -rf "$place"
}
trap 'stop_services >/dev/null 2>&1 || true' EXIT

if [[ -z ${DATABASE_URL:-} || -z ${REDIS_URL:-} ]]; then
    $HERE/system.sh services
fi
if [[ -z ${DATABASE_URL:-} ]]; then
    step postgres "Starting a throw-away PostgreSQL" start_postgres
    export DATABASE_URL="postgres://chengguan@127.0.0.1:$pg_port/chengguan"
fi
if [[ -z ${REDIS_URL:-} ]]; then
    step redis "Starting a throw-away Redis" start_redis
    export REDIS_URL="redis://127.0.0.1:$redis_port/0"
fi
"$@"
