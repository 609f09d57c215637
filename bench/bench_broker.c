/* A broker with little and with much history: what it costs to publish, to record results and to
 * ask can-i-deploy, and how much disk each takes.  Arguments: the lengths of the history, in
 * versions (1000 10000; BENCH_LONG=1: 100000 as well).  The repository is made in $TMPDIR. */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#define BENCH_CLOCK CLOCK_MONOTONIC
#include "bench.h"
#include "format/json.h"
#include "organisation.h"
#include "tally/matrix.h"
#include "tally/upkeep.h"

#define SEED         6
#define APPLICATIONS 50 /* a hub with 49 consumers */
#define GROUP        8
#define FILL_GROUP   64
#define SINGLES      200
#define GROUPS       50
#define ASKED        200
#define PROCESSES    15
#define SIZED        512

struct world {
	char folder[256];
	char repo[300];
	struct organisation *organisation;
	struct tally_broker *broker;
};

static void check(int status, const struct tally_error *error)
{
	char text[2048];

	if (status == 0)
		return;
	tally_error_format(error, text, sizeof text);
	fprintf(stderr, "bench_broker: %s\n", text);
	exit(EXIT_FAILURE);
}

static double processor_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

/* Of the packs, without those that were joined in another one and wait to be removed. */
static double bytes_on_disk(const struct world *world)
{
	char command[1024];
	double result = 0;
	char line[64];
	FILE *pipe;

	snprintf(command, sizeof command,
		 "cd '%s' && touch tally/rolled && cut -d' ' -f2 tally/rolled >../rolled && "
		 "cd objects/pack && ls | grep -vFf ../../../rolled | xargs wc -c | "
		 "awk '$2 != \"total\" {bytes += $1} END {print bytes}'",
		 world->repo);
	pipe = popen(command, "r");
	if (pipe && fgets(line, sizeof line, pipe))
		result = strtod(line, NULL);
	if (pipe)
		pclose(pipe);
	return result;
}

typedef void change(struct organisation *organisation, struct tally_broker *broker);

static void make_group(struct world *world, change *make, size_t count)
{
	struct tally_error error = TALLY_ERROR_INIT;

	check(tally_broker_begin(world->broker, &error), &error);
	for (size_t i = 0; i < count; i++)
		make(world->organisation, world->broker);
	check(tally_broker_finish(world->broker, &error), &error);
}

static void fill(struct world *world, uint64_t versions)
{
	while (organisation_versions(world->organisation) < versions)
		make_group(world, organisation_live, FILL_GROUP);
}

/* The mean tells what many cost, roll-ups of packs included; the median what one waits. */
static void measure_changes(struct world *world, const char *what, change *make, size_t group,
			    size_t count)
{
	double *samples = calloc(count, sizeof *samples);
	double start = bench_now_ns(), busy = processor_ns(), total, median;

	if (!samples)
		exit(EXIT_FAILURE);
	for (size_t i = 0; i < count; i++) {
		double before = bench_now_ns();

		if (group > 1)
			make_group(world, make, group);
		else
			make(world->organisation, world->broker);
		samples[i] = bench_now_ns() - before;
	}
	total = bench_now_ns() - start;
	busy = processor_ns() - busy;
	median = bench_median(samples, count);
	printf("  %-34s %7.0f/s, median %7.2f ms, mean %7.2f ms, %6.2f on the processor\n", what,
	       1e9 * (double)(count * group) / total, median / 1e6, total / (double)count / 1e6,
	       busy / (double)count / 1e6);
	free(samples);
}

static void ask(struct world *world, const char *application, const char *version)
{
	const struct tally_version_selector selector = {.application = application,
							.version = version};
	const struct tally_matrix_query query = {
		.selectors = &selector, .selector_count = 1, .to_environment = "production"};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;
	const cJSON *deployable;

	check(tally_broker_can_i_deploy(world->broker, &query, &answer, &error), &error);
	deployable = tally__json_get(tally__json_get(answer, "summary"), "deployable");
	if (!cJSON_IsTrue(deployable)) {
		fprintf(stderr, "bench_broker: %s %s should be deployable\n", application, version);
		exit(EXIT_FAILURE);
	}
	cJSON_Delete(answer);
}

/* Libtool's ./tally is a script; what is measured is the program. */
static void measure_process(struct world *world, const char *application, const char *version)
{
	double samples[PROCESSES];
	char command[1024];

	snprintf(command, sizeof command,
		 "LD_LIBRARY_PATH=.libs .libs/tally can-i-deploy --broker '%s' --application %s "
		 "--version %s "
		 "--to-environment production >/dev/null",
		 world->repo, application, version);
	for (size_t i = 0; i < PROCESSES; i++) {
		double before = bench_now_ns();

		if (system(command) != 0) {
			fprintf(stderr, "bench_broker: this failed: %s\n", command);
			exit(EXIT_FAILURE);
		}
		samples[i] = bench_now_ns() - before;
	}
	printf("  %-34s %44.2f ms\n", "the same, a whole process",
	       bench_median(samples, PROCESSES) / 1e6);
}

static void measure_questions(struct world *world, const char *what, size_t number)
{
	const char *application, *version;
	double samples[ASKED], busy, first;

	organisation_prepare(world->organisation, world->broker, number, &application, &version);
	first = bench_now_ns();
	ask(world, application, version);
	first = bench_now_ns() - first;
	busy = processor_ns();
	for (size_t i = 0; i < ASKED; i++) {
		double before = bench_now_ns();

		ask(world, application, version);
		samples[i] = bench_now_ns() - before;
	}
	busy = processor_ns() - busy;
	printf("  %-34s first %.2f ms, median %7.3f ms, %26.3f on the processor\n", what,
	       first / 1e6, bench_median(samples, ASKED) / 1e6, busy / ASKED / 1e6);
	measure_process(world, application, version);
}

static void maintain(struct world *world)
{
	const struct tally_maintenance maintenance = {0};
	struct tally_error error = TALLY_ERROR_INIT;
	cJSON *answer = NULL;

	check(tally_broker_maintain(world->broker, &maintenance, &answer, &error), &error);
	cJSON_Delete(answer);
}

static void measure_disk(struct world *world, const char *what, change *make)
{
	double before = bytes_on_disk(world), after;

	for (size_t i = 0; i < SIZED / GROUP; i++)
		make_group(world, make, GROUP);
	after = bytes_on_disk(world);
	maintain(world);
	printf("  %-34s %7.0f bytes, maintained %7.0f\n", what, (after - before) / SIZED,
	       (bytes_on_disk(world) - before) / SIZED);
}

/* All that there is, for maintenance begins with that. */
static void measure_maintenance(struct world *world)
{
	double before = bytes_on_disk(world), start = processor_ns();

	maintain(world);
	printf("  %-34s %7.1f MB, maintained %7.1f MB, %17.1f s on the processor\n", "disk, all",
	       before / 1e6, bytes_on_disk(world) / 1e6, (processor_ns() - start) / 1e9);
}

static void measure(struct world *world, uint64_t versions)
{
	double start = bench_now_ns();
	size_t before = organisation_versions(world->organisation);

	fill(world, versions);
	printf("%zu versions (%zu more with their results in %.1f s)\n",
	       organisation_versions(world->organisation),
	       organisation_versions(world->organisation) - before, (bench_now_ns() - start) / 1e9);
	measure_changes(world, "publications", organisation_publish, 1, SINGLES);
	measure_changes(world, "publications, groups of 8", organisation_publish, GROUP, GROUPS);
	measure_changes(world, "results", organisation_verify, 1, SINGLES);
	measure_changes(world, "results, groups of 8", organisation_verify, GROUP, GROUPS);
	measure_questions(world, "can-i-deploy, a service", APPLICATIONS / 2);
	measure_questions(world, "can-i-deploy, the hub", 0);
	measure_maintenance(world);
	measure_disk(world, "disk, a version", organisation_publish);
	measure_disk(world, "disk, a result", organisation_verify);
	fflush(stdout);
}

static void set_up(struct world *world, size_t applications)
{
	const char *base = getenv("TMPDIR");
	struct tally_error error = TALLY_ERROR_INIT;

	snprintf(world->folder, sizeof world->folder, "%s/tally-bench-XXXXXX",
		 base ? base : "/tmp");
	if (!mkdtemp(world->folder)) {
		perror("bench_broker");
		exit(EXIT_FAILURE);
	}
	snprintf(world->repo, sizeof world->repo, "%s/repo", world->folder);
	check(tally_broker_init(world->repo, &error), &error);
	check(tally_broker_open(&world->broker, world->repo, &error), &error);
	world->organisation = organisation_new(applications, SEED);
	organisation_found(world->organisation, world->broker);
}

static void tear_down(struct world *world)
{
	const char *keep = getenv("BENCH_KEEP");
	char command[320];

	organisation_free(world->organisation);
	tally_broker_close(world->broker);
	if (keep && *keep) {
		printf("%s stays\n", world->repo);
		return;
	}
	snprintf(command, sizeof command, "rm -rf '%s'", world->folder);
	if (system(command) != 0)
		fprintf(stderr, "bench_broker: %s stays\n", world->folder);
}

/* What the original broker's figures are known for. */
static void measure_small(void)
{
	struct world world;

	set_up(&world, 10);
	fill(&world, 1000);
	printf("10 applications with 100 versions each\n");
	measure_questions(&world, "can-i-deploy", 5);
	tear_down(&world);
}

int main(int argc, char **argv)
{
	static const char *const usual[] = {"1000", "10000", "100000"};
	const char *is_long = getenv("BENCH_LONG");
	const char *const *lengths = argc > 1 ? (const char *const *)argv + 1 : usual;
	int count = argc > 1 ? argc - 1 : is_long && *is_long ? 3 : 2;
	struct world world;

	measure_small();
	set_up(&world, APPLICATIONS);
	for (int i = 0; i < count; i++) {
		uint64_t versions;

		if (!tally__text_to_u64(lengths[i], &versions)) {
			fprintf(stderr, "bench_broker: \"%s\" is no number\n", lengths[i]);
			return EXIT_FAILURE;
		}
		measure(&world, versions);
	}
	tear_down(&world);
	return EXIT_SUCCESS;
}
