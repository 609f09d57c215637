# Cases of matching: the specification's own, when they are at hand, and ours.
spec_libs = libtallyall.la $(CJSON_LIBS) $(PCRE2_LIBS)
spec_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/%D%
spec_runner = %D%/match_case.c %D%/match_case.h

check_PROGRAMS += %D%/test_spec_cases
TESTS += %D%/test_spec_cases
tests_spec_test_spec_cases_SOURCES = %D%/test_spec_cases.c $(spec_runner)
tests_spec_test_spec_cases_LDADD = $(spec_libs)
tests_spec_test_spec_cases_CPPFLAGS = $(spec_cppflags)

check_PROGRAMS += %D%/test_matching_cases
TESTS += %D%/test_matching_cases
EXTRA_DIST += tests/cases/matching
tests_spec_test_matching_cases_SOURCES = %D%/test_matching_cases.c $(spec_runner)
tests_spec_test_matching_cases_LDADD = $(spec_libs)
tests_spec_test_matching_cases_CPPFLAGS = $(spec_cppflags)

check_PROGRAMS += %D%/test_generate_cases
TESTS += %D%/test_generate_cases
EXTRA_DIST += tests/cases/generate
tests_spec_test_generate_cases_SOURCES = %D%/test_generate_cases.c $(spec_runner)
tests_spec_test_generate_cases_LDADD = $(spec_libs)
tests_spec_test_generate_cases_CPPFLAGS = $(spec_cppflags)

check_PROGRAMS += %D%/test_lint_cases
TESTS += %D%/test_lint_cases
EXTRA_DIST += tests/cases/lint
tests_spec_test_lint_cases_SOURCES = %D%/test_lint_cases.c $(spec_runner)
tests_spec_test_lint_cases_LDADD = $(spec_libs)
tests_spec_test_lint_cases_CPPFLAGS = $(spec_cppflags)
