/* What came of a run of tally mock, for people and for machines. */
#include "config.h"

#include <string.h>

#include "cli/common.h"
#include "cli/mocks.h"
#include "cli/output.h"
#include "cli/report.h"

static void put(cJSON *object, const char *name, cJSON *value)
{
	if (!value || !cJSON_AddItemToObject(object, name, value))
		out_of_memory();
}

static void append(cJSON *list, cJSON *value)
{
	if (!value || !cJSON_AddItemToArray(list, value))
		out_of_memory();
}

static void put_text(const struct mocks *mocks, cJSON *object, const char *name, const char *text)
{
	if (text)
		put(object, name, cJSON_CreateString(valid_text(&mocks->call->scratch, text)));
}

/* Moves the items of a report's list to the end of another. */
static void move_all(cJSON *report, const char *name, cJSON *to)
{
	cJSON *from = cJSON_GetObjectItemCaseSensitive(report, name);

	while (from && from->child)
		append(to, cJSON_DetachItemViaPointer(from, from->child));
}

static cJSON *provider_json(const struct mocks *mocks, const struct mock_provider *item)
{
	cJSON *out = cJSON_CreateObject();
	cJSON *files = cJSON_CreateArray();

	put_text(mocks, out, "consumer", item->consumer);
	put_text(mocks, out, "provider", item->name);
	put(out, "files", files);
	for (size_t i = 0; i < item->files.count; i++)
		append(files,
		       cJSON_CreateString(valid_text(&mocks->call->scratch, item->files.items[i])));
	put_text(mocks, out, "url", tally_mock_url(item->mock));
	put_text(mocks, out, "messagesUrl", tally_mock_messages_url(item->mock));
	put(out, "success", cJSON_CreateBool(cJSON_IsTrue(json_get(item->report, "success"))));
	put(out, "matched",
	    cJSON_CreateNumber(cJSON_GetArraySize(json_get(item->report, "matched"))));
	put_text(mocks, out, "contract", item->path);
	return out;
}

cJSON *mocks_json(const struct mocks *mocks)
{
	cJSON *out = cJSON_CreateObject();
	cJSON *matched = cJSON_CreateArray();
	cJSON *mismatches = cJSON_CreateArray();
	cJSON *warnings = cJSON_CreateArray();
	cJSON *list = cJSON_CreateArray();
	double omitted = 0;
	double preflights = 0;

	put(out, "success", cJSON_CreateBool(mocks_succeeded(mocks)));
	put(out, "matched", matched);
	put(out, "mismatches", mismatches);
	for (size_t i = 0; i < mocks->count; i++) {
		const struct mock_provider *item = &mocks->items[i];
		const cJSON *problems = json_get(item->report, "mismatches");
		cJSON *problem;

		append(list, provider_json(mocks, item));
		cJSON_ArrayForEach(problem, problems)
		{
			put_text(mocks, problem, "provider", item->name);
		}
		move_all(item->report, "matched", matched);
		move_all(item->report, "mismatches", mismatches);
		move_all(item->report, "warnings", warnings);
		if (json_number(item->report, "omitted") > 0)
			omitted += json_number(item->report, "omitted");
		if (json_number(item->report, "preflightsRefused") > 0)
			preflights += json_number(item->report, "preflightsRefused");
		if (json_get(item->report, "seed") && !json_get(out, "seed"))
			put(out, "seed", cJSON_CreateNumber(json_number(item->report, "seed")));
	}
	if (omitted > 0)
		put(out, "omitted", cJSON_CreateNumber(omitted));
	if (preflights > 0)
		put(out, "preflightsRefused", cJSON_CreateNumber(preflights));
	if (cJSON_GetArraySize(warnings) > 0)
		put(out, "warnings", warnings);
	else
		cJSON_Delete(warnings);
	put(out, "mocks", list);
	return out;
}

void mocks_print(const struct mocks *mocks)
{
	for (size_t i = 0; i < mocks->count; i++)
		report_mock(mocks->items[i].report, mocks->count > 1 ? mocks->items[i].name : NULL);
	for (size_t i = 0; i < mocks->count; i++) {
		if (mocks->items[i].path)
			out("contract written: %s\n", mocks->items[i].path);
	}
}
