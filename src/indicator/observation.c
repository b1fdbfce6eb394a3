/* observation.c - observations in: compared with what is stored, written in batches; and out: as the table of an index. */
#include "indicator/observation_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "indicator/index_rows.h"

#define READ_WAIT_MS 10000
#define BATCH_ROWS   5000   /* observations of a transaction: some 30 ms */
#define BATCH_CELLS  500000 /* compared in a transaction, whether they change or not: some 10 ms */

static const char *const words[] = {"final", "provisional", "estimated", "missing"};

const char *xt_observed_word(enum xt_observed status)
{
    return words[status];
}

bool xt_observed_by_word(struct xt_str word, enum xt_observed *out)
{
    size_t i;

    for (i = 0; i < XT_COUNT(words); i++)
        if (xt_str_is(word, words[i])) {
            *out = (enum xt_observed)i;
            return true;
        }
    return false;
}

bool xt_as_of_parse(struct xt_str text, int minutes_east, xt_instant *out)
{
    int year, month, day;

    if (xt_date_parse(text, &year, &month, &day)) {
        if (day == 0)
            return false;
        *out = ((xt_days_from_civil(year, month, day) + 1) * 24 * 3600 - (int64_t)minutes_east * 60) * XT_SECOND - 1;
    } else if (!xt_instant_parse(text, out)) {
        return false;
    }
    if (*out < 1)
        *out = 1; /* before 1970 nothing was known; 0 would be now */
    return true;
}

static void hash_int(struct xt_hasher *hasher, uint64_t value)
{
    unsigned char bytes[8];
    size_t i;

    for (i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(value >> (8 * (sizeof bytes - 1 - i)));
    xt_hasher_add(hasher, bytes, sizeof bytes);
}

void xt_observation_hash(struct xt_hasher *hasher, struct xt_str area, struct xt_str indicator,
                         const struct xt_observed_row *row)
{
    uint64_t bits = 0;

    if (row->has_value)
        memcpy(&bits, &row->value, sizeof bits);
    xt_hasher_add_str(hasher, area);
    xt_hasher_add_str(hasher, indicator);
    xt_hasher_add_str(hasher, row->text);
    xt_hasher_add_str(hasher, row->status);
    xt_hasher_add_str(hasher, row->unit);
    hash_int(hasher, (uint64_t)row->period);
    hash_int(hasher, (uint64_t)row->revision);
    hash_int(hasher, bits);
}

/* ---- series by number ---- */

struct series { /* of one index, by id from 1: what is not its has place SIZE_MAX */
    struct entry {
        size_t place; /* of index_rows.h; the number of places for the name */
        size_t area;  /* of areas */
    } * list;
    size_t count, capacity;
    const struct xt_index_file *file;
    struct xt_index_rows areas; /* a row for each */
    struct xt_index_data *texts;
};

static const struct xt_index_file no_columns; /* rows without cells */

static size_t place_of(const struct xt_index_file *file, struct xt_str code)
{
    size_t places = xt_index_rows_places(file), place;

    if (xt_str_is(code, XT_OBSERVED_NAME))
        return places;
    for (place = 0; place < places; place++)
        if (xt_str_is(code, xt_index_rows_code(file, place)))
            return place;
    return SIZE_MAX; /* of an indicator that the index had once */
}

static void note_series(void *context, int64_t id, struct xt_str indicator, struct xt_str area)
{
    struct series *s = context;

    xt_grow(&s->list, &s->capacity, (size_t)id + 1, sizeof *s->list);
    for (; s->count <= (size_t)id; s->count++)
        s->list[s->count] = (struct entry){SIZE_MAX, 0};
    s->list[id] = (struct entry){place_of(s->file, indicator),
                                 xt_index_rows_find_or_add(&s->areas, area, (struct xt_str){"", 0}, 0)};
}

static enum xt_code read_series(struct xt_conn *conn, struct series *s, struct xt_error *err)
{
    return xt_observation_sql_series(conn, xt_str(s->file->name), s->count > 0 ? (int64_t)s->count - 1 : 0, note_series,
                                     s, err);
}

static void series_init(struct series *s, const struct xt_index_file *file)
{
    *s = (struct series){.file = file, .texts = xt_index_data_new()};
    xt_index_rows_init(&s->areas, &no_columns, s->texts);
}

static void series_done(struct series *s)
{
    free(s->list);
    xt_index_rows_done(&s->areas);
    xt_index_data_free(&s->texts);
}

static const struct entry *series_entry(const struct series *s, int64_t id)
{
    return id > 0 && (size_t)id < s->count && s->list[id].place != SIZE_MAX ? &s->list[id] : NULL;
}

static struct xt_str area_name(const struct series *s, const struct entry *entry)
{
    return xt_str(s->areas.unit[entry->area]);
}

/* ---- in: what is known already ---- */

struct cell { /* the last revision of a place in a row of the data */
    int32_t revision;
    unsigned char status;
    bool same_unit;
    double value;
    const char *text;
};

struct importer {
    struct xt_store *store;
    const struct xt_index_file *file;
    const struct xt_index_data *data;
    const struct xt_observation_import *options;
    struct xt_observation_counts *counts;
    char import[XT_ULID_SIZE];
    size_t places; /* the name is one more */
    struct cell *cells;
    struct series series;
    struct xt_index_rows rows;   /* finds rows of the data by area and period */
    struct xt_index_data *index; /* of rows */
    int64_t *id;                 /* of series, [unit number * (places + 1) + place]; 0 = none yet */
    size_t *unit;                /* number of each row's area */
    size_t units;
    int64_t last_batch; /* known */
    struct xt_arena texts;
};

static struct cell *cell_at(const struct importer *m, size_t row, size_t place)
{
    return &m->cells[row * (m->places + 1) + place];
}

static int64_t *series_at(const struct importer *m, size_t row, size_t place)
{
    return &m->id[m->unit[row] * (m->places + 1) + place];
}

static int32_t period_of(const struct importer *m, size_t row)
{
    return m->data->table.period ? m->data->table.period[row] : 0;
}

static void know_row(void *context, const struct xt_observed_row *row)
{
    struct importer *m = context;
    const struct entry *entry = series_entry(&m->series, row->series);
    size_t at = entry ? xt_index_rows_find(&m->rows, area_name(&m->series, entry), (int32_t)row->period) : SIZE_MAX;
    struct cell *cell;
    enum xt_observed status = XT_OBSERVED_FINAL;

    if (at == SIZE_MAX)
        return;
    (void)xt_observed_by_word(row->status, &status); /* the table holds no other word */
    cell = cell_at(m, at, entry->place);
    cell->revision = (int32_t)row->revision;
    cell->status = (unsigned char)status;
    cell->value = row->has_value ? row->value : NAN;
    cell->text = row->text.s ? xt_arena_strndup(&m->texts, row->text.s, row->text.n) : NULL;
    cell->same_unit = entry->place == m->places || xt_str_is(row->unit, xt_index_rows_unit(m->file, entry->place));
}

/* Series of areas of the data; an area is numbered by the row of no period that stands for it. */
static void know_series(struct importer *m, size_t from)
{
    size_t id;

    for (id = from; id < m->series.count; id++) {
        const struct entry *entry = series_entry(&m->series, (int64_t)id);
        size_t unit = entry ? xt_index_rows_find(&m->rows, area_name(&m->series, entry), INT32_MIN) : SIZE_MAX;

        if (unit != SIZE_MAX)
            m->id[(unit - m->data->table.rows) * (m->places + 1) + entry->place] = (int64_t)id;
    }
}

/* What was stored since the last look. */
static enum xt_code know(struct importer *m, struct xt_conn *conn, struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_observed_batch *batches;
    size_t count, i, from = m->series.count;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = xt_observation_sql_batches(conn, xt_str(m->file->name), m->last_batch, INT64_MAX, &arena, &batches, &count,
                                    err);
    if (rc == XT_OK && count > 0) /* series come with batches */
        rc = read_series(conn, &m->series, err);
    if (rc != XT_OK)
        return rc;
    know_series(m, from);
    for (i = 0; rc == XT_OK && i < count; i++) {
        rc = xt_observation_sql_rows(conn, batches[i].first, batches[i].last, know_row, m, err);
        m->last_batch = batches[i].id;
    }
    return rc;
}

/* Rows of the data by area and period, and behind them a row for each area, of a period that no data have. */
static void number_units(struct importer *m)
{
    const struct xt_index_table *table = &m->data->table;
    size_t row;

    m->index = xt_index_data_new();
    xt_index_rows_init(&m->rows, &no_columns, m->index);
    m->unit = xt_calloc(table->rows + 1, sizeof *m->unit);
    for (row = 0; row < table->rows; row++)
        (void)xt_index_rows_add(&m->rows, xt_str(table->unit[row]), XT_STR(""), period_of(m, row));
    for (row = 0; row < table->rows; row++)
        m->unit[row] =
            xt_index_rows_find_or_add(&m->rows, xt_str(table->unit[row]), XT_STR(""), INT32_MIN) - table->rows;
    m->units = m->rows.rows - table->rows;
    m->id = xt_calloc(m->units * (m->places + 1) + 1, sizeof *m->id);
    m->cells = xt_calloc(table->rows * (m->places + 1) + 1, sizeof *m->cells);
}

/* ---- in: what is new ---- */

/* What the data says of a place; false when it says nothing. */
static bool said(const struct importer *m, size_t row, size_t place, struct cell *out)
{
    const struct xt_index_data *data = m->data;
    double value;

    *out = (struct cell){.status = (unsigned char)m->options->status, .value = NAN, .same_unit = true};
    if (place == m->places) {
        out->text = data->names[row];
        out->status = XT_OBSERVED_FINAL;
        return strcmp(data->names[row], data->table.unit[row]) != 0;
    }
    if (data->said[place][row] == XT_INDEX_UNSAID)
        return false;
    if (data->texts[place]) {
        out->text = data->texts[place][row];
        if (!out->text[0])
            out->status = XT_OBSERVED_MISSING;
        return true;
    }
    value = place < m->file->tree.indicator_count
                ? data->table.values[place][row]
                : data->table.extras[place - m->file->tree.indicator_count].values[row];
    out->value = value;
    if (isnan(value))
        out->status = XT_OBSERVED_MISSING;
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same(const struct cell *old, const struct cell *now)
{
    return old->revision > 0 && old->status == now->status && old->same_unit && same_text(old->text, now->text) &&
           (old->value == now->value || (isnan(old->value) && isnan(now->value)));
}

static bool row_changes(const struct importer *m, size_t row)
{
    size_t place;
    struct cell now;

    for (place = 0; place <= m->places; place++)
        if (said(m, row, place, &now) && !same(cell_at(m, row, place), &now))
            return true;
    return false;
}

static void count_row(const struct importer *m, size_t row, struct xt_observation_counts *counts)
{
    size_t place;
    struct cell now;

    for (place = 0; place < m->places; place++) { /* names are no figures */
        const struct cell *old = cell_at(m, row, place);

        if (!said(m, row, place, &now))
            continue;
        if (same(old, &now))
            counts->unchanged++;
        else if (now.status == XT_OBSERVED_MISSING && old->revision > 0 && old->status != XT_OBSERVED_MISSING)
            counts->deleted++;
        else
            counts->stored++;
    }
}

/* ---- in: a batch ---- */

struct batch {
    struct xt_conn *conn;
    struct xt_observed_batch row;
    struct xt_hasher hasher;
    int64_t next; /* id */
};

static const char *code_at(const struct importer *m, size_t place)
{
    return place == m->places ? XT_OBSERVED_NAME : xt_index_rows_code(m->file, place);
}

static enum xt_code write_cell(struct importer *m, struct batch *batch, size_t row, size_t place,
                               const struct cell *now, struct xt_error *err)
{
    struct cell *old = cell_at(m, row, place);
    int64_t *series = series_at(m, row, place);
    struct xt_str area = xt_str(m->data->table.unit[row]), code = xt_str(code_at(m, place));
    struct xt_observed_row add;
    enum xt_code rc = XT_OK;

    if (*series == 0)
        rc = xt_observation_sql_add_series(batch->conn, xt_str(m->file->name), code, area, series, err);
    if (rc != XT_OK)
        return rc;
    add = (struct xt_observed_row){
        .id = batch->next++,
        .series = *series,
        .period = period_of(m, row),
        .revision = old->revision + 1,
        .has_value = !isnan(now->value),
        .value = now->value,
        .text = {now->text, now->text ? strlen(now->text) : 0},
        .unit = xt_str(place == m->places ? "" : xt_index_rows_unit(m->file, place)),
        .status = xt_str(words[now->status]),
    };
    xt_observation_hash(&batch->hasher, area, code, &add);
    rc = xt_observation_sql_add(batch->conn, &add, batch->row.id, err);
    *old = *now;
    old->revision = (int32_t)add.revision;
    return rc;
}

static enum xt_code write_row(struct importer *m, struct batch *batch, size_t row, struct xt_error *err)
{
    enum xt_code rc = XT_OK;
    struct cell now;
    size_t place;

    for (place = 0; rc == XT_OK && place <= m->places; place++)
        if (said(m, row, place, &now) && !same(cell_at(m, row, place), &now))
            rc = write_cell(m, batch, row, place, &now, err);
    return rc;
}

static enum xt_code end_batch(struct importer *m, struct xt_tx *tx, struct batch *batch, struct xt_error *err)
{
    struct xt_hash hash;
    char subject[sizeof "observations/" + XT_INDEX_CODE_SIZE + 200];
    struct xt_change change = {.room = "indicator", .action = "import", .actor = m->options->actor, .after = &hash};
    enum xt_code rc;

    (void)snprintf(subject, sizeof subject, "observations/%.250s", m->file->name);
    change.subject = xt_str(subject);
    change.reason = xt_str(m->options->note ? m->options->note : "");
    xt_hasher_end(&batch->hasher, &hash);
    rc = xt_change_add(tx, &change, &batch->row.seq, err);
    batch->row.last = batch->next - 1;
    batch->row.recorded = xt_tx_now(tx);
    return rc;
}

/* Nobody waits while this reads. */
static enum xt_code know_all(struct importer *m, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(m->store, READ_WAIT_MS, &read, err);

    return rc == XT_OK ? know(m, xt_read_conn(read), err) : rc;
}

/* From row *at on, until the batch is full. A row is in one batch. */
static enum xt_code store_batch(struct importer *m, size_t *at, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_observation_counts counts = *m->counts;
    struct batch batch = {0};
    size_t compared = 0;
    enum xt_code rc = know_all(m, err); /* what others stored since the last batch, before the writer's turn is taken */

    if (rc == XT_OK)
        rc = xt_tx_begin(m->store, &tx, err);
    if (rc != XT_OK)
        return rc;
    batch.conn = xt_tx_conn(tx);
    rc = know(m, batch.conn, err); /* and what they stored since then: next to nothing */
    xt_hasher_init(&batch.hasher);
    if (rc == XT_OK)
        rc = xt_observation_sql_next_ids(batch.conn, &batch.row.id, &batch.next, err);
    batch.row.first = batch.next;
    for (; rc == XT_OK && *at < m->data->table.rows && batch.next - batch.row.first < BATCH_ROWS &&
           compared < BATCH_CELLS;
         ++*at) {
        compared += m->places + 1;
        count_row(m, *at, &counts);
        rc = write_row(m, &batch, *at, err);
    }
    if (rc == XT_OK && batch.next > batch.row.first) {
        rc = end_batch(m, tx, &batch, err);
        if (rc == XT_OK)
            rc = xt_observation_sql_add_batch(batch.conn, &batch.row, xt_str(m->file->name), m->import,
                                              m->options->source ? m->options->source : "",
                                              m->options->note ? m->options->note : "", err);
        if (rc == XT_OK)
            rc = xt_tx_commit(&tx, err);
        m->last_batch = batch.row.id;
    }
    if (rc == XT_OK)
        *m->counts = counts;
    return rc;
}

static enum xt_code import_rows(struct importer *m, struct xt_error *err)
{
    size_t row = 0, rows = m->data->table.rows;
    enum xt_code rc = know_all(m, err);

    while (rc == XT_OK && row < rows) {
        if (m->options->dry_run || !row_changes(m, row)) /* nobody waits for what changes nothing */
            count_row(m, row++, m->counts);
        else
            rc = store_batch(m, &row, err);
        if (m->options->progress)
            m->options->progress(m->options->context, (int64_t)row, (int64_t)rows);
    }
    return rc;
}

enum xt_code xt_observation_store(struct xt_store *store, const struct xt_index_file *file,
                                  const struct xt_index_data *data, const struct xt_observation_import *options,
                                  struct xt_observation_counts *counts, struct xt_error *err)
{
    struct importer m = {.store = store,
                         .file = file,
                         .data = data,
                         .options = options,
                         .counts = counts,
                         .places = xt_index_rows_places(file)};
    struct xt_observation_counts before = *counts;
    enum xt_code rc;

    xt_ulid_make(m.import);
    xt_arena_init(&m.texts);
    series_init(&m.series, file);
    number_units(&m);
    rc = import_rows(&m, err);
    counts->rejected += data->refused;
    if (rc == XT_OK) {
        counts->seen += data->seen;
        /* Figures that files said twice, the same both times. */
        counts->unchanged = before.unchanged + data->seen - data->refused - (counts->stored - before.stored) -
                            (counts->deleted - before.deleted);
    }
    series_done(&m.series);
    xt_index_rows_done(&m.rows);
    xt_index_data_free(&m.index);
    free(m.unit);
    free(m.id);
    free(m.cells);
    xt_arena_done(&m.texts);
    return rc;
}

/* ---- out ---- */

struct outward {
    struct xt_index_rows rows;
    const struct xt_areas *areas;
    struct series series;
    struct now { /* of each area of the series, made when it is met */
        struct xt_str code;
        bool earlier, known;
    } * now;
    struct xt_problems *notes;
    size_t last_area; /* of the observation before, and its row */
    int64_t last_period;
    size_t last_row;
};

static const struct now *now_of(struct outward *o, const struct entry *entry)
{
    struct now *now = &o->now[entry->area];

    if (!now->known) {
        struct xt_str code = area_name(&o->series, entry);

        now->known = true;
        now->code = o->areas ? xt_area_now(o->areas, code) : code;
        now->earlier = !xt_str_eq(now->code, code);
        now->code = xt_index_rows_known(o->series.file, now->code);
    }
    return now;
}

static void take_observation(void *context, const struct xt_observed_row *row)
{
    struct outward *o = context;
    const struct entry *entry = series_entry(&o->series, row->series);
    const struct now *now = entry ? now_of(o, entry) : NULL;
    struct xt_index_cells *cells;

    if (!now || now->code.n == 0)
        return;
    if (entry->area != o->last_area || row->period != o->last_period) {
        o->last_area = entry->area;
        o->last_period = row->period;
        o->last_row = xt_index_rows_find_or_add(&o->rows, now->code, (struct xt_str){"", 0}, (int32_t)row->period);
    }
    o->rows.any_period = o->rows.any_period || row->period != 0;
    if (entry->place == o->rows.places) {
        xt_index_rows_name(&o->rows, o->last_row, row->text);
        return;
    }
    cells = &o->rows.cells[entry->place];
    if (now->earlier && cells->said[o->last_row] == XT_INDEX_SAID)
        return; /* the present code has the word */
    if (cells->text && row->text.s)
        xt_index_rows_words(&o->rows, o->last_row, entry->place, row->text);
    else if (!cells->text)
        xt_index_rows_value(&o->rows, o->last_row, entry->place, row->has_value ? row->value : NAN);
    if (now->earlier)
        cells->said[o->last_row] = XT_INDEX_SAID_EARLIER;
}

static void note_areas(struct outward *o)
{
    size_t area;

    for (area = 0; o->areas && o->notes && area < o->series.areas.rows; area++)
        if (o->now[area].known)
            xt_area_notes(o->areas, xt_str(o->series.areas.unit[area]), o->notes);
}

static enum xt_code nothing_stored(const struct xt_index_file *file, xt_instant as_of, struct xt_error *err)
{
    char when[XT_INSTANT_SIZE];

    if (as_of > 0)
        return xt_fail(err, XT_E_NOT_FOUND, "index", XT_MSG_OBSERVATION_NONE_THEN, XT_TEXT(file->name),
                       XT_TEXT(xt_instant_format(as_of, false, when)));
    return xt_fail(err, XT_E_NOT_FOUND, "index", XT_MSG_OBSERVATION_NONE, XT_TEXT(file->name));
}

static enum xt_code read_batches(struct outward *o, struct xt_conn *conn, xt_instant as_of, struct xt_error *err)
{
    const struct xt_index_file *file = o->series.file;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_observed_batch *batches;
    size_t count, i;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = xt_observation_sql_batches(conn, xt_str(file->name), 0, as_of > 0 ? as_of : INT64_MAX, &arena, &batches,
                                    &count, err);
    if (rc == XT_OK && count == 0)
        return nothing_stored(file, as_of, err);
    if (rc == XT_OK)
        rc = read_series(conn, &o->series, err);
    o->now = xt_calloc(o->series.areas.rows + 1, sizeof *o->now);
    for (i = 0; rc == XT_OK && i < count; i++)
        rc = xt_observation_sql_rows(conn, batches[i].first, batches[i].last, take_observation, o, err);
    if (rc == XT_OK && o->rows.rows > XT_INDEX_ROWS_MAX)
        return xt_fail(err, XT_E_INPUT, "rows", XT_MSG_INDEX_ROWS, XT_INT(o->rows.rows), XT_INT(XT_INDEX_ROWS_MAX));
    return rc;
}

enum xt_code xt_observation_table(struct xt_conn *conn, const struct xt_index_file *file, xt_instant as_of,
                                  const struct xt_areas *areas, struct xt_index_data **out,
                                  struct xt_problems *problems, struct xt_problems *notes, struct xt_error *err)
{
    XT_AUTO(xt_index_data_free) struct xt_index_data *data = xt_index_data_new();
    struct outward o = {.areas = areas, .notes = notes, .last_area = SIZE_MAX};
    enum xt_code rc;

    series_init(&o.series, file);
    xt_index_rows_init(&o.rows, file, data);
    rc = read_batches(&o, conn, as_of, err);
    if (rc == XT_OK) {
        note_areas(&o);
        xt_index_rows_end(&o.rows);
        rc = xt_index_table_check(&file->tree, &data->table, problems, err);
    }
    xt_index_rows_done(&o.rows);
    series_done(&o.series);
    free(o.now);
    if (rc != XT_OK)
        return rc;
    *out = data;
    data = NULL;
    return XT_OK;
}
