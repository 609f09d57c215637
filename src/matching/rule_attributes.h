/* matching/rule_attributes.h - reads the attributes of rules; used by the rule table only. */
#ifndef TALLY_MATCHING_RULE_ATTRIBUTES_H
#define TALLY_MATCHING_RULE_ATTRIBUTES_H

#include "matching/rule.h"

/* Each fills its part of `rule`.  TALLY_EPARSE names the member; TALLY_ENOMEM. */
int tally__rule_read_bounds(struct rule *rule, const cJSON *json, struct arena *arena,
			    struct tally_error *error);
int tally__rule_read_regex(struct rule *rule, const cJSON *json, struct arena *arena,
			   struct tally_error *error);
int tally__rule_read_value(struct rule *rule, const cJSON *json, struct arena *arena,
			   struct tally_error *error);
int tally__rule_read_date(struct rule *rule, const cJSON *json, struct arena *arena,
			  struct tally_error *error);
int tally__rule_read_time(struct rule *rule, const cJSON *json, struct arena *arena,
			  struct tally_error *error);
int tally__rule_read_datetime(struct rule *rule, const cJSON *json, struct arena *arena,
			      struct tally_error *error);
int tally__rule_read_status(struct rule *rule, const cJSON *json, struct arena *arena,
			    struct tally_error *error);

#endif
