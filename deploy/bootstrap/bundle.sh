#!/usr/bin/env bash
# bundle.sh [COMMIT]: one archive from which deploy/bundle/install.sh sets up a Debian 12 machine without any network:
# the source of that commit, wheels, Debian packages with all that they need, front-end files, fonts, bills of material.
# Downloads are kept in var/bundle/cache/, so the next bundle costs seconds.
source "$(dirname "$0")/steps.sh"

commit=${1:-HEAD}
version=$(git describe --tags --always "$commit")
version=${version#v}
name=chengguan-$version
target=$VAR_DIR/bundle
cache=$target/cache
began=$EPOCHREALTIME
work=$(mktemp -d "${TMPDIR:-/tmp}/chengguan-bundle.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree=$work/$name

# What the machine must have beyond a Debian 12 without any task; each comes with its own dependencies.
packages=(adduser ca-certificates fontconfig fonts-noto-cjk gnupg libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0
    nginx openssl postgresql python3 python3-venv redis-server)

check_machine() {
    # shellcheck disable=SC1091
    [[ $(. /etc/os-release && echo "${VERSION_CODENAME:-}") == bookworm ]] ||
        { echo "A bundle for Debian 12 is made on Debian 12: its packages and wheels are fetched by its own clients."; return 1; }
    "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' ||
        { echo "The wheels must fit Debian 12's Python 3.11."; return 1; }
}

pack_source() {
    mkdir -p "$tree" "$cache/packages/partial"
    git archive --format tar --output "$tree/source.tar" "$commit"
    tar -xOf "$tree/source.tar" requirements.txt >"$work/requirements.txt"
    cp deploy/bundle/install.sh "$tree/install.sh"
    printf '%s\n' "$version" >"$tree/VERSION"
    dpkg --print-architecture >"$tree/ARCHITECTURE"
    printf '%s\n' "${packages[@]}" >"$tree/packages.txt"
}

# A Debian without a single package is pretended, so that what this machine happens to have is packed as well.
apt_from_nothing() {
    : >"$work/status"
    apt-get -q -o "Dir::State::Status=$work/status" -o "Dir::Cache::Archives=$cache/packages" -o APT::Sandbox::User=root \
        -o APT::Keep-Downloaded-Packages=true --no-install-recommends "$@" install "${packages[@]}"
}

pack_packages() {
    local file
    ((EUID)) || apt-get -q update
    apt_from_nothing --yes --download-only
    # What is there already is not printed: the whole list is that of an empty cache.
    apt_from_nothing --yes --print-uris -o "Dir::Cache::Archives=$work/" | sed -n "s/^'[^']*' \([^ ]*\) .*/\1/p" >"$work/files"
    mkdir -p "$tree/packages"
    while read -r file; do
        cp "$cache/packages/$file" "$tree/packages/"
    done <"$work/files"
    # The index by which apt on the other machine takes what is missing there, and leaves what is newer.
    (
        cd "$tree/packages"
        for file in *.deb; do
            dpkg-deb --field "$file"
            printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
        done >Packages
    )
}

# What has no wheel is built here, from its checked source; wheels.txt locks exactly the files of the bundle.
pack_wheels() {
    local file parts
    "$VENV/bin/python" $HERE/for_debian.py "$work/requirements.txt" >"$work/for-debian.txt"
    "$VENV/bin/python" -m pip wheel --disable-pip-version-check --quiet --require-hashes --no-deps --wheel-dir "$tree/wheels" \
        --requirement "$work/for-debian.txt"
    for file in "$tree"/wheels/*.whl; do
        IFS=- read -ra parts <<<"${file##*/}"
        printf '%s==%s --hash=sha256:%s\n' "${parts[0]}" "${parts[1]}" "$(sha256sum "$file" | cut -d' ' -f1)"
    done >"$tree/wheels.txt"
}

pack_assets() {
    mkdir -p "$tree/fonts"
    cp -rL static/vendor "$tree/vendor"
    cp -L "$VAR_DIR"/fonts/*.otf "$tree/fonts/"
}

# The Python packages are told from an environment made of the wheels alone, which also proves that none is missing.
bill_of_python() {
    "$VENV/bin/uv" venv --quiet --python "$VENV/bin/python" "$work/run"
    "$VENV/bin/uv" pip install --quiet --python "$work/run/bin/python" --no-index --find-links "$tree/wheels" --require-hashes \
        --requirement "$tree/wheels.txt"
    "$VENV/bin/uv" venv --quiet --python "$VENV/bin/python" "$work/tool"
    "$VENV/bin/uv" pip install --quiet --python "$work/tool/bin/python" --require-hashes --requirement "$HERE/requirements-bill.txt"
    "$work/tool/bin/cyclonedx-py" environment --pyproject pyproject.toml --mc-type application --output-reproducible \
        --of JSON -o "$tree/bill/python.cdx.json" "$work/run/bin/python"
}

bills_of_material() {
    source "$HERE/npm.sh"
    mkdir -p "$tree/bill"
    bill_of_python
    npm sbom --help >/dev/null 2>&1 || fetch_node  # Debian's npm is too old to know it
    npm sbom --sbom-format cyclonedx --omit dev --package-lock-only >"$tree/bill/front-end.cdx.json"
    "$VENV/bin/python" $HERE/bill_of_packages.py "$tree/packages/Packages" >"$tree/bill/debian.cdx.json"
}

seal() {
    chmod -R u=rwX,go=rX "$tree"
    (cd "$tree" && find . -type f ! -name SHA256SUMS -printf '%P\0' | sort -z | xargs -0 sha256sum >SHA256SUMS)
    # Nearly all of it is compressed already.
    tar --directory "$work" --owner 0 --group 0 --numeric-owner --sort name -c "$name" | gzip -1 >"$target/$name.tar.gz"
    (cd "$target" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
}

say "Bundle of $version"
$HERE/python.sh run
$HERE/assets.sh run
$HERE/fonts.sh
step bundle-machine "Is this a Debian 12 with Python 3.11?" check_machine
step bundle-source "Packing the source of $(git rev-parse --short "$commit^{commit}")" pack_source
step bundle-packages "Fetching Debian packages" pack_packages
step bundle-wheels "Fetching Python packages by requirements.txt" pack_wheels
step bundle-assets "Copying front-end files and fonts" pack_assets
step bundle-bill "Writing the bills of material" bills_of_material
step bundle-seal "Sums and archive" seal
[[ -z $(git status --porcelain) ]] || say "  Changes that are not committed are not in it."
say "  $target/$name.tar.gz, $(du -m "$target/$name.tar.gz" | cut -f1) MB, after $(elapsed "$began") s"
