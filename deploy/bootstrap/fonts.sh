#!/usr/bin/env bash
# 仿宋 and 楷体 for papers: two files out of Debian's texlive-lang-chinese, without installing TeX. Idempotent. Where the
# package cannot be had, papers fall back to 宋体 and the system check says so.
source "$(dirname "$0")/steps.sh"

folder=$VAR_DIR/fonts
faces=(FandolFang-Regular.otf FandolKai-Regular.otf)
mkdir -p "$folder"
if [ -s "$folder/${faces[0]}" ] && [ -s "$folder/${faces[1]}" ]; then
    echo "  Fonts for papers are in $folder"
    exit 0
fi
echo "  Fetching 仿宋 and 楷体 for papers (47 MB, once) …"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
download() { apt-get download -qq texlive-lang-chinese; }
# Where the machine's lists of packages are old or missing, the second try comes after renewing them.
if ! download 2>/dev/null && ! { [ "$(id -u)" = 0 ] && apt-get update -qq && download; }; then
    echo "  仿宋、楷体没有取到（texlive-lang-chinese），文件将以宋体代替；装上正版字体或联网后重试本脚本。" >&2
    exit 0
fi
dpkg-deb --fsys-tarfile texlive-lang-chinese_*.deb |
    tar --extract --wildcards "*/${faces[0]}" "*/${faces[1]}"
for face in "${faces[@]}"; do
    find . -name "$face" -exec install -m 644 {} "$folder/$face" \;
done
echo "  ${faces[*]} → $folder"
