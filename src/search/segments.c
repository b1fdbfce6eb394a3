/* The segment engine: life, feeding, the manifest. */
#include "search/segments.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libdeflate.h>
#include <sodium.h>

#include "base/log.h"
#include "base/time.h"
#include "search/intake.h"

#define FORMAT                "segment-1"
#define MANIFEST_MAGIC        "xtman001"
#define SAFE_EVERY_US         (2 * XT_SECOND)  /* when there is nothing else to do */
#define SAFE_WHILE_FEEDING_US (60 * XT_SECOND) /* it takes the feeder some tenths of a second */
#define BUILDER_BYTES         (256 * XT_MIB)   /* then a segment is written, also within a transaction */
#define BOOT_BYTES            36

/* The manifest, as it lies on the disk; behind it count segments, then a CRC over all. */
struct manifest_head {
    char magic[8];
    uint64_t mark;
    struct xt_hash schema;
    char boot[BOOT_BYTES]; /* the kernel's boot id when it was written */
    uint32_t safe;         /* all that it names is on the disk */
    uint64_t edition, serial, values_bytes;
    struct index_state state;
    uint64_t count;
};
struct manifest_segment {
    uint64_t serial, size;
    uint32_t first, count;
};

static enum xt_code make_safe(struct engine *engine, int64_t every_us, struct xt_error *err);
static bool is_gone(struct engine *engine);

/* ---- small things ---- */

static void path_in(char out[4096], const char *dir, const char *name)
{
    (void)snprintf(out, 4096, "%s/%s", dir, name); /* clipped: open() then fails */
}

static enum xt_code fail_file(const char *name, struct xt_error *err)
{
    int reason = errno;

    xt_log_detail("%s: %s", name, strerror(reason));
    if (reason == ENOSPC || reason == EDQUOT)
        return xt_fail(err, XT_E_FULL, "", XT_MSG_DISK_FULL, XT_TEXT(name));
    return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(name), XT_TEXT(strerror(reason)));
}

static uint64_t inode_of(const char *dir, const char *name)
{
    char path[4096];
    struct stat st;

    path_in(path, dir, name);
    return stat(path, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

/* Which start of the machine this is; all zero when it cannot be known: then nothing counts as of this one. */
static void read_boot(char out[BOOT_BYTES])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    memset(out, 0, BOOT_BYTES);
    if (fd >= 0 && read(fd, out, BOOT_BYTES) != BOOT_BYTES)
        memset(out, 0, BOOT_BYTES);
    if (fd >= 0)
        (void)close(fd);
}

#define MANIFEST_BYTES_MAX (sizeof(struct manifest_head) + SEGMENTS_MAX * sizeof(struct manifest_segment) + 4)

static size_t read_bytes(int fd, uint8_t *out, size_t room)
{
    size_t n = 0;

    for (ssize_t step; n < room && (step = pread(fd, out + n, room - n, (off_t)n)) > 0;)
        n += (size_t)step;
    return n;
}

static bool sync_path(const char *dir, const char *name)
{
    char path[4096];

    path_in(path, dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int reason = errno;
    if (fd >= 0)
        (void)close(fd);
    errno = reason;
    return ok;
}

/* ---- readers ---- */

struct engine_reader *reader_hold(struct engine_reader *reader)
{
    (void)atomic_fetch_add(&reader->users, 1);
    return reader;
}

void reader_drop(struct engine_reader *reader)
{
    if (!reader || atomic_fetch_sub(&reader->users, 1) != 1)
        return;
    for (size_t i = 0; i < reader->count; i++)
        segment_drop(reader->segments[i]);
    free(reader);
}

/* ---- the manifest ---- */

static bool known_segment(struct engine_reader *now, const struct manifest_segment *wanted, struct segment **out)
{
    for (size_t i = 0; now && i < now->count; i++)
        if (now->segments[i]->serial == wanted->serial) {
            *out = segment_hold(now->segments[i]);
            return true;
        }
    return false;
}

/* Opens what a manifest names; segments that are open already are taken as they are. */
static enum xt_code open_segments(struct engine *engine, const struct manifest_head *head,
                                  const struct manifest_segment *list, struct engine_reader **out, struct xt_error *err)
{
    struct engine_reader *reader = xt_calloc(1, sizeof *reader);
    enum xt_code rc = XT_OK;
    uint64_t next = 0;

    atomic_init(&reader->users, 1);
    reader->state = head->state;
    reader->edition = head->edition;
    reader->values_bytes = head->values_bytes;
    for (uint64_t i = 0; i < head->count && rc == XT_OK; i++) {
        struct segment *segment = NULL;

        if (!known_segment(engine->now, &list[i], &segment))
            rc = segment_open(engine->dir, list[i].serial, engine->mark, &segment, err);
        if (rc != XT_OK)
            break;
        reader->segments[reader->count++] = segment;
        if (segment->size != list[i].size || segment->first != list[i].first || segment->count != list[i].count ||
            list[i].first < next || (uint64_t)list[i].first + list[i].count > head->state.docs)
            rc = xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("manifest"));
        next = (uint64_t)list[i].first + list[i].count;
    }
    if (rc != XT_OK) {
        reader_drop(reader);
        return rc;
    }
    *out = reader;
    return XT_OK;
}

/* Reads a manifest. XT_E_NOT_FOUND when it is absent, torn, or of another index or schema. out_fd, when it is not NULL, gets
 * the open file in any case; -1 when there is none. */
static enum xt_code read_manifest(struct engine *engine, const char *name, struct manifest_head *out_head,
                                  struct manifest_segment **out_list, int *out_fd, struct xt_error *err)
{
    struct xt_hash schema = schema_hash(engine->schema, FORMAT);
    uint8_t *bytes = xt_alloc(MANIFEST_BYTES_MAX + 1);
    char path[4096];
    size_t n = 0;

    path_in(path, engine->dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        n = read_bytes(fd, bytes, MANIFEST_BYTES_MAX + 1);
    bool ok = n >= sizeof *out_head + 4;
    if (ok) {
        memcpy(out_head, bytes, sizeof *out_head);
        ok = memcmp(out_head->magic, MANIFEST_MAGIC, sizeof out_head->magic) == 0 && out_head->count <= SEGMENTS_MAX &&
             n == sizeof *out_head + out_head->count * sizeof **out_list + 4 &&
             load32(bytes + n - 4) == libdeflate_crc32(0, bytes, n - 4) &&
             memcmp(out_head->schema.bytes, schema.bytes, XT_HASH_BYTES) == 0 &&
             (engine->mark == 0 || engine->mark == out_head->mark) && out_head->state.docs <= COLUMNS_DOCS_MAX;
    }
    if (ok) {
        *out_list = xt_alloc((out_head->count + 1) * sizeof **out_list);
        memcpy(*out_list, bytes + sizeof *out_head, out_head->count * sizeof **out_list);
        engine->mark = out_head->mark;
    }
    free(bytes);
    if (out_fd)
        *out_fd = fd;
    else if (fd >= 0)
        (void)close(fd);
    return ok ? XT_OK : xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT(name));
}

/* Writes bytes to the side and puts them in place at once. */
static bool write_beside(const char *dir, const char *name, const void *bytes, size_t n, bool sync)
{
    char path[4096], temp[4096];

    path_in(path, dir, name);
    (void)snprintf(temp, sizeof temp, "%s/%s.tmp", dir, name);
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    bool ok = fd >= 0 && write(fd, bytes, n) == (ssize_t)n && (!sync || fdatasync(fd) == 0);
    int reason = errno;
    if (fd >= 0)
        (void)close(fd);
    if (ok) {
        ok = rename(temp, path) == 0;
        reason = errno;
    } else {
        (void)unlink(temp);
    }
    errno = reason ? reason : EIO;
    return ok;
}

static enum xt_code write_manifest(struct engine *engine, const char *name, const struct engine_reader *reader,
                                   bool safe, struct xt_error *err)
{
    size_t n = sizeof(struct manifest_head) + reader->count * sizeof(struct manifest_segment);
    uint8_t *bytes = xt_calloc(1, n + 4);
    struct manifest_head head = {.mark = engine->mark,
                                 .schema = schema_hash(engine->schema, FORMAT),
                                 .safe = safe,
                                 .edition = reader->edition,
                                 .serial = engine->serial,
                                 .values_bytes = reader->values_bytes,
                                 .state = reader->state,
                                 .count = reader->count};

    memcpy(head.magic, MANIFEST_MAGIC, sizeof head.magic);
    read_boot(head.boot);
    memcpy(bytes, &head, sizeof head);
    for (size_t i = 0; i < reader->count; i++) {
        const struct segment *s = reader->segments[i];
        struct manifest_segment entry = {s->serial, s->size, s->first, s->count};

        memcpy(bytes + sizeof head + i * sizeof entry, &entry, sizeof entry);
    }
    uint32_t crc = libdeflate_crc32(0, bytes, n);
    memcpy(bytes + n, &crc, 4);
    bool ok = write_beside(engine->dir, name, bytes, n + 4, safe);
    free(bytes);
    return ok ? XT_OK : fail_file(name, err);
}

/* ---- values of facets ---- */

/* values.dat holds, for each value in the order of its coming: facet, ordinal of the one above, size (4 bytes each), bytes.
 * Takes over what lies between what is known and `to`. */
static bool add_values(struct engine *engine, const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        if (end - at < 12)
            return false;
        uint32_t facet = load32(at), above = load32(at + 4), size = load32(at + 8);

        at += 12;
        if (facet >= engine->dict.facet_count || size == 0 || size > DICT_VALUE_BYTES_MAX ||
            size > (size_t)(end - at) || above > dict_count(&engine->dict, facet))
            return false;
        struct xt_str value = {(const char *)at, size};
        if (dict_find(&engine->dict, facet, value) != 0 || dict_add(&engine->dict, facet, value, above) == 0)
            return false;
        at += size;
    }
    return true;
}

static enum xt_code read_values(struct engine *engine, uint64_t to, struct xt_error *err)
{
    size_t n = to > engine->values_read ? (size_t)(to - engine->values_read) : 0;
    char path[4096];
    uint8_t *bytes;
    int fd;
    bool ok;

    if (n == 0)
        return XT_OK; /* older ones may name fewer */
    path_in(path, engine->dir, "values.dat");
    fd = open(path, O_RDONLY | O_CLOEXEC);
    bytes = xt_alloc(n);
    ok = fd >= 0 && pread(fd, bytes, n, (off_t)engine->values_read) == (ssize_t)n &&
         add_values(engine, bytes, bytes + n);
    if (fd >= 0)
        (void)close(fd);
    free(bytes);
    if (ok)
        engine->values_read = to;
    return ok ? XT_OK : xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("values.dat"));
}

/* Appends the values that came since the last time, in an order in which what is above comes first. */
static enum xt_code store_values(struct engine *engine, uint64_t *bytes, struct xt_error *err)
{
    struct xt_text out;
    enum xt_code rc = XT_OK;

    xt_text_init(&out, 1024 * XT_MIB);
    for (unsigned facet = 0; facet < engine->dict.facet_count; facet++)
        for (uint32_t i = engine->values_stored[facet] + 1; i <= dict_count(&engine->dict, facet); i++) {
            const struct dict_entry *entry = dict_entry(&engine->dict, facet, i);
            uint32_t numbers[3] = {facet, entry->above, entry->size};

            xt_text_add(&out, (const char *)numbers, sizeof numbers);
            xt_text_add(&out, entry->value, entry->size);
        }
    if (out.n && pwrite(engine->values_fd, out.s, out.n, (off_t)*bytes) != (ssize_t)out.n)
        rc = fail_file("values.dat", err);
    if (rc == XT_OK)
        *bytes += out.n;
    xt_text_done(&out);
    return rc;
}

/* ---- opening ---- */

static void remove_files(const char *dir)
{
    DIR *folder = opendir(dir);

    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(folder), entry->d_name,
                           0); /* what stays makes the creation below fail with a reason */
    if (folder)
        (void)closedir(folder);
}

static enum xt_code create(const char *dir, const struct xt_search_schema *schema, struct xt_error *err)
{
    struct engine engine = {.dir = xt_strdup(dir), .schema = schema};
    struct engine_reader empty = {.edition = 1};
    enum xt_code rc;

    if (mkdir(dir, 0750) != 0 && errno != EEXIST) {
        rc = fail_file(dir, err);
    } else {
        remove_files(dir);
        randombytes_buf(&engine.mark, sizeof engine.mark);
        engine.mark |= 1; /* never 0 */
        rc = columns_create(dir, (unsigned)schema->facet_count, (unsigned)schema->range_count, engine.mark, err);
        if (rc == XT_OK && !write_beside(dir, "values.dat", "", 0, false))
            rc = fail_file("values.dat", err);
        if (rc == XT_OK)
            rc = write_manifest(&engine, "manifest", &empty, false, err);
    }
    free(engine.dir);
    return rc;
}

static void close_engine(struct engine *engine)
{
    segments_stop_merging(engine);
    if (engine->feeds && engine->now && !is_gone(engine))
        (void)make_safe(engine, 0, NULL); /* if it cannot be, an older one serves after the machine went down */
    reader_drop(engine->now);
    columns_close(&engine->columns);
    dict_done(&engine->dict);
    frequencies_done(&engine->frequencies);
    segment_builder_free(engine->builder);
    free(engine->live.slots);
    if (engine->values_fd >= 0)
        (void)close(engine->values_fd);
    if (engine->manifest_fd >= 0)
        (void)close(engine->manifest_fd);
    if (engine->dir_fd >= 0)
        (void)close(engine->dir_fd);
    (void)pthread_mutex_destroy(&engine->lock);
    (void)pthread_mutex_destroy(&engine->writing);
    free(engine->dir);
    free(engine->place);
    free(engine);
}

/* Segments that no manifest names: of a transaction or a merge that did not come to its end. Their serials are not used again. */
static void remove_strays(struct engine *engine)
{
    DIR *folder = opendir(engine->dir);

    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        char *end;
        unsigned long long serial = strtoull(entry->d_name, &end, 16);
        bool named = false;

        if (end != entry->d_name + 16 || (strcmp(end, ".seg") != 0 && strcmp(end, ".tmp") != 0))
            continue;
        if (serial >= engine->serial)
            engine->serial = serial + 1;
        for (size_t i = 0; i < engine->now->count && !named; i++)
            named = engine->now->segments[i]->serial == serial;
        for (size_t i = 0; i < engine->safe_count && !named; i++)
            named = engine->safe_serials[i] == serial;
        if (!named || strcmp(end, ".tmp") == 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    }
    if (folder)
        (void)closedir(folder);
}

/* The newest manifest that can be trusted: the last one when the machine has been up since it was written, else the safe one
 * (*out_back). Keeps the one in place open. */
static enum xt_code choose_manifest(struct engine *engine, struct manifest_head *head, struct manifest_segment **list,
                                    bool *out_back, struct xt_error *err)
{
    static const char unknown[BOOT_BYTES];
    char boot[BOOT_BYTES];
    int fd;
    enum xt_code rc = read_manifest(engine, "manifest", head, list, &fd, err);

    if (engine->manifest_fd >= 0)
        (void)close(engine->manifest_fd);
    engine->manifest_fd = fd;
    read_boot(boot);
    *out_back = rc != XT_OK ||
                (!head->safe && (memcmp(boot, head->boot, BOOT_BYTES) != 0 || memcmp(boot, unknown, BOOT_BYTES) == 0));
    if (!*out_back)
        return XT_OK;
    if (rc == XT_OK)
        free(*list);
    *list = NULL;
    return read_manifest(engine, "manifest.safe", head, list, NULL, err);
}

/* Is another manifest in place than the one that was read last? */
static bool manifest_moved(const struct engine *engine)
{
    struct stat st;

    return engine->manifest_fd < 0 || fstat(engine->manifest_fd, &st) != 0 ||
           inode_of(engine->dir, "manifest") != (uint64_t)st.st_ino;
}

static enum xt_code open_files(struct engine *engine, struct xt_error *err)
{
    struct manifest_head head, safe;
    struct manifest_segment *list = NULL, *safe_list = NULL;
    bool back = false;
    enum xt_code rc = choose_manifest(engine, &head, &list, &back, err);

    if (rc == XT_OK) {
        engine->inode = inode_of(engine->dir, "columns.dat");
        rc = columns_open(engine->dir, engine->feeds, (unsigned)engine->schema->facet_count,
                          (unsigned)engine->schema->range_count, engine->mark, head.state.docs, head.state.pool_used,
                          &engine->columns, err);
    }
    if (rc == XT_OK)
        rc = read_values(engine, head.values_bytes, err);
    if (rc == XT_OK)
        rc = open_segments(engine, &head, list, &engine->now, err);
    free(list);
    if (rc != XT_OK || !engine->feeds)
        return rc;

    char path[4096];
    path_in(path, engine->dir, "values.dat");
    engine->values_fd = open(path, O_RDWR | O_CLOEXEC);
    if (engine->values_fd < 0)
        return fail_file("values.dat", err);
    engine->serial = head.serial;
    engine->safe_now = head.safe;
    if (read_manifest(engine, "manifest.safe", &safe, &safe_list, NULL, NULL) == XT_OK) {
        if (safe.serial > engine->serial)
            engine->serial = safe.serial;
        for (uint64_t i = 0; i < safe.count; i++)
            engine->safe_serials[engine->safe_count++] = safe_list[i].serial;
        free(safe_list);
    }
    for (unsigned facet = 0; facet < engine->schema->facet_count; facet++)
        engine->values_stored[facet] = dict_count(&engine->dict, facet);
    engine->safe_us = xt_monotonic_us();
    engine->builder = segment_builder_new((unsigned)engine->schema->field_count);
    intake_forget_later_marks(&engine->columns, &head.state);
    if (back) { /* nobody may read the newer one: what it names is not certain to be whole, and goes now */
        engine->now->edition++;
        rc = write_manifest(engine, "manifest", engine->now, true, err);
    }
    if (rc == XT_OK)
        remove_strays(engine);
    return rc;
}

static enum xt_code open_once(const char *dir, const struct xt_search_schema *schema, bool may_feed,
                              struct engine **out, struct xt_error *err)
{
    struct engine *engine = xt_calloc(1, sizeof *engine);
    char path[40];

    engine->place = xt_strdup(dir);
    engine->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* absent: then so is the manifest */
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", engine->dir_fd);
    engine->dir = xt_strdup(path);
    engine->schema = schema;
    engine->feeds = may_feed;
    engine->values_fd = engine->manifest_fd = -1;
    engine->columns = (struct columns){.fd = -1, .pool_fd = -1};
    (void)pthread_mutex_init(&engine->lock, NULL); /* cannot fail with default attributes */
    (void)pthread_mutex_init(&engine->writing, NULL);
    frequencies_init(&engine->frequencies);
    dict_init(&engine->dict, (unsigned)schema->facet_count);
    enum xt_code rc = open_files(engine, err);
    if (rc != XT_OK) {
        close_engine(engine);
        return rc;
    }
    *out = engine;
    return XT_OK;
}

static enum xt_code open_engine(const char *dir, const struct xt_search_schema *schema, bool may_feed,
                                struct engine **out, bool *out_fresh, struct xt_error *err)
{
    enum xt_code rc = open_once(dir, schema, may_feed, out, err);

    *out_fresh = false;
    if (rc == XT_OK)
        return XT_OK;
    if (!may_feed) {
        /* the feeder may have put a new manifest in place while we read: one more look */
        if (open_once(dir, schema, may_feed, out, err) == XT_OK)
            return XT_OK;
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);
    }
    rc = create(dir, schema, err);
    if (rc == XT_OK)
        rc = open_once(dir, schema, may_feed, out, err);
    *out_fresh = rc == XT_OK;
    return rc;
}

static bool is_gone(struct engine *engine)
{
    return atomic_load(&engine->damaged) || inode_of(engine->place, "columns.dat") != engine->inode ||
           inode_of(engine->place, "manifest") == 0;
}

/* ---- the document of a record ---- */

static size_t live_slot(const struct live *live, int64_t id)
{
    uint64_t hash = (uint64_t)id * 0x9E3779B97F4A7C15u;

    return (size_t)(hash ^ hash >> 32) & (live->slot_count - 1);
}

static void live_put(struct live *live, const struct columns *columns, uint32_t doc)
{
    size_t slot = live_slot(live, *COLUMN_ID(columns, doc));

    while (live->slots[slot] && *COLUMN_DEAD(columns, live->slots[slot] - 1) == 0)
        slot = (slot + 1) & (live->slot_count - 1);
    live->used += live->slots[slot] == 0; /* a dead one gives its place */
    live->slots[slot] = doc + 1;
}

static void live_make(struct engine *engine, const struct index_state *state, size_t more)
{
    struct live *live = &engine->live;
    size_t wanted = 1024;

    while (wanted * 5 < (state->live + more) * 8)
        wanted *= 2;
    free(live->slots);
    live->slots = xt_calloc(wanted, sizeof *live->slots);
    live->slot_count = wanted;
    live->used = 0;
    for (uint64_t doc = 0; doc < state->docs; doc++)
        if (*COLUMN_DEAD(&engine->columns, (uint32_t)doc) == 0)
            live_put(live, &engine->columns, (uint32_t)doc);
}

/* The document that is alive of a record, or UINT32_MAX. A dead one may stand in its way but ends no row. */
static uint32_t live_find(const struct engine *engine, int64_t id)
{
    const struct live *live = &engine->live;

    for (size_t slot = live_slot(live, id); live->slots[slot]; slot = (slot + 1) & (live->slot_count - 1)) {
        uint32_t doc = live->slots[slot] - 1;

        if (*COLUMN_ID(&engine->columns, doc) == id && *COLUMN_DEAD(&engine->columns, doc) == 0)
            return doc;
    }
    return UINT32_MAX;
}

/* ---- feeding ---- */

struct feeding {
    struct engine *engine;
    struct intake in;
    struct engine_reader *next; /* the segments as they will be */
    uint32_t built_from;        /* first document in the builder */
};

/* What the builder holds becomes a segment. */
static enum xt_code end_segment(struct feeding *f, struct xt_error *err)
{
    struct engine *engine = f->engine;
    uint32_t count = (uint32_t)f->in.state.docs - f->built_from;
    struct segment *segment = NULL;

    if (count == 0)
        return XT_OK;
    if (f->next->count == SEGMENTS_MAX)
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);
    uint64_t serial = segments_serial(engine);
    enum xt_code rc =
        segment_builder_write(engine->builder, engine->dir, serial, engine->mark, f->built_from, count, err);
    if (rc == XT_OK)
        rc = segment_open(engine->dir, serial, engine->mark, &segment, err);
    if (rc != XT_OK)
        return rc;
    f->next->segments[f->next->count++] = segment;
    f->built_from = (uint32_t)f->in.state.docs;
    return XT_OK;
}

static enum xt_code feed_one(struct feeding *f, const struct xt_search_doc *source, struct xt_error *err)
{
    struct engine *engine = f->engine;
    struct index_state *state = &f->in.state;
    uint32_t doc = live_find(engine, source->id);

    if (doc != UINT32_MAX)
        intake_kill(&f->in, doc);
    if (source->deleted)
        return XT_OK;
    doc = (uint32_t)state->docs;
    enum xt_code rc = intake_columns(&f->in, doc, source, err);
    if (rc != XT_OK)
        return rc;
    uint64_t length = segment_builder_add(engine->builder, doc, source, &state->used);
    *COLUMN_LENGTH(&engine->columns, doc) = intake_length(source, length);
    state->total_length += *COLUMN_LENGTH(&engine->columns, doc);
    state->docs++;
    state->live++;
    if ((engine->live.used + 1) * 8 > engine->live.slot_count * 5)
        live_make(engine, state, state->live);
    else
        live_put(&engine->live, &engine->columns, doc);
    return segment_builder_bytes(engine->builder) > BUILDER_BYTES ? end_segment(f, err) : XT_OK;
}

struct engine_reader *segments_now(struct engine *engine)
{
    (void)pthread_mutex_lock(&engine->lock);
    struct engine_reader *now = reader_hold(engine->now);
    (void)pthread_mutex_unlock(&engine->lock);
    return now;
}

uint64_t segments_serial(struct engine *engine)
{
    (void)pthread_mutex_lock(&engine->writing);
    uint64_t serial = engine->serial++;
    (void)pthread_mutex_unlock(&engine->writing);
    return serial;
}

/* Makes `next` what is true now. Writing is held; the manifest is in place. */
static void enter(struct engine *engine, struct engine_reader *next)
{
    (void)pthread_mutex_lock(&engine->lock);
    struct engine_reader *before = engine->now;
    engine->now = next;
    (void)pthread_mutex_unlock(&engine->lock);
    engine->safe_now = false;
    reader_drop(before);
}

/* What is true now, as the beginning of what comes next. */
static struct engine_reader *next_of(struct engine *engine)
{
    struct engine_reader *now = segments_now(engine), *next = xt_alloc(sizeof *next);

    memcpy(next, now, sizeof *next);
    atomic_init(&next->users, 1);
    for (size_t i = 0; i < next->count; i++)
        (void)segment_hold(next->segments[i]);
    next->edition++;
    reader_drop(now);
    return next;
}

/* The commit: what the background merged meanwhile is taken in, then the new manifest stands. */
static enum xt_code commit(struct feeding *f, size_t own_from, struct xt_error *err)
{
    struct engine *engine = f->engine;
    struct engine_reader *next;
    enum xt_code rc;

    (void)pthread_mutex_lock(&engine->writing);
    next = next_of(engine);
    next->state = f->in.state;
    next->values_bytes = f->next->values_bytes;
    for (size_t i = own_from; i < f->next->count; i++)
        next->segments[next->count++] = segment_hold(f->next->segments[i]);
    rc = write_manifest(engine, "manifest", next, false, err);
    if (rc == XT_OK)
        enter(engine, next);
    else
        reader_drop(next);
    (void)pthread_mutex_unlock(&engine->writing);
    return rc;
}

static enum xt_code feed_all(struct feeding *f, const struct xt_search_doc *docs, size_t count, struct xt_error *err)
{
    struct engine *engine = f->engine;
    size_t own_from = f->next->count;
    enum xt_code rc = XT_OK;

    if (!engine->live.slots && count)
        live_make(engine, &f->in.state, count);
    for (size_t i = 0; i < count && rc == XT_OK; i++)
        rc = feed_one(f, &docs[i], err);
    if (rc == XT_OK)
        rc = end_segment(f, err);
    if (rc == XT_OK)
        rc = store_values(engine, &f->next->values_bytes, err);
    if (rc == XT_OK)
        rc = commit(f, own_from, err);
    return rc;
}

/* The segments of a transaction that failed. */
static void drop_own(const struct engine *engine, const struct engine_reader *next, size_t own_from)
{
    char path[4096];

    for (size_t i = own_from; i < next->count; i++) {
        segment_path(path, engine->dir, next->segments[i]->serial, ".seg");
        (void)unlink(path);
    }
}

/* What follows a transaction is not part of it: that it failed is said, and tried again later. */
static void look_after(struct engine *engine)
{
    struct xt_error err = {0};
    enum xt_code rc = segments_tidy(engine, false, &err);

    if (rc == XT_OK)
        rc = make_safe(engine, SAFE_WHILE_FEEDING_US, &err);
    if (rc != XT_OK)
        xt_log(XT_LOG_WARN, "index-upkeep-failed", XT_P("reason", XT_TEXT(xt_msg_name(err.msg))));
}

static enum xt_code feed(struct engine *engine, const struct xt_search_doc *docs, size_t count, int64_t reached,
                         struct xt_error *err)
{
    struct feeding f = {.engine = engine, .next = next_of(engine)};
    size_t own_from = f.next->count;
    enum xt_code rc;

    f.built_from = (uint32_t)f.next->state.docs;
    intake_begin(&f.in, engine->schema, &engine->columns, &engine->dict, &f.next->state);
    f.in.state.reached = reached;
    rc = feed_all(&f, docs, count, err);
    if (rc == XT_OK) {
        engine->columns.pool_used = f.in.state.pool_used;
        for (unsigned facet = 0; facet < engine->dict.facet_count; facet++)
            engine->values_stored[facet] = dict_count(&engine->dict, facet);
    } else {
        intake_undo(&f.in);
        drop_own(engine, f.next, own_from);
        segment_builder_free(engine->builder);
        engine->builder = segment_builder_new((unsigned)engine->schema->field_count);
        free(engine->live.slots); /* it knows documents that never came */
        engine->live = (struct live){0};
    }
    intake_done(&f.in);
    reader_drop(f.next);
    if (rc == XT_OK)
        look_after(engine);
    return rc;
}

static enum xt_code replace(struct engine *engine, uint64_t first, uint64_t last, struct segment *made,
                            struct xt_error *err)
{
    struct engine_reader *next = next_of(engine);
    size_t from = 0, to = 0, count = next->count;

    while (from < count && next->segments[from]->serial != first)
        from++;
    while (to < count && next->segments[to]->serial != last)
        to++;
    if (from > to || to == count) {
        reader_drop(next);
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);
    }
    for (size_t i = from; i <= to; i++)
        segment_drop(next->segments[i]);
    next->segments[from] = segment_hold(made);
    memmove(&next->segments[from + 1], &next->segments[to + 1], (count - to - 1) * sizeof next->segments[0]);
    next->count = count - (to - from);

    struct engine_reader *before = segments_now(engine);
    enum xt_code rc = write_manifest(engine, "manifest", next, false, err);
    if (rc == XT_OK) {
        enter(engine, next);
        /* The old files go; who has them mapped keeps them, and so does the safe manifest. */
        for (size_t i = from; i <= to; i++) {
            char path[4096];
            bool safe = false;

            for (size_t k = 0; k < engine->safe_count; k++)
                safe = safe || engine->safe_serials[k] == before->segments[i]->serial;
            segment_path(path, engine->dir, before->segments[i]->serial, ".seg");
            if (!safe)
                (void)unlink(path);
        }
    } else {
        reader_drop(next);
    }
    reader_drop(before);
    return rc;
}

enum xt_code segments_replace(struct engine *engine, uint64_t first, uint64_t last, struct segment *made,
                              struct xt_error *err)
{
    (void)pthread_mutex_lock(&engine->writing);
    enum xt_code rc = replace(engine, first, last, made, err);
    (void)pthread_mutex_unlock(&engine->writing);
    return rc;
}

/* ---- upkeep ---- */

/* Segments that only the safe manifest before this one named. */
static void drop_safe_files(const struct engine *engine, const struct engine_reader *now)
{
    char path[4096];

    for (size_t i = 0; i < engine->safe_count; i++) {
        bool named = false;

        for (size_t k = 0; k < now->count; k++)
            named = named || now->segments[k]->serial == engine->safe_serials[i];
        segment_path(path, engine->dir, engine->safe_serials[i], ".seg");
        if (!named)
            (void)unlink(path);
    }
}

/* XT_E_BUSY: a segment was merged away meanwhile. */
static enum xt_code sync_all(struct engine *engine, const struct engine_reader *now, struct xt_error *err)
{
    enum xt_code rc = columns_sync(&engine->columns, err);
    char name[40];

    if (rc == XT_E_INTERNAL)
        segments_damage(
            engine); /* the kernel takes the pages for written now: the next sync would say that all is well */
    if (rc == XT_OK && fdatasync(engine->values_fd) != 0)
        rc = fail_file("values.dat", err);
    for (size_t i = 0; i < now->count && rc == XT_OK; i++) {
        (void)snprintf(name, sizeof name, "%016llx.seg", (unsigned long long)now->segments[i]->serial);
        if (!sync_path(engine->dir, name))
            rc = errno == ENOENT ? XT_E_BUSY : fail_file(name, err);
    }
    return rc;
}

/* The manifest to go back to. Writing is held, and all that `now` names is on the disk. */
static enum xt_code keep_safe(struct engine *engine, const struct engine_reader *now, struct xt_error *err)
{
    enum xt_code rc = write_manifest(engine, "manifest.safe", now, true, err);

    if (rc == XT_OK && !sync_path(engine->dir, ""))
        rc = fail_file("manifest.safe", err);
    if (rc != XT_OK)
        return rc;
    drop_safe_files(engine, now);
    engine->safe_count = now->count;
    for (size_t i = 0; i < now->count; i++)
        engine->safe_serials[i] = now->segments[i]->serial;
    engine->safe_now = true;
    return XT_OK;
}

/* Not more often than every_us: all that the newest manifest names to the disk, then the manifest itself, as the one to go
 * back to. */
static enum xt_code make_safe(struct engine *engine, int64_t every_us, struct xt_error *err)
{
    struct engine_reader *now;
    enum xt_code rc;

    if (xt_monotonic_us() - engine->safe_us < every_us)
        return XT_OK;
    (void)pthread_mutex_lock(&engine->writing);
    bool already = engine->safe_now;
    now = segments_now(engine);
    (void)pthread_mutex_unlock(&engine->writing);
    rc = already ? XT_OK : sync_all(engine, now, err);
    if (rc == XT_OK && !already) {
        (void)pthread_mutex_lock(&engine->writing);
        if (engine->now == now) /* else a merge has moved on: next time */
            rc = keep_safe(engine, now, err);
        (void)pthread_mutex_unlock(&engine->writing);
    }
    engine->safe_us = xt_monotonic_us();
    reader_drop(now);
    return rc == XT_E_BUSY ? XT_OK : rc;
}

static enum xt_code tidy(struct engine *engine, unsigned budget_ms, struct xt_error *err)
{
    enum xt_code rc = segments_tidy(engine, true, err);

    (void)budget_ms; /* what takes long runs in the background */
    return rc == XT_OK ? make_safe(engine, SAFE_EVERY_US, err) : rc;
}

static int64_t parts_of(const struct view *view)
{
    return (int64_t)view->reader->count;
}

/* ---- snapshots ---- */

/* Another process feeds: has it put a new manifest in place? Writing is held. */
static enum xt_code catch_up(struct engine *engine, struct xt_error *err)
{
    for (int look = 0; look < 3; look++) {
        struct manifest_head head;
        struct manifest_segment *list = NULL;
        struct engine_reader *next = NULL;
        bool back = false;

        if (!manifest_moved(engine))
            return XT_OK;
        enum xt_code rc = choose_manifest(engine, &head, &list, &back, err);
        if (rc == XT_OK)
            rc = read_values(engine, head.values_bytes, err);
        if (rc == XT_OK)
            rc = open_segments(engine, &head, list, &next, err); /* fails when it was merged away since: look again */
        free(list);
        if (rc == XT_OK) {
            enter(engine, next);
            return XT_OK;
        }
        if (engine->manifest_fd >= 0) { /* what was not taken in is not known */
            (void)close(engine->manifest_fd);
            engine->manifest_fd = -1;
        }
    }
    return xt_fail(err, XT_E_BUSY, "", XT_MSG_SEARCH_INDEX_BUSY);
}

static enum xt_code begin(struct engine *engine, struct view *out, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    /* One catches up, the others take what is there meanwhile. */
    if (!engine->feeds && pthread_mutex_trylock(&engine->writing) == 0) {
        rc = catch_up(engine, err);
        (void)pthread_mutex_unlock(&engine->writing);
    }
    if (rc != XT_OK)
        return rc;
    *out = (struct view){
        .engine = engine, .columns = &engine->columns, .dict = &engine->dict, .reader = segments_now(engine)};
    out->state = out->reader->state;
    return XT_OK;
}

static void end(struct view *view)
{
    reader_drop(view->reader);
    view->reader = NULL;
}

unsigned segments_field_count(const struct view *view)
{
    return (unsigned)view->engine->schema->field_count;
}

void segments_weights(const struct view *view, double *out)
{
    for (size_t i = 0; i < view->engine->schema->field_count; i++)
        out[i] = rank_weight(view->engine->schema->fields[i].weight);
}

struct frequencies *segments_frequencies(struct view *view)
{
    return &view->engine->frequencies;
}

void segments_damage(struct engine *engine)
{
    char path[4096];

    path_in(path, engine->dir, "manifest.safe");
    (void)unlink(path);
    path_in(path, engine->dir, "manifest");
    (void)unlink(path);
    atomic_store(&engine->damaged, true);
}

enum xt_code segments_damaged(struct view *view, struct xt_error *err)
{
    segments_damage(view->engine);
    return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("segment"));
}

/* ---- verifying ---- */

static void fault(struct xt_problems *problems, const char *what, uint64_t serial)
{
    char words[64];

    (void)snprintf(words, sizeof words, "%s, %016llx.seg", what, (unsigned long long)serial);
    xt_problem(problems, "index", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT(words));
}

/* Every byte against its CRC, then every term, list and position. */
static void verify_segment(struct segment *segment, struct xt_problems *problems)
{
    struct term_walk walk;
    struct list *list = xt_alloc(sizeof *list);
    char before[TERM_BYTES_MAX];
    size_t before_n = 0;
    uint64_t postings = 0, terms = 0;
    bool first = true;

    if (!segment_check(segment)) {
        fault(problems, "CRC", segment->serial);
        free(list);
        return;
    }
    bool there = terms_seek(&walk, segment, XT_STR(""));
    for (; there; there = terms_next(&walk)) {
        uint32_t found = 0, *positions = NULL;
        size_t room = 0;

        if (!first && xt_str_cmp((struct xt_str){before, before_n}, (struct xt_str){walk.bytes, walk.n}) >= 0)
            fault(problems, "order of terms", segment->serial);
        memcpy(before, walk.bytes, walk.n);
        before_n = walk.n;
        first = false;
        list_open(list, segment, &walk.term);
        for (uint32_t block = 0; block < list_block_count(list) && list_block(list, block); block++) {
            if (!list_patterns(list) || !list_sums(list))
                break;
            for (uint32_t i = 0; i < list->count && !list->bad; i++) {
                xt_grow(&positions, &room, (size_t)(list->sums[i + 1] - list->sums[i]) + 1, sizeof *positions);
                found += list_positions(list, i, positions);
            }
        }
        free(positions);
        if (list->bad || found != walk.term.with)
            fault(problems, "list", segment->serial);
        postings += found;
        terms++;
    }
    if (walk.bad || postings != segment->head->postings || terms != segment->head->terms)
        fault(problems, "dictionary", segment->serial);
    free(list);
}

static enum xt_code verify(struct engine *engine, struct xt_problems *problems, struct xt_error *err)
{
    struct view view;
    uint64_t alive = 0, next = 0;
    enum xt_code rc = begin(engine, &view, err);

    if (rc != XT_OK)
        return rc;
    for (size_t i = 0; i < view.reader->count; i++) {
        struct segment *segment = view.reader->segments[i];

        if (segment->first != next)
            fault(problems, "documents before", segment->serial);
        next = (uint64_t)segment->first + segment->count;
        verify_segment(segment, problems);
    }
    for (uint64_t doc = 0; doc < view.state.docs; doc++)
        alive += columns_alive(view.columns, (uint32_t)doc, view.state.generation);
    if (alive != view.state.live || next != view.state.docs)
        xt_problem(problems, "index", XT_MSG_SEARCH_INDEX_FAULT, XT_TEXT("live"));
    end(&view);
    return rc;
}

const struct engine_ops engine_segment = {
    .name = "segment",
    .mixes = true,
    .rest = segments_stop_merging,
    .open = open_engine,
    .close = close_engine,
    .feed = feed,
    .tidy = tidy,
    .verify = verify,
    .parts = parts_of,
    .gone = is_gone,
    .begin = begin,
    .end = end,
    .frequency = segments_frequency,
    .run = segments_run,
    .work = segments_work,
};
