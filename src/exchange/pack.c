/* pack.c - files into a zip. */
#include "exchange/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/mem.h"
#include "base/text.h"

struct xt_pack {
    char *path, *folder;
    char **names, **files; /* in the zip; on disk */
    size_t count, name_capacity, file_capacity;
};

enum xt_code xt_pack_begin(const char *path, struct xt_pack **out, struct xt_error *err)
{
    struct xt_text folder;

    xt_text_init(&folder, 8192);
    xt_text_addf(&folder, "%s.part-XXXXXX", path);
    if (xt_text_overflowed(&folder) || !mkdtemp(folder.s)) {
        xt_text_done(&folder);
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
    }
    *out = xt_calloc(1, sizeof **out);
    (*out)->path = xt_strdup(path);
    (*out)->folder = folder.s;
    return XT_OK;
}

const char *xt_pack_add(struct xt_pack *pack, const char *name)
{
    size_t size = strlen(pack->folder) + strlen(name) + 2;

    xt_grow(&pack->names, &pack->name_capacity, pack->count + 1, sizeof *pack->names);
    xt_grow(&pack->files, &pack->file_capacity, pack->count + 1, sizeof *pack->files);
    pack->names[pack->count] = xt_strdup(name);
    pack->files[pack->count] = xt_alloc(size);
    (void)snprintf(pack->files[pack->count], size, "%s/%s", pack->folder, name);
    return pack->files[pack->count++];
}

static enum xt_code failed(const struct xt_pack *pack, const char *why, struct xt_error *err)
{
    return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_WRITE, XT_TEXT(pack->path), XT_TEXT(why));
}

static enum xt_code write_zip(const struct xt_pack *pack, const char *to, struct xt_error *err)
{
    int fault = 0;
    zip_t *zip = zip_open(to, ZIP_CREATE | ZIP_EXCL, &fault);
    enum xt_code rc = XT_OK;
    size_t i;

    if (!zip)
        return failed(pack, strerror(errno), err);
    for (i = 0; i < pack->count && rc == XT_OK; i++) {
        zip_source_t *source = zip_source_file(zip, pack->files[i], 0, -1);

        if (!source || zip_file_add(zip, pack->names[i], source, ZIP_FL_ENC_UTF_8) < 0) {
            rc = failed(pack, zip_strerror(zip), err);
            zip_source_free(source);
        }
    }
    if (rc == XT_OK && zip_close(zip) == 0)
        return XT_OK;
    if (rc == XT_OK)
        rc = failed(pack, zip_strerror(zip), err);
    zip_discard(zip);
    return rc;
}

enum xt_code xt_pack_close(struct xt_pack **pack, struct xt_error *err)
{
    struct xt_pack *p = *pack;
    const char *whole = xt_pack_add(p, "whole.zip");
    enum xt_code rc;

    p->count--; /* not a file of itself; freed below */
    rc = write_zip(p, whole, err);
    p->count++;
    if (rc == XT_OK && rename(whole, p->path) != 0)
        rc = failed(p, strerror(errno), err);
    xt_pack_drop(pack);
    return rc;
}

void xt_pack_drop(struct xt_pack **pack)
{
    struct xt_pack *p = *pack;
    size_t i;

    if (!p)
        return;
    for (i = 0; i < p->count; i++) {
        (void)unlink(p->files[i]); /* some were never written */
        free(p->files[i]);
        free(p->names[i]);
    }
    (void)rmdir(p->folder); /* if it cannot go it stays, under a name that says what it is */
    free(p->files);
    free(p->names);
    free(p->folder);
    free(p->path);
    free(p);
    *pack = NULL;
}
