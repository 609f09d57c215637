/* Annotations: what CI systems show beside a change. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "verifier/report.h"

#define TITLE_CHARS  120
#define REASON_CHARS 400

/* ---- both ---- */

/* An absolute path as it is told from `folder`. */
static const char *without_folder(const char *path, const char *folder)
{
	size_t len = folder != NULL ? strlen(folder) : 0;

	while (len > 0 && folder[len - 1] == '/')
		len--;
	return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/' ? path + len + 1
									      : path;
}

/* How much of `below` stays in front of the relative path *path, which loses "." and ".." in front
 * of it: "services/orders" and "../a.json" are "services" and "a.json". */
static size_t join(const char *below, const char **path)
{
	size_t len = strlen(below);

	for (;;) {
		while (len > 0 && below[len - 1] == '/')
			len--;
		if (strncmp(*path, "./", 2) == 0) {
			*path += 2;
		} else if (len > 0 && strncmp(*path, "../", 3) == 0) {
			*path += 3;
			while (len > 0 && below[len - 1] != '/')
				len--;
		} else {
			return len;
		}
		*path += strspn(*path, "/");
	}
}

/* The path of the contract's file, if it is a file, as CI systems look for it; URLs stay. */
static void add_file(struct buf *out, const cJSON *contract,
		     const struct tally_verify_report_options *options)
{
	const char *path = tally__report_text(contract, "file");
	const char *below = options != NULL && options->below != NULL ? options->below : "";
	struct buf whole;

	tally__buf_init(&whole, LIMIT_REPORT_BYTES);
	if (*path == '/') {
		path = without_folder(path, options != NULL ? options->folder : NULL);
	} else if (*path != '\0' && strstr(path, "://") == NULL) {
		size_t len = join(below, &path);

		tally__buf_add(&whole, below, len);
		if (len > 0)
			tally__buf_addc(&whole, '/');
	}
	tally__buf_adds(&whole, path);
	if (whole.status != 0)
		out->status = whole.status;
	else
		tally__report_add_shown(out, whole.bytes, 0);
	tally__buf_release(&whole);
}

/* "web-shop -> orders: a request for order 42". */
static void add_title(struct buf *out, const cJSON *contract, const cJSON *interaction)
{
	tally__report_add_contract(out, contract);
	tally__buf_adds(out, ": ");
	tally__report_add_shown(out, tally__report_text(interaction, "description"), TITLE_CHARS);
}

/* ---- github ---- */

/* A command of a workflow.  What it says is escaped as the runner undoes it; names and messages
 * cannot begin a command of their own, as they have no line ends. */
static void add_escaped(struct buf *out, const struct buf *text, bool is_property)
{
	if (text->status != 0)
		out->status = text->status;
	for (size_t i = 0; i < text->len; i++) {
		char c = text->bytes[i];

		if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ',')))
			tally__buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
		else
			tally__buf_addc(out, c);
	}
}

static const char *level_of(enum report_class class)
{
	return tally__report_fails(class) ? "error" : "warning";
}

static void add_annotation(struct buf *out, const cJSON *contract, const cJSON *interaction,
			   const struct tally_verify_report_options *options)
{
	static const struct tally_text_options plain = {0};
	enum report_class class = tally__report_class(interaction);
	struct buf text;

	tally__buf_init(&text, LIMIT_REPORT_BYTES);
	tally__buf_addf(out, "::%s ", level_of(class));
	add_file(&text, contract, options);
	if (text.len > 0 || text.status != 0) {
		tally__buf_adds(out, "file=");
		add_escaped(out, &text, true);
		tally__buf_addc(out, ',');
		tally__buf_clear(&text);
	}
	tally__buf_adds(out, "title=");
	tally__buf_addf(&text, "%s: ", tally__report_words(class)->label);
	add_title(&text, contract, interaction);
	add_escaped(out, &text, true);
	tally__buf_adds(out, "::");
	tally__buf_clear(&text);
	tally__report_add_details(&text, interaction, &plain);
	while (text.len > 0 && text.bytes[text.len - 1] == '\n')
		tally__buf_truncate(&text, text.len - 1);
	if (text.len == 0)
		tally__report_add_reason(&text, interaction, REASON_CHARS);
	add_escaped(out, &text, false);
	tally__buf_addc(out, '\n');
	tally__buf_release(&text);
}

/* The summary is a notice, too: a name of a consumer is no text to print as it is. */
static void add_notice(struct buf *out, const cJSON *contract)
{
	struct report_counts counts = {0};
	struct buf text;

	tally__buf_init(&text, LIMIT_REPORT_BYTES);
	tally__report_count(&counts, contract);
	tally__report_add_contract(&text, contract);
	tally__buf_adds(&text, ": ");
	tally__report_add_counts(&text, &counts);
	tally__buf_adds(out, "::notice title=tally verify::");
	add_escaped(out, &text, false);
	tally__buf_addc(out, '\n');
	tally__buf_release(&text);
}

static void add_error(struct buf *out, const cJSON *results)
{
	const cJSON *error = tally__report_error(results);
	bool success = tally__json_get_bool(results, "success", false);
	struct buf text;

	if (error == NULL)
		return;
	tally__buf_init(&text, LIMIT_REPORT_BYTES);
	tally__report_add_error(&text, error, "\n");
	tally__buf_addf(out, "::%s title=tally verify::", success ? "notice" : "error");
	add_escaped(out, &text, false);
	tally__buf_addc(out, '\n');
	tally__buf_release(&text);
}

int tally_verify_report_github(const cJSON *results,
			       const struct tally_verify_report_options *options, char **text,
			       struct tally_error *error)
{
	int status = tally__report_check(results, error);
	const cJSON *contract, *interaction;
	struct buf out;

	if (status != 0)
		return status;
	tally__buf_init(&out, LIMIT_REPORT_BYTES);
	add_error(&out, results);
	cJSON_ArrayForEach(contract, tally__json_get(results, "contracts"))
	{
		cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
		{
			if (tally__report_has_details(tally__report_class(interaction)))
				add_annotation(&out, contract, interaction, options);
		}
		add_notice(&out, contract);
	}
	return tally__report_take(&out, text, error);
}

/* ---- gitlab ---- */

static const char *severity_of(enum report_class class)
{
	switch (class) {
	case REPORT_REGRESSED:
		return "critical";
	case REPORT_FAILED:
	case REPORT_ERROR:
		return "major";
	case REPORT_FLAKY:
		return "minor";
	case REPORT_NEW:
	case REPORT_PENDING:
	case REPORT_PASSED:
	case REPORT_SKIPPED:
		break;
	}
	return "info";
}

static uint64_t mix(uint64_t hash, const char *text)
{
	/* FNV-1a, with the closing NUL: "a", "b" is not "ab". */
	do {
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	} while (*text++ != '\0');
	return hash;
}

/* The same for the same interaction in every run: so that GitLab tells what is new. */
static void add_fingerprint(struct buf *out, const cJSON *contract, const cJSON *interaction)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	const cJSON *state;

	hash = mix(hash, tally__report_text(contract, "consumer"));
	hash = mix(hash, tally__report_text(contract, "provider"));
	hash = mix(hash, tally__report_text(interaction, "description"));
	cJSON_ArrayForEach(state, tally__json_get(interaction, "providerStates"))
	{
		hash = mix(hash, cJSON_IsString(state) ? state->valuestring : "");
	}
	tally__buf_addf(out, "%016" PRIx64, hash);
}

static int put_buf(cJSON *object, const char *name, struct buf *text)
{
	int status = text->status != 0
			     ? text->status
			     : tally__json_put(object, name, cJSON_CreateString(text->bytes));

	tally__buf_clear(text);
	return status;
}

static int put_text(cJSON *object, const char *name, const char *text)
{
	return tally__json_put(object, name, cJSON_CreateString(text));
}

static void add_path(struct buf *text, const cJSON *contract,
		     const struct tally_verify_report_options *options)
{
	add_file(text, contract, options);
	if (text->len == 0 && text->status == 0) {
		/* A contract of a broker: the name that its file would have. */
		tally__report_add_shown(text, tally__report_text(contract, "consumer"), 0);
		tally__buf_addc(text, '-');
		tally__report_add_shown(text, tally__report_text(contract, "provider"), 0);
		tally__buf_adds(text, ".json");
	}
}

/* The path is the text. */
static int put_location(cJSON *issue, struct buf *text)
{
	cJSON *location = cJSON_CreateObject();
	cJSON *lines = cJSON_CreateObject();
	int status = tally__json_put(lines, "begin", cJSON_CreateNumber(1));

	if (status == 0)
		status = put_buf(location, "path", text);
	if (status != 0)
		cJSON_Delete(lines);
	else
		status = tally__json_put(location, "lines", lines);
	if (status == 0)
		return tally__json_put(issue, "location", location);
	cJSON_Delete(location);
	return status;
}

static int put_issue(cJSON *list, const cJSON *contract, const cJSON *interaction,
		     const struct tally_verify_report_options *options, struct buf *text)
{
	enum report_class class = tally__report_class(interaction);
	cJSON *issue = cJSON_CreateObject();
	int status;

	tally__buf_addf(text, "%s: ", tally__report_words(class)->name);
	add_title(text, contract, interaction);
	tally__buf_adds(text, ": ");
	tally__report_add_reason(text, interaction, REASON_CHARS);
	status = put_buf(issue, "description", text);
	if (status == 0)
		status = put_text(issue, "check_name", "tally verify");
	if (status == 0) {
		add_fingerprint(text, contract, interaction);
		status = put_buf(issue, "fingerprint", text);
	}
	if (status == 0)
		status = put_text(issue, "severity", severity_of(class));
	add_path(text, contract, options);
	if (status == 0)
		status = put_location(issue, text);
	if (status == 0)
		return tally__json_append(list, issue);
	cJSON_Delete(issue);
	return status;
}

/* GitLab wants a place: where nothing better is known, the folder itself. */
static int put_error(cJSON *list, const cJSON *error, struct buf *text)
{
	const char *where = tally__report_text(error, "where");
	uint64_t hash = mix(UINT64_C(0xcbf29ce484222325), tally__report_text(error, "code"));
	cJSON *issue = cJSON_CreateObject();
	int status;

	tally__buf_adds(text, "no results: ");
	tally__report_add_error(text, error, " ");
	status = put_buf(issue, "description", text);
	if (status == 0)
		status = put_text(issue, "check_name", "tally verify");
	tally__buf_addf(text, "%016" PRIx64, mix(hash, where));
	if (status == 0)
		status = put_buf(issue, "fingerprint", text);
	if (status == 0)
		status = put_text(issue, "severity", "blocker");
	tally__report_add_shown(text, *where != '\0' ? where : ".", 0);
	if (status == 0)
		status = put_location(issue, text);
	if (status == 0)
		return tally__json_append(list, issue);
	cJSON_Delete(issue);
	return status;
}

static int put_issues(cJSON *list, const cJSON *results,
		      const struct tally_verify_report_options *options)
{
	const cJSON *contract, *interaction;
	const cJSON *error = tally__report_error(results);
	struct buf text;
	int status = 0;

	tally__buf_init(&text, LIMIT_REPORT_BYTES);
	if (error != NULL && !tally__json_get_bool(results, "success", false))
		status = put_error(list, error, &text);
	cJSON_ArrayForEach(contract, tally__json_get(results, "contracts"))
	{
		cJSON_ArrayForEach(interaction, tally__json_get(contract, "interactions"))
		{
			if (status == 0 &&
			    tally__report_has_details(tally__report_class(interaction)))
				status = put_issue(list, contract, interaction, options, &text);
		}
	}
	tally__buf_release(&text);
	return status;
}

int tally_verify_report_gitlab(const cJSON *results,
			       const struct tally_verify_report_options *options, char **text,
			       struct tally_error *error)
{
	int status = tally__report_check(results, error);
	size_t len = 0;
	cJSON *list;

	if (status != 0)
		return status;
	tally__json_setup();
	list = cJSON_CreateArray();
	status = list == NULL ? TALLY_ENOMEM : put_issues(list, results, options);
	if (status == TALLY_ENOMEM)
		tally__fail_nomem(error);
	else if (status != 0)
		tally__fail(error, status, "the report is larger than %d bytes",
			    LIMIT_REPORT_BYTES);
	else
		status = tally_json_write(text, &len, list, TALLY_JSON_PRETTY, error);
	cJSON_Delete(list);
	return status;
}
