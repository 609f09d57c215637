#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/xml.h"

static struct xml_document document;
static struct tally_error error;
static struct buf out;

static int set_up(void **state)
{
	(void)state;
	tally__xml_init(&document);
	tally__buf_init(&out, (size_t)1 << 26);
	error = (struct tally_error)TALLY_ERROR_INIT;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tally__xml_release(&document);
	tally__buf_release(&out);
	return 0;
}

static int parse_bytes(const char *bytes, size_t len)
{
	tally__xml_release(&document);
	error = (struct tally_error)TALLY_ERROR_INIT;
	return tally__xml_parse(&document, bytes, len, &error);
}

static int parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

/* Reads a text and writes it again. */
static const char *again(const char *text)
{
	int status = parse(text);

	if (status != 0) {
		fail_msg("%s: %s", text, error.message);
	}
	tally__buf_clear(&out);
	assert_int_equal(tally__xml_write(&out, &document, &error), 0);
	return out.bytes;
}

/* A text of one piece is lent as it stands, so it is copied here for its end. */
static const char *text_of(const struct xml_element *element)
{
	static char copy[100];
	size_t len = 0;
	const char *text = tally__xml_text(element, &out, &len);

	assert_int_equal(out.status, 0);
	snprintf(copy, sizeof copy, "%.*s", (int)len, text);
	return copy;
}

static void refuses(const char *text, int status, const char *message, size_t line)
{
	assert_int_equal(parse(text), status);
	assert_int_equal(error.code, status);
	if (!strstr(error.message, message)) {
		fail_msg("%s: %s", text, error.message);
	}
	assert_int_equal(error.line, line);
	assert_int_equal(error.column > 0, line > 0);
}

/* ---- reading and writing ---- */

static void what_is_read_is_written(void **state)
{
	static const char *const same[] = {
		"<a/>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><a/>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><a/>",
		"<a b=\"1\" c=\"&lt;&amp;&quot;'&#10;\">x &lt; y &amp; z&#13;</a>",
		"<a>one<b/>two<c>\n  three</c>\n</a>",
		"<a xmlns=\"urn:a\" xmlns:b=\"urn:b\"><b:c b:d=\"\"/><e xmlns=\"\"/></a>",
		"<a xml:lang=\"de\">\xC3\xA4\xE2\x82\xAC</a>",
		"<\xC3\xA4.-1 _=\"\"/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		assert_string_equal(again(same[i]), same[i]);
	}
}

static void comments_and_instructions_are_dropped(void **state)
{
	(void)state;
	assert_string_equal(
		again("<!-- a --><?b c?><a>x<!-- = -->y<?d?><![CDATA[<z>]]></a><!---->"),
		"<a>xy&lt;z&gt;</a>");
	assert_string_equal(text_of(document.root), "xy<z>");
	assert_null(document.root->first->next);
	assert_string_equal(again("<!DOCTYPE a SYSTEM \"a[1].dtd\"><a/>"), "<a/>");
}

static void text_is_trimmed_for_each_node(void **state)
{
	(void)state;
	assert_int_equal(parse("<a>\n one \t<b> no </b> two<c/> </a>"), 0);
	assert_string_equal(text_of(document.root), "onetwo");
	assert_int_equal(parse("<a> <b> x </b>\r\n</a>"), 0);
	assert_string_equal(text_of(document.root), "");
}

static void names_are_resolved(void **state)
{
	const struct xml_element *root = NULL;
	const struct xml_element *child = NULL;

	(void)state;
	assert_int_equal(parse("<p:a xmlns:p='urn:p' xmlns='urn:d' p:x='1' y='2'> <b/></p:a>"), 0);
	root = document.root;
	assert_string_equal(root->name.uri, "urn:p");
	assert_true(tally__xml_name_is(&root->name, "p:a", 3));
	assert_true(tally__xml_name_is(&root->name, "urn:p:a", 7));
	assert_false(tally__xml_name_is(&root->name, "a", 1));
	assert_false(tally__xml_name_is(&root->name, "urn:p:aa", 8));
	assert_false(tally__xml_name_is(&root->name, "xp:a", 4));
	assert_string_equal(root->attributes->name.uri, "urn:p");
	assert_string_equal(root->attributes->next->name.uri, "");
	child = tally__xml_first_child(root)->element;
	assert_string_equal(child->name.uri, "urn:d");
	assert_true(tally__xml_name_is(&child->name, "b", 1));
	assert_true(tally__xml_name_is(&child->name, "urn:d:b", 7));
	assert_false(tally__xml_name_equal(&root->name, &child->name));
	assert_null(tally__xml_next_child(tally__xml_first_child(root)));
}

static void other_encodings(void **state)
{
	static const char utf16[] = "\xFF\xFE<\0a\0>\0\xE4\0<\0/\0a\0>\0";
	static const char big[] = "\xFE\xFF\0<\0a\0>\x20\xAC\0<\0/\0a\0>";

	(void)state;
	assert_string_equal(again("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE4</a>"),
			    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\xC3\xA4</a>");
	assert_int_equal(parse_bytes(utf16, sizeof utf16 - 1), 0);
	assert_string_equal(text_of(document.root), "\xC3\xA4");
	assert_int_equal(parse_bytes(big, sizeof big - 1), 0);
	assert_string_equal(text_of(document.root), "\xE2\x82\xAC");
	/* A contract's text, with the declaration that the document once had. */
	assert_int_equal(parse("<?xml version='1.0' encoding='utf-16'?><a>\xC3\xA4</a>"), 0);
	assert_string_equal(text_of(document.root), "\xC3\xA4");
	assert_int_equal(parse("\xEF\xBB\xBF<a/>"), 0);
	refuses("<?xml version='1.0' encoding='IBM037'?><a>\xE4</a>", TALLY_EPARSE,
		"the encoding that the document declares is not supported", 1);
	refuses("<a>\xE4</a>", TALLY_EPARSE, "not UTF-8", 1);
	assert_int_equal(parse("<?xml version='1.0' encoding='us-ascii'?><a>\xE4</a>"),
			 TALLY_EPARSE);
	assert_int_equal(parse("<?xml version='1.0' encoding='euc-jp'?><a/>\xE4\xFF\x93"),
			 TALLY_EPARSE);
	assert_int_equal(parse_bytes("\xFF\xFE<\0a\0/\0>\0\x00\xD8\x01\x00", 14), TALLY_EPARSE);
	refuses("<?xml version='1.0' encoding='euc-nonsense'?><a>\xE4</a>", TALLY_EPARSE, "ncoding",
		1);
}

/* ---- what is refused ---- */

static void malformed_documents_are_refused(void **state)
{
	(void)state;
	refuses("", TALLY_EPARSE, "found nothing", 0);
	refuses("x", TALLY_EPARSE, "Start tag expected", 1);
	refuses("<a>\n <b>\n</a>", TALLY_EPARSE, "tag mismatch: b", 3);
	refuses("<a/><b/>", TALLY_EPARSE, "Extra content", 1);
	refuses("<a b='1' b='2'/>", TALLY_EPARSE, "Attribute b redefined", 1);
	refuses("<p:a/>", TALLY_EPARSE, "Namespace prefix p", 1);
	refuses("<a p:b=''/>", TALLY_EPARSE, "Namespace prefix p", 1);
	refuses("<a>&nbsp;</a>", TALLY_EPARSE, "Entity 'nbsp' not defined", 1);
	refuses("<!DOCTYPE a SYSTEM 'x'><a>&b;</a>", TALLY_EPARSE, "Entity 'b' not defined", 1);
	refuses("<!DOCTYPE a SYSTEM 'x'><a b='&c;'/>", TALLY_EPARSE, "Entity 'c' not defined", 1);
	refuses("<a>\x01</a>", TALLY_EPARSE, "invalid Char value 1", 1);
	assert_int_equal(parse_bytes("<a/>\0<b/>", 9), TALLY_EPARSE);
	assert_int_equal(parse_bytes("\0\0\0<\0\0\0a\0\0\0/\0\0\0>", 16), TALLY_EPARSE);
	assert_int_equal(parse_bytes("\xFF\xFE<\0a\0/\0>\0\0\0<\0", 14), TALLY_EPARSE);
	/* A URI need not be one. */
	assert_int_equal(parse("<a xmlns='not a URI' xmlns:b='b'/>"), 0);
}

static void declarations_are_refused(void **state)
{
	static const char *const with_declarations[] = {
		"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
		"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
		"<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:1/'> %b;]><a/>",
		"<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>",
		"<!DOCTYPE a PUBLIC '[' \"]\" []><a/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof with_declarations / sizeof *with_declarations; i++) {
		assert_int_equal(parse(with_declarations[i]), TALLY_EPARSE);
		assert_non_null(strstr(error.message, "has declarations of its own"));
	}
	/* As the first example, in UTF-16. */
	assert_int_equal(parse_bytes("<\0!\0D\0 \0a\0 \0[\0]\0>\0<\0a\0/\0>\0", 26), TALLY_EPARSE);
	assert_non_null(strstr(error.message, "has declarations of its own"));
}

static void billion_laughs_cost_nothing(void **state)
{
	struct buf text;

	(void)state;
	tally__buf_init(&text, 100000);
	tally__buf_adds(&text, "<!DOCTYPE a [<!ENTITY e0 'ha'>");
	for (int i = 1; i < 30; i++) {
		tally__buf_addf(&text, "<!ENTITY e%d '&e%d;&e%d;&e%d;'>", i, i - 1, i - 1, i - 1);
	}
	tally__buf_adds(&text, "]><a>&e29;</a>");
	assert_int_equal(parse_bytes(text.bytes, text.len), TALLY_EPARSE);
	assert_true(document.arena.used_bytes < 1000);
	tally__buf_release(&text);
}

/* `count` times `part`, between `start` and `end`; '#' in it is the number. */
static int parse_many(const char *start, const char *part, size_t count, const char *end)
{
	struct buf text;
	int status = 0;

	tally__buf_init(&text, (size_t)1 << 27);
	tally__buf_adds(&text, start);
	for (size_t i = 0; i < count; i++) {
		for (const char *c = part; *c; c++) {
			if (*c == '#') {
				tally__buf_addf(&text, "%zu", i);
			} else {
				tally__buf_addc(&text, *c);
			}
		}
	}
	tally__buf_adds(&text, end);
	assert_int_equal(text.status, 0);
	status = parse_bytes(text.bytes, text.len);
	tally__buf_release(&text);
	return status;
}

static void limits_are_kept(void **state)
{
	(void)state;
	assert_int_equal(parse_many("<a", " x#=''", LIMIT_XML_ATTRIBUTES, "/>"), 0);
	assert_int_equal(parse_many("<a", " x#=''", LIMIT_XML_ATTRIBUTES + 1, "/>"), TALLY_ELIMIT);
	assert_int_equal(parse_many("<a", " x#='>'", (size_t)1 << 20, "/>"), TALLY_ELIMIT);
	assert_int_equal(parse_many("<a", " xmlns:x#='u'", LIMIT_XML_NAMESPACES, "/>"), 0);
	assert_int_equal(parse_many("<a xmlns='d'>", "<a xmlns='#'/>", 1000, "</a>"), 0);
	assert_int_equal(parse_many("<a", " xmlns:x#='u'", LIMIT_XML_NAMESPACES + 1, "/>"),
			 TALLY_ELIMIT);
	assert_int_equal(parse_many("<a b='", "================#", 1000, "'><!--=====-->=</a>"), 0);
	assert_int_equal(parse_many("<a>", "=#", 10000, "</a>"), 0);
	assert_int_equal(parse_many("<", "x", LIMIT_XML_NAME_BYTES + 1, "/>"), TALLY_ELIMIT);
	assert_int_equal(parse_many("<a xmlns='", "x", LIMIT_XML_NAME_BYTES + 1, "'/>"),
			 TALLY_ELIMIT);
	assert_int_equal(parse_many("<a>", "<b#/>", 60000, "</a>"), 0);
	assert_int_equal(parse_many("<a>", "<b#/>", 70000, "</a>"), TALLY_ELIMIT);
	assert_int_equal(parse_many("<a>", "<?b#?>", 70000, "</a>"), TALLY_ELIMIT);
	assert_int_equal(parse_many("<a>", "<b/>", LIMIT_XML_NODES - 1, "</a>"), 0);
	assert_int_equal(parse_many("<a>", "<b/>", LIMIT_XML_NODES, "</a>"), TALLY_ELIMIT);
	assert_int_equal(parse_many("<r>", "<a>", LIMIT_XML_DEPTH, ""), TALLY_ELIMIT);
	assert_non_null(strstr(error.message, "nest deeper than 250"));
	assert_int_equal(parse_many("", "<a>", (size_t)1 << 20, ""), TALLY_ELIMIT);
	assert_true(document.arena.used_bytes < (size_t)1 << 20);
}

static void large_texts_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse_many("<a>", "0123456789", 2200000, "</a>"), 0);
	assert_int_equal(document.root->first->len, 22000000);
	assert_int_equal(document.root->first->text[21999999], '9');
	/* libxml2's own limit for CDATA and attributes is 10 million bytes. */
	assert_int_equal(parse_many("<a><![CDATA[", "0123456789", 999999, "]]></a>"), 0);
	assert_int_equal(document.root->first->len, 9999990);
	assert_int_equal(parse_many("<a><![CDATA[", "0123456789", 1200000, "]]></a>"),
			 TALLY_EPARSE);
}

/* ---- making ---- */

static struct xml_name name(const char *text)
{
	struct xml_name made = {0};

	assert_int_equal(tally__xml_name_parse(&made, &document, text, &error), 0);
	return made;
}

static void trees_can_be_made_and_changed(void **state)
{
	struct xml_name a = name("p:a");
	struct xml_name b = name("b");
	struct xml_element *root = tally__xml_element_add(&document, NULL, &a);
	struct xml_element *child = NULL;
	struct xml_attribute *attribute = NULL;

	(void)state;
	assert_non_null(tally__xml_namespace_add(&document, root, "p", "urn:p"));
	attribute = tally__xml_attribute_add(&document, root, &b, "1", 1);
	assert_non_null(tally__xml_attribute_add(&document, root, &a, "2", 1));
	assert_non_null(tally__xml_text_add(&document, root, "one", 3));
	child = tally__xml_element_add(&document, root, &b);
	assert_non_null(tally__xml_text_add(&document, root, "two", 3));
	assert_true(tally__xml_text_set(&document, child, "x", 1));
	assert_true(tally__xml_text_set(&document, child, "y", 1));
	assert_true(tally__xml_attribute_set(&document, attribute, "<", 1));
	assert_int_equal(tally__xml_write(&out, &document, &error), 0);
	assert_string_equal(out.bytes,
			    "<p:a xmlns:p=\"urn:p\" b=\"&lt;\" p:a=\"2\">one<b>y</b>two</p:a>");
	assert_true(tally__xml_text_set(&document, root, "three", 5));
	assert_non_null(tally__xml_text_add(&document, root, "!", 1));
	tally__buf_clear(&out);
	assert_int_equal(tally__xml_write(&out, &document, &error), 0);
	assert_string_equal(out.bytes,
			    "<p:a xmlns:p=\"urn:p\" b=\"&lt;\" p:a=\"2\">three<b>y</b>!</p:a>");
}

static void what_xml_cannot_hold_is_not_written(void **state)
{
	static const char *const names[] = {"",      "1", "a b", "a:",   ":a",
					    "a:b:c", "<", "-",   "\xC3", "a:1"};
	struct xml_name made = {0};
	struct xml_name bad = {"", "", "a b"};
	struct xml_name a = name("a");
	struct xml_element *root = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(tally__xml_name_parse(&made, &document, names[i], NULL),
				 TALLY_EINVAL);
	}
	assert_int_equal(tally__xml_write(&out, &document, NULL), TALLY_EINVAL);
	root = tally__xml_element_add(&document, NULL, &bad);
	assert_int_equal(tally__xml_write(&out, &document, NULL), TALLY_EINVAL);
	root = tally__xml_element_add(&document, NULL, &a);
	assert_non_null(tally__xml_text_add(&document, root, "\xC3", 1));
	assert_int_equal(tally__xml_write(&out, &document, &error), TALLY_EINVAL);
	assert_string_equal(error.message,
			    "the byte 0xc3 at position 0 of a text cannot stand in XML");
	assert_true(tally__xml_text_set(&document, root, "a\x1b", 2));
	assert_int_equal(tally__xml_write(&out, &document, NULL), TALLY_EINVAL);
	assert_true(tally__xml_text_set(&document, root, "\xEF\xBF\xBF", 3));
	assert_int_equal(tally__xml_write(&out, &document, NULL), TALLY_EINVAL);
	assert_true(tally__xml_text_set(&document, root, "\xEF\xBF\xBD", 3));
	assert_int_equal(tally__xml_write(&out, &document, NULL), 0);
	for (int i = 0; i < LIMIT_XML_DEPTH; i++) {
		root = tally__xml_element_add(&document, root, &a);
	}
	assert_int_equal(tally__xml_write(&out, &document, NULL), TALLY_ELIMIT);
}

/* ---- the rest ---- */

static void memory_may_be_short(void **state)
{
	static const char text[] = "<a xmlns:p='u' p:b='1'>x<c/>y</a>";
	int status = TALLY_ENOMEM;

	(void)state;
	assert_int_equal(parse("<a/>"), 0); /* loads the library */
	for (long n = 0; status != 0; n++) {
		tally__xml_release(&document);
		error = (struct tally_error)TALLY_ERROR_INIT;
		tally__mem_fail_after(n);
		status = tally__xml_parse(&document, text, sizeof text - 1, &error);
		tally__mem_fail_after(-1);
		assert_true(status == 0 || status == TALLY_ENOMEM);
		assert_int_equal(error.code, status);
		assert_true(n > 1 || status != 0);
	}
}

static void *parse_often(void *result)
{
	for (int i = 0; i < 200; i++) {
		struct xml_document own;

		if (tally__xml_parse(&own, "<a b='c'>d</a>", 14, NULL) == 0) {
			++*(int *)result;
		}
		tally__xml_release(&own);
		if (tally__xml_parse(&own, "<a><b></a>", 10, NULL) == TALLY_EPARSE) {
			++*(int *)result;
		}
		tally__xml_release(&own);
	}
	return NULL;
}

static void threads_do_not_meet(void **state)
{
	pthread_t threads[4];
	int results[4] = {0};

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, parse_often, &results[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(results[i], 400);
	}
}

/* Nothing goes to standard error, whatever the parser thinks of a document. */
static void nothing_is_printed(void **state)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	long written = 0;

	(void)state;
	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	parse("<a><b></a>");
	parse("<p:a xmlns='not a URI'/>");
	parse("<?xml version='1.7'?><a>&x;</a>");
	parse("<?xml version='1.0' encoding='euc-none'?><a>\xE4</a>");
	parse("<?xml version='1.0' encoding='us-ascii'?><a>\xE4</a>");
	parse("<?xml version='1.0' encoding='euc-jp'?><a>\xE4\xFF\x93</a>");
	parse_bytes("\xFF\xFE<\0a\0>\0\x00\xD8\x01\x00<\0/\0a\0>\0", 18);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	fseek(file, 0, SEEK_END);
	written = ftell(file);
	fclose(file);
	assert_int_equal(written, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define XML_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		XML_TEST(what_is_read_is_written),
		XML_TEST(comments_and_instructions_are_dropped),
		XML_TEST(text_is_trimmed_for_each_node),
		XML_TEST(names_are_resolved),
		XML_TEST(other_encodings),
		XML_TEST(malformed_documents_are_refused),
		XML_TEST(declarations_are_refused),
		XML_TEST(billion_laughs_cost_nothing),
		XML_TEST(limits_are_kept),
		XML_TEST(large_texts_are_read),
		XML_TEST(trees_can_be_made_and_changed),
		XML_TEST(what_xml_cannot_hold_is_not_written),
		XML_TEST(memory_may_be_short),
		XML_TEST(threads_do_not_meet),
		XML_TEST(nothing_is_printed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
