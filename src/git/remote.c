#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "git/accept.h"
#include "git/advertisement.h"
#include "git/cache.h"
#include "git/change.h"
#include "git/fetch.h"
#include "git/open.h"
#include "git/push.h"
#include "git/remote.h"

/* A question so soon after another one is answered from what that found. */
#define FRESH_MS 1000
/* A conversation left alone for longer, as by a group of changes, may have been closed. */
#define IDLE_MS 10000
/* Each takes the time of a push, and may be lost to any number of writers that do not wait for one
 * another; more than a few against a branch that stays where it is are none. */
#define TRIES        100
#define TRIES_LOCKED 12
/* Of one change: to ask, to fetch and to push take their time, each. */
#define PATIENCE_MS (4 * CARRIER_TIMEOUT_MS)

/* A conversation with the other side, whose advertisement was read. */
struct talk {
	struct carrier_session *session; /* NULL: none */
	struct line_reader *reader;
	struct advertisement there;
	int64_t begun_ms;
};

struct remote {
	struct upstream base; /* first: the store knows this alone */
	struct carrier *carrier;
	char *shown;
	char *folder;
	bool offline, founding;
	bool is_renewed;
	/* The last push was said to have lost a race, from there.  Where the branch is now is asked
	 * with the next try. */
	bool has_lost;
	git_oid lost_from;
	struct tally_error lost_why;
	unsigned locked;  /* how often that was said, and the branch had not moved */
	int64_t asked_ms; /* 0: never */
	struct talk push; /* open from the beginning of a change to its end */
};

static struct remote *of(struct upstream *upstream)
{
	return (struct remote *)upstream;
}

static void end_talk(struct talk *talk)
{
	if (talk->session)
		talk->session->carrier->kind->close(talk->session);
	tally__free(talk->reader);
	*talk = (struct talk){NULL};
}

static int begin_talk(struct remote *remote, struct talk *talk, enum git_service service,
		      struct tally_error *error)
{
	int status = remote->carrier->kind->open(remote->carrier, service, &talk->session, error);

	if (status == 0) {
		talk->reader = tally__malloc(sizeof *talk->reader);
		if (!talk->reader)
			status = tally__fail_nomem(error);
	}
	if (status == 0) {
		tally__line_reader_init(talk->reader, talk->session);
		status = tally__advertisement_read(&talk->there, talk->reader, service, error);
	}
	talk->begun_ms = tally__time_monotonic_ms();
	if (status != 0) {
		end_talk(talk);
		tally__error_where(error, remote->shown);
	}
	return status;
}

static void note_contact(struct remote *remote)
{
	remote->asked_ms = tally__time_monotonic_ms();
	tally__cache_touch(remote->folder);
}

/* There is no branch there. */
static int check_missing(const struct remote *remote, const struct store *store,
			 const struct advertisement *there, struct tally_error *error)
{
	char id[GIT_OID_HEXSZ + 1];
	git_oid here;
	int status = tally__repository_tip(store->repository, &here, error);

	if (status != 0)
		return status;
	if (remote->founding && there->is_empty && git_oid_is_zero(&here))
		return 0;
	if (!there->is_empty)
		return tally__fail_at(
			error, remote->founding ? TALLY_ECONFLICT : TALLY_EPARSE, remote->shown, 0,
			0,
			"this git repository is not a broker: it has branches, but no "
			"main; name another, or a new and empty one for tally broker "
			"init");
	if (git_oid_is_zero(&here))
		return tally__fail_at(error, TALLY_EPARSE, remote->shown, 0, 0,
				      "this git repository is empty: tally broker init makes a "
				      "broker of it");
	return tally__fail_at(error, remote->founding ? TALLY_ECONFLICT : TALLY_EPARSE,
			      remote->shown, 0, 0,
			      "this git repository is empty, but was a broker: the copy in %s has "
			      "what it had; git push URL %s:refs/heads/main from there brings it "
			      "back%s",
			      remote->folder, git_oid_tostr(id, sizeof id, &here),
			      remote->founding ? ", or remove that folder to begin anew" : "");
}

static bool is_here(const struct store *store, const git_oid *commit)
{
	git_object *object = NULL;
	bool found =
		git_object_lookup(&object, store->repository->git, commit, GIT_OBJECT_COMMIT) == 0;

	git_object_free(object);
	return found;
}

/* Moves the branch here to `tip`, for which `talk` is asked where it is not known. */
static int take(struct store *store, struct talk *talk, const git_oid *tip,
		struct tally_error *error)
{
	enum branch_outcome outcome = BRANCH_STAYS;
	struct pack pack = {""};
	git_oid old;
	int status = tally__store_tip(store, &old, error);

	if (status == 0)
		status = tally__branch_begin(store, tip, error);
	if (status != 0)
		return status;
	if (talk)
		status = tally__commit_fetch(&pack, store, talk->reader, &talk->there, tip, &old,
					     error);
	if (status == 0 && talk && git_odb_refresh(store->repository->odb) < 0)
		status = tally__git_fail(error, store->path, "look at what was fetched");
	if (status == 0 && !is_here(store, tip))
		status = tally__fail(error, TALLY_EIO,
				     "the git server did not send the commit that it has");
	if (status == 0)
		status = tally__branch_move(store, &old, tip, &outcome, error);
	if (outcome == BRANCH_MOVED)
		tally__pack_accept(&pack, store);
	else
		tally__pack_remove(&pack, store);
	tally__branch_end(store);
	if (status == 0 && outcome == BRANCH_LOST)
		status = tally__fail_at(error, TALLY_EBUSY, store->path, 0, 0,
					"another program works on this copy, or left " STORE_BRANCH
					".lock behind: remove the folder, it is made anew");
	/* The one that is in the copy now is there for good: nothing rests on its last flush. */
	return outcome == BRANCH_MOVED ? tally__store_tip(store, &old, error) : status;
}

/* Whether it may be another story when the conversation is begun as it should be. */
static bool is_worth_another(int status)
{
	return status == TALLY_EIO || status == TALLY_EPARSE || status == TALLY_EINVAL ||
	       status == TALLY_ENOTFOUND;
}

/* Fetches what was just seen without asking for it again, where that can be. */
static int take_seen(struct remote *remote, struct store *store, const struct advertisement *seen,
		     struct tally_error *error)
{
	const struct carrier_kind *kind = remote->carrier->kind;
	struct talk talk = {.there = *seen};
	int status;

	if (!kind->resume)
		return TALLY_ENOTFOUND;
	status = kind->resume(remote->carrier, GIT_SERVICE_UPLOAD, &talk.session, error);
	if (status == 0) {
		talk.reader = tally__malloc(sizeof *talk.reader);
		status = talk.reader ? 0 : tally__fail_nomem(error);
	}
	if (status == 0) {
		tally__line_reader_init(talk.reader, talk.session);
		status = take(store, &talk, &seen->tip, error);
	}
	end_talk(&talk);
	return status;
}

/* With the write lock held: brings the branch here to where the other one was found to be. */
static int follow(struct remote *remote, struct store *store, const struct advertisement *seen,
		  struct tally_error *error)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	struct talk talk = {NULL};
	git_oid tip;
	int status = tally__store_tip(store, &tip, error);

	if (status != 0 || git_oid_equal(&tip, &seen->tip))
		return status;
	if (is_here(store, &seen->tip))
		return take(store, NULL, &seen->tip, error);
	status = take_seen(remote, store, seen, &trouble);
	if (!is_worth_another(status)) {
		if (status != 0 && error && error->code == 0)
			*error = trouble;
		return status;
	}
	status = begin_talk(remote, &talk, GIT_SERVICE_UPLOAD, error);
	/* It may have moved on since. */
	if (status == 0 && !git_oid_is_zero(&talk.there.tip))
		status = take(store, is_here(store, &talk.there.tip) ? NULL : &talk,
			      &talk.there.tip, error);
	end_talk(&talk);
	return status;
}

static int refuse_offline(const struct remote *remote, struct tally_error *error)
{
	return tally__fail_at(error, TALLY_EINVAL, remote->shown, 0, 0,
			      "nothing can be changed offline: leave --offline out");
}

static const char locked_advice[] =
	"The branch seems to be locked there: if no git process works on it, refs/heads/main.lock\n"
	"is to be removed at the git host.";

/* Fails once the branch was said to be locked too often. */
static int check_locked(struct remote *remote, const git_oid *there, struct tally_error *error)
{
	if (!remote->has_lost)
		return 0;
	remote->has_lost = false;
	remote->locked = git_oid_equal(there, &remote->lost_from) ? remote->locked + 1 : 0;
	if (remote->locked < TRIES_LOCKED)
		return 0;
	remote->locked = 0;
	if (error && error->code == 0)
		*error = remote->lost_why;
	tally__error_add_lines(error, locked_advice);
	return remote->lost_why.code;
}

static int remote_refresh(struct upstream *upstream, struct store *store, struct tally_error *error)
{
	struct remote *remote = of(upstream);
	const struct advertisement *there = &remote->push.there;
	int status;

	if (remote->offline)
		return refuse_offline(remote, error);
	end_talk(&remote->push);
	status = begin_talk(remote, &remote->push, GIT_SERVICE_RECEIVE, error);
	if (status == 0)
		status = check_locked(remote, &there->tip, error);
	if (status != 0)
		return status;
	note_contact(remote);
	if (git_oid_is_zero(&there->tip))
		status = check_missing(remote, store, there, error);
	else if (remote->founding)
		status = tally__fail_at(error, TALLY_ECONFLICT, remote->shown, 0, 0,
					"the repository has a branch main already; name a new and "
					"empty one");
	else
		status = follow(remote, store, there, error);
	tally__error_where(error, remote->shown);
	return status;
}

static void remote_rest(struct upstream *upstream)
{
	end_talk(&of(upstream)->push);
}

/* Whether `commit` is part of what the branch here has on top of `base`. */
static int look_for(bool *found, struct store *store, const git_oid *base, const git_oid *commit,
		    struct tally_error *error)
{
	struct repository *repository = store->repository;
	git_oid at = store->tip;

	*found = git_oid_equal(&at, commit);
	while (!*found && !git_oid_is_zero(&at) && !git_oid_equal(&at, base)) {
		git_object *object = NULL;
		int status = tally__object_lookup(&object, repository, repository->git, &at,
						  GIT_OBJECT_COMMIT, error);

		if (status != 0)
			return status;
		if (git_commit_parentcount((git_commit *)object) > 0)
			at = *git_commit_parent_id((git_commit *)object, 0);
		else
			memset(&at, 0, sizeof at);
		*found = git_oid_equal(&at, commit);
		git_object_free(object);
	}
	return 0;
}

/* Finds out what became of a push whose answer was none, or a refusal: whether the commit got there
 * all the same, or else whether the branch has moved. */
static int look_again(struct remote *remote, struct store *store, const git_oid *old,
		      const git_oid *next, bool *is_there, bool *has_moved,
		      struct tally_error *error)
{
	struct talk talk = {NULL};
	int status;

	/* What was begun here is over; another commit may be taken in. */
	tally__branch_end(store);
	*is_there = false;
	status = begin_talk(remote, &talk, GIT_SERVICE_UPLOAD, error);
	if (status != 0)
		return status;
	*has_moved = !git_oid_equal(&talk.there.tip, old);
	if (*has_moved && !git_oid_is_zero(&talk.there.tip)) {
		status = take(store, is_here(store, &talk.there.tip) ? NULL : &talk,
			      &talk.there.tip, error);
		if (status == 0)
			status = look_for(is_there, store, old, next, error);
	}
	end_talk(&talk);
	return status;
}

/* The other side has it: what the copy here makes of that does not matter any more. */
static int end_accepted(struct store *store, const git_oid *old, const git_oid *next,
			enum branch_outcome *outcome)
{
	(void)tally__branch_move(store, old, next, outcome, NULL);
	*outcome = BRANCH_MOVED;
	return 0;
}

static int end_unclear(struct remote *remote, struct store *store, const git_oid *old,
		       const git_oid *next, enum push_outcome pushed, enum branch_outcome *outcome,
		       struct tally_error *why, struct tally_error *error)
{
	struct tally_error trouble = TALLY_ERROR_INIT;
	bool is_there = false, has_moved = false;
	int looked = look_again(remote, store, old, next, &is_there, &has_moved, &trouble);

	if (looked == 0 && is_there) {
		*outcome = BRANCH_MOVED;
		return 0;
	}
	/* One that has no answer yet may still be under way: only the caller may do it again. */
	if (looked == 0 && pushed != PUSH_UNKNOWN && has_moved) {
		*outcome = BRANCH_LOST;
		return 0;
	}
	if (looked == 0 && pushed == PUSH_LOST)
		tally__error_add_lines(why, locked_advice);
	if (pushed == PUSH_UNKNOWN)
		tally__error_add_lines(
			why,
			looked == 0
				? "The change was not there afterwards. Should the host still be "
				  "at work on it, it may\nyet come: look with tally log before "
				  "doing it again."
				: "It is not known whether the change was recorded: look with "
				  "tally log before doing it again.");
	if (error && error->code == 0)
		*error = *why;
	return why->code;
}

static int remote_accept(struct upstream *upstream, struct store *store, const struct pack *pack,
			 const git_oid *old, const git_oid *next, enum branch_outcome *outcome,
			 struct tally_error *error)
{
	struct remote *remote = of(upstream);
	struct tally_error why = TALLY_ERROR_INIT;
	enum push_outcome pushed;
	int status = 0;

	*outcome = BRANCH_STAYS;
	if (remote->push.session && tally__time_monotonic_ms() > remote->push.begun_ms + IDLE_MS)
		end_talk(&remote->push);
	if (!remote->push.session)
		status = begin_talk(remote, &remote->push, GIT_SERVICE_RECEIVE, error);
	if (status != 0)
		return status;
	pushed =
		tally__push(store, remote->push.reader, &remote->push.there, pack, old, next, &why);
	end_talk(&remote->push);
	if (pushed == PUSH_ACCEPTED) {
		note_contact(remote);
		return end_accepted(store, old, next, outcome);
	}
	tally__error_where(&why, remote->shown);
	/* A group is not run again, and wants to know now. */
	if (pushed == PUSH_LOST && !store->group) {
		remote->has_lost = true;
		remote->lost_from = *old;
		remote->lost_why = why;
		*outcome = BRANCH_LOST;
		return 0;
	}
	if (pushed != PUSH_UNSENT)
		return end_unclear(remote, store, old, next, pushed, outcome, &why, error);
	if (error && error->code == 0)
		*error = why;
	return why.code;
}

static void remote_free(struct upstream *upstream)
{
	struct remote *remote = of(upstream);

	end_talk(&remote->push);
	if (remote->carrier)
		remote->carrier->kind->free(remote->carrier);
	tally__free(remote->shown);
	tally__free(remote->folder);
	tally__free(remote);
}

static int fill(struct remote *remote, const struct remote_options *options,
		struct tally_error *error)
{
	remote->base = (struct upstream){
		.refresh = remote_refresh,
		.accept = remote_accept,
		.rest = remote_rest,
		.free = remote_free,
		.tries = TRIES,
		.patience_ms = PATIENCE_MS,
	};
	remote->offline = options->offline;
	remote->founding = options->founding;
	remote->shown = tally__strdup(options->shown);
	if (!remote->shown)
		return tally__fail_nomem(error);
	remote->base.place = remote->shown;
	return tally__cache_folder(&remote->folder, options->cache_dir, options->shown, error);
}

int tally__remote_open(struct store **out, struct carrier *carrier,
		       const struct remote_options *options, struct tally_error *error)
{
	struct remote *remote = tally__calloc(1, sizeof *remote);
	struct store *store = NULL;
	int status;

	if (!remote) {
		carrier->kind->free(carrier);
		return tally__fail_nomem(error);
	}
	remote->carrier = carrier;
	status = tally__git2_load(error);
	if (status == 0)
		status = fill(remote, options, error);
	if (status == 0)
		status = tally__cache_open(&store, remote->folder, remote->shown, !options->offline,
					   error);
	if (status != 0) {
		remote_free(&remote->base);
		return status;
	}
	store->upstream = &remote->base;
	*out = store;
	return 0;
}

static bool is_remote(const struct store *store)
{
	return store->upstream && store->upstream->refresh == remote_refresh;
}

/* The branch there is elsewhere than `before`, where the one here was: gets what is new, with the
 * lock.  By then another process may have done so, and gone further. */
static int catch_up(struct remote *remote, struct store *store, const git_oid *before,
		    struct talk *talk, struct tally_error *error)
{
	const git_oid *tip = &talk->there.tip;
	git_oid now;
	int lock;
	int status = tally__change_lock(store, &lock, error);

	if (status != 0)
		return status;
	status = tally__store_tip(store, &now, error);
	if (status == 0 && !git_oid_equal(&now, before)) {
		end_talk(talk);
		status = begin_talk(remote, talk, GIT_SERVICE_UPLOAD, error);
	}
	if (status == 0 && !git_oid_is_zero(tip) && !git_oid_equal(&now, tip))
		status = take(store, is_here(store, tip) ? NULL : talk, tip, error);
	tally__change_unlock(store, lock, status == 0);
	return status;
}

int tally__remote_update(struct store *store, struct tally_error *error)
{
	struct remote *remote;
	struct talk talk = {NULL};
	git_oid tip;
	int status;

	if (!is_remote(store) || store->group)
		return 0;
	remote = of(store->upstream);
	if (remote->offline || remote->founding ||
	    (remote->asked_ms > 0 && tally__time_monotonic_ms() < remote->asked_ms + FRESH_MS))
		return 0;
	status = tally__store_tip(store, &tip, error);
	if (status == 0)
		status = begin_talk(remote, &talk, GIT_SERVICE_UPLOAD, error);
	if (status != 0)
		return status;
	if (git_oid_is_zero(&talk.there.tip))
		status = check_missing(remote, store, &talk.there, error);
	else if (!git_oid_equal(&talk.there.tip, &tip))
		status = catch_up(remote, store, &tip, &talk, error);
	end_talk(&talk);
	if (status == 0)
		note_contact(remote);
	tally__error_where(error, remote->shown);
	return status;
}

int64_t tally__store_updated_unix(const struct store *store)
{
	return is_remote(store) ? tally__cache_updated_unix(of(store->upstream)->folder) : -1;
}

bool tally__remote_renew(struct store *store)
{
	struct remote *remote;

	if (!is_remote(store) || store->group || !store->repository->is_damaged)
		return false;
	remote = of(store->upstream);
	if (remote->offline || remote->is_renewed)
		return false;
	remote->is_renewed = true;
	remote->asked_ms = 0;
	return tally__cache_renew(remote->folder, remote->shown, NULL) == 0 &&
	       tally__store_reopen(store, NULL) == 0;
}
