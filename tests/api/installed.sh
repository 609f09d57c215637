#!/bin/sh
# What `make install` leaves is enough: programs build with pkg-config against the installed headers
# and library alone, and run.
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"

root=$scratch/root
prefix=$(sed -n 's/^prefix=//p' "$TALLY_BUILDDIR/tally.pc")
install_all() {
	make -s -C "$TALLY_BUILDDIR" install DESTDIR="$root" >"$scratch/install" 2>&1 ||
		{ echo 'make install failed:' && cat "$scratch/install"; }
}
expect 'make install DESTDIR' install_all

pc=$(dirname "$(find "$root" -name tally.pc)")
lib=$(dirname "$(find "$root" -name libtally.so)")
PKG_CONFIG_PATH=$pc PKG_CONFIG_SYSROOT_DIR=$root
LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR LD_LIBRARY_PATH

version() {
	[ "$(pkg-config --modversion tally)" = "$("$root$prefix/bin/tally" --version | sed 's/^tally //; q')" ] ||
		echo "pkg-config says $(pkg-config --modversion tally), tally says $("$root$prefix/bin/tally" --version)"
}
expect 'pkg-config and the installed program agree on the version' version

cd "$scratch" || exit 99
# The system's own cJSON is not under DESTDIR; its headers and library are where the compiler looks.
# SANITIZE is empty but in a build with sanitizers.
# shellcheck disable=SC2046,SC2086 # flags are words
compile() { # NAME PACKAGE...
	name=$1
	shift
	${CC:-cc} -std=c17 -Wall -Wextra -Werror ${SANITIZE:-} "$name.c" $(pkg-config --cflags --libs tally "$@") -o "$name"
}
build() { # NAME PACKAGE...
	cp "$TALLY_SRCDIR/doc/examples/$1.c" . && compile "$@"
}
expect 'a program builds with pkg-config alone' build match

cat >expected.json <<'END'
{"status": 200, "body": {"id": 1, "total": 59.80},
 "matchingRules": {"body": {"$.id": {"matchers": [{"match": "integer"}]}}}}
END
echo '{"status": 200, "body": {"id": 7, "total": 59.8}}' >good.json
echo '{"status": 200, "body": {"id": "seven", "amount": 59.8}}' >bad.json
echo '{"status": 200, "body": ' >broken.json

expect 'it runs: what matches is said to match' ./match expected.json good.json
mismatches() {
	./match expected.json bad.json >bad.out
	status=$?
	[ "$status" -eq 1 ] || echo "exit status $status"
	grep -q total bad.out || { echo 'no word of total:'; cat bad.out; }
}
expect 'it runs: what does not is told' mismatches
refuses() {
	./match expected.json broken.json >broken.out 2>broken.err
	status=$?
	[ "$status" -eq 2 ] || echo "exit status $status"
	grep -q '^match: broken.json:' broken.err || cat broken.err
}
expect 'it runs: malformed input is an error with its place' refuses

# A consumer's test that is nothing but C.
expect 'a consumer test builds' build consumer libcurl libcjson
contract=pacts/web-shop-orders.json
passes() {
	./consumer pacts >consumer.out 2>&1 || echo "exit status $?"
	cat consumer.out
	[ -f $contract ] || echo "no $contract"
}
expect 'it passes, and says nothing' passes
says() { # WORD...
	for word; do
		grep -q "$word" $contract || { echo "no $word in:"; cat $contract; }
	done
}
expect 'the contract has what it said' says '"a request for order 42"' '"order 42 exists"' 59.80 '"integer"'
again() {
	cp $contract before.json
	./consumer pacts && cmp before.json $contract
}
expect 'a second run changes no byte of it' again
fails() {
	sed 's|%s/orders/%d|%s/order/%d|' consumer.c >astray.c && compile astray libcurl libcjson || return
	./astray astray >astray.out 2>&1
	status=$?
	[ "$status" -eq 1 ] || echo "exit status $status"
	grep -q 'GET /order/42 was asked, but nothing like it is expected' astray.out || cat astray.out
	[ ! -e astray/web-shop-orders.json ] || echo 'a contract was written'
}
expect 'what asks for something else fails, is told, and writes no contract' fails

exports() {
	find "$root" -type f -name '*.h' | sed "s|^$root$prefix/include/||" | LC_ALL=C sort >installed
	(cd "$TALLY_SRCDIR/include" && find . -name '*.h' | sed 's|^\./||' | LC_ALL=C sort) | diff - installed
}
expect 'exactly the public headers are installed' exports
# What help, manual pages and headers name.
pages() {
	grep -rhoE 'doc/[a-z/-]+\.(md|c)' "$root$prefix/include" "$root$prefix/share/man" "$TALLY_SRCDIR/src/cli" |
		LC_ALL=C sort -u | while read -r page; do
		[ -s "$root$prefix/share/doc/tally/${page#doc/}" ] || echo "$page is named, but not installed"
	done
}
expect 'every page that is named is installed' pages
uninstall() {
	make -s -C "$TALLY_BUILDDIR" uninstall DESTDIR="$root" >/dev/null 2>&1
	find "$root" -type f
}
expect 'make uninstall takes everything away' uninstall
finish
