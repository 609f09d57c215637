/* base/limits.h - every limit of Tally, in one list: X(name, value, unit, what it bounds).
 * doc/limits.md shows the same table; tests/meta checks that the two agree. */
#ifndef TALLY_BASE_LIMITS_H
#define TALLY_BASE_LIMITS_H

#define TALLY_LIMITS(X)                                                                            \
	X(LIMIT_DOCUMENT_BYTES, 67108864, "bytes", "a contract, expectations or other input file") \
	X(LIMIT_JSON_DEPTH, 256, "levels", "nesting of JSON values")                               \
	X(LIMIT_JSON_VALUES, 4000000, "values", "values in one JSON document")                     \
	X(LIMIT_XML_DEPTH, 250, "levels", "nesting of XML elements")                               \
	X(LIMIT_XML_NODES, 2000000, "nodes", "elements, attributes and texts of one XML document") \
	X(LIMIT_XML_ATTRIBUTES, 512, "attributes", "of one XML element, with its namespaces")      \
	X(LIMIT_XML_NAMESPACES, 256, "namespaces", "declared in XML for one place")                \
	X(LIMIT_XML_NAMES, 65536, "names", "different ones in one XML document")                   \
	X(LIMIT_XML_NAME_BYTES, 1024, "bytes", "a name or the URI of a namespace in XML")          \
	X(LIMIT_BODY_BYTES, 67108864, "bytes", "a request or response body over HTTP")             \
	X(LIMIT_HEADER_BYTES, 65536, "bytes", "all header lines of a request or response")         \
	X(LIMIT_CONTINUED_LINES, 64, "lines", "that continue header lines of one response")        \
	X(LIMIT_DISCARD_BYTES, 16777216, "bytes", "of a body too large, read to be thrown away")   \
	X(LIMIT_URL_BYTES, 1048576, "bytes", "a URL that is built from a contract")                \
	X(LIMIT_TARGET_BYTES, 131072, "bytes", "the path and query of a request to a server")      \
	X(LIMIT_CONNECTIONS, 4096, "connections",                                                  \
	  "open at once to one of Tally's servers; no more than half the files it may open")       \
	X(LIMIT_BODIES_BYTES, 1073741824, "bytes",                                                 \
	  "all bodies that a server or client takes in at once")                                   \
	X(LIMIT_INTERACTIONS, 100000, "interactions", "one contract")                              \
	X(LIMIT_PART_NAMES, 10000, "names",                                                        \
	  "headers, parameters or metadata of one part set in C")                                  \
	X(LIMIT_RESPONSES, 1000, "responses", "to one synchronous message set in C")               \
	X(LIMIT_PATH_TOKENS, 256, "tokens", "a path expression in a matching rule")                \
	X(LIMIT_EXPRESSION_BYTES, 65536, "bytes", "a matching expression in expectations")         \
	X(LIMIT_EXPRESSION_DEPTH, 32, "levels", "nesting of a matching expression")                \
	X(LIMIT_XML_MADE, 1000000, "nodes", "of an XML body made from expectations")               \
	X(LIMIT_RULES, 100000, "rules", "the matching rules of one request, response or message")  \
	X(LIMIT_RULE_CATEGORIES, 64, "categories", "the matching rules of one part")               \
	X(LIMIT_GENERATORS, 10000, "generators", "of one request, response or message")            \
	X(LIMIT_GENERATED_PART_BYTES, 67108864, "bytes", "all values generated for one of these")  \
	X(LIMIT_WARNINGS, 100, "warnings",                                                         \
	  "about generated values, of a mock or of one interaction")                               \
	X(LIMIT_LINT_STEPS, 20000000, "steps", "looking for what rules select, in one contract")   \
	X(LIMIT_LINT_FINDINGS, 10000, "findings", "of one contract; looking stops there")          \
	X(LIMIT_LINT_CONFIG_BYTES, 1048576, "bytes", "a configuration of the linter")              \
	X(LIMIT_LINT_EXCEPTIONS, 1000, "exceptions", "in a configuration of the linter")           \
	X(LIMIT_LINT_STATES, 20000, "spellings",                                                   \
	  "of provider states, compared with one another; more are not")                           \
	X(LIMIT_JOBS, 256, "interactions", "verified at once")                                     \
	X(LIMIT_ATTEMPTS, 1000, "attempts", "at one interaction: repetitions, retries")            \
	X(LIMIT_TEARDOWN_MS, 5000, "ms", "tearing down after an interrupt or a run's total time")  \
	X(LIMIT_SHOWN_HEADERS, 100, "headers", "of an answer, shown in results")                   \
	X(LIMIT_SHOWN_BODY_BYTES, 16384, "bytes", "of an answer's body, shown in results")         \
	X(LIMIT_TRANSPORTS, 100, "transports", "of a provider, with URLs of their own")            \
	X(LIMIT_REASON_BYTES, 65536, "bytes", "why one interaction could not be verified")         \
	X(LIMIT_REPORT_BYTES, 67108864, "bytes", "results of a verification as text")              \
	X(LIMIT_COMMAND_BYTES, 4194304, "bytes", "a command that repeats a request")               \
	X(LIMIT_COMMAND_BODY_BYTES, 8192, "bytes", "a body in such a command")                     \
	X(LIMIT_MOCK_PROBLEMS, 1000, "requests",                                                   \
	  "that did not match, kept by a mock provider; more are counted")                         \
	X(LIMIT_MOCK_PROBLEMS_BYTES, 16777216, "bytes", "all of these as text; more are counted")  \
	X(LIMIT_MOCK_BODY_BYTES, 65536, "bytes", "of a body, kept with one of these")              \
	X(LIMIT_MOCKS, 100, "providers", "that one run of tally mock stands in for")               \
	X(LIMIT_NEAREST_COMPARED, 64, "interactions",                                              \
	  "compared with a request that none matches, to name the nearest")                        \
	X(LIMIT_NEAREST_RANKED, 100000, "interactions", "looked at to choose these")               \
	X(LIMIT_NEAREST_PATTERNS, 1000, "expressions", "of paths tried for it")                    \
	X(LIMIT_STUB_TROUBLES, 100, "contracts",                                                   \
	  "that a stub cannot serve, told of in one reading; more are counted")                    \
	X(LIMIT_STUB_LINES, 1000, "requests",                                                      \
	  "without an answer that tally stub prints; more are counted")                            \
	X(LIMIT_MISMATCHES, 100, "mismatches", "kept of one comparison; more are counted")         \
	X(LIMIT_HINT_STEPS, 200000, "steps", "looking for what comes nearest, in one comparison")  \
	X(LIMIT_HINT_NAMES, 64, "names", "of one object or part, searched for a misspelling")      \
	X(LIMIT_DIFF_LINES, 40, "lines", "of the differences between two texts that are shown")    \
	X(LIMIT_DIFF_TABLE, 256, "lines", "of each text, aligned; longer stretches are replaced")  \
	X(LIMIT_MATCH_STEPS, 20000000, "steps", "values visited in one comparison, and the like")  \
	X(LIMIT_SHOWN_BYTES, 400, "bytes",                                                         \
	  "a value in the text of a mismatch; longer ones are cut")                                \
	X(LIMIT_REGEX_BYTES, 16384, "bytes", "a regular expression")                               \
	X(LIMIT_REGEX_STEPS, 1000000, "steps", "matching one regular expression")                  \
	X(LIMIT_REGEX_QUICK_STEPS, 10000, "steps",                                                 \
	  "of one match; one that takes more counts as 20,000 steps of a comparison")              \
	X(LIMIT_REGEX_HEAP_KIB, 20000, "KiB", "memory for backtracking of one regular expression") \
	X(LIMIT_REGEX_DEPTH, 100, "levels", "groups inside one another, to make a text for")       \
	X(LIMIT_REGEX_SAMPLES, 60, "texts", "made for a regular expression until one matches")     \
	X(LIMIT_REGEX_SAMPLE_STEPS, 1000000, "steps", "making these texts")                        \
	X(LIMIT_REGEX_FAILURES, 8, "failures", "of one rule's expression, before it is left")      \
	X(LIMIT_PARTS, 10000, "parts", "of one multipart body")                                    \
	X(LIMIT_PART_HEADER_BYTES, 16384, "bytes", "all header lines of one part")                 \
	X(LIMIT_PART_DEPTH, 8, "levels", "multipart bodies inside one another")                    \
	X(LIMIT_BOUNDARY_BYTES, 200, "bytes", "the boundary of a multipart body")                  \
	X(LIMIT_GENERATED_BYTES, 65536, "bytes", "a value that a generator makes")                 \
	X(LIMIT_NAME_BYTES, 1024, "bytes", "a name of an application, version, branch or tag")     \
	X(LIMIT_CONTACTS_BYTES, 65536, "bytes", "all contacts of an environment")                  \
	X(LIMIT_LABELS, 100, "labels", "of one application")                                       \
	X(LIMIT_WEBHOOK_BYTES, 262144, "bytes", "the definition of a webhook")                     \
	X(LIMIT_WEBHOOK_HEADERS, 100, "headers", "of its request")                                 \
	X(LIMIT_BROKER_CONTRACTS, 10000, "contracts", "taken from a Pact Broker for one run")      \
	X(LIMIT_BROKER_CONTRACT_BYTES, 268435456, "bytes", "all of these together")                \
	X(LIMIT_MESSAGES, 20, "messages", "kept in a store of one failed interaction")             \
	X(LIMIT_WORKED, 16, "pairs", "that worked, kept of a consumer and a provider")             \
	X(LIMIT_HEADS, 64, "branches and tags",                                                    \
	  "of a consumer, kept to find new work; further back every one is looked at")             \
	X(LIMIT_MATRIX_PAIRS, 100000, "pairs", "of versions, looked at for one question")          \
	X(LIMIT_SELECTORS, 200, "selectors", "of consumer versions in one question")               \
	X(LIMIT_LOG_COMMITS, 20000, "changes", "that one look into the history goes through")      \
	X(LIMIT_CHECKED_FILES, 50000000, "files and folders", "that a check of a broker reads")    \
	X(LIMIT_PROBLEMS, 1000, "problems", "that a check of a broker lists; it counts them all")  \
	X(LIMIT_ROLLED_BYTES, 1048576, "bytes", "the list of packs that wait to be removed")       \
	X(LIMIT_CHANGE_BYTES, 268435456, "bytes", "all files of one change to a store")            \
	X(LIMIT_GROUP_BYTES, 268435456, "bytes", "the changes of a group before one more")         \
	X(LIMIT_REMOTE_REFERENCES, 100000, "references", "of a git repository on another machine") \
	X(LIMIT_FETCH_BYTES, 2147483647, "bytes", "fetched from such a repository at once")        \
	X(LIMIT_DIR_FILES, 20000, "files", "contracts taken from one folder")

enum {
#define TALLY_X(name, value, unit, what) name = value,
	TALLY_LIMITS(TALLY_X)
#undef TALLY_X
};

#endif
