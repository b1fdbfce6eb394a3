/* check.c - a body against its type, brought into normal form; and values from and to the text of cells. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "catalog/region.h"

struct checking {
    const struct xt_region *region;
    struct xt_problems *problems;
    char path[512]; /* of the value being checked */
};

/* Appends a step to the path and returns the length to cut it back to. */
static size_t enter(struct checking *c, const char *name, int64_t index)
{
    size_t before = strlen(c->path);

    if (index >= 0)
        snprintf(c->path + before, sizeof c->path - before, "[%lld]", (long long)index);
    else
        snprintf(c->path + before, sizeof c->path - before, "%s%s", before > 0 ? "." : "", name);
    return before;
}

static void leave(struct checking *c, size_t before)
{
    c->path[before] = '\0';
}

/* Trims and removes control characters but line breaks and tabs (in text) from s into out. */
static void clean(struct xt_str s, bool lines, struct xt_text *out)
{
    size_t i = 0;

    s = xt_str_trim(s);
    while (i < s.n) {
        unsigned char c = (unsigned char)s.s[i];

        if (c == '\r' && lines) {
            if (i + 1 >= s.n || s.s[i + 1] != '\n')
                xt_text_add_char(out, '\n');
        } else if (c == '\n' || c == '\t' || c == '\r') {
            xt_text_add_char(out, lines ? (char)c : ' ');
        } else if (c >= 0x20 && c != 0x7F) {
            xt_text_add_char(out, (char)c);
        }
        i++;
    }
}

/* True when s is in normal form already: the common case, without a copy. */
static bool is_clean(struct xt_str s, bool lines)
{
    struct xt_str trimmed = xt_str_trim(s);
    size_t i;

    if (trimmed.n != s.n)
        return false;
    for (i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];

        if ((c < 0x20 && !(lines && (c == '\n' || c == '\t'))) || c == 0x7F)
            return false;
    }
    return true;
}

static bool is_url(struct xt_str s)
{
    size_t i;

    if (!xt_str_starts(s, "http://") && !xt_str_starts(s, "https://") && !xt_str_starts(s, "ftp://"))
        return false;
    for (i = 0; i < s.n; i++) {
        if ((unsigned char)s.s[i] <= ' ' || s.s[i] == '"' || s.s[i] == '<' || s.s[i] == '>')
            return false;
    }
    return s.n > 10;
}

static bool is_email(struct xt_str s)
{
    const char *at = s.n > 0 ? memchr(s.s, '@', s.n) : NULL;
    size_t i, local = at ? (size_t)(at - s.s) : 0;

    if (local == 0 || local > 64 || local + 4 > s.n || s.n > 254 || s.s[s.n - 1] == '.')
        return false;
    for (i = 0; i < s.n; i++) {
        if ((unsigned char)s.s[i] <= ' ' || (s.s[i] == '@' && i != local) || strchr("()<>[]:;,\\\"", s.s[i]))
            return false;
    }
    return memchr(at + 1, '.', s.n - local - 1) != NULL && at[1] != '.';
}

static void check_length(struct checking *c, const struct xt_field *field, struct xt_str s)
{
    size_t chars;

    if ((int64_t)s.n <= field->max_chars)
        return;
    chars = xt_utf8_count(s.s, s.n);
    if ((int64_t)chars > field->max_chars)
        xt_problem(c->problems, c->path, XT_MSG_TOO_LONG, XT_INT(field->max_chars), XT_INT(chars));
}

/* The kinds that are text in JSON. s is clean. A new string in *out where the normal form differs. */
static void check_text(struct checking *c, const struct xt_field *field, struct xt_str s, json_t **out)
{
    char normal[512];
    int year, month, day;

    check_length(c, field, s);
    switch (field->kind) {
    case XT_KIND_DATE:
        if (!xt_date_parse(s, &year, &month, &day))
            xt_problem(c->problems, c->path, XT_MSG_NOT_DATE, XT_VIEW(s));
        break;
    case XT_KIND_CODE:
        if (!xt_codes_accept(field->codes, s))
            xt_problem(c->problems, c->path, XT_MSG_NOT_IN_LIST, XT_VIEW(s), XT_TEXT(field->codes->labels[XT_ZH]));
        break;
    case XT_KIND_IDENTIFIER:
        if (!field->scheme->check(s, normal, sizeof normal))
            xt_problem(c->problems, c->path, XT_MSG_NOT_IDENTIFIER, XT_VIEW(s), XT_TEXT(field->scheme->labels[XT_ZH]));
        else if (!xt_str_is(s, normal))
            *out = json_string(normal);
        break;
    case XT_KIND_URL:
        if (!is_url(s))
            xt_problem(c->problems, c->path, XT_MSG_NOT_URL, XT_VIEW(s));
        break;
    case XT_KIND_EMAIL:
        if (!is_email(s))
            xt_problem(c->problems, c->path, XT_MSG_NOT_EMAIL, XT_VIEW(s));
        break;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_MONEY:
    case XT_KIND_BOOL:
    case XT_KIND_YEAR:
    case XT_KIND_LINK:
    case XT_KIND_GROUP:
    case XT_KINDS:
        break;
    }
    if (field->regex && regexec(field->regex, s.s, 0, NULL, 0) != 0)
        xt_problem(c->problems, c->path, XT_MSG_BAD_PATTERN, XT_VIEW(s), XT_TEXT(field->pattern));
}

/* Text of a value of another kind, for messages. */
static void show(const json_t *value, char out[64])
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    size_t n = text ? xt_utf8_clip(text, strlen(text), 60) : 0;

    if (n > 0)
        memcpy(out, text, n);
    out[n] = '\0';
    free(text);
}

static void check_number(struct checking *c, const struct xt_field *field, const json_t *value)
{
    double number = json_number_value(value);
    char shown[64];

    show(value, shown);
    if (field->kind == XT_KIND_DECIMAL ? !json_is_number(value) : !json_is_integer(value)) {
        xt_problem(c->problems, c->path, field->kind == XT_KIND_DECIMAL ? XT_MSG_NOT_NUMBER : XT_MSG_NOT_INTEGER,
                   XT_TEXT(shown));
        return;
    }
    if (field->kind == XT_KIND_YEAR && (number < 1000 || number > 2200))
        xt_problem(c->problems, c->path, XT_MSG_NOT_YEAR, XT_INT(1000), XT_INT(2200), XT_TEXT(shown));
    if (field->has_min && number < field->min) {
        char limit[XT_DOUBLE_SIZE];

        xt_problem(c->problems, c->path, XT_MSG_TOO_SMALL, XT_TEXT(xt_double_format(field->min, limit)),
                   XT_TEXT(shown));
    }
    if (field->has_max && number > field->max) {
        char limit[XT_DOUBLE_SIZE];

        xt_problem(c->problems, c->path, XT_MSG_TOO_BIG, XT_TEXT(xt_double_format(field->max, limit)), XT_TEXT(shown));
    }
}

/* "type/ULID" of an admitted type, or "scheme:value" of a known scheme. */
static void check_ref(struct checking *c, const struct xt_field *field, struct xt_str ref, json_t *link)
{
    const char *slash = memchr(ref.s, '/', ref.n), *colon = memchr(ref.s, ':', ref.n);
    const struct xt_scheme *scheme;
    char normal[512];
    size_t i;

    if (slash && (!colon || slash < colon)) {
        struct xt_str type = {ref.s, (size_t)(slash - ref.s)};

        if (!xt_region_type(c->region, type) || !xt_ulid_valid((struct xt_str){slash + 1, ref.n - type.n - 1})) {
            xt_problem(c->problems, c->path, XT_MSG_BAD_REF, XT_VIEW(ref));
            return;
        }
        for (i = 0; field->to[i]; i++) {
            if (strcmp(field->to[i], "*") == 0 || xt_str_is(type, field->to[i]))
                return;
        }
        xt_problem(c->problems, c->path, XT_MSG_BAD_REF_TYPE, XT_VIEW(type));
        return;
    }
    scheme = colon ? xt_region_scheme(c->region, (struct xt_str){ref.s, (size_t)(colon - ref.s)}) : NULL;
    if (!scheme) {
        xt_problem(c->problems, c->path, XT_MSG_BAD_REF, XT_VIEW(ref));
        return;
    }
    if (!scheme->check((struct xt_str){colon + 1, ref.n - (size_t)(colon - ref.s) - 1}, normal, sizeof normal)) {
        xt_problem(c->problems, c->path, XT_MSG_NOT_IDENTIFIER, XT_VIEW(ref), XT_TEXT(scheme->labels[XT_ZH]));
    } else {
        XT_AUTO(xt_text_done) struct xt_text whole = {0};

        xt_text_init(&whole, XT_KIB);
        xt_text_addf(&whole, "%s:%s", scheme->name, normal);
        if (!xt_str_eq(ref, xt_text_view(&whole)))
            json_object_set_new(link, "ref", json_stringn(whole.s, whole.n));
    }
}

static void check_value(struct checking *c, const struct xt_field *field, json_t *value, json_t **out);

static void check_link(struct checking *c, const struct xt_field *field, json_t *value)
{
    struct xt_field label_field = {.kind = XT_KIND_STRING, .max_chars = 1000};
    json_t *label = json_object_get(value, "label"), *ref = json_object_get(value, "ref"), *normal = NULL, *member;
    const char *name;
    void *next;
    size_t before;

    if (!json_is_object(value) || !json_is_string(label) || json_string_length(label) == 0 ||
        (ref && !json_is_string(ref))) {
        xt_problem(c->problems, c->path, XT_MSG_NOT_LINK);
        return;
    }
    before = enter(c, "label", -1);
    check_value(c, &label_field, label, &normal);
    leave(c, before);
    if (normal)
        json_object_set_new(value, "label", normal);
    if (normal && json_string_length(normal) == 0) /* nothing but white space */
        xt_problem(c->problems, c->path, XT_MSG_NOT_LINK);
    if (ref && json_string_length(ref) == 0) {
        json_object_del(value, "ref");
    } else if (ref) {
        before = enter(c, "ref", -1);
        check_ref(c, field, xt_json_view(ref), value);
        leave(c, before);
    }
    json_object_foreach_safe (value, next, name, member) {
        if (strcmp(name, "label") != 0 && strcmp(name, "ref") != 0) {
            before = enter(c, name, -1);
            xt_problem(c->problems, c->path, XT_MSG_UNKNOWN_FIELD);
            leave(c, before);
        }
    }
}

static bool is_text_kind(enum xt_kind kind)
{
    return kind == XT_KIND_STRING || kind == XT_KIND_TEXT || kind == XT_KIND_DATE || kind == XT_KIND_CODE ||
           kind == XT_KIND_IDENTIFIER || kind == XT_KIND_URL || kind == XT_KIND_EMAIL;
}

static void check_object(struct checking *c, const struct xt_field *fields, size_t count, json_t *object);

/* One value (not the array of a many field). *out gets a new value where the normal form differs. */
static void check_value(struct checking *c, const struct xt_field *field, json_t *value, json_t **out)
{
    char shown[64];

    if (is_text_kind(field->kind)) {
        bool lines = field->kind == XT_KIND_TEXT;
        struct xt_str s = xt_json_view(value);

        if (!json_is_string(value)) {
            xt_problem(c->problems, c->path, XT_MSG_NOT_TEXT);
        } else if (is_clean(s, lines)) {
            check_text(c, field, s, out);
        } else {
            XT_AUTO(xt_text_done) struct xt_text text = {0};
            json_t *normal = NULL;

            xt_text_init(&text, s.n + 1);
            clean(s, lines, &text);
            if (text.n > 0)
                check_text(c, field, xt_text_view(&text), &normal);
            *out = normal ? normal : json_stringn(text.s, text.n);
        }
        return;
    }
    switch (field->kind) {
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_MONEY:
    case XT_KIND_YEAR:
        check_number(c, field, value);
        break;
    case XT_KIND_BOOL:
        if (!json_is_boolean(value)) {
            show(value, shown);
            xt_problem(c->problems, c->path, XT_MSG_NOT_BOOL, XT_TEXT(shown));
        }
        break;
    case XT_KIND_LINK:
        check_link(c, field, value);
        break;
    case XT_KIND_GROUP:
        if (json_is_object(value))
            check_object(c, field->fields, field->field_count, value);
        else
            xt_problem(c->problems, c->path, XT_MSG_NOT_OBJECT);
        break;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_DATE:
    case XT_KIND_CODE:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
    case XT_KINDS:
        break;
    }
}

static bool is_empty(const json_t *value)
{
    return !value || json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0) ||
           (json_is_object(value) && json_object_size(value) == 0);
}

#define ITEMS_MAX 2000

static void check_many(struct checking *c, const struct xt_field *field, json_t *array)
{
    size_t i = 0, k, before;

    if (!json_is_array(array)) {
        xt_problem(c->problems, c->path, XT_MSG_NOT_ARRAY);
        return;
    }
    if (json_array_size(array) > ITEMS_MAX) {
        xt_problem(c->problems, c->path, XT_MSG_TOO_MANY_ITEMS, XT_INT(ITEMS_MAX), XT_INT(json_array_size(array)));
        return;
    }
    while (i < json_array_size(array)) {
        json_t *normal = NULL;
        bool drop;

        before = enter(c, "", (int64_t)i);
        if (!is_empty(json_array_get(array, i)))
            check_value(c, field, json_array_get(array, i), &normal);
        leave(c, before);
        if (normal)
            json_array_set_new(array, i, normal);
        drop = is_empty(json_array_get(array, i));
        for (k = 0; field->unique_items && !drop && k < i; k++)
            drop = json_equal(json_array_get(array, k), json_array_get(array, i));
        if (drop)
            json_array_remove(array, i);
        else
            i++;
    }
}

static void check_object(struct checking *c, const struct xt_field *fields, size_t count, json_t *object)
{
    json_t *value;
    const char *name;
    void *next;
    size_t i, before;

    json_object_foreach_safe (object, next, name, value) {
        if (is_empty(value))
            json_object_del(object, name);
    }
    json_object_foreach_safe (object, next, name, value) {
        const struct xt_field *field = xt_fields_find(fields, count, xt_str(name));
        json_t *normal = NULL;

        before = enter(c, name, -1);
        if (!field)
            xt_problem(c->problems, c->path, XT_MSG_UNKNOWN_FIELD);
        else if (field->many)
            check_many(c, field, value);
        else
            check_value(c, field, value, &normal);
        leave(c, before);
        if (normal) {
            json_object_set_new(object, name, normal);
            value = normal;
        }
        if (is_empty(value))
            json_object_del(object, name);
    }
    for (i = 0; i < count; i++) {
        if (fields[i].required && !json_object_get(object, fields[i].name)) {
            before = enter(c, fields[i].name, -1);
            xt_problem(c->problems, c->path, XT_MSG_REQUIRED);
            leave(c, before);
        }
    }
}

bool xt_type_check(const struct xt_region *region, const struct xt_type *type, json_t *body,
                   struct xt_problems *problems)
{
    struct checking c = {.region = region, .problems = problems};
    size_t before = problems->seen;

    if (!json_is_object(body)) {
        xt_problem(problems, "", XT_MSG_NOT_OBJECT);
        return false;
    }
    check_object(&c, type->fields, type->field_count, body);
    return problems->seen == before;
}

/* ---- text of cells ---- */

/* True when s can follow a date: nothing, or a time of day ("T08:00Z", "8:00:00.5", "上午 8:00", "8时30分"). A run of
 * four digits would be another year, but for parts of a second and zones. */
static bool is_time_of_day(struct xt_str s)
{
    size_t i, run = 0;
    bool after_sign = false;

    s = xt_str_trim(s);
    if (xt_str_starts(s, "T"))
        s = (struct xt_str){s.s + 1, s.n - 1};
    if (xt_str_starts(s, "上午") || xt_str_starts(s, "下午"))
        s = xt_str_trim((struct xt_str){s.s + strlen("上午"), s.n - strlen("上午")});
    if (s.n == 0)
        return true;
    if (s.s[0] < '0' || s.s[0] > '9' ||
        (xt_str_find(s, XT_STR(":")) == SIZE_MAX && xt_str_find(s, XT_STR("时")) == SIZE_MAX))
        return false;
    for (i = 0; i < s.n; i++) {
        if (s.s[i] >= '0' && s.s[i] <= '9') {
            if (++run == 4 && !after_sign)
                return false;
        } else {
            after_sign = s.s[i] == '.' || s.s[i] == '+';
            run = 0;
        }
    }
    return true;
}

/* Dates as offices write them: 2016-03-05, 2016/3/5, 2016.3.5, 20160305, 2016年3月5日, 2016 年 3 月, 2016年; a time
 * of day may follow. Anything else that follows (another date) makes it none. */
static json_t *date_from_text(struct xt_str text)
{
    int parts[3] = {0, 0, 0}, count = 0, digits = 0, year, month, day;
    char out[XT_DATE_SIZE];
    int64_t days;
    size_t i = 0;

    if (xt_date_parse(text, &year, &month, &day))
        return json_stringn(text.s, text.n);
    while (i < text.n && count < 3) {
        uint32_t c;

        i += xt_utf8_decode(text.s + i, text.n - i, &c);
        if (c >= '0' && c <= '9') {
            if (++digits > 8)
                return NULL;
            parts[count] = parts[count] * 10 + (int)(c - '0');
        } else if (c == '-' || c == '/' || c == '.' || c == 0x5E74 || c == 0x6708 || c == 0x65E5) { /* 年 月 日 */
            if (digits == 0)
                return NULL;
            count++;
            digits = 0;
        } else if (c == 'T' || (c == ' ' && is_time_of_day((struct xt_str){text.s + i, text.n - i}))) {
            i--;
            break;
        } else if (c != ' ') {
            return NULL;
        }
    }
    if (!is_time_of_day((struct xt_str){text.s + i, text.n - i}))
        return NULL;
    if (digits == 8 && count == 0) {
        parts[2] = parts[0] % 100;
        parts[1] = parts[0] / 100 % 100;
        parts[0] /= 10000;
    } else if (digits == 6 && count == 0) {
        parts[1] = parts[0] % 100;
        parts[0] /= 100;
    }
    if (!xt_date_valid(parts[0], parts[1], parts[2]))
        return NULL;
    days = xt_days_from_civil(parts[0], parts[1] > 0 ? parts[1] : 1, parts[2] > 0 ? parts[2] : 1);
    xt_date_of(days * 86400 * XT_SECOND, 0, out);
    out[parts[1] == 0 ? 4 : parts[2] == 0 ? 7 : 10] = '\0';
    return json_string(out);
}

static json_t *bool_from_text(struct xt_str text)
{
    static const char *const yes[] = {"是", "true", "TRUE", "yes", "Y", "y", "1", "有", "√", NULL};
    static const char *const no[] = {"否", "false", "FALSE", "no", "N", "n", "0", "无", "×", NULL};
    size_t i;

    for (i = 0; yes[i]; i++) {
        if (xt_str_is(text, yes[i]))
            return json_true();
    }
    for (i = 0; no[i]; i++) {
        if (xt_str_is(text, no[i]))
            return json_false();
    }
    return NULL;
}

/* The number without its grouping commas. They must stand every three digits, as in amounts: "113,5" is no 1135. Empty
 * when they do not, or when there are too many digits. */
static struct xt_str ungrouped(struct xt_str text, char out[64])
{
    static const struct xt_str none = {"", 0};
    size_t i, n = 0, group = 0;
    bool grouped = false, whole = true;

    for (i = 0; i < text.n; i++) {
        char c = text.s[i];

        if (c == ',') {
            if (!whole || group == 0 || group > 3 || (grouped && group != 3))
                return none;
            grouped = true;
            group = 0;
            continue;
        }
        if (n == 63)
            return none;
        if (whole && c >= '0' && c <= '9') {
            group++;
        } else if (i > 0) { /* past the sign: the whole part ends */
            if (whole && grouped && group != 3)
                return none;
            whole = false;
        }
        out[n++] = c;
    }
    return whole && grouped && group != 3 ? none : (struct xt_str){out, n};
}

static json_t *number_from_text(const struct xt_field *field, struct xt_str text)
{
    char plain[64];
    int64_t i;
    double d;

    if (field->kind == XT_KIND_MONEY)
        return xt_money_parse(text, &i) ? json_integer(i) : NULL;
    text = ungrouped(text, plain);
    if (field->kind == XT_KIND_DECIMAL) {
        if (xt_int_parse(text, &i))
            return json_integer(i);
        return xt_double_parse(text, &d) ? json_real(d) : NULL;
    }
    if (xt_int_parse(text, &i))
        return json_integer(i);
    if (xt_double_parse(text, &d) && d == floor(d) && fabs(d) < 9e15) /* a spreadsheet's 2016.0 */
        return json_integer((json_int_t)d);
    return NULL;
}

/* "label <ref>", a bare ref, a bare label, or what one_to_text() writes where those would not do: JSON. */
static json_t *link_from_text(const struct xt_region *region, struct xt_str text)
{
    struct xt_str label = text, ref = {NULL, 0};
    struct xt_error fault;
    json_t *link;

    if (text.n > 0 && text.s[0] == '{' && xt_json_parse(text, &link, &fault) == XT_OK)
        return link;
    if (xt_str_ends(text, ">")) {
        size_t open = text.n;

        while (open > 0 && text.s[open - 1] != '<')
            open--;
        if (open > 1) { /* "label <>" is a label that could be taken for something else */
            ref = xt_str_trim((struct xt_str){text.s + open, text.n - open - 1});
            label = xt_str_trim((struct xt_str){text.s, open - 1});
        }
    } else {
        const char *slash = memchr(text.s, '/', text.n), *colon = memchr(text.s, ':', text.n);

        if (slash && xt_ulid_valid((struct xt_str){slash + 1, text.n - (size_t)(slash - text.s) - 1}))
            ref = text;
        else if (colon && xt_region_scheme(region, (struct xt_str){text.s, (size_t)(colon - text.s)}))
            ref = text;
    }
    link = json_object();
    if (ref.n > 0)
        json_object_set_new(link, "ref", json_stringn(ref.s, ref.n));
    json_object_set_new(link, "label", json_stringn(label.s, label.n));
    return link;
}

/* "440106 天河区" as the lists of templates have it where the label alone would not do. */
static const struct xt_code_item *code_with_label(const struct xt_codes *codes, struct xt_str text)
{
    const char *space = text.n > 0 ? memchr(text.s, ' ', text.n) : NULL;
    const struct xt_code_item *item;
    struct xt_str label;
    int lang;

    if (!space)
        return NULL;
    item = xt_codes_find(codes, (struct xt_str){text.s, (size_t)(space - text.s)});
    label = (struct xt_str){space + 1, text.n - (size_t)(space + 1 - text.s)};
    for (lang = 0; item && lang < XT_LANGS; lang++)
        if (xt_str_is(label, item->labels[lang]))
            return item;
    return NULL;
}

static json_t *one_from_text(const struct xt_region *region, const struct xt_field *field, struct xt_str text,
                             const char *path, struct xt_problems *problems)
{
    static const enum xt_msg wrong[XT_KINDS] = {
        [XT_KIND_INTEGER] = XT_MSG_NOT_INTEGER, [XT_KIND_DECIMAL] = XT_MSG_NOT_NUMBER,
        [XT_KIND_MONEY] = XT_MSG_NOT_MONEY,     [XT_KIND_BOOL] = XT_MSG_NOT_BOOL,
        [XT_KIND_DATE] = XT_MSG_NOT_DATE,
    };
    const struct xt_code_item *item;
    struct xt_error fault;
    json_t *value = NULL;

    text = xt_str_trim(text);
    switch (field->kind) {
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_MONEY:
        value = number_from_text(field, text);
        break;
    case XT_KIND_YEAR:
        if (xt_str_ends(text, "年"))
            text.n -= strlen("年");
        value = number_from_text(field, text);
        if (!value) {
            xt_problem(problems, path, XT_MSG_NOT_YEAR, XT_INT(1000), XT_INT(2200), XT_VIEW(text));
            return NULL;
        }
        break;
    case XT_KIND_BOOL:
        value = bool_from_text(text);
        break;
    case XT_KIND_DATE:
        value = date_from_text(text);
        break;
    case XT_KIND_CODE:
        item = xt_codes_find(field->codes, text);
        if (!item && !xt_codes_accept(field->codes, text))
            item = xt_codes_by_label(field->codes, text);
        if (!item && !xt_codes_accept(field->codes, text))
            item = code_with_label(field->codes, text);
        return item ? json_string(item->code) : json_stringn(text.s, text.n);
    case XT_KIND_LINK:
        return link_from_text(region, text);
    case XT_KIND_GROUP:
        if (xt_json_parse(text, &value, &fault) != XT_OK) {
            xt_problem(problems, path, XT_MSG_NOT_OBJECT);
            return NULL;
        }
        return value;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
    case XT_KINDS:
        value = json_stringn(text.s, text.n);
        if (!value)
            xt_problem(problems, path, XT_MSG_NOT_UTF8, XT_INT(0));
        return value;
    }
    if (!value)
        xt_problem(problems, path, wrong[field->kind], XT_VIEW(text));
    return value;
}

/* Bytes of the separator at s: ; ； or a line break. */
static size_t separator_at(const char *s, size_t n)
{
    if (s[0] == ';' || s[0] == '\n')
        return 1;
    return n >= 3 && memcmp(s, "；", 3) == 0 ? 3 : 0;
}

json_t *xt_field_from_text(const struct xt_region *region, const struct xt_field *field, struct xt_str text,
                           const char *path, struct xt_problems *problems)
{
    json_t *array, *value;
    size_t i = 0, start = 0;
    bool failed = false;

    text = xt_str_trim(text);
    if (text.n == 0)
        return json_null();
    if (!field->many)
        return one_from_text(region, field, text, path, problems);
    if (field->kind == XT_KIND_GROUP || text.s[0] == '[') {
        struct xt_error fault;

        if (xt_json_parse(text, &array, &fault) == XT_OK)
            return array; /* as xt_field_to_text() writes what cannot stand between separators */
        if (field->kind == XT_KIND_GROUP) {
            xt_problem(problems, path, XT_MSG_NOT_ARRAY);
            return NULL;
        }
    }
    array = json_array();
    for (;;) {
        size_t sep = i < text.n ? separator_at(text.s + i, text.n - i) : 0;

        if (i == text.n || sep > 0) {
            struct xt_str part = xt_str_trim((struct xt_str){text.s + start, i - start});

            if (part.n > 0) {
                value = one_from_text(region, field, part, path, problems);
                failed = failed || !value;
                if (value)
                    json_array_append_new(array, value);
            }
            start = i + sep;
        }
        if (i == text.n)
            break;
        i += sep > 0 ? sep : 1;
    }
    if (failed) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static void dump_to_text(const json_t *value, struct xt_text *out)
{
    char *dump = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (dump)
        xt_text_add_z(out, dump);
    free(dump);
}

static void one_to_text(const struct xt_field *field, const json_t *value, struct xt_text *out)
{
    char buffer[XT_MONEY_SIZE];
    struct xt_str label = xt_json_str(value, "label"), ref = xt_json_str(value, "ref");

    switch (field->kind) {
    case XT_KIND_MONEY:
        xt_text_add_z(out, xt_money_format(json_integer_value(value), buffer));
        break;
    case XT_KIND_INTEGER:
    case XT_KIND_YEAR:
        xt_text_add_int(out, json_integer_value(value));
        break;
    case XT_KIND_DECIMAL:
        if (json_is_integer(value)) /* beyond 2^53 a double would round it */
            xt_text_add_int(out, json_integer_value(value));
        else
            xt_text_add_z(out, xt_double_format(json_number_value(value), buffer));
        break;
    case XT_KIND_BOOL:
        xt_text_add_z(out, json_is_true(value) ? "是" : "否");
        break;
    case XT_KIND_LINK:
        if (xt_str_starts(label, "{") || (ref.n > 0 && memchr(ref.s, '<', ref.n))) {
            dump_to_text(value, out);
            break;
        }
        xt_text_add_str(out, label);
        if (ref.n > 0 || xt_str_ends(label, ">") || (label.n > 0 && memchr(label.s, ':', label.n)) ||
            (label.n > 0 && memchr(label.s, '/', label.n))) {
            xt_text_add_z(out, " <");
            xt_text_add_str(out, ref);
            xt_text_add_char(out, '>');
        }
        break;
    case XT_KIND_GROUP:
        break; /* the caller's */
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_DATE:
    case XT_KIND_CODE:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
    case XT_KINDS:
        xt_text_add_str(out, xt_json_view(value));
        break;
    }
}

/* True when a part could not be told from its neighbours after joining. */
static bool needs_json(struct xt_str part)
{
    size_t i;

    if (part.n == 0 || part.s[0] == '[' || xt_str_trim(part).n != part.n)
        return true;
    for (i = 0; i < part.n; i++) {
        if (separator_at(part.s + i, part.n - i) > 0)
            return true;
    }
    return false;
}

void xt_field_to_text(const struct xt_field *field, const json_t *value, struct xt_text *out)
{
    size_t i, start = out->n, before;
    json_t *item;

    if (field->kind == XT_KIND_GROUP) {
        dump_to_text(value, out);
        return;
    }
    if (!field->many) {
        one_to_text(field, value, out);
        return;
    }
    json_array_foreach (value, i, item) {
        if (i > 0)
            xt_text_add_z(out, "；");
        before = out->n;
        one_to_text(field, item, out);
        if (needs_json((struct xt_str){out->s + before, out->n - before})) {
            xt_text_cut(out, start);
            dump_to_text(value, out);
            return;
        }
    }
}
