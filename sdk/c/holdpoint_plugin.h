/* From functions to a plugin: the macros, what they register, and what rollbacks and rollouts say. */
#ifndef HOLDPOINT_PLUGIN_H
#define HOLDPOINT_PLUGIN_H

#include "holdpoint.h"

/* One thing that is wrong with settings. */
typedef struct {
    hp_text pointer, message;
    hp_maybe_text hint;
} hp_problem_facts;

/* All that is wrong with settings. */
typedef struct {
    hp_problem_facts *at;
    size_t count;
} hp_problems;

/* How settings are read: into how many bytes, by which function. */
typedef struct {
    size_t size;
    void (*read)(hp_settings *in, void *out);
} hp_reader;

/* A check. */
typedef struct {
    hp_reader settings;
    hp_result (*look)(const void *settings, const hp_call *call);
} hp_check;

/* The problems of settings. */
hp_problems *hp_validate(const hp_reader *reader, hp_text settings);
/* Reads settings; NULL, with the failure, when they are wrong. */
const void *hp_accept(const hp_reader *reader, hp_text settings, hp_failure *failure);
/* Runs a check the way the sandbox does. */
hp_result *hp_run(const hp_check *check, hp_call *call);

#ifdef __wasm__
#define HP_EXPORT(name) __attribute__((export_name(name)))
#else
#define HP_EXPORT(name)
#endif

/* Makes a plugin of a settings type, a function that reads them and one that looks. Once in a program. */
#define HP_CHECK(type, reads, looks) \
    static void hp_read_settings(hp_settings *hp_in, void *hp_out) { reads(hp_in, (type *)hp_out); } \
    static hp_result hp_look(const void *hp_s, const hp_call *hp_c) { return looks((const type *)hp_s, hp_c); } \
    const hp_check hp_the_check = {{sizeof(type), hp_read_settings}, hp_look}; \
    HP_EXPORT("holdpoint:plugin/checker@0.1.0#validate") hp_problems *hp_export_validate(const char *at, size_t size); \
    hp_problems *hp_export_validate(const char *at, size_t size) { \
        return hp_validate(&hp_the_check.settings, hp_copy(at, size)); \
    } \
    HP_EXPORT("holdpoint:plugin/checker@0.1.0#run") hp_result *hp_export_run(hp_call *call); \
    hp_result *hp_export_run(hp_call *call) { return hp_run(&hp_the_check, call); }

/* The check of the program, for its tests. */
extern const hp_check hp_the_check;

/* --- Rollbacks --------------------------------------------------------------------------------------------------- */

/* Whether something can be done, and why not. A rollout can't be there already. */
typedef struct {
    bool failed;
    union {
        struct { uint8_t kind; hp_text why; } readiness;
        hp_failure failure;
    } as;
} hp_readiness;
enum { HP_READY, HP_ALREADY_THERE, HP_REFUSED };

/* One step of a rollback. The payload comes back, unread, when the step is carried out. */
typedef struct {
    hp_text id, summary, payload;
    hp_pairs labels;
} hp_step;

/* What a rollback would do. */
typedef struct {
    hp_text summary;
    struct { hp_step *at; size_t count; } steps;
    hp_pairs labels;
} hp_plan;

typedef struct {
    bool failed;
    union { hp_plan plan; hp_failure failure; } as;
} hp_planned;

/* What a step or a shift did. */
typedef struct {
    bool failed;
    union {
        struct { uint8_t end; hp_text summary; hp_pairs labels; } report;
        hp_failure failure;
    } as;
} hp_report;
enum { HP_DONE, HP_ALREADY_DONE, HP_STARTED };

/* How far a rollback is. */
typedef struct {
    bool failed;
    union {
        struct { uint8_t progress; hp_text summary; hp_pairs labels; } status;
        hp_failure failure;
    } as;
} hp_rollback_status;
enum {
    HP_ROLLBACK_NOT_BEGUN, HP_ROLLBACK_UNDER_WAY, HP_ROLLBACK_COMPLETE, HP_ROLLBACK_PARTIAL, HP_ROLLBACK_FAILED,
    HP_ROLLBACK_UNKNOWN
};

/* Under which order something is carried out: the key is the same for the same order, however often it is asked for; the
 * fence grows with each owner of the run. */
typedef struct {
    const char *key;
    uint64_t fence;
} hp_order;

hp_readiness hp_ready(void);
hp_readiness hp_already_there(const char *why);
hp_readiness hp_refused(const char *why);
hp_planned hp_plan_of(const char *summary, const hp_step *steps, size_t count);
hp_report hp_reported(uint8_t end, const char *summary);
hp_rollback_status hp_rollback_at(uint8_t progress, const char *summary);

/* A rollback. Every call runs in a fresh sandbox: what must be remembered stands in the plan or in the target system. */
typedef struct {
    hp_reader settings;
    hp_readiness (*ready)(const void *settings, const hp_call *call);
    hp_planned (*plan)(const void *settings, const hp_call *call);
    hp_report (*execute)(const void *settings, const hp_call *call, const hp_step *step, hp_order order);
    hp_rollback_status (*status)(const void *settings, const hp_call *call, const hp_plan *plan, const char *key);
} hp_rollback;

/* The arguments of a rollback's exports, as they lie in memory. */
typedef struct { hp_call call; hp_step step; hp_text key; uint64_t fence; } hp_execute_arguments;
typedef struct { hp_call call; hp_plan plan; hp_text key; } hp_status_arguments;

hp_readiness *hp_run_ready(const hp_rollback *rollback, hp_call *call);
hp_planned *hp_run_plan(const hp_rollback *rollback, hp_call *call);
hp_report *hp_run_execute(const hp_rollback *rollback, hp_execute_arguments *arguments);
hp_rollback_status *hp_run_status(const hp_rollback *rollback, hp_status_arguments *arguments);

/* The rollback of the program, for its tests. */
extern const hp_rollback hp_the_rollback;

/* Makes a plugin of a settings type and the functions of a rollback. Once in a program. */
#define HP_ROLLBACK(type, reads, readies, plans, executes, tells) \
    static void hp_read_settings(hp_settings *hp_in, void *hp_out) { reads(hp_in, (type *)hp_out); } \
    static hp_readiness hp_do_ready(const void *hp_s, const hp_call *hp_c) { return readies((const type *)hp_s, hp_c); } \
    static hp_planned hp_do_plan(const void *hp_s, const hp_call *hp_c) { return plans((const type *)hp_s, hp_c); } \
    static hp_report hp_do_execute(const void *hp_s, const hp_call *hp_c, const hp_step *step, hp_order order) { \
        return executes((const type *)hp_s, hp_c, step, order); \
    } \
    static hp_rollback_status hp_do_status(const void *hp_s, const hp_call *hp_c, const hp_plan *plan, const char *key) { \
        return tells((const type *)hp_s, hp_c, plan, key); \
    } \
    const hp_rollback hp_the_rollback = { \
        {sizeof(type), hp_read_settings}, hp_do_ready, hp_do_plan, hp_do_execute, hp_do_status}; \
    HP_EXPORT("holdpoint:plugin/restorer@0.1.0#validate") hp_problems *hp_export_validate(const char *at, size_t size); \
    hp_problems *hp_export_validate(const char *at, size_t size) { \
        return hp_validate(&hp_the_rollback.settings, hp_copy(at, size)); \
    } \
    HP_EXPORT("holdpoint:plugin/restorer@0.1.0#ready") hp_readiness *hp_export_ready(hp_call *call); \
    hp_readiness *hp_export_ready(hp_call *call) { return hp_run_ready(&hp_the_rollback, call); } \
    HP_EXPORT("holdpoint:plugin/restorer@0.1.0#plan") hp_planned *hp_export_plan(hp_call *call); \
    hp_planned *hp_export_plan(hp_call *call) { return hp_run_plan(&hp_the_rollback, call); } \
    HP_EXPORT("holdpoint:plugin/restorer@0.1.0#execute") hp_report *hp_export_execute(hp_execute_arguments *a); \
    hp_report *hp_export_execute(hp_execute_arguments *a) { return hp_run_execute(&hp_the_rollback, a); } \
    HP_EXPORT("holdpoint:plugin/restorer@0.1.0#status") hp_rollback_status *hp_export_status(hp_status_arguments *a); \
    hp_rollback_status *hp_export_status(hp_status_arguments *a) { return hp_run_status(&hp_the_rollback, a); }

/* --- Rollouts ---------------------------------------------------------------------------------------------------- */

/* How much of the traffic the released version is to have, in percent of all, 1 to 100. */
typedef struct {
    uint32_t percent;
    hp_pairs labels;
} hp_share;

/* How far a shift is, and which share the released version has at this moment, if the target system tells. */
typedef struct {
    bool failed;
    union {
        struct { uint8_t progress; hp_maybe_u32 percent; hp_text summary; hp_pairs labels; } status;
        hp_failure failure;
    } as;
} hp_shift_status;
enum { HP_SHIFT_NOT_BEGUN, HP_SHIFT_UNDER_WAY, HP_SHIFT_COMPLETE, HP_SHIFT_FAILED, HP_SHIFT_UNKNOWN };

/* A status that doesn't tell the share. */
hp_shift_status hp_shift_at(uint8_t progress, const char *summary);

/* A rollout: traffic towards the released version, share by share. */
typedef struct {
    hp_reader settings;
    hp_readiness (*ready)(const void *settings, const hp_call *call, const hp_share *share);
    hp_report (*shift)(const void *settings, const hp_call *call, const hp_share *share, hp_order order);
    hp_shift_status (*status)(const void *settings, const hp_call *call, const hp_share *share, const char *key);
} hp_rollout;

/* The arguments of a rollout's exports, as they lie in memory. */
typedef struct { hp_call call; hp_share share; hp_text key; uint64_t fence; } hp_shift_arguments;

hp_readiness *hp_run_shift_ready(const hp_rollout *rollout, hp_shift_arguments *arguments);
hp_report *hp_run_shift(const hp_rollout *rollout, hp_shift_arguments *arguments);
hp_shift_status *hp_run_shift_status(const hp_rollout *rollout, hp_shift_arguments *arguments);

/* The rollout of the program, for its tests. */
extern const hp_rollout hp_the_rollout;

/* Makes a plugin of a settings type and the functions of a rollout. Once in a program. */
#define HP_ROLLOUT(type, reads, readies, shifts, tells) \
    static void hp_read_settings(hp_settings *hp_in, void *hp_out) { reads(hp_in, (type *)hp_out); } \
    static hp_readiness hp_do_ready(const void *hp_s, const hp_call *hp_c, const hp_share *share) { \
        return readies((const type *)hp_s, hp_c, share); \
    } \
    static hp_report hp_do_shift(const void *hp_s, const hp_call *hp_c, const hp_share *share, hp_order order) { \
        return shifts((const type *)hp_s, hp_c, share, order); \
    } \
    static hp_shift_status hp_do_status(const void *hp_s, const hp_call *hp_c, const hp_share *share, const char *key) { \
        return tells((const type *)hp_s, hp_c, share, key); \
    } \
    const hp_rollout hp_the_rollout = {{sizeof(type), hp_read_settings}, hp_do_ready, hp_do_shift, hp_do_status}; \
    HP_EXPORT("holdpoint:plugin/shifter@0.1.0#validate") hp_problems *hp_export_validate(const char *at, size_t size); \
    hp_problems *hp_export_validate(const char *at, size_t size) { \
        return hp_validate(&hp_the_rollout.settings, hp_copy(at, size)); \
    } \
    HP_EXPORT("holdpoint:plugin/shifter@0.1.0#ready") hp_readiness *hp_export_ready(hp_shift_arguments *a); \
    hp_readiness *hp_export_ready(hp_shift_arguments *a) { return hp_run_shift_ready(&hp_the_rollout, a); } \
    HP_EXPORT("holdpoint:plugin/shifter@0.1.0#shift") hp_report *hp_export_shift(hp_shift_arguments *a); \
    hp_report *hp_export_shift(hp_shift_arguments *a) { return hp_run_shift(&hp_the_rollout, a); } \
    HP_EXPORT("holdpoint:plugin/shifter@0.1.0#status") hp_shift_status *hp_export_status(hp_shift_arguments *a); \
    hp_shift_status *hp_export_status(hp_shift_arguments *a) { return hp_run_shift_status(&hp_the_rollout, a); }

#endif
