#!/usr/bin/env bash
# install.sh, as root, in the unpacked bundle: this release onto a Debian 12 machine, from this folder alone. The same
# command upgrades: the release gets a folder of its own under /srv/chengguan, and `app` is turned to it at the very end.
set -euo pipefail
cd "$(dirname "$0")"
umask 022

home=/srv/chengguan data=/var/lib/chengguan settings=/etc/chengguan
version=$(<VERSION)
release=$home/$version
began=$SECONDS
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

((EUID == 0)) || stop "install.sh must run as root."
# shellcheck disable=SC1091
[[ $(. /etc/os-release && echo "${VERSION_CODENAME:-}") == bookworm ]] || stop "This bundle is for Debian 12 (bookworm)."
[[ $(dpkg --print-architecture) == "$(<ARCHITECTURE)" ]] || stop "This bundle is for $(<ARCHITECTURE)."
[[ ! -e $home/app || -L $home/app ]] ||
    stop "$home/app is a folder, perhaps a clone. Move it away (its .env and its own changes too), then run this again."

say "Chengguan $version: checking the bundle"
sha256sum --quiet --check SHA256SUMS

say "Debian packages (what is missing; nothing newer is replaced)"
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT
mkdir "$lists/lists"
ln -s "$PWD/packages" "$lists/packages"
echo "deb [trusted=yes] file:$lists/packages ./" >"$lists/sources.list"  # trusted: the sums are checked above
apt_here() {
    apt-get -qq -o "Dir::Etc::SourceList=$lists/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o "Dir::State::Lists=$lists/lists" -o Dir::Cache::PkgCache= -o Dir::Cache::SrcPkgCache= \
        -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 "$@"
}
apt_here update
mapfile -t packages <packages.txt
apt_here install --yes --no-install-recommends "${packages[@]}" >"$lists/apt.log" 2>&1 ||
    { tail -n 30 "$lists/apt.log" >&2; stop "The packages could not be installed."; }

say "User, folders, release"
getent passwd chengguan >/dev/null || adduser --quiet --system --group --home $data chengguan
install -d -o root -g root -m 755 $home
install -d -o chengguan -g chengguan -m 750 $data $data/fonts
install -o chengguan -g chengguan -m 644 fonts/* $data/fonts/
install -d -m 755 $settings
if [[ ! -e $settings/environment ]]; then
    tar -xOf source.tar deploy/environment.example |
        sed "s|^SECRET_KEY=.*|SECRET_KEY=$(python3 -c 'import secrets; print(secrets.token_urlsafe(60))')|" |
        install -o root -g chengguan -m 640 /dev/stdin $settings/environment
fi

# Root owns the program: what runs as chengguan cannot change it. What was interrupted is begun anew.
if [[ ! -e $release/.installed ]]; then
    rm -rf "$release"
    mkdir "$release"
    tar -xf source.tar --no-same-owner -C "$release"
    cp -r vendor "$release/static/vendor"
    cp -r bill "$release/bill"
    ln -s $settings/environment "$release/.env"

    say "Python packages"
    python3 -m venv "$release/.venv"
    "$release/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels \
        --require-hashes --requirement wheels.txt
    "$release/.venv/bin/python" -m compileall -q -x '/\.venv/' "$release"
    touch "$release/.installed"
fi

ln -sfn "$version" $home/app
say "Installed in $release after $((SECONDS - began)) s; $home/app points to it.

Next (docs/deploy.md, in $home/app):
  a first installation   2 Database, 3 Settings ($settings/environment has a secret key already), 4 First start
  an upgrade             5 Upgrade: systemctl restart chengguan-web chengguan-worker chengguan-beat
  back to the release before: turn $home/app to its folder, and see 6 for its data"
