/*
 * table_xml_records.c - XML documents of many records: one JSON object for each element of a path.
 *
 * Elements outside a record are built in the same way as those inside, but only as far as they are small: they are what
 * stands around the records (the year of a volume). Once an element has had a record in it, a later child of a name
 * takes the place of the former. Objects that were lent to a record are copied before they change.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "table/table_objects.h"

#define DEPTH_MAX        200
#define AROUND_BYTES_MAX ((size_t)64 * XT_KIB) /* of an element outside the records */
#define ELEMENT_BYTES    ((size_t)128)         /* what an element costs besides its text */
#define PATHS_MAX        8
#define STEPS_MAX        16

struct path {
    bool rooted; /* the first step is the root */
    struct xt_str steps[STEPS_MAX];
    size_t count;
};

struct element {
    char *name;
    json_t *object; /* attributes and children so far; NULL: too much, left out */
    size_t from;    /* where its text begins in reader->text */
    size_t bytes;   /* what it holds, about */
    bool own_text;  /* text of its own that is not blank */
    bool has_record;
    bool lent;
};

struct found { /* a record that waits to be asked for */
    json_t *object;
    struct xt_error fault;
};

struct xml_records {
    struct xt_objects base;
    struct xt_xml *xml;
    struct xt_source *clean; /* what it reads, lent; NULL: the file itself */
    char *name, *path_text;
    const struct xt_table_limits *limits;
    struct path paths[PATHS_MAX];
    size_t path_count;
    struct element *open; /* elements that are open, the root first */
    size_t open_count, open_capacity;
    size_t record_at; /* the record among them, or SIZE_MAX */
    struct xt_error fault;
    struct xt_text text;
    struct found *found;
    size_t found_count, found_capacity, found_at;
    int64_t number;
    json_t *object; /* lent */
    bool ended, may_be_empty;
};

/* ---- paths ---- */

static bool parse_path(struct xt_str text, struct path *out)
{
    text = xt_str_trim(text);
    *out = (struct path){.rooted = text.n > 0 && *text.s == '/'};
    if (out->rooted) {
        text.s++;
        text.n--;
    }
    if (xt_str_is(text, ".")) {
        *out = (struct path){.rooted = true, .count = 1, .steps = {XT_STR("*")}};
        return true;
    }
    while (text.n > 0) {
        const char *slash = memchr(text.s, '/', text.n);
        size_t n = slash ? (size_t)(slash - text.s) : text.n;

        if (n == 0 || out->count == STEPS_MAX)
            return false;
        out->steps[out->count++] = (struct xt_str){text.s, n};
        text.s += n + (slash ? 1 : 0);
        text.n -= n + (slash ? 1 : 0);
    }
    return out->count > 0;
}

static bool parse_paths(struct xml_records *reader)
{
    struct xt_str text = xt_str(reader->path_text);

    while (text.n > 0 && reader->path_count < PATHS_MAX) {
        const char *bar = memchr(text.s, '|', text.n);
        size_t n = bar ? (size_t)(bar - text.s) : text.n;

        if (!parse_path((struct xt_str){text.s, n}, &reader->paths[reader->path_count++]))
            return false;
        text.s += n + (bar ? 1 : 0);
        text.n -= n + (bar ? 1 : 0);
    }
    return reader->path_count > 0 && text.n == 0;
}

static bool path_holds(const struct path *path, const struct element *open, size_t count)
{
    size_t i;

    if (count < path->count || (path->rooted && count != path->count))
        return false;
    for (i = 0; i < path->count; i++)
        if (!xt_str_is(path->steps[i], "*") && !xt_str_is(path->steps[i], open[count - path->count + i].name))
            return false;
    return true;
}

static bool is_record(const struct xml_records *reader)
{
    size_t i;

    for (i = 0; i < reader->path_count; i++)
        if (path_holds(&reader->paths[i], reader->open, reader->open_count))
            return true;
    return false;
}

/* ---- elements ---- */

static bool in_record(const struct xml_records *reader)
{
    return reader->record_at != SIZE_MAX;
}

static json_t *attributes_of(const struct xt_xml_attributes *attributes, size_t *bytes)
{
    json_t *object = json_object();
    int i;

    for (i = 0; i < attributes->count; i++) {
        const unsigned char **a = attributes->list + 5 * i;
        struct xt_text name;

        xt_text_init(&name, 64 * XT_KIB);
        xt_text_addf(&name, "@%s", (const char *)a[0]);
        *bytes += ELEMENT_BYTES + name.n + (size_t)(a[4] - a[3]);
        json_object_set_new(object, name.s, xt_json_text((struct xt_str){(const char *)a[3], (size_t)(a[4] - a[3])}));
        xt_text_done(&name);
    }
    return object;
}

/* Lets go of what an element holds: it is too much. */
static void leave_out(struct element *element)
{
    json_decref(element->object);
    element->object = NULL;
}

static void refuse(struct xml_records *reader, enum xt_msg msg, int64_t limit)
{
    if (reader->fault.code == XT_OK)
        (void)xt_fail(&reader->fault, XT_E_INPUT, "", msg, XT_INT(limit));
}

/* Adds to what the element at hand holds and keeps the caps. */
static void weigh(struct xml_records *reader, size_t at, size_t bytes)
{
    struct element *element = &reader->open[at];

    element->bytes += bytes;
    if (!in_record(reader)) {
        if (element->bytes > AROUND_BYTES_MAX && !element->has_record)
            leave_out(element);
        return;
    }
    if (reader->open[reader->record_at].bytes + bytes > 4 * (size_t)reader->limits->line_bytes)
        refuse(reader, XT_MSG_ROW_LONG, reader->limits->line_bytes);
    if (at != reader->record_at)
        reader->open[reader->record_at].bytes += bytes;
}

static bool gives_line(const char *name)
{
    static const char *const names[] = {"br", "p", "div", "li", "tr", "para", "BR", "P"};
    size_t i;

    for (i = 0; i < XT_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void on_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct xml_records *reader = user;
    struct element *element;
    size_t bytes = ELEMENT_BYTES;

    if (reader->open_count >= DEPTH_MAX) {
        struct xt_error failure;

        (void)xt_fail(&failure, XT_E_MEDIA, "", XT_MSG_XML_DEEP, XT_TEXT(reader->name), XT_INT(DEPTH_MAX));
        xt_xml_fail(reader->xml, &failure);
        return;
    }
    xt_grow(&reader->open, &reader->open_capacity, reader->open_count + 1, sizeof *reader->open);
    element = &reader->open[reader->open_count++];
    if (in_record(reader) && reader->fault.code == XT_OK && gives_line(name))
        xt_text_add_char(&reader->text, '\n');
    *element = (struct element){.name = xt_strdup(name), .from = reader->text.n};
    if (!in_record(reader) && is_record(reader)) {
        reader->record_at = reader->open_count - 1;
        reader->fault = (struct xt_error){.code = XT_OK};
    }
    if (in_record(reader) && reader->open_count - reader->record_at > XT_JSON_DEPTH_MAX - 4)
        refuse(reader, XT_MSG_XML_RECORD_DEEP, XT_JSON_DEPTH_MAX - 4);
    if (in_record(reader) && reader->fault.code != XT_OK)
        return;
    element->object = attributes_of(attributes, &bytes);
    weigh(reader, reader->open_count - 1, bytes);
}

static void on_text(void *user, const char *s, size_t n)
{
    struct xml_records *reader = user;
    struct element *element;
    size_t i;

    if (reader->open_count == 0)
        return;
    element = &reader->open[reader->open_count - 1];
    if (!element->object || (in_record(reader) && reader->fault.code != XT_OK))
        return;
    for (i = 0; i < n && !element->own_text; i++)
        element->own_text = !strchr(" \t\r\n", s[i]);
    xt_text_add(&reader->text, s, n);
    weigh(reader, reader->open_count - 1, n);
}

/* What an element is worth: its text, or the object where it has more than that. New. */
static json_t *value_of(struct xml_records *reader, const struct element *element)
{
    struct xt_str text = {reader->text.s + element->from, reader->text.n - element->from};
    struct xt_text tidy;
    json_t *value;

    if (!element->own_text)
        return json_object_size(element->object) > 0 ? json_incref(element->object) : json_string("");
    xt_text_init(&tidy, text.n + 1);
    xt_tidy_add(&tidy, text);
    value = xt_json_text(xt_text_view(&tidy));
    xt_text_done(&tidy);
    if (json_object_size(element->object) == 0)
        return value;
    json_object_set_new(element->object, "#text", value);
    return json_incref(element->object);
}

/* ---- records ---- */

/* Takes object; fault is copied. */
static void keep(struct xml_records *reader, json_t *object, const struct xt_error *fault)
{
    if (reader->found_at == reader->found_count)
        reader->found_at = reader->found_count = 0;
    xt_grow(&reader->found, &reader->found_capacity, reader->found_count + 1, sizeof *reader->found);
    reader->found[reader->found_count++] = (struct found){object, *fault};
}

static void add_around(struct xml_records *reader, json_t *object)
{
    size_t i;

    for (i = 0; i < reader->record_at; i++) { /* the nearest of a name is the last */
        struct element *around = &reader->open[i];
        struct xt_text name;

        around->has_record = true;
        if (!around->object)
            continue;
        xt_text_init(&name, 64 * XT_KIB);
        xt_text_addf(&name, "^%s", around->name);
        json_object_set(object, name.s, around->object);
        xt_text_done(&name);
        around->lent = true;
    }
}

static void end_record(struct xml_records *reader, struct element *element)
{
    json_t *object = NULL;
    size_t i;

    if (reader->fault.code == XT_OK) {
        json_t *value = value_of(reader, element);

        if (json_is_object(value)) {
            object = value;
        } else {
            object = json_object();
            json_object_set_new(object, "#text", value);
        }
        json_object_set_new(object, "#name", json_string(element->name));
        add_around(reader, object);
    } else {
        for (i = 0; i < reader->record_at; i++)
            reader->open[i].has_record = true;
    }
    keep(reader, object, &reader->fault);
    reader->fault = (struct xt_error){.code = XT_OK};
    reader->record_at = SIZE_MAX;
}

/* Hands a finished element to the one around it. */
static void give_up(struct xml_records *reader, const struct element *element)
{
    struct element *parent = &reader->open[reader->open_count - 1];
    struct xt_str name = xt_str(element->name);

    if (!parent->object || !element->object)
        return;
    if (!in_record(reader) && !parent->has_record && parent->bytes + element->bytes > AROUND_BYTES_MAX)
        return;
    if (parent->lent) {
        json_t *copy = json_copy(parent->object);

        json_decref(parent->object);
        parent->object = copy;
        parent->lent = false;
    }
    if (in_record(reader) || !parent->has_record) {
        xt_object_add(parent->object, name, value_of(reader, element));
        if (!in_record(reader))
            weigh(reader, reader->open_count - 1, element->bytes);
    } else if (json_object_get(parent->object, element->name) || json_object_size(parent->object) < 64) {
        json_object_set_new(parent->object, element->name, value_of(reader, element));
    }
}

/* Text of what stands around records goes up into an element only where that has text of its own, and little of it. */
static bool mixed_around(const struct xml_records *reader)
{
    const struct element *parent = reader->open_count > 0 ? &reader->open[reader->open_count - 1] : NULL;

    return parent && parent->object && parent->own_text && reader->text.n - parent->from < AROUND_BYTES_MAX;
}

static void on_end(void *user, const char *name)
{
    struct xml_records *reader = user;
    struct element element;
    bool outside;

    (void)name; /* the parser has seen to it that it is that of the start */
    if (reader->open_count == 0)
        return;
    element = reader->open[--reader->open_count];
    if (in_record(reader) && reader->record_at == reader->open_count) {
        end_record(reader, &element);
        xt_text_cut(&reader->text, element.from);
    } else {
        outside = !in_record(reader);
        if (reader->open_count > 0 && !element.has_record && reader->fault.code == XT_OK)
            give_up(reader, &element);
        if (outside && !mixed_around(reader))
            xt_text_cut(&reader->text, element.from);
    }
    json_decref(element.object);
    free(element.name);
}

static const struct xt_xml_calls CALLS = {on_start, on_end, on_text};

/* ---- the reader ---- */

static enum xt_code read_next(struct xt_objects *objects, struct xt_object_row *row, bool *out_more,
                              struct xt_error *err)
{
    struct xml_records *reader = (struct xml_records *)objects;
    bool more = true;

    json_decref(reader->object);
    reader->object = NULL;
    while (reader->found_at == reader->found_count && !reader->ended) {
        enum xt_code rc = xt_xml_step(reader->xml, &more, err);

        if (rc != XT_OK && reader->found_at == reader->found_count)
            return rc;
        reader->ended = !more;
        if (rc != XT_OK) /* what was whole before is given first; the parser says it again */
            reader->ended = false;
        if (rc != XT_OK)
            break;
    }
    row->bytes_done = xt_xml_done(reader->xml);
    *out_more = reader->found_at < reader->found_count;
    if (!*out_more)
        return reader->number == 0 && !reader->may_be_empty ? xt_fail(err, XT_E_MEDIA, "", XT_MSG_XML_NO_RECORDS,
                                                                      XT_TEXT(reader->name), XT_TEXT(reader->path_text))
                                                            : XT_OK;
    struct found *found = &reader->found[reader->found_at++];

    row->number = ++reader->number;
    row->object = reader->object = found->object;
    found->object = NULL;
    if (found->fault.code != XT_OK && err)
        *err = found->fault;
    return found->fault.code;
}

static int64_t bad(const struct xt_objects *objects)
{
    const struct xml_records *reader = (const struct xml_records *)objects;

    return reader->clean ? xt_source_clean_bad(reader->clean) : 0;
}

static void close_reader(struct xt_objects *objects)
{
    struct xml_records *reader = (struct xml_records *)objects;
    size_t i;

    xt_xml_close(&reader->xml);
    for (i = 0; i < reader->open_count; i++) {
        json_decref(reader->open[i].object);
        free(reader->open[i].name);
    }
    for (i = reader->found_at; i < reader->found_count; i++)
        json_decref(reader->found[i].object);
    json_decref(reader->object);
    free(reader->open);
    free(reader->found);
    xt_text_done(&reader->text);
    free(reader->name);
    free(reader->path_text);
    free(reader);
}

static const struct xt_objects_ops OPS = {read_next, bad, close_reader};

/* The charset to decode by, or -1 when the declaration names one that only libxml2 knows. Text that is UTF-8 is UTF-8
 * whatever it declares. */
static int charset_of(const struct xt_objects_input *input)
{
    struct xt_str head = {input->head.s, input->head.n < 200 ? input->head.n : 200};
    size_t at = xt_str_find(head, XT_STR("encoding=")), n = 0;
    enum xt_charset named;

    if (at == SIZE_MAX || at + 11 > head.n || input->charset == XT_CHARSET_UTF16LE ||
        input->charset == XT_CHARSET_UTF16BE)
        return (int)input->charset;
    head.s += at + 10; /* behind the quotation mark */
    head.n -= at + 10;
    while (n < head.n && !strchr("\"'?> ", head.s[n]))
        n++;
    if (xt_charset_by_name((struct xt_str){head.s, n}, &named))
        return (int)input->charset;
    n = input->head.n > 4 ? input->head.n - 4 : 0; /* a character may be cut at the end */
    return input->charset == XT_CHARSET_UTF8 &&
                   xt_utf8_valid(input->head.s, xt_utf8_clip(input->head.s, input->head.n, n))
               ? XT_CHARSET_UTF8
               : -1;
}

static enum xt_code open_document(struct xml_records *reader, struct xt_objects_input *input, struct xt_error *err)
{
    XT_AUTO(xt_decoder_free) struct xt_decoder *decoder = NULL;
    int charset = charset_of(input);
    struct xt_source *source;

    if (charset < 0) {
        reader->xml = xt_xml_open_document(input->source, true, &CALLS, reader, reader->name);
        return XT_OK;
    }
    if (charset != XT_CHARSET_UTF8) {
        enum xt_code rc = xt_decoder_new((enum xt_charset)charset, &decoder, err);

        if (rc != XT_OK)
            return rc;
    }
    source = reader->clean = xt_source_clean(input->source, &decoder, input->bom);
    reader->xml = xt_xml_open_document(&source, false, &CALLS, reader, reader->name);
    return XT_OK;
}

enum xt_code xt_xml_records_open(struct xt_objects_input *input, const struct xt_objects_format *format,
                                 struct xt_objects **out, struct xt_error *err)
{
    struct xml_records *reader = xt_calloc(1, sizeof *reader);
    enum xt_code rc;

    (void)format;
    reader->base.ops = &OPS;
    reader->limits = input->limits;
    reader->may_be_empty = input->member;
    reader->name = xt_strdup(input->name);
    reader->record_at = SIZE_MAX;
    xt_text_init(&reader->text, 4 * (size_t)input->limits->line_bytes + XT_MIB);
    input->certainty = 100;
    reader->path_text =
        input->records ? xt_strdup(input->records) : xt_xml_records_guess(input->head, input->name, &input->certainty);
    if (!input->records)
        input->path = xt_strdup(reader->path_text);
    rc = parse_paths(reader) ? open_document(reader, input, err)
                             : xt_fail(err, XT_E_INPUT, "records", XT_MSG_XML_PATH, XT_TEXT(reader->path_text));
    if (rc != XT_OK) {
        close_reader(&reader->base);
        return rc;
    }
    *out = &reader->base;
    return XT_OK;
}

int xt_xml_records_look(struct xt_str text)
{
    text = xt_str_trim(text);
    if (text.n > 5 && memcmp(text.s, "<?xml", 5) == 0)
        return 100;
    /* "<a>" alone may as well be a cell; a closing tag or a name space makes it XML. */
    return text.n > 1 && text.s[0] == '<' &&
                   (xt_str_find(text, XT_STR("</")) != SIZE_MAX || xt_str_find(text, XT_STR("xmlns")) != SIZE_MAX)
               ? 90
               : 0;
}
