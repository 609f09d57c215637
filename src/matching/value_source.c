#include "config.h"

#include <string.h>

#include "base/map.h"
#include "base/time.h"
#include "matching/value_source.h"

/* Seeds are typed again by people, and fit into any number that an option can have. */
#define SEED_MAX 2147483647

/* The offset at the end of "…T09:14:16+01:00"; 0 for "…Z" and for a date alone. */
static int offset_minutes(const char *text)
{
	const char *sign = strchr(text, 'T');
	int minutes = 0;

	sign = sign ? strpbrk(sign, "+-") : NULL;
	if (!sign || strlen(sign) != strlen("+hh:mm")) {
		return 0;
	}
	minutes = ((sign[1] - '0') * 10 + (sign[2] - '0')) * 60 + (sign[4] - '0') * 10 + sign[5] -
		  '0';
	return *sign == '-' ? -minutes : minutes;
}

int tally__value_source_init(struct value_source *out, unsigned long seed, const char *now,
			     struct tally_error *error)
{
	struct value_source source = {.seed = seed, .is_chosen = seed == 0};
	int64_t seconds = 0;

	if (seed == 0) {
		source.seed = 1 + (unsigned long)(tally__random_new_seed() % SEED_MAX);
	}
	if (now) {
		if (!tally__time_parse(now, &seconds)) {
			return tally__fail_at(error, TALLY_EINVAL, "now", 0, 0,
					      "expected an instant such as "
					      "2026-11-21T09:14:16+01:00, found \"%s\"",
					      now);
		}
		source.is_fixed = true;
		source.now = (struct date_instant){seconds * 1000, offset_minutes(now)};
	}
	*out = source;
	return 0;
}

void tally__value_source_context(const struct value_source *source, enum generator_mode mode,
				 const char *consumer, const struct interaction *interaction,
				 size_t number, struct random *random,
				 struct generator_context *out)
{
	uint64_t key[2] = {source->seed, number};

	if (consumer) {
		key[0] = tally__hash_seeded(key, consumer, strlen(consumer));
	}
	if (interaction) {
		key[0] = tally__hash_seeded(key, interaction->description,
					    strlen(interaction->description));
		for (size_t i = 0; i < interaction->state_count; i++) {
			const char *name = interaction->states[i].name;

			key[0] = tally__hash_seeded(key, name, strlen(name));
		}
	}
	tally__random_init(random, tally__hash_seeded(key, "", 0));
	*out = (struct generator_context){.mode = mode, .random = random, .now = source->now};
	if (!source->is_fixed) {
		tally__time_now_local(&out->now.unix_ms, &out->now.offset_minutes);
	}
}

int tally__value_source_tell(const struct value_source *source, cJSON *result)
{
	int status = tally__json_put(result, "seed", cJSON_CreateNumber((double)source->seed));

	if (status == 0 && source->is_chosen) {
		status = tally__json_put(result, "seedChosen", cJSON_CreateTrue());
	}
	return status;
}
