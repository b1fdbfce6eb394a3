/* mapping_eval.c - one row through compiled specs: texts out of columns or JSON, and values of fields out of texts. */
#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "exchange/mapping_priv.h"
#include "text/token.h"

#define NODES_MAX 4000
#define TEXTS_MAX 4000

/* ---- lists in the row's arena ---- */

static void texts_add(struct texts *texts, struct xt_str s, struct xt_arena *arena)
{
    if (texts->count >= TEXTS_MAX)
        return;
    if (texts->count == texts->capacity) {
        size_t capacity = texts->capacity ? texts->capacity * 2 : 8;
        struct xt_str *list = xt_arena_alloc(arena, capacity * sizeof *list);

        if (texts->count > 0)
            memcpy(list, texts->list, texts->count * sizeof *list);
        texts->list = list;
        texts->capacity = capacity;
    }
    texts->list[texts->count++] = s;
}

static void nodes_add(struct nodes *nodes, const json_t *node, struct xt_arena *arena)
{
    if (!node || json_is_null(node) || nodes->count >= NODES_MAX)
        return;
    if (nodes->count == nodes->capacity) {
        size_t capacity = nodes->capacity ? nodes->capacity * 2 : 8;
        const json_t **list = xt_arena_alloc(arena, capacity * sizeof *list);

        if (nodes->count > 0)
            memcpy(list, nodes->list, nodes->count * sizeof *list);
        nodes->list = list;
        nodes->capacity = capacity;
    }
    nodes->list[nodes->count++] = node;
}

static struct xt_str arena_text(struct xt_arena *arena, struct xt_text *text)
{
    struct xt_str kept = {xt_arena_strndup(arena, text->s, text->n), text->n};

    xt_text_done(text);
    return kept;
}

/* ---- paths ---- */

/* The scalar as text; empty for what has none. An element of XML that has attributes, too, is its text. */
static struct xt_str scalar_text(const json_t *node, struct xt_arena *arena)
{
    char buffer[XT_DOUBLE_SIZE];

    switch (json_typeof(node)) {
    case JSON_STRING:
        return (struct xt_str){json_string_value(node), json_string_length(node)};
    case JSON_INTEGER:
        return xt_str(xt_arena_printf(arena, "%lld", (long long)json_integer_value(node)));
    case JSON_REAL:
        return xt_str(xt_arena_strdup(arena, xt_double_format(json_real_value(node), buffer)));
    case JSON_TRUE:
        return XT_STR("true");
    case JSON_FALSE:
        return XT_STR("false");
    case JSON_OBJECT:
        node = json_object_get(node, "#text");
        if (json_is_string(node))
            return (struct xt_str){json_string_value(node), json_string_length(node)};
        break;
    case JSON_NULL:
    case JSON_ARRAY:
        break;
    }
    return (struct xt_str){"", 0};
}

static bool same_letters(struct xt_str a, struct xt_str b)
{
    return a.n == b.n && (a.n == 0 || strncasecmp(a.s, b.s, a.n) == 0);
}

/* Member name of object equals value, or is a list that holds it. Letters compare without case: sources write
 * "Parent" in one year and "parent" in the next. */
static bool where_holds(const json_t *object, const struct step *step, struct xt_arena *arena)
{
    const json_t *member = json_object_get(object, step->name), *item;
    size_t i;

    if (!member || json_is_null(member))
        return step->value.n == 0;
    if (!json_is_array(member))
        return same_letters(scalar_text(member, arena), step->value);
    json_array_foreach (member, i, item) {
        if (same_letters(scalar_text(item, arena), step->value))
            return true;
    }
    return false;
}

static void take_step(const json_t *node, const struct step *step, struct nodes *out, struct xt_arena *arena)
{
    const json_t *item;
    size_t i;

    switch (step->kind) {
    case STEP_NAME:
        if (json_is_array(node)) { /* a name applies to each element: titles.content */
            json_array_foreach (node, i, item)
                nodes_add(out, json_object_get(item, step->name), arena);
        } else {
            nodes_add(out, json_object_get(node, step->name), arena);
        }
        break;
    case STEP_INDEX:
        nodes_add(out, json_is_array(node) ? json_array_get(node, step->index) : step->index == 0 ? node : NULL, arena);
        break;
    case STEP_ALL:
        if (!json_is_array(node)) {
            nodes_add(out, node, arena);
            break;
        }
        json_array_foreach (node, i, item)
            nodes_add(out, item, arena);
        break;
    case STEP_WHERE:
    case STEP_WHERE_NOT:
        if (!json_is_array(node)) {
            if (where_holds(node, step, arena) == (step->kind == STEP_WHERE))
                nodes_add(out, node, arena);
            break;
        }
        json_array_foreach (node, i, item) {
            if (where_holds(item, step, arena) == (step->kind == STEP_WHERE))
                nodes_add(out, item, arena);
        }
        break;
    }
}

void xt_eval_nodes(const json_t *node, const struct ref *ref, struct nodes *out, struct xt_arena *arena)
{
    struct nodes now = {0}, next;
    size_t i, s;

    nodes_add(&now, node, arena);
    for (s = 0; s < ref->step_count; s++) {
        next = (struct nodes){0};
        for (i = 0; i < now.count; i++)
            take_step(now.list[i], &ref->steps[s], &next, arena);
        now = next;
    }
    *out = now;
}

static void nodes_to_texts(const struct nodes *nodes, struct texts *out, struct xt_arena *arena)
{
    size_t i, k;

    for (i = 0; i < nodes->count; i++) {
        const json_t *node = nodes->list[i], *item;

        if (json_is_array(node)) {
            json_array_foreach (node, k, item) {
                struct xt_str s = xt_str_trim(scalar_text(item, arena));

                if (s.n > 0)
                    texts_add(out, s, arena);
            }
        } else {
            struct xt_str s = xt_str_trim(scalar_text(node, arena));

            if (s.n > 0)
                texts_add(out, s, arena);
        }
    }
}

/* ---- characters in regular expressions ---- */

static pthread_once_t locale_once = PTHREAD_ONCE_INIT;
static locale_t utf8_locale;

static void make_locale(void)
{
    utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

locale_t xt_regex_locale_begin(void)
{
    (void)pthread_once(&locale_once, make_locale); /* cannot fail */
    return utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
}

void xt_regex_locale_end(locale_t before)
{
    if (before)
        (void)uselocale(before); /* it was the thread's own */
}

/* ---- refs, templates, conditions ---- */

/* What a column holds that is a list or group, NULL when it is plain text. */
static const json_t *list_at(const struct eval *eval, int column)
{
    return column >= 0 && eval->lists ? eval->lists[column] : NULL;
}

/* The nodes of a path: of the element at hand, the row, or the cell of a column that holds lists. False where the ref is
 * a plain column. */
static bool ref_nodes(const struct eval *eval, int number, struct nodes *out)
{
    struct ref ref = eval->mapping->refs[number];
    const json_t *node = ref.from_root || !eval->node ? eval->row->json : eval->node;

    if (!node) {
        node = list_at(eval, eval->columns[number]);
        if (node && ref.step_count > 0) { /* the first step is the column's name */
            ref.steps++;
            ref.step_count--;
        }
    }
    if (!node)
        return false;
    xt_eval_nodes(node, &ref, out, eval->arena);
    return true;
}

static void eval_ref(const struct eval *eval, int number, struct texts *out)
{
    const struct ref *ref = number >= 0 ? &eval->mapping->refs[number] : NULL;
    int column = ref ? eval->columns[number] : -1;
    struct nodes nodes;

    if (!ref) {
        if (eval->self.n > 0)
            texts_add(out, eval->self, eval->arena);
    } else if (ref->carried > 0 && eval->carried) {
        struct xt_str s = xt_text_view(&eval->carried[ref->carried - 1]);

        if (s.n > 0)
            texts_add(out, s, eval->arena);
    } else if (ref->of_place) {
        struct xt_str place;

        if (ref->place == XT_PLACE_NUMBER)
            place = xt_str(xt_arena_printf(eval->arena, "%lld", (long long)eval->row->number));
        else
            memcpy(&place, (const char *)eval->row + ref->place, sizeof place);
        if (place.n > 0)
            texts_add(out, place, eval->arena);
    } else if (ref_nodes(eval, number, &nodes)) {
        nodes_to_texts(&nodes, out, eval->arena);
    } else if (column >= 0 && (size_t)column < eval->row->count) {
        struct xt_str s = xt_str_trim(eval->row->cells[column]);

        if (s.n > 0)
            texts_add(out, s, eval->arena);
    }
}

static struct xt_str ref_first(const struct eval *eval, int number)
{
    struct texts texts = {0};

    eval_ref(eval, number, &texts);
    return texts.count > 0 ? texts.list[0] : (struct xt_str){"", 0};
}

struct xt_str xt_eval_pattern(const struct eval *eval, const struct pattern *pattern)
{
    struct xt_text text;
    size_t i;

    if (pattern->count == 1 && pattern->parts[0].ref != PART_TEXT) {
        const struct part *only = &pattern->parts[0];

        return only->ref == PART_SELF ? eval->self : ref_first(eval, only->ref);
    }
    xt_text_init(&text, XT_MIB);
    for (i = 0; i < pattern->count; i++) {
        const struct part *part = &pattern->parts[i];
        struct xt_str s = part->text;

        if (part->ref != PART_TEXT) {
            s = part->ref == PART_SELF ? eval->self : ref_first(eval, part->ref);
            if (s.n == 0) { /* half a key is no key */
                xt_text_done(&text);
                return (struct xt_str){"", 0};
            }
        }
        xt_text_add_str(&text, s);
    }
    return arena_text(eval->arena, &text);
}

static bool regex_runs(const regex_t *regex, const char *s, size_t *out_from, size_t *out_to)
{
    regmatch_t match[2] = {{.rm_so = -1}, {.rm_so = -1}};
    const regmatch_t *group = regex->re_nsub > 0 ? &match[1] : &match[0];

    *out_from = *out_to = 0;
    if (regexec(regex, s, 2, match, 0) != 0)
        return false;
    if (group->rm_so >= 0) {
        *out_from = (size_t)group->rm_so;
        *out_to = (size_t)group->rm_eo;
    }
    return true;
}

/* Whether s matches; *out_group (NULL allowed) is the first group, or the whole where there is none. */
static bool regex_matches(const struct eval *eval, const regex_t *regex, struct xt_str s, struct xt_str *out_group)
{
    struct match_slot *slot = NULL;
    size_t from, to;
    bool matched;

    if (eval->matches && s.n < MATCH_TEXT_MAX) {
        slot = &eval->matches[(xt_hash64(s.s, s.n) ^ ((uintptr_t)regex >> 4)) % MATCH_SLOTS];
        if (slot->regex != regex || slot->n != s.n || memcmp(slot->text, s.s, s.n) != 0) {
            slot->regex = regex;
            slot->n = (uint16_t)s.n;
            memcpy(slot->text, s.s, s.n);
            slot->text[s.n] = '\0';
            slot->matched = regex_runs(regex, slot->text, &from, &to);
            slot->from = (uint16_t)from;
            slot->to = (uint16_t)to;
        }
        matched = slot->matched;
        from = slot->from;
        to = slot->to;
    } else {
        matched = regex_runs(regex, xt_arena_strndup(eval->arena, s.s, s.n), &from, &to);
    }
    if (matched && out_group)
        *out_group = (struct xt_str){s.s + from, to - from};
    return matched;
}

static bool condition_holds(const struct eval *eval, const struct condition *condition)
{
    struct xt_str s = ref_first(eval, condition->ref);
    size_t i;

    switch (condition->kind) {
    case COND_FILLED:
        return s.n > 0;
    case COND_EMPTY:
        return s.n == 0;
    case COND_MATCHES:
    case COND_UNLIKE:
        return regex_matches(eval, condition->regex, s, NULL) == (condition->kind == COND_MATCHES);
    case COND_IS:
    case COND_NOT:
        break;
    }
    for (i = 0; i < condition->value_count; i++) {
        if (xt_str_eq(s, condition->values[i]))
            return condition->kind == COND_IS;
    }
    return condition->kind == COND_NOT;
}

bool xt_eval_conditions(const struct eval *eval, const struct conditions *conditions)
{
    size_t i;

    for (i = 0; i < conditions->count; i++) {
        if (!condition_holds(eval, &conditions->list[i]))
            return false;
    }
    return true;
}

/* ---- what a spec does to its texts ---- */

static bool in_set(struct xt_str set, const char *s, size_t n)
{
    size_t i = 0;

    while (i < set.n) {
        uint32_t c;
        size_t took = xt_utf8_decode(set.s + i, set.n - i, &c);

        if (took == n && memcmp(set.s + i, s, n) == 0)
            return true;
        i += took;
    }
    return false;
}

static struct xt_str strip_set(struct xt_str s, struct xt_str set)
{
    uint32_t c;

    for (;;) {
        size_t took = s.n > 0 ? xt_utf8_decode(s.s, s.n, &c) : 0;

        if (took == 0 || !in_set(set, s.s, took))
            break;
        s.s += took;
        s.n -= took;
    }
    while (s.n > 0) {
        size_t start = s.n - 1;

        while (start > 0 && ((unsigned char)s.s[start] & 0xC0) == 0x80)
            start--;
        if (!in_set(set, s.s + start, s.n - start))
            break;
        s.n = start;
    }
    return xt_str_trim(s);
}

static void split_into(struct xt_str s, struct xt_str separators, struct texts *out, struct xt_arena *arena)
{
    size_t i = 0, start = 0;

    while (i <= s.n) {
        uint32_t c;
        size_t took = i < s.n ? xt_utf8_decode(s.s + i, s.n - i, &c) : 1;

        if (i == s.n || in_set(separators, s.s + i, took)) {
            struct xt_str part = xt_str_trim((struct xt_str){s.s + start, i - start});

            if (part.n > 0)
                texts_add(out, part, arena);
            start = i + took;
        }
        i += took;
    }
}

static bool means_nothing(const struct spec *spec, struct xt_str s)
{
    size_t i;

    for (i = 0; i < spec->empty_count; i++) {
        if (xt_str_eq(s, spec->empty[i]))
            return true;
    }
    return false;
}

static int compare_swap(const void *key, const void *element)
{
    return xt_str_cmp(*(const struct xt_str *)key, ((const struct swap *)element)->from);
}

struct xt_str xt_eval_hash(struct xt_str s, struct xt_arena *arena)
{
    struct xt_text folded;
    struct xt_hash hash;
    char hex[XT_HASH_HEX];

    xt_text_init(&folded, XT_MIB);
    xt_fold(s, &folded);
    hash = xt_hash_of(folded.s, folded.n);
    xt_text_done(&folded);
    return (struct xt_str){xt_arena_strndup(arena, xt_hash_hex(&hash, hex), 32), 32};
}

static struct xt_str folded_text(struct xt_str s, struct xt_arena *arena)
{
    struct xt_text folded;

    xt_text_init(&folded, XT_MIB);
    xt_fold(s, &folded);
    return arena_text(arena, &folded);
}

/* The beginning of a text that is too long, with dots. */
static struct xt_str clipped(struct xt_str s, size_t characters, struct xt_arena *arena)
{
    size_t n = 0, count;
    uint32_t c;

    for (count = 0; n < s.n && count < characters; count++)
        n += xt_utf8_decode(s.s + n, s.n - n, &c);
    return n < s.n ? xt_str(xt_arena_printf(arena, "%.*s……", (int)n, s.s)) : s;
}

/* One value through the steps after "split"; empty when nothing is left of it. */
static struct xt_str shape(const struct eval *eval, const struct spec *spec, struct xt_str s)
{
    if (spec->extract && !regex_matches(eval, spec->extract, s, &s))
        return (struct xt_str){"", 0};
    s = xt_str_trim(s);
    if (s.n == 0 || means_nothing(spec, s))
        return (struct xt_str){"", 0};
    if (spec->map_count > 0) {
        const struct swap *swap = bsearch(&s, spec->map, spec->map_count, sizeof *spec->map, compare_swap);

        if (swap)
            s = xt_str(swap->to);
    }
    if (spec->place == PLACE_OF_TEXT) { /* a field of codes says what is wrong with it, and does it itself */
        struct xt_place place = xt_places_read(eval->mapping->places, s);

        s = place.item ? xt_str(place.item->code) : (struct xt_str){"", 0};
    }
    if (spec->as && s.n > 0) {
        struct eval inner = *eval;

        inner.self = s;
        s = xt_eval_pattern(&inner, spec->as);
    }
    if (spec->fold && s.n > 0)
        s = folded_text(s, eval->arena);
    if (spec->hash && s.n > 0)
        s = xt_eval_hash(s, eval->arena);
    if (spec->longest > 0 && xt_utf8_count(s.s, s.n) > (size_t)spec->longest)
        return (struct xt_str){"", 0};
    return spec->clip > 0 ? clipped(s, (size_t)spec->clip, eval->arena) : s;
}

static struct xt_str joined(const struct texts *texts, const char *between, struct xt_arena *arena)
{
    struct xt_text text;
    size_t i;

    xt_text_init(&text, XT_MIB);
    for (i = 0; i < texts->count; i++) {
        if (i > 0)
            xt_text_add_z(&text, between);
        xt_text_add_str(&text, texts->list[i]);
    }
    return arena_text(arena, &text);
}

/* The texts a spec starts from. */
static void gather(const struct eval *eval, const struct spec *spec, struct texts *out)
{
    size_t i, k, before = out->count;

    switch (spec->kind) {
    case SPEC_FROM:
        for (i = 0; i < spec->ref_count; i++) {
            struct texts found = {0};
            bool any = false;

            eval_ref(eval, spec->refs[i], &found);
            for (k = 0; k < found.count; k++) {
                if (!means_nothing(spec, found.list[k])) {
                    texts_add(out, found.list[k], eval->arena);
                    any = true;
                }
            }
            if (any)
                return;
        }
        break;
    case SPEC_TEXT:
        for (i = 0; i < spec->pattern_count && out->count == before; i++) {
            struct xt_str s = xt_eval_pattern(eval, &spec->patterns[i]);

            if (s.n > 0)
                texts_add(out, s, eval->arena);
        }
        break;
    case SPEC_ALL:
        for (i = 0; i < spec->all_count; i++)
            xt_eval_spec(eval, &spec->all[i], out);
        break;
    case SPEC_VALUE:
        if (json_is_string(spec->value))
            texts_add(out, xt_json_view(spec->value), eval->arena);
        break;
    case SPEC_RECALL:
        for (i = 0; i < spec->key_count; i++) {
            struct xt_str key = xt_eval_pattern(eval, &spec->key[i]);
            struct xt_str s = key.n > 0 ? xt_memory_get(eval->memory, spec->memory, xt_eval_hash(key, eval->arena))
                                        : (struct xt_str){"", 0};

            if (s.n > 0) {
                texts_add(out, (struct xt_str){xt_arena_strndup(eval->arena, s.s, s.n), s.n}, eval->arena);
                return;
            }
        }
        break;
    }
}

static bool has_text(const struct texts *texts, struct xt_str s, size_t from)
{
    size_t i;

    for (i = from; i < texts->count; i++) {
        if (xt_str_eq(texts->list[i], s))
            return true;
    }
    return false;
}

void xt_eval_spec(const struct eval *eval, const struct spec *spec, struct texts *out)
{
    struct texts raw = {0}, parts = {0};
    size_t i, before = out->count;

    if (!xt_eval_conditions(eval, &spec->when))
        return;
    gather(eval, spec, &raw);
    for (i = 0; i < raw.count; i++) {
        struct xt_str s = spec->strip.n > 0 ? strip_set(raw.list[i], spec->strip) : raw.list[i];

        if (spec->split.n > 0)
            split_into(s, spec->split, &parts, eval->arena);
        else if (s.n > 0)
            texts_add(&parts, s, eval->arena);
    }
    for (i = 0; i < parts.count; i++) {
        struct xt_str s = shape(eval, spec, parts.list[spec->last ? parts.count - 1 - i : i]);

        if (s.n > 0 && !has_text(out, s, before))
            texts_add(out, s, eval->arena);
        if ((spec->first || spec->last) && out->count > before)
            break;
    }
    if (spec->rest && out->count > before) {
        out->count--;
        memmove(out->list + before, out->list + before + 1, (out->count - before) * sizeof *out->list);
    }
    if (spec->join && out->count > before + 1) {
        struct texts mine = {out->list + before, out->count - before, 0};
        struct xt_str s = joined(&mine, spec->join, eval->arena);

        out->count = before;
        texts_add(out, s, eval->arena);
    }
}

/* ---- texts to values ---- */

static bool take_number(struct xt_str text, size_t *at, int *out, int *out_digits)
{
    int value = 0, digits = 0;

    while (*at < text.n && isdigit((unsigned char)text.s[*at]) && digits < 8) {
        value = value * 10 + (text.s[*at] - '0');
        digits++;
        (*at)++;
    }
    *out = value;
    *out_digits = digits;
    return digits > 0;
}

static void skip_between(struct xt_str text, size_t *at)
{
    static const char *const marks[] = {"-", "/", ".", " ", "年", "月", "日", "号", "\xE2\x80\x94", "\xEF\xBC\x8D"};
    size_t i;

again:
    for (i = 0; i < XT_COUNT(marks); i++) {
        size_t n = strlen(marks[i]);

        if (text.n - *at >= n && memcmp(text.s + *at, marks[i], n) == 0) {
            *at += n;
            goto again;
        }
    }
}

/* A clock behind the day is no part of a date. */
static bool is_clock(struct xt_str rest)
{
    size_t i;

    for (i = 0; i < rest.n; i++) {
        if (!isdigit((unsigned char)rest.s[i]) && !strchr(":.TZ+- ", rest.s[i]))
            return false;
    }
    return true;
}

static bool excel_date(struct xt_str text, char *out)
{
    double serial;
    int year, month, day;

    if (!xt_double_parse(text, &serial) || serial < 1 || serial > 110000)
        return false;
    /* Serial 1 is 1900-01-01 and Excel knows a 1900-02-29: from there on days count from 1899-12-30. */
    xt_civil_from_days(xt_days_from_civil(1899, 12, 30) + (int64_t)serial, &year, &month, &day);
    (void)snprintf(out, XT_DATE_SIZE, "%04d-%02d-%02d", year, month, day);
    return true;
}

static bool write_date(int year, int month, int day, char *out)
{
    if (!xt_date_valid(year, month, day))
        return false;
    if (month == 0)
        (void)snprintf(out, XT_DATE_SIZE, "%04d", year);
    else if (day == 0)
        (void)snprintf(out, XT_DATE_SIZE, "%04d-%02d", year, month);
    else
        (void)snprintf(out, XT_DATE_SIZE, "%04d-%02d-%02d", year, month, day);
    return true;
}

bool xt_read_date(struct xt_str text, enum date_order order, char *out, bool *out_none)
{
    int part[3] = {0, 0, 0}, digits[3] = {0, 0, 0}, swap;
    size_t at = 0, count = 0;

    *out_none = false;
    text = xt_str_trim(text);
    if (order == DATE_EXCEL && excel_date(text, out))
        return true;
    while (count < 3 && at < text.n && take_number(text, &at, &part[count], &digits[count])) {
        count++;
        if (at < text.n && (text.s[at] == 'T' || text.s[at] == ':'))
            break;
        skip_between(text, &at);
    }
    if (count == 0 || !is_clock((struct xt_str){text.s + at, text.n - at}))
        return false;
    if (count == 1 && digits[0] == 8) { /* 20160305 */
        part[1] = part[0] / 100 % 100, part[2] = part[0] % 100, part[0] /= 10000;
    } else if (count == 1 && digits[0] == 6) { /* 201603 */
        part[1] = part[0] % 100, part[0] /= 100;
    } else if (order == DATE_DMY || order == DATE_MDY) {
        if (count != 3 || digits[2] != 4)
            return false;
        swap = part[2];
        part[2] = order == DATE_DMY ? part[0] : part[1];
        part[1] = order == DATE_DMY ? part[1] : part[0];
        part[0] = swap;
    } else if (digits[0] != 4) {
        return false;
    }
    if (part[0] == 0) {
        *out_none = true; /* 0000-00-00, as databases write "none" */
        return true;
    }
    if (part[1] == 0)
        part[2] = 0;
    return write_date(part[0], part[1], part[2], out);
}

static json_t *text_value(struct xt_str s, const char *path, struct xt_problems *problems)
{
    json_t *value = json_stringn(s.s, s.n);

    if (!value)
        xt_problem(problems, path, XT_MSG_NOT_UTF8, XT_INT(0));
    return value;
}

static json_t *date_value(const struct eval *eval, const struct field_step *step, struct xt_str s, const char *path,
                          struct xt_problems *problems)
{
    char date[XT_DATE_SIZE];
    bool none;

    if (xt_read_date(s, step->spec.date, date, &none)) {
        if (none)
            return json_null();
        if (step->field->kind == XT_KIND_DATE)
            return json_string(date);
        return json_integer((json_int_t)strtoll(date, NULL, 10));
    }
    return xt_field_from_text(eval->mapping->region, &step->one, s, path, problems);
}

/* "12.5" in units of ten thousand yuan. Exact: the decimal point is moved, not multiplied. */
static json_t *money_value(struct xt_str s, int64_t fen, const char *path, struct xt_problems *problems)
{
    struct xt_str number = s;
    int64_t whole = 0, part = 0, scale = 1;
    size_t i = 0;
    bool minus = false, point = false, any = false, fits = true;

    if (number.n > 0 && number.s[0] == '-') {
        minus = true;
        i = 1;
    }
    for (; i < number.n && fits; i++) {
        char c = number.s[i];

        if (c == ',')
            continue;
        if (c == '.' && !point) {
            point = true;
        } else if (isdigit((unsigned char)c)) {
            any = true;
            if (!point) {
                fits = !__builtin_mul_overflow(whole, 10, &whole) && !__builtin_add_overflow(whole, c - '0', &whole);
            } else if (scale < fen) {
                part = part * 10 + (c - '0');
                scale *= 10;
            } else if (c != '0') {
                fits = false; /* less than a fen */
            }
        } else {
            fits = false;
        }
    }
    fits = fits && any && !__builtin_mul_overflow(whole, fen, &whole) &&
           !__builtin_add_overflow(whole, part * (fen / scale), &whole);
    if (!fits) {
        xt_problem(problems, path, XT_MSG_NOT_MONEY, XT_VIEW(s));
        return NULL;
    }
    return json_integer(minus ? -whole : whole);
}

static void leave_out(int64_t *count, char *first, size_t size, struct xt_str s)
{
    size_t n = xt_utf8_clip(s.s, s.n, size - 1);

    if ((*count)++ > 0)
        return;
    memcpy(first, s.s, n);
    first[n] = '\0';
}

static void left_unknown(const struct eval *eval, const struct field_step *step, struct xt_str s)
{
    struct left_out *out = eval->left_out ? &eval->left_out[step->number] : NULL;

    if (out)
        leave_out(&out->unknown, out->unknown_first, sizeof out->unknown_first, s);
}

static json_t *place_value(const struct eval *eval, const struct field_step *step, struct xt_str s, const char *path,
                           struct xt_problems *problems)
{
    struct left_out *out = eval->left_out ? &eval->left_out[step->number] : NULL;
    const char *unknown = step->spec.unknown;
    struct xt_place place;

    if (xt_codes_find(step->field->codes, s)) /* a code, or what "map" made one */
        return json_stringn(s.s, s.n);
    place = xt_places_read(eval->mapping->places, s);
    if (place.ambiguous && out)
        leave_out(&out->ambiguous, out->ambiguous_first, sizeof out->ambiguous_first, s);
    if (place.item)
        return json_string(place.item->code);
    if (!unknown) {
        xt_problem(problems, path, place.ambiguous ? XT_MSG_PLACE_AMBIGUOUS : XT_MSG_PLACE_UNKNOWN, XT_VIEW(s));
        return NULL;
    }
    if (!place.ambiguous)
        left_unknown(eval, step, s);
    return strcmp(unknown, "drop") == 0 ? json_null() : json_string(unknown);
}

static json_t *code_value(const struct eval *eval, const struct field_step *step, struct xt_str s, const char *path,
                          struct xt_problems *problems)
{
    const struct xt_codes *codes = step->field->codes;
    const char *unknown = step->spec.unknown;

    if (step->spec.place != PLACE_NONE)
        return place_value(eval, step, s, path, problems);
    if (unknown && codes && !xt_codes_accept(codes, s) && !xt_codes_by_label(codes, s)) {
        left_unknown(eval, step, s);
        return strcmp(unknown, "drop") == 0 ? json_null() : json_string(unknown);
    }
    return xt_field_from_text(eval->mapping->region, &step->one, s, path, problems);
}

/* The scheme:value of an identifier in its normal form; false when the value is none: then the link has only its label. */
static bool normal_ref(const struct xt_region *region, struct xt_str ref, struct xt_arena *arena, struct xt_str *out)
{
    const char *colon = ref.n > 0 ? memchr(ref.s, ':', ref.n) : NULL;
    const struct xt_scheme *scheme;
    char normal[512];

    *out = ref;
    if (!colon)
        return ref.n > 0;
    scheme = xt_region_scheme(region, (struct xt_str){ref.s, (size_t)(colon - ref.s)});
    if (!scheme)
        return false;
    if (!scheme->check((struct xt_str){colon + 1, ref.n - (size_t)(colon - ref.s) - 1}, normal, sizeof normal))
        return false;
    *out = xt_str(xt_arena_printf(arena, "%s:%s", scheme->name, normal));
    return true;
}

struct xt_str xt_source_key(const char *name_space, const char *type, struct xt_str key, struct xt_arena *arena)
{
    struct xt_hash hash;
    char hex[XT_HASH_HEX];

    if (strlen(name_space) + strlen(type) + key.n + 2 > XT_SOURCE_KEY_MAX) {
        hash = xt_hash_of(key.s, key.n);
        key = (struct xt_str){xt_hash_hex(&hash, hex), 32};
    }
    return xt_str(xt_arena_printf(arena, "%s/%s/%.*s", name_space, type, (int)key.n, key.s));
}

static struct xt_str first_text(const struct eval *eval, const struct spec *spec)
{
    struct texts texts = {0};

    xt_eval_spec(eval, spec, &texts);
    return texts.count > 0 ? texts.list[0] : (struct xt_str){"", 0};
}

static struct xt_str link_ref(const struct eval *eval, const struct spec *spec)
{
    struct xt_str ref = {"", 0}, normal;
    size_t i;

    for (i = 0; i < spec->key_count && ref.n == 0; i++) {
        struct xt_str key = xt_eval_pattern(eval, &spec->key[i]);

        if (key.n > 0) {
            ref = xt_source_key(eval->mapping->namespace_, spec->to, key, eval->arena);
            return xt_str(xt_arena_printf(eval->arena, "src:%.*s", (int)ref.n, ref.s));
        }
    }
    if (spec->ref)
        ref = first_text(eval, spec->ref);
    return normal_ref(eval->mapping->region, ref, eval->arena, &normal) ? normal : (struct xt_str){"", 0};
}

/* A link; NULL when it would have no label. */
static json_t *link_value(const struct eval *eval, const struct spec *spec, const char *path,
                          struct xt_problems *problems)
{
    struct xt_str label = spec->label ? first_text(eval, spec->label) : eval->self;
    struct xt_str ref = link_ref(eval, spec);
    json_t *link, *text;

    if (label.n == 0)
        label = ref;
    if (label.n == 0)
        return json_null();
    text = text_value(label, path, problems);
    if (!text)
        return NULL;
    link = json_object();
    json_object_set_new(link, "label", text);
    if (ref.n > 0)
        json_object_set_new(link, "ref", json_stringn(ref.s, ref.n));
    return link;
}

static json_t *group_value(const struct eval *eval, const struct spec *spec, struct xt_problems *problems)
{
    json_t *group = json_object(), *value;
    size_t i;

    for (i = 0; i < spec->field_count; i++) {
        value = xt_eval_field(eval, &spec->fields[i], problems);
        if (value && !json_is_null(value))
            json_object_set_new(group, spec->fields[i].field->name, value);
        else
            json_decref(value);
    }
    if (json_object_size(group) > 0)
        return group;
    json_decref(group);
    return json_null();
}

static json_t *one_value(const struct eval *eval, const struct field_step *step, struct xt_str s, const char *path,
                         struct xt_problems *problems)
{
    struct eval inner;

    switch (step->field->kind) {
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
        return text_value(s, path, problems);
    case XT_KIND_DATE:
    case XT_KIND_YEAR:
        return date_value(eval, step, s, path, problems);
    case XT_KIND_MONEY:
        if (step->spec.fen > 0)
            return money_value(s, step->spec.fen, path, problems);
        break;
    case XT_KIND_CODE:
        return code_value(eval, step, s, path, problems);
    case XT_KIND_LINK:
        inner = *eval;
        inner.self = s;
        return link_value(&inner, &step->spec, path, problems);
    case XT_KIND_GROUP:
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_BOOL:
    case XT_KINDS:
        break;
    }
    return xt_field_from_text(eval->mapping->region, &step->one, s, path, problems);
}

/* Links and groups made of the elements of a JSON list. */
static void each_element(const struct eval *eval, const struct field_step *step, int each, const char *path,
                         struct xt_problems *problems, json_t *list)
{
    struct nodes nodes = {0};
    struct eval inner = *eval;
    size_t i, k;

    if (!ref_nodes(eval, each, &nodes))
        return;
    for (i = 0; i < nodes.count; i++) {
        const json_t *item = nodes.list[i];
        size_t many = json_is_array(item) ? json_array_size(item) : 1;

        for (k = 0; k < many; k++) {
            inner.node = json_is_array(item) ? json_array_get(item, k) : item;
            inner.self = scalar_text(inner.node, eval->arena);
            if (!xt_eval_conditions(&inner, &step->spec.when))
                continue;
            json_array_append_new(list, step->field->kind == XT_KIND_GROUP
                                            ? group_value(&inner, &step->spec, problems)
                                            : link_value(&inner, &step->spec, path, problems));
        }
    }
}

static bool list_has(const json_t *list, const json_t *value)
{
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        if (json_equal(item, value))
            return true;
    }
    return false;
}

/* Takes value into list unless it is empty or there already. */
static void list_add(json_t *list, json_t *value)
{
    if (value && !json_is_null(value) && !list_has(list, value))
        json_array_append_new(list, value);
    else
        json_decref(value);
}

static json_t *collect(const struct eval *eval, const struct field_step *step, const char *path,
                       struct xt_problems *problems)
{
    json_t *list = json_array(), *raw;
    struct texts texts = {0};
    size_t i;

    if (step->spec.each_count > 0) {
        raw = json_array();
        for (i = 0; i < step->spec.each_count; i++)
            each_element(eval, step, step->spec.each[i], path, problems, raw);
        for (i = 0; i < json_array_size(raw); i++)
            list_add(list, json_incref(json_array_get(raw, i)));
        json_decref(raw);
    } else if (step->field->kind == XT_KIND_GROUP) {
        if (xt_eval_conditions(eval, &step->spec.when))
            list_add(list, group_value(eval, &step->spec, problems));
    } else if (step->spec.kind == SPEC_VALUE && !json_is_string(step->spec.value)) {
        if (xt_eval_conditions(eval, &step->spec.when))
            list_add(list, json_deep_copy(step->spec.value));
    } else {
        xt_eval_spec(eval, &step->spec, &texts);
        for (i = 0; i < texts.count; i++)
            list_add(list, one_value(eval, step, texts.list[i], path, problems));
    }
    return list;
}

json_t *xt_eval_field(const struct eval *eval, const struct field_step *step, struct xt_problems *problems)
{
    const char *path = step->field->name;
    size_t before = problems->seen;
    json_t *list = collect(eval, step, path, problems), *value;

    if (json_array_size(list) == 0) {
        json_decref(list);
        return step->spec.otherwise && problems->seen == before && xt_eval_conditions(eval, &step->spec.when)
                   ? json_deep_copy(step->spec.otherwise)
                   : NULL;
    }
    if (step->field->many)
        return list;
    if (json_array_size(list) > 1 && !step->spec.first && !step->spec.last)
        xt_problem(problems, path, XT_MSG_TOO_MANY_ITEMS, XT_INT(1), XT_INT(json_array_size(list)));
    value = json_incref(json_array_get(list, 0));
    json_decref(list);
    return value;
}
