/* The header's functions: the feeder's lock, the engine in use, and the scratch memory of those who ask. */
#include "search/search.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "search/ask.h"

#define SWITCHED "switched" /* files beside an index: see xt_search_switch */
#define REPLACED "replaced"

/* An engine is closed when the last of its users lets go: another may have taken its place meanwhile. */
struct use {
    struct engine *engine;
    unsigned users;
    bool replaced;
};

struct xt_search {
    const struct engine_ops *ops;
    const struct xt_search_schema *schema;
    char *engine_dir;
    int lock_fd;          /* held by the feeder, else -1 */
    pthread_mutex_t lock; /* all below */
    struct use *use;      /* changed by the feeder's thread, or by the one that is replacing */
    bool replacing;
    struct scratch *scratch; /* idle */
};

static const struct engine_ops *const engines[] = {&engine_segment, &engine_fts5};

static const struct engine_ops *engine_named(const char *name)
{
    for (size_t i = 0; name && i < XT_COUNT(engines); i++)
        if (strcmp(engines[i]->name, name) == 0)
            return engines[i];
    return engines[0];
}

static void close_use(struct xt_search *search, struct use *use)
{
    search->ops->close(use->engine);
    free(use);
}

/* Tries to become the feeder; leaves lock_fd at -1 when another process is. */
static enum xt_code take_lock(struct xt_search *search, const char *dir, struct xt_error *err)
{
    struct xt_text path;

    xt_text_init(&path, 4096);
    xt_text_addf(&path, "%s/lock", dir);
    int fd = open(path.s, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    struct stat mine, there;
    enum xt_code rc = XT_OK;
    if (fd < 0)
        rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(dir), XT_TEXT(strerror(errno)));
    /* A lock that is not there any more (see xt_search_switch) holds nobody off. */
    bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &mine) == 0 && stat(path.s, &there) == 0 &&
                mine.st_ino == there.st_ino;
    xt_text_done(&path);
    if (rc != XT_OK)
        return rc;
    if (!held) {
        (void)close(fd);
        return XT_OK;
    }
    search->lock_fd = fd;
    return XT_OK;
}

/* Removes a folder and the files in it: an index has no folders below. */
static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);

    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        (void)closedir(folder);
    (void)rmdir(path); /* what cannot be removed costs room and does no other harm */
}

/* What other engines left behind: nobody feeds it any more. */
static void remove_others(const struct xt_search *search)
{
    char path[4096];
    const char *end = strrchr(search->engine_dir, '/');

    for (size_t i = 0; i < XT_COUNT(engines); i++) {
        (void)snprintf(path, sizeof path, "%.*s/%s", (int)(end - search->engine_dir), search->engine_dir,
                       engines[i]->name);
        if (engines[i] != search->ops)
            remove_folder(path);
    }
}

static enum xt_code open_engine(struct xt_search *search, struct use **out, bool *out_fresh, struct xt_error *err)
{
    struct use *use = xt_calloc(1, sizeof *use);
    enum xt_code rc =
        search->ops->open(search->engine_dir, search->schema, search->lock_fd >= 0, &use->engine, out_fresh, err);

    if (rc != XT_OK) {
        free(use);
        return rc;
    }
    *out = use;
    return XT_OK;
}

static const char *path_beside(char path[4096], const char *beside, const char *name)
{
    if (snprintf(path, 4096, "%s/%s", beside, name) >= 4096)
        path[0] = '\0'; /* no such file */
    return path;
}

/* From here on what lies beside is the old index, whatever happens: not one to go on with. */
static bool mark_switched(const char *beside)
{
    char path[4096];
    int fd = open(path_beside(path, beside, SWITCHED), O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        (void)close(fd);
    return ok;
}

/* What a switch that was interrupted left. The lock on the folder is held. */
static void remove_switched(const struct xt_search *search, const char *beside)
{
    char path[4096];

    if (access(path_beside(path, beside, SWITCHED), F_OK) != 0)
        return;
    remove_folder(search->engine_dir);
    remove_folder(path_beside(path, beside, REPLACED));
    (void)unlink(path_beside(path, beside, SWITCHED)); /* last */
}

enum xt_code xt_search_open(const struct xt_search_options *options, struct xt_search **out, bool *out_fresh,
                            struct xt_error *err)
{
    struct xt_search *search = xt_calloc(1, sizeof *search);
    struct xt_text dir;
    enum xt_code rc = XT_OK;

    assert(options->schema->field_count > 0 && options->schema->field_count <= SCHEMA_FIELDS_MAX);
    assert(options->schema->facet_count <= SCHEMA_FACETS_MAX);
    assert(options->schema->range_count <= SCHEMA_RANGES_MAX);
    search->ops = engine_named(options->engine);
    search->schema = options->schema;
    search->lock_fd = -1;
    (void)pthread_mutex_init(&search->lock, NULL); /* cannot fail with default attributes */
    xt_text_init(&dir, 4096);
    xt_text_addf(&dir, "%s/%s", options->dir, search->ops->name);
    search->engine_dir = xt_text_take(&dir);
    xt_text_done(&dir);

    *out_fresh = false;
    if (options->may_feed) {
        if (mkdir(options->dir, 0750) != 0 && errno != EEXIST)
            rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(options->dir), XT_TEXT(strerror(errno)));
        if (rc == XT_OK)
            rc = take_lock(search, options->dir, err);
    }
    if (rc == XT_OK && search->lock_fd >= 0)
        remove_switched(search, options->dir);
    if (rc == XT_OK)
        rc = open_engine(search, &search->use, out_fresh, err);
    if (rc == XT_OK && *out_fresh && search->lock_fd >= 0)
        remove_others(search);
    if (rc != XT_OK) {
        xt_search_close(&search);
        return rc;
    }
    *out = search;
    return XT_OK;
}

void xt_search_close(struct xt_search **search_variable)
{
    struct xt_search *search = *search_variable;

    if (!search)
        return;
    if (search->use)
        close_use(search, search->use);
    while (search->scratch) {
        struct scratch *scratch = search->scratch;

        search->scratch = scratch->next;
        scratch_free(scratch);
    }
    if (search->lock_fd >= 0)
        (void)close(search->lock_fd);
    (void)pthread_mutex_destroy(&search->lock);
    free(search->engine_dir);
    free(search);
    *search_variable = NULL;
}

bool xt_search_is_feeder(const struct xt_search *search)
{
    return search->lock_fd >= 0;
}

/* Puts a newly opened engine in the place of the one whose files are gone. By one thread at a time, without the lock: opening
 * reads files, and who searches meanwhile uses the old one. */
static enum xt_code replace(struct xt_search *search, struct xt_error *err)
{
    struct use *use = NULL, *old = search->use; /* nobody else changes it */
    bool fresh;

    if (search->ops->rest)
        search->ops->rest(old->engine); /* its files may lie where the new ones will */
    enum xt_code rc = open_engine(search, &use, &fresh, err);
    if (rc != XT_OK)
        return rc;
    (void)pthread_mutex_lock(&search->lock);
    search->use = use;
    old->replaced = true;
    bool idle = old->users == 0;
    (void)pthread_mutex_unlock(&search->lock);
    if (idle)
        close_use(search, old);
    return XT_OK;
}

/* The engine in use and scratch memory, to be given back with release(). */
static struct use *acquire(struct xt_search *search, struct scratch **out_scratch)
{
    (void)pthread_mutex_lock(&search->lock);
    struct use *use = search->use;
    use->users++;
    *out_scratch = search->scratch;
    if (search->scratch)
        search->scratch = search->scratch->next;
    (void)pthread_mutex_unlock(&search->lock);
    if (!*out_scratch)
        *out_scratch = xt_calloc(1, sizeof **out_scratch);
    return use;
}

static void release(struct xt_search *search, struct use *use, struct scratch *scratch)
{
    (void)pthread_mutex_lock(&search->lock);
    scratch->next = search->scratch;
    search->scratch = scratch;
    bool last = --use->users == 0 && use->replaced;
    (void)pthread_mutex_unlock(&search->lock);
    if (last)
        close_use(search, use);
}

/* Has the feeder, another process, made the index anew under us? Then one of those who ask opens it; until it is there the
 * old one, still open, answers. */
static void follow(struct xt_search *search)
{
    struct scratch *scratch;
    struct use *use = acquire(search, &scratch);
    bool gone = search->ops->gone(use->engine), mine = false;

    release(search, use, scratch);
    if (!gone)
        return;
    (void)pthread_mutex_lock(&search->lock);
    if (search->use == use && !search->replacing)
        mine = search->replacing = true;
    (void)pthread_mutex_unlock(&search->lock);
    if (!mine)
        return;
    (void)replace(search, NULL);
    (void)pthread_mutex_lock(&search->lock);
    search->replacing = false;
    (void)pthread_mutex_unlock(&search->lock);
}

/* A snapshot to search in, to be given back with end(). The feeder may make the index anew between the look at its
 * files and the opening: then there is a second look. */
static enum xt_code begin(struct xt_search *search, struct use **use, struct scratch **scratch, struct view *view,
                          struct xt_error *err)
{
    enum xt_code rc = XT_E_BUSY;

    for (int look = 0; look < 2 && rc == XT_E_BUSY; look++) {
        if (search->lock_fd < 0)
            follow(search);
        *use = acquire(search, scratch);
        rc = search->ops->begin((*use)->engine, view, err);
        if (rc != XT_OK)
            release(search, *use, *scratch);
    }
    return rc;
}

static void end(struct xt_search *search, struct use *use, struct scratch *scratch, struct view *view)
{
    search->ops->end(view);
    release(search, use, scratch);
}

/* For the feeder, whose index was deleted: makes it anew and says that it starts from 0. */
static enum xt_code still_there(struct xt_search *search, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    assert(xt_search_is_feeder(search));
    if (!search->ops->gone(search->use->engine)) /* only the feeder replaces it: no lock to read it */
        return XT_OK;
    rc = replace(search, err);
    return rc == XT_OK ? xt_fail(err, XT_E_GONE, "", XT_MSG_SEARCH_INDEX_GONE) : rc;
}

/* What was done to an index that has been replaced meanwhile is done to nothing. */
static enum xt_code or_gone(struct xt_search *search, enum xt_code rc, struct xt_error *err)
{
    if (rc == XT_OK)
        return rc;
    enum xt_code there = still_there(search, NULL);
    return there == XT_E_GONE ? xt_fail(err, XT_E_GONE, "", XT_MSG_SEARCH_INDEX_GONE) : rc;
}

enum xt_code xt_search_feed(struct xt_search *search, const struct xt_search_doc *docs, size_t count, int64_t reached,
                            struct xt_error *err)
{
    enum xt_code rc = still_there(search, err);

    return rc == XT_OK ? or_gone(search, search->ops->feed(search->use->engine, docs, count, reached, err), err) : rc;
}

enum xt_code xt_search_tidy(struct xt_search *search, unsigned budget_ms, struct xt_error *err)
{
    enum xt_code rc = still_there(search, err);

    return rc == XT_OK ? or_gone(search, search->ops->tidy(search->use->engine, budget_ms, err), err) : rc;
}

enum xt_code xt_search_switch(struct xt_search **search_variable, const char *dir, struct xt_error *err)
{
    struct xt_search *search = *search_variable;
    const char *name = search->ops->name;
    char live[4096], beside[4096], replaced[4096];
    enum xt_code rc = XT_OK;

    assert(xt_search_is_feeder(search));
    (void)snprintf(live, sizeof live, "%s/%s", dir, name);
    (void)snprintf(beside, sizeof beside, "%.*s", (int)(strrchr(search->engine_dir, '/') - search->engine_dir),
                   search->engine_dir);
    path_beside(replaced, beside, REPLACED);
    close_use(search, search->use); /* the lock is held to the end */
    search->use = NULL;
    /* Both at once: nobody ever finds no index. Where there was none, it is only put in place. Some file systems cannot
     * exchange: there who opens one at that moment finds none. */
    int bad = mark_switched(beside) ? 0 : errno;
    if (!bad && renameat2(AT_FDCWD, search->engine_dir, AT_FDCWD, live, RENAME_EXCHANGE) != 0) {
        bad = errno;
        if (bad == EINVAL || bad == ENOSYS)
            bad = rename(live, replaced) == 0 ? ENOENT : errno;
        if (bad == ENOENT)
            bad = rename(search->engine_dir, live) == 0 ? 0 : errno;
    }
    if (bad) {
        rc = xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(live), XT_TEXT(strerror(bad)));
    } else {
        remove_switched(search, beside);
        (void)unlink(path_beside(replaced, beside, "lock"));
        (void)rmdir(beside);
    }
    xt_search_close(search_variable);
    return rc;
}

/* What the files of an engine's folder take on the disk. */
static int64_t bytes_of(const char *path)
{
    DIR *folder = opendir(path);
    int64_t bytes = 0;

    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        struct stat st;

        if (fstatat(dirfd(folder), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
            bytes += (int64_t)st.st_blocks * 512;
    }
    if (folder)
        (void)closedir(folder);
    return bytes;
}

static struct index_state state_of(struct xt_search *search, int64_t *out_bytes, int64_t *out_parts)
{
    struct index_state state = {0};
    struct scratch *scratch;
    struct use *use;
    struct view view;

    if (out_bytes)
        *out_bytes = 0;
    if (out_parts)
        *out_parts = 0;
    if (begin(search, &use, &scratch, &view, NULL) != XT_OK)
        return state; /* being made anew: nothing is in it */
    state = view.state;
    if (out_bytes)
        *out_bytes = bytes_of(search->engine_dir);
    if (out_parts)
        *out_parts = search->ops->parts ? search->ops->parts(&view) : 1;
    end(search, use, scratch, &view);
    return state;
}

int64_t xt_search_reached(struct xt_search *search)
{
    return state_of(search, NULL, NULL).reached;
}

void xt_search_stats(struct xt_search *search, struct xt_search_stats *out)
{
    struct index_state state = state_of(search, &out->bytes, &out->parts);

    out->documents = (int64_t)state.live;
    out->tombstones = (int64_t)(state.docs - state.live);
    out->reached = state.reached;
    out->engine = search->ops->name;
}

enum xt_code xt_search_verify(struct xt_search *search, struct xt_problems *problems, struct xt_error *err)
{
    struct scratch *scratch;
    struct use *use;

    if (search->lock_fd < 0)
        follow(search);
    use = acquire(search, &scratch);
    enum xt_code rc = search->ops->verify(use->engine, problems, err);

    release(search, use, scratch);
    return rc;
}

enum xt_code xt_search_each(struct xt_search *search, bool (*visit)(void *context, int64_t id), void *context,
                            struct xt_error *err)
{
    struct scratch *scratch;
    struct use *use;
    struct view view;
    enum xt_code rc = begin(search, &use, &scratch, &view, err);

    if (rc != XT_OK)
        return rc;
    for (uint64_t doc = 0; doc < view.state.docs; doc++)
        if (columns_alive(view.columns, (uint32_t)doc, view.state.generation) &&
            !visit(context, *COLUMN_ID(view.columns, (uint32_t)doc)))
            break;
    end(search, use, scratch, &view);
    return XT_OK;
}

enum xt_code xt_search_ask(struct xt_search *search, const struct xt_search_request *request, struct xt_arena *arena,
                           struct xt_search_answer *out, struct xt_error *err)
{
    struct scratch *scratch;
    struct use *use;
    struct view view;
    enum xt_code rc = begin(search, &use, &scratch, &view, err);

    if (rc != XT_OK)
        return rc;
    rc = ask_view(search->ops, &view, search->schema, scratch, request, arena, out, err);
    end(search, use, scratch, &view);
    return rc;
}
