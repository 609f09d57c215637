# Tests against the reference implementation of Pact, from npm; skipped where node or npm is missing.
interop_tests =
check-interop: all
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(interop_tests)'
.PHONY: check-interop
EXTRA_DIST += $(interop_tests) %D%/.npmrc %D%/package.json %D%/package-lock.json
