#!/usr/bin/env bash
# environment.sh: a .env with a secret of its own, if there is neither a .env nor a SECRET_KEY in the environment.
source "$(dirname "$0")/steps.sh"

[[ -e .env || -n ${SECRET_KEY:-} ]] && exit 0
umask 077
{
    echo "# Written by \`make run\`. Every setting is explained in .env.example."
    echo "SECRET_KEY=$("$VENV/bin/python" -c 'import secrets; print(secrets.token_urlsafe(50))')"
} >.env.new
mv .env.new .env
say "  Wrote .env with a new secret key"
