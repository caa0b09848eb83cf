#!/usr/bin/env bash
# prove_bundle.sh BUNDLE [EARLIER-BUNDLE]: on a fresh Debian 12 (debootstrap) whose only network is its own lo, docs/deploy.md
# is walked through with the bundle, the site is visited over TLS, and its summary's PDF is read. With an earlier release's
# bundle, that one is installed first and upgraded with its data. Needs root and poppler-utils; KEEP=1 leaves the root.
source "$(dirname "$0")/steps.sh"

bundle=$(realpath "${1:?usage: prove_bundle.sh BUNDLE [EARLIER-BUNDLE]}")
earlier=${2:+$(realpath "$2")}
((EUID == 0)) || stop "A fresh root can only be made by root."
fresh=$VAR_DIR/bundle/debian-12.tar
root=$(mktemp -d "${TMPDIR:-/tmp}/chengguan-fresh.XXXXXX")
[[ -n ${KEEP:-} ]] || trap 'rm -rf --one-file-system "$root"' EXIT

make_fresh() {
    local mirror base=$root/base
    command -v debootstrap >/dev/null || { apt-get -q update && apt-get -q install -y --no-install-recommends debootstrap; }
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' | head -n 1)
    debootstrap bookworm "$base" "$mirror"
    tar -C "$base" -cf "$fresh.new" .
    mv "$fresh.new" "$fresh"
    rm -rf "$base"
}

lay_root() {
    tar -C "$root" -xf "$fresh"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"  # packages start nothing: there is no init
    chmod +x "$root/usr/sbin/policy-rc.d"
    rm -f "$root"/etc/apt/sources.list
    mkdir -p "$root/root/proof/bundle" "$root/root/proof/earlier"
    cp $HERE/fresh_debian/* docs/deploy.md "$root/root/proof/"
    chmod +x "$root/root/proof/systemctl"
    cp "$bundle" "$bundle.sha256" "$root/root/proof/bundle/"
    [[ -z $earlier ]] || cp "$earlier" "$earlier.sha256" "$root/root/proof/earlier/"
}

# Its own network, processes and mounts: nothing is left behind when the walk ends.
walk() {
    # shellcheck disable=SC2016
    unshare --net --pid --mount --ipc --uts --fork --kill-child --mount-proc="$root/proc" bash -c '
        mount -t tmpfs tmpfs "$0/dev" && mkdir "$0/dev/shm" "$0/dev/pts"
        for node in null zero full random urandom tty; do touch "$0/dev/$node" && mount --bind "/dev/$node" "$0/dev/$node"; done
        ln -s /proc/self/fd "$0/dev/fd"; ln -s /proc/self/fd/0 "$0/dev/stdin"; ln -s /proc/self/fd/1 "$0/dev/stdout"; ln -s /proc/self/fd/2 "$0/dev/stderr"
        chmod 1777 "$0/dev/shm"
        exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
            chroot "$0" bash /root/proof/walk.sh "$@"' "$root" "$@"
}

read_paper() {
    local paper=$root/root/proof/summary.pdf text fonts
    text=$(pdftotext "$paper" - | tr -d '[:space:]')
    fonts=$(pdffonts "$paper" | tail -n +3)
    ((${#text} > 2000)) && grep -q 城市管理 <<<"$text" || stop "The PDF has no text: ${#text} characters"
    grep -q FandolFang <<<"$fonts" || stop "仿宋 is not in the PDF"
    [[ $(awk '{print $(NF-4)}' <<<"$fonts" | sort -u) == yes ]] || stop "Not every font is embedded: $fonts"
    say "  PDF: ${#text} characters, $(wc -l <<<"$fonts") fonts, all embedded, $(stat -c %s "$paper") bytes"
}

[[ -s $fresh ]] || step fresh "Making a fresh Debian 12 (kept for the next time)" make_fresh
step fresh-root "Laying it out, with the bundle" lay_root
began=$EPOCHREALTIME
say "Inside, without a network:"
if [[ -n $earlier ]]; then walk upgrade; else walk; fi
read_paper
say "  Walked through in $(elapsed "$began") s"
