#!/bin/sh
# The layer rule: a folder includes only what lies below it, and each foreign library is included
# only by the files that wrap it.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"
cd "$TALLY_SRCDIR" || exit 99

# folder: what it may include besides itself, C and POSIX.
allowed() {
	case $1 in
	base) echo '' ;;
	format) echo 'base' ;;
	contract) echo 'base format' ;;
	matching) echo 'base format contract' ;;
	http | git) echo 'base format' ;;
	consumer | verifier) echo 'base format contract matching http' ;;
	broker) echo 'base format contract git http' ;;
	server) echo 'base format contract git http broker' ;;
	cli) echo '' ;;
	*) return 1 ;;
	esac
}

own_includes() { # FOLDER: "file header" lines of includes by path from src/
	find "src/$1" -name '*.[ch]' -exec grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' {} + |
		sed 's/^\([^:]*\):[^"]*"\([^"]*\)".*/\1 \2/'
}

layer() { # FOLDER
	may=$(allowed "$1") || {
		echo "src/$1 has no place in the table of tests/meta/layers.sh"
		return
	}
	own_includes "$1" | while read -r file header; do
		case $header in
		config.h | tally.h | tally/* | base/limits.h) continue ;; # limits.h: numbers alone
		../* | */../*) echo "$file: $header: include by path from src/" ;;
		"$1"/*) ;;
		*/*)
			case " $may " in
			*" ${header%%/*} "*) ;;
			*) echo "$file: includes $header, which is not below src/$1" ;;
			esac
			;;
		*) echo "$file: $header: include by path from src/ (\"$1/$header\")" ;;
		esac
	done
}

for folder in src/*/; do
	folder=${folder#src/}
	folder=${folder%/}
	expect "src/$folder includes only what lies below it" layer "$folder"
done

# header prefix: the files that may include it, as an extended regular expression.
wrapped() { # HEADER FILES
	grep -rlE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$1" --include='*.[ch]' src include |
		grep -vE "^($2)\$" | sed "s#\$#: includes <$1…>, which only $2 may#"
	:
}
expect 'cJSON is included by the JSON door alone' \
	wrapped 'cjson/' 'include/tally/json\.h|src/format/json[a-z_]*\.[ch]'
expect 'libcurl is included by its wrapper alone' wrapped 'curl/' 'src/http/[a-z_]*curl[a-z_]*\.[ch]'
expect 'GnuTLS is included by its wrapper alone' wrapped 'gnutls/' 'src/http/[a-z_]*gnutls[a-z_]*\.[ch]'
expect 'Nettle is included by its wrapper alone' wrapped 'nettle/' 'src/format/digest\.c'
expect 'libgit2 is included by its wrapper alone' wrapped 'git2' 'src/format/libgit2\.[ch]'
expect 'PCRE2 is included by its wrapper alone' wrapped 'pcre2' 'src/format/regex[a-z_]*\.[ch]'
expect 'zlib is included by its wrapper alone' wrapped 'zlib\.h' 'src/format/deflate\.c'
expect 'libxml2 is included by its wrapper alone' wrapped 'libxml/' 'src/format/xml[a-z_]*\.[ch]'

first_is_config() {
	find src -name '*.c' | while read -r file; do
		first=$(grep -m 1 -E '^[[:space:]]*#[[:space:]]*include' "$file")
		[ "$first" = '#include "config.h"' ] || echo "$file: the first include is not config.h"
	done
}
expect 'config.h comes first in every source file' first_is_config

public_only() {
	grep -HE '^[[:space:]]*#[[:space:]]*include' include/tally.h include/tally/*.h |
		grep -vE '<(tally/[a-z_]+|cjson/cJSON|signal|std[a-z]+|sys/types)\.h>'
	:
}
expect 'public headers include only public headers, cJSON and the C library' public_only
finish
