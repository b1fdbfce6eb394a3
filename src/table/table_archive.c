/* table_archive.c - the files in a tar or a zip, one after the other. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_priv.h"

struct xt_archive {
    enum xt_code (*next)(struct xt_archive *archive, struct xt_text *member, struct xt_source **out,
                         struct xt_error *err);
    int64_t (*done)(const struct xt_archive *archive);
    void (*close)(struct xt_archive *archive);
};

/* Names are text for people and mappings; no file is ever opened by one, so "../" in it does no harm. What is no UTF-8 is
 * most likely GB18030, as Chinese Windows packs it; control characters are taken out. */
static void sound_name(struct xt_text *name)
{
    XT_AUTO(xt_decoder_free) struct xt_decoder *decoder = NULL;
    struct xt_text decoded;
    size_t i;

    if (!xt_utf8_valid(name->s, name->n) && xt_decoder_new(XT_CHARSET_GB18030, &decoder, NULL) == XT_OK) {
        xt_text_init(&decoded, name->cap);
        xt_decoder_add(decoder, name->s, name->n, true, &decoded);
        xt_text_clear(name);
        xt_text_add_str(name, xt_text_view(&decoded));
        xt_text_done(&decoded);
    }
    for (i = 0; i < name->n; i++)
        if ((unsigned char)name->s[i] < ' ' || name->s[i] == 0x7F)
            name->s[i] = '?';
}

/* ---- tar ---- */

struct tar_archive {
    struct xt_archive base;
    struct xt_source *source;
    struct xt_tar tar;
};

struct tar_member {
    struct xt_source base;
    struct xt_tar *tar;
    const char *name; /* of the member */
};

static enum xt_code tar_member_read(struct xt_source *source, void *data, size_t cap, size_t *out_n,
                                    struct xt_error *err)
{
    struct tar_member *member = (struct tar_member *)source;

    if (member->tar->refused != XT_MSG_NONE)
        return xt_fail(err, XT_E_MEDIA, "", member->tar->refused, XT_TEXT(member->name));
    return xt_tar_read(member->tar, data, cap, out_n, err);
}

static void tar_member_close(struct xt_source *source)
{
    free(source);
}

static const struct xt_source_ops TAR_MEMBER_OPS = {tar_member_read, tar_member_close};

static enum xt_code tar_next(struct xt_archive *archive, struct xt_text *name, struct xt_source **out,
                             struct xt_error *err)
{
    struct tar_archive *tar = (struct tar_archive *)archive;
    bool more;
    enum xt_code rc = xt_tar_next(&tar->tar, name, &more, err);

    if (rc != XT_OK || !more)
        return rc;
    sound_name(name);
    struct tar_member *member = xt_calloc(1, sizeof *member);

    member->base.ops = &TAR_MEMBER_OPS;
    member->tar = &tar->tar;
    member->name = name->s;
    *out = &member->base;
    return XT_OK;
}

static int64_t tar_done(const struct xt_archive *archive)
{
    return ((const struct tar_archive *)archive)->source->done;
}

static void tar_close(struct xt_archive *archive)
{
    struct tar_archive *tar = (struct tar_archive *)archive;

    xt_source_close(&tar->source);
    free(tar);
}

struct xt_archive *xt_archive_tar(struct xt_source **source, const char *name)
{
    struct tar_archive *tar = xt_calloc(1, sizeof *tar);

    tar->base = (struct xt_archive){tar_next, tar_done, tar_close};
    tar->source = *source;
    *source = NULL;
    tar->tar.source = tar->source;
    tar->tar.name = name;
    return &tar->base;
}

/* ---- zip ---- */

struct zip_archive {
    struct xt_archive base;
    zip_t *zip;
    const struct xt_table_limits *limits;
    const char *name;
    uint64_t at, count;
    int64_t total;
};

static enum xt_code zip_next(struct xt_archive *archive, struct xt_text *name, struct xt_source **out,
                             struct xt_error *err)
{
    struct zip_archive *zip = (struct zip_archive *)archive;

    while (zip->at < zip->count) {
        uint64_t index = zip->at++;
        /* As it stands: libzip takes names that are not said to be UTF-8 for those of an IBM PC. */
        const char *member = zip_get_name(zip->zip, index, ZIP_FL_ENC_RAW);

        if (!member || xt_str_ends(xt_str(member), "/"))
            continue;
        xt_text_clear(name);
        xt_text_add_z(name, member);
        sound_name(name);
        return xt_source_zip(zip->zip, index, zip->limits, zip->name, out, err);
    }
    return XT_OK;
}

static int64_t zip_done(const struct xt_archive *archive)
{
    const struct zip_archive *zip = (const struct zip_archive *)archive;

    return zip->count > 0 ? (int64_t)((double)zip->total * (double)zip->at / (double)zip->count) : zip->total;
}

static void zip_close_(struct xt_archive *archive)
{
    struct zip_archive *zip = (struct zip_archive *)archive;

    zip_discard(zip->zip);
    free(zip);
}

struct xt_archive *xt_archive_zip(zip_t **zip, const struct xt_table_limits *limits, const char *name, int64_t total)
{
    struct zip_archive *archive = xt_calloc(1, sizeof *archive);

    archive->base = (struct xt_archive){zip_next, zip_done, zip_close_};
    archive->zip = *zip;
    *zip = NULL;
    archive->limits = limits;
    archive->name = name;
    archive->count = (uint64_t)zip_get_num_entries(archive->zip, 0);
    archive->total = total;
    return &archive->base;
}

/* ---- any ---- */

enum xt_code xt_archive_next(struct xt_archive *archive, struct xt_text *member, struct xt_source **out,
                             struct xt_error *err)
{
    *out = NULL;
    return archive->next(archive, member, out, err);
}

int64_t xt_archive_done(const struct xt_archive *archive)
{
    return archive->done(archive);
}

void xt_archive_close(struct xt_archive **archive)
{
    if (*archive)
        (*archive)->close(*archive);
    *archive = NULL;
}
