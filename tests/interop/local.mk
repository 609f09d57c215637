# Tests against the reference implementation of Pact, from npm; skipped where node or npm is missing.
interop_tests = %D%/interop.sh %D%/consumer.sh %D%/library.sh %D%/stub.sh %D%/schemas.sh \
	%D%/verify.sh %D%/broker.sh
# The first installs the packages.
%D%/consumer.log %D%/library.log %D%/stub.log %D%/schemas.log %D%/verify.log %D%/broker.log: %D%/interop.log
interop_programs = %D%/rewrite
tests_interop_rewrite_SOURCES = %D%/rewrite.c
tests_interop_rewrite_LDADD = libtally.la $(CJSON_LIBS)
EXTRA_PROGRAMS += $(interop_programs)
CLEANFILES += $(interop_programs)
check-interop: all $(example_programs) $(interop_programs)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(interop_tests)'
.PHONY: check-interop
EXTRA_DIST += $(interop_tests) %D%/.npmrc %D%/package.json %D%/package-lock.json \
	%D%/lib.sh %D%/broker.js %D%/broker_asked.js %D%/generate.js %D%/pact_js.js %D%/provider.js %D%/same.js %D%/kinds.js %D%/failed.js %D%/browser.js \
	%D%/schemas.js %D%/stand_in.js %D%/stub.js %D%/stub.json %D%/stub_generated.js \
	%D%/newcomer/expectations.json %D%/newcomer/client.mjs %D%/newcomer/orders.test.mjs \
	%D%/newcomer/mistaken.test.mjs %D%/newcomer/forgetful.test.mjs

clean-local: clean-interop
clean-interop:
	rm -rf %D%/node_modules %D%/installed
.PHONY: clean-interop
