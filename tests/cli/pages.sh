# Sourced after lib.sh by the tests that run the examples of pages.
# shellcheck shell=sh

PATH=$TALLY_BUILDDIR:$PATH

# Takes the page apart, in the current folder: after "<!-- file NAME -->" the block becomes the file
# NAME; after "<!-- run -->" (or "<!-- run node -->") it becomes steps/NN.sh and steps/NN.expected,
# for each command that it shows after "$ ", with what follows after "> ".  Files stand in the order
# of the page, so each step has those before it.
take_apart() {
	mkdir -p steps
	awk '
		/^<!-- file .* -->$/ {
			file = folder = $3
			if (sub("/[^/]*$", "", folder))
				system("mkdir -p " folder)
			next
		}
		/^<!-- run.* -->$/ { run = 1; needs = $3 == "-->" ? "" : $3; next }
		/^```$/ && inside { inside = 0; file = ""; run = 0; next }
		/^```/ && (file != "" || run) { inside = 1; next }
		inside && file != "" { print >file; next }
		inside && /^\$ / {
			step = sprintf("steps/%02d", ++count)
			printf "" >(step ".expected")
			print needs >(step ".needs")
			print substr($0, 3) >(step ".sh")
			next
		}
		inside && /^> / { print substr($0, 3) >(step ".sh"); next }
		inside { print >(step ".expected") }
	' "$1"
}

# Ports, dates and times differ.
normal() {
	sed -e 's/127\.0\.0\.1:[0-9]*/127.0.0.1:PORT/g; s/"durationMs": [0-9]*/"durationMs": N/' \
		-e 's/ timestamp="[^"]*"/ timestamp="T"/; s/ time="[0-9.]*"/ time="S"/g' \
		-e 's/"[^"]* [0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"/"DATE"/' \
		-e 's/[0-9-]*T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z/TIME/' "$1"
}

run_page() { # PAGE LEAST
	take_apart "$TALLY_SRCDIR/doc/$1"
	[ "$(find steps -name '*.sh' | wc -l)" -ge "$2" ]
	for step in steps/*.sh; do
		read -r needs <"${step%.sh}.needs"
		[ -z "$needs" ] || command -v "$needs" >/dev/null 2>&1 || continue
		sh "$step" >actual 2>&1 || :
		normal actual >actual.normal
		normal "${step%.sh}.expected" >expected.normal
		diff -u expected.normal actual.normal || {
			cat "$step"
			return 1
		}
	done
}
