#!/bin/sh
# Links between the Markdown files lead somewhere.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"
cd "$TALLY_SRCDIR" || exit 99

# The name that a heading has as a link target: lower case, spaces to hyphens, no punctuation.
anchors() { # FILE
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}
broken() { # FILE
	# Code blocks hold no links.
	awk '/^```/ { code = !code; next } !code' "$1" | grep -oE '\]\([^)]*\)' | sed 's/^](//; s/)$//' |
		while read -r target; do
			case $target in
			http://* | https://* | mailto:*) continue ;;
			esac
			file=${target%%#*}
			anchor=
			case $target in *'#'*) anchor=${target#*#} ;; esac
			if [ -z "$file" ]; then path=$1; else path=$(dirname "$1")/$file; fi
			[ -e "$path" ] || {
				echo "$1: $target: there is no $path"
				continue
			}
			[ -z "$anchor" ] || anchors "$path" | grep -qxF -- "$anchor" ||
				echo "$1: $target: $path has no such heading"
		done
}
# File names here have no spaces.
# shellcheck disable=SC2044
for file in $(find . -name '*.md' -not -path './build*' -not -path './_*' -not -path '*/node_modules/*' | LC_ALL=C sort); do
	expect "links of ${file#./}" broken "${file#./}"
done
# Names in `code` that look like paths of this tree exist.
named() { # FILE
	# shellcheck disable=SC2016 # the backquotes are Markdown's
	awk '/^```/ { code = !code; next } !code' "$1" |
		grep -oE '`(src|include|tests|doc|contracts|bench|m4)/[A-Za-z0-9_./-]*`' | tr -d '`' | sort -u |
		while read -r path; do [ -e "$path" ] || echo "$1: names $path, which is not there"; done
}
for file in README.md CONTRIBUTING.md SECURITY.md doc/architecture.md; do
	[ ! -f "$file" ] || expect "paths named in $file" named "$file"
done
finish
