#!/bin/sh
# Installs a private CPython 3.14 with its test package (the oracle) into the folder given as $1.
#
#   tests/oracle/fetch.sh target/oracle   ->   target/oracle/python3.14, whose path is the only line on standard output
#
# The packages come from the mirror that this machine's own apt is configured with; nothing is installed on the machine,
# no root and no Python are needed. Everything lands in one folder that can be moved: `python3.14` is a small script that
# starts the unpacked interpreter with the unpacked loader and C library, so the age of the machine's own does not matter.
#
# After a success "$1/python3.14" reports 3.14.x and imports test.support and _testinternalcapi. A folder that does
# already is left as it is. Two runs at once do no harm: each works in a folder of its own, and one rename publishes it.
#
# PYCLAST_ORACLE_SUITES: the suites to look in, instead of the list below.

set -eu

wanted=3.14.8                                  # the patch release that pyclast reproduces
suites=${PYCLAST_ORACLE_SUITES:-"forky testing sid devel"}   # where a Debian mirror has it; `devel` is Ubuntu's
packages="python3.14 python3.14-venv libpython3.14-testsuite libstdc++6 libgcc-s1 python3-pip-whl"

say() { printf '%s\n' "fetch.sh: $*" >&2; }
die() { say "error: $*"; exit 1; }

[ "$#/${1:+given}" = 1/given ] || die "usage: fetch.sh FOLDER"
for tool in apt-get apt-cache dpkg dpkg-deb awk find readlink; do
    command -v "$tool" >/dev/null 2>&1 || die "'$tool' is missing. This script needs a Debian or Ubuntu like machine." \
        "Elsewhere install CPython $wanted with its test package yourself and set PYCLAST_PYTHON to its path."
done

# check PYTHON: prints its version if it is a 3.14 with the modules the tests need.
check() {
    [ -x "$1" ] && "$1" -I -c 'import sys, test.support, _testinternalcapi
assert sys.version_info[:2] == (3, 14)
print(".".join(map(str, sys.version_info[:3])))' 2>/dev/null
}

# done_with VERSION: the end of every successful run.
done_with() {
    [ "$1" = "$wanted" ] || say "warning: this is CPython $1, and pyclast reproduces $wanted." \
        "The suite has moved on (or not arrived yet); tests that compare code objects may differ for that reason."
    say "CPython $1 in $target"
    printf '%s\n' "$target/python3.14"
    exit 0
}

mkdir -p "$1"
target=$(cd "$1" && pwd -P)
if version=$(check "$target/python3.14"); then done_with "$version"; fi

# Of several runs at once let one download and the others use the result. Where flock is missing all of them download.
exec 9>"$target.lock"
if command -v flock >/dev/null 2>&1; then
    flock 9
    if version=$(check "$target/python3.14"); then done_with "$version"; fi
fi

work=$(mktemp -d "$target.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- a private apt: its own lists, cache and (empty) package database --------------------------------------------------

apt=$work/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial"
: >"$apt/status"
cat >"$apt/apt.conf" <<CONF
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "$apt";
APT::Default-Release "";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "2";
CONF
private() { tool=$1; shift; "$tool" -c "$apt/apt.conf" -qq "$@" 9>&-; }

arch=$(dpkg --print-architecture)
# apt itself reads this machine's `deb` lines and deb822 files, and says where each points.
# shellcheck disable=SC2016  # REPO_URI is apt's variable
mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | awk '!seen[$0]++')
[ -n "$mirrors" ] || die "apt has no package source configured (see /etc/apt/sources.list and /etc/apt/sources.list.d)."
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
signed=
[ -r "$keyring" ] && signed="signed-by=$keyring"

# update URI SUITE OPTIONS: reads that one suite's list of packages; prints the version of Python it has.
update() {
    components=main
    [ "$2" != devel ] || components="main universe"
    printf 'deb [arch=%s targets=Packages %s] %s %s %s\n' "$arch" "$3" "$1" "$2" "$components" >"$apt/sources.list"
    private apt-get update --error-on=any >>"$apt/log" 2>&1 || return 1
    # A package version such as 3.14.8-1 or 3.14.9~rc1-2: the upstream part is what counts.
    private apt-cache madison python3.14 2>/dev/null |
        awk -F'|' 'NR == 1 { gsub(/ /, "", $2); sub(/[-~+].*/, "", $2); print $2 }'
}

# The first place that has the wanted release; failing that, the first that has any 3.14.
choose() {
    fallback=
    for suite in $suites; do
        for uri in $mirrors; do
            say "looking for python3.14 in $suite at $uri"
            # A keyring older than the suite's keys cannot vouch for it: then the packages are taken as they come.
            options=$signed
            found=$(update "$uri" "$suite" "$options") || {
                grep -q -e NO_PUBKEY -e 'not signed' -e 'Missing key' -e EXPKEYSIG "$apt/log" || continue
                say "warning: this machine's keyring does not know the keys of $suite; signatures are not checked"
                options="trusted=yes"
                found=$(update "$uri" "$suite" "$options") || continue
            }
            case $found in
                "$wanted") return 0 ;;
                3.14.*) [ -n "$fallback" ] || fallback="$uri $suite $options" ;;
            esac
        done
    done
    [ -n "$fallback" ] || return 1
    # shellcheck disable=SC2086  # three words, the last possibly empty
    set -- $fallback
    found=$(update "$1" "$2" "${3:-}")
}

choose || {
    sed -n 's/^[EW]: /    /p' "$apt/log" | sort -u | head -5 >&2
    die "none of the configured mirrors has python3.14 in the suites '$suites'." \
        "Name others in PYCLAST_ORACLE_SUITES, or install CPython $wanted with its test package and set PYCLAST_PYTHON to its path."
}

# ---- download everything down to the C library, unpack it into one tree -----------------------------------------------

say "downloading CPython $found and the libraries it needs"
# With an empty package database `install` means: the whole closure of dependencies.
# shellcheck disable=SC2086
private apt-get install --download-only --yes $packages >>"$apt/log" 2>&1 || {
    tail -5 "$apt/log" >&2
    die "downloading the packages failed (above: the last lines of apt's output)."
}
root=$work/root
mkdir "$root"
# A dpkg tree needs these links before the first package that is not /usr-merged.
mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/usr/sbin"
ln -s usr/bin usr/lib usr/lib64 usr/sbin "$root/"
for deb in "$apt/archives"/*.deb; do
    dpkg-deb -x "$deb" "$root" || die "cannot unpack $deb (is the disk full?)"
done
rm -rf "$apt"

# ---- start it with its own loader --------------------------------------------------------------------------------------

loader=$(find "$root/usr/lib" "$root/usr/lib64" -name 'ld-linux*.so.*' -type f | head -1)
[ -n "$loader" ] || die "the unpacked C library has no loader for $arch"
libraries=$(dirname "$loader")
# The interpreter finds its library from the path it was started as, so the script takes the interpreter's own place.
mv "$root/usr/bin/python3.14" "$root/usr/bin/python3.14.elf"
cat >"$root/usr/bin/python3.14" <<RUN
#!/bin/sh
here=\$(readlink -f "\$0") && root=\${here%/usr/bin/python3.14}
exec "\$root${loader#"$root"}" --argv0 "\$0" --library-path "\$root${libraries#"$root"}" "\$root/usr/bin/python3.14.elf" "\$@"
RUN
cat >"$work/python3.14" <<'RUN'
#!/bin/sh
here=$(readlink -f "$0") && exec "${here%/python3.14}/root/usr/bin/python3.14" "$@"
RUN
chmod 755 "$root/usr/bin/python3.14" "$work/python3.14"
# mktemp made the folder for its owner only; what is in it is no secret.
chmod 755 "$work"

version=$(check "$work/python3.14") || {
    "$work/python3.14" -I -c 'import sys, test.support, _testinternalcapi; print(sys.version)' >&2 || true
    die "the unpacked interpreter does not work (above: what it said)."
}

# ---- publish ------------------------------------------------------------------------------------------------------------

# A rename onto an empty folder is atomic; a folder with something broken in it is moved aside first. If another run has
# published meanwhile, its result is as good as ours.
if ! mv -T "$work" "$target" 2>/dev/null; then
    if ! check "$target/python3.14" >/dev/null; then
        old=$(mktemp -d "$target.old.XXXXXX")
        mv -T "$target" "$old/was" && mv -T "$work" "$target"
        rm -rf "$old"
    fi
fi
version=$(check "$target/python3.14") || die "could not put the interpreter into $target"
done_with "$version"
