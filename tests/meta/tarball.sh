#!/bin/sh
# The tarball holds what the repository holds, is the same whenever it is made, and names no builder.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"

# Makes a tarball in a folder of its own and says where it is.
tarball() { # NAME UMASK
	(
		umask "$2"
		mkdir "$scratch/$1" && cd "$scratch/$1" &&
			make -s -C "$TALLY_BUILDDIR" dist-into DIST_FOLDER="$scratch/$1"
	) >"$scratch/$1.log" 2>&1 || { echo 'make failed:' && cat "$scratch/$1.log"; }
}
expect 'a tarball is made' tarball one 022
expect 'a second tarball is made, with another umask' tarball two 077
same() { cmp "$scratch"/one/*.tar.xz "$scratch"/two/*.tar.xz; }
expect 'both are the same, byte for byte' same

tar -tvf "$scratch"/one/*.tar.xz >"$scratch/long" 2>/dev/null
tar -tf "$scratch"/one/*.tar.xz | sed 's|^[^/]*/||; /\/$/d; /^$/d' | LC_ALL=C sort >"$scratch/listed"
missing() {
	cd "$TALLY_SRCDIR" || return
	git ls-files | grep -vE '^(\.ci/|\.gitignore$|\.gitattributes$|\.editorconfig$)' | LC_ALL=C sort |
		comm -23 - "$scratch/listed" | while read -r file; do
		[ ! -e "$file" ] || echo "$file is in the repository, but not in the tarball"
	done
}
if [ -e "$TALLY_SRCDIR/.git" ]; then
	expect 'every file of the repository is in it' missing
else
	skip 'every file of the repository is in it' 'not a git checkout'
fi
owners() { awk '$2 != "0/0" { print }' "$scratch/long"; }
expect 'its files belong to nobody in particular' owners
ready() {
	for file in configure Makefile.in README.md COPYING CHANGELOG.md tests/meta/tarball.sh; do
		grep -qxF "$file" "$scratch/listed" || echo "$file is not in the tarball"
	done
}
expect 'it is ready to be configured' ready
finish
