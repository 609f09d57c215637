/* Expectations made at random: what comes of them is a contract whose examples match the rules that
 * were made with them, and is the same after it was written and read. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/json.h"
#include "linted.h"
#include "tally/contract.h"

enum { ROUNDS = 400, DEPTH = 4 };

static uint32_t seed;
static size_t sound_count;

/* A small generator of its own: the same numbers everywhere. */
static uint32_t pick(uint32_t count)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 16) % count;
}

static void add_value(struct buf *out, unsigned depth);

static void add_scalar(struct buf *out)
{
	static const char *const scalars[] = {"\"x\"", "\"\"",       "7",
					      "-1.50", "1e2",        "true",
					      "null",  "\"é'\\\\\"", "12345678901234567890"};

	tally__buf_adds(out, scalars[pick(sizeof(scalars) / sizeof(*scalars))]);
}

/* Matchers whose example is a scalar that fits. */
static void add_scalar_matcher(struct buf *out)
{
	static const char *const matchers[] = {
		"\"regex\",\"regex\":\"[a-z]+\",\"value\":\"abc\"",
		"\"integer\",\"value\":-3",
		"\"decimal\",\"value\":1.5",
		"\"include\",\"value\":\"part\"",
		"\"date\",\"format\":\"yyyy-MM-dd\",\"value\":\"2020-02-29\"",
		"\"semver\",\"value\":\"1.2.3-rc.1\"",
		"\"matching(regex, '\\\\d+', '12')\"",
		"\"matching(time, 'HH:mm', '10:59')\"",
		"\"matching(number, 1e3), notEmpty(5)\"",
		"[{\"pact:matcher:type\":\"type\"},{\"pact:matcher:type\":\"null\"}],"
		"\"combine\":\"OR\",\"value\":4",
		"[{\"pact:matcher:type\":\"matching(type, 'a')\"},{\"pact:matcher:type\":"
		"\"notEmpty('b')\"}]",
		"\"boolean\",\"pact:generator:type\":\"RandomBoolean\",\"value\":true",
	};

	tally__buf_addf(out, "{\"pact:matcher:type\":%s}",
			matchers[pick(sizeof(matchers) / sizeof(*matchers))]);
}

static void add_object(struct buf *out, unsigned depth)
{
	static const char *const names[] = {"a", "b c", "1", "é", "it's", "a.b"};
	size_t count = pick(4);

	tally__buf_addc(out, '{');
	for (size_t i = 0; i < count; i++) {
		tally__buf_addf(out, "%s\"%s\":", i ? "," : "", names[i + pick(3)]);
		add_value(out, depth);
		if (i + 1 < count && pick(2))
			break;
		count = 1; /* names may repeat, which JSON does not allow */
	}
	tally__buf_addc(out, '}');
}

static void add_array(struct buf *out, unsigned depth)
{
	size_t count = 1 + pick(3);

	tally__buf_addc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			tally__buf_addc(out, ',');
		add_value(out, depth);
	}
	tally__buf_addc(out, ']');
}

static void add_container_matcher(struct buf *out, unsigned depth)
{
	switch (pick(4)) {
	case 0:
		tally__buf_adds(out, "{\"pact:matcher:type\":\"type\",\"value\":");
		add_object(out, depth);
		break;
	case 1:
		tally__buf_adds(out, "{\"pact:matcher:type\":\"eachKey(matching(regex, "
				     "'[\\\\s\\\\S]*', 'k'))\",\"value\":");
		add_object(out, depth);
		break;
	case 2:
		tally__buf_adds(out,
				"{\"pact:matcher:type\":\"type\",\"min\":1,\"max\":3,\"value\":[");
		add_scalar(out);
		tally__buf_addc(out, ']');
		break;
	default:
		tally__buf_adds(out, "{\"pact:matcher:type\":\"arrayContains\",\"variants\":");
		add_array(out, depth);
		break;
	}
	tally__buf_addc(out, '}');
}

static void add_value(struct buf *out, unsigned depth)
{
	unsigned kind = depth < DEPTH ? pick(5) : pick(2);

	if (kind == 0)
		add_scalar(out);
	else if (kind == 1)
		add_scalar_matcher(out);
	else if (kind == 2)
		add_object(out, depth + 1);
	else if (kind == 3)
		add_array(out, depth + 1);
	else
		add_container_matcher(out, depth + 1);
}

static void add_xml(struct buf *out, unsigned depth)
{
	static const char *const names[] = {"a", "b", "u:c"};

	tally__buf_addf(out, "{\"name\":\"%s\",\"attributes\":{\"xmlns:u\":\"urn:%u\",\"%s\":",
			names[pick(3)], (unsigned)pick(2), pick(2) ? "id" : "u:id");
	add_scalar_matcher(out);
	tally__buf_adds(out, "},\"children\":[");
	if (depth < DEPTH && pick(3)) {
		tally__buf_addf(out, "{\"pact:matcher:type\":\"type\",\"examples\":%u,\"value\":",
				(unsigned)(1 + pick(3)));
		add_xml(out, depth + 1);
		tally__buf_addc(out, '}');
	} else {
		tally__buf_adds(out, "{\"content\":");
		add_scalar_matcher(out);
		tally__buf_addc(out, '}');
	}
	tally__buf_adds(out, "]}");
}

static void add_form(struct buf *out)
{
	tally__buf_adds(out, "{\"b\":");
	add_scalar_matcher(out);
	tally__buf_adds(out, ",\"a c\":[");
	add_scalar_matcher(out);
	tally__buf_adds(out, ",\"1\"]}");
}

static void add_multipart(struct buf *out)
{
	tally__buf_adds(out, "[{\"name\":\"a b\",\"body\":");
	add_scalar_matcher(out);
	tally__buf_adds(out, "},{\"name\":\"f\",\"filename\":\"f.json\",\"contentType\":"
			     "\"application/json\",\"body\":");
	add_object(out, 2);
	tally__buf_adds(out, "},{\"name\":\"x\",\"filename\":\"x.xml\",\"contentType\":"
			     "\"application/xml\",\"body\":{\"root\":");
	add_xml(out, 2);
	tally__buf_adds(out, "}}]");
}

static void add_body(struct buf *out, unsigned kind)
{
	static const char *const types[] = {"application/json", "application/xml",
					    "application/x-www-form-urlencoded",
					    "multipart/form-data"};

	tally__buf_addf(out, "{\"headers\":{\"Content-Type\":\"%s\"},\"body\":", types[kind]);
	if (kind == 0) {
		add_value(out, 0);
	} else if (kind == 1) {
		tally__buf_adds(out, "{\"root\":");
		add_xml(out, 0);
		tally__buf_addc(out, '}');
	} else if (kind == 2) {
		add_form(out);
	} else {
		add_multipart(out);
	}
	tally__buf_addc(out, '}');
}

static void assert_sound(const struct tally_contract *contract, const char *text)
{
	cJSON *findings = NULL;
	const cJSON *finding = NULL;

	assert_int_equal(tally_lint(NULL, LINTED(contract), 1, &findings, NULL, NULL), 0);
	cJSON_ArrayForEach(finding, findings)
	{
		const char *rule = tally__json_get_string(finding, "rule");

		if (strcmp(tally__json_get_string(finding, "level"), "error") == 0 ||
		    strcmp(rule, "cannot-compare") == 0)
			fail_msg("%s: %s in %s", rule, tally__json_get_string(finding, "message"),
				 text);
	}
	cJSON_Delete(findings);
}

static void assert_survives(const struct tally_contract *contract, enum tally_spec spec)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *again = NULL;
	cJSON *first = NULL;
	cJSON *second = NULL;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(tally_contract_write(contract, spec, &first, &error), 0);
	assert_int_equal(tally_json_write(&text, &len, first, TALLY_JSON_PRETTY, &error), 0);
	if (tally_contract_parse(&again, text, len, &error) != 0)
		fail_msg("%s: %s in %s", error.where, error.message, text);
	assert_int_equal(tally_contract_write(again, spec, &second, &error), 0);
	assert_true(tally__json_equal(first, second));
	assert_sound(again, text);
	tally_free(text);
	cJSON_Delete(first);
	cJSON_Delete(second);
	tally_contract_free(again);
}

static void check(unsigned kind, const char *version)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct tally_contract *contract = NULL;
	struct buf text;

	tally__buf_init(&text, LIMIT_DOCUMENT_BYTES);
	tally__buf_addf(
		&text,
		"{\"consumer\":{\"name\":\"a\"},\"provider\":{\"name\":\"b\"},\"metadata\":{"
		"\"pactSpecification\":{\"version\":\"%s\"}},\"interactions\":[{\"type\":"
		"\"Synchronous/HTTP\",\"description\":\"d\",\"request\":",
		version);
	add_body(&text, kind);
	tally__buf_adds(&text, ",\"response\":");
	add_body(&text, kind);
	tally__buf_adds(&text, "}]}");
	assert_int_equal(text.status, 0);
	if (tally_expectations_parse(&contract, text.bytes, text.len, &error) == 0) {
		assert_sound(contract, text.bytes);
		assert_survives(contract, TALLY_SPEC_V3);
		assert_survives(contract, TALLY_SPEC_V4);
		sound_count++;
	} else if (!strstr(error.message, "several matchers at one place")) {
		fail_msg("%s: %s in %s", error.where, error.message, text.bytes);
	}
	tally_contract_free(contract);
	tally__buf_release(&text);
}

static void run(unsigned kind)
{
	seed = 42;
	sound_count = 0;
	for (int i = 0; i < ROUNDS; i++)
		check(kind, i % 2 ? "3.0.0" : "4.0");
	assert_true(sound_count > ROUNDS / 2);
}

static void json_bodies(void **state)
{
	(void)state;
	run(0);
}

static void xml_bodies(void **state)
{
	(void)state;
	run(1);
}

static void forms(void **state)
{
	(void)state;
	run(2);
}

static void multipart_bodies(void **state)
{
	(void)state;
	run(3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_bodies),
		cmocka_unit_test(xml_bodies),
		cmocka_unit_test(forms),
		cmocka_unit_test(multipart_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
