/* node_init.c - makes a node, and reads and writes DATA/node.json. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "base/json.h"
#include "room/node_priv.h"
#include "store/store.h"

static const char *const sample_words[] = {"none", "begun", "done"};

bool xt_node_name_valid(struct xt_str name)
{
    bool label_start = true;

    if (name.n == 0 || name.n > 253)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.s[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        if (!letter && (label_start || (c != '-' && c != '.')))
            return false;
        if (c == '.' && name.s[i - 1] == '-')
            return false;
        label_start = c == '.';
    }
    return name.s[name.n - 1] != '-' && !label_start;
}

static void node_path(const char *data, const char *name, char *out, size_t size)
{
    (void)snprintf(out, size, "%s/%s", data, name);
}

/* As far as those who read it must rely on: something@with.dots, nothing that ends it early. */
static bool is_email(const char *s)
{
    const char *at = strchr(s, '@');
    size_t i;

    for (i = 0; s[i]; i++)
        if ((unsigned char)s[i] <= ' ' || strchr("<>()\"\\,;", s[i]))
            return false;
    return at && at > s && strrchr(s, '@') == at && at[1] != '.' && strchr(at, '.') && s[i - 1] != '.';
}

static enum xt_code parse_facts(const char *path, struct xt_str text, struct node_facts *out, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    struct xt_error broken;
    const char *name, *sample;

    if (xt_json_parse(text, &tree, &broken) != XT_OK)
        return xt_fail(err, XT_E_CONFLICT, "", XT_MSG_NODE_BROKEN, XT_TEXT(path), XT_TEXT("JSON"));
    name = xt_json_z(tree, "name", "");
    if (!xt_node_name_valid(xt_str(name)))
        return xt_fail(err, XT_E_CONFLICT, "name", XT_MSG_NODE_BROKEN, XT_TEXT(path), XT_TEXT("name"));
    (void)snprintf(out->name, sizeof out->name, "%s", name);
    (void)snprintf(out->zone, sizeof out->zone, "%s", xt_json_z(tree, "time_zone", "Asia/Shanghai"));
    out->minutes_east = (int)xt_json_int(tree, "minutes_east", 480);
    (void)snprintf(out->admin_email, sizeof out->admin_email, "%s", xt_json_z(tree, "admin_email", ""));
    if (out->admin_email[0] && !is_email(out->admin_email))
        return xt_fail(err, XT_E_CONFLICT, "admin_email", XT_MSG_NODE_BROKEN, XT_TEXT(path), XT_TEXT("admin_email"));
    sample = xt_json_z(tree, "sample", "none");
    out->sample = XT_SAMPLE_NONE;
    for (size_t i = 0; i < XT_COUNT(sample_words); i++) {
        if (strcmp(sample, sample_words[i]) == 0)
            out->sample = (enum xt_node_sample)i;
    }
    return XT_OK;
}

enum xt_code xt_node_facts_read(const char *data, struct node_facts *out, struct xt_error *err)
{
    char path[4096];
    char text[NODE_FILE_MAX];
    ssize_t n;
    int fd, failure;

    node_path(data, NODE_FILE, path, sizeof path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return xt_fail(err, XT_E_NOT_FOUND, "data", XT_MSG_NODE_NONE, XT_TEXT(data));
    if (fd < 0)
        return xt_fail(err, XT_E_DENIED, "data", XT_MSG_FILE_OPEN, XT_TEXT(path), XT_TEXT(strerror(errno)));
    n = read(fd, text, sizeof text);
    failure = errno;
    (void)close(fd); /* only read */
    if (n < 0)
        return xt_fail(err, XT_E_INTERNAL, "data", XT_MSG_FILE_READ, XT_TEXT(path), XT_TEXT(strerror(failure)));
    return parse_facts(path, (struct xt_str){text, (size_t)n}, out, err);
}

static enum xt_code write_failed(const char *path, struct xt_error *err)
{
    if (errno == ENOSPC)
        return xt_fail(err, XT_E_FULL, "data", XT_MSG_DISK_FULL, XT_TEXT(path));
    return xt_fail(err, XT_E_INTERNAL, "data", XT_MSG_FILE_WRITE, XT_TEXT(path), XT_TEXT(strerror(errno)));
}

static enum xt_code sync_folder(const char *path, struct xt_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (!good)
        (void)write_failed(path, err); /* before close() may change errno */
    if (fd >= 0)
        (void)close(fd);
    return good ? XT_OK : XT_E_INTERNAL;
}

enum xt_code xt_node_facts_write(const char *data, const struct node_facts *facts, struct xt_error *err)
{
    char path[4096], aside[4096];
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_json w;
    bool good;
    int fd;

    xt_text_init(&text, NODE_FILE_MAX);
    xt_json_init(&w, &text);
    xt_json_object(&w);
    xt_json_kv_z(&w, "name", facts->name);
    xt_json_kv_z(&w, "time_zone", facts->zone);
    xt_json_kv_int(&w, "minutes_east", facts->minutes_east);
    if (facts->admin_email[0])
        xt_json_kv_z(&w, "admin_email", facts->admin_email);
    xt_json_kv_z(&w, "sample", sample_words[facts->sample]);
    xt_json_end_object(&w);
    xt_text_add_char(&text, '\n');

    node_path(data, NODE_FILE, path, sizeof path);
    node_path(data, NODE_FILE_NEW, aside, sizeof aside);
    fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return write_failed(aside, err);
    good = write(fd, text.s, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    if (!good) {
        enum xt_code rc = write_failed(aside, err);

        (void)close(fd);
        return rc;
    }
    if (close(fd) != 0 || rename(aside, path) != 0)
        return write_failed(path, err);
    return sync_folder(data, err);
}

/* mkdir -p; what is made gets mode 0700. */
static enum xt_code make_folders(const char *path, struct xt_error *err)
{
    char part[4096];
    size_t n = strlen(path);

    if (n == 0 || n >= sizeof part)
        return xt_fail(err, XT_E_INPUT, "data", XT_MSG_NODE_FOLDER, XT_TEXT(path), XT_TEXT(strerror(ENAMETOOLONG)));
    for (size_t i = 1; i <= n; i++) {
        struct stat info;

        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) == 0)
            continue;
        if (errno != EEXIST || stat(part, &info) != 0 || !S_ISDIR(info.st_mode))
            return xt_fail(err, XT_E_INPUT, "data", XT_MSG_NODE_FOLDER, XT_TEXT(path),
                           XT_TEXT(strerror(errno == EEXIST ? ENOTDIR : errno)));
    }
    return XT_OK;
}

/* What may lie in DATA before it is a node: what an earlier, interrupted making left, and the operator's region. */
static bool is_ours(const char *name)
{
    static const char *const ours[] = {"region", "files", "index", NODE_FILE_NEW, "lost+found"};

    if (name[0] == '.' || strncmp(name, STORE_FILE, strlen(STORE_FILE)) == 0)
        return true;
    for (size_t i = 0; i < XT_COUNT(ours); i++) {
        if (strcmp(name, ours[i]) == 0)
            return true;
    }
    return false;
}

static enum xt_code refuse_foreign(const char *data, struct xt_error *err)
{
    DIR *dir = opendir(data);
    struct dirent *entry;
    enum xt_code rc = XT_OK;

    if (!dir)
        return xt_fail(err, XT_E_DENIED, "data", XT_MSG_FILE_OPEN, XT_TEXT(data), XT_TEXT(strerror(errno)));
    while (rc == XT_OK && (entry = readdir(dir))) {
        if (!is_ours(entry->d_name))
            rc = xt_fail(err, XT_E_CONFLICT, "data", XT_MSG_NODE_FOREIGN, XT_TEXT(data), XT_TEXT(entry->d_name));
    }
    (void)closedir(dir);
    return rc;
}

static enum xt_code make_store(const struct xt_node_options *options, struct xt_error *err)
{
    char path[4096];
    struct xt_store_options store_options = {.url = path, .create = true};
    struct xt_store *store;
    enum xt_code rc;

    node_path(options->data, STORE_FILE, path, sizeof path);
    rc = xt_store_open(&store_options, &store, err);
    if (rc != XT_OK)
        return rc;
    for (size_t i = 0; options->rooms[i] && rc == XT_OK; i++) {
        if (options->rooms[i]->migrations)
            rc = xt_store_migrate(store, options->rooms[i]->name, err);
    }
    xt_store_close(&store);
    return rc;
}

/* "xietong-x7k2m9qd.local": the random end of a ULID in lower case. */
static void invent_name(char *out, size_t size)
{
    char id[XT_ULID_SIZE];
    char tail[9];

    xt_ulid_make(id);
    for (size_t i = 0; i < 8; i++) {
        char c = id[10 + i]; /* the first ten letters are the time */

        tail[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    tail[8] = '\0';
    (void)snprintf(out, size, "xietong-%s.local", tail);
}

enum xt_code xt_node_make(const struct xt_node_options *options, const char *name, struct xt_node_made *out,
                          struct xt_error *err)
{
    struct node_facts facts = {.zone = "Asia/Shanghai", .minutes_east = 480};
    enum xt_code rc;

    *out = (struct xt_node_made){0};
    if (name && !xt_node_name_valid(xt_str(name)))
        return xt_fail(err, XT_E_INPUT, "name", XT_MSG_NODE_NAME, XT_TEXT(name));
    rc = xt_node_facts_read(options->data, &facts, err);
    if (rc == XT_OK) {
        out->existed = true;
        out->sample = facts.sample;
        memcpy(out->name, facts.name, sizeof out->name);
        return XT_OK;
    }
    if (rc != XT_E_NOT_FOUND)
        return rc;
    if (name)
        (void)snprintf(facts.name, sizeof facts.name, "%s", name);
    else
        invent_name(facts.name, sizeof facts.name);
    memcpy(out->name, facts.name, sizeof out->name);
    rc = make_folders(options->data, err);
    if (rc == XT_OK)
        rc = refuse_foreign(options->data, err);
    if (rc == XT_OK)
        rc = make_store(options, err);
    if (rc == XT_OK)
        rc = xt_node_facts_write(options->data, &facts, err); /* last: from here on it is a node */
    return rc;
}

enum xt_code xt_node_note_sample(const char *data, enum xt_node_sample sample, struct xt_error *err)
{
    struct node_facts facts;
    enum xt_code rc = xt_node_facts_read(data, &facts, err);

    if (rc != XT_OK)
        return rc;
    facts.sample = sample;
    return xt_node_facts_write(data, &facts, err);
}
