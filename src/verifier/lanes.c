#include "config.h"

#include "verifier/lanes.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"

/* Sets of tasks that grow together (union-find); the representative is the one without a parent. */
static size_t find(size_t *parents, size_t i)
{
	while (parents[i] != i) {
		parents[i] = parents[parents[i]];
		i = parents[i];
	}
	return i;
}

/* The earlier task represents both. */
static void join(size_t *parents, size_t a, size_t b)
{
	a = find(parents, a);
	b = find(parents, b);
	if (a < b)
		parents[b] = a;
	else
		parents[a] = b;
}

static bool needs_lane(const struct task *task)
{
	return tally__task_is_asked(task) && task->interaction->state_count > 0;
}

/* Joins each task with the first that has the same state. */
static int join_by_states(size_t *parents, struct task *tasks, size_t count)
{
	struct map first;
	int status = 0;

	tally__map_init(&first);
	for (size_t i = 0; i < count; i++)
		parents[i] = i;
	for (size_t i = 0; i < count && status == 0; i++) {
		const struct interaction *interaction = tasks[i].interaction;

		for (size_t j = 0; needs_lane(&tasks[i]) && j < interaction->state_count; j++) {
			const char *name = interaction->states[j].name;
			const struct map_entry *entry =
				tally__map_add(&first, name, strlen(name), &tasks[i]);

			if (entry == NULL)
				status = TALLY_ENOMEM;
			else
				join(parents, (size_t)((struct task *)entry->value - tasks), i);
		}
	}
	tally__map_release(&first);
	return status;
}

int tally__lanes_init(struct lane **lanes, struct task *tasks, size_t count,
		      struct tally_error *error)
{
	size_t *parents = tally__calloc(count, sizeof(*parents));
	int status = TALLY_ENOMEM;

	*lanes = tally__calloc(count, sizeof(**lanes));
	if (parents != NULL && *lanes != NULL)
		status = join_by_states(parents, tasks, count);
	for (size_t i = 0; status == 0 && i < count; i++) {
		if (needs_lane(&tasks[i]))
			tasks[i].lane = &(*lanes)[find(parents, i)];
	}
	tally__free(parents);
	return status == 0 ? 0 : tally__fail_nomem(error);
}

bool tally__lane_enter(struct task *task)
{
	struct lane *lane = task->lane;

	if (lane == NULL)
		return true;
	if (!lane->is_busy) {
		lane->is_busy = true;
		return true;
	}
	if (lane->last_waiting != NULL)
		lane->last_waiting->next_waiting = task;
	else
		lane->first_waiting = task;
	lane->last_waiting = task;
	return false;
}

struct task *tally__lane_leave(struct task *task)
{
	struct lane *lane = task->lane;
	struct task *next;

	if (lane == NULL)
		return NULL;
	next = lane->first_waiting;
	lane->is_busy = next != NULL;
	if (next == NULL)
		return NULL;
	lane->first_waiting = next->next_waiting;
	if (lane->first_waiting == NULL)
		lane->last_waiting = NULL;
	return next;
}
