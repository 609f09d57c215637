# Rules of the house, each a small program that speaks TAP.
meta_tests = \
	%D%/banned.sh \
	%D%/bootstrap.sh \
	%D%/headers.sh \
	%D%/layers.sh \
	%D%/limits.sh \
	%D%/links.sh \
	%D%/tarball.sh
TESTS += $(meta_tests)
EXTRA_DIST += $(meta_tests) %D%/demo.sh %D%/readme.sh %D%/symbols.sh %D%/tap.sh %D%/lint.sh %D%/cppcheck.cfg %D%/cppcheck.suppressions
