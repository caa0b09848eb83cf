#!/usr/bin/env bash
# system.sh run|test|services|drills: the Debian packages that are needed, installed if missing.
source "$(dirname "$0")/steps.sh"

# WeasyPrint needs pango; without libharfbuzz-subset0 every PDF takes half a minute instead of half a second.
packages=(ca-certificates fontconfig fonts-noto-cjk libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
case ${1:-run} in
run) ;;
test) packages+=(chromium poppler-utils gnupg) ;;
services) packages+=(postgresql postgresql-client redis-server) ;;
drills) packages+=(fiu-utils iproute2 nginx-light openssl strace) ;;
*) stop "usage: system.sh run|test|services|drills" ;;
esac

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    stop "Python 3.11 or newer is needed ($python is $("$python" --version 2>&1 || true)). PYTHON=/path/to/python3.11 names another one."
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)

if ! command -v dpkg-query >/dev/null; then
    say "  This is not Debian: please see to these packages yourself: ${packages[*]}"
    exit 0
fi

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
    grep -qx "$package installed" <<<"$installed" || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID)); then
    as_root=(sudo)
    [[ -t 0 ]] || as_root=(sudo -n)
    if ! command -v sudo >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
        stop "System packages are missing and this account may not install them. As root, run

    apt-get update && apt-get install --no-install-recommends -y ${missing[*]}

and then the same command again."
    fi
fi

install_missing() {
    local quiet=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0)
    "${as_root[@]}" "${quiet[@]}" update
    "${as_root[@]}" "${quiet[@]}" install --no-install-recommends -y "${missing[@]}"
}
say "  System packages: ${missing[*]}"
step "apt-$1" "Installing them" install_missing
