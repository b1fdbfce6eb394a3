/*
 * observation.h - figures kept in the store: what was said of an indicator in an area and a period, by whom and when.
 *
 * An observation has an index whose indicator it is, a code of that indicator (or of a column of the index), an area as the
 * source names it, a period, and a value, a text or nothing (status "missing"), with unit of measure, status and source.
 *
 * Holds always:
 *   - Nothing is overwritten. Another value, status or unit of measure of the same indicator, area and period is a new
 *     revision (1, 2, 3 ... without gaps) with the instant at which it was recorded; the same again is counted unchanged.
 *   - "As of" an instant the observations are what the node knew then: what was recorded up to and at it.
 *   - Rows of an index stand in the order in which they were first stored, so that a run over what was imported from files
 *     gives the same bytes as a run over the files.
 *   - A batch (one transaction) has one change: room "indicator", subject "observations/INDEX", action "import", after_hash =
 *     SHA-256 over its rows in order, each as area, indicator, text (lengths first, of {NULL, 0} where there is none),
 *     status, unit, then period, revision and the value's bits (zeros where it is missing), 8 bytes each, big-endian.
 *     `xietong check` proves it.
 *   - What an area is called is an observation too, of the code "@name", where the name is not the code.
 *
 * Areas whose codes changed (areas-changed of the region, area.h) are read as one series where the area stayed the same.
 *
 * Counts are figures, each once: seen = stored + unchanged + deleted + rejected. deleted: a figure was there and the input
 * says it is missing.
 *
 * Threads: functions hold nothing between calls and are safe from any thread with connections of their own.
 */
#ifndef XT_INDICATOR_OBSERVATION_H
#define XT_INDICATOR_OBSERVATION_H

#include "indicator/area.h"
#include "indicator/index_data.h"
#include "store/store.h"

#define XT_OBSERVED_NAME "@name" /* the code under which areas have their names */

enum xt_observed { XT_OBSERVED_FINAL, XT_OBSERVED_PROVISIONAL, XT_OBSERVED_ESTIMATED, XT_OBSERVED_MISSING };
const char *xt_observed_word(enum xt_observed status); /* "final" */
bool xt_observed_by_word(struct xt_str word, enum xt_observed *out);

/* A date (the end of that day in a zone minutes_east of UTC) or an instant. */
bool xt_as_of_parse(struct xt_str text, int minutes_east, xt_instant *out);

struct xt_observation_counts {
    int64_t seen, stored, unchanged, deleted, rejected;
};

struct xt_observation_import {
    struct xt_str actor;
    const char *source, *note;                                    /* words; NULL = none */
    enum xt_observed status;                                      /* of figures that are there; not MISSING */
    bool dry_run;                                                 /* counts only */
    void (*progress)(void *context, int64_t done, int64_t total); /* rows; NULL = nobody wants to know */
    void *context;
};

/* Stores what data (of xt_index_data_read(), with its counts of seen and refused figures) says of the indicators and columns of
 * file, in batches of under 100 ms. Adds to *counts. On an error what was committed stays and is counted. */
XT_MUST_USE enum xt_code xt_observation_store(struct xt_store *store, const struct xt_index_file *file,
                                              const struct xt_index_data *data,
                                              const struct xt_observation_import *options,
                                              struct xt_observation_counts *counts, struct xt_error *err);

/* What is stored of the indicators and columns of file as a table to run on. as_of 0 = now. areas may be NULL: then every code
 * is an area of its own. notes (NULL allowed) collects by area which earlier codes were read with it, and where the area is
 * not the same any longer. XT_E_NOT_FOUND when nothing is stored. */
XT_MUST_USE enum xt_code xt_observation_table(struct xt_conn *conn, const struct xt_index_file *file, xt_instant as_of,
                                              const struct xt_areas *areas, struct xt_index_data **out,
                                              struct xt_problems *problems, struct xt_problems *notes,
                                              struct xt_error *err);

/* ---- one by one ---- */

struct xt_observation { /* views live until the next one */
    int64_t id, series, period, revision;
    struct xt_str index, indicator, area;
    struct xt_str name; /* of the area in that period, as the same index has it; {NULL, 0} where none was told */
    bool has_value;
    double value;
    struct xt_str text; /* {NULL, 0} where there is none */
    struct xt_str unit, status, source, note;
    xt_instant recorded;
};

#define XT_OBSERVATION_AREAS_MAX XT_AREA_CODES_MAX
struct xt_observation_ask {
    struct xt_str index, indicator;                /* n 0 = any; without an indicator no "@name" */
    struct xt_str areas[XT_OBSERVATION_AREAS_MAX]; /* any of these */
    size_t area_count;                             /* 0 = any */
    bool has_period;
    int32_t period;
    xt_instant as_of; /* 0 = now */
    bool revisions;   /* all of them, not only the last */
    /* those behind this one; zeros = from the beginning */
    int64_t after_series, after_period, after_revision;
    int64_t limit;
};
/* Calls each in the order of series, period and revision; stops early when visit returns false. */
XT_MUST_USE enum xt_code xt_observation_each(struct xt_conn *conn, const struct xt_observation_ask *ask,
                                             bool (*visit)(void *context, const struct xt_observation *o),
                                             void *context, struct xt_error *err);

/* Part of `xietong check`: revisions without gaps, batches as their changes say. */
XT_MUST_USE enum xt_code xt_observation_check(struct xt_store *store, struct xt_problems *problems,
                                              struct xt_error *err);

#endif
