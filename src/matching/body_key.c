#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "matching/body.h"
#include "matching/body_key.h"

/* Order counts: of a name and its value, of the items of a list. */
static uint64_t mix(uint64_t first, uint64_t second)
{
	const uint64_t pair[2] = {first, second};

	return tally__hash(pair, sizeof pair);
}

static uint64_t hash_text(const char *text)
{
	return tally__hash(text, strlen(text));
}

/* ---- JSON ---- */

/* Numbers that are equal have one value, though not always one text: 1.0 and 1.00, 0 and -0. */
static uint64_t hash_number(const cJSON *json)
{
	double value = json->valuedouble == 0 ? 0 : json->valuedouble;

	return tally__hash(&value, sizeof value);
}

static uint64_t hash_json(const cJSON *json);

/* The members of an object may stand in any order. */
static uint64_t hash_object(const cJSON *object)
{
	uint64_t sum = 0;

	for (const cJSON *member = object->child; member; member = member->next) {
		sum += mix(hash_text(member->string), hash_json(member));
	}
	return mix(JSON_OBJECT, sum);
}

static uint64_t hash_array(const cJSON *array)
{
	uint64_t hash = JSON_ARRAY;

	for (const cJSON *item = array->child; item; item = item->next) {
		hash = mix(hash, hash_json(item));
	}
	return mix(JSON_ARRAY, hash);
}

/* What was read from text is bounded in its depth. */
static uint64_t hash_json(const cJSON *json)
{
	switch (tally__json_kind(json)) {
	case JSON_OBJECT:
		return hash_object(json);
	case JSON_ARRAY:
		return hash_array(json);
	case JSON_STRING:
		return mix(JSON_STRING, hash_text(json->valuestring));
	case JSON_INTEGER:
	case JSON_DECIMAL:
		return mix(JSON_INTEGER, hash_number(json));
	case JSON_BOOLEAN:
		return mix(JSON_BOOLEAN, cJSON_IsTrue(json) ? 1 : 0);
	case JSON_NULL:
		break;
	}
	return mix(JSON_NULL, 0);
}

/* The members that rules judge are left out. */
static uint64_t hash_root(const cJSON *json, const struct rule_node *judged)
{
	uint64_t sum = 0;

	if (!cJSON_IsObject(json)) {
		return hash_json(json);
	}
	for (const cJSON *member = json->child; member; member = member->next) {
		if (!judged ||
		    !tally__rule_node_child(judged, member->string, strlen(member->string))) {
			sum += mix(hash_text(member->string), hash_json(member));
		}
	}
	return sum;
}

/* ---- XML ---- */

/* Elements and attributes of one name are compared in their order, others in any: so all are added
 * up.  Names are left to the comparison. */
static int add_element(uint64_t *sum, const struct xml_element *element, struct buf *scratch)
{
	const struct xml_node *child = tally__xml_first_child(element);
	size_t len = 0;
	const char *text = tally__xml_text(element, scratch, &len);
	int status = scratch->status;

	if (status == 0) {
		*sum += tally__hash(text, len);
	}
	for (const struct xml_attribute *each = element->attributes; each; each = each->next) {
		*sum += mix(1, tally__hash(each->value, each->len));
	}
	for (; child && status == 0; child = tally__xml_next_child(child)) {
		status = add_element(sum, child->element, scratch);
	}
	return status;
}

static int hash_xml(uint64_t *hash, const struct xml_document *document)
{
	struct buf scratch;
	int status = 0;

	tally__buf_init(&scratch, (size_t)LIMIT_DOCUMENT_BYTES * 3);
	*hash = 0;
	status = add_element(hash, document->root, &scratch);
	tally__buf_release(&scratch);
	return status;
}

static int actual_xml_key(struct body_key *out, const struct body *actual,
			  struct tally_error *error)
{
	struct xml_document document;
	int status = tally__xml_parse(&document, actual->bytes, actual->len, NULL);

	/* A comparison says what else is wrong. */
	if (status == 0 && hash_xml(&out->hash, &document) == 0) {
		out->kind = BODY_KEY_XML;
	}
	tally__xml_release(&document);
	return status == TALLY_ENOMEM ? tally__fail_nomem(error) : 0;
}

/* ---- bodies ---- */

/* Whether rules judge nothing but members that they name at the top; *judged is the node whose
 * edges these are, or NULL when there are none. */
static bool names_what_it_judges(const struct expected_body *expected,
				 const struct rule_node **judged)
{
	const struct rule_node *root = expected->rules->body;

	*judged = root->edge_count > 0 ? root : NULL;
	return !root->list && !root->star && !root->star_index && !root->first_index;
}

struct body_key tally__expected_body_key(const struct expected_body *expected)
{
	struct body_key key = {.kind = BODY_KEY_NONE};

	if (expected->body->state != BODY_PRESENT || expected->unparsable ||
	    !names_what_it_judges(expected, &key.judged)) {
		return key;
	}
	if (tally__mime_is_json(&expected->type) && expected->json) {
		if (!key.judged || cJSON_IsObject(expected->json)) {
			key.kind = BODY_KEY_JSON;
			key.hash = hash_root(expected->json, key.judged);
		}
	} else if (tally__mime_is_xml(&expected->type) && expected->xml.root && !key.judged &&
		   hash_xml(&key.hash, &expected->xml) == 0) {
		key.kind = BODY_KEY_XML;
	}
	return key;
}

int tally__actual_body_key(struct body_key *out, const struct body_key *expected,
			   const struct body *actual, struct tally_error *error)
{
	*out = (struct body_key){.kind = BODY_KEY_NONE, .judged = expected->judged};
	if (actual->state != BODY_PRESENT) {
		return 0;
	}
	if (expected->kind == BODY_KEY_JSON && actual->json) {
		out->kind = BODY_KEY_JSON;
		out->hash = hash_root(actual->json, expected->judged);
	} else if (expected->kind == BODY_KEY_XML && actual->bytes) {
		return actual_xml_key(out, actual, error);
	}
	return 0;
}

bool tally__body_key_is_alike(const struct body_key *a, const struct body_key *b)
{
	if (a->kind != b->kind || !a->judged != !b->judged) {
		return false;
	}
	if (a->judged == b->judged) {
		return true;
	}
	if (a->judged->edge_count != b->judged->edge_count) {
		return false;
	}
	for (size_t i = 0; i < a->judged->edge_count; i++) {
		const struct rule_edge *edge = &a->judged->edges[i];

		if (!tally__rule_node_child(b->judged, edge->text, edge->len)) {
			return false;
		}
	}
	return true;
}
