/* writer.c - one of several writers of a broker, for the tests of the command line.
 *
 * usage: writer BROKER NAME publish|results|deploy|mixed|group COUNT [SECONDS]
 *
 * Makes COUNT changes, one after the other, on one open broker: publishes the versions NAME.1,
 * NAME.2 … of web-shop, records results of the same versions of orders, deploys these to
 * production, or all of it in turn; `group` publishes all of them as one group.  Each change that
 * was accepted is a line on standard output, as soon as it was: the record in the repository that
 * proves it.  SECONDS: how far the clock is ahead.  Exit status 1 and a line on standard error when
 * a change was refused. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tally.h>

#include "base/error.h"
#include "base/time.h"

#define TEXT_BYTES 1024

struct writer {
	struct tally_broker *broker;
	const char *name;
	char version[64];
	char proof[128]; /* what `git log -- ` would show the change by */
};

/* What is asked for differs from version to version, and comes back. */
static int publish(struct writer *writer, long number, struct tally_error *error)
{
	struct tally_publication publication = {
		.version = writer->version, .branch = "main", .contract_count = 1};
	char text[TEXT_BYTES];
	cJSON *contract = NULL, *answer = NULL;
	const cJSON *contracts[1];
	int status;

	(void)snprintf(text, sizeof text,
		       "{\"consumer\":{\"name\":\"web-shop\"},\"provider\":{\"name\":\"orders\"},"
		       "\"interactions\":[{\"description\":\"a request\",\"request\":{\"path\":"
		       "\"/orders/%ld\"},\"response\":{\"status\":200}}]}",
		       number % 7);
	status = tally_json_parse(&contract, text, strlen(text), error);
	contracts[0] = contract;
	publication.contracts = contracts;
	if (status == 0)
		status = tally_broker_publish(writer->broker, &publication, &answer, error);
	(void)snprintf(writer->proof, sizeof writer->proof, "%s/publications/orders.json",
		       writer->version);
	cJSON_Delete(contract);
	cJSON_Delete(answer);
	return status;
}

static int record_results(struct writer *writer, long number, struct tally_error *error)
{
	struct tally_run run = {.provider = "orders", .version = writer->version, .branch = "main"};
	char text[TEXT_BYTES];
	cJSON *results = NULL, *answer = NULL;
	int status;

	(void)snprintf(text, sizeof text,
		       "[{\"consumer\":\"web-shop\",\"interactions\":[{\"digest\":"
		       "\"%040lx\",\"description\":\"a request\",\"outcome\":\"%s\"}]}]",
		       (unsigned long)number % 7 + 1, number % 5 == 0 ? "failed" : "passed");
	status = tally_json_parse(&results, text, strlen(text), error);
	if (status == 0)
		status = tally_broker_record_results(writer->broker, &run, results, &answer, error);
	(void)snprintf(writer->proof, sizeof writer->proof, "%s/results/web-shop/",
		       writer->version);
	cJSON_Delete(results);
	cJSON_Delete(answer);
	return status;
}

static int deploy(struct writer *writer, struct tally_error *error)
{
	cJSON *answer = NULL;
	int status = tally_broker_record_deployment(writer->broker, "orders", writer->version,
						    "production", NULL, &answer, error);

	(void)snprintf(writer->proof, sizeof writer->proof, "%s/deployments/", writer->version);
	cJSON_Delete(answer);
	return status;
}

/* One write, so that a reader never sees half of it, and a kill leaves all or nothing. */
static int tell(const struct writer *writer)
{
	char line[sizeof writer->proof + 2];
	int len = snprintf(line, sizeof line, "/%s\n", writer->proof);

	return write(STDOUT_FILENO, line, (size_t)len) == len ? 0 : -1;
}

static int step(struct writer *writer, const char *what, long number, struct tally_error *error)
{
	static const char *const turns[] = {"publish", "results", "deploy"};

	if (strcmp(what, "mixed") == 0) {
		/* A version that has been verified is what is deployed. */
		what = turns[(number - 1) % 3];
		number = (number + 2) / 3;
	}
	(void)snprintf(writer->version, sizeof writer->version, "%s.%ld", writer->name, number);
	if (strcmp(what, "publish") == 0)
		return publish(writer, number, error);
	if (strcmp(what, "results") == 0)
		return record_results(writer, number, error);
	return deploy(writer, error);
}

/* Tells of each once all were accepted. */
static int publish_group(struct writer *writer, long count, struct tally_error *error)
{
	int status = tally_broker_begin(writer->broker, error);

	for (long number = 1; status == 0 && number <= count; number++)
		status = step(writer, "publish", number, error);
	if (status == 0)
		status = tally_broker_finish(writer->broker, error);
	for (long number = 1; status == 0 && number <= count; number++)
		if (printf("/%s.%ld/publications/orders.json\n", writer->name, number) < 0)
			status = tally__fail(error, TALLY_EIO, "cannot say what was done");
	return status;
}

int main(int argc, char **argv)
{
	struct tally_error error = TALLY_ERROR_INIT;
	struct writer writer = {0};
	long ahead, count;
	char text[2048];
	int status;

	if (argc < 5)
		return 2;
	writer.name = argv[2];
	count = strtol(argv[4], NULL, 10);
	ahead = argc > 5 ? strtol(argv[5], NULL, 10) : 0;
	status = tally_broker_open(&writer.broker, argv[1], &error);
	if (status == 0 && strcmp(argv[3], "group") == 0) {
		status = publish_group(&writer, count, &error);
		count = 0;
	}
	for (long number = 1; status == 0 && number <= count; number++) {
		if (ahead != 0) {
			tally__time_fix(-1);
			tally__time_fix(tally__time_now_unix() + ahead);
		}
		status = step(&writer, argv[3], number, &error);
		if (status == 0 && tell(&writer) != 0)
			status = tally__fail(&error, TALLY_EIO, "cannot say what was done: %s",
					     strerror(errno));
	}
	if (status != 0) {
		(void)tally_error_format(&error, text, sizeof text);
		(void)fprintf(stderr, "writer %s: %s\n", writer.name, text);
	}
	tally_broker_close(writer.broker);
	return status != 0;
}
