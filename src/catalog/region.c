/* region.c - the files of a region, its roles, schemes and facets, and what the search index is told. */
#include "catalog/region_priv.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "text/pinyin.h"

#define FILE_BYTES_MAX (64 * XT_MIB)
#define NAME_CHARS     50

/* What the search index takes. */
#define FACETS_MAX        16
#define SEARCH_FIELDS_MAX 254 /* and two, and one range, of suggestions */
#define RANGES_MAX        7

struct loaded_file {
    struct loaded_file *next;
    const char *path;
    struct xt_str bytes;
};

/* ---- files ---- */

/* Reads dir/path into the arena; false when it is not there or no plain file of a sensible size. */
static bool read_file(struct xt_region_files *files, const char *dir, const char *path, struct xt_str *out)
{
    char *full = xt_arena_printf(&files->arena, "%s/%s", dir, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *bytes;
    size_t done = 0;

    if (fd < 0)
        return false;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)FILE_BYTES_MAX) {
        close(fd);
        return false;
    }
    bytes = xt_arena_alloc(&files->arena, (size_t)st.st_size + 1);
    while (done < (size_t)st.st_size) {
        ssize_t n = read(fd, bytes + done, (size_t)st.st_size - done);

        if (n <= 0)
            break;
        done += (size_t)n;
    }
    close(fd);
    *out = (struct xt_str){bytes, done};
    return true;
}

static bool find_file(struct xt_region_files *files, const char *path, struct xt_str *out)
{
    struct loaded_file *file;
    const struct xt_embed_file *embedded;
    char embedded_path[256];
    size_t i;

    for (file = files->loaded; file; file = file->next) {
        if (strcmp(file->path, path) == 0) {
            *out = file->bytes;
            return true;
        }
    }
    for (i = 0; i < XT_COUNT(files->dirs); i++) {
        if (files->dirs[i] && read_file(files, files->dirs[i], path, out)) {
            file = xt_arena_alloc(&files->arena, sizeof *file);
            *file = (struct loaded_file){files->loaded, xt_arena_strdup(&files->arena, path), *out};
            files->loaded = file;
            return true;
        }
    }
    if ((size_t)snprintf(embedded_path, sizeof embedded_path, "region/%s", path) >= sizeof embedded_path)
        return false;
    embedded = xt_embed_find(embedded_path);
    if (!embedded)
        return false;
    *out = (struct xt_str){(const char *)embedded->data, embedded->size};
    return true;
}

bool xt_region_file(struct xt_region *region, const char *path, struct xt_str *out)
{
    bool found;

    if (strstr(path, ".."))
        return false;
    pthread_mutex_lock(&region->files->lock);
    found = find_file(region->files, path, out);
    pthread_mutex_unlock(&region->files->lock);
    return found;
}

struct path_list {
    const char **paths;
    size_t count, capacity;
    struct xt_arena *arena;
};

static void add_path(struct path_list *list, const char *path)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        if (strcmp(list->paths[i], path) == 0)
            return;
    }
    xt_grow(&list->paths, &list->capacity, list->count + 1, sizeof *list->paths);
    list->paths[list->count++] = xt_arena_strdup(list->arena, path);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_dir(struct path_list *list, const char *dir, const char *prefix)
{
    char full[1024];
    DIR *handle;
    const struct dirent *entry;

    if ((size_t)snprintf(full, sizeof full, "%s/%s", dir, prefix) >= sizeof full)
        return;
    handle = opendir(full);
    if (!handle)
        return;
    while ((entry = readdir(handle))) {
        if (entry->d_name[0] != '.')
            add_path(list, xt_arena_printf(list->arena, "%s%s", prefix, entry->d_name));
    }
    closedir(handle);
}

const char *const *xt_region_list(struct xt_region *region, const char *prefix, struct xt_arena *arena)
{
    struct path_list list = {.arena = arena};
    const struct xt_embed_file *embedded;
    const char **out;
    size_t i, n;

    n = xt_embed_list(xt_arena_printf(arena, "region/%s", prefix), &embedded);
    for (i = 0; i < n; i++)
        add_path(&list, embedded[i].path + strlen("region/"));
    for (i = 0; i < XT_COUNT(region->files->dirs); i++) {
        if (region->files->dirs[i])
            list_dir(&list, region->files->dirs[i], prefix);
    }
    if (list.count > 0)
        qsort(list.paths, list.count, sizeof *list.paths, by_path);
    out = xt_arena_alloc(arena, (list.count + 1) * sizeof *out);
    if (list.count > 0)
        memcpy(out, list.paths, list.count * sizeof *out);
    free(list.paths);
    return out;
}

/* ---- helpers of the builders ---- */

char *region_copy(struct region_build *b, struct xt_str s)
{
    return xt_arena_strndup(&b->files->arena, s.s, s.n);
}

static json_t *read_json(struct region_build *b, const char *path, struct xt_str *out_bytes)
{
    struct xt_error err;
    struct xt_str bytes;
    json_t *tree;

    if (!find_file(b->files, path, &bytes)) {
        xt_problem(b->problems, path, XT_MSG_REGION_FILE_MISSING);
        return NULL;
    }
    if (xt_json_parse(bytes, &tree, &err) != XT_OK) {
        struct xt_problem *problem;
        size_t before = b->problems->count;

        xt_problems_add_error(b->problems, &err);
        if (b->problems->count > before) {
            problem = &b->problems->list[before];
            free(problem->path);
            problem->path = xt_strdup(path);
        }
        return NULL;
    }
    xt_grow(&b->files->trees, &b->files->tree_capacity, b->files->tree_count + 1, sizeof *b->files->trees);
    b->files->trees[b->files->tree_count++] = tree;
    *out_bytes = bytes;
    return tree;
}

json_t *region_json(struct region_build *b, const char *path)
{
    struct xt_str bytes;
    json_t *tree = read_json(b, path, &bytes);

    if (tree) {
        xt_hasher_add_str(&b->files->hasher, xt_str(path));
        xt_hasher_add_str(&b->files->hasher, bytes);
    }
    return tree;
}

json_t *region_json_words(struct region_build *b, const char *path)
{
    struct xt_str bytes;

    return read_json(b, path, &bytes);
}

void region_labels(struct region_build *b, const json_t *object, const char *name, const char *path, bool required,
                   const char *out[XT_LANGS])
{
    const json_t *labels = json_object_get(object, name);
    const char *zh = xt_json_z(labels, "zh", NULL);
    const char *en = xt_json_z(labels, "en", NULL);

    if (required && (!zh || !en))
        xt_problem(b->problems, path, XT_MSG_REGION_LABEL_MISSING, XT_TEXT(name));
    out[XT_ZH] = zh ? zh : en;
    out[XT_EN] = en ? en : zh;
    if (required && !out[XT_ZH])
        out[XT_ZH] = out[XT_EN] = "";
}

void region_settings(struct region_build *b, const char *path, const json_t *object, const char *const *known)
{
    const char *name;
    json_t *member;
    size_t i;

    json_object_foreach ((json_t *)(uintptr_t)object, name, member) { /* jansson's iteration is not const */
        for (i = 0; known[i] && strcmp(known[i], name) != 0; i++)
            continue;
        if (!known[i])
            xt_problem(b->problems, path, XT_MSG_REGION_SETTING, XT_TEXT(name));
    }
}

void region_name(struct region_build *b, const char *path, const char *name, char other, size_t max)
{
    const char others[] = {other, '\0'};
    bool good = name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= max;
    const char *s;

    for (s = name; *s; s++)
        good = good && ((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == other);
    if (!good)
        xt_problem(b->problems, path, XT_MSG_REGION_NAME, XT_TEXT(name), XT_TEXT(others), XT_INT(max));
}

regex_t *region_regex(struct region_build *b, const char *pattern, const char *path)
{
    regex_t *regex = xt_calloc(1, sizeof *regex);

    if (regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        free(regex);
        xt_problem(b->problems, path, XT_MSG_REGION_BAD_PATTERN, XT_TEXT(pattern));
        return NULL;
    }
    xt_grow(&b->files->regexes, &b->files->regex_capacity, b->files->regex_count + 1, sizeof *b->files->regexes);
    b->files->regexes[b->files->regex_count++] = regex;
    return regex;
}

/* ---- roles, schemes, facets ---- */

static void load_roles(struct region_build *b)
{
    static const char *const settings[] = {"zh", "en", "inverse", NULL};
    const char *path = "roles.json";
    json_t *tree = region_json(b, path), *item;
    struct xt_role *roles;
    const char *name;
    size_t n = 0;

    if (!tree)
        return;
    roles = xt_arena_alloc(&b->files->arena, (json_object_size(tree) + 1) * sizeof *roles);
    json_object_foreach (tree, name, item) {
        struct xt_role *role = &roles[n++];
        const json_t *inverse = json_object_get(item, "inverse");

        role->name = name;
        region_settings(b, path, item, settings);
        if (!xt_json_z(item, "zh", NULL) || !xt_json_z(item, "en", NULL))
            xt_problem(b->problems, path, XT_MSG_REGION_LABEL_MISSING, XT_TEXT(name));
        role->labels[XT_ZH] = xt_json_z(item, "zh", name);
        role->labels[XT_EN] = xt_json_z(item, "en", name);
        role->inverse[XT_ZH] = xt_json_z(inverse, "zh", role->labels[XT_ZH]);
        role->inverse[XT_EN] = xt_json_z(inverse, "en", role->labels[XT_EN]);
    }
    b->region->roles = roles;
    b->region->role_count = n;
}

/* What readers are told; an example must pass the rule, an address be one that a page may link to. */
static void load_scheme_words(struct region_build *b, const char *path, const json_t *item, struct xt_scheme *scheme)
{
    char value[512];

    if (json_object_get(item, "about"))
        region_labels(b, item, "about", path, true, scheme->about);
    if (json_object_get(item, "form"))
        region_labels(b, item, "form", path, true, scheme->form);
    scheme->standard = xt_json_z(item, "standard", NULL);
    scheme->example = xt_json_z(item, "example", NULL);
    scheme->resolve = xt_json_z(item, "resolve", NULL);
    if (scheme->example && !scheme->check(xt_str(scheme->example), value, sizeof value))
        xt_problem(b->problems, path, XT_MSG_NOT_IDENTIFIER, XT_TEXT(scheme->example), XT_TEXT(scheme->name));
    if (scheme->resolve && strncmp(scheme->resolve, "https://", 8) != 0)
        xt_problem(b->problems, path, XT_MSG_NOT_URL, XT_TEXT(scheme->resolve));
}

static void load_schemes(struct region_build *b)
{
    static const char *const settings[] = {"label", "check", "about", "form", "standard", "example", "resolve", NULL};
    const char *path = "schemes.json";
    json_t *tree = region_json(b, path), *item;
    struct xt_scheme *schemes;
    const char *name;
    size_t n = 0;

    if (!tree)
        return;
    schemes = xt_arena_alloc(&b->files->arena, (json_object_size(tree) + 1) * sizeof *schemes);
    json_object_foreach (tree, name, item) {
        struct xt_scheme *scheme = &schemes[n++];

        scheme->name = name;
        region_settings(b, path, item, settings);
        region_labels(b, item, "label", path, true, scheme->labels);
        scheme->rule = xt_json_z(item, "check", "none");
        scheme->check = xt_identity_rule(scheme->rule);
        if (!scheme->check)
            xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("check"), XT_TEXT(scheme->rule));
        else
            load_scheme_words(b, path, item, scheme);
    }
    b->region->schemes = schemes;
    b->region->scheme_count = n;
}

/* A facet's name is also a parameter of a search: it must not be that of another. */
static void check_facet_name(struct region_build *b, const char *path, const struct xt_facet *facets, size_t count)
{
    static const char *const taken[] = {"q", "facets", "match", "syn", "sort", "limit", "cursor", "lang"};
    const char *name = facets[count].name;
    bool repeated = false;
    size_t i;

    region_name(b, path, name, '_', NAME_CHARS);
    for (i = 0; i < XT_COUNT(taken); i++)
        repeated = repeated || strcmp(taken[i], name) == 0;
    for (i = 0; i < count; i++)
        repeated = repeated || strcmp(facets[i].name, name) == 0;
    if (repeated)
        xt_problem(b->problems, path, XT_MSG_REPEATED_ITEM, XT_TEXT(name));
}

static void load_facets(struct region_build *b)
{
    static const char *const settings[] = {"name", "label", "codes", "lists", NULL};
    const char *path = "facets.json";
    json_t *tree = region_json(b, path), *item, *list;
    size_t count = json_array_size(tree), i, k;
    struct xt_facet *facets = xt_arena_alloc(&b->files->arena, (count + 1) * sizeof *facets);

    if (!tree)
        return;
    if (count + 1 > FACETS_MAX)
        xt_problem(b->problems, path, XT_MSG_TOO_MANY_ITEMS, XT_INT(FACETS_MAX - 1), XT_INT(count));
    facets[0] = (struct xt_facet){.name = "type", .labels = {"类型", "Type"}};
    json_array_foreach (tree, i, item) {
        struct xt_facet *facet = &facets[i + 1];
        json_t *lists = json_object_get(item, "lists");
        const char *one = xt_json_z(item, "codes", NULL);
        const struct xt_codes **out;

        facet->name = xt_json_z(item, "name", "");
        check_facet_name(b, path, facets, i + 1);
        region_settings(b, path, item, settings);
        region_labels(b, item, "label", path, true, facet->labels);
        out = xt_arena_alloc(&b->files->arena, (json_array_size(lists) + 2) * sizeof *out);
        facet->lists = out;
        if (one)
            out[facet->list_count++] = xt_region_codes(b->region, xt_str(one));
        json_array_foreach (lists, k, list)
            out[facet->list_count++] = xt_region_codes(b->region, xt_json_view(list));
        for (k = 0; k < facet->list_count; k++) {
            if (!out[k])
                xt_problem(b->problems, path, XT_MSG_REGION_UNKNOWN, XT_TEXT("codes"), XT_TEXT(facet->name));
        }
    }
    b->region->facets = facets;
    b->region->facet_count = count + 1;
}

/* ---- what the search index is told ---- */

static const struct xt_code_item *facet_item(const struct xt_facet *facet, struct xt_str value)
{
    size_t i;

    for (i = 0; i < facet->list_count; i++) {
        const struct xt_code_item *item = xt_codes_find(facet->lists[i], value);

        if (item)
            return item;
    }
    return NULL;
}

static const char *facet_parent(void *context, const char *value)
{
    const struct xt_code_item *item = facet_item(context, xt_str(value));

    return item && item->parent ? item->parent->code : NULL;
}

static bool facet_by_label(void *context, struct xt_str label, char *out, size_t out_size)
{
    const struct xt_facet *facet = context;
    size_t i;

    for (i = 0; i < facet->list_count; i++) {
        const struct xt_code_item *item = xt_codes_by_label(facet->lists[i], label);

        if (item && strlen(item->code) < out_size) {
            memcpy(out, item->code, strlen(item->code) + 1);
            return true;
        }
    }
    return false;
}

/* The types' own names and labels: 类型:论文. */
static bool type_by_label(void *context, struct xt_str label, char *out, size_t out_size)
{
    const struct xt_region *region = context;
    size_t i;

    for (i = 0; i < region->type_count; i++) {
        const struct xt_type *type = &region->types[i];

        if ((xt_str_is(label, type->labels[XT_ZH]) || xt_str_is(label, type->labels[XT_EN]) ||
             xt_str_is(label, type->plurals[XT_EN])) &&
            strlen(type->name) < out_size) {
            memcpy(out, type->name, strlen(type->name) + 1);
            return true;
        }
    }
    return false;
}

static bool has_tree(const struct xt_facet *facet)
{
    size_t i, k;

    for (i = 0; i < facet->list_count; i++) {
        for (k = 0; k < facet->lists[i]->count; k++) {
            if (facet->lists[i]->items[k].parent)
                return true;
        }
    }
    return false;
}

/* What suggestions look for, behind what the types say. */
static void add_title_fields(struct region_build *b)
{
    static const char *const names[] = {REGION_TITLE_SOUND, REGION_TITLE_INITIALS};
    uint64_t stamp = xt_sound_stamp();
    size_t i;

    b->region->title_sound = (unsigned)b->search_field_count;
    b->region->title_initials = (unsigned)b->search_field_count + 1;
    b->region->title_rank = (unsigned)b->range_count;
    xt_grow(&b->search_fields, &b->search_field_capacity, b->search_field_count + XT_COUNT(names),
            sizeof *b->search_fields);
    for (i = 0; i < XT_COUNT(names); i++)
        b->search_fields[b->search_field_count++] =
            (struct xt_search_field){.name = names[i], .weight = XT_WEIGHT_APART, .min_class = XT_PUBLIC};
    xt_grow(&b->ranges, &b->range_capacity, b->range_count + 1, sizeof *b->ranges);
    b->ranges[b->range_count++] = (struct xt_search_range){.name = REGION_TITLE_RANK, .scale = 1};
    xt_hasher_add_str(&b->files->hasher, (struct xt_str){(const char *)&stamp, sizeof stamp});
}

static size_t synonyms_of(void *context, struct xt_str phrase, struct xt_arena *arena, struct xt_str *out, size_t most)
{
    return xt_synonyms_of(context, phrase, arena, out, most);
}

static void make_schema(struct region_build *b)
{
    struct xt_region *region = b->region;
    struct xt_search_facet *facets = xt_arena_alloc(&b->files->arena, region->facet_count * sizeof *facets);
    size_t i;

    for (i = 0; i < region->facet_count; i++) {
        const struct xt_facet *facet = &region->facets[i];

        facets[i].name = facet->name;
        facets[i].labels[XT_ZH] = facet->labels[XT_ZH];
        facets[i].labels[XT_EN] = facet->labels[XT_EN];
        facets[i].is_year = strcmp(facet->name, "year") == 0;
        facets[i].names = xt_region_type(region, xt_str(facet->name)) ? facet->name : NULL;
        facets[i].context = (void *)(uintptr_t)facet; /* only ever read */
        if (has_tree(facet))
            facets[i].parent = facet_parent;
        if (facet->list_count > 0)
            facets[i].by_label = facet_by_label;
    }
    add_title_fields(b);
    facets[0].context = region;
    facets[0].by_label = type_by_label;
    region->schema = (struct xt_search_schema){
        /* the lists are the region's now */
        .fields = b->search_fields, .field_count = b->search_field_count,
        .facets = facets,           .facet_count = region->facet_count,
        .ranges = b->ranges,        .range_count = b->range_count,
        .synonyms = synonyms_of,    .synonyms_context = region,
    };
}

/* ---- life ---- */

/* A region may bring a list of areas of its own, without the code that the packed file names. */
static const char *known_area(const struct xt_region *region, const char *code)
{
    const struct xt_facet *areas = xt_region_facet(region, XT_STR("area"));

    for (size_t i = 0; code && areas && i < areas->list_count; i++)
        if (xt_codes_find(areas->lists[i], xt_str(code)))
            return code;
    return NULL;
}

enum xt_code xt_region_load(const char *dir, const char *data_dir, struct xt_region **out, struct xt_problems *problems,
                            struct xt_error *err)
{
    struct xt_region *region = xt_calloc(1, sizeof *region);
    struct xt_region_files *files = xt_calloc(1, sizeof *files);
    struct region_build b = {.region = region, .files = files, .problems = problems};
    const json_t *about;
    size_t before = problems->seen;
    struct stat st;

    region->files = files;
    xt_arena_init(&files->arena);
    pthread_mutex_init(&files->lock, NULL);
    files->dirs[0] = dir ? xt_arena_strdup(&files->arena, dir) : NULL;
    files->dirs[1] = data_dir ? xt_arena_strdup(&files->arena, data_dir) : NULL;
    xt_hasher_init(&files->hasher);
    if (dir && (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode)))
        xt_problem(problems, dir, XT_MSG_REGION_FILE_MISSING);
    about = region_json(&b, "region.json");
    region_labels(&b, about, "label", "region.json", true, region->labels);
    region_load_codes(&b);
    load_roles(&b);
    load_schemes(&b);
    load_facets(&b);
    region_load_synonyms(&b);
    region->area = known_area(region, xt_json_z(about, "area", NULL));
    if (region->roles && region->schemes && region->facets) /* else every field would only repeat what is missing */
        region_load_types(&b);
    region_load_glossary(&b);
    region_load_tour(&b);
    if (b.search_field_count > SEARCH_FIELDS_MAX)
        xt_problem(problems, "types/", XT_MSG_TOO_MANY_ITEMS, XT_INT(SEARCH_FIELDS_MAX), XT_INT(b.search_field_count));
    if (b.range_count > RANGES_MAX)
        xt_problem(problems, "types/", XT_MSG_TOO_MANY_ITEMS, XT_INT(RANGES_MAX), XT_INT(b.range_count));
    if (problems->seen == before)
        make_schema(&b);
    xt_hasher_end(&files->hasher, &region->hash);
    region->schema.stamp = (struct xt_str){(const char *)region->hash.bytes, sizeof region->hash.bytes};
    free(b.labels);
    if (problems->seen > before) {
        size_t wrong = problems->seen - before;

        free(b.search_fields);
        free(b.ranges);
        xt_region_free(&region);
        return xt_fail(err, XT_E_INPUT, "region", XT_MSG_REGION_WRONG, XT_INT(wrong));
    }
    *out = region;
    return XT_OK;
}

void xt_region_free(struct xt_region **region)
{
    struct xt_region *r = *region;
    size_t i;

    if (!r)
        return;
    for (i = 0; i < r->codes_count; i++)
        region_codes_free((struct xt_codes *)(uintptr_t)&r->codes[i]);
    for (i = 0; i < r->files->regex_count; i++) {
        regfree(r->files->regexes[i]);
        free(r->files->regexes[i]);
    }
    for (i = 0; i < r->files->tree_count; i++)
        json_decref(r->files->trees[i]);
    region_synonyms_free(&r->synonyms);
    free(r->files->regexes);
    free(r->files->trees);
    free((void *)(uintptr_t)r->schema.fields);
    free((void *)(uintptr_t)r->schema.ranges);
    pthread_mutex_destroy(&r->files->lock);
    xt_arena_done(&r->files->arena);
    free(r->files);
    free(r);
    *region = NULL;
}

/* ---- looking up ---- */

const struct xt_type *xt_region_type(const struct xt_region *region, struct xt_str name)
{
    size_t i;

    for (i = 0; i < region->type_count; i++) {
        if (xt_str_is(name, region->types[i].name))
            return &region->types[i];
    }
    return NULL;
}

const struct xt_codes *xt_region_codes(const struct xt_region *region, struct xt_str name)
{
    size_t i;

    for (i = 0; i < region->codes_count; i++) {
        if (xt_str_is(name, region->codes[i].name))
            return &region->codes[i];
    }
    return NULL;
}

const char *xt_region_house(const struct xt_region *region, enum xt_lang lang, struct xt_arena *arena)
{
    return xt_arena_printf(arena, lang == XT_ZH ? "%s协同" : "Xietong %s", region->labels[lang]);
}

const struct xt_role *xt_region_role(const struct xt_region *region, struct xt_str name)
{
    size_t i;

    for (i = 0; i < region->role_count; i++) {
        if (xt_str_is(name, region->roles[i].name))
            return &region->roles[i];
    }
    return NULL;
}

const struct xt_scheme *xt_region_scheme(const struct xt_region *region, struct xt_str name)
{
    size_t i;

    for (i = 0; i < region->scheme_count; i++) {
        if (xt_str_is(name, region->schemes[i].name))
            return &region->schemes[i];
    }
    return NULL;
}

const struct xt_facet *xt_region_facet(const struct xt_region *region, struct xt_str name)
{
    for (size_t i = 0; i < region->facet_count; i++)
        if (xt_str_is(name, region->facets[i].name))
            return &region->facets[i];
    return NULL;
}

const char *xt_facet_label(const struct xt_facet *facet, const struct xt_region *region, struct xt_str value,
                           enum xt_lang lang)
{
    const struct xt_code_item *item;

    if (facet == &region->facets[0]) {
        const struct xt_type *type = xt_region_type(region, value);

        return type ? type->labels[lang] : NULL;
    }
    item = facet_item(facet, value);
    return item ? item->labels[lang] : NULL;
}
