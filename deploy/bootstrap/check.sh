#!/usr/bin/env bash
# check.sh: everything that can be said about the code without running the tests. All checks run; any failure counts.
source "$(dirname "$0")/steps.sh"

failed=()

# check NAME COMMAND…: one line with its seconds, and the command's output only if it fails.
check() {
    local name=$1 began=$EPOCHREALTIME output
    shift
    if output=$("$@" 2>&1); then
        printf '  %-34s ok   %5.1f s\n' "$name" "$(elapsed "$began")"
    else
        printf '  %-34s FAILED\n\n%s\n\n' "$name" "$output"
        failed+=("$name")
    fi
}

py() { "$VENV/bin/python" -m "$@"; }

# Production's own settings, so that `check --deploy` judges what will run there.
as_in_production() {
    env SECRET_KEY="$(head -c 48 /dev/urandom | base64 -w0)" DEBUG=False HTTPS=True ALLOWED_HOSTS=chengguan.example \
        CSRF_TRUSTED_ORIGINS=https://chengguan.example REDIS_URL=redis://127.0.0.1:6379/0 DATABASE_URL=sqlite://:memory: LOG_LEVEL=WARNING \
        "$@"
}
with_secret() { env SECRET_KEY=only-for-this-check LOG_LEVEL=WARNING "$@"; }

# The modules whose types are held to account (design: the rules, the numbers, the plumbing); others are annotated.
typed_modules() {
    local pattern
    for pattern in config staff/{passwords,second_factor,workdays,case_papers,ledger,headcount,appraisal,officers,comparison,jobs,uploads}.py \
        {staff,inspections,fireworks,permits,billboards,reports}/{workflow,figures} {permits,billboards}/documents '*/permissions.py' '*/documents.py' \
        '*/deadlines.py' inspections/{scoring,registrar,tally,caseload,recurrence,composite,responsibility,standard_csv}.py \
        inspections/{month,league,standings,rewards,rulebook,territory,checksheet,drafting,bulletin_paper}.py \
        inspections/{sampling,district,visits,sheets,sheet_rows,photo_annex}.py \
        fireworks/{scoring,tally,festivals,statements}.py \
        fireworks/{peaks,roster,greedy,solver,coverage,ground,planning,watch,crews}.py \
        permits/{fees,charging,editions,occupancy,protection,fee_standing,cadence,visits,checklist}.py \
        billboards/{coercion.py,sizing.py,standing.py,progress.py,nearby.py,board_permissions.py} \
        billboards/{surcharge.py,discretion.py,leniency.py,remedies.py,service.py,reckoning.py,prefill.py,casefile.py} \
        reports/{sentences,tokens,compilation,outline,registry,numbers,redline,checkback,checklist,freezing,drafts,outlines}.py \
        reports/{shorter_outlines,matching,reconciliation,glance,handbook}.py reports/layouts; do
        compgen -G "$pattern" || echo "$pattern"  # mypy says that it is not there
    done
}
mapfile -t typed < <(typed_modules | grep -v '^config/')

check "format (ruff format)" py ruff format --check .
check "lint (ruff check)" py ruff check .
check "templates (djlint)" py djlint --lint --quiet templates
check "types (mypy)" with_secret "$VENV/bin/python" -m mypy "${typed[@]}"
check "import floors (import-linter)" "$VENV/bin/lint-imports" --no-cache
check "migrations complete" with_secret "$VENV/bin/python" manage.py makemigrations --check --dry-run
check "production settings (--deploy)" as_in_production "$VENV/bin/python" manage.py check --deploy --fail-level WARNING
check "shell scripts parse" bash -n .ci/run deploy/bootstrap/*.sh deploy/bootstrap/fresh_debian/*.sh deploy/bundle/*.sh
if [[ -f ../shared/tools/house_check.py ]]; then
    check "house rules" "$VENV/bin/python" ../shared/tools/house_check.py --strict
fi

((${#failed[@]} == 0)) || stop "${#failed[@]} of the checks failed: $(IFS=,; echo "${failed[*]}")"
say "  All checks passed."
