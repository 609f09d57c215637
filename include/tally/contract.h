/* tally/contract.h - contract files of the Pact specification, versions 1 to 4: read, look, write.
 *
 * A contract is read as a whole and does not change afterwards; an older file is lifted into what
 * version 4 can say.  Members that the specification does not name survive a read and a write, and
 * so does every digit of a number.
 *
 * Ownership: a struct tally_contract owns everything that its getters lend.  Threads: a contract
 * may be read from several threads at once.
 */
#ifndef TALLY_CONTRACT_H
#define TALLY_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include <tally/error.h>
#include <tally/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Versions of the Pact specification.  @since 0.1 */
enum tally_spec {
	TALLY_SPEC_UNKNOWN = 0,
	TALLY_SPEC_V1 = 10,
	TALLY_SPEC_V1_1 = 11,
	TALLY_SPEC_V2 = 20,
	TALLY_SPEC_V3 = 30,
	TALLY_SPEC_V4 = 40
};

struct tally_contract;

/* Takes "1", "1.1", "2", "2.0.0", "V3", "4.0" …; TALLY_SPEC_UNKNOWN for anything else.
 * @since 0.1 */
TALLY_API enum tally_spec tally_spec_from_text(const char *text);
/* "1.0.0", "1.1.0", "2.0.0", "3.0.0", "4.0": as contract files spell it (static).
 * @since 0.1 */
TALLY_API const char *tally_spec_text(enum tally_spec spec);

/* Reads a contract from JSON text.  On success *out is to be released with tally_contract_free.
 * TALLY_EPARSE says where in the text, or which member; TALLY_ELIMIT; TALLY_ENOMEM. @since 0.1 */
TALLY_API int tally_contract_parse(struct tally_contract **out, const char *text, size_t len,
				   struct tally_error *error);
/* The same from a file; also TALLY_ENOFILE, TALLY_EIO.  @since 0.1 */
TALLY_API int tally_contract_read_file(struct tally_contract **out, const char *path,
				       struct tally_error *error);
/* NULL is fine.  @since 0.1 */
TALLY_API void tally_contract_free(struct tally_contract *contract);

/* What these lend is valid until the contract is released.  @since 0.1 */
TALLY_API enum tally_spec tally_contract_spec(const struct tally_contract *contract);
TALLY_API const char *tally_contract_consumer(const struct tally_contract *contract);
TALLY_API const char *tally_contract_provider(const struct tally_contract *contract);
TALLY_API size_t tally_contract_interaction_count(const struct tally_contract *contract);
/* The description of interaction `index`; NULL when there is none at that place.
 * @since 0.1 */
TALLY_API const char *tally_contract_description(const struct tally_contract *contract,
						 size_t index);

/* The contract as JSON of specification version `spec`, to be released with cJSON_Delete.  A
 * contract that would be verified differently is not written: TALLY_EINVAL when that version cannot
 * say it, with interaction and member (below V4: synchronous messages, HTTP beside messages, an
 * interaction's key, pending, comments, transport other than "http", markup and plugin
 * configuration; below V3: messages, more than one state or rule at a place, parameters of states,
 * generators of requests; below V2: matching rules).  TALLY_EUNSUPPORTED for what is no version;
 * TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_contract_write(const struct tally_contract *contract, enum tally_spec spec,
				   cJSON **out, struct tally_error *error);

/* Reads expectations: the shape of a contract file, in which path, query, headers, bodies, contents
 * and metadata may hold matchers and generators inline, in Pact's integration JSON
 * ("pact:matcher:type", "pact:generator:type").  A plain contract file is read as it is.  Errors as
 * for tally_contract_parse.  @since 0.1 */
TALLY_API int tally_expectations_parse(struct tally_contract **out, const char *text, size_t len,
				       struct tally_error *error);
/* The same from a file; also TALLY_ENOFILE, TALLY_EIO.  @since 0.1 */
TALLY_API int tally_expectations_read_file(struct tally_contract **out, const char *path,
					   struct tally_error *error);

/* The interactions i of a contract for which picked[i] is true, as a contract of its own: *out is
 * new.  `picked` has as many elements as there are interactions.  TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_contract_select(struct tally_contract **out,
				    const struct tally_contract *contract, const bool *picked,
				    struct tally_error *error);

/* The union of two contracts between the same two applications, by interaction: *out is new.  Where
 * both have an interaction of the same identity (key, or description and provider states) with
 * different content, TALLY_ECONFLICT shows both.  @since 0.1 */
TALLY_API int tally_contract_merge(struct tally_contract **out, const struct tally_contract *a,
				   const struct tally_contract *b, struct tally_error *error);

/* The same, but where both have an interaction, that of the second contract takes the place of the
 * first one's.  @since 0.1 */
TALLY_API int tally_contract_overlay(struct tally_contract **out, const struct tally_contract *a,
				     const struct tally_contract *b, struct tally_error *error);

/* What became of one contract on two sides, such as the branches of version control: what only one
 * side changed, added or took out since `base` is so in the result.  *text is the file, to be
 * released with tally_free, of *len bytes (may be NULL).  `base` may be NULL: then nothing is known
 * to have been taken out.  TALLY_ECONFLICT when both sides changed an interaction, each in another
 * way: *text is made then too, with both between lines of "<<<<<<< ours", "=======" and ">>>>>>>
 * theirs", and the message shows how they differ.  TALLY_EINVAL (contracts of other applications),
 * TALLY_ELIMIT, TALLY_ENOMEM.  @since 0.1 */
TALLY_API int tally_contract_merge_three(char **text, size_t *len,
					 const struct tally_contract *base,
					 const struct tally_contract *ours,
					 const struct tally_contract *theirs,
					 struct tally_error *error);

/* What tally_contract_save does with a file that is there already.  @since 0.1 */
enum tally_save_mode {
	TALLY_SAVE_MERGE,     /* its union with the new contract; a conflict is an error */
	TALLY_SAVE_OVERWRITE, /* interactions of the new contract replace those of the same identity
			       */
	TALLY_SAVE_FRESH      /* starts it over, so that what no run exercises any more is dropped
			       */
};

/* How a contract is saved.  All zero, and NULL in place of it, gives the defaults.  @since 0.1 */
struct tally_save_options {
	/* The version to write, TALLY_SPEC_UNKNOWN: the contract's; merged into a newer file, that
	 * one's. */
	enum tally_spec spec;
	enum tally_save_mode mode;
	/* Which run of the tests the save belongs to (1 to 1024 bytes, another text for each run),
	 * for TALLY_SAVE_FRESH: the first save of a run starts the file over, the later ones, of
	 * whichever process, are united with it.  NULL: every save starts it over. */
	const char *run;
};

/* What tally_contract_save would find wrong with the file that is there, found before the time that
 * tests take; nothing is written.  0, or the error.  @since 0.1 */
TALLY_API int tally_contract_save_check(const struct tally_contract *contract, const char *dir,
					const struct tally_save_options *options,
					struct tally_error *error);

/* Writes `<consumer>-<provider>.json` into the folder `dir` (made if missing), under a lock and by
 * rename, so that parallel test processes lose nothing; once this returns, the file is on disk.
 * *path (may be NULL) is the file's path, to be released with tally_free.  With a run, a hidden
 * file beside the contract keeps the run's identity.  TALLY_ECONFLICT, TALLY_EPARSE (the file that
 * is there; not when it is started over), TALLY_EINVAL and TALLY_EUNSUPPORTED as for
 * tally_contract_write, TALLY_EINVAL also for another pair's file and an empty or too long run,
 * TALLY_EBUSY (another process keeps the folder locked, or something changes the file all the
 * time), TALLY_EIO.  @since 0.1 */
TALLY_API int tally_contract_save(const struct tally_contract *contract, const char *dir,
				  const struct tally_save_options *options, char **path,
				  struct tally_error *error);

#ifdef __cplusplus
}
#endif

#endif
