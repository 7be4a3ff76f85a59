#!/bin/sh
# make install and uninstall with DESTDIR and PREFIX: what they put where, and nothing left behind.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
passed=0 failed=0
holds() {
    name=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $name"; fi
}
make_it() {
    make --no-print-directory MODE=release DESTDIR="$root/stage" PREFIX=/opt/mlw "$1" >"$root/said" 2>&1 ||
        { cat "$root/said"; return 1; }
}
is_empty() { [ -z "$(find "$root/stage" ! -type d)" ]; }
all_below_the_prefix() { [ -z "$(find "$root/stage" ! -type d ! -path "$root/stage/opt/mlw/*")" ]; }

holds "make install" make_it install
holds "everything is below DESTDIR and PREFIX" all_below_the_prefix
for file in bin/mlw libexec/mlw/mlw-shim share/man/man1/mlw.1 share/man/man5/mlw.conf.5 \
    share/man/man7/mlw-pipelines.7 share/man/man7/mlw-filter.7 share/bash-completion/completions/mlw \
    share/zsh/site-functions/_mlw share/fish/vendor_completions.d/mlw.fish; do
    holds "$file is installed" test -s "$root/stage/opt/mlw/$file"
done
holds "the installed program runs" sh -c "'$root/stage/opt/mlw/bin/mlw' --version >/dev/null"
# the tree is whole: a job runs from it, although the shim's folder was compiled in otherwise
runs_a_job() {
    mkdir "$root/work" && cd "$root/work" && cat >p.json <<'JSON' || return 1
{"Version": "2020-12-01", "Steps": [{"Name": "one", "Type": "Processing", "Arguments": {
  "AppSpecification": {"ImageUri": "none", "ContainerEntrypoint": ["true"]},
  "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "local"}}}}]}
JSON
    unset MLW_LIBEXEC
    "$root/stage/opt/mlw/bin/mlw" init && "$root/stage/opt/mlw/bin/mlw" run p.json
}
holds "a job runs from the installed tree" sh -c "exit $( (runs_a_job) >"$root/said" 2>&1; echo $?)"
holds "make uninstall" make_it uninstall
holds "nothing is left behind" is_empty
holds "its own folder goes too" test ! -e "$root/stage/opt/mlw/libexec/mlw"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
