/* broker/resources.h - the part of a kind of broker that keeps applications, versions, branches,
 * tags, labels and webhooks: what the public functions of the same names do
 * (tally/application.h, tally/webhook.h). */
#ifndef TALLY_BROKER_RESOURCES_H
#define TALLY_BROKER_RESOURCES_H

#include "broker/git_broker.h"
#include "tally/application.h"
#include "tally/webhook.h"

struct broker_resources {
	int (*application_create)(struct tally_broker *broker,
				  const struct tally_application *application, cJSON **answer,
				  struct tally_error *error);
	int (*application_update)(struct tally_broker *broker,
				  const struct tally_application *application, cJSON **answer,
				  struct tally_error *error);
	int (*application_list)(struct tally_broker *broker, const char *label,
				const struct tally_page *page, cJSON **answer,
				struct tally_error *error);
	int (*application_show)(struct tally_broker *broker, const char *name, cJSON **answer,
				struct tally_error *error);
	int (*application_delete)(struct tally_broker *broker, const char *name,
				  const struct tally_deletion *deletion, cJSON **answer,
				  struct tally_error *error);
	int (*label_list)(struct tally_broker *broker, const struct tally_page *page,
			  cJSON **answer, struct tally_error *error);
	int (*label_add)(struct tally_broker *broker, const char *application, const char *label,
			 cJSON **answer, struct tally_error *error);
	int (*label_remove)(struct tally_broker *broker, const char *application, const char *label,
			    cJSON **answer, struct tally_error *error);
	int (*version_note)(struct tally_broker *broker, const struct tally_version_note *note,
			    cJSON **answer, struct tally_error *error);
	int (*version_list)(struct tally_broker *broker, const struct tally_version_list *list,
			    cJSON **answer, struct tally_error *error);
	int (*version_show)(struct tally_broker *broker, const char *application,
			    const char *version, const char *branch, const char *tag,
			    cJSON **answer, struct tally_error *error);
	int (*version_delete)(struct tally_broker *broker, const char *application,
			      const char *version, const struct tally_deletion *deletion,
			      cJSON **answer, struct tally_error *error);
	int (*branch_list)(struct tally_broker *broker, const char *application,
			   const struct tally_page *page, cJSON **answer,
			   struct tally_error *error);
	int (*branch_show)(struct tally_broker *broker, const char *application, const char *branch,
			   cJSON **answer, struct tally_error *error);
	int (*branch_join)(struct tally_broker *broker, const char *application,
			   const char *version, const char *branch, cJSON **answer,
			   struct tally_error *error);
	int (*branch_leave)(struct tally_broker *broker, const char *application,
			    const char *version, const char *branch, cJSON **answer,
			    struct tally_error *error);
	int (*branch_delete)(struct tally_broker *broker, const char *application,
			     const char *branch, const struct tally_deletion *deletion,
			     cJSON **answer, struct tally_error *error);
	int (*tag_list)(struct tally_broker *broker, const char *application,
			const struct tally_page *page, cJSON **answer, struct tally_error *error);
	int (*tag_create)(struct tally_broker *broker, const char *application, const char *version,
			  const char *tag, bool make_version, cJSON **answer,
			  struct tally_error *error);
	int (*tag_delete)(struct tally_broker *broker, const char *application, const char *version,
			  const char *tag, cJSON **answer, struct tally_error *error);
	int (*webhook_create)(struct tally_broker *broker, const char *uuid,
			      const cJSON *definition, cJSON **answer, struct tally_error *error);
	int (*webhook_update)(struct tally_broker *broker, const char *uuid,
			      const cJSON *definition, cJSON **answer, struct tally_error *error);
	int (*webhook_list)(struct tally_broker *broker, const struct tally_webhook_filter *filter,
			    cJSON **answer, struct tally_error *error);
	int (*webhook_show)(struct tally_broker *broker, const char *uuid, cJSON **answer,
			    struct tally_error *error);
	int (*webhook_delete)(struct tally_broker *broker, const char *uuid, cJSON **answer,
			      struct tally_error *error);
};

extern const struct broker_resources tally__git_resources;

/* A list that is answered in parts. */
struct pager {
	const struct tally_page *page; /* NULL: all of it */
	size_t seen, taken;
	bool more; /* there is something behind the part */
};

/* Whether the next item belongs to the part. */
bool tally__pager_take(struct pager *pager, const char *name);
/* Whether it is one of those that the list is about. */
bool tally__pager_matches(const struct pager *pager, const char *name);

/* What goes with the others of tally__git_resources, by file. */
int tally__git_application_create(struct tally_broker *broker,
				  const struct tally_application *application, cJSON **answer,
				  struct tally_error *error);
int tally__git_application_update(struct tally_broker *broker,
				  const struct tally_application *application, cJSON **answer,
				  struct tally_error *error);
int tally__git_application_list(struct tally_broker *broker, const char *label,
				const struct tally_page *page, cJSON **answer,
				struct tally_error *error);
int tally__git_application_show(struct tally_broker *broker, const char *name, cJSON **answer,
				struct tally_error *error);
int tally__git_application_delete(struct tally_broker *broker, const char *name,
				  const struct tally_deletion *deletion, cJSON **answer,
				  struct tally_error *error);
int tally__git_label_list(struct tally_broker *broker, const struct tally_page *page,
			  cJSON **answer, struct tally_error *error);
int tally__git_label_add(struct tally_broker *broker, const char *application, const char *label,
			 cJSON **answer, struct tally_error *error);
int tally__git_label_remove(struct tally_broker *broker, const char *application, const char *label,
			    cJSON **answer, struct tally_error *error);
int tally__git_version_note(struct tally_broker *broker, const struct tally_version_note *note,
			    cJSON **answer, struct tally_error *error);
int tally__git_version_list(struct tally_broker *broker, const struct tally_version_list *list,
			    cJSON **answer, struct tally_error *error);
int tally__git_version_show(struct tally_broker *broker, const char *application,
			    const char *version, const char *branch, const char *tag,
			    cJSON **answer, struct tally_error *error);
int tally__git_version_delete(struct tally_broker *broker, const char *application,
			      const char *version, const struct tally_deletion *deletion,
			      cJSON **answer, struct tally_error *error);
int tally__git_branch_list(struct tally_broker *broker, const char *application,
			   const struct tally_page *page, cJSON **answer,
			   struct tally_error *error);
int tally__git_branch_show(struct tally_broker *broker, const char *application, const char *branch,
			   cJSON **answer, struct tally_error *error);
int tally__git_branch_join(struct tally_broker *broker, const char *application,
			   const char *version, const char *branch, cJSON **answer,
			   struct tally_error *error);
int tally__git_branch_leave(struct tally_broker *broker, const char *application,
			    const char *version, const char *branch, cJSON **answer,
			    struct tally_error *error);
int tally__git_branch_delete(struct tally_broker *broker, const char *application,
			     const char *branch, const struct tally_deletion *deletion,
			     cJSON **answer, struct tally_error *error);
int tally__git_tag_list(struct tally_broker *broker, const char *application,
			const struct tally_page *page, cJSON **answer, struct tally_error *error);
int tally__git_tag_create(struct tally_broker *broker, const char *application, const char *version,
			  const char *tag, bool make_version, cJSON **answer,
			  struct tally_error *error);
int tally__git_tag_delete(struct tally_broker *broker, const char *application, const char *version,
			  const char *tag, cJSON **answer, struct tally_error *error);
int tally__git_webhook_create(struct tally_broker *broker, const char *uuid,
			      const cJSON *definition, cJSON **answer, struct tally_error *error);
int tally__git_webhook_update(struct tally_broker *broker, const char *uuid,
			      const cJSON *definition, cJSON **answer, struct tally_error *error);
int tally__git_webhook_list(struct tally_broker *broker, const struct tally_webhook_filter *filter,
			    cJSON **answer, struct tally_error *error);
int tally__git_webhook_show(struct tally_broker *broker, const char *uuid, cJSON **answer,
			    struct tally_error *error);
int tally__git_webhook_delete(struct tally_broker *broker, const char *uuid, cJSON **answer,
			      struct tally_error *error);

#endif
