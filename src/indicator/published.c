/* published.c - releases kept in the node. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "catalog/region.h"
#include "file/file.h"
#include "indicator/published_priv.h"

#define READ_WAIT_MS 10000
#define NOTE_MAX     1000 /* bytes of a note */

/* ---- what a release is of ---- */

bool xt_index_of_region(struct xt_region *region, struct xt_str name, struct xt_str *out)
{
    char path[300];

    /* A name is a part of a path: no folders, nothing hidden. */
    if (name.n == 0 || name.n > 200 || memchr(name.s, '/', name.n) || name.s[0] == '.')
        return false;
    (void)snprintf(path, sizeof path, "indexes/%.*s.json", (int)name.n, name.s);
    return xt_region_file(region, path, out);
}

static int by_number(const void *a, const void *b)
{
    int32_t p = *(const int32_t *)a, q = *(const int32_t *)b;

    return (p > q) - (p < q);
}

/* "[2019,2020]" of the table's periods; "[]" where it has none. */
static const char *periods_of(const struct xt_index_table *table, struct xt_arena *arena)
{
    XT_AUTO(xt_free_ptr) int32_t *list = xt_alloc((table->rows + 1) * sizeof *list);
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    size_t i;

    xt_text_init(&text, 16 * table->rows + 64);
    xt_text_add_char(&text, '[');
    if (table->period) {
        memcpy(list, table->period, table->rows * sizeof *list);
        qsort(list, table->rows, sizeof *list, by_number);
        for (i = 0; i < table->rows; i++)
            if (i == 0 || list[i] != list[i - 1])
                xt_text_addf(&text, "%s%d", i > 0 ? "," : "", list[i]);
    }
    xt_text_add_char(&text, ']');
    return xt_arena_strndup(arena, text.s, text.n);
}

static void describe(const struct xt_index_release *release, struct xt_arena *arena, struct xt_published *out)
{
    const struct xt_index_table *table = &release->data->table;
    size_t row;

    out->index = xt_arena_strdup(arena, release->file->name);
    out->periods = periods_of(table, arena);
    out->uncertainty = xt_arena_strdup(arena, xt_json_z(json_object_get(release->json, "uncertainty"), "design", "no"));
    out->period = xt_json_int(json_object_get(release->json, "uncertainty"), "period", xt_index_release_last(release));
    for (row = 0; row < table->rows; row++)
        out->units += !table->period || table->period[row] == out->period;
}

/* ---- publishing ---- */

static enum xt_code look_at(struct xt_node *node, struct xt_str json, struct xt_arena *arena, struct xt_published *out,
                            struct xt_problems *problems, struct xt_error *err)
{
    struct xt_index_release release;
    struct xt_str definition;
    char hex[XT_HASH_HEX];
    enum xt_code rc = xt_index_release_read(json, &release, problems, err);

    if (rc != XT_OK)
        return rc;
    if (!xt_index_of_region(node->region, xt_str(release.file->name), &definition))
        rc = xt_fail(err, XT_E_NOT_FOUND, "index", XT_MSG_INDEX_UNKNOWN, XT_TEXT(release.file->name));
    else
        describe(&release, arena, out);
    xt_index_release_done(&release);
    out->hash = xt_hash_of(json.s, json.n);
    (void)snprintf(out->release, sizeof out->release, "%.16s", xt_hash_hex(&out->hash, hex));
    out->size = (int64_t)json.n;
    return rc;
}

static enum xt_code find_one(struct xt_node *node, const struct xt_published *p, struct xt_arena *arena,
                             struct xt_published *out, bool *found, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    enum xt_code rc = xt_read_begin(node->store, READ_WAIT_MS, &read, err);

    return rc == XT_OK
               ? xt_published_sql_find(xt_read_conn(read), xt_str(p->index), xt_str(p->release), arena, out, found, err)
               : rc;
}

static enum xt_code add(struct xt_node *node, struct xt_published *p, struct xt_str actor, struct xt_arena *arena,
                        bool *existed, struct xt_error *err)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_published had;
    char name[300];
    struct xt_change change = {.room = "indicator", .action = "publish", .actor = actor, .after = &p->hash};
    int64_t seq;
    xt_id file;
    enum xt_code rc = xt_tx_begin(node->store, &tx, err);

    if (rc == XT_OK)
        rc = xt_published_sql_find(xt_tx_conn(tx), xt_str(p->index), xt_str(p->release), arena, &had, existed, err);
    if (rc != XT_OK)
        return rc;
    if (*existed) { /* by another process, just now */
        *p = had;
        return XT_OK;
    }
    (void)snprintf(name, sizeof name, "%s-%s.json", p->index, p->release);
    change.subject = xt_str(xt_arena_printf(arena, "index/%s/%s", p->index, p->release));
    change.reason = xt_str(p->note);
    p->published = xt_tx_now(tx);
    p->current = true;
    rc = xt_file_use(tx, &p->hash, p->size, xt_str(name), &file, err);
    if (rc == XT_OK)
        rc = xt_change_add(tx, &change, &seq, err);
    if (rc == XT_OK)
        rc = xt_published_sql_add(xt_tx_conn(tx), p, file, seq, err);
    return rc == XT_OK ? xt_tx_commit(&tx, err) : rc;
}

enum xt_code xt_published_put(struct xt_node *node, struct xt_str json, struct xt_str note, struct xt_str actor,
                              struct xt_arena *arena, struct xt_published *out, bool *existed,
                              struct xt_problems *problems, struct xt_error *err)
{
    struct xt_published had;
    struct xt_hash hash;
    enum xt_code rc;

    *out = (struct xt_published){0};
    *existed = false;
    if (note.n > NOTE_MAX)
        return xt_fail(err, XT_E_INPUT, "note", XT_MSG_TOO_LARGE, XT_INT(NOTE_MAX), XT_INT(note.n));
    rc = look_at(node, json, arena, out, problems, err);
    if (rc == XT_OK)
        rc = find_one(node, out, arena, &had, existed, err);
    if (rc != XT_OK)
        return rc;
    if (*existed) {
        *out = had;
        return XT_OK;
    }
    out->note = xt_arena_strndup(arena, note.s ? note.s : "", note.n);
    rc = xt_index_release_verify(json, problems, err);
    if (rc == XT_OK)
        rc = xt_file_put(node->files, json.s, json.n, &hash, err);
    return rc == XT_OK ? add(node, out, actor, arena, existed, err) : rc;
}

/* ---- reading ---- */

enum xt_code xt_published_find(struct xt_conn *conn, struct xt_str index, struct xt_str release, struct xt_arena *arena,
                               struct xt_published *out, struct xt_error *err)
{
    bool found;
    enum xt_code rc = xt_published_sql_find(conn, index, release, arena, out, &found, err);

    if (rc == XT_OK && !found)
        return xt_fail(err, XT_E_NOT_FOUND, "release", XT_MSG_RELEASE_NONE, XT_VIEW(index), XT_VIEW(release));
    return rc;
}

enum xt_code xt_published_read(struct xt_node *node, const struct xt_published *published, struct xt_text *out,
                               struct xt_error *err)
{
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    const char *path;
    char piece[16384];
    FILE *file;
    size_t n, before;
    enum xt_code rc;

    xt_arena_init(&arena);
    rc = xt_file_path(node->files, &published->hash, &arena, &path, err);
    if (rc != XT_OK)
        return rc;
    file = fopen(path, "rb");
    if (!file)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_OPEN, XT_TEXT(path), XT_TEXT(strerror(errno)));
    before = out->n;
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        xt_text_add(out, piece, n);
    if (ferror(file))
        rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_READ, XT_TEXT(path), XT_TEXT(strerror(errno)));
    else if (xt_text_overflowed(out) || (int64_t)(out->n - before) != published->size)
        rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_RELEASE_DAMAGED, XT_TEXT(published->release));
    (void)fclose(file); /* only read */
    return rc;
}

enum xt_code xt_published_open(struct xt_node *node, const struct xt_published *published, struct xt_index_opened *out,
                               struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_text_init(&text, XT_RELEASE_BYTES_MAX);
    rc = xt_published_read(node, published, &text, err);
    return rc == XT_OK ? xt_index_open(xt_text_view(&text), out, &problems, err) : rc;
}

/* ---- proof ---- */

static enum xt_code check_one(struct xt_node *node, const struct xt_published *p, struct xt_problems *problems,
                              struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    char hex[XT_HASH_HEX];
    struct xt_error local;
    struct xt_hash hash;
    enum xt_code rc;

    xt_text_init(&text, XT_RELEASE_BYTES_MAX);
    rc = xt_published_read(node, p, &text, &local);
    if (rc == XT_E_NOT_FOUND) { /* a finding, not a failure to look */
        xt_problem(problems, p->index, XT_MSG_RELEASE_LOST, XT_TEXT(p->release));
        return XT_OK;
    }
    if (rc != XT_OK && local.msg != XT_MSG_RELEASE_DAMAGED) {
        if (err)
            *err = local;
        return rc;
    }
    hash = xt_hash_of(text.s, text.n);
    if (strncmp(xt_hash_hex(&hash, hex), p->release, XT_RELEASE_ID - 1) != 0 ||
        memcmp(&hash, &p->hash, sizeof hash) != 0)
        xt_problem(problems, p->index, XT_MSG_RELEASE_DAMAGED, XT_TEXT(p->release));
    return XT_OK;
}

enum xt_code xt_published_check(struct xt_node *node, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_published *list;
    size_t count, i;
    enum xt_code rc = xt_read_begin(node->store, READ_WAIT_MS, &read, err);

    xt_arena_init(&arena);
    if (rc == XT_OK)
        rc = xt_published_list(xt_read_conn(read), XT_STR(""), &arena, &list, &count, err);
    for (i = 0; rc == XT_OK && i < count; i++)
        rc = check_one(node, &list[i], problems, err);
    return rc;
}
