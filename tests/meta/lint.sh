#!/bin/sh
# One look of `make lint`: lint.sh format|tidy|cppcheck|analyzer|shell.  `make` sets TALLY_SRCDIR and,
# for those that compile, CC and COMPILE_FLAGS.
set -eu
cd "${TALLY_SRCDIR:?make lint sets this}"
# The flags are for a build tree; paths in them are absolute.
flags=${COMPILE_FLAGS:-}

need() {
	command -v "$1" >/dev/null 2>&1 && return 0
	echo "lint: $1 is not installed (Debian: apt-get install $2)" >&2
	exit 2
}

files() { # PATTERN...
	if [ -e .git ]; then
		git ls-files -- "$@"
	else
		for pattern; do find . -path "./$pattern"; done
	fi
}

case $1 in
format)
	need clang-format clang-format
	files '*.c' '*.h' | xargs clang-format --dry-run -Werror
	;;
tidy)
	need clang-tidy clang-tidy
	# shellcheck disable=SC2086 # flags are words
	files 'src/*.c' | xargs -P 2 -n 4 sh -c 'clang-tidy --quiet "$@" -- '"$flags" lint
	;;
cppcheck)
	need cppcheck cppcheck
	# shellcheck disable=SC2046,SC2086 # flags are words
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,portability,performance \
		--suppressions-list=tests/meta/cppcheck.suppressions \
		--library=tests/meta/cppcheck.cfg \
		$(printf '%s\n' $flags | grep -E '^-(I|D)') -j 2 src include
	;;
analyzer)
	# GCC's analyzer is told about C only and still errs now and then; what it says is to be read.
	# shellcheck disable=SC2086 # flags are words
	files 'src/*.c' | xargs -P 2 -n 1 "${CC:-gcc}" $flags -O1 -fanalyzer -c -o /dev/null
	;;
shell)
	need shellcheck shellcheck
	{
		files '*.sh'
		for script in bootstrap .ci/run; do [ ! -f "$script" ] || echo "$script"; done
	} | xargs shellcheck --external-sources
	;;
*)
	echo "lint: unknown check '$1'" >&2
	exit 2
	;;
esac
