/* XML documents: {"root": {"name", "attributes", "children"}}, from which the example is made.
 *
 * A child is an element, a text ({"content", "matcher", "generator"}, or a scalar), or an element
 * that is repeated: a matcher with the element as its "value", and how many "examples" to make.
 * Rules name elements by the URI of their namespace, as matching does. */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "contract/inline_body.h"
#include "format/xml.h"

/* What a prefix stands for; the one before comes back when the element ends. */
struct binding {
	struct binding *next; /* of the same element */
	struct binding *before;
	const char *prefix;
	const char *uri;
};

struct maker {
	struct extractor *extractor;
	struct xml_document document;
	struct map prefixes; /* to the binding that holds */
	size_t made;         /* elements, attributes and texts */
};

static int count_made(struct maker *maker)
{
	if (++maker->made <= LIMIT_XML_MADE)
		return 0;
	return tally__fail(maker->extractor->error, TALLY_ELIMIT,
			   "an XML body of expectations has more than %d elements, attributes and "
			   "texts, with all its examples",
			   LIMIT_XML_MADE);
}

/* ---- namespaces ---- */

/* Whether an attribute declares a namespace, and for which prefix. */
static bool is_declaration(const char *name, const char **prefix)
{
	if (strcmp(name, "xmlns") == 0) {
		*prefix = "";
		return true;
	}
	*prefix = name + strlen("xmlns:");
	return strncmp(name, "xmlns:", strlen("xmlns:")) == 0;
}

static int bind(struct maker *maker, struct binding **bindings, const char *prefix, const char *uri)
{
	struct arena *arena = maker->extractor->arena;
	struct binding *binding = tally__arena_alloc(arena, sizeof(*binding));
	char *copy = tally__arena_strdup(arena, prefix);
	char *uri_copy = tally__arena_strdup(arena, uri);

	if (!binding || !copy || !uri_copy)
		return tally__fail_nomem(maker->extractor->error);
	*binding = (struct binding){
		.next = *bindings,
		.before = tally__map_get(&maker->prefixes, prefix, strlen(prefix)),
		.prefix = copy,
		.uri = uri_copy,
	};
	if (tally__map_put(&maker->prefixes, copy, strlen(copy), binding) != 0)
		return tally__fail_nomem(maker->extractor->error);
	*bindings = binding;
	return 0;
}

/* The names are in the map already, so this needs no memory. */
static void unbind(struct maker *maker, const struct binding *bindings)
{
	for (; bindings; bindings = bindings->next)
		(void)tally__map_put(&maker->prefixes, bindings->prefix, strlen(bindings->prefix),
				     bindings->before);
}

/* The declarations hold for the element's own name, so they are looked at first. */
static int bind_all(struct maker *maker, const cJSON *attributes, struct binding **bindings)
{
	const cJSON *attribute = NULL;
	const char *prefix;
	int status = 0;

	cJSON_ArrayForEach(attribute, attributes)
	{
		if (!is_declaration(attribute->string, &prefix))
			continue;
		if (!cJSON_IsString(attribute)) {
			tally__pointer_add(&maker->extractor->pointer, "attributes");
			return tally__extractor_fail(maker->extractor, attribute->string,
						     "expected the URI of a namespace, a string");
		}
		status = bind(maker, bindings, prefix, attribute->valuestring);
		if (status != 0)
			return status;
	}
	return 0;
}

static int find_uri(struct maker *maker, const char *prefix, const char **uri)
{
	const struct binding *binding = tally__map_get(&maker->prefixes, prefix, strlen(prefix));

	*uri = binding ? binding->uri : "";
	if (strcmp(prefix, "xml") == 0)
		*uri = "http://www.w3.org/XML/1998/namespace";
	if (**uri || !*prefix)
		return 0;
	return tally__extractor_fail(maker->extractor, NULL,
				     "the prefix \"%s\" stands for no namespace: add the attribute "
				     "\"xmlns:%s\" to this element or one around it",
				     tally__text_shown(maker->extractor->arena, prefix, 60),
				     tally__text_shown(maker->extractor->arena, prefix, 60));
}

/* Adds "name", "uri:name", or the same with "@" in front, to the path. */
static int enter_name(struct maker *maker, const struct xml_name *name, bool is_attribute)
{
	struct extractor *extractor = maker->extractor;
	const char *uri = "";
	char *token;
	int status = 0;

	if (*name->prefix || !is_attribute)
		status = find_uri(maker, name->prefix, &uri);
	if (status != 0)
		return status;
	token = tally__arena_printf(extractor->arena, "%s%s%s%s", is_attribute ? "@" : "", uri,
				    *uri ? ":" : "", name->local);
	if (!token)
		return tally__fail_nomem(extractor->error);
	tally__path_add_field(&extractor->path, token);
	return tally__buf_status(&extractor->path, extractor->error);
}

/* TALLY_EINVAL of the tree's functions is about what stands at the present pointer. */
static int parse_name(struct maker *maker, const char *text, const char *member,
		      struct xml_name *out)
{
	struct tally_error why = TALLY_ERROR_INIT;
	int status = tally__xml_name_parse(out, &maker->document, text, &why);

	if (status == TALLY_ENOMEM)
		return tally__fail_nomem(maker->extractor->error);
	if (status != 0)
		return tally__extractor_fail(maker->extractor, member, "%s", why.message);
	return 0;
}

/* ---- attributes and texts ---- */

static int take_attribute(struct maker *maker, struct xml_element *element, cJSON *value,
			  const char *key)
{
	struct extractor *extractor = maker->extractor;
	size_t path_mark = extractor->path.len;
	struct xml_name name;
	const char *text = NULL;
	const char *prefix;
	int status = count_made(maker);

	if (status == 0 && is_declaration(key, &prefix)) {
		if (!tally__xml_namespace_add(&maker->document, element, prefix,
					      value->valuestring))
			status = tally__fail_nomem(extractor->error);
		cJSON_Delete(value);
		return status;
	}
	if (status == 0)
		status = parse_name(maker, key, NULL, &name);
	if (status == 0)
		status = enter_name(maker, &name, true);
	if (status == 0)
		status = tally__inline_text_take(extractor, value, &text);
	else
		cJSON_Delete(value);
	tally__buf_truncate(&extractor->path, path_mark);
	if (status == 0 &&
	    !tally__xml_attribute_add(&maker->document, element, &name, text, strlen(text)))
		status = tally__fail_nomem(extractor->error);
	return status;
}

/* Sorted by name, as the members of a form are. */
static int take_attributes(struct maker *maker, struct xml_element *element, cJSON *attributes)
{
	struct extractor *extractor = maker->extractor;
	size_t mark = extractor->pointer.len;
	cJSON **members = NULL;
	size_t count = 0;
	int status = tally__inline_sorted(extractor, attributes, &members, &count);

	tally__pointer_add(&extractor->pointer, "attributes");
	for (size_t i = 0; i < count && status == 0; i++) {
		cJSON *value = cJSON_DetachItemViaPointer(attributes, members[i]);
		size_t inner = extractor->pointer.len;
		const char *key = tally__arena_strdup(extractor->arena, value->string);

		if (key) {
			tally__pointer_add(&extractor->pointer, key);
			status = take_attribute(maker, element, value, key);
		} else {
			cJSON_Delete(value);
			status = tally__fail_nomem(extractor->error);
		}
		tally__buf_truncate(&extractor->pointer, inner);
	}
	tally__buf_truncate(&extractor->pointer, mark);
	tally__free(members);
	return status;
}

static int add_text(struct maker *maker, struct xml_element *element, const char *text)
{
	int status = count_made(maker);

	if (status == 0 && !tally__xml_text_add(&maker->document, element, text, strlen(text)))
		status = tally__fail_nomem(maker->extractor->error);
	return status;
}

/* "generator" of a text: {"pact:generator:type"} or {"type"}. */
static int take_generator(struct extractor *extractor, const cJSON *given)
{
	size_t mark = extractor->pointer.len;
	cJSON *generator = NULL;
	int status = 0;

	if (!given)
		return 0;
	tally__pointer_add(&extractor->pointer, "generator");
	if (tally__json_get(given, INLINE_GENERATOR)) {
		status = tally__inline_check(extractor, given);
		if (status == 0)
			status = tally__inline_generator(extractor, given, &generator);
	} else if (tally__json_get_string(given, "type")) {
		generator = tally__json_clone(given);
		status = generator ? 0 : tally__fail_nomem(extractor->error);
	} else {
		status = tally__extractor_fail(extractor, NULL,
					       "expected a generator such as "
					       "{\"pact:generator:type\": \"Uuid\"}");
	}
	tally__buf_truncate(&extractor->pointer, mark);
	return status ? status : tally__extractor_add_generator(extractor, generator);
}

/* The "matcher" of a text gets the content as its example. */
static int take_content(struct extractor *extractor, cJSON *child, const char **text)
{
	cJSON *content = cJSON_DetachItemFromObjectCaseSensitive(child, "content");
	cJSON *matcher = cJSON_DetachItemFromObjectCaseSensitive(child, "matcher");
	size_t mark = extractor->pointer.len;
	int status;

	if (!matcher) {
		tally__pointer_add(&extractor->pointer, "content");
		status = tally__inline_text_take(extractor, content, text);
		tally__buf_truncate(&extractor->pointer, mark);
		return status;
	}
	tally__pointer_add(&extractor->pointer, "matcher");
	if (!tally__is_inline(matcher) || tally__json_get(matcher, "value")) {
		status = tally__extractor_fail(extractor, NULL,
					       "expected a matcher without a value of its own: "
					       "\"content\" is its example");
		cJSON_Delete(content);
		cJSON_Delete(matcher);
	} else if (tally__json_put(matcher, "value", content) != 0) {
		status = tally__fail_nomem(extractor->error);
		cJSON_Delete(matcher);
	} else {
		status = tally__inline_text_take(extractor, matcher, text);
	}
	tally__buf_truncate(&extractor->pointer, mark);
	return status;
}

static int take_text(struct maker *maker, struct xml_element *element, cJSON *child)
{
	static const char *const known[] = {"content", "matcher", "generator", NULL};
	struct extractor *extractor = maker->extractor;
	size_t mark = extractor->path.len;
	const char *text = NULL;
	int status = 0;

	if (!cJSON_IsObject(child)) {
		status = tally__inline_scalar(extractor, child, &text);
		return status ? status : add_text(maker, element, text);
	}
	status = tally__inline_members(extractor, child, known, "a text of an XML body");
	tally__buf_adds(&extractor->path, ".#text");
	if (status == 0)
		status = tally__buf_status(&extractor->path, extractor->error);
	if (status == 0)
		status = take_generator(extractor, tally__json_get(child, "generator"));
	if (status == 0)
		status = take_content(extractor, child, &text);
	tally__buf_truncate(&extractor->path, mark);
	return status ? status : add_text(maker, element, text);
}

/* ---- elements ---- */

static int take_element(struct maker *maker, struct xml_element *parent, cJSON *object,
			cJSON *rules, bool any);

/* The tightest of the sizes that the rules name as `name`; `otherwise` when none does. */
static uint64_t bound_of(const cJSON *rules, const char *name, uint64_t otherwise)
{
	bool is_min = strcmp(name, "min") == 0;
	uint64_t found = otherwise;

	for (const cJSON *rule = rules->child; rule; rule = rule->next) {
		const cJSON *value = tally__json_get(rule, name);
		char scratch[JSON_NUMBER_BYTES];
		const char *text = cJSON_IsNumber(value)   ? tally__json_number_text(value, scratch)
				   : cJSON_IsString(value) ? value->valuestring
							   : "";
		uint64_t size;

		if (tally__text_to_u64(text, &size) && (is_min ? size > found : size < found))
			found = size;
	}
	return found;
}

/* How often the element of a repetition is made: as often as is `given` (or NULL), or as the rules
 * need.  Where one of several rules is enough, none of their sizes has to be kept. */
static int count_examples(struct extractor *extractor, const cJSON *given,
			  const struct inline_rules *rules, size_t *out)
{
	uint64_t least = rules->any ? 0 : bound_of(rules->rules, "min", 0);
	uint64_t most = rules->any ? UINT64_MAX : bound_of(rules->rules, "max", UINT64_MAX);
	double wanted = least > 1 ? (double)least : 1;

	if (given) {
		wanted = given->valuedouble;
		if (tally__json_kind(given) != JSON_INTEGER || wanted < 1 ||
		    wanted > LIMIT_XML_MADE || wanted < (double)least || wanted > (double)most)
			return tally__extractor_fail(
				extractor, "examples",
				"expected how many examples to make: a whole number, 1 or more, "
				"and not below \"min\" or above \"max\"");
	}
	/* More than may be made are refused when they are. */
	*out = wanted > LIMIT_XML_MADE ? (size_t)LIMIT_XML_MADE + 1 : (size_t)wanted;
	return 0;
}

/* A matcher around an element: the rules are for each of them, at "$.parent.element". */
static int take_repeated(struct maker *maker, struct xml_element *parent, cJSON *child)
{
	struct extractor *extractor = maker->extractor;
	cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(child, "value");
	cJSON *examples = cJSON_DetachItemFromObjectCaseSensitive(child, "examples");
	struct inline_rules rules = {0};
	size_t mark = extractor->pointer.len;
	size_t count = 1;
	int status = 0;

	if (!cJSON_IsObject(value) || !tally__json_get(value, "name"))
		status = tally__extractor_fail(extractor, "value",
					       "expected the element that is repeated: an object "
					       "with a \"name\"");
	if (status == 0)
		status = tally__matcher_read(extractor, child, &rules);
	if (status == 0 && (rules.generator || !rules.rules->child))
		status = tally__extractor_fail(
			extractor, NULL, "expected a rule for the elements, and no generator");
	if (status == 0)
		status = count_examples(extractor, examples, &rules, &count);
	cJSON_Delete(examples);
	tally__pointer_add(&extractor->pointer, "value");
	for (size_t i = 0; i < count && status == 0; i++) {
		cJSON *copy = i + 1 < count ? tally__json_clone(value) : value;

		if (copy == value)
			value = NULL;
		if (copy)
			status = take_element(maker, parent, copy, rules.rules, rules.any);
		else
			status = tally__fail_nomem(extractor->error);
		cJSON_Delete(copy);
	}
	tally__buf_truncate(&extractor->pointer, mark);
	tally__matcher_release(&rules);
	cJSON_Delete(value);
	return status;
}

static int take_child(struct maker *maker, struct xml_element *element, cJSON *child)
{
	if (tally__is_inline(child) && !cJSON_IsString(tally__json_get(child, "content")))
		return take_repeated(maker, element, child);
	if (tally__json_get(child, "name"))
		return take_element(maker, element, child, NULL, false);
	if (cJSON_IsObject(child) && !tally__json_get(child, "content"))
		return tally__extractor_fail(maker->extractor, NULL,
					     "expected an element with a \"name\", a text with its "
					     "\"content\", or a matcher around an element");
	return take_text(maker, element, child);
}

static int take_children(struct maker *maker, struct xml_element *element, const cJSON *children)
{
	struct extractor *extractor = maker->extractor;
	size_t mark = extractor->pointer.len;
	size_t index = 0;
	int status = 0;

	for (cJSON *child = children ? children->child : NULL; child && status == 0;
	     child = child->next) {
		tally__buf_addf(&extractor->pointer, "/children/%zu", index++);
		status = tally__buf_status(&extractor->pointer, extractor->error);
		if (status == 0)
			status = take_child(maker, element, child);
		tally__buf_truncate(&extractor->pointer, mark);
	}
	return status;
}

static int check_element(struct extractor *extractor, const cJSON *object)
{
	static const char *const known[] = {"name", "attributes", "children", NULL};
	const cJSON *attributes = tally__json_get(object, "attributes");
	const cJSON *children = tally__json_get(object, "children");

	if (!cJSON_IsObject(object) || !tally__json_get_string(object, "name"))
		return tally__extractor_fail(extractor, NULL,
					     "expected an element: an object with a \"name\"");
	if (attributes && !cJSON_IsObject(attributes))
		return tally__extractor_fail(extractor, "attributes", "expected an object");
	if (children && !cJSON_IsArray(children))
		return tally__extractor_fail(extractor, "children", "expected an array");
	return tally__inline_members(extractor, object, known, "an element of an XML body");
}

/* The rules (lent, may be NULL) are for the element itself. */
static int add_element_rules(struct extractor *extractor, const cJSON *rules, bool any)
{
	cJSON *copy;
	int status;

	if (!rules)
		return 0;
	copy = tally__json_clone(rules);
	if (!copy)
		return tally__fail_nomem(extractor->error);
	status = tally__extractor_add_rules(extractor, copy, any);
	cJSON_Delete(copy);
	return status;
}

/* Takes apart what is in `object`, which stays the caller's. */
static int take_element(struct maker *maker, struct xml_element *parent, cJSON *object,
			cJSON *rules, bool any)
{
	struct extractor *extractor = maker->extractor;
	size_t mark = extractor->path.len;
	struct binding *bindings = NULL;
	struct xml_element *element = NULL;
	cJSON *attributes = tally__json_get(object, "attributes");
	struct xml_name name;
	int status = check_element(extractor, object);

	if (status == 0)
		status = count_made(maker);
	if (status == 0)
		status = parse_name(maker, tally__json_get_string(object, "name"), "name", &name);
	if (status == 0)
		status = bind_all(maker, attributes, &bindings);
	if (status == 0)
		status = enter_name(maker, &name, false);
	if (status == 0) {
		element = tally__xml_element_add(&maker->document, parent, &name);
		status = element ? 0 : tally__fail_nomem(extractor->error);
	}
	if (status == 0)
		status = add_element_rules(extractor, rules, any);
	if (status == 0)
		status = take_attributes(maker, element, attributes);
	if (status == 0)
		status = take_children(maker, element, tally__json_get(object, "children"));
	unbind(maker, bindings);
	tally__buf_truncate(&extractor->path, mark);
	return status;
}

/* ---- the document ---- */

static int read_declaration(struct maker *maker, const cJSON *value)
{
	static const char *const known[] = {"root", "version", "charset", "standalone", NULL};
	const cJSON *version = tally__json_get(value, "version");
	const cJSON *charset = tally__json_get(value, "charset");
	const cJSON *standalone = tally__json_get(value, "standalone");

	if (version && (!cJSON_IsString(version) || strcmp(version->valuestring, "1.0") != 0))
		return tally__extractor_fail(maker->extractor, "version", "expected \"1.0\"");
	if (charset &&
	    (!cJSON_IsString(charset) || !tally__text_equal_nocase(charset->valuestring, "UTF-8")))
		return tally__extractor_fail(maker->extractor, "charset", "expected \"UTF-8\"");
	if (standalone && !cJSON_IsBool(standalone))
		return tally__extractor_fail(maker->extractor, "standalone",
					     "expected true or false");
	maker->document.declared = true;
	maker->document.standalone = standalone ? cJSON_IsTrue(standalone) : -1;
	return tally__inline_members(maker->extractor, value, known, "an XML body");
}

/* What cannot be written has a name or text that XML does not allow. */
static int write(struct maker *maker, struct buf *out)
{
	struct tally_error why = TALLY_ERROR_INIT;
	int status = tally__xml_write(out, &maker->document, &why);

	if (status == TALLY_EINVAL)
		return tally__extractor_fail(maker->extractor, NULL, "%s", why.message);
	return status ? tally__fail(maker->extractor->error, status, "%s", why.message) : 0;
}

int tally__inline_xml_take(struct extractor *extractor, cJSON *value, struct buf *out)
{
	struct maker maker = {.extractor = extractor};
	cJSON *root = tally__json_get(value, "root");
	size_t mark = extractor->pointer.len;
	int status = 0;

	tally__xml_init(&maker.document);
	tally__map_init(&maker.prefixes);
	if (!root)
		status = tally__extractor_fail(
			extractor, NULL,
			"expected an XML document, {\"root\": {\"name\": …}}, "
			"or a string");
	if (status == 0)
		status = read_declaration(&maker, value);
	if (status == 0) {
		tally__pointer_add(&extractor->pointer, "root");
		status = take_element(&maker, NULL, root, NULL, false);
		tally__buf_truncate(&extractor->pointer, mark);
	}
	if (status == 0)
		status = write(&maker, out);
	tally__map_release(&maker.prefixes);
	tally__xml_release(&maker.document);
	cJSON_Delete(value);
	return status;
}
