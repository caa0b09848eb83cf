#!/usr/bin/env bash
# environment.sh: a .env with a secret of its own, if there is neither a .env nor a SECRET_KEY in the environment.
source "$(dirname "$0")/steps.sh"

head="# Written by \`make run\`. Every setting is explained in .env.example."
umask 077
# The demo's accounts are printed: they sign in by password alone. A .env that somebody wrote is left as it is.
if [[ -e .env ]] && grep -qxF "$head" .env && ! grep -q '^SECOND_FACTOR=' .env; then
    echo "SECOND_FACTOR=offered" >>.env
fi
[[ -e .env || -n ${SECRET_KEY:-} ]] && exit 0
{
    echo "$head"
    echo "SECOND_FACTOR=offered"
    echo "SECRET_KEY=$("$VENV/bin/python" -c 'import secrets; print(secrets.token_urlsafe(50))')"
} >.env.new
mv .env.new .env
say "  Wrote .env with a new secret key"
