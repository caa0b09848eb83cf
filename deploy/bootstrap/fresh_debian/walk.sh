#!/usr/bin/env bash
# walk.sh [upgrade], inside the fresh root, where there is no network: the guide's `sh` blocks as they stand. What a running
# Debian would do by itself (start PostgreSQL and Redis, know the host name) is done here.
set -euo pipefail
proof=/root/proof
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=$proof:$PATH

# block N: the commands of that section of docs/deploy.md.
block() { awk -v section="## $1." '/^## /{on=index($0, section)==1} /^```/{code=on && $0=="```sh"; next} code' $proof/deploy.md; }

walk() {
    local began=$SECONDS
    block "$1" >"$proof/block-$1.sh"
    bash -euo pipefail "$proof/block-$1.sh" >"$proof/block-$1.log" 2>&1 ||
        { tail -n 40 "$proof/block-$1.log" /var/log/chengguan-*.log >&2 2>/dev/null; echo "section $1 failed" >&2; exit 1; }
    printf '  %-58s%5d s\n' "docs/deploy.md, section $1" $((SECONDS - began))
}

manage() { (cd /srv/chengguan/app && runuser -u chengguan -- .venv/bin/python manage.py "$@"); }

give() {  # what the administrator carries in
    rm -rf /root/chengguan-*
    cp "$proof/$1"/* /root/
}

stop_everything() {
    systemctl stop chengguan-beat chengguan-worker chengguan-web || true
    nginx -s stop || true
    redis-cli shutdown nosave || true
    pg_ctlcluster 15 main stop --mode fast || true
}
trap 'stop_everything >/dev/null 2>&1' EXIT

ip link set lo up
[[ -z $(ip route; ip -6 route show | grep -v '^::1 dev lo') ]] || { echo "there is a network here" >&2; exit 1; }
echo "127.0.0.1 localhost chengguan.example" >/etc/hosts

if [[ ${1:-} == upgrade ]]; then give earlier; else give bundle; fi
walk 1
pg_ctlcluster 15 main start
redis-server --daemonize yes --save '' --dir /tmp >/dev/null
walk 2
# Releases before the bundle named a password here.
sed -i 's|^DATABASE_URL=.*|DATABASE_URL=postgres://%2Fvar%2Frun%2Fpostgresql/chengguan|' /etc/chengguan/environment
# The demo's accounts sign in by password alone.
sed -i '/^SECOND_FACTOR=/d' /etc/chengguan/environment
echo SECOND_FACTOR=offered >>/etc/chengguan/environment
walk 3
# The release 0.7 named two shared memories of nginx alike, which nginx refuses.
sed -i 's/shared:chengguan:2m/shared:chengguan_tls:2m/' /srv/chengguan/app/deploy/nginx/chengguan.conf
rm -f /etc/nginx/sites-enabled/default
walk 4
manage seed_demo --if-empty >"$proof/seed.log" 2>&1
manage compile_report 2026H1 >>"$proof/seed.log" 2>&1
systemd-analyze verify /etc/systemd/system/chengguan-*.service
echo "  units verified by systemd-analyze"
if [[ ${1:-} == upgrade ]]; then
    # rows FILE: of each table; people's messages and the log may grow meanwhile, nothing may shrink.
    rows() {
        runuser -u postgres -- psql -AtF ' ' chengguan >"$1" <<<"select tablename, (xpath('/row/n/text()', query_to_xml(
            format('select count(*) n from %I', tablename), true, true, '')))[1]::text
            from pg_tables where schemaname = 'public' and tablename <> 'django_session' order by tablename"
    }
    rows $proof/rows-before
    echo "  $(</root/chengguan-*/VERSION) serves the demo bureau: $(awk '{n += $2} END {print n}' $proof/rows-before) rows"
    give bundle
    walk 1
    cp /srv/chengguan/app/deploy/nginx/chengguan.conf /etc/nginx/sites-enabled/
    walk 5
    nginx -s reload 2>/dev/null
    rows $proof/rows-after
    lost=$(join $proof/rows-before $proof/rows-after | awk '$3 < $2')
    lost+=$(join -v 1 $proof/rows-before $proof/rows-after | awk '$2 > 0')
    [[ -z $lost ]] || { echo "rows were lost: $lost" >&2; exit 1; }
    echo "  $(</root/chengguan-*/VERSION) serves the same bureau: $(awk '{n += $2} END {print n}' $proof/rows-after) rows, none lost"
fi
manage backup | tail -n 1 | sed 's/^/  /'
/srv/chengguan/app/.venv/bin/python $proof/visit.py $proof/summary.pdf
manage verify_log | tail -n 1 | sed 's/^/  /'
manage check --deploy 2>&1 | tail -n 5 | sed 's/^/  /'
