# Rules of the house, each a small program that speaks TAP.
meta_tests = \
	%D%/banned.sh \
	%D%/bootstrap.sh \
	%D%/demo.sh \
	%D%/headers.sh \
	%D%/layers.sh \
	%D%/limits.sh \
	%D%/links.sh \
	%D%/readme.sh \
	%D%/symbols.sh \
	%D%/tarball.sh
# The demo and the commands of README.md use the example programs, which `make check` builds first.
TESTS += $(meta_tests)
EXTRA_DIST += $(meta_tests) %D%/tap.sh %D%/lint.sh %D%/cppcheck.cfg %D%/cppcheck.suppressions
