/* table_yaml.c - libyaml's events into JSON text. */
#include "table/table_yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/json.h"

struct level {
    bool mapping, value_next;
};

struct convert {
    yaml_parser_t parser;
    struct xt_json json;
    struct level levels[XT_YAML_DEPTH_MAX];
    unsigned depth;
    bool done; /* the first document is over */
};

bool xt_yaml_name(struct xt_str name)
{
    return xt_str_ends(name, ".yaml") || xt_str_ends(name, ".yml");
}

static enum xt_code limit(struct xt_error *err, const char *what)
{
    return xt_fail(err, XT_E_INPUT, "", XT_MSG_IMPORT_YAML_LIMIT, XT_TEXT(what));
}

/* What a node does to the level around it: a mapping takes turns between keys and values. */
static void step_parent(struct convert *c)
{
    if (c->depth > 0 && c->levels[c->depth - 1].mapping)
        c->levels[c->depth - 1].value_next = !c->levels[c->depth - 1].value_next;
}

static bool wants_key(const struct convert *c)
{
    return c->depth > 0 && c->levels[c->depth - 1].mapping && !c->levels[c->depth - 1].value_next;
}

static bool is_one_of(struct xt_str s, const char *const *list)
{
    size_t i;

    for (i = 0; list[i]; i++) {
        if (xt_str_is(s, list[i]))
            return true;
    }
    return false;
}

static void add_scalar(struct convert *c, const yaml_event_t *event)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    struct xt_str s = {(const char *)event->data.scalar.value, event->data.scalar.length};
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (wants_key(c))
        xt_json_key_str(&c->json, s);
    else if (plain && is_one_of(s, nulls))
        xt_json_add_null(&c->json);
    else if (plain && is_one_of(s, trues))
        xt_json_add_bool(&c->json, true);
    else if (plain && is_one_of(s, falses))
        xt_json_add_bool(&c->json, false);
    else
        xt_json_add_str(&c->json, s);
    step_parent(c);
}

static enum xt_code begin(struct convert *c, bool mapping, struct xt_error *err)
{
    if (wants_key(c))
        return limit(err, "mapping key");
    if (c->depth == XT_YAML_DEPTH_MAX)
        return limit(err, "depth");
    step_parent(c);
    c->levels[c->depth++] = (struct level){mapping, false};
    if (mapping)
        xt_json_object(&c->json);
    else
        xt_json_array(&c->json);
    return XT_OK;
}

static void end(struct convert *c)
{
    if (c->levels[--c->depth].mapping)
        xt_json_end_object(&c->json);
    else
        xt_json_end_array(&c->json);
}

static enum xt_code take_event(struct convert *c, const yaml_event_t *event, struct xt_error *err)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return limit(err, "alias");
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.anchor)
            return limit(err, "anchor");
        add_scalar(c, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor ? limit(err, "anchor") : begin(c, false, err);
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor ? limit(err, "anchor") : begin(c, true, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        end(c);
        break;
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_END_EVENT:
        c->done = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_START_EVENT:
        break;
    }
    return XT_OK;
}

static enum xt_code convert(struct convert *c, struct xt_error *err)
{
    while (!c->done) {
        yaml_event_t event;
        enum xt_code rc;

        if (!yaml_parser_parse(&c->parser, &event))
            return xt_fail(err, XT_E_INPUT, "", XT_MSG_IMPORT_YAML, XT_INT(c->parser.problem_mark.line + 1),
                           XT_TEXT(c->parser.problem ? c->parser.problem : "?"));
        rc = take_event(c, &event, err);
        yaml_event_delete(&event);
        if (rc != XT_OK)
            return rc;
    }
    return XT_OK;
}

enum xt_code xt_yaml_to_json(struct xt_str yaml, struct xt_text *out, struct xt_error *err)
{
    struct convert c = {0};
    size_t before = out->n;
    enum xt_code rc;

    if (!yaml_parser_initialize(&c.parser))
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT("yaml"));
    yaml_parser_set_input_string(&c.parser, (const unsigned char *)(yaml.n > 0 ? yaml.s : ""), yaml.n);
    yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
    xt_json_init(&c.json, out);
    rc = convert(&c, err);
    yaml_parser_delete(&c.parser);
    if (rc == XT_OK && xt_text_overflowed(out))
        rc = limit(err, "size");
    if (rc == XT_OK && out->n == before)
        xt_text_add_z(out, "null");
    return rc;
}
