# Tests against the reference implementation of Pact, from npm; skipped where node or npm is missing.
interop_tests = %D%/interop.sh
check-interop: all $(example_programs)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(interop_tests)'
.PHONY: check-interop
EXTRA_DIST += $(interop_tests) %D%/.npmrc %D%/package.json %D%/package-lock.json \
	%D%/generate.js %D%/provider.js %D%/same.js

clean-local: clean-interop
clean-interop:
	rm -rf %D%/node_modules %D%/installed
.PHONY: clean-interop
