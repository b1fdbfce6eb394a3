/* index_drawn.c - the draws of a published release, run again and kept. */
#include "indicator/index_drawn.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "indicator/index_turn.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of kept, and of refs */
static struct xt_index_drawn *kept;

static void free_drawn(struct xt_index_drawn *drawn)
{
    xt_sensitivity_done(&drawn->s);
    xt_arena_done(&drawn->arena);
    free(drawn);
}

static struct xt_index_drawn *take_kept(const struct xt_hash *hash)
{
    struct xt_index_drawn *found = NULL;

    pthread_mutex_lock(&lock);
    if (kept && memcmp(&kept->hash, hash, sizeof *hash) == 0) {
        found = kept;
        found->refs++;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void xt_index_drawn_done(struct xt_index_drawn **drawn)
{
    struct xt_index_drawn *d = *drawn;
    bool last;

    *drawn = NULL;
    if (!d)
        return;
    pthread_mutex_lock(&lock);
    last = --d->refs == 0;
    pthread_mutex_unlock(&lock);
    if (last)
        free_drawn(d);
}

static void keep(struct xt_index_drawn *drawn)
{
    struct xt_index_drawn *before;

    pthread_mutex_lock(&lock);
    before = kept;
    kept = drawn;
    drawn->refs++;
    pthread_mutex_unlock(&lock);
    xt_index_drawn_done(&before);
}

/* Before any of it is done. */
static enum xt_code check_work(const struct xt_index_release *release, struct xt_error *err)
{
    const json_t *how = json_object_get(release->json, "uncertainty");
    uint64_t draws = (uint64_t)xt_json_int(how, "draws", 0), units = json_array_size(json_object_get(how, "units"));
    uint64_t cells = (uint64_t)release->data->table.rows * release->file->tree.count;

    if (draws > XT_DRAWN_RANKS_MAX / (units + 1))
        return xt_fail(err, XT_E_TOO_LARGE, "release", XT_MSG_INDEX_DRAWN_RANKS, XT_INT(draws), XT_INT(units),
                       XT_INT(XT_DRAWN_RANKS_MAX));
    if (draws > XT_DRAWN_WORK_MAX / (cells + 1))
        return xt_fail(err, XT_E_TOO_LARGE, "release", XT_MSG_INDEX_DRAWN_WORK, XT_INT(draws), XT_INT(cells),
                       XT_INT(XT_DRAWN_WORK_MAX));
    return XT_OK;
}

static void take_units(struct xt_index_drawn *drawn, const struct xt_index_release *release)
{
    size_t unit;

    drawn->period = (int32_t)xt_json_int(json_object_get(release->json, "uncertainty"), "period", 0);
    drawn->unit = xt_arena_alloc(&drawn->arena, (drawn->s.rows + 1) * sizeof *drawn->unit);
    for (unit = 0; unit < drawn->s.rows; unit++)
        drawn->unit[unit] = xt_arena_strdup(&drawn->arena, release->data->table.unit[drawn->s.row[unit]]);
}

static enum xt_code draw(struct xt_node *node, const struct xt_published *published, struct xt_index_drawn *out,
                         struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_index_release release = {0};
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_text_init(&text, XT_RELEASE_BYTES_MAX);
    rc = xt_published_read(node, published, &text, err);
    if (rc == XT_OK)
        rc = xt_index_release_read(xt_text_view(&text), &release, &problems, err);
    if (rc == XT_OK)
        rc = check_work(&release, err);
    if (rc == XT_OK)
        rc = xt_index_release_draws(&release, 1, &out->s, &problems, err);
    if (rc == XT_OK)
        take_units(out, &release);
    xt_index_release_done(&release);
    return rc;
}

static enum xt_code draw_and_keep(struct xt_node *node, const struct xt_published *published,
                                  struct xt_index_drawn **out, struct xt_error *err)
{
    struct xt_index_drawn *made = xt_calloc(1, sizeof *made);
    enum xt_code rc;

    made->hash = published->hash;
    made->refs = 1;
    xt_arena_init(&made->arena);
    rc = draw(node, published, made, err);
    if (rc != XT_OK) {
        free_drawn(made);
        return rc;
    }
    keep(made);
    *out = made;
    return XT_OK;
}

enum xt_code xt_index_drawn_take(struct xt_node *node, const struct xt_published *published,
                                 struct xt_index_drawn **out, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    *out = take_kept(&published->hash);
    if (!*out)
        rc = xt_index_turn_check(published->size, err);
    if (*out || rc != XT_OK)
        return rc;
    rc = xt_index_turn_take(err);
    if (rc != XT_OK)
        return rc;
    *out = take_kept(&published->hash); /* by who had the turn before */
    if (!*out)
        rc = draw_and_keep(node, published, out, err);
    xt_index_turn_leave();
    return rc;
}

size_t xt_index_drawn_unit(const struct xt_index_drawn *drawn, struct xt_str code)
{
    size_t unit;

    for (unit = 0; unit < drawn->s.rows; unit++)
        if (xt_str_is(code, drawn->unit[unit]))
            return unit;
    return SIZE_MAX;
}
