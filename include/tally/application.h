/* tally/application.h - what the broker knows of applications: their properties and labels, their
 * versions in the order in which they came to be, branches and tags.
 *
 * Applications and versions come to be by publishing, by recording results, or here on purpose.  A
 * version may be on several branches; the one that joined last is the branch's head.  A tag's head
 * is the newest version that has it.
 *
 * Every answer is a JSON document, every change one commit: see tally/broker.h, also for names,
 * threads, and the errors of everything that touches the store.  Lists can be paged, and say in
 * "more" whether something follows.
 *
 * Nothing here works with a Pact Broker over HTTP: TALLY_EUNSUPPORTED.
 */
#ifndef TALLY_APPLICATION_H
#define TALLY_APPLICATION_H

#include <tally/broker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an application says of itself.  NULL leaves a property as it is, "" takes it away.  All is
 * lent for the time of the call.  @since 0.1 */
struct tally_application {
	const char *name; /* required */
	const char *display_name;
	const char *main_branch;
	const char *repository_url; /* of its source */
	const char *repository_name;
	const char *repository_namespace;
};

/* A part of a list; NULL in place of one, and all zero, is the whole.  @since 0.1 */
struct tally_page {
	size_t skip;       /* leave out so many from the front */
	size_t limit;      /* 0: no limit */
	const char *match; /* only names with this text in them, whatever the case; NULL: all */
};

/* What is deleted takes other things along.  @since 0.1 */
struct tally_deletion {
	bool force;    /* also what is deployed, released, or depended on: see each function */
	bool rehearse; /* change nothing: the answer says what would go */
};

/* Makes an application.  TALLY_ECONFLICT when it is there.  *answer: as of
 * tally_broker_application_show, with "commit".  @since 0.1 */
TALLY_API int tally_broker_application_create(struct tally_broker *broker,
					      const struct tally_application *application,
					      cJSON **answer, struct tally_error *error);
/* Changes its properties.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_application_update(struct tally_broker *broker,
					      const struct tally_application *application,
					      cJSON **answer, struct tally_error *error);
/* All applications, or those with a label (NULL: any), by name whatever the case: {"applications":
 * [as of tally_broker_application_show], "more": bool}.  @since 0.1 */
TALLY_API int tally_broker_application_list(struct tally_broker *broker, const char *label,
					    const struct tally_page *page, cJSON **answer,
					    struct tally_error *error);
/* {"name", "displayName" (made from the name when none was given), "mainBranch", "repositoryUrl",
 * "repositoryName", "repositoryNamespace" (absent: not set), "labels": [{"name", "createdAt"}],
 * "createdAt", "updatedAt" (absent: never), "latestVersion": {"version", "sequence", "createdAt"}
 * (absent: it has none)}.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_application_show(struct tally_broker *broker, const char *name,
					    cJSON **answer, struct tally_error *error);
/* Deletes an application with its versions, their contracts, and what it answered as a provider;
 * where it is deployed and released; the contracts that others have with it; and the webhooks that
 * name it.  What providers answered to it stays with them: the same interaction may be another
 * consumer's too.  Without `force` it must neither run anywhere, nor be released, nor have a
 * consumer: TALLY_ECONFLICT says what there is.  TALLY_ENOTFOUND.  *answer: {"application",
 * "versions": n, "deployed": [{"version", "environment", "instance"}], "released": [{"version",
 * "environment"}], "consumers": [names], "contracts": n (of others with it), "webhooks": [uuids],
 * "commit" (not of a rehearsal)}.  @since 0.1 */
TALLY_API int tally_broker_application_delete(struct tally_broker *broker, const char *name,
					      const struct tally_deletion *deletion, cJSON **answer,
					      struct tally_error *error);

/* Labels group applications; webhooks can be for all that have one.  {"labels": [names], "more"}:
 * every label that any application has.  @since 0.1 */
TALLY_API int tally_broker_label_list(struct tally_broker *broker, const struct tally_page *page,
				      cJSON **answer, struct tally_error *error);
/* Adds one; one that is there stays.  TALLY_ENOTFOUND, TALLY_ELIMIT (too many).  *answer:
 * {"application", "name", "createdAt", "added": bool, "commit"}.  @since 0.1 */
TALLY_API int tally_broker_label_add(struct tally_broker *broker, const char *application,
				     const char *label, cJSON **answer, struct tally_error *error);
/* TALLY_ENOTFOUND also when it has no such label.  *answer: {"application", "name", "commit"}.
 * @since 0.1 */
TALLY_API int tally_broker_label_remove(struct tally_broker *broker, const char *application,
					const char *label, cJSON **answer,
					struct tally_error *error);

/* A version that is made or changed on purpose.  Lent for the time of the call.  @since 0.1 */
struct tally_version_note {
	const char *application; /* required */
	const char *version;     /* required */
	const char *branch;      /* that it joins; NULL: none */
	const char *build_url;   /* NULL: as it is; "": none */
	const char *const *tags; /* that it gets */
	size_t tag_count;
	bool must_exist; /* TALLY_ENOTFOUND unless there is such a version */
};

/* Makes a version (and its application) unless it is there, and has it join the branch and get the
 * tags.  *answer: as of tally_broker_version_show, with "created": bool and "commit".  @since 0.1
 */
TALLY_API int tally_broker_version_note(struct tally_broker *broker,
					const struct tally_version_note *note, cJSON **answer,
					struct tally_error *error);

/* Which versions of an application.  @since 0.1 */
struct tally_version_list {
	const char *application; /* required */
	const char *branch;      /* only those on it; NULL: any */
	const char *tag;         /* only those with it */
	const char *before;      /* only those older than this version, which is known */
	size_t limit;            /* 0: no limit */
	bool count;              /* say in "total" how many versions it has, of any kind */
};

/* Its versions, newest first: {"versions": [{"version", "sequence", "createdAt", "buildUrl",
 * "branches": [{"name", "latest": bool}], "tags": [the same]}], "more": bool, "total" (if asked
 * for)}.  "latest": it is the head.  Without branch and tag no more is read than is answered; with
 * a tag, all versions that have it.  TALLY_ENOTFOUND: the application, or `before`.  @since 0.1 */
TALLY_API int tally_broker_version_list(struct tally_broker *broker,
					const struct tally_version_list *list, cJSON **answer,
					struct tally_error *error);
/* One of them, with "application", "contracts": [{"provider", "publishedAt", "specification",
 * "content"}], "deployed": [{"environment", "instance", "deployedAt", "uuid"}] and "released":
 * [{"environment", …}], as they are now.  `version` NULL: the newest; with `tag` or `branch` (at
 * most one of the three), the head of that.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_version_show(struct tally_broker *broker, const char *application,
					const char *version, const char *branch, const char *tag,
					cJSON **answer, struct tally_error *error);
/* Deletes a version with its contracts, its answers as a provider, and where it went.  Branches and
 * tags get their newest version that is left as head; one without any is no more.  Without `force`
 * it must not be deployed or released: TALLY_ECONFLICT says where it is.  TALLY_ENOTFOUND.
 * *answer: {"application", "version", "deployed", "released": as of
 * tally_broker_application_delete, "contracts": [providers], "results": [consumers], "branches",
 * "tags": [names], "commit" (not of a rehearsal)}.  @since 0.1 */
TALLY_API int tally_broker_version_delete(struct tally_broker *broker, const char *application,
					  const char *version,
					  const struct tally_deletion *deletion, cJSON **answer,
					  struct tally_error *error);

/* Its branches, those with the newest head first: {"branches": [{"name", "version", "sequence" (of
 * the head), "createdAt", "main": bool}], "more", "total"}.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_branch_list(struct tally_broker *broker, const char *application,
				       const struct tally_page *page, cJSON **answer,
				       struct tally_error *error);
/* One of them, with "application".  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_branch_show(struct tally_broker *broker, const char *application,
				       const char *branch, cJSON **answer,
				       struct tally_error *error);
/* A version joins a branch, and becomes its head; one that is on it already stays what it is.  It
 * has to exist: tally_broker_version_note makes one.  TALLY_ENOTFOUND.  *answer: as of
 * tally_broker_branch_show, with "joined": bool and "commit".  @since 0.1 */
TALLY_API int tally_broker_branch_join(struct tally_broker *broker, const char *application,
				       const char *version, const char *branch, cJSON **answer,
				       struct tally_error *error);
/* A version leaves a branch.  Where it was the head, the newest one on the branch is that then.
 * TALLY_ENOTFOUND, also when it is not on the branch.  *answer: {"application", "branch",
 * "version", "head": a version, absent when the branch is no more, "commit"}.  @since 0.1 */
TALLY_API int tally_broker_branch_leave(struct tally_broker *broker, const char *application,
					const char *version, const char *branch, cJSON **answer,
					struct tally_error *error);
/* Every version leaves it; they stay.  The main branch goes with `force` alone: TALLY_ECONFLICT.
 * TALLY_ENOTFOUND.  *answer: {"application", "branch", "versions": n, "commit" (not of a
 * rehearsal)}.  @since 0.1 */
TALLY_API int tally_broker_branch_delete(struct tally_broker *broker, const char *application,
					 const char *branch, const struct tally_deletion *deletion,
					 cJSON **answer, struct tally_error *error);

/* Its tags, those with the newest head first: {"tags": [{"name", "version", "sequence" (of the
 * head), "createdAt"}], "more", "total"}.  TALLY_ENOTFOUND.  @since 0.1 */
TALLY_API int tally_broker_tag_list(struct tally_broker *broker, const char *application,
				    const struct tally_page *page, cJSON **answer,
				    struct tally_error *error);
/* A version gets a tag; with `make_version` it comes to be for it, otherwise it has to exist
 * (TALLY_ENOTFOUND).  A tag is no branch, and deploys nothing.  *answer: {"application", "version",
 * "tag", "added": bool, "head": bool, "environment": true when one is called so, "commit"}.
 * @since 0.1 */
TALLY_API int tally_broker_tag_create(struct tally_broker *broker, const char *application,
				      const char *version, const char *tag, bool make_version,
				      cJSON **answer, struct tally_error *error);
/* A version loses a tag.  TALLY_ENOTFOUND, also when it has no such tag.  *answer: {"application",
 * "version", "tag", "head": the newest that has it now, or absent, "commit"}.  @since 0.1 */
TALLY_API int tally_broker_tag_delete(struct tally_broker *broker, const char *application,
				      const char *version, const char *tag, cJSON **answer,
				      struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
