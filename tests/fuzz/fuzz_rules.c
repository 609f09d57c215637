/* Input: a stream of choices.  They make an expected part with rules of every kind, and an actual
 * one that strays from it here and there.  What must hold, whatever they are:
 * - what has no rules matches itself, as request, response and message;
 * - what a request matches strictly, a response matches leniently;
 * - the order of members changes no verdict;
 * - one alternative more turns no match of a scalar into a mismatch. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "format/json.h"
#include "fuzz.h"
#include "tally/match.h"

#define TEXT_BYTES ((size_t)1 << 16)
#define DEPTH_MAX  5

struct choices {
	const uint8_t *at;
	const uint8_t *end;
	struct buf *out;
};

static unsigned choose(struct choices *c, unsigned limit)
{
	return c->at < c->end ? *c->at++ % limit : 0;
}

#define PICK(c, list) ((list)[choose((c), (unsigned)(sizeof(list) / sizeof *(list)))])

static const char *const keys[] = {"a", "b", "c", "1", "20", "x y", "ä", "a'b", "", "@t"};
static const char *const scalars[] = {"1",
				      "1.0",
				      "-0",
				      "1e2",
				      "12345678901234567890",
				      "0.1",
				      "true",
				      "false",
				      "null",
				      "\"\"",
				      "\"a\"",
				      "\"abc\"",
				      "\"1\"",
				      "\"true\"",
				      "\"2024-02-29\"",
				      "\"12:30:00\"",
				      "\"1.2.3\"",
				      "\"\\u00e4\\ud83d\\ude00\"",
				      "\"a\\nb\""};
static const char *const texts[] = {"",    "a",   "ab",    "a,b",   "a, b",       "1",
				    "1.5", "-5",  "true",  "null",  "2024-02-29", "text/plain;q=1",
				    "a/b", "a=1", "a=1&b", "%41+%", "\xc3\xa4",   "1.2.3"};
static const char *const types[] = {"application/json",
				    "application/hal+json;v=1",
				    "text/plain",
				    "text/plain; charset=utf-8",
				    "application/x-www-form-urlencoded",
				    "application/octet-stream",
				    "image/png",
				    "application/xml",
				    "multipart/form-data; boundary=x",
				    "nonsense",
				    ""};

/* ---- documents ---- */

/* A value by `c`; where `stray` says so, another one in its place. */
static void add_value(struct choices *c, struct choices *stray, unsigned depth)
{
	unsigned kind;
	unsigned count;

	if (stray && choose(stray, 8) == 7) {
		c = stray;
		stray = NULL;
	}
	kind = choose(c, depth >= DEPTH_MAX ? 4 : 8);
	count = choose(c, 4);
	if (kind < 4) {
		tally__buf_adds(c->out, PICK(c, scalars));
		return;
	}
	tally__buf_addc(c->out, kind < 6 ? '[' : '{');
	for (unsigned i = 0; i < count; i++) {
		if (stray && choose(stray, 8) == 7)
			continue;
		if (i > 0 && strchr("[{", c->out->bytes[c->out->len - 1]) == NULL)
			tally__buf_addc(c->out, ',');
		/* A number makes the name one of its own. */
		if (kind >= 6)
			tally__buf_addf(c->out, "\"%s%.*s\":", PICK(c, keys), i > 0 ? 1 : 0,
					&"0123"[i]);
		add_value(c, stray, depth + 1);
	}
	tally__buf_addc(c->out, kind < 6 ? ']' : '}');
}

/* ---- rules ---- */

static void add_rules(struct choices *c, unsigned depth);

static void add_path(struct choices *c)
{
	static const char *const segments[] = {".*",  "[*]", "[0]",   "[1]",       ".a",
					       ".b",  ".c",  "['1']", "['x y']",   "[20]",
					       ".a1", ".b2", "['ä']", "[\"a'b\"]", ".@t"};
	unsigned count = choose(c, 4);

	tally__buf_adds(c->out, "\"$");
	for (unsigned i = 0; i < count; i++) {
		for (const char *s = PICK(c, segments); *s; s++) {
			if (*s == '"')
				tally__buf_addc(c->out, '\\');
			tally__buf_addc(c->out, *s);
		}
	}
	tally__buf_addc(c->out, '"');
}

static void add_variants(struct choices *c, unsigned depth)
{
	unsigned count = choose(c, 3);

	tally__buf_adds(c->out, ",\"variants\":[");
	for (unsigned i = 0; i < count; i++) {
		tally__buf_addf(c->out, "%s{\"index\":%u,\"rules\":{", i > 0 ? "," : "",
				choose(c, 4));
		add_path(c);
		tally__buf_addc(c->out, ':');
		add_rules(c, depth + 1);
		tally__buf_adds(c->out, "}}");
	}
	tally__buf_addc(c->out, ']');
}

static void add_rule(struct choices *c, unsigned depth)
{
	static const char *const plain[] = {
		"equality", "type",   "integer", "decimal", "number", "boolean", "null",
		"notEmpty", "semver", "values",  "minType", "plugin", "regex",   "ignore-order"};
	static const char *const attributes[] = {
		"\"type\",\"min\":1",
		"\"type\",\"max\":1",
		"\"type\",\"min\":0,\"max\":2",
		"\"min\",\"min\":2,\"max\":1",
		"\"regex\",\"regex\":\"[a-z]+\"",
		"\"regex\",\"regex\":\"(a|ab)*\\\\d\"",
		"\"regex\",\"regex\":\"(\"",
		"\"include\",\"value\":\"a\"",
		"\"include\",\"value\":1",
		"\"date\",\"format\":\"yyyy-MM-dd\"",
		"\"time\",\"format\":\"HH:mm:ss\"",
		"\"timestamp\",\"format\":\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\"",
		"\"datetime\",\"format\":\"'open\"",
		"\"contentType\",\"value\":\"image/png\"",
		"\"statusCode\",\"status\":\"success\"",
		"\"statusCode\",\"status\":[200,404]"};
	unsigned kind = choose(c, depth > 3 ? 2 : 5);

	tally__buf_adds(c->out, "{\"match\":");
	if (kind == 0) {
		const char *name = PICK(c, plain);

		tally__buf_addf(c->out, "\"%s\"%s", name,
				strcmp(name, "regex") == 0 ? ",\"regex\":\".*\"" : "");
	} else if (kind == 1) {
		tally__buf_adds(c->out, PICK(c, attributes));
	} else if (kind == 4) {
		tally__buf_adds(c->out, "\"arrayContains\"");
		add_variants(c, depth);
	} else {
		tally__buf_addf(c->out, "\"each%s\",\"rules\":[", kind == 2 ? "Key" : "Value");
		add_rule(c, depth + 1);
		tally__buf_addc(c->out, ']');
	}
	tally__buf_addc(c->out, '}');
}

static void add_rules(struct choices *c, unsigned depth)
{
	unsigned count = 1 + choose(c, 3);

	tally__buf_addf(c->out, "{\"combine\":\"%s\",\"matchers\":[", choose(c, 2) ? "OR" : "AND");
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			tally__buf_addc(c->out, ',');
		add_rule(c, depth);
	}
	tally__buf_adds(c->out, "]}");
}

/* Paths once each: of two spellings of one, only the first counts. */
static void add_body_rules(struct choices *c)
{
	unsigned count = choose(c, 5);
	size_t start;

	tally__buf_adds(c->out, "\"body\":{");
	start = c->out->len;
	for (unsigned i = 0; i < count; i++) {
		size_t before = c->out->len;
		char path[128];
		size_t len;

		tally__buf_adds(c->out, i > 0 ? "," : "");
		add_path(c);
		len = c->out->len - before;
		if (len < sizeof path && c->out->status == 0) {
			memcpy(path, c->out->bytes + before + (i > 0), len - (i > 0));
			path[len - (i > 0)] = '\0';
			if (strstr(c->out->bytes + start, path) <
			    c->out->bytes + before + (i > 0)) {
				tally__buf_truncate(c->out, before);
				break;
			}
		}
		tally__buf_addc(c->out, ':');
		add_rules(c, 0);
	}
	tally__buf_addc(c->out, '}');
}

/* ---- parts ---- */

static cJSON *parse(const struct buf *text)
{
	cJSON *json = NULL;

	if (text->status == 0)
		(void)tally_json_parse(&json, text->bytes, text->len, NULL);
	return json;
}

static cJSON *make_value(struct choices *c, struct choices *stray)
{
	tally__buf_clear(c->out);
	add_value(c, stray, 0);
	return parse(c->out);
}

static cJSON *make_rules(struct choices *c)
{
	static const char *const named[] = {"header", "query", "metadata"};

	tally__buf_clear(c->out);
	tally__buf_addc(c->out, '{');
	add_body_rules(c);
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		if (choose(c, 2)) {
			tally__buf_addf(c->out, ",\"%s\":{\"a\":", named[i]);
			add_rules(c, 2);
			tally__buf_addc(c->out, '}');
		}
	}
	tally__buf_addc(c->out, '}');
	return parse(c->out);
}

static void add_texts(struct choices *c, cJSON *object, const char *name)
{
	cJSON *map = cJSON_AddObjectToObject(object, name);
	unsigned count = choose(c, 3);

	for (unsigned i = 0; i < count; i++) {
		const char *key = PICK(c, keys);

		if (cJSON_GetObjectItemCaseSensitive(map, key) == NULL)
			cJSON_AddStringToObject(map, key, PICK(c, texts));
	}
}

/* A V4 body: JSON as it stands, or a text of any type. */
static void add_body(struct choices *c, cJSON *part, const char *name, cJSON *content)
{
	cJSON *body = cJSON_AddObjectToObject(part, name);
	unsigned kind = choose(c, 8);

	cJSON_AddStringToObject(body, "contentType", kind < 6 ? types[0] : PICK(c, types));
	cJSON_AddFalseToObject(body, "encoded");
	if (kind < 7) {
		cJSON_AddItemToObject(body, "content", content);
	} else {
		cJSON_Delete(content);
		cJSON_AddStringToObject(body, "content", PICK(c, texts));
	}
}

static cJSON *make_part(struct choices *c, struct choices *stray)
{
	cJSON *content = make_value(c, stray);
	cJSON *part = content ? cJSON_CreateObject() : NULL;
	struct choices *rest = stray ? stray : c;

	if (part == NULL)
		return NULL;
	add_body(rest, part, "body", content);
	add_texts(rest, part, "headers");
	add_texts(rest, part, "query");
	add_texts(rest, part, "metadata");
	cJSON_AddItemToObject(part, "contents",
			      cJSON_Duplicate(cJSON_GetObjectItem(part, "body"), 1));
	return part;
}

static void reverse_members(cJSON *value)
{
	cJSON *last = value->child;
	cJSON *reversed = NULL;
	cJSON *next;

	for (cJSON *item = value->child; item; item = next) {
		next = item->next;
		reverse_members(item);
		if (!cJSON_IsObject(value))
			continue;
		item->next = reversed;
		if (reversed)
			reversed->prev = item;
		reversed = item;
	}
	if (reversed) {
		reversed->prev = last;
		value->child = reversed;
	}
}

/* ---- properties ---- */

enum verdict { MISMATCH, MATCH, NO_ANSWER };

static enum verdict compare(enum tally_part part, const cJSON *expected, const cJSON *actual)
{
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *mismatches = NULL;
	int status = tally_match(part, TALLY_SPEC_V4, expected, actual, &mismatches, NULL, &error);
	enum verdict verdict = NO_ANSWER;

	FUZZ_REQUIRE((status == 0) == (mismatches != NULL));
	FUZZ_REQUIRE(status == 0 || error.message[0] != '\0');
	if (status == 0)
		verdict = mismatches->child ? MISMATCH : MATCH;
	cJSON_Delete(mismatches);
	return verdict;
}

static void check_itself(const cJSON *part)
{
	for (int kind = TALLY_PART_REQUEST; kind <= TALLY_PART_MESSAGE; kind++) {
		struct tally_error error = TALLY_ERROR_INIT;
		cJSON *found = NULL;
		int status = tally_match((enum tally_part)kind, TALLY_SPEC_V4, part, part, &found,
					 NULL, &error);

		/* A text may not be what its type says. */
		FUZZ_REQUIRE(status != 0 || found->child == NULL ||
			     strstr(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
					    found->child, "message")),
				    "Failed to parse") != NULL);
		cJSON_Delete(found);
	}
}

static void check_order(cJSON *expected, cJSON *actual)
{
	enum verdict request = compare(TALLY_PART_REQUEST, expected, actual);
	enum verdict response = compare(TALLY_PART_RESPONSE, expected, actual);
	enum verdict message = compare(TALLY_PART_MESSAGE, expected, actual);
	cJSON *rules = cJSON_DetachItemFromObjectCaseSensitive(expected, "matchingRules");

	FUZZ_REQUIRE(request != MATCH || response == MATCH || response == NO_ANSWER);
	reverse_members(expected);
	reverse_members(actual);
	if (rules)
		cJSON_AddItemToObject(expected, "matchingRules", rules);
	FUZZ_REQUIRE(compare(TALLY_PART_REQUEST, expected, actual) == request);
	FUZZ_REQUIRE(compare(TALLY_PART_RESPONSE, expected, actual) == response);
	FUZZ_REQUIRE(compare(TALLY_PART_MESSAGE, expected, actual) == message);
}

/* {"body": {"a": SCALAR}, "matchingRules": …}: rules for $.a, with another one at their end. */
static void check_alternative(struct choices *c)
{
	enum verdict before;
	cJSON *expected;
	cJSON *actual;
	cJSON *rules;
	cJSON *more;

	tally__buf_clear(c->out);
	tally__buf_addf(c->out, "{\"body\":{\"content\":{\"a\":%s},\"contentType\":\"%s\"},",
			PICK(c, scalars), types[0]);
	tally__buf_adds(c->out, "\"matchingRules\":{\"body\":{\"$.a\":{\"combine\":\"OR\","
				"\"matchers\":[");
	add_rule(c, 2);
	tally__buf_adds(c->out, "]}}}}");
	expected = parse(c->out);
	tally__buf_clear(c->out);
	tally__buf_addf(c->out, "{\"body\":{\"content\":{\"a\":%s},\"contentType\":\"%s\"}}",
			PICK(c, scalars), types[0]);
	actual = parse(c->out);
	tally__buf_clear(c->out);
	add_rule(c, 2);
	more = parse(c->out);
	FUZZ_REQUIRE(expected && actual && more);
	before = compare(TALLY_PART_RESPONSE, expected, actual);
	rules = cJSON_GetObjectItem(
		cJSON_GetObjectItem(
			cJSON_GetObjectItem(cJSON_GetObjectItem(expected, "matchingRules"), "body"),
			"$.a"),
		"matchers");
	FUZZ_REQUIRE(cJSON_AddItemToArray(rules, more));
	FUZZ_REQUIRE(before != MATCH || compare(TALLY_PART_RESPONSE, expected, actual) != MISMATCH);
	cJSON_Delete(expected);
	cJSON_Delete(actual);
}

/* Half of the bytes say what is expected and by which rules, the other half how the actual part
 * strays. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text;
	struct choices whole = {data, data + size / 2, &text};
	struct choices again = whole;
	struct choices stray = {data + size / 2, data + size, &text};
	cJSON *expected;
	cJSON *actual;
	cJSON *rules;

	tally__buf_init(&text, TEXT_BYTES);
	expected = make_part(&whole, NULL);
	actual = make_part(&again, size > 0 ? &stray : NULL);
	rules = make_rules(&whole);
	check_alternative(&stray);
	if (expected && actual) {
		check_itself(expected);
		if (rules)
			cJSON_AddItemReferenceToObject(expected, "matchingRules", rules);
		check_order(expected, actual);
	}
	cJSON_Delete(expected);
	cJSON_Delete(actual);
	cJSON_Delete(rules);
	tally__buf_release(&text);
	return 0;
}
