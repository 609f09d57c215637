/* Contract files are the same to the byte, in whatever order and in however many pieces their
 * interactions came together. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "contract/splice.h"
#include "contract/written.h"
#include "format/diff.h"

#define HTTP(description, more) "{\"description\":\"" description "\"" more "}"
#define GET(path)               ",\"request\":{\"path\":\"" path "\"},\"response\":{\"status\":200}"
#define RULED(rules)                                                                               \
	",\"request\":{\"method\":\"post\",\"path\":\"/\",\"headers\":{\"content-type\":"          \
	"\"application/json\",\"Accept\":\"a/b, c/d\"},\"query\":\"b=2&a=1&a\",\"body\":"          \
	"{\"n\":1.50,\"e\":1e2,\"s\":\"\\u0001\\\"\\\\/\xc3\xa9\"},\"matchingRules\":" rules       \
	"},\"response\":{\"status\":204,\"note\":{\"z\":1,\"a\":[]}}"
#define MESSAGE(more) ",\"contents\":{\"a\":[1,{},[]]},\"metadata\":{\"q\":\"x\"}" more

/* Interactions that nobody takes for one another, although they look alike; each is a file of its
 * version. */
static const struct {
	const char *version, *list, *text;
} pieces[] = {
	{"4.0", "interactions", HTTP("a", GET("/a"))},
	{"4.0", "interactions", HTTP("a", GET("/s") ",\"providerStates\":[{\"name\":\"s\"}]")},
	{"4.0", "interactions",
	 HTTP("a", GET("/st") ",\"providerStates\":[{\"name\":\"s\"},{\"name\":\"t\",\"params\":"
			      "{\"name\":\"x\",\"b\":[{\"name\":1}]}}]")},
	{"4.0", "interactions",
	 HTTP("a", GET("/k1") ",\"key\":\"1\",\"providerStates\":[{\"name\":"
			      "\"keyed\"}]")},
	{"4.0", "interactions",
	 HTTP("a", GET("/k2") ",\"key\":\"2\",\"providerStates\":[{\"name\":"
			      "\"keyed\"}]")},
	{"4.0", "interactions",
	 HTTP("a", MESSAGE(",\"type\":\"Asynchronous/Messages\",\"pending\":true"))},
	{"4.0", "interactions",
	 HTTP("a", ",\"type\":\"Synchronous/Messages\",\"request\":{\"contents\":{\"content\":"
		   "\"x\"}},\"response\":[{\"contents\":{\"content\":\"AAEC\",\"encoded\":"
		   "\"base64\",\"contentType\":\"image/png\"}}]")},
	{"4.0", "interactions",
	 HTTP("a\\n\\\"b\\\\\\u0001",
	      GET("/e") ",\"comments\":{\"text\":[\"x\"]},\"x y\":{\"z\":1}")},
	{"4.0", "interactions", HTTP("\xc3\xa4 ", GET("/u"))},
	{"3.0.0", "interactions",
	 HTTP("ruled", RULED("{\"body\":{\"$.n\":{\"combine\":\"OR\",\"matchers\":[{\"match\":"
			     "\"type\"},{\"match\":\"null\"}]}},\"path\":{\"matchers\":[{\"match\":"
			     "\"regex\",\"regex\":\"/\"}]}},\"generators\":{\"body\":{\"$.s\":"
			     "{\"type\":\"Uuid\"}}}"))},
	{"3.0.0", "interactions",
	 HTTP("three", GET("/3") ",\"providerStates\":[{\"name\":\"s\",\"params\":{\"a\":1}}]")},
	{"3.0.0", "messages", HTTP("message", MESSAGE(""))},
	{"2.0.0", "interactions",
	 HTTP("two", RULED("{\"$.body.n\":{\"match\":\"type\"},\"$.headers.Accept\":{\"match\":"
			   "\"regex\",\"regex\":\".*\"}}") ",\"providerState\":\"s\"")},
	{"1.1.0", "interactions", HTTP("one", GET("/1") ",\"providerState\":\"s\"")},
};

enum { PIECES = sizeof(pieces) / sizeof(*pieces), ROUNDS = 60 };

static struct tally_contract *contracts[PIECES];
static char folder[] = "/tmp/tally-test-XXXXXX";
static char path[64];

static struct tally_contract *parsed(const char *text, size_t len)
{
	struct tally_contract *contract = NULL;
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally_contract_parse(&contract, text, len, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
	return contract;
}

static int prepare(void **state)
{
	struct buf text;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < PIECES; i++) {
		tally__buf_clear(&text);
		tally__buf_addf(&text,
				"{\"consumer\":{\"name\":\"c\"},\"provider\":{\"name\":\"p\"},"
				"\"%s\":[%s],\"metadata\":{\"pactSpecification\":{\"version\":"
				"\"%s\"},\"plugins\":[{\"name\":\"p%zu\"},{\"name\":\"o%zu\"}]}}",
				pieces[i].list, pieces[i].text, pieces[i].version, i % 3, i % 2);
		contracts[i] = parsed(text.bytes, text.len);
	}
	tally__buf_release(&text);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/c-p.json", folder);
	return 0;
}

static int release(void **state)
{
	(void)state;
	for (size_t i = 0; i < PIECES; i++)
		tally_contract_free(contracts[i]);
	unlink(path);
	return rmdir(folder);
}

/* The same numbers in every run. */
static uint32_t next_number(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void shuffle(size_t order[PIECES], uint32_t *seed)
{
	for (size_t i = 0; i < PIECES; i++) {
		size_t other = next_number(seed) % (i + 1);

		order[i] = order[other];
		order[other] = i;
	}
}

static void save(const struct tally_contract *contract, enum tally_spec spec)
{
	const struct tally_save_options how = {.spec = spec};
	struct tally_error error = TALLY_ERROR_INIT;

	if (tally_contract_save(contract, folder, &how, NULL, &error) != 0)
		fail_msg("%s: %s", error.where, error.message);
}

static void read_saved(struct buf *out)
{
	tally__buf_clear(out);
	assert_int_equal(tally__file_read(out, path, NULL), 0);
}

static void assert_same(const struct buf *found, const struct buf *expected)
{
	struct buf diff;

	if (found->len == expected->len && memcmp(found->bytes, expected->bytes, found->len) == 0)
		return;
	tally__buf_init(&diff, LIMIT_DOCUMENT_BYTES);
	tally__diff_add(&diff, expected->bytes, expected->len, found->bytes, found->len);
	print_error("%s\n", diff.bytes);
	tally__buf_release(&diff);
	fail();
}

/* The union of contracts, in the order given. */
static struct tally_contract *merged(const size_t *order, size_t count)
{
	struct tally_contract *all = NULL;

	for (size_t i = 0; i < count; i++) {
		struct tally_contract *both = NULL;
		struct tally_error error = TALLY_ERROR_INIT;

		if (tally_contract_merge(&both, all ? all : contracts[order[i]],
					 contracts[order[i]], &error) != 0)
			fail_msg("%s", error.message);
		tally_contract_free(all);
		all = both;
	}
	return all;
}

static void saving_in_any_order_gives_the_same_bytes(void **state)
{
	struct buf expected;
	struct buf found;
	uint32_t seed = 1;

	(void)state;
	tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&found, LIMIT_DOCUMENT_BYTES);
	for (int round = 0; round < ROUNDS; round++) {
		size_t order[PIECES];

		shuffle(order, &seed);
		unlink(path);
		for (size_t i = 0; i < PIECES; i++) {
			save(contracts[order[i]], TALLY_SPEC_V4);
			/* Some come twice. */
			if (next_number(&seed) % 4 == 0)
				save(contracts[order[next_number(&seed) % (i + 1)]], TALLY_SPEC_V4);
		}
		read_saved(round == 0 ? &expected : &found);
		if (round > 0)
			assert_same(&found, &expected);
	}
	tally__buf_release(&expected);
	tally__buf_release(&found);
}

static void merging_in_pieces_is_merging_at_once(void **state)
{
	struct buf expected;
	struct buf found;
	uint32_t seed = 7;

	(void)state;
	tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&found, LIMIT_DOCUMENT_BYTES);
	for (int round = 0; round < ROUNDS; round++) {
		struct tally_contract *parts[2];
		struct tally_contract *both = NULL;
		size_t order[PIECES];
		size_t cut = 1 + next_number(&seed) % (PIECES - 1);

		shuffle(order, &seed);
		parts[0] = merged(order, cut);
		parts[1] = merged(order + cut, PIECES - cut);
		assert_int_equal(tally_contract_merge(&both, parts[0], parts[1], NULL), 0);
		tally__buf_clear(&found);
		assert_int_equal(tally__contract_text(round == 0 ? &expected : &found, both,
						      TALLY_SPEC_V4, NULL),
				 0);
		if (round > 0)
			assert_same(&found, &expected);
		/* Saving goes other ways, and comes to the same. */
		unlink(path);
		save(parts[0], TALLY_SPEC_V4);
		save(parts[1], TALLY_SPEC_V4);
		read_saved(&found);
		assert_same(&found, &expected);
		tally_contract_free(both);
		tally_contract_free(parts[0]);
		tally_contract_free(parts[1]);
	}
	tally__buf_release(&expected);
	tally__buf_release(&found);
}

/* Each version on its own: only what it can say. */
static void every_version_is_stable(void **state)
{
	static const enum tally_spec specs[] = {TALLY_SPEC_V1, TALLY_SPEC_V1_1, TALLY_SPEC_V2,
						TALLY_SPEC_V3};
	struct buf expected;
	struct buf found;
	uint32_t seed = 3;

	(void)state;
	tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&found, LIMIT_DOCUMENT_BYTES);
	for (size_t at = 0; at < sizeof(specs) / sizeof(*specs); at++) {
		size_t count = 0;

		for (int round = 0; round < 10; round++) {
			const struct tally_save_options how = {.spec = specs[at]};
			size_t order[PIECES];

			shuffle(order, &seed);
			unlink(path);
			count = 0;
			for (size_t i = 0; i < PIECES; i++)
				/* Messages and HTTP do not mix below version 4. */
				if (strcmp(pieces[order[i]].list, "messages") != 0 &&
				    tally_contract_save(contracts[order[i]], folder, &how, NULL,
							NULL) == 0)
					count++;
			read_saved(round == 0 ? &expected : &found);
			if (round > 0)
				assert_same(&found, &expected);
		}
		assert_true(count >= 3);
		tally__buf_clear(&expected);
	}
	tally__buf_release(&expected);
	tally__buf_release(&found);
}

/* ---- Splicing ---- */

/* The file with everything in it. */
static void make_file(struct buf *out)
{
	unlink(path);
	for (size_t i = 0; i < PIECES; i++)
		save(contracts[i], TALLY_SPEC_V4);
	read_saved(out);
}

static void what_is_spliced_is_what_merging_gives(void **state)
{
	static const char *const names[] = {"a", "b"};
	struct tally_contract *file;
	struct buf text;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	make_file(&text);
	file = parsed(text.bytes, text.len);
	for (size_t i = 0; i < PIECES; i++) {
		for (int mode = TALLY_SAVE_MERGE; mode <= TALLY_SAVE_OVERWRITE; mode++) {
			const struct tally_save_options how = {.spec = TALLY_SPEC_V4,
							       .mode = (enum tally_save_mode)mode};
			struct tally_contract *both = NULL;
			bool spliced = false;
			struct buf found;
			struct buf expected;

			tally__buf_init(&found, LIMIT_DOCUMENT_BYTES);
			tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
			assert_int_equal(tally__contract_splice(&found, &spliced, &text,
								contracts[i], &how, names, NULL),
					 0);
			assert_true(spliced);
			assert_int_equal(tally__contract_merge(&both, file, contracts[i], how.mode,
							       names, NULL),
					 0);
			assert_int_equal(tally__contract_text(&expected, both, TALLY_SPEC_V4, NULL),
					 0);
			assert_same(&found, &expected);
			tally_contract_free(both);
			tally__buf_release(&found);
			tally__buf_release(&expected);
		}
	}
	tally_contract_free(file);
	tally__buf_release(&text);
}

/* Merges a contract into a text both ways, which have to agree; the allocations of splicing. */
static size_t splice_both_ways(const struct buf *text, const struct tally_contract *contract,
			       const struct tally_save_options *how)
{
	static const char *const names[] = {"a", "b"};
	struct tally_contract *file = parsed(text->bytes, text->len);
	struct tally_contract *both = NULL;
	bool spliced = false;
	struct buf found, expected;
	size_t asked;

	tally__buf_init(&found, LIMIT_DOCUMENT_BYTES);
	tally__buf_init(&expected, LIMIT_DOCUMENT_BYTES);
	tally__mem_fail_after(-1);
	assert_int_equal(tally__contract_splice(&found, &spliced, text, contract, how, names, NULL),
			 0);
	asked = tally__mem_fail_after(-1);
	assert_int_equal(tally__contract_merge(&both, file, contract, how->mode, names, NULL), 0);
	assert_int_equal(tally__contract_text(&expected, both, how->spec, NULL), 0);
	if (spliced)
		assert_same(&found, &expected);
	tally__buf_release(&found);
	tally__buf_release(&expected);
	tally_contract_free(both);
	tally_contract_free(file);
	return asked;
}

/* What a test has written before is not merged with itself: writing it is enough to see that. */
static void saving_again_costs_little_more_than_writing(void **state)
{
	struct tally_save_options how = {.spec = TALLY_SPEC_V4};
	struct buf text;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	for (size_t i = 0; i < PIECES; i++) {
		size_t written, again;

		tally__buf_clear(&text);
		tally__mem_fail_after(-1);
		assert_int_equal(tally__contract_text(&text, contracts[i], TALLY_SPEC_V4, NULL), 0);
		written = tally__mem_fail_after(-1);
		for (int mode = TALLY_SAVE_MERGE; mode <= TALLY_SAVE_OVERWRITE; mode++) {
			how.mode = (enum tally_save_mode)mode;
			again = splice_both_ways(&text, contracts[i], &how);
			assert_in_range(again, written, written + 20);
		}
		/* Another one that the file has as many of. */
		(void)splice_both_ways(&text, contracts[(i + 1) % PIECES], &how);
	}
	tally__buf_release(&text);
}

/* Some of them only their keys tell apart. */
static void saving_twins_again_changes_nothing(void **state)
{
	const struct tally_save_options how = {.spec = TALLY_SPEC_V4};
	struct buf text;
	struct tally_contract *all;
	size_t order[PIECES];

	(void)state;
	for (size_t i = 0; i < PIECES; i++)
		order[i] = i;
	all = merged(order, PIECES);
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	assert_int_equal(tally__contract_text(&text, all, TALLY_SPEC_V4, NULL), 0);
	(void)splice_both_ways(&text, all, &how);
	tally_contract_free(all);
	tally__buf_release(&text);
}

/* A text counts as written by Tally only when writing its JSON gives the same bytes. */
static size_t check_scan(const char *text, size_t len)
{
	struct written written;
	struct arena arena;
	struct buf again;
	cJSON *json = NULL;
	bool is_written = false;
	size_t count = 0;

	tally__arena_init(&arena, 0);
	assert_int_equal(tally__written_scan(&written, &is_written, &arena, text, len, NULL), 0);
	if (is_written) {
		count = written.count;
		assert_int_equal(tally_json_parse(&json, text, len, NULL), 0);
		tally__buf_init(&again, LIMIT_DOCUMENT_BYTES);
		tally__json_add(&again, json, TALLY_JSON_PRETTY);
		tally__buf_addc(&again, '\n');
		assert_int_equal(again.len, len);
		assert_memory_equal(again.bytes, text, len);
		tally__buf_clear(&again);
		tally__written_join(&again, &written, NULL, NULL);
		assert_int_equal(again.len, len);
		assert_memory_equal(again.bytes, text, len);
		tally__buf_release(&again);
		cJSON_Delete(json);
	}
	tally__arena_release(&arena);
	return count;
}

static void only_written_texts_pass_for_written(void **state)
{
	static const char others[] = "\"\\{}[],: \n0a\x01\x80";
	struct buf text;
	char *changed;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	make_file(&text);
	assert_int_equal(check_scan(text.bytes, text.len), PIECES);
	changed = malloc(text.len);
	assert_non_null(changed);
	for (size_t at = 0; at < text.len; at++) {
		memcpy(changed, text.bytes, text.len);
		for (size_t i = 0; i < sizeof(others); i++) {
			changed[at] = others[i];
			check_scan(changed, text.len);
		}
		/* One byte less, and the end here. */
		memcpy(changed, text.bytes, text.len);
		memmove(changed + at, changed + at + 1, text.len - at - 1);
		check_scan(changed, text.len - 1);
		check_scan(text.bytes, at);
	}
	free(changed);
	tally__buf_release(&text);
}

/* What only one of two equal interactions has beside its content stays, whichever comes last. */
static void labels_of_both_sides_stay(void **state)
{
	static const char *const sides[] = {
		"{\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}},\"interactions\":["
		"{\"description\":\"d\",\"request\":{},\"key\":\"k\",\"comments\":{\"text\":[\"t\"]"
		"},"
		"\"x\":1}]}",
		"{\"metadata\":{\"pactSpecification\":{\"version\":\"4.0\"}},\"interactions\":["
		"{\"description\":\"d\",\"request\":{},\"transport\":\"https\",\"comments\":{"
		"\"testname\":\"n\"},\"y\":2}]}"};
	struct tally_contract *contract[2];
	struct buf texts[2];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		contract[i] = parsed(sides[i], strlen(sides[i]));
	for (size_t i = 0; i < 2; i++) {
		struct tally_contract *both = NULL;

		assert_int_equal(tally_contract_merge(&both, contract[i], contract[1 - i], NULL),
				 0);
		tally__buf_init(&texts[i], LIMIT_DOCUMENT_BYTES);
		assert_int_equal(tally__contract_text(&texts[i], both, TALLY_SPEC_V4, NULL), 0);
		tally_contract_free(both);
	}
	assert_same(&texts[0], &texts[1]);
	for (size_t i = 0; i < 2; i++) {
		static const char *const members[] = {"\"key\": \"k\"",
						      "\"testname\": \"n\"",
						      "\"transport\": \"https\"",
						      "\"x\": 1",
						      "\"y\": 2",
						      "\"text\": ["};

		for (size_t j = 0; j < sizeof(members) / sizeof(*members); j++)
			assert_non_null(strstr(texts[i].bytes, members[j]));
		tally__buf_release(&texts[i]);
		tally_contract_free(contract[i]);
	}
}

/* A state without a name is none: the interaction is the one of that description alone. */
static void an_empty_state_of_old_files_is_no_state(void **state)
{
	static const char other[] = "{\"consumer\":{\"name\":\"c\"},\"provider\":{\"name\":\"p\"},"
				    "\"interactions\":[" HTTP("one", GET("/other")) "]}";
	const struct tally_save_options how = {.spec = TALLY_SPEC_V1_1};
	struct tally_contract *contract = parsed(other, strlen(other));
	struct tally_error error = TALLY_ERROR_INIT;
	struct buf text;
	char *at;

	(void)state;
	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	unlink(path);
	save(contracts[PIECES - 1], TALLY_SPEC_V1_1);
	read_saved(&text);
	at = strstr(text.bytes, "\"providerState\": \"s\"");
	assert_non_null(at);
	at += strlen("\"providerState\": \"");
	memmove(at, at + 1, strlen(at));
	assert_int_equal(tally__file_replace(path, text.bytes, text.len - 1, NULL), 0);
	assert_int_equal(tally_contract_save(contract, folder, &how, NULL, &error),
			 TALLY_ECONFLICT);
	tally_contract_free(contract);
	tally__buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(saving_in_any_order_gives_the_same_bytes),
		cmocka_unit_test(merging_in_pieces_is_merging_at_once),
		cmocka_unit_test(every_version_is_stable),
		cmocka_unit_test(what_is_spliced_is_what_merging_gives),
		cmocka_unit_test(saving_again_costs_little_more_than_writing),
		cmocka_unit_test(saving_twins_again_changes_nothing),
		cmocka_unit_test(only_written_texts_pass_for_written),
		cmocka_unit_test(labels_of_both_sides_stay),
		cmocka_unit_test(an_empty_state_of_old_files_is_no_state),
	};

	return cmocka_run_group_tests(tests, prepare, release);
}
