#!/usr/bin/env bash
# run.sh [PORT]: everything that a bare machine lacks, the demo bureau if the database is empty, and the site.
source "$(dirname "$0")/steps.sh"

port=${1:-8000}
began=$EPOCHREALTIME
trap 'stop "Stopped."' INT TERM

[[ $port =~ ^[1-9][0-9]{0,4}$ ]] && ((port < 65536)) || stop "PORT=$port: a port is a number from 1 to 65535."
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    stop "Port $port is taken: something answers on 127.0.0.1:$port (perhaps another \`make run\`).
Stop it, or choose another port:  make run PORT=$((port < 65535 ? port + 1 : 8001))"
fi

say "Chengguan: setting up (logs in $LOGS/)"
$HERE/system.sh run
$HERE/python.sh run
$HERE/assets.sh run
$HERE/fonts.sh
$HERE/environment.sh
"$VENV/bin/python" $HERE/prepare.py
say "  Ready to serve after $(elapsed "$began") s"

trap - INT TERM
export SERVED_AT="http://127.0.0.1:$port/"
exec "$VENV/bin/python" -m gunicorn config.wsgi -c deploy/gunicorn.conf.py --bind "127.0.0.1:$port" --no-control-socket
