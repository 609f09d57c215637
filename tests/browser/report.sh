#!/bin/sh
# The page of tally verify --html in a real browser.
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

# What the page's policy allows is this style and no other.
style_digest() { # PAGE
	awk '/^<style>/ { inside = 1; sub(/.*<style>/, "") } /^<\/style>/ { exit } inside' "$1" |
		node -e '
			const hash = require("node:crypto").createHash("sha256");
			process.stdin.on("data", (part) => hash.update(part));
			process.stdin.on("end", () => console.log(hash.digest("base64")));'
}

if ! command -v node >/dev/null 2>&1 || ! command -v chromedriver >/dev/null 2>&1; then
	test_skip 'the page in a browser' 'node and chromedriver are not both installed'
	test_done
fi

# Half of what is expected is there; the names are those of somebody who wants to run a script.
test_expect_success 'a page of what went wrong' '
	cat >contract.json <<-\EOT
	{"consumer": {"name": "<script>window.owned = 1</script>"}, "provider": {"name": "orders\" onload=\"window.owned = 1"},
	 "interactions": [
	  {"description": "a good request", "request": {"path": "/good"}, "response": {"status": 200}},
	  {"description": "<img src=x onerror=window.owned=1>", "providerStates": [{"name": "</details></style><script>window.owned = 1</script>"}],
	   "request": {"path": "/none"}, "response": {"status": 200, "body": {"a": 1}}},
	  {"description": "a request whose answer has lines", "request": {"path": "/lines"},
	   "response": {"status": 200, "headers": {"Content-Type": "text/plain"}, "body": "one\ntwo\nthree"}},
	  {"description": "pending", "pending": true, "request": {"path": "/none"}, "response": {"status": 204}},
	  {"description": "left out", "request": {"path": "/good"}, "response": {"status": 200}}],
	 "metadata": {"pactSpecification": {"version": "4.0"}}}
	EOT
	cat >provider.json <<-\EOT
	{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
	 {"description": "a", "request": {"path": "/good"}, "response": {"status": 200}},
	 {"description": "b", "request": {"path": "/lines"},
	  "response": {"status": 200, "headers": {"Content-Type": "text/plain"}, "body": "one\n2\nthree"}}],
	 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
	EOT
	"$tally" mock provider.json --json mock.json -- sh -c "
		\"$tally\" verify contract.json --provider-url \$TALLY_MOCK_URL --html page.html \
			--filter-description \"^[^l]\" >out 2>err || :" >log 2>&1 || :
	cat out err
	[ -s page.html ]
'

test_expect_success 'its policy has the digest of its style' '
	digest=$(style_digest page.html)
	echo "the digest for src/verifier/report_html_style.c: $digest"
	expect_in page.html "sha256-$digest"
'

test_expect_success 'it is as it should be in a browser' '
	node "$TALLY_SRCDIR/tests/browser/report.js" page.html "$TALLY_BUILDDIR/tests/browser" >out 2>&1 || { cat out; false; }
	expect_in out "all is well"
'

test_done
