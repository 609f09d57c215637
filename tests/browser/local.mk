# Pages in a real browser: Debian's chromium and chromium-driver, driven from node; skipped where one
# of them is missing.
browser_tests = %D%/report.sh
TESTS += $(browser_tests)
EXTRA_DIST += $(browser_tests) %D%/report.js
CLEANFILES += %D%/*.png
