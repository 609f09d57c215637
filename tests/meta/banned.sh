#!/bin/sh
# What must not be in the tree: functions that invite overflows or share state, unfinished business,
# fixed ports and sleeps in tests, paths of the machine it was written on, credentials, hosts of
# package registries.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"
cd "$TALLY_SRCDIR" || exit 99

sources() { # DIRECTORY...: our C files there
	find "$@" -name '*.[ch]' 2>/dev/null
}
code() { # FILE...: their lines without comments and strings, as file:line:text
	awk 'FNR == 1 { inside = 0 }
	{
		line = $0
		gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
		out = ""
		while (line != "") {
			if (inside) {
				i = index(line, "*/")
				if (!i) { line = ""; break }
				line = substr(line, i + 2); inside = 0
			} else {
				i = index(line, "/*")
				if (!i) { out = out line; line = "" }
				else { out = out substr(line, 1, i - 1); line = substr(line, i + 2); inside = 1 }
			}
		}
		if (out != "") print FILENAME ":" FNR ":" out
	}' "$@"
}
functions() { # NAMES FOLDER...
	names=$1
	shift
	[ $# -gt 0 ] || set -- src include tests doc bench
	# shellcheck disable=SC2046 # our file names have no spaces
	code $(sources "$@") | grep -E "(^|[^a-zA-Z0-9_])($names)[[:space:]]*\\("
	:
}
expect 'no string function without bounds' functions 'strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strncpy'
expect 'no parsing that cannot fail' functions 'atoi|atol|atoll|atof|sscanf|scanf|fscanf'
expect 'no shared state' functions 'strtok|gmtime|localtime|ctime|asctime|rand|srand|setlocale'
expect 'no unbounded stack' functions 'alloca'
expect 'no unsafe temporary files' functions 'tmpnam|tempnam|mktemp'
expect 'no command lines put together by the program' functions 'system|popen' src include doc
allocation() {
	# shellcheck disable=SC2046
	code $(sources src | grep -vE '^src/(base/(mem|arena|buf)|cli/scratch)\.[ch]$') |
		grep -E '(^|[^a-zA-Z0-9_.>])(malloc|calloc|realloc|strdup|strndup|asprintf|vasprintf)[[:space:]]*\('
	:
}
expect 'memory comes from src/base, that of the program from its scratch' allocation

# A precision counts bytes and may cut a character in two.
cut_text() {
	# shellcheck disable=SC2046
	grep -HnE '%\.[0-9]+s' $(sources src/matching src/contract src/consumer src/format)
	:
}
expect 'no text cut within a character' cut_text

text_files() {
	if [ -e .git ]; then
		git ls-files
	else
		# What a build leaves in the tree has other endings.
		find . -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.js' -o -name '*.json' -o -name '*.md' \
			-o -name '*.mk' -o -name '*.ac' -o -name '*.am' -o -name '*.map' -o -name bootstrap \) \
			-not -path './build*' -not -path './_*' -not -path '*/node_modules/*' | sed 's|^\./||'
	fi | grep -vE '^tests/meta/banned\.sh$'
}
nowhere() { # PATTERN
	text_files | while read -r file; do [ ! -f "$file" ] || grep -HnIE "$1" "$file"; done
	:
}
expect 'no unfinished business' nowhere '\b(TODO|FIXME|HACK)\b|(^|[^"])\bXXX\b'
expect 'no path of one machine' nowhere '(^|[^a-zA-Z0-9._~}-])/(home/[a-z]+|root|work|tmp/w|mnt|Users)/'
# Hosts of repositories refuse what looks like one; a test that needs it escapes a letter.
credentials() {
	nowhere '(AKIA|ASIA)[0-9A-Z]{16}|gh[opsur]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{40}|glpat-[0-9A-Za-z_-]{20}|xox[abps]-[0-9A-Za-z-]{20}|[rs]k_(live|test)_[0-9A-Za-z]{16}|AIza[0-9A-Za-z_-]{35}|npm_[0-9A-Za-z]{36}|eyJ[0-9A-Za-z_-]{10,}\.eyJ|PRIVATE KEY-----.*MII' |
		grep -vE 'AKIAIOSFODNN7EXAMPLE|ghp_x{36}'
	:
}
expect 'nothing that scanners take for a credential' credentials
expect 'no host of a package registry in the lock file' nowhere '"resolved":'

in_tests() { # PATTERN
	find tests doc -type f \( -name '*.sh' -o -name '*.c' -o -name '*.js' \) -not -path '*/node_modules/*' \
		-not -name banned.sh -exec grep -HnE "$1" {} +
	:
}
expect 'tests do not sleep for a fixed time' in_tests '(^|[^a-z_])sleep [1-9]'
expect 'tests use no fixed port' in_tests '(127\.0\.0\.1|localhost):([1-5][0-9]{4}|6[0-5][0-9]{3}|[1-9][0-9]{3})([^0-9]|$)'
finish
