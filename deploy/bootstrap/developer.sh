#!/usr/bin/env bash
# developer.sh: what `make test`, `make check` and `make bench` need beyond `make run`.
source "$(dirname "$0")/steps.sh"

$HERE/system.sh test
$HERE/python.sh dev
$HERE/assets.sh dev
$HERE/fonts.sh
