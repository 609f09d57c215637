api_tests = %D%/installed.sh
EXTRA_DIST += $(api_tests)
TESTS += $(api_tests)
